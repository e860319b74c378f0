// What the script does when heartbeats do not get through.

import { expect } from "../look.mjs";
import { same, says } from "./desk.mjs";

const LOST = "This workspace does not answer; it may have been stopped.";

/** Pauses after failures in a row, s: each between the half and the whole, and a second to see it. */
function backsOff(beats, wholes) {
  const pauses = beats.slice(1).map((at, n) => at - beats[n]);
  expect(pauses.length >= wholes.length, `only ${pauses.length} pauses: ${pauses}`);
  for (const [n, whole] of wholes.entries()) {
    const fits = pauses[n] >= whole / 2 && pauses[n] <= whole + 1;
    expect(fits, `pause ${n + 1} of ${pauses} is not within ${whole / 2} to ${whole} s`);
  }
}

export const failing = {
  async "failures are tried again ever more slowly, up to the interval"(desk) {
    desk.box.answers("away");
    await desk.leader();
    await desk.pass(200);
    backsOff(desk.since(0), [2, 4, 8, 16, 30, 30, 30]);
    desk.box.answers("noted");
    await desk.pass(31);
    const [found] = desk.since(201);
    await desk.pass(90);
    same(desk.since(201).slice(0, 3), [found, found + 30, found + 60], "beats after the first that is noted");
  },

  async "the pauses of two browsers differ"(desk, { open }) {
    const times = [];
    for (const one of [desk, await open()]) {
      one.box.answers("away");
      await one.leader();
      await one.pass(200);
      times.push(one.since(0).join());
      if (one !== desk) await one.close();
    }
    expect(times[0] !== times[1], `both at ${times[0]}`);
  },

  async "a pause that was asked for is kept, and says nothing"(desk) {
    desk.box.answers("away", { "retry-after": "45" });
    const tab = await desk.leader();
    await desk.pass(44);
    // Neither does looking away and back again break it, nor another tab.
    await desk.turn(tab, "hidden");
    await desk.turn(tab, "visible");
    await desk.follower();
    same(desk.since(1), [], "beats in the pause");
    await says(tab, "");
    desk.box.answers("noted");
    await desk.pass(2);
    same(desk.since(1), [45], "beats after it");
  },

  async "a pause that makes no sense is none, and one without measure has an end"(desk) {
    for (const word of ["soon", "-5", "Wed, 21 Oct 2026 07:28:00 GMT", "1e999"]) {
      desk.box.answers("away", { "retry-after": word });
      const before = desk.beats.length;
      const tab = await desk.leader();
      await desk.pass(121);
      expect(desk.beats.length > before + 1, `"${word}" stops the heart`);
      await tab.close();
      desk.box.answers("noted");
      await desk.pass(31);
    }
  },

  async "a heartbeat that nobody answers is given up and tried again"(desk) {
    desk.box.answers("silent");
    const tab = await desk.leader();
    await desk.pass(9);
    same(desk.since(0), [0], "beats before its time is up");
    await desk.pass(4);
    same(desk.since(0).length, 2, "beats after it");
    await desk.pass(6);
    await says(tab, "");
  },

  async "a box that does not answer is called lost, and found again by itself"(desk) {
    const tab = await desk.leader();
    desk.box.answers("silent");
    await desk.pass(30 + 19);
    await says(tab, "");
    await desk.pass(40);
    await says(tab, LOST);
    desk.box.answers("noted");
    await desk.pass(45);
    await says(tab, "");
  },

  async "whoever else answers at its address is nobody"(desk) {
    desk.box.answers("strange");
    const tab = await desk.leader();
    await desk.pass(19);
    await says(tab, "");
    await desk.pass(16);
    await says(tab, LOST);
    // The box is there, the control plane is not.
    desk.box.answers("away");
    await desk.pass(35);
    await says(tab, "");
  },

  async "while the control plane is away nothing is said, however long"(desk) {
    desk.box.answers("away");
    const tab = await desk.leader();
    await desk.pass(300);
    await says(tab, "");
  },

  async "offline nothing is tried and nothing is said, and online all goes on"(desk) {
    const tab = await desk.leader();
    await desk.pass(10);
    await desk.offline(true);
    await desk.pass(300);
    same(desk.since(1), [], "beats offline");
    await says(tab, "");
    await desk.offline(false);
    await desk.beat(2);
    await desk.pass(31);
    same(desk.since(1), [310, 340], "beats online");
  },

  async "a box on the same machine needs no network"(desk) {
    await desk.context.addInitScript(() => {
      Object.defineProperty(navigator, "onLine", { value: false });
    });
    const tab = await desk.context.newPage();
    await tab.goto(desk.box.address.replace("box.localhost", "127.0.0.1"));
    await desk.beat(1);
    await desk.pass(31);
    same(desk.since(0), [0, 30], "beats");
  },

  async "a box that seemed lost is not while the machine is offline"(desk) {
    const tab = await desk.leader();
    desk.box.answers("silent");
    await desk.pass(90);
    await says(tab, LOST);
    await desk.offline(true);
    await desk.pass(20);
    await says(tab, "");
    await desk.offline(false);
    await desk.pass(15);
    await says(tab, "");
  },

  async "silence before a sleep does not count after it"(desk) {
    desk.box.answers("strange");
    const tab = await desk.leader();
    await desk.pass(10);
    expect(desk.beats.length >= 3, "too few tries for this test");
    await desk.sleep(3600);
    await says(tab, "");
    await desk.pass(5);
    await says(tab, "");
  },
};

/** As above, but with connections that break, of which browsers themselves write into the console. */
export const breaking = {
  async "a box whose connections break is lost too"(desk) {
    const tab = await desk.leader();
    desk.box.answers("broken");
    await desk.pass(30 + 30);
    await says(tab, LOST);
    desk.box.answers("noted");
    await desk.pass(31);
    await says(tab, "");
  },
};
