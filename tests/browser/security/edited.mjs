// Redis and all that DynamoDB says of seats, edited by hand so that bob is told alice's box: dispatch believes them, and the box
// does not.

import { expect, redis } from "../look.mjs";
import { Intruder } from "./intruder.mjs";
import { claims, ticket } from "./people.mjs";
import { get, getHome, put, putHome } from "./table.mjs";

export async function edited(world, { alice, bob }) {
  const { browser, report, stack, screenshots } = world;
  await report.step("with both stores edited, hotdesk sends bob to alice's box, which refuses him", async () => {
    // Who would mend it meanwhile.
    const resume = await Promise.all(["idle-reaper", "provision"].map((name) => stack.pause(name)));
    const mend = await give(alice, bob);
    try {
      const address = await ticket("bob");
      const { sub, aud } = claims(address);
      expect(address.startsWith(`${alice.home}/`), `he is sent to ${new URL(address).origin}`);
      expect(sub === "bob" && aud === alice.box, `the ticket is for ${sub} on ${aud}`);
      const intruder = await Intruder.come(browser, alice);
      await intruder.isKeptOut(address);
      const { status } = await intruder.visit(await ticket("bob"));
      expect(status === 403, `a ticket of his is answered with ${status}`);
      await intruder.page.screenshot({ path: `${screenshots}/refused-edited.png` });
      await intruder.leave();
    } finally {
      await mend();
      for (const one of resume) one();
    }
  });
  await alice.works(world, "with her seat given away");
}

/** Writes bob wherever alice is written; the function that it returns writes what was there before. */
async function give(alice, bob) {
  const [hers, his] = [await get("user#alice"), await get("user#bob")];
  const seat = await get(`instance#${alice.box}`);
  const [herHome, hisHome] = [await getHome("alice"), await getHome("bob")];
  const [before, after] = await Promise.all(["ws:bob", "ws:alice"].map((key) => redis("HGETALL", key)));
  const owner = `fleet:instance:${alice.box}`;
  await put({ ...hers, pk: his.pk, issuer: his.issuer, subject: his.subject });
  await put({ ...seat, user: { S: "bob" } });
  await putHome({ ...hisHome, epoch: herHome.epoch, instance: herHome.instance });
  await hash("ws:bob", after);
  await redis("HSET", owner, "owner", "bob");
  return async () => {
    await hash("ws:bob", before);
    await redis("HSET", owner, "owner", "alice");
    await putHome(hisHome);
    await put(his);
    await put(seat);
  };
}

async function hash(key, fields) {
  await redis("DEL", key);
  await redis("HSET", key, ...Object.entries(fields).flat());
}
