// What the script costs the workbench: the main thread's time in tabs with it, less that of tabs
// without it, over the same minutes. Real ones: virtual time does not wait for what a worker asks.

import { setTimeout as sleep } from "node:timers/promises";

import { Box } from "./box.mjs";

const MINUTES = 2;
/** How many tabs of either kind. */
const TABS = 3;
const KINDS = ["TaskDuration", "ScriptDuration"];

/** The figures, each a name and a value. */
export async function cost(browser) {
  const box = await Box.start();
  const tabs = (path) => Array.from({ length: TABS }, () => minutes(browser, box, path));
  const [ours, theirs] = await Promise.all(["/", "/plain"].map((path) => Promise.all(tabs(path))));
  await box.stop();
  const average = (tabs, kind) => tabs.reduce((sum, tab) => sum + tab[kind], 0) / TABS;
  const figures = KINDS.map((kind) => {
    const [beating, plain] = [ours, theirs].map((tabs) => average(tabs, kind));
    const ms = `${(beating - plain).toFixed(2)} ms of main thread per minute`;
    return [kind, `${ms} (${beating.toFixed(2)}, and ${plain.toFixed(2)} without the script)`];
  });
  return [...figures, ["heartbeats in each tab", box.heartbeats / TABS]];
}

/** What a tab spends in a minute, ms by kind of work. */
async function minutes(browser, box, path) {
  const context = await browser.newContext();
  const tab = await context.newPage();
  await tab.goto(`${box.address}${path}`, { waitUntil: "networkidle" });
  const session = await context.newCDPSession(tab);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const read = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
  };
  const before = await read();
  await sleep(MINUTES * 60_000);
  const after = await read();
  await context.close();
  return Object.fromEntries(KINDS.map((kind) => [kind, ((after[kind] - before[kind]) * 1000) / MINUTES]));
}
