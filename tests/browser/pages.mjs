// Every page in each of its states, in a real browser against the real parts, run like smoke.mjs. Its
// pictures go to .local/screenshots/pages; with PICTURES=docs/img those of the README are taken too.
// Arguments choose parts: pages, homes, notices, pictures.

import { mkdir, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

import { away } from "./pages/away.mjs";
import { entry } from "./pages/entry.mjs";
import { examine } from "./pages/examine.mjs";
import { homes } from "./pages/homes.mjs";
import { notices } from "./pages/notices.mjs";
import { pictures } from "./pages/pictures.mjs";
import { queue } from "./pages/queue.mjs";
import { way } from "./pages/way.mjs";
import { Report, evidence } from "./report.mjs";
import { Stack, portsFree } from "./stack.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LOGS = `${ROOT}.local/logs`;
const SCREENSHOTS = `${ROOT}.local/screenshots/pages`;
const FOLDER = process.env.PICTURES && resolve(process.env.PICTURES);
const chosen = process.argv.slice(2);
const BINARY = process.env.STACK ?? `${ROOT}target/debug/hotdesk-stack`;

await rm(SCREENSHOTS, { recursive: true, force: true });
await mkdir(SCREENSHOTS, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
});
const report = new Report((name) => evidence(name, browser, SCREENSHOTS, LOGS));

/** A stack with these settings, and what is done with it. */
async function withStack(name, settings, steps) {
  const stack = new Stack(BINARY, settings);
  const look = (tab, picture, options) => examine({ screenshots: SCREENSHOTS }, tab, picture, options);
  const folders = { root: ROOT, screenshots: SCREENSHOTS, folder: FOLDER };
  const world = { browser, report, stack, examine: look, ...folders };
  world.state = (picture, options) => state(world, picture, options);
  try {
    await report.part(name, async () => {
      await report.step("the stack comes up", () => stack.up());
      await steps(world);
    });
  } finally {
    await stack.end((_, self) => process.kill(self, "SIGINT"));
    await portsFree();
  }
}

/**
 * Examines a state in which `who` finds the page of `path`, with scripts and without. `tab` is one of
 * theirs that is there already. One that fails does not hide the others.
 */
async function state({ report, examine }, picture, { who, path, tab, ...options }) {
  const step = report.step(picture, async () => {
    for (const scripted of [true, false]) {
      const own = scripted && tab ? tab : await who.open(path, { scripted });
      await examine(own, picture, options);
      if (own !== tab) await own.close();
    }
  });
  await step.catch(() => {});
}

const parts = [
  ["pages", { IDLE: "24", BOOT: "15", SPARES: "0" }, pages],
  ["homes", { IDLE: "120", BOOT: "2", SPARES: "1" }, homes],
  ["notices", { IDLE: "300", LIFETIME: "40", BOOT: "3", SPARES: "1" }, notices],
  ...(FOLDER ? [["pictures", { IDLE: "300", BOOT: "20", SPARES: "1" }, pictures]] : []),
];
for (const [name, settings, steps] of parts) {
  if (chosen.length === 0 || chosen.includes(name)) await withStack(name, settings, steps);
}
await browser.close();
process.exitCode = report.end() ? 0 : 1;

async function pages(world) {
  await entry(world);
  await way(world, await queue(world));
  await away(world);
}
