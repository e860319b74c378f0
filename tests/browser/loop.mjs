// Open, work, leave, and the box comes back.

import { readFile } from "node:fs/promises";

import { invokeAll } from "./events.mjs";
import { BASE, box, cloud, expect, redis, until } from "./look.mjs";
import { Person, dispatch, session, terminal, usable } from "./person.mjs";

export async function loop({ browser, report, root, screenshots, stack }) {
  const alice = await Person.meet(browser, "alice");
  const bob = await Person.meet(browser, "bob");
  const carol = await Person.meet(browser, "carol");

  let tab = await report.step("alice signs in", async () => {
    const page = await alice.signIn();
    await page.screenshot({ path: `${screenshots}/home.png` });
    return page;
  });
  const home = await report.step("alice opens, and a 302 leads to a warm box", async () => {
    await tab.click("#open");
    await tab.waitForURL((url) => url.hostname.startsWith("127.1."), { waitUntil: "commit" });
    const found = alice.redirects.find((each) => each.from === `${BASE}/dispatch`);
    expect(found?.status === 302, `no 302 but ${JSON.stringify(alice.redirects)}`);
    expect(found.to.includes("/_hotdesk/open?ticket="), `not to a box: ${found.to.split("?")[0]}`);
    return new URL(found.to).origin;
  });
  await report.step("the ticket leaves the address bar", async () => {
    await tab.waitForURL((url) => url.origin === home && !url.pathname.startsWith("/_hotdesk"), {
      waitUntil: "commit",
    });
    const seen = await tab.evaluate(() => [
      location.href,
      document.referrer,
      performance.getEntriesByType("navigation")[0].name,
    ]);
    expect(!seen.some((address) => address.includes("ticket")), "the page can read the ticket");
  });
  await report.step("the workbench loads", async () => {
    await usable(tab);
    await tab.screenshot({ path: `${screenshots}/workbench.png` });
  });
  const first = await redis("HGET", "ws:alice", "instanceId");
  await report.step("a terminal writes a file", async () => {
    await terminal(tab, "echo written by $USER > from-the-terminal.txt");
    const file = `${await stack.workspace(first)}/from-the-terminal.txt`;
    await until("the file on the box", 30, async () => {
      return (await readFile(file, "utf8")).startsWith("written by ");
    });
    await tab.waitForSelector(".explorer-folders-view [aria-label^='from-the-terminal.txt']");
    await tab.screenshot({ path: `${screenshots}/terminal.png` });
  });
  await report.step("heartbeats reach Redis, and are answered", async () => {
    const seen = async () => Number(await redis("ZSCORE", "ws:pings", "alice"));
    const before = await seen();
    const answers = [];
    tab.on("response", (answer) => {
      if (answer.url().endsWith("/_hotdesk/ping")) answers.push(answer.status());
    });
    await until("two heartbeats", 30, async () => (await seen()) >= before + 5000 && answers.length > 0);
    expect(answers.every((status) => status === 204), `they are answered ${answers}`);
    const { publicIp, state, lastSeen, ts } = await redis("HGETALL", "ws:alice");
    expect(home === `http://${publicIp}:8080`, `ws:alice says ${publicIp}, but she is at ${home}`);
    expect(state === "RUNNING", `ws:alice says ${state}`);
    expect(Number(lastSeen) > before && Number(ts) <= before, `lastSeen ${lastSeen}, ts ${ts}`);
    expect(!(await redis("SISMEMBER", "ws:pool", first)), "her box is in ws:pool too");
  });
  const second = await report.step("a second tab gets the same box", async () => {
    const page = await alice.openTab();
    expect(new URL(page.url()).origin === home, `another box: ${page.url()}`);
    return page;
  });
  const bobs = await report.step("bob gets another box", async () => {
    const page = await bob.open(await bob.signIn());
    expect(new URL(page.url()).origin !== home, "it is the same box");
    return page;
  });
  await report.step("bob is refused at alice's address", async () => {
    const page = await bob.context.newPage();
    const answer = await page.goto(`${home}/`);
    expect([401, 403].includes(answer.status()), `but answered with ${answer.status()}`);
    expect(!(await page.$(".monaco-workbench")), "he sees a workbench");
    await page.screenshot({ path: `${screenshots}/refused.png` });
    await page.close();
  });
  await report.step("alice closes her tabs, and her box goes to standby, stopped", async () => {
    await tab.close();
    await second.close();
    await until("her box in standby", 60, async () => {
      const { state, member, tags } = await box(first);
      const now = `${member?.lifecycle}, ${state}, Owner=${tags?.Owner}`;
      expect(now === "Standby, stopped, Owner=UNASSIGNED", now);
      return true;
    });
    await until("ws:alice STOPPED, desired = active + 1", 30, async () => {
      const state = await redis("HGET", "ws:alice", "state");
      const active = await redis("ZCARD", "ws:pings");
      const { desired } = (await cloud()).group;
      expect(state === "STOPPED", `ws:alice is ${state}`);
      expect(desired === active + 1, `desired ${desired}, active ${active}`);
      return active === 1;
    });
    expect((await redis("HGET", "ws:alice", "instanceId")) === null, "ws:alice still has a box");
    expect(!bobs.isClosed() && (await redis("ZSCORE", "ws:pings", "bob")), "bob lost his");
  });
  await report.step("alice opens again and gets an editor", async () => {
    tab = await alice.context.newPage();
    await tab.goto(`${BASE}/`);
    await alice.open(tab);
  });
  await report.step("with no spare left, carol waits and arrives", async () => {
    const page = await carol.signIn();
    // Dave takes the last one a moment before her.
    const dave = await session("dave");
    await until("a spare", 60, async () => (await redis("SCARD", "ws:pool")) === 1);
    const { status } = await dispatch(dave);
    expect(status === 302, `dave was answered with ${status}`);
    await page.click("#open");
    await page.waitForSelector("#live[data-state=waiting]");
    await page.screenshot({ path: `${screenshots}/waiting.png` });
    await usable(page);
    const boxes = await Promise.all(
      ["alice", "bob", "carol", "dave"].map((name) => redis("HGET", `ws:${name}`, "instanceId")),
    );
    expect(new Set(boxes).size === 4, `not four boxes: ${boxes}`);
  });
  await invokeAll(report, root);
  for (const person of [alice, bob, carol]) await person.leave();
}
