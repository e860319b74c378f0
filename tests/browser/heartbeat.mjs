// The heartbeat in a real browser, in a time that the test owns: when it beats, who of several tabs
// does, what it does when nothing answers, what its notice says, and what it costs. Needs nothing
// but Chromium; arguments choose cases whose names contain one of them. What it costs is measured only
// if it is chosen: real minutes, and no test.

import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

import { beating } from "./heartbeat/beating.mjs";
import { cost } from "./heartbeat/cost.mjs";
import { Desk } from "./heartbeat/desk.mjs";
import { breaking, failing } from "./heartbeat/failing.mjs";
import { leading } from "./heartbeat/leading.mjs";
import { accessible, manners } from "./heartbeat/manners.mjs";
import { telling } from "./heartbeat/telling.mjs";
import { Report } from "./report.mjs";

const screenshots = fileURLToPath(new URL("../../.local/screenshots/", import.meta.url));
const chosen = process.argv.slice(2);
const isChosen = (name) => chosen.length === 0 || chosen.some((word) => name.includes(word));

await mkdir(screenshots, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
const open = (options) => Desk.open(browser, options);
const report = new Report(async () => {});
const COST = "minutes of an open tab";
const measured = { [COST]: async () => (await cost(browser)).forEach((each) => report.figure(...each)) };

for (const [part, cases, end] of [
  ["when it beats", beating],
  ["several tabs", leading],
  ["when heartbeats fail", failing],
  ["when connections break", breaking, { allowed: /^Failed to load resource: net::ERR_/ }],
  ["what the notice tells", telling],
  ["how it behaves", manners],
  ["who can use it", accessible],
  ["what it costs", chosen.length ? measured : {}],
]) {
  const steps = Object.entries(cases).filter(([name]) => isChosen(name));
  if (steps.length) console.log(`\n${part}`);
  // Each by itself, so that one that fails does not hide the others.
  for (const [name, run] of steps) {
    const step = report.step(name, async () => {
      const desk = await open();
      try {
        await run(desk, { open, screenshots });
      } catch (error) {
        await desk.close().catch(() => {});
        throw error;
      }
      await desk.close(end);
    });
    await step.catch(() => {});
  }
}
await browser.close();
process.exitCode = report.end() ? 0 : 1;
