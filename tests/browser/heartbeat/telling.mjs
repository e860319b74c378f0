// The notice: what it says, in which tabs, and what its buttons do.

import { START, same, says } from "./desk.mjs";

const STOPPED = "This workspace was stopped.";
const ENDS = "This box is taken back at 14:05 unless you stay.";
const ends = { "box-threat": `lifetime,${START + 125 * 60_000}` };
const interrupted = { "box-threat": `interruption,${START + 2 * 60_000}` };

export const telling = {
  async "a stale seat is told, with a way to open it again"(desk) {
    const tab = await desk.leader();
    desk.box.answers("stale");
    await desk.pass(30);
    await says(tab, STOPPED);
    same(await tab.getByRole("button", { name: "Dismiss" }).count(), 0, "ways to lose it");
    await tab.getByRole("link", { name: "Open it again" }).click();
    await tab.waitForURL(`${desk.box.home}/dispatch`);
  },

  async "a stale seat that was opened in another tab is fine again"(desk) {
    const tab = await desk.leader();
    desk.box.answers("stale");
    await desk.pass(30);
    await says(tab, STOPPED);
    // The control plane's absence says nothing about it.
    desk.box.answers("away");
    await desk.pass(35);
    await says(tab, STOPPED);
    desk.box.answers("noted");
    await desk.pass(35);
    await says(tab, "");
  },

  async "of a lifetime's end all visible tabs tell, and one click in any of them stays"(desk) {
    desk.box.answers("noted", ends);
    const leader = await desk.leader();
    const follower = await desk.follower();
    for (const tab of [leader, follower]) {
      await says(tab, ENDS);
      same(await tab.getByRole("button", { name: "Dismiss" }).count(), 0, "ways to lose it");
    }
    await desk.pass(5);
    desk.box.answers("noted");
    await follower.getByRole("button", { name: "Stay" }).click();
    await desk.beat(2);
    for (const tab of [leader, follower]) await says(tab, "This box stays yours.");
    same(desk.since(1), [5], "beats, at once");
    same(desk.beats[1].body.stay, true, "stay");
    same(desk.beats[1].tab === leader, true, "by the leader");
    await desk.pass(31);
    same(desk.beats[2].body.stay, undefined, "stay in the next beat");
    for (const tab of [leader, follower]) await says(tab, "");
  },

  async "a click on Stay that does not get through is tried again until it does"(desk) {
    desk.box.answers("noted", ends);
    const tab = await desk.leader();
    await says(tab, ENDS);
    desk.box.answers("away", { "retry-after": "7" });
    const stay = tab.getByRole("button", { name: "Stay" });
    await stay.click();
    await desk.beat(2);
    same(await stay.innerText(), "Staying …", "the button");
    await stay.click({ force: true });
    await desk.pass(6);
    same(desk.beats.length, 2, "beats");
    desk.box.answers("noted");
    await desk.pass(2);
    same(desk.beats.map(({ body }) => body.stay ?? false), [false, true, true], "stay");
    await says(tab, "This box stays yours.");
  },

  async "a click on Stay while a heartbeat is under way goes out after it"(desk) {
    desk.box.answers("noted", ends);
    const tab = await desk.leader();
    await says(tab, ENDS);
    // Neither one that nobody answers nor one that is noted has carried it.
    for (const late of ["silent", "noted"]) {
      const before = desk.beats.length;
      desk.box.answers("silent");
      await desk.pass(30);
      await tab.getByRole("button", { name: "Stay" }).click();
      same(desk.beats.length, before + 1, "beats");
      desk.box.answers("noted", late === "noted" ? {} : ends);
      if (late === "noted") desk.box.release();
      else await desk.pass(11);
      await desk.beat(before + 2);
      same(desk.beats.at(-1).body.stay, true, `stay after one that is ${late}`);
      await says(tab, late === "noted" ? "This box stays yours." : ENDS);
    }
  },

  async "an interruption is told with its time, and comes back after a dismissal only if it changes"(desk) {
    desk.box.answers("noted", interrupted);
    const leader = await desk.leader();
    const follower = await desk.follower();
    const words = "The cloud takes this machine back at 12:02: save your work.";
    for (const tab of [leader, follower]) await says(tab, words);
    await follower.getByRole("button", { name: "Dismiss" }).click();
    for (const tab of [leader, follower]) await says(tab, "");
    await desk.pass(31);
    for (const tab of [leader, follower]) await says(tab, "");
    desk.box.answers("noted", { "box-threat": `rebalance,${START}` });
    await desk.pass(30);
    const other = "The cloud may take this machine back soon: save your work.";
    for (const tab of [leader, follower]) await says(tab, other);
    desk.box.answers("noted");
    await desk.pass(30);
    for (const tab of [leader, follower]) await says(tab, "");
    desk.box.answers("noted", interrupted);
    await desk.pass(30);
    await says(leader, words);
  },

  async "a lost box that was dismissed is told again when it is lost again"(desk) {
    const tab = await desk.leader();
    desk.box.answers("strange");
    await desk.pass(60);
    await says(tab, "This workspace does not answer");
    await tab.getByRole("button", { name: "Dismiss" }).click();
    await desk.pass(60);
    await says(tab, "");
    desk.box.answers("noted");
    await desk.pass(31);
    desk.box.answers("strange");
    await desk.pass(60);
    await says(tab, "This workspace does not answer");
  },

  async "a tab that is opened later says what the others say"(desk) {
    desk.box.answers("noted", ends);
    await desk.leader();
    await says(await desk.follower(), ENDS);
  },

  async "a threat of a kind without words says nothing"(desk) {
    for (const kind of ["flood,1", "toString,1", "lost,1", "stale,1", ""]) {
      desk.box.answers("noted", { "box-threat": kind });
      const tab = await desk.leader();
      await says(tab, "");
      await tab.close();
    }
  },
};
