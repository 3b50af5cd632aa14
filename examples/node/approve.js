// The program: it lets everybody in who waits for approval in a Konnect portal.
import { setTimeout as sleep } from "node:timers/promises";

const tries = 5;

// approveAll gives the e-mail addresses of those it approved. wait takes milliseconds, for tests that do not.
export async function approveAll({ base, token, portal, wait = sleep }) {
  const approved = [];
  for (;;) {
    // Whoever is approved drops out of the list, so that what is left is always on its first page.
    const waiting = await call("GET", `/portals/${portal}/developers?filter[status]=pending&page[size]=100`);
    if (waiting.data.length === 0) return approved;
    for (const { id, email } of waiting.data) {
      await call("PATCH", `/portals/${portal}/developers/${id}`, { status: "approved" });
      approved.push(email);
    }
  }

  async function call(method, path, body) {
    for (let attempt = 1; ; attempt++) {
      const answer = await fetch(base + path, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(10_000),
      });
      if (answer.ok) return answer.json();
      const again = [429, 503].includes(answer.status) && attempt < tries;
      if (!again) throw new Error(`${method} ${path}: ${answer.status}: ${await answer.text()}`);
      await wait(1000 * (Number(answer.headers.get("retry-after")) || 2 ** attempt));
    }
  }
}
