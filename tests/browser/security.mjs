// Only its owner gets into a box, and nobody else's page acts for them: each claim with an attack on it,
// in real browsers against the real parts. A part of smoke.mjs; by itself: `make security`.

import { attributes } from "./security/attributes.mjs";
import { edited } from "./security/edited.mjs";
import { foreign } from "./security/foreign.mjs";
import { leaving } from "./security/leaving.mjs";
import { meet } from "./security/people.mjs";
import { revocation } from "./security/revocation.mjs";
import { siblings } from "./security/siblings.mjs";
import { strangers } from "./security/strangers.mjs";

export async function security(world) {
  const people = await meet(world);
  await attributes(world, people);
  await strangers(world, people);
  await edited(world, people);
  await foreign(world, people);
  await siblings(world, people);
  await people.alice.works(world, "after all that");
  await people.silent(world);
  await revocation(world, people);
  await leaving(world, people);
  await people.leave();
}
