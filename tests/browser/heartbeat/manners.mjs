// How the notice behaves: whom it disturbs, where it lies, and who can use it.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import { expect } from "../look.mjs";
import { START, same, says } from "./desk.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const threatens = (kind) => ({ "box-threat": `${kind},${START + 125 * 60_000}` });
/** Kinds of notice: what heartbeats are answered with, how long until it shows, some of its words. */
const KINDS = {
  lifetime: ["noted", threatens("lifetime"), 30, "14:05"],
  interruption: ["noted", threatens("interruption"), 30, "14:05"],
  rebalance: ["noted", threatens("rebalance"), 30, "soon"],
  stale: ["stale", {}, 30, "stopped"],
  lost: ["strange", {}, 90, "does not answer"],
};

/** Brings a notice of that kind to a tab. */
async function bring(desk, tab, kind) {
  const [word, headers, seconds, words] = KINDS[kind];
  desk.box.answers(word, headers);
  await desk.pass(seconds);
  await says(tab, words);
}

export const manners = {
  async "it takes no focus, neither when it comes nor by a click, and gives back what it was given"(desk) {
    const tab = await desk.leader();
    const editor = tab.getByLabel("Editor");
    await editor.focus();
    await bring(desk, tab, "lifetime");
    await tab.keyboard.type("a");
    desk.box.answers("away");
    await tab.getByRole("button", { name: "Stay" }).click();
    await tab.locator("#hotdesk-notice [role=status]").click();
    await tab.keyboard.type("b");
    same(await editor.inputValue(), "ab", "what was typed");
    // By keyboard it is the next stop, and the one before it when it is gone.
    await tab.keyboard.press("Tab");
    same(await tab.evaluate(() => document.activeElement.textContent), "Staying …", "the focus");
    desk.box.answers("noted");
    await desk.pass(5);
    await says(tab, "This box stays yours.");
    await tab.keyboard.type("c");
    same(await editor.inputValue(), "abc", "what was typed");
  },

  async "it lies on the status bar and on nothing else, also where there is little room"(desk) {
    const tab = await desk.leader();
    for (const width of [1280, 640, 320]) {
      await tab.setViewportSize({ width, height: 600 });
      for (const kind of Object.keys(KINDS)) {
        await bring(desk, tab, kind);
        const bar = await tab.locator(".statusbar").boundingBox();
        const notice = await tab.locator("#hotdesk-notice").boundingBox();
        const inside = notice.y >= bar.y && notice.x >= 0 && notice.x + notice.width <= width;
        const where = `${kind} at ${width}: ${JSON.stringify(notice)}`;
        expect(inside, `${where} is not within ${JSON.stringify(bar)}`);
        const fits = ({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth;
        expect(await tab.locator("#hotdesk-notice").evaluate(fits), `${where}: its words do not fit`);
      }
    }
  },

  async "without a status bar it keeps to the upper corner"(desk) {
    const tab = await desk.leader();
    await tab.locator(".statusbar").evaluate((bar) => (bar.hidden = true));
    await bring(desk, tab, "stale");
    const notice = await tab.locator("#hotdesk-notice").boundingBox();
    const { width } = tab.viewportSize();
    same([notice.y, Math.round(notice.x + notice.width)], [0, width], "top and right");
  },
};

/** Each kind of notice as people with other eyes, ears and hands meet it. */
export const accessible = Object.fromEntries(
  ["light", "dark"].map((colorScheme) => [
    `axe-core finds nothing in any notice, ${colorScheme}`,
    async (_, { open, screenshots }) => {
      const desk = await open({ colorScheme });
      const tab = await desk.leader();
      await check(desk, tab, "none");
      for (const kind of Object.keys(KINDS)) {
        await bring(desk, tab, kind);
        await tab.screenshot({ path: `${screenshots}/notice-${kind}-${colorScheme}.png` });
        await check(desk, tab, kind);
      }
      await desk.close();
    },
  ]),
);

async function check(desk, tab, name) {
  if (!(await tab.evaluate(() => "axe" in window))) await tab.evaluate(AXE);
  const { violations, passes } = await desk.during(tab.evaluate(() => window.axe.run("body")));
  const found = violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html}`));
  expect(found.length === 0, `${name}: ${found.join("\n")}`);
  const looked = passes.some(({ id }) => id === "color-contrast");
  expect(looked, `${name}: axe-core looked at nothing`);
}
