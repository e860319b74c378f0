// Would the looks of `make chaos` notice? Each promise is broken by hand, one after the other, in a stack
// that nothing else is done to.

import { setTimeout as sleep } from "node:timers/promises";

import { expect, simulate, until } from "../look.mjs";
import { PROMISES } from "./promises.mjs";
import { unrest } from "./rest.mjs";
import { cloud, put, redis, seatOf, store } from "./tables.mjs";

/** A box and a user that there are not. */
const GHOST = "i-0123456789abcdef0";
const STRANGER = "mallory";

/** Breaks all of them; whether each was noticed. */
export async function selftest(world, browser, random) {
  world.watch();
  await world.populate(browser, random, { programs: 4, workers: 0 });
  world.calm = true;
  world.recall();
  await until("four people with boxes, at rest", 240, async () => {
    const waits = world.people.map(({ name }) => name);
    const wrong = await unrest({ spares: world.spares, waits });
    expect(!wrong.length && world.people.every((each) => each.box && world.files.count(each.name)), wrong.join("\n"));
    return true;
  });
  expect(!world.promises.violations.length, "something was wrong before anything was planted");
  world.promises.quiet = true;
  let failed = 0;
  for (const [what, name, plant] of PLANTS) {
    const before = count(world, name);
    await plant(world);
    const noticed = await until(what, 30, () => count(world, name) > before).catch(() => false);
    console.log(`${noticed ? "noticed" : "MISSED "}  ${what}: ${PROMISES[name]}`);
    failed += !noticed;
  }
  console.log(`${PLANTS.length - failed} of ${PLANTS.length} noticed`);
  return failed === 0;
}

function count({ promises }, name) {
  return promises.violations.filter((each) => each.name === name).length;
}

const [first, second] = [({ people }) => people[0], ({ people }) => people[1]];

const PLANTS = [
  ["a spare in the store that there is not", "rest", async (world) => {
    await redis("SADD", "ws:pool", GHOST);
    const wrong = await unrest({ spares: world.spares, waits: [] });
    world.promises.look("rest", !wrong.length, () => wrong.join("\n"));
    await redis("SREM", "ws:pool", GHOST);
  }],
  ["somebody who waits and is not served", "served", async (world) => {
    const wrong = await unrest({ spares: world.spares, waits: [STRANGER] });
    world.promises.look("served", !wrong.length, () => wrong.join("\n"));
  }],
  ["a user with a box in use in the pool, too", "store", async (world) => {
    const { instance } = first(world).box.seat;
    await redis("SADD", "ws:pool", instance);
    await until("a look", 10, async () => world.promises.violations.some((each) => each.name === "store"));
    await redis("SREM", "ws:pool", instance);
  }],
  ["a second owner of a box in DynamoDB", "owner", async (world) => {
    const { instance } = first(world).box.seat;
    const epoch = { N: String(Date.now()) };
    await put({ pk: { S: `user#${STRANGER}` }, state: { S: "open" }, instance: { S: instance }, epoch });
    await sleep(3000);
    await put({ pk: { S: `user#${STRANGER}` }, state: { S: "closed" }, instance: { S: instance }, epoch });
  }],
  ["a ticket for a box that the table gave to nobody", "sent", async (world) => {
    const { name, box } = first(world);
    world.sent(name, { ...box.seat, epoch: box.seat.epoch + 1 }, Date.now(), Date.now());
  }],
  ["a ticket for the box of somebody else", "sent", async (world) => {
    world.sent(first(world).name, second(world).box.seat, Date.now(), Date.now());
  }],
  ["a box that is another's when its user comes", "lets", async (world) => {
    const words = "This box is somebody else's.";
    world.let(first(world).name, first(world).box.seat.instance, { status: 403, words });
  }],
  ["a line that was never saved", "files", async (world) => {
    const { name, box } = first(world);
    world.files.claim(name, "a line that nobody wrote");
    await world.files.check(name, box.seat.instance);
  }],
  ["somebody who is there, and idle by the table", "keeps", async (world) => {
    await ends(world, second(world), "idle");
  }],
  ["a box that died, by the table, and did not", "why", async (world) => {
    await ends(world, world.people[2], "lost");
  }],
  ["more boxes than MaxSize", "size", async (world) => {
    const { group } = await cloud();
    world.promises.note(`MaxSize is ${group.max}, ${group.members.length} members`);
    await simulate("conditions", { max_size: 1 });
  }],
  ["two homes of one user", "home", async (world) => {
    const { volumes } = await cloud();
    await createVolume(volumes.find(({ tags }) => tags.Home === first(world).name));
  }],
];

/** Writes into the table that somebody's seat ends now, as no flow of hotdesk's would. */
async function ends(world, { name }, why) {
  const { instance, epoch } = await seatOf(name);
  const ending = { M: { why: { S: why }, at: { N: String(Date.now()) } } };
  const { users } = await store();
  world.promises.note(`${name} is ${users[name]?.state}`);
  await put({
    ...{ pk: { S: `user#${name}` }, state: { S: "ending" }, instance: { S: instance }, ending },
    epoch: { N: String(epoch) },
  });
}

/** Another volume for the same user. */
async function createVolume({ zone, tags }) {
  const list = Object.entries(tags).flatMap(([key, value], n) => [
    [`TagSpecification.1.Tag.${n + 1}.Key`, key],
    [`TagSpecification.1.Tag.${n + 1}.Value`, value],
  ]);
  const body = new URLSearchParams([
    ...[["Action", "CreateVolume"], ["Version", "2016-11-15"], ["AvailabilityZone", zone], ["Size", "1"]],
    ...[["VolumeType", "gp3"], ["Encrypted", "true"], ["TagSpecification.1.ResourceType", "volume"], ...list],
  ]);
  const answer = await fetch("http://127.0.0.1:9002", { method: "POST", body });
  expect(answer.ok, `CreateVolume: ${answer.status} ${await answer.text()}`);
}
