// A page from elsewhere, another box's included, in the browser of somebody who works on a box: it gets
// neither the workbench's connections nor its page, and cannot say that its user is there.

import { expect, until } from "../look.mjs";
import { Elsewhere, Watch, pageOn, ways } from "./elsewhere.mjs";

const PING = "/_hotdesk/ping";
/** What one attack asks for: the page in five ways, a file and a heartbeat in two. */
const ASKED = 5 + 2 + 2;

export async function siblings(world, { alice, bob }) {
  const { hostname } = new URL(alice.home);
  const elsewhere = await Elsewhere.start(hostname, hostname);
  const places = {
    "another port of her box": { address: elsewhere.address, carries: true },
    "bob's box": { address: await pageOn(bob.home, alice.context), carries: false },
  };
  try {
    for (const [place, options] of Object.entries(places)) {
      await world.report.step(`a page on ${place} gets nothing of alice's workbench`, () =>
        reach(alice, options),
      );
    }
  } finally {
    await elsewhere.stop();
  }
  await alice.works(world, "beside such pages");
}

async function reach(alice, { address, carries }) {
  const { home, socket, file, name, box } = alice;
  const page = await alice.context.newPage();
  const watch = await Watch.on(page, home);
  await page.goto(address);
  const beat = JSON.stringify({ user: name, instanceId: box });
  const wish = JSON.stringify({ home, socket, file, beat });
  const { read, connection } = await page.evaluate(`(${attack})(${wish}, ${ways})`);
  expect(read.length === 0, `it reads ${read.join("; ")}`);
  expect(connection === "refused", `the WebSocket is ${connection}`);
  await until("the answers", 10, () => watch.seen.length === ASKED);
  // A heartbeat that is refused is so by its header alone: Chromium writes other statuses into consoles.
  const done = watch.seen.filter(({ path, status, heartbeat }) => {
    return path === PING ? heartbeat !== "stale" : ![401, 403].includes(status);
  });
  expect(done.length === 0, `answered: ${JSON.stringify(done)}`);
  expect(watch.carried("hotdesk_box") || !carries, "no request had her pass with it");
  const frames = page.frames().slice(1).filter((frame) => !/^(chrome-error|about):/.test(frame.url()));
  expect(frames.length === 0, `in frames: ${frames.map((frame) => frame.url())}`);
  await page.close();
}

/** In the page from elsewhere. */
async function attack({ home, socket, file, beat }, ways) {
  const { read, ...by } = ways();
  await by.fetches(`${home}/`);
  await by.embeds(`${home}/`);
  await by.fetches(file);
  await by.fetches(`${home}/_hotdesk/ping`, { method: "POST", body: beat });
  const connection = await new Promise((resolve) => {
    const connection = new WebSocket(socket);
    connection.onopen = () => resolve("open");
    connection.onerror = () => resolve("refused");
  });
  return { read, connection };
}
