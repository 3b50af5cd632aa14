// What a test needs of portico, to copy: a world of its own, and the admin API of that world.
const root = process.env.PORTICO_URL ?? "http://127.0.0.1:4780";

async function admin(method, url, body) {
  const headers = { "content-type": "application/json" };
  if (process.env.PORTICO_ADMIN_TOKEN) headers.authorization = `Bearer ${process.env.PORTICO_ADMIN_TOKEN}`;
  const answer = await fetch(url, { method, headers, body: body && JSON.stringify(body) }).catch((e) => {
    throw new Error(`no portico answers at ${root} (${e.cause?.message ?? e.message}): start one by portico serve, or set PORTICO_URL`);
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status}: ${text}`);
  return text && JSON.parse(text);
}

// world makes a world for a test, and deletes it when the test ends. Further settings: fixture, seed, clock, ttl.
export async function world(t, settings = {}) {
  const name = `node-${process.pid}-${Date.now()}-${Math.floor(Math.random() * 1e9)}`;
  await admin("POST", `${root}/_portico/worlds`, { name, fixture: "small", ttl: "10m", ...settings });
  t.after(() => admin("DELETE", `${root}/_portico/worlds/${name}`));
  const here = `${root}/_world/${name}`;
  const ask = (method, path, body) => admin(method, `${here}/_portico${path}`, body);
  const known = await ask("GET", "/credentials");
  return {
    base: `${here}/v2`, // of Konnect; portico operations tells the others
    token: (who) => known.find((c) => c.vendor === "konnect" && c.name === who).value.replace("Bearer ", ""),
    put: (kind, owners, document) => ask("POST", `/state/${kind}`, { in: owners, document }),
    documents: (kind) => ask("GET", `/state/${kind}`),
    fault: (rule) => ask("POST", "/faults", rule),
    advance: (ms) => ask("POST", "/clock/advance", { by: `${ms}ms` }),
    verify: (calls) => ask("POST", "/requests/verify", calls), // throws, and says what was nearest
  };
}
