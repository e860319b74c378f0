// The pictures of the README.

import { writeFile } from "node:fs/promises";

import { usable } from "../person.mjs";
import { Somebody } from "./somebody.mjs";

/** The part of a page that says something. */
const PAGE = { x: 240, y: 0, width: 800, height: 600 };
const WORKBENCH = { width: 1280, height: 640 };

const FILE = "hello.py";
const TEXT = `"""Says who works here."""

import getpass

print(f"Hello, {getpass.getuser()}!")
`;

/** Takes those of the pages into `folder`. */
export async function pictures({ browser, report, folder }) {
  const [alice, bob] = await Promise.all(["alice", "bob"].map((name) => Somebody.meet(browser, name)));
  const shoot = ({ page }, name) =>
    page.screenshot({ path: `${folder}/${name}.png`, clip: PAGE, animations: "disabled" });

  const workbench = await alice.open("/dispatch");
  await report.step("waiting, for a box whose like took so long before", async () => {
    const tab = await bob.open("/dispatch");
    await tab.page.waitForSelector("#live li:nth-child(2)[aria-current]");
    await tab.page.waitForSelector("#expected[data-at]");
    await shoot(tab, "waiting");
  });
  await report.step("home, running", async () => {
    await usable(workbench.page);
    await shoot(await alice.open("/"), "home");
  });
  for (const one of [alice, bob]) await one.leave();
}

/** Takes that of a notice in the workbench, with a file of its folder open. */
export async function picture({ page }, workspace, folder) {
  await page.setViewportSize(WORKBENCH);
  await writeFile(`${workspace}/${FILE}`, TEXT);
  await page.dblclick(`.explorer-folders-view [aria-label^='${FILE}']`);
  await page.waitForSelector(".monaco-editor .view-line .mtk1");
  await page.screenshot({ path: `${folder}/notice.png` });
}
