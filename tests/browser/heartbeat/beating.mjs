// When heartbeats go out while everything works.

import { expect } from "../look.mjs";
import { INTERVAL } from "./box.mjs";
import { same } from "./desk.mjs";

export const beating = {
  async "a heartbeat goes out at once and then at every interval"(desk) {
    await desk.leader();
    await desk.pass(95);
    same(desk.since(0), [0, 30, 60, 90], "beats at");
    same(desk.beats[0].body, { user: "alice", instanceId: "i-0123456789abcdef0" }, "body");
  },

  async "a hidden tab is silent, and one that shows again beats only if it is time"(desk) {
    const tab = await desk.leader();
    await desk.pass(10);
    await desk.turn(tab, "hidden");
    await desk.pass(100);
    same(desk.since(1), [], "beats while hidden");
    await desk.turn(tab, "visible");
    await desk.beat(2);
    await desk.pass(10);
    await desk.turn(tab, "hidden");
    await desk.turn(tab, "visible");
    await desk.pass(25);
    same(desk.since(1), [110, 140], "beats after it");
  },

  async "a tab that is opened in the background is silent until somebody looks"(desk) {
    await desk.context.addInitScript(() => {
      Object.defineProperty(document, "visibilityState", { value: "hidden", configurable: true });
    });
    const tab = await desk.tab();
    await desk.pass(2 * INTERVAL);
    same(desk.since(0), [], "beats while hidden");
    await desk.turn(tab, "visible");
    await desk.beat(1);
  },

  async "after a sleep a heartbeat goes out at once"(desk) {
    await desk.leader();
    await desk.pass(12);
    await desk.sleep(3600);
    await desk.beat(2);
    await desk.pass(31);
    same(desk.since(1), [3612, 3642], "beats");
  },

  async "a sleep of seconds changes nothing"(desk) {
    await desk.leader();
    await desk.pass(5);
    await desk.sleep(10);
    await desk.pass(20);
    same(desk.since(1), [30], "beats");
  },

  async "a clock that is set back or forth stops no heart"(desk) {
    const tab = await desk.leader();
    await desk.pass(7);
    await desk.setClock(-3600);
    await desk.pass(30);
    const after = desk.since(1);
    expect(after.length >= 1 && after.length <= 2, `beats at ${after}`);
    // Also where nobody looked while it was set.
    await desk.turn(tab, "hidden");
    await desk.setClock(-7200);
    await desk.turn(tab, "visible");
    const before = desk.beats.length;
    await desk.pass(30);
    expect(desk.beats.length > before, "no beat after it was set back while the tab was hidden");
  },

  async "coming back online or out of the history beats only if it is time"(desk) {
    const tab = await desk.leader();
    await desk.pass(10);
    for (const event of ["online", "pageshow"]) {
      await tab.evaluate((name) => dispatchEvent(new Event(name)), event);
    }
    await tab.evaluate(() => document.dispatchEvent(new Event("resume")));
    await desk.settle();
    await desk.pass(21);
    same(desk.since(1), [30], "beats");
  },
};
