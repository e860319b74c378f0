// What people see of their files, on hotdesk's pages and on the box's, and what operators do with those of
// others.

import { open, statfs } from "node:fs/promises";

import { DISKS, expect, redis, simulate, until } from "../look.mjs";
import { terminal, usable } from "../person.mjs";
import { Somebody } from "./somebody.mjs";

const SAY = "#say";
const BEFORE = "main form button";
const HOME = { path: "/", main: "#open" };
const SOMEBODY = { path: "/homes/eve", main: "#start" };
/** Where an ext4 file system describes its groups of blocks; the block before says whose it is. */
const GROUPS = { at: 4096, bytes: 1 << 16 };

export async function homes(world) {
  const { browser, report, stack, state } = world;
  const [eve, olivia] = await Promise.all(["eve", "olivia"].map((name) => Somebody.meet(browser, name)));
  const tab = await arriving(world, eve, olivia);
  await report.step("she fills her home, and stops", async () => {
    await usable(tab.page);
    // All that is free for her, and then what is left in bits.
    await terminal(tab.page, "fallocate -l $(df --output=avail -B1 ~ | tail -1) large; head -c 1G /dev/zero > more");
    const workspace = await stack.workspace(await redis("HGET", "ws:eve", "instanceId"));
    await until("no room in it", 60, async () => (await statfs(workspace)).bavail === 0);
    await stopped(eve, olivia);
    await tab.close();
  });
  await state("home-with-sessions", { who: eve, ...HOME });
  await state("somebody-resting", { who: olivia, ...SOMEBODY });
  const snapshot = await exported(world, olivia);
  await restored(world, olivia, snapshot);
  await told(world, eve, olivia);
  await broken(world, eve, olivia);
  await report.step("what was broken is restored too", async () => {
    await restore(olivia, snapshot);
    await isRestored(olivia, snapshot);
  });
  await deleted(world, eve, olivia);
  for (const one of [eve, olivia]) await one.leave();
}

/** Eve's first home is on its way, and does not arrive; then it does. Returns her tab. */
async function arriving({ report, state }, eve, olivia) {
  await report.step("a spare", () => until("a spare", 60, async () => (await redis("SCARD", "ws:pool")) > 0));
  await simulate("faults", [{ call: { action: "AttachVolume", fault: "throttle" } }]);
  const tab = await eve.open("/dispatch");
  await tab.page.waitForSelector("#say[data-stage=attaching]");
  await until("the volume", 30, async () => (await home(olivia)).volumeId);
  await state("box-attaching", { who: eve, tab, path: "/dispatch", main: SAY });
  await state("home-opening", { who: eve, ...HOME });
  await state("somebody-opening", { who: olivia, ...SOMEBODY });
  await report.step("who waits for long is told that it is tried on", () =>
    tab.page.waitForSelector("#late[data-said=holding]", { timeout: 90_000 }),
  );
  await state("box-held", { who: eve, tab, path: "/dispatch", main: SAY });
  await simulate("faults", []);
  return tab;
}

/** An operator has eve's home exported by the form; returns the snapshot. */
async function exported({ report, examine }, olivia) {
  const tab = await olivia.open(SOMEBODY.path);
  await report.step("an operator exports a home", async () => {
    await tab.page.click("#export");
    await tab.page.waitForSelector("dd:has-text('to be exported')");
    await examine(tab, "somebody-wished", { main: SOMEBODY.main });
  });
  const snapshot = await report.step("the export shows up", async () => {
    const { exported } = await until("the export", 120, async () => {
      const found = await home(olivia);
      return found.exported && !found.wish && found;
    });
    await tab.page.reload();
    await tab.page.waitForSelector(`dt:has-text('Last export') + dd:has-text('${exported.snapshotId}')`);
    await examine(tab, "somebody-exported", { main: SOMEBODY.main });
    return exported.snapshotId;
  });
  await tab.close();
  return snapshot;
}

