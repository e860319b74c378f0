// Tab leads to every control in the order of the text, and one sees where one is.

import { expect } from "../look.mjs";

const CONTROLS = "a[href], button, input:not([type=hidden])";

export async function keyboard(page) {
  const names = await page.locator(CONTROLS).evaluateAll((all) =>
    all.filter((each) => each.checkVisibility()).map((each) => each.textContent.trim() || each.name),
  );
  const reached = [];
  // Wherever the focus is at first: twice around, from the first control on.
  for (let n = 0; n < 2 * names.length + 2; n += 1) {
    await page.keyboard.press("Tab");
    const place = await page.evaluate(focus, CONTROLS);
    if (place && (place.at === 0 || reached.length > 0)) reached.push(place);
  }
  await page.evaluate(() => document.activeElement.blur());
  const order = reached.slice(0, names.length).map(({ at }) => at);
  expect(order.join() === [...names.keys()].join(), `Tab reaches ${order}; there are ${names.join(", ")}`);
  const hidden = reached.filter(({ seen }) => !seen).map(({ at }) => names[at]);
  expect(hidden.length === 0, `one does not see the focus on ${hidden.join(", ")}`);
}

/** In the page: which control has the focus, and whether that can be seen. */
function focus(controls) {
  const all = [...document.querySelectorAll(controls)].filter((each) => each.checkVisibility());
  const at = all.indexOf(document.activeElement);
  if (at < 0) return null;
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  return { at, seen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 };
}
