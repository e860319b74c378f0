// The local stack under load while functions, Redis, DynamoDB and boxes are killed at random; then calm.
// The same promises as in docs/SEMANTICS.md, read from Redis, DynamoDB, the simulator and the browsers. Run
// by `make chaos`; CHAOS is for how many seconds, SEED what is killed when, SELFTEST that the looks find
// what is planted.

import { mkdir, readFile, rm } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { chromium } from "playwright-core";

import { calm } from "./chaos/calm.mjs";
import { Faults } from "./chaos/faults.mjs";
import { plan } from "./chaos/plan.mjs";
import { Random } from "./chaos/random.mjs";
import { selftest } from "./chaos/selftest.mjs";
import { SETTINGS, World } from "./chaos/world.mjs";
import { indent } from "./report.mjs";
import { Stack, alive, portsFree } from "./stack.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const OUT = `${ROOT}.local/chaos`;
const LOGS = `${ROOT}.local/logs`;
const BINARY = process.env.STACK ?? `${ROOT}target/debug/hotdesk-stack`;
const SECONDS = Number(process.env.CHAOS || 600);
const SEED = Number(process.env.SEED || Math.floor(Math.random() * 2 ** 31));
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];
/** How often it says how it goes, s. */
const SAY = 60;

async function chaos(world, browser) {
  const random = new Random(SEED);
  const kills = plan(SEED, SECONDS);
  console.log(`chaos for ${SECONDS} s: ${kills.length} faults planned, SEED=${SEED}`);
  world.watch();
  await world.populate(browser, random);
  const faults = new Faults(world);
  const began = Date.now();
  const says = setInterval(() => {
    console.log(`${((Date.now() - began) / 1000).toFixed(0).padStart(5)} s  ${world}`);
  }, SAY * 1000);
  await faults.follow(kills);
  await sleep(Math.max(0, began + SECONDS * 1000 - Date.now()));
  console.log(`calm after ${((Date.now() - began) / 1000).toFixed(0)} s`);
  const ends = await calm(world, LOGS);
  clearInterval(says);
  faults.print();
  console.log(`\n${ends.join("\n")}`);
  for (const each of world.people) {
    const [beats, lines] = [world.presence.counts[each.name] ?? 0, world.files.count(each.name)];
    console.log(`  ${each.name.padEnd(6)} ${String(beats).padStart(5)} heartbeats, ${String(lines).padStart(4)} lines saved`);
  }
}

/** The ends of the logs of all that is not a box. */
async function tails() {
  for (const part of ["stack", "functions", "dynamodb", "redis", "dead-letters"]) {
    const log = await readFile(`${LOGS}/${part}.log`, "utf8").catch(() => "");
    const lines = log.trimEnd().split("\n").slice(-15).map((line) => line.slice(0, 300));
    if (lines[0]) console.log(`${part}.log:\n${indent(lines.join("\n"))}`);
  }
}

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, args: FLAGS });
const stack = new Stack(BINARY, SETTINGS);
const world = new World(stack, { out: OUT, run: `${ROOT}.local/run` });
let failed = false;
try {
  await stack.up();
  if (process.env.SELFTEST) failed = !(await selftest(world, browser, new Random(SEED)));
  else await chaos(world, browser);
} catch (error) {
  failed = true;
  console.log(`FAILED: ${error.stack}`);
}
await world.end();
if (!process.env.SELFTEST) {
  world.promises.print();
  const idle = world.promises.unseen();
  for (const words of idle) console.log(`nobody looked whether ${words}`);
  failed ||= idle.length > 0 || world.promises.violations.length > 0;
}
if (failed) await tails();
await browser.close();
const left = await alive(await stack.end((_, self) => process.kill(self, "SIGINT")));
if (left.length) console.log(`left: ${left.map((one) => `${one.id} ${one.name}`)}`);
await portsFree();
process.exit(failed || left.length ? 1 : 0);
