// Every file in events/, given to its function by cargo-lambda as a developer would do it. A file's
// name begins with the function's.

import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { promisify } from "node:util";

const FUNCTIONS = ["dispatch", "idle-reaper", "lifecycle", "ping", "provision", "sign-in"];

const run = promisify(execFile);

export async function invokeAll(report, root) {
  const installed = await run(`${root}infra/local/tools/install.sh`, ["test"]);
  const python = installed.stdout.trim().split("\n").at(-1);
  const env = { ...process.env, PATH: `${python}/bin:${process.env.PATH}` };
  for (const file of (await readdir(`${root}events`)).sort()) {
    const name = FUNCTIONS.find((each) => file.startsWith(`${each}-`));
    const command = ["lambda", "invoke", name, "--data-file", `events/${file}`];
    await report.step(`cargo ${command.join(" ")}`, () => run("cargo", command, { cwd: root, env }));
  }
}
