// What pages say while a part of the control plane does not answer, and afterwards.

import { BASE } from "../look.mjs";
import { Somebody } from "./somebody.mjs";

const HOME = "main a[href='/']";

export async function away({ browser, report, examine, stack }) {
  const eva = await Somebody.meet(browser, "eva");
  await report.step("without Redis the page says so with 503, and comes back by itself", async () => {
    const tabs = [];
    const resume = await stack.pause("redis-server");
    try {
      for (const scripted of [true, false]) {
        const tab = await eva.empty({ scripted });
        await tab.page.goto(`${BASE}/`);
        tabs.push(tab);
        // Another one, as this one tries again in a few seconds.
        const still = await eva.empty({ scripted });
        await still.page.goto(`${BASE}/`);
        await still.stay(`${BASE}/`);
        await examine(still, "problem-503", { status: 503, main: HOME });
        await still.close();
      }
    } finally {
      resume();
    }
    for (const tab of tabs) {
      await tab.page.waitForSelector("#state[data-state=stopped]");
      await tab.close();
    }
  });
  await eva.leave();
}
