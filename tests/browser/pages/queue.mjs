// Waiting: in the queue, with whatever keeps boxes from coming, and the ways out of it.

import { BASE, expect, simulate, until } from "../look.mjs";
import { Somebody } from "./somebody.mjs";

const QUOTA = "You have requested more vCPU capacity than your current vCPU limit of 32 allows.";
/** What keeps boxes from coming, and how it comes about; each takes the place of the one before. */
const LIMITS = {
  "no-capacity": () => simulate("conditions", { capacity: 0 }),
  "launch-failed": () => simulate("conditions", { launch_error: QUOTA }),
  throttled: () => simulate("faults", [{ call: { action: "*", fault: "throttle" } }]),
  "aws-away": () => simulate("faults", [{ call: { action: "*", fault: "lose_request" } }]),
  "max-size": async () => {
    await simulate("faults", []);
    await simulate("conditions", { launch_error: null, max_size: 1 });
  },
};
const WAITING = { path: "/dispatch", status: 202, main: "#leave" };

/** Returns ann and her waiting page, with nothing that keeps a box from coming any more. */
export async function queue(world) {
  const { browser, report, stack, state } = world;
  const [ann, ben, cat] = await Promise.all(["ann", "ben", "cat"].map((name) => Somebody.meet(browser, name)));

  const paused = await Promise.all(["provision", "idle-reaper"].map((name) => stack.pause(name)));
  await state("waiting-queued", { who: ann, ...WAITING });
  await state("home-waiting", { who: ann, path: "/", main: "#open" });
  await report.step("the queue is left by a button, without scripts too", async () => {
    for (const scripted of [true, false]) {
      const tab = await ann.open("/dispatch", { scripted });
      await tab.page.click("#leave");
      await tab.page.waitForSelector("#state[data-state=stopped]");
      expect((await ann.ask("/status")).json.state === "stopped", "the place is not free");
      await tab.close();
    }
  });
  await report.step("an answer that arrives while a page is left does not lead elsewhere", async () => {
    await crossed(ann, { from: "/", asks: "/", click: "#open", to: "/dispatch", ends: "/dispatch" });
    await crossed(ann, { from: "/dispatch", asks: "/status", click: "#leave", to: "/stop", ends: "/" });
  });
  await LIMITS["no-capacity"]();
  for (const resume of paused) resume();

  const first = await ann.open("/dispatch");
  const second = await ben.open("/dispatch");
  const third = await cat.open("/dispatch");
  await report.step("a reload keeps the place", async () => {
    const { since } = (await cat.ask("/status")).json;
    await third.page.reload();
    await place(third, 3);
    expect((await cat.ask("/status")).json.since === since, "it is another one");
  });
  await second.close();
  for (const [limit, bring] of Object.entries(LIMITS)) {
    await report.step(`the waiting page says by itself: ${limit}`, async () => {
      await bring();
      await until(limit, 60, async () => {
        // Whoever asks for a box has somebody look at the fleet.
        await ann.ask("/dispatch");
        return (await first.page.$(`#note[data-limit=${limit}]`)) !== null;
      });
    });
    await state(`waiting-${limit}`, { who: ann, tab: first, ...WAITING });
  }
  await report.step("who stands behind a tab that was closed moves up", () => place(third, 2));
  await third.page.click("#leave");
  await third.page.waitForURL(`${BASE}/`);
  await simulate("conditions", { max_size: 20, capacity: null });
  for (const one of [ben, cat]) await one.leave();
  return { ann, tab: first };
}

/** The page, which asks by itself, is told what a click has done before the browser has the click's answer. */
async function crossed(ann, { from, asks, click, to, ends }) {
  const tab = await ann.open(from);
  const asked = (request) => request.url() === `${BASE}${asks}` && !request.isNavigationRequest();
  let done;
  const clicked = new Promise((resolve) => (done = resolve));
  await tab.page.route(`${BASE}${asks}`, async (route) => {
    if (asked(route.request())) await clicked;
    await route.continue();
  });
  await tab.page.route(`${BASE}${to}`, async (route) => {
    const answer = await route.fetch({ maxRedirects: 0 });
    const told = tab.page.waitForEvent("requestfinished", asked);
    done();
    await told;
    await route.fulfill({ response: answer });
  });
  await tab.page.waitForRequest(asked);
  await tab.page.click(click);
  await tab.page.waitForURL(`${BASE}${ends}`);
  await tab.close();
}

/** Until the page says that place. */
async function place(tab, number) {
  await tab.page.waitForFunction((n) => document.getElementById("place")?.textContent === n, `${number}`);
}
