// Signing out ends the session at the identity provider too: the next one at this browser is asked who
// they are.

import { BASE, expect } from "../look.mjs";
import { choose, choosing } from "../person.mjs";

export async function leaving({ report, screenshots }, { bob }) {
  const page = await bob.context.newPage();
  await report.step("with a session at the provider, nobody is asked who they are", async () => {
    await bob.context.clearCookies({ name: "hotdesk" });
    await page.goto(`${BASE}/`);
    expect((await page.innerText("#user")) === "bob", "he is somebody else");
  });
  await report.step("bob signs out, and sees the account chooser", async () => {
    await page.click("#sign-out");
    await page.waitForURL((url) => choosing(url.href));
    await page.screenshot({ path: `${screenshots}/chooser.png` });
    const left = (await bob.context.cookies(BASE)).map(({ name }) => name);
    expect(!left.some((name) => /^(hotdesk|_session)(\.sig)?$/.test(name)), `cookies: ${left}`);
  });
  await report.step("who comes next at this browser is asked, and is who they say", async () => {
    await page.goto(`${BASE}/`);
    expect(choosing(page.url()), `not asked to sign in, but at ${page.url()}`);
    await choose(page, "carol");
    await page.waitForSelector("#open");
    expect((await page.innerText("#user")) === "carol", "she is somebody else");
  });
  await page.close();
}
