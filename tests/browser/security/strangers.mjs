// A second browser at alice's address, with everything that somebody might have got hold of.

import { BASE, expect, until } from "../look.mjs";
import { INSIDE, Intruder } from "./intruder.mjs";
import { claims, ticket } from "./people.mjs";

/** The tolerance for clocks that differ, s: shared/core/src/token/keys.rs. */
const LEEWAY = 2;

export async function strangers(world, { alice, bob, late }) {
  const { browser, report, screenshots } = world;
  const kept = async (name, { cookies, address } = {}) =>
    report.step(`${name} is refused: page, files, WebSocket, service worker`, async () => {
      const intruder = await Intruder.come(browser, alice, await cookies?.());
      await intruder.isKeptOut(await address?.());
      await intruder.visit(`${alice.home}/`);
      await intruder.page.screenshot({ path: `${screenshots}/refused-${name.replace(/\W+/g, "-")}.png` });
      await intruder.leave();
    });

  await report.step("alice's own browser gets all of it, so that a refusal means something", async () => {
    const cookies = (await alice.passes()).map(({ name, value }) => ({ name, value }));
    const herself = await Intruder.come(browser, alice, cookies);
    const got = await herself.grasp();
    expect(JSON.stringify(got) === JSON.stringify(INSIDE), `it gets ${JSON.stringify(got)}`);
    await herself.leave();
  });
  await kept("nobody in particular");
  const used = alice.person.redirects.find(({ to }) => to.includes("/_hotdesk/open?ticket=")).to;
  await kept("her ticket, used before", { address: () => used });
  await kept("bob, signed in at hotdesk,", { cookies: () => sessionAs(bob, "hotdesk") });
  await kept("bob's session in the place of a pass", { cookies: () => sessionAs(bob, "hotdesk_box") });
  await kept("bob's pass for his own box", {
    cookies: async () => (await bob.passes()).map(({ name, value }) => ({ name, value })),
  });
  await kept("bob's ticket for his own box", {
    address: async () => {
      const { pathname, search } = new URL(await ticket("bob"));
      return `${alice.home}${pathname}${search}`;
    },
  });
  await report.step("a service worker whose browser lost its pass gets nothing", () => orphan(browser, alice));
  await kept("her ticket, never used, but late", {
    address: async () => {
      const over = (claims(late).exp + LEEWAY) * 1000;
      await until("the ticket is over", 90, () => Date.now() > over);
      return late;
    },
  });
  await alice.works(world, "while others tried");
}

async function sessionAs(bob, name) {
  const [, value] = (await bob.session()).split("=");
  return [{ name, value }];
}

/** A browser that was let in once, and whose service worker has stayed. */
async function orphan(browser, alice) {
  const second = await Intruder.come(browser, alice);
  await second.visit(await ticket("alice"));
  const found = () => second.context.serviceWorkers()[0];
  const worker = await until("its service worker", 30, found);
  const asks = () => worker.evaluate(async () => (await fetch("/")).status);
  expect((await asks()) === 200, "it was not let in");
  // Those of hotdesk are not there: the ticket came without a sign-in.
  expect((await second.context.cookies(BASE)).length === 0, "it is signed in");
  await second.context.clearCookies();
  expect((await asks()) === 401, "the service worker is still answered");
  // Its registration is there already, so that nothing is asked for it.
  const { page, file, socket } = await second.grasp();
  const refused = [page, file].every((status) => [401, 403].includes(status)) && socket === "refused";
  expect(refused, `it gets ${page}, ${file}, a socket that is ${socket}`);
  await second.leave();
}
