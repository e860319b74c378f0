// Several tabs of one browser: one of them beats.

import { same } from "./desk.mjs";

export const leading = {
  async "of several tabs one beats"(desk) {
    const first = await desk.leader();
    for (let n = 0; n < 3; n += 1) await desk.follower();
    await desk.pass(91);
    same(desk.since(0), [0, 30, 60, 90], "beats at");
    same(desk.beats.every(({ tab }) => tab === first), true, "all from the first tab");
  },

  async "when the leader closes, another goes on in its time"(desk) {
    const first = await desk.leader();
    const second = await desk.follower();
    await desk.follower();
    await desk.pass(12);
    await first.close();
    await desk.pass(50);
    same(desk.since(1), [30, 60], "beats at");
    same(desk.beats.slice(1).every(({ tab }) => tab === second), true, "from the one that waited longest");
  },

  async "when the leader hides, another goes on, and only one"(desk) {
    const first = await desk.leader();
    const second = await desk.follower();
    await desk.pass(10);
    await desk.turn(first, "hidden");
    await desk.pass(25);
    await desk.turn(first, "visible");
    await desk.pass(30);
    same(desk.since(1), [30, 60], "beats at");
    same(desk.beats.slice(1).every(({ tab }) => tab === second), true, "from the second tab");
    await desk.turn(second, "hidden");
    await desk.pass(30);
    same(desk.since(61), [90], "beats of the first again");
    same(desk.beats.at(-1).tab === first, true, "from the first tab");
  },

  async "with all tabs hidden there is silence"(desk) {
    const tabs = [await desk.leader(), await desk.follower()];
    for (const tab of tabs) await desk.turn(tab, "hidden");
    await desk.pass(120);
    same(desk.since(1), [], "beats");
    await desk.turn(tabs[1], "visible");
    await desk.beat(2);
    same(desk.beats[1].tab === tabs[1], true, "from the one that shows");
  },

  async "a tab that a lock cannot be asked for beats by itself"(desk) {
    await desk.context.addInitScript(() => {
      Object.defineProperty(navigator, "locks", { value: undefined });
    });
    await desk.leader();
    await desk.tab();
    await desk.beat(2);
    await desk.pass(31);
    same(desk.since(1).length, 2, "beats of two tabs");
  },
};
