// An operator shuts somebody out: within a minute nothing that they hold opens anything.

import { BASE, expect, redis, until } from "../look.mjs";
import { Person, session } from "../person.mjs";

/** What is promised, s. */
const MINUTE = 60;

export async function revocation(world, { alice, bob }) {
  const { browser, report, screenshots } = world;
  await report.step("bob, who is no operator, shuts out nobody", async () => {
    const answer = await ask("/revoke", await bob.session(), "user=alice");
    const { type } = await answer.json();
    expect(answer.status === 403 && type.endsWith("/not-an-operator"), `${answer.status} ${type}`);
    expect((await redis("ZSCORE", "fleet:revoked", "alice")) === null, "she is");
  });
  const held = { session: await alice.session(), passes: await alice.passes() };
  const box = held.passes.map(({ name, value }) => `${name}=${value}`).join("; ");
  await report.step("olivia, an operator, shuts out alice by the form of her home page", async () => {
    const olivia = await Person.meet(browser, "olivia");
    const page = await olivia.signIn();
    await page.screenshot({ path: `${screenshots}/home-operator.png` });
    await page.fill("#revoke-user", "alice");
    await page.click("#revoke");
    await page.waitForSelector("h1:has-text('alice is signed out')");
    await page.screenshot({ path: `${screenshots}/revoked.png` });
    await olivia.leave();
  });
  // All at once, as the minute is one.
  const shut = {
    "her session is over": async () => {
      const [program, page] = [await ask("/", held.session), await ask("/", held.session, null, "text/html")];
      expect(program.status === 401, `programs of hers are answered with ${program.status}`);
      const to = page.headers.get("location") ?? "";
      expect(page.status === 302 && to.startsWith(`${BASE}/login?`), `pages: ${page.status} to ${to}`);
      return true;
    },
    "her pass is over, and her box says so": async () => {
      const answer = await fetch(`${alice.home}/`, { headers: { cookie: box }, redirect: "manual" });
      expect([401, 403].includes(answer.status), `her box answers ${answer.status}`);
      return true;
    },
    "her connections are cut": () => {
      const open = alice.sockets.filter((socket) => socket.open);
      expect(open.length === 0, `${open.length} are open`);
      return true;
    },
  };
  await Promise.all(
    Object.entries(shut).map(([what, look]) => report.step(what, () => until(what, MINUTE, look))),
  );
  await alice.page.screenshot({ path: `${screenshots}/workbench-revoked.png` });
  await bob.works(world, "while alice is out");
  await report.step("a session that begins afterwards is good", async () => {
    const { status } = await ask("/", await session("alice"));
    expect(status === 200, `it is answered with ${status}`);
  });
}

/** Asks as hotdesk's own pages do; with a form if there is a body. */
async function ask(path, cookie, body = null, accept = "application/json") {
  const form = body === null ? {} : { "content-type": "application/x-www-form-urlencoded" };
  return fetch(`${BASE}${path}`, {
    method: body === null ? "GET" : "POST",
    redirect: "manual",
    headers: { cookie, accept, origin: BASE, ...form },
    body,
  });
}
