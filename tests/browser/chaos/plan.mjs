// What is killed when: all of it follows from the seed.

import { Random } from "./random.mjs";

/** The kinds of faults, and how often each is among the others. */
const KINDS = {
  function: 60,
  "redis-empty": 2,
  "redis-older": 3,
  "redis-stands": 2,
  "dynamodb-killed": 3,
  "dynamodb-stands": 2,
  "box-lost": 4,
  "box-warned": 3,
  "box-crashed": 3,
};
const FUNCTIONS = { dispatch: 5, "idle-reaper": 3, lifecycle: 4, provision: 4, ping: 2, "sign-in": 1 };

/**
 * Seconds between two faults on average, and before the first. Much oftener, and no pass of the reaper comes to
 * its end on a small machine: nobody gets in any more, and there is nothing left to lose.
 */
const PAUSE = 4.5;
const BEFORE = 8;

/**
 * Faults for so many seconds: `at` in seconds, `kind`, which of the victims there are then (`victim`, a part
 * of them all), for how many seconds something stands still (`hold`), which function, after how many ms
 * of a call it dies (`into`; null: whatever it does), and whether a box dies as it boots (`booting`). Each
 * kind comes once before most come again.
 */
export function plan(seed, seconds) {
  const random = new Random(seed);
  const first = Object.keys(KINDS);
  const faults = [];
  for (let at = BEFORE; at < seconds; at += PAUSE * (0.3 + 1.4 * random.next())) {
    const n = Math.floor(random.next() * first.length);
    const kind = first.length && random.chance(0.6) ? first.splice(n, 1)[0] : among(random, KINDS);
    faults.push({
      at,
      kind,
      victim: random.next(),
      hold: random.between(1, 8),
      name: among(random, FUNCTIONS),
      into: random.chance(0.8) ? random.next() ** 2 * 300 : null,
      booting: random.chance(0.15),
    });
  }
  return faults;
}

function among(random, weights) {
  let left = random.next() * Object.values(weights).reduce((a, b) => a + b);
  return Object.keys(weights).find((name) => (left -= weights[name]) < 0);
}
