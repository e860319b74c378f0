// What must hold at each look, whatever was just killed.

import { cloud, seats, store } from "./tables.mjs";

/** Lifecycle states of members that the group does not count. */
const AWAY = ["EnteringStandby", "Standby", "Terminating", "Terminating:Wait", "Terminating:Proceed", "Terminated"];

/** Looks at all three once; who is away is not looked at. */
export async function lookAtAll({ promises }) {
  const looks = [
    [cloud, lookAtCloud],
    [seats, lookAtSeats],
    [store, lookAtStore],
  ];
  const look = async ([read, judge]) => {
    const seen = await read().catch(() => null);
    if (seen) judge(promises, seen);
  };
  await Promise.all(looks.map(look));
}

export function lookAtCloud(promises, { group, volumes }) {
  const there = group.members.filter(({ lifecycle }) => !AWAY.includes(lifecycle));
  const wrong = group.desired > group.max || there.length > group.max;
  promises.look("size", !wrong, () => `desired ${group.desired}, ${there.length} members, MaxSize ${group.max}`);
  const homes = new Map();
  for (const { id, tags, attachment } of volumes) {
    if (!tags.Home) continue;
    const others = homes.get(tags.Home) ?? [];
    homes.set(tags.Home, [...others, `${id} at ${attachment?.instance ?? "none"}`]);
  }
  const several = [...homes].filter(([, found]) => found.length > 1);
  promises.look("home", !several.length, () => several.map(([user, found]) => `${user}: ${found}`).join("; "));
}

export function lookAtSeats(promises, { users, boxes }) {
  const seated = Object.entries(users).filter(([, { state }]) => state !== "closed");
  const owners = new Map();
  const wrong = [];
  for (const [user, { instance, epoch, state }] of seated) {
    if (owners.has(instance)) wrong.push(`${instance} is ${owners.get(instance)}'s and ${user}'s`);
    owners.set(instance, user);
    const box = boxes[instance];
    if (box?.state !== "seat" || box.user !== user || box.epoch !== epoch) {
      wrong.push(`${user}'s seat at ${instance} is ${state} with ${epoch}, and its box says ${JSON.stringify(box)}`);
    }
  }
  for (const [id, { state, user }] of Object.entries(boxes)) {
    if (state === "seat" && owners.get(id) !== user) wrong.push(`${id} says that it is ${user}'s, and ${user} does not`);
  }
  promises.look("owner", !wrong.length, () => wrong.join("; "));
}

export function lookAtStore(promises, { ready, users, sets }) {
  // One that is being built says nothing.
  if (!ready) return;
  const wrong = contradictions(users, sets);
  promises.look("store", !wrong.length, () => wrong.join("; "));
}

function contradictions(users, sets) {
  const wrong = [];
  const rows = Object.entries(users);
  const names = (state) => rows.filter(([, row]) => row.state === state).map(([user]) => user);
  const running = names("RUNNING").map((user) => users[user].instance);
  if (new Set(running).size !== running.length) wrong.push(`two users have one box: ${running}`);
  const { pool, stopping, standby, waking, arriving } = sets;
  const places = { pool, running: new Set(running), stopping, standby, waking, arriving };
  const seen = new Map();
  for (const [place, boxes] of Object.entries(places)) {
    for (const id of boxes) {
      if (seen.has(id)) wrong.push(`${id} is in ${seen.get(id)} and in ${place}`);
      seen.set(id, place);
    }
  }
  const same = (set, list) => set.size === list.length && list.every((each) => set.has(each));
  if (!same(sets.pings, names("RUNNING"))) wrong.push(`ws:pings ${[...sets.pings]}, RUNNING ${names("RUNNING")}`);
  if (!same(sets.waiting, names("STARTING"))) wrong.push(`fleet:waiting ${[...sets.waiting]}, STARTING ${names("STARTING")}`);
  if (pool.size && sets.waiting.size) wrong.push(`${[...sets.waiting]} wait while the pool has ${[...pool]}`);
  return wrong;
}
