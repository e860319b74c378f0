// The page between ticket and editor, which one sees while the editor starts.

import { redis } from "../look.mjs";
import { usable } from "../person.mjs";

/** Opens somebody's workspace on a spare whose editor does not answer yet; returns their tab. */
export async function opening({ report, stack, state }, one) {
  const [id] = await redis("SMEMBERS", "ws:pool");
  // The box ends it to mount the home, kills it if it does not, and starts another.
  const resume = await stack.hold("editor.sock", id);
  const tab = await one.open("/dispatch");
  const plain = await one.open("/dispatch", { scripted: false });
  await state("box-opening", { who: one, tab, path: "/dispatch", main: "#say" });
  await report.step("the page before the editor goes there by itself, without scripts too", async () => {
    await resume();
    await usable(tab.page);
    await plain.page.waitForSelector("#vscode-workbench-web-configuration", { state: "attached" });
    await plain.close();
  });
  return tab;
}
