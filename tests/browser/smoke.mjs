// The main job, end to end, with a real browser against the real parts. Run by `make smoke`; arguments
// choose parts: loop, homes, security, figures.

import { mkdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

import { figures } from "./figures.mjs";
import { homes } from "./homes.mjs";
import { BASE, expect } from "./look.mjs";
import { loop } from "./loop.mjs";
import { Report, evidence } from "./report.mjs";
import { security } from "./security.mjs";
import { Stack, alive, portsFree } from "./stack.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const LOGS = `${ROOT}.local/logs`;
const SCREENSHOTS = `${ROOT}.local/screenshots`;
const BINARY = process.env.STACK ?? `${ROOT}target/debug/hotdesk-stack`;
const chosen = process.argv.slice(2);
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // Pages that a test makes up have no address, and would be kept from those of this machine, which stand
  // for public ones here.
  "--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets",
];

/** Ways for a stack to end; each returns the processes that there were before. */
const ENDS = {
  "Ctrl-C": (stack) => stack.end((processes, self) => process.kill(self, "SIGINT")),
  "kill -9 of Redis": (stack) =>
    stack.end((processes) => {
      process.kill(processes.find(({ name }) => name.includes("redis")).id, "SIGKILL");
    }),
};

let browser;
const report = new Report((name) => evidence(name, browser, SCREENSHOTS, LOGS));

/** A stack with these settings, what is done with it, and how it ends; nothing of it may stay. */
async function withStack(name, settings, steps, end) {
  const stack = new Stack(BINARY, settings);
  await report.part(name, async () => {
    await report.step("the stack comes up", () => stack.up());
    if (process.env.OLDER) await report.step("two versions of the functions answer in turn", inTurn);
    await steps({ ...world, stack });
  });
  await report.part(`${name}: the end`, () =>
    report.step(`${end} leaves no process and no port taken`, async () => {
      const left = await alive(await ENDS[end](stack));
      if (left.length) throw new Error(`left: ${left.map((one) => `${one.id} ${one.name}`)}`);
      await portsFree();
    }),
  );
}

/** See infra/local/stack/src/versions.rs. */
async function inTurn() {
  const answers = await Promise.all([1, 2, 3, 4].map(() => fetch(`${BASE}/health`)));
  const versions = new Set(answers.map((answer) => answer.headers.get("hotdesk-version")));
  expect(versions.has("0") && versions.has("1"), `answered: ${[...versions]}`);
}

await rm(SCREENSHOTS, { recursive: true, force: true });
await mkdir(SCREENSHOTS, { recursive: true });
browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: FLAGS,
});
const world = { browser, report, root: ROOT, binary: BINARY, screenshots: SCREENSHOTS };
const parts = [
  ["loop", { IDLE: "20", BOOT: "2", SPARES: "1" }, loop, "Ctrl-C"],
  ["homes", { IDLE: "20", BOOT: "2", SPARES: "1" }, homes, "Ctrl-C"],
  ["security", { IDLE: "300", BOOT: "1", SPARES: "2" }, security, "Ctrl-C"],
  ["figures", { IDLE: "300", BOOT: "1", SPARES: "20" }, figures, "kill -9 of Redis"],
];
for (const [name, settings, steps, end] of parts) {
  if (chosen.length === 0 || chosen.includes(name)) await withStack(name, settings, steps, end);
}
await browser.close();
process.exitCode = report.end() ? 0 : 1;
