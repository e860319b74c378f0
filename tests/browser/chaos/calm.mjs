// After the faults: all comes to rest, whoever waits is served, and every file is there.

import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

import { simulate, until } from "../look.mjs";
import { unrest } from "./rest.mjs";

/** The passes of the reaper that all must be done in. */
const PASSES = 5;
/** A box rests so long before it is started again, ms: who waits for one waits for that. */
const REST = 65_000;
/** More than everybody. */
const ROOM = 20;

/** The end of a world that nothing is done to any more; `logs`: those of the stack. */
export async function calm(world, logs) {
  world.calm = true;
  world.promises.note("CALM");
  const half = await settle(world, logs, "those who are there stay, the others go");
  // Everybody's files are looked at when they open, and for that all must get a box.
  await simulate("conditions", { max_size: ROOM });
  world.recall();
  const all = await settle(world, logs, "all come back");
  for (const each of world.people) {
    const look = () => world.files.check(each.name, each.box.seat.instance).then(() => true);
    await until(`a look at the home of ${each.name}`, 120, look);
  }
  return [half, all];
}

/** Waits for rest, for as long as was promised. */
async function settle(world, logs, what) {
  const began = Date.now();
  const before = await passes(logs);
  const due = began + world.idle + REST;
  let overdue = null;
  for (;;) {
    const wrong = await missing(world);
    const now = await passes(logs);
    if (!wrong.length) {
      world.promises.look("rest", true);
      world.promises.look("served", true);
      const took = `at rest after ${((Date.now() - began) / 1000).toFixed(0)} s, ${now - before} passes`;
      await stays(world);
      return `${what}: ${took}`;
    }
    if (Date.now() > due) overdue ??= now;
    if (overdue !== null && now - overdue > PASSES) {
      const waits = wrong.filter((each) => each.endsWith("still waits"));
      const others = wrong.filter((each) => !each.endsWith("still waits"));
      world.promises.look("rest", !others.length, () => `${what}:\n${others.join("\n")}`);
      world.promises.look("served", !waits.length, () => `${what}:\n${waits.join("\n")}\n${world}`);
      return `${what}: not at rest after ${((Date.now() - began) / 1000).toFixed(0)} s`;
    }
    await sleep(1000);
  }
}

/** What keeps it from being at rest; whoever wants a box must have it open, too. */
async function missing(world) {
  const wanting = world.people.filter((each) => each.wants);
  const wrong = await unrest({ spares: world.spares, waits: wanting.map(({ name }) => name) });
  const closed = wanting.filter((each) => !each.box || !each.doing.match(/^(working|typing|saving)/));
  return [...wrong, ...closed.map((each) => `${each.name} (${each.doing}) still waits`)];
}

/** At rest it stays so. */
async function stays(world) {
  const end = Date.now() + world.idle;
  while (Date.now() < end) {
    const wrong = await unrest({ spares: world.spares, waits: [] });
    world.promises.look("rest", !wrong.length, () => `it was at rest, and is no more:\n${wrong.join("\n")}`);
    await sleep(1000);
  }
}

/** How many passes of the reaper have ended well. */
async function passes(logs) {
  const log = await readFile(`${logs}/stack.log`, "utf8");
  return log.split("pump::schedule: idle-reaper").length - 1;
}
