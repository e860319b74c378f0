// The notice in the workbench: that the box is about to go, that it went, and what can be done.

import { BASE, expect, interrupt, redis, until } from "../look.mjs";
import { usable } from "../person.mjs";
import { accessible } from "./examine.mjs";
import { opening } from "./opening.mjs";
import { picture } from "./pictures.mjs";
import { Somebody } from "./somebody.mjs";

const NOTICE = "#hotdesk-notice";
const HEIGHT = 800;

export async function notices(world) {
  const { browser, report, screenshots, folder, stack, state } = world;
  const [gil, hal] = await Promise.all(["gil", "hal"].map((name) => Somebody.meet(browser, name)));
  const his = await opening(world, gil);
  const hers = await hal.open("/dispatch");
  await report.step("the next one's workbench opens", () => usable(hers.page));

  const doomed = await redis("HGET", "ws:gil", "instanceId");
  await report.step("who loses the machine to AWS is told in the workbench", async () => {
    await interrupt(doomed);
    await says(his, "save your work");
    await examineNotice(his, screenshots, "notice-interruption");
  });
  await state("home-interruption", { who: gil, path: "/", main: "#open" });
  const [nginx] = await stack.find("nginx: master", doomed);
  process.kill(nginx.id, "SIGTERM");

  await report.step("who has had a box for long is told that it ends", async () => {
    await says(hers, "unless you stay");
    if (folder) await picture(hers, await stack.workspace(await redis("HGET", "ws:hal", "instanceId")), folder);
    await examineNotice(hers, screenshots, "notice-lifetime");
  });
  await state("home-lifetime", { who: hal, path: "/", main: "#open" });
  await report.step("and stays by one click", async () => {
    await hers.page.locator(NOTICE).getByRole("button", { name: "Stay" }).click();
    await says(hers, "stays yours");
    await examineNotice(hers, screenshots, "notice-stayed");
  });
  await report.step("whose box died is told", async () => {
    await says(his, "does not answer");
    await examineNotice(his, screenshots, "notice-lost");
  });
  await report.step("whose box was stopped is told, and one click asks for another", async () => {
    // So that the box is there to say so: stopped, it would not answer.
    const resume = await stack.pause("idle-reaper");
    await hal.stop();
    await says(hers, "was stopped");
    await examineNotice(hers, screenshots, "notice-stopped");
    resume();
    await hers.page.locator(NOTICE).getByRole("link", { name: "Open it again" }).click();
    await hers.page.waitForURL(`${BASE}/dispatch`);
  });
  for (const one of [gil, hal]) await one.leave();
}

/** Until the notice says that. */
async function says({ page }, words) {
  await page.waitForFunction(
    ([notice, words]) => document.querySelector(notice)?.innerText.includes(words),
    [NOTICE, words],
  );
}

/** Whether all can read it, and it covers nothing that somebody types. */
async function examineNotice({ page }, screenshots, picture) {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: HEIGHT });
      await until(`the notice is in the status bar, ${width} px`, 10, () => isInBar(page, width));
      await accessible(page, `${colorScheme}, ${width} px`, NOTICE);
      const path = `${screenshots}/${picture}-${colorScheme}${width === 360 ? "-narrow" : ""}.png`;
      await page.screenshot({ path });
    }
  }
}

async function isInBar(page, width) {
  const notice = await page.locator(NOTICE).boundingBox();
  const bar = await page.locator(".part.statusbar").boundingBox();
  const words = await page.locator(NOTICE).evaluate((each) => each.scrollWidth <= each.clientWidth);
  const inside = notice.y >= bar.y && notice.x >= 0 && notice.x + notice.width <= width;
  expect(inside && words, `${JSON.stringify(notice)} in ${JSON.stringify(bar)}`);
  return true;
}
