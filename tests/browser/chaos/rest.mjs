// What is still under way, or left behind: nothing, once all has come to rest.

import { cloud, seats, store } from "./tables.mjs";

/** `MAX_STANDBY` of the stack: of more, the next pass terminates the oldest. */
const KEPT = 5;

/** What is not as it is at rest, with that many spares; `waits`: those who want a box. */
export async function unrest({ spares, waits }) {
  const [{ group, instances, volumes }, { users, boxes }, redis] = await Promise.all([cloud(), seats(), store()]);
  const wrong = [];
  const equal = (what, is, should) => {
    const [a, b] = [is, should].map((each) => [...new Set(each)].sort().join(" "));
    if (a !== b) wrong.push(`${what}: ${a || "none"}; should be: ${b || "none"}`);
  };
  if (!redis.ready) return ["the store is not built"];
  const { pool, stopping, standby, waking, arriving, pings, waiting } = redis.sets;
  for (const [name, set] of Object.entries({ stopping, waking, arriving })) equal(`fleet:${name}`, set, []);
  const open = Object.entries(users).filter(([, { state }]) => state === "open");
  const used = [...pool, ...open.map(([, { instance }]) => instance)];
  const members = (state) => group.members.filter(({ lifecycle }) => lifecycle === state).map(({ id }) => id);
  const running = (state) => instances.filter((each) => each.state === state).map(({ id }) => id);
  if ([...standby].length > KEPT) wrong.push(`fleet:standby: ${[...standby].length}; should be ${KEPT} at most`);
  equal("boxes in service", members("InService"), used);
  equal("boxes in standby", members("Standby"), standby);
  equal("running instances", running("running"), used);
  equal("stopped instances", running("stopped"), standby);
  equal("members", group.members.map(({ id }) => id), [...used, ...standby]);
  equal("who has a box by the store", pings, open.map(([user]) => user));
  const rows = Object.entries(redis.users).filter(([, { state }]) => state === "RUNNING");
  const told = rows.map(([user, { instance, epoch }]) => `${user}@${instance}/${epoch}`);
  equal("seats by the store", told, open.map(([user, { instance, epoch }]) => `${user}@${instance}/${epoch}`));
  const gone = (id) => redis.boxes[id] === "GONE";
  const states = (state) => Object.entries(boxes).filter(([, box]) => box.state === state).map(([id]) => id);
  equal("parked items", states("parked").filter((id) => !gone(id)), standby);
  equal("waking items", states("waking"), []);
  equal("seats that end", Object.keys(users).filter((user) => users[user].state === "ending"), []);
  const need = Math.min(open.length + waiting.size + spares, group.max);
  equal("desired", [group.desired], [need]);
  for (const { id, state, tags } of instances) {
    const owner = open.find(([, { instance }]) => instance === id)?.[0] ?? "UNASSIGNED";
    if (state !== "terminated") equal(`the owner of ${id} by its tag`, [tags.Owner], [owner]);
  }
  for (const { id, tags, attachment } of volumes) {
    const seat = open.find(([user]) => user === tags.Home)?.[1].instance;
    equal(`where ${tags.Home}'s home ${id} is attached`, [attachment?.instance], [seat]);
  }
  const unserved = waits.filter((user) => !open.some(([name]) => name === user));
  return [...wrong, ...unserved.map((user) => `${user} still waits`)];
}
