// The suite. Every test has a world of its own, so they run at the same time and leave nothing behind.
import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { approveAll } from "./approve.js";
import { world } from "./portico.js";

const portal = "9f9fd312-a987-4628-b4c5-bb4f4fddd5f7"; // Portal A of the fixture small

describe("approveAll", { concurrency: true }, () => {
  test("approves all who wait, on however many pages", async (t) => {
    const w = await world(t);
    const before = await waiting(w);
    for (let i = 0; i < 120; i++) {
      await w.put("konnect.developer", [portal], { email: `dev${i}@example.com`, full_name: "Dev", status: "pending" });
    }
    const approved = await approveAll({ base: w.base, token: w.token("admin"), portal });
    assert.equal(approved.length, before + 120);
    assert.equal(await waiting(w), 0);
    await w.verify({ operation: "konnect.list-portal-developers", times: 3 });
  });

  test("waits as long as Retry-After says, by the world's clock", async (t) => {
    const w = await world(t, { clock: "2026-03-01T09:00:00Z" });
    await w.fault({ on: "konnect.update-developer", times: 2, give: { error: "rate-limited", retry_after: "30s" } });
    const waits = [];
    const wait = async (ms) => {
      waits.push(ms);
      await w.advance(ms);
    };
    const approved = await approveAll({ base: w.base, token: w.token("admin"), portal, wait });
    assert.deepEqual(waits, [30_000, 30_000]);
    await w.verify({ operation: "konnect.update-developer", status: 429, times: 2 });
    await w.verify({ operation: "konnect.update-developer", status: 200, body: { "$.status": "approved" }, times: approved.length });
  });

  test("gives up when it does not get better", async (t) => {
    const w = await world(t);
    await w.fault({ on: "konnect.list-portal-developers", give: { error: "unavailable" } });
    await assert.rejects(approveAll({ base: w.base, token: w.token("admin"), portal, wait: async () => {} }), /503/);
    await w.verify({ operation: "konnect.list-portal-developers", times: 5 });
  });

  for (const [who, status] of [["expired", 401], ["nobody", 403], ["viewer", 403]]) {
    test(`is refused at once as ${who}`, async (t) => {
      const w = await world(t);
      await assert.rejects(approveAll({ base: w.base, token: w.token(who), portal }), new RegExp(`: ${status}: `));
      await w.verify({ operation: "konnect.*", status, times: 1 });
    });
  }
});

async function waiting(w) {
  const all = await w.documents("konnect.developer");
  return all.filter((d) => d.status === "pending" && d._in[0] === portal).length;
}
