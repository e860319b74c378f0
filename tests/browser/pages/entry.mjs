// The pages that one meets without a box: signing in, a workspace that is stopped, and problems.

import { readdir } from "node:fs/promises";

import { BASE, LOGIN, expect } from "../look.mjs";
import { Somebody } from "./somebody.mjs";

const BOTH = [{ scripted: true }, { scripted: false }];
const HOME = "main a[href='/']";

export async function entry(world) {
  const { browser, report, examine, state } = world;
  const stranger = await Somebody.stranger(browser);
  await state("sign-in", { who: stranger, path: "/", main: "button" });
  await report.step("a bad name is told, and a good one leads to where one was going", async () => {
    for (const way of BOTH) {
      const tab = await stranger.open("/status", way);
      expect(tab.page.url().startsWith(LOGIN), `not asked to sign in, but at ${tab.page.url()}`);
      await tab.page.fill("#name", "pool");
      await tab.page.click("button");
      await tab.page.waitForSelector("#name[aria-invalid][aria-describedby=hint]");
      await examine(tab, "sign-in-bad-name", { status: 422, main: "button" });
      await tab.page.fill("#name", "zoe");
      await tab.page.click("button");
      await tab.page.waitForURL(`${BASE}/status`);
      await tab.close();
    }
  });
  const zoe = await Somebody.meet(browser, "zoe");
  await state("home-stopped", { who: zoe, path: "/", main: "#open" });
  await state("status-stopped", { who: zoe, path: "/status", main: "main a[href='/dispatch']" });
  await problems(world, zoe);
  await report.step("signing out, without scripts too", async () => {
    for (const way of BOTH) {
      const tab = await zoe.open("/", way);
      await tab.page.click("#sign-out");
      await tab.page.waitForURL(LOGIN);
      await tab.page.goto(`${BASE}/`);
      expect(tab.page.url().startsWith(LOGIN), "still signed in");
      await tab.close();
    }
  });
  for (const one of [stranger, zoe]) await one.leave();
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
