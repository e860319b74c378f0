// What every page must be, in each of its states: fit for wide and narrow, light and dark, eyes and
// ears, mouse and keyboard; small, quiet, and sufficient to itself.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import { expect } from "../look.mjs";
import { keyboard } from "./keyboard.mjs";

const AXE = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const SCHEMES = ["light", "dark"];
const WIDTHS = { wide: 1280, narrow: 360 };
const HEIGHT = 800;
/** The most that a page may weigh with everything, bytes. */
const MOST = 30_000;

/**
 * Examines the page of a tab as it is. `picture` is the name of its pictures; `main` its main control,
 * which is there without scripts too; `status` what it came with; not `whole` if it differs from other
 * pages in words only, so that each scheme in one width will do.
 */
export async function examine({ screenshots }, tab, picture, { main, status = 200, whole = true }) {
  if (tab.scripted) await examineScripted(screenshots, tab, picture, whole);
  else await examinePlain(tab, main);
  await sufficient(tab, status);
}

async function examineScripted(screenshots, { page }, picture, whole) {
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    for (const [breadth, width] of Object.entries(WIDTHS)) {
      if (!whole && (breadth === "wide") !== (colorScheme === "light")) continue;
      await page.setViewportSize({ width, height: HEIGHT });
      await fits(page, width);
      await accessible(page, `${colorScheme}, ${width} px`);
      const path = `${screenshots}/${picture}-${colorScheme}${breadth === "wide" ? "" : "-narrow"}.png`;
      await page.screenshot({ path, animations: "disabled" });
    }
  }
  await page.setViewportSize({ width: WIDTHS.wide, height: HEIGHT });
  await keyboard(page);
}

async function examinePlain({ page }, main) {
  for (const width of Object.values(WIDTHS)) {
    await page.setViewportSize({ width, height: HEIGHT });
    await fits(page, width);
    const control = page.locator(main);
    expect((await control.isVisible()) && (await control.isEnabled()), `no ${main} without scripts`);
  }
}

async function fits(page, width) {
  const needed = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(needed <= width, `at ${width} px it is ${needed} px wide`);
}

/** axe-core finds nothing; `part` is what it looks at. */
export async function accessible(page, where, part = "html") {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(AXE);
  const { violations, passes } = await page.evaluate(
    ([part, values]) =>
      window.axe.run(part, { runOnly: { type: "tag", values }, resultTypes: ["violations", "passes"] }),
    [part, RULES],
  );
  const found = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${where}: ${id}: ${html}\n${failureSummary}`),
  );
  expect(found.length === 0, found.join("\n"));
  expect(passes.some(({ id }) => id === "color-contrast"), `${where}: axe-core saw no text`);
}

/** All that is in it came from where it came from, and is little; it is strict, and silent. */
async function sufficient(tab, status) {
  const { answer, page } = tab;
  expect(answer.status() === status, `its status is ${answer.status()}, not ${status}`);
  const headers = await answer.allHeaders();
  const policy = headers["content-security-policy"] ?? "";
  expect(policy.includes("default-src 'none'"), `its policy: ${policy}`);
  expect(!policy.includes("unsafe"), `its policy: ${policy}`);
  const { origin } = new URL(page.url());
  // A page that leads elsewhere asks for nothing there.
  const here = tab.requests
    .slice(tab.requests.indexOf(answer.request()))
    .filter((request) => request === answer.request() || !request.isNavigationRequest());
  const asked = here.map((request) => new URL(request.url()));
  const elsewhere = asked.filter((url) => url.protocol !== "data:" && url.origin !== origin);
  expect(elsewhere.length === 0, `it asks ${elsewhere.join(", ")}`);
  const parts = here.filter((request) => !["fetch", "ping"].includes(request.resourceType()));
  const answers = parts.map((request) => request.existingResponse());
  const bodies = await Promise.all(answers.filter(Boolean).map((answer) => answer.body()));
  const bytes = bodies.reduce((sum, body) => sum + body.length, 0);
  expect(bytes > 500 && bytes < MOST, `it weighs ${bytes} bytes`);
  // Of a document that is a problem the browser itself says so.
  const own = tab.noise.filter((line) => status < 400 || !line.includes(`with a status of ${status} `));
  expect(own.length === 0, `in the console: ${own.join("; ")}`);
}
