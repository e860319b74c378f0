// From the queue to a box, and out again.

import { BASE, expect, simulate, until } from "../look.mjs";
import { usable } from "../person.mjs";
import { Somebody } from "./somebody.mjs";

const BOX = /^http:\/\/127\.1\./;
const HOME = "main a[href='/']";
const WAITING = { path: "/dispatch", status: 202, main: "#leave" };

/** `tab` is ann's waiting page, for which nothing keeps a box from coming any more. */
export async function way(world, { ann, tab }) {
  const { browser, report, state } = world;
  const dan = await Somebody.meet(browser, "dan");
  const plain = await dan.open("/dispatch", { scripted: false });
  await report.step("a box boots", () => tab.page.waitForSelector("#live li:nth-child(2)[aria-current]"));
  await state("waiting-booting", { who: ann, tab, ...WAITING });
  await report.step("what has not changed is not sent again", async () => {
    await until("three answers without a page", 10, () => {
      const last = tab.answers("/status").slice(-3);
      return last.length === 3 && last.every((status) => status === 304);
    });
  });
  await report.step("the waiting page goes to the workbench by itself", () => usable(tab.page));
  await report.step("and without scripts it goes to the box too", () =>
    plain.page.waitForURL(BOX, { waitUntil: "commit" }),
  );
  const home = await ann.open("/");
  await opening(world, ann);
  await refusals(world, dan, tab);
  await report.step("the home page keeps itself true", () =>
    until("an answer to it", 10, () => home.answers("/").length > 1),
  );
  await state("home-running", { who: ann, tab: home, path: "/", main: "#open" });
  await home.close();
  await plain.close();
  await stopping(world, dan);
  await stale(world, ann);
  for (const one of [ann, dan]) await one.leave();
}

/** The page that says that there is a box, which somebody with a box sees for a moment. */
async function opening({ report, state }, ann) {
  const tab = await ann.empty();
  await tab.stay(`${BASE}/dispatch`);
  // It goes before it is loaded.
  await tab.page.goto(`${BASE}/status`, { waitUntil: "commit" });
  await tab.page.waitForSelector("#live");
  await state("waiting-opening", { who: ann, tab, path: "/status", main: "main a[href='/dispatch']" });
  await tab.close();
  await report.step("the page of one who has a box goes there by itself", async () => {
    const moving = await ann.empty();
    await moving.page.goto(`${BASE}/status`, { waitUntil: "commit" });
    await moving.page.waitForURL(BOX, { waitUntil: "commit" });
    await moving.close();
  });
}

/** What a box says to those whom it does not let in; `tab` is its owner's. */
async function refusals({ state }, dan, tab) {
  const { origin } = new URL(tab.page.url());
  const ticket = tab.requests.find((request) => request.url().includes("?ticket=")).url();
  const main = `main a[href='${BASE}/dispatch']`;
  await state("box-no-cookie", { who: dan, path: `${origin}/`, status: 401, main });
  await state("box-used-ticket", { who: dan, path: ticket, status: 401, main });
  await state("box-no-ticket", { who: dan, path: `${origin}/_hotdesk/open`, status: 400, main });
}

async function stopping({ report, state }, dan) {
  // The stop gets no further than its first call.
  await simulate("faults", [{ call: { action: "EnterStandby", fault: "throttle" } }]);
  await report.step("a box is given back without scripts", async () => {
    const tab = await dan.open("/", { scripted: false });
    await tab.page.click("#stop");
    await tab.page.waitForSelector("#state[data-state=stopping]");
    await tab.close();
  });
  await state("home-stopping", { who: dan, path: "/", main: "#open" });
  const tab = await dan.open("/dispatch");
  await state("waiting-stopping", { who: dan, tab, ...WAITING, main: HOME });
  await report.step("who waits for their last box to stop is in the queue afterwards", async () => {
    await simulate("faults", []);
    await tab.page.waitForSelector("#live[data-state=waiting]");
    await tab.page.click("#leave");
    await tab.page.waitForSelector("#state[data-state=stopped]");
  });
}

/** A page that offers to stop what is over. */
async function stale({ examine, report }, ann) {
  await report.step("a button for a seat that is over is refused with 409", async () => {
    const tabs = [await ann.open("/"), await ann.open("/", { scripted: false })];
    await ann.stop();
    for (const tab of tabs) {
      await tab.page.click("#stop");
      await tab.page.waitForURL(`${BASE}/stop`);
      await examine(tab, "problem-409", { status: 409, main: HOME });
      await tab.close();
    }
  });
}
