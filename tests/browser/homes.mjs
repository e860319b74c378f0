// Boxes come and go, files stay: what somebody wrote, installed and set is there on whichever box they
// are given, however they lost the one before.

import { readFile } from "node:fs/promises";

import { changeSetting, hasExtension, hasFiles, hasSetting, installExtension, writeFiles } from "./homes/belongings.mjs";
import { Stages } from "./homes/stages.mjs";
import { BASE, box, expect, redis, terminate, until } from "./look.mjs";
import { Person, terminal } from "./person.mjs";

export async function homes(world) {
  const { browser, report, screenshots, stack } = world;
  const alice = await Person.meet(browser, "alice");
  const stages = await Stages.of(alice);
  let tab = await alice.signIn();
  /** The boxes that she has had, the last one last. */
  const boxes = [];
  const open = async (what) => {
    await until("a spare", 60, async () => (await redis("SCARD", "ws:pool")) > 0);
    const given = await stages.open(alice, tab, stack);
    report.figure(`click to ${what}, ms`, stages);
    expect(given !== boxes.at(-1), "it is the same box as before");
    boxes.push(given);
    return stack.workspace(given);
  };
  const again = (what) => async () => {
    tab = await alice.context.newPage();
    await tab.goto(`${BASE}/`);
    return open(what);
  };

  let workspace = await report.step("alice opens for the first time", () => open("a new home"));
  await report.step("she writes files in a terminal", () => writeFiles(tab, workspace));
  await report.step("she installs an extension", () => installExtension(tab, workspace));
  await report.step("she changes a setting", () => changeSetting(tab, workspace));
  await report.step("she goes, and her box is reaped", async () => {
    await tab.close();
    await gone(boxes.at(-1));
  });
  workspace = await report.step("she comes back, and gets another box", again("a home that there is"));
  await report.step("her files are there", () => until("the files", 10, () => hasFiles(workspace)));
  await report.step("her extension is there", () => hasExtension(tab));
  await report.step("her setting is there, and in effect", async () => {
    await until("the setting", 30, () => hasSetting(tab, workspace));
    await tab.screenshot({ path: `${screenshots}/home-again.png` });
  });

  const words = "what she typed last";
  await report.step("she stops her box with words in the editor that nobody has saved", async () => {
    const home = await alice.context.newPage();
    await home.goto(`${BASE}/`);
    await tab.bringToFront();
    await terminal(tab, "touch letter.txt && code-server letter.txt");
    await tab.waitForSelector(".tab.active[aria-label^='letter.txt']");
    await tab.click(".editor-instance .view-lines");
    await tab.waitForSelector(".editor-instance .monaco-editor.focused");
    await tab.keyboard.type(words);
    const before = await readFile(`${workspace}/letter.txt`, "utf8");
    await home.click("#stop");
    expect(before === "", "they were saved already");
    await gone(boxes.at(-1));
    await home.close();
    await tab.close();
  });
  workspace = await report.step("they are saved on her next box", async () => {
    const next = await again("a home that there is")();
    const letter = await readFile(`${next}/letter.txt`, "utf8");
    expect(letter === words, `it says ${JSON.stringify(letter)}`);
    return next;
  });

  await report.step("her machine dies, with a file just saved", async () => {
    const file = `${workspace}/saved.txt`;
    await terminal(tab, "echo saved > saved.txt && sync saved.txt && echo synced >> saved.txt");
    await until("the file", 30, async () => (await readFile(file, "utf8")).includes("synced"));
    // All of it dies with its first process's parent.
    const [machine] = await stack.find("unshare --mount", boxes.at(-1));
    process.kill(machine.id, "SIGKILL");
    await terminate(boxes.at(-1));
    await until("her seat is over", 60, async () => (await redis("HGET", "ws:alice", "state")) === "STOPPED");
    await tab.close();
  });
  workspace = await report.step("she comes back, and the file is there", async () => {
    const next = await again("a home whose box died")();
    expect((await readFile(`${next}/saved.txt`, "utf8")).startsWith("saved\n"), "it is not");
    return next;
  });
  await report.step("so is everything else", async () => {
    await hasFiles(workspace);
    await hasExtension(tab);
    await until("the setting", 30, () => hasSetting(tab, workspace));
  });
  await report.step("her home page says why each session ended", async () => {
    const page = await alice.context.newPage();
    await page.goto(`${BASE}/`);
    await page.waitForSelector("#home[data-state=open]");
    const rows = await page.locator("#sessions tbody tr").allInnerTexts();
    const expected = [
      ["The machine was lost", "Files: perhaps not the last"],
      ["Stopped by its user", "Files: saved"],
      ["Idle: no heartbeat since", "Files: saved"],
    ];
    expect(rows.length === expected.length, `${rows.length} sessions: ${rows.join("; ")}`);
    for (const [n, words] of expected.entries()) {
      expect(words.every((each) => rows[n].includes(each)), `row ${n} says ${JSON.stringify(rows[n])}`);
    }
    await page.screenshot({ path: `${screenshots}/home-sessions.png`, fullPage: true });
    await page.close();
  });
  await alice.leave();
}

/** Until that box is alice's no more, and stopped. */
async function gone(id) {
  await until("her box in standby, stopped", 90, async () => {
    const { state, member } = await box(id);
    const hers = await redis("HGET", "ws:alice", "state");
    expect(state === "stopped" && hers === "STOPPED", `${member?.lifecycle}, ${state}, she is ${hers}`);
    return true;
  });
}
