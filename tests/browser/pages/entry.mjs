// The pages that one meets without a box: signing in, a workspace that is stopped, and problems.

import { readdir } from "node:fs/promises";

import { BASE, IDENTITY, expect } from "../look.mjs";
import { choose, choosing } from "../person.mjs";
import { Somebody } from "./somebody.mjs";

const BOTH = [{ scripted: true }, { scripted: false }];
const HOME = "main a[href='/']";
const AGAIN = "main a[href='/login']";
const ON = `main a[href^='${IDENTITY}/']`;
const LEAVING = `${IDENTITY}/session/end?*`;
const OTHER = "main form button";

export async function entry(world) {
  const { browser, report, examine, state } = world;
  const stranger = await Somebody.stranger(browser);
  await state("chooser", { who: stranger, path: "/", main: "#continue" });
  await report.step("what is no name is told, and a name leads to where one was going", async () => {
    for (const way of BOTH) {
      const tab = await stranger.open("/status", way);
      expect(choosing(tab.page.url()), `not asked to sign in, but at ${tab.page.url()}`);
      await choose(tab.page, " ");
      await tab.page.waitForSelector("#name[aria-invalid][aria-describedby=hint]");
      await examine(tab, "chooser-no-name", { status: 422, main: "#continue" });
      await choose(tab.page, "zoe");
      await tab.page.waitForURL(`${BASE}/status`);
      await tab.close();
    }
  });
  const over = `${IDENTITY}/interaction/over`;
  await state("chooser-over", { who: stranger, path: over, status: 400, main: "h1" });
  await strangers(world);
  const zoe = await Somebody.meet(browser, "zoe");
  await state("home-stopped", { who: zoe, path: "/", main: "#open" });
  await state("status-stopped", { who: zoe, path: "/status", main: "main a[href='/dispatch']" });
  await problems(world, zoe);
  await operators(world, zoe);
  await report.step("signing out, here and at the provider, without scripts too", async () => {
    for (const way of BOTH) {
      const tab = await zoe.open("/", way);
      // The page between goes on by itself.
      await tab.stay(LEAVING);
      await tab.page.click("#sign-out");
      await tab.page.waitForURL(`${BASE}/logout`);
      await examine(tab, "signing-out", { main: ON });
      await tab.page.unroute(LEAVING);
      await tab.page.click(ON);
      await tab.page.waitForURL((url) => choosing(url.href));
      await tab.page.goto(`${BASE}/`);
      expect(choosing(tab.page.url()), `still signed in, at ${tab.page.url()}`);
      await tab.close();
    }
  });
  for (const one of [stranger, zoe]) await one.leave();
}

/** What sign-in says to those who get no session. */
async function strangers({ browser, report, examine }) {
  const refusals = {
    "sign-in-cancelled": { act: (page) => page.click("#cancel"), status: 400, main: AGAIN },
    // A user name that hotdesk never gives.
    "account-refused": { act: (page) => choose(page, "pool"), status: 403, main: OTHER, chooser: true },
    "sign-in-replayed": { act: replay, status: 400, main: AGAIN },
  };
  for (const [picture, { act, status, main, chooser }] of Object.entries(refusals)) {
    await report.step(picture, async () => {
      for (const way of BOTH) {
        const nobody = await Somebody.stranger(browser);
        const tab = await nobody.open("/", way);
        await act(tab.page);
        await tab.page.waitForURL((url) => url.href.startsWith(`${BASE}/callback`));
        await examine(tab, picture, { status, main });
        if (chooser) {
          await tab.page.click(main);
          await tab.page.waitForURL((url) => choosing(url.href));
        }
        await nobody.leave();
      }
    });
  }
}

/** Signs in, and then goes to the address once more that the provider sent one back to. */
async function replay(page) {
  const back = page.waitForRequest((request) => request.url().startsWith(`${BASE}/callback`));
  await choose(page, "zoe");
  await page.waitForURL(`${BASE}/`);
  await page.goto((await back).url());
}

/** What an operator sees, and somebody who is none. */
async function operators({ browser, report, examine, state }, zoe) {
  const olivia = await Somebody.meet(browser, "olivia");
  await state("home-operator", { who: olivia, path: "/", main: "#revoke" });
  await report.step("an operator signs out somebody else", async () => {
    for (const way of BOTH) {
      const tab = await olivia.open("/", way);
      await tab.page.fill("#revoke-user", "yuri");
      await tab.page.click("#revoke");
      await tab.page.waitForURL(`${BASE}/revoke`);
      await examine(tab, "revoked", { status: 202, main: HOME });
      await tab.close();
    }
  });
  await report.step("who is no operator is told so", async () => {
    const own = `${BASE}/a-form-of-our-own`;
    const body = `<form method="post" action="/revoke"><input name="user" value="yuri"><button>Go</button></form>`;
    for (const way of BOTH) {
      const tab = await zoe.empty(way);
      await tab.page.route(own, (route) => route.fulfill({ contentType: "text/html", body }));
      await tab.page.goto(own);
      await tab.page.click("button");
      await tab.page.waitForURL(`${BASE}/revoke`);
      await examine(tab, "problem-not-an-operator", { status: 403, main: HOME });
      await tab.close();
    }
  });
  await olivia.leave();
}

async function problems({ root, report, examine, state }, zoe) {
  await state("problem-404", { who: zoe, path: "/nothing-here", status: 404, main: HOME });
  await state("problem-405", { who: zoe, path: "/stop", status: 405, main: HOME });
  await report.step("a form on another site is refused with 403", async () => {
    const elsewhere = "http://elsewhere.example/";
    const body = `<form method="post" action="${BASE}/stop"><button>A present!</button></form>`;
    for (const way of BOTH) {
      const tab = await zoe.empty(way);
      await tab.page.route(elsewhere, (route) => route.fulfill({ contentType: "text/html", body }));
      await tab.page.goto(elsewhere);
      await tab.page.click("button");
      await tab.page.waitForURL(`${BASE}/stop`);
      await examine(tab, "problem-403", { status: 403, main: HOME });
      await tab.close();
    }
  });
  const files = (await readdir(`${root}docs/problems`)).filter((file) => file !== "README.md");
  for (const slug of files.map((file) => file.replace(".md", "")).sort()) {
    await state(`about-${slug}`, { who: zoe, path: `/problems/${slug}`, main: HOME, whole: false });
  }
}
