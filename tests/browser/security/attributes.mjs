// What browsers are told about cookies, and that those of a sign-in go with it.

import { BASE, expect } from "../look.mjs";

export async function attributes({ report }, { alice }) {
  await report.step("cookies are for one host, not for scripts, and not for other sites' requests", async () => {
    // Without those of the provider. Those that a sign-in needs on its way are gone.
    const own = (await alice.context.cookies()).filter(({ name }) => !name.startsWith("_"));
    const names = own.map(({ name }) => name).sort();
    expect(names.join() === "hotdesk,hotdesk_box,hotdesk_seat", `there are ${names}`);
    for (const { name, httpOnly, sameSite, domain } of own) {
      expect(httpOnly && sameSite === "Lax", `${name}: HttpOnly ${httpOnly}, SameSite ${sameSite}`);
      expect(!domain.startsWith("."), `${name} is for ${domain} and all below`);
    }
    const ends = own.find(({ name }) => name === "hotdesk").expires;
    expect(ends > Date.now() / 1000 && ends <= Date.now() / 1000 + 3600, `it ends at ${ends}`);
  });
  await report.step("the session's cookie never reaches a box", async () => {
    const visible = (await alice.passes()).map(({ name }) => name);
    expect(!visible.includes("hotdesk"), "it does");
  });
}
