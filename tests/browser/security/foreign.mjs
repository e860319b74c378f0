// A page from elsewhere, a box's included, in a browser that is signed in at hotdesk: it cannot act for
// the one who is signed in, nor read anything of theirs.

import { BASE, expect, redis, until } from "../look.mjs";
import { Person, dispatch } from "../person.mjs";
import { Elsewhere, Watch, pageOn, ways } from "./elsewhere.mjs";
import { get } from "./table.mjs";

/** What one attack asks for: three pages in five ways, and four orders in four. */
const ASKED = 3 * 5 + 4 * 4;

export async function foreign({ browser, report }, { bob }) {
  // An operator with a box that nobody looks at, and somebody without one.
  const victims = { olivia: true, dora: false };
  const elsewhere = await Elsewhere.start("localhost", "127.0.0.1");
  try {
    for (const [name, seated] of Object.entries(victims)) {
      const victim = await report.step(`${name} signs in`, () => victimOf(browser, name, seated));
      const places = {
        "another port of hotdesk's host": { address: elsewhere.address, carries: true },
        "a box": { address: await pageOn(bob.home, victim.context), carries: false },
      };
      for (const [place, options] of Object.entries(places)) {
        await report.step(`a page on ${place} does nothing and reads nothing as ${name}`, () =>
          inPassing(victim, options),
        );
        await report.step(`nor does a form there that ${name} submits`, () => byForm(victim, options));
      }
      await victim.leave();
    }
  } finally {
    await elsewhere.stop();
  }
}

async function victimOf(browser, name, seated) {
  const victim = await Person.meet(browser, name);
  const page = await victim.signIn();
  const cookies = await victim.context.cookies(BASE);
  if (seated) {
    const { value } = cookies.find((cookie) => cookie.name === "hotdesk");
    await until("a box", 60, async () => (await dispatch(`hotdesk=${value}`)).status === 302);
  }
  await page.close();
  return victim;
}

async function inPassing(victim, { address, carries }) {
  const before = await standing(victim.name);
  const page = await victim.context.newPage();
  const watch = await Watch.on(page, BASE);
  await page.goto(address);
  const { epoch } = before.workspace;
  const read = await page.evaluate(`(${attack})(${JSON.stringify({ api: BASE, epoch })}, ${ways})`);
  expect(read.length === 0, `it reads ${read.join("; ")}`);
await until("the answers", 10, () => watch.seen.length === ASKED);
  const opened = victim.context.pages().filter((each) => each !== page);
  expect(opened.length === 1, `${opened.length} windows were opened`);
  // That window is a link that was followed: the page that it shows is its user's to see.
  await opened[0].waitForSelector("#open");
  const done = watch.seen.filter(({ status }) => status !== 403);
  expect(done.length === 0, `answered: ${JSON.stringify(done)}`);
  expect(watch.carried("hotdesk") || !carries, "no request had the session with it");
  const frames = page.frames().slice(1).filter((frame) => !/^(chrome-error|about):/.test(frame.url()));
  expect(frames.length === 0, `in frames: ${frames.map((frame) => frame.url())}`);
  for (const one of [...opened, page]) await one.close();
  await unchanged(victim, before);
}

async function byForm(victim, { address }) {
  const before = await standing(victim.name);
  const page = await victim.context.newPage();
  for (const [path, fields] of forms(before.workspace.epoch)) {
    await page.goto(address);
    const answered = page.waitForResponse((response) => response.url() === `${BASE}${path}`);
    await page.evaluate(submit, { action: `${BASE}${path}`, fields });
    const answer = await answered;
    expect(answer.status() === 403, `${path}: ${answer.status()}`);
    expect(answer.request().method() === "POST", "it was no form");
    await page.waitForSelector("main a[href='/']");
  }
  await page.close();
  await unchanged(victim, before);
}

/** What stands about somebody in both stores, and all that anybody's order would change. */
async function standing(name) {
  const sets = ["fleet:waiting", "fleet:asking", "fleet:stopping", "fleet:revoked"];
  const scores = sets.map((key) => redis("ZRANGE", key, "0", "-1", "WITHSCORES"));
  const items = [`user#${name}`, `revoked#${name}`, "revoked#alice"].map(get);
  return {
    workspace: await redis("HGETALL", `ws:${name}`),
    sets: await Promise.all(scores),
    items: await Promise.all(items),
  };
}

async function unchanged(victim, before) {
  const [was, is] = [before, await standing(victim.name)].map((each) => JSON.stringify(each));
  expect(was === is, `it was ${was}, and is ${is}`);
  const cookies = await victim.context.cookies(BASE);
  const session = cookies.find(({ name }) => name === "hotdesk");
  expect(session, "the session's cookie is gone");
  const headers = { cookie: `hotdesk=${session.value}`, accept: "application/json" };
  const { status } = await fetch(`${BASE}/status`, { headers });
  expect(status === 200, `the session is answered with ${status}`);
}

function forms(epoch = "1") {
  return [["/stop", { epoch }], ["/stop", {}], ["/revoke", { user: "alice" }], ["/logout", {}]];
}

/** In the page from elsewhere. */
async function attack({ api, epoch = "1" }, ways) {
  const { read, note, ...by } = ways();
  const opened = window.open(`${api}/`);
  for (const path of ["/", "/dispatch", "/status"]) {
    await by.fetches(`${api}${path}`);
    await by.embeds(`${api}${path}`);
  }
  await by.posts(`${api}/stop`, { epoch });
  await by.posts(`${api}/stop`, {});
  await by.posts(`${api}/revoke`, { user: "alice" });
  await by.posts(`${api}/logout`, {});
  try {
    note("the window", opened.document.body.innerText);
  } catch {
    // Another origin's document.
  }
  return read;
}

/** In the page from elsewhere: as a button that somebody is made to click. */
function submit({ action, fields }) {
  const form = Object.assign(document.createElement("form"), { method: "post", action });
  for (const [name, value] of Object.entries(fields)) {
    form.append(Object.assign(document.createElement("input"), { name, value }));
  }
  document.body.append(form);
  form.submit();
}
