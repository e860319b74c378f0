// What somebody has in their home, put there as people do it: files, an extension, a setting.

import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { promisify } from "node:util";

import { expect, until } from "../look.mjs";
import { terminal } from "../person.mjs";

const NAME = "Colours of a Test";
const THEME = "Test Dusk";
const COLOUR = "rgb(18, 52, 86)";
const EXTENSION = {
  name: "colours",
  publisher: "test",
  displayName: NAME,
  version: "1.0.0",
  engines: { vscode: "*" },
  contributes: { themes: [{ label: THEME, uiTheme: "vs-dark", path: "./theme.json" }] },
};
const COLOURS = { type: "dark", colors: { "activityBar.background": "#123456" } };

/** What commands in a terminal leave: by path in the home, what is in it. */
const FILES = {
  "workspace/notes/plan.txt": ["mkdir -p notes && echo 'a plan' > notes/plan.txt", "a plan\n"],
  "workspace/run.sh": ["printf '#!/bin/sh\\n' > run.sh && chmod 755 run.sh", "#!/bin/sh\n"],
  ".profile-of-mine": ["echo 'mine' > ~/.profile-of-mine", "mine\n"],
};

const run = promisify(execFile);

export async function writeFiles(page, workspace) {
  for (const [command] of Object.values(FILES)) await terminal(page, command);
  await until("the files", 30, () => hasFiles(workspace));
}

/** All files are there, with what was in them and whose they were. */
export async function hasFiles(workspace) {
  const { uid } = await stat(workspace);
  for (const [path, [, content]] of Object.entries(FILES)) {
    const file = `${workspace}/../${path}`;
    const found = await readFile(file, "utf8");
    expect(found === content, `${path} is ${JSON.stringify(found)}`);
    expect((await stat(file)).uid === uid, `${path} is somebody else's`);
  }
  expect((await stat(`${workspace}/run.sh`)).mode & 0o100, "run.sh cannot be run any more");
  return true;
}

/** Installs an extension in the terminal; what it brings is a theme. */
export async function installExtension(page, workspace) {
  const file = `${workspace}/colours.vsix`;
  await pack(file);
  await terminal(page, "code-server --install-extension colours.vsix");
  await hasExtension(page);
}

/** The workbench lists it among the installed ones. */
export async function hasExtension(page) {
  await page.keyboard.press("Control+Shift+X");
  await page.waitForSelector(`.extensions-viewlet .extension-list-item .name >> text=${NAME}`);
  await page.keyboard.press("Control+Shift+E");
}

/** Chooses the theme in the workbench, which writes that into the user's settings. */
export async function changeSetting(page, workspace) {
  await page.keyboard.press("F1");
  await page.keyboard.type("Preferences: Color Theme");
  await page.locator(".quick-input-list [aria-label*='Preferences: Color Theme']").first().click();
  await page.waitForSelector(".quick-input-widget [aria-label*='Select Color Theme']");
  await page.keyboard.type(THEME);
  await page.locator(`.quick-input-list [aria-label^='${THEME}']`).click();
  await until("the setting", 30, () => hasSetting(page, workspace));
}

/** The setting is in the home, and in effect. */
export async function hasSetting(page, workspace) {
  const file = `${workspace}/../.local/share/code-server/User/settings.json`;
  const theme = JSON.parse(await readFile(file, "utf8"))["workbench.colorTheme"];
  expect(theme === THEME, `the setting is ${theme}`);
  const bar = page.locator(".part.activitybar");
  const colour = await bar.evaluate((each) => getComputedStyle(each).backgroundColor);
  expect(colour === COLOUR, `the activity bar is ${colour}`);
  return true;
}

/** An extension as a file that anybody can install. */
async function pack(file) {
  const folder = await mkdtemp(`${tmpdir()}/hotdesk-extension-`);
  try {
    await mkdir(`${folder}/extension`);
    await writeFile(`${folder}/extension/package.json`, JSON.stringify(EXTENSION));
    await writeFile(`${folder}/extension/theme.json`, JSON.stringify(COLOURS));
    await run("python3", ["-m", "zipfile", "-c", file, "extension"], { cwd: folder });
    await chmod(file, 0o644);
  } finally {
    await rm(folder, { recursive: true });
  }
}
