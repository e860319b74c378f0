// Looks at the running stack from outside, and waits for states instead of sleeping.

import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

export const BASE = "http://localhost:9000";
/** The identity provider. */
export const IDENTITY = "http://localhost:9001";
const SIMULATOR = "http://127.0.0.1:9002";
const REDIS_PORT = "9004";

const { HOME, XDG_CACHE_HOME, HOTDESK_CACHE } = process.env;
/** The volumes of the simulated cloud. */
export const DISKS = `${HOTDESK_CACHE || `${XDG_CACHE_HOME || `${HOME}/.cache`}/hotdesk`}/disks`;

const run = promisify(execFile);

/** What Redis answers, as redis-cli shows it to an operator. */
export async function redis(...command) {
  const { stdout } = await run("redis-cli", ["-p", REDIS_PORT, "--json", ...command]);
  return JSON.parse(stdout);
}

/** The simulated cloud: its group with members, and its instances. */
export async function cloud() {
  const answer = await fetch(`${SIMULATOR}/_sim/state`);
  const { group, instances } = await answer.json();
  return { group, instances };
}

/** Changes the `conditions` or the `faults` of the simulated cloud: see infra/local/sim/src/http.rs. */
export async function simulate(what, change) {
  const answer = await fetch(`${SIMULATOR}/_sim/${what}`, { method: "PUT", body: JSON.stringify(change) });
  expect(answer.ok, `${what} ${JSON.stringify(change)}: ${await answer.text()}`);
}

/** Has EC2 terminate an instance, as if somebody did so by hand. */
export async function terminate(id) {
  const body = new URLSearchParams({ Action: "TerminateInstances", Version: "2016-11-15", "InstanceId.1": id });
  const answer = await fetch(SIMULATOR, { method: "POST", body });
  expect(answer.ok, `TerminateInstances: ${answer.status} ${await answer.text()}`);
}

/** Has EC2 warn that it takes an instance back. Only Spot instances are, and the local group has none. */
export async function interrupt(id) {
  const event = JSON.parse(await readFile(new URL("../../events/lifecycle-spot-interruption.json", import.meta.url)));
  Object.assign(event, { time: new Date().toISOString() });
  event.detail["instance-id"] = id;
  const url = `${BASE}/2015-03-31/functions/lifecycle/invocations`;
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(event) });
  expect(answer.ok, `the warning: ${answer.status} ${await answer.text()}`);
}

/** An instance of the cloud, with what its group says about it. */
export async function box(id) {
  const { group, instances } = await cloud();
  const instance = instances.find((each) => each.id === id);
  return { ...instance, member: group.members.find((each) => each.id === id) };
}

/**
 * Waits until `look` returns something truthy, and returns that. `look` may also throw, to say
 * what is still missing: the last such message is in the error when the time is up.
 */
export async function until(what, seconds, look) {
  const end = Date.now() + seconds * 1000;
  let missing = "";
  for (;;) {
    try {
      const seen = await look();
      if (seen) return seen;
    } catch (error) {
      missing = ` (${error.message})`;
    }
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}${missing}`);
    await sleep(100);
  }
}

export function expect(truth, otherwise) {
  if (!truth) throw new Error(otherwise);
}