/** An operator restores it, without scripts too. */
async function restored({ report, state }, olivia, snapshot) {
  for (const scripted of [true, false]) {
    await report.step(`an operator restores a home, ${scripted ? "with" : "without"} scripts`, async () => {
      await restore(olivia, snapshot, { scripted });
      await isRestored(olivia, snapshot);
    });
  }
  await state("somebody-restored", { who: olivia, ...SOMEBODY });
}

/** The next volume of the home is made from that snapshot. */
async function isRestored(olivia, snapshot) {
  await until("the restored home", 180, async () => {
    const { state, snapshot: next, filesOf, wish } = await home(olivia);
    return state === "asleep" && next.snapshotId === snapshot && filesOf && !wish;
  });
}

async function restore(olivia, snapshot, options) {
  const tab = await olivia.open(SOMEBODY.path, options);
  await tab.page.fill("#snapshot", snapshot);
  await tab.page.click("#restore");
  await tab.page.waitForSelector(`dd:has-text('to be restored from ${snapshot}')`);
  await tab.close();
}

/** Before she works, eve is told of what time her files are, and that her home is full. */
async function told({ report, state }, eve, olivia) {
  const tab = await report.step("eve is told of what time her files are, and that there is no room", async () => {
    await until("a spare", 60, async () => (await redis("SCARD", "ws:pool")) > 0);
    const tab = await eve.open("/dispatch");
    await tab.page.waitForSelector("#files-of");
    await tab.page.waitForSelector("#full");
    return tab;
  });
  await state("box-before", { who: eve, tab, path: "/dispatch", main: BEFORE });
  await state("home-restored", { who: eve, ...HOME });
  await report.step("she goes on by one click, and is told once", async () => {
    await tab.page.click(BEFORE);
    await usable(tab.page);
    const again = await eve.open("/dispatch");
    await usable(again.page);
    await again.close();
  });
  await report.step("she stops", async () => {
    await stopped(eve, olivia);
    await tab.close();
  });
}

/** Her file system is damaged, behind everybody's back. */
async function broken({ report, state }, eve, olivia) {
  const tab = await report.step("a damaged home is not opened", async () => {
    await damage((await home(olivia)).volumeId);
    await until("a spare", 60, async () => (await redis("SCARD", "ws:pool")) > 0);
    const tab = await eve.open("/dispatch");
    await tab.page.waitForSelector("#say[data-stage=failed]");
    const word = await tab.page.innerText(".trouble");
    expect(word === "damaged", `it is said to be ${word}`);
    await until("the record", 30, async () => (await home(olivia)).trouble === "damaged");
    return tab;
  });
  await state("box-trouble", { who: eve, tab, path: "/dispatch", main: SAY });
  await state("home-broken", { who: eve, ...HOME });
  await state("somebody-broken", { who: olivia, ...SOMEBODY });
  await report.step("she stops", async () => {
    await stopped(eve, olivia);
    await tab.close();
  });
}

async function damage(volume) {
  const image = await open(`${DISKS}/volumes/${volume}/image`, "r+");
  await image.write(Buffer.alloc(GROUPS.bytes, 0x5a), 0, GROUPS.bytes, GROUPS.at);
  await image.close();
}

/** An operator deletes it; its user has no box. */
async function deleted({ report, state }, eve, olivia) {
  await report.step("an operator deletes a home", async () => {
    const tab = await olivia.open(SOMEBODY.path);
    await tab.page.click("summary");
    await tab.page.click("#delete");
    await tab.page.waitForSelector("dd:has-text('to be deleted')");
    await tab.close();
    await until("no volume", 120, async () => {
      const { state, volumeId, wish } = await home(olivia);
      return state === "deleted" && !volumeId && !wish;
    });
  });
  await state("somebody-deleted", { who: olivia, ...SOMEBODY });
  await state("home-deleted", { who: eve, ...HOME });
}

/** Gives eve's box back; returns when her home is free for operators. */
async function stopped(eve, olivia) {
  await eve.stop();
  await until("her box is stopped", 120, async () => !(await home(olivia)).inUse);
}

/** The record of eve's home. */
async function home(olivia) {
  return (await olivia.ask(SOMEBODY.path)).json.home;
}
