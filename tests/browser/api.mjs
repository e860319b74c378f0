// openapi.yaml against the live stack: schemathesis asks whatever it allows and whatever it does not, as
// programs and as browsers do. A 5xx fails it, and so does anything that is not described. Run by
// `make api`; what is asked and how: tests/api.

import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { BASE, expect } from "./look.mjs";
import { dispatch, session } from "./person.mjs";
import { Report } from "./report.mjs";
import { Stack, alive, portsFree } from "./stack.mjs";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const OUT = `${ROOT}.local/api`;
const BINARY = process.env.STACK ?? `${ROOT}target/debug/hotdesk-stack`;
const TOOLS = `${process.env.SCHEMATHESIS}/bin`;
const DESCRIPTION = `${ROOT}openapi.yaml`;
const CONFIG = `${ROOT}tests/api/schemathesis.toml`;
const HOOKS = `${ROOT}tests/api/hooks.py`;

/** Fewer cases would mean that something keeps it from asking. */
const LEAST = 2000;

/** Answers of operations that are the same for all. */
const AMONG = [
  ...["GET / 200", "GET /dispatch 302", "GET /status 304", "POST /revoke 202", "POST /ping 204"],
  ...["GET /login 302", "GET /callback 400"],
  ...["GET /homes 303", "GET /homes/{user} 200", "POST /homes/{user}/export 409"],
];

/**
 * Who asks: what they accept, how they learn that they must sign in, and answers that must have been
 * among the others, as a run that gets no further than the door would find nothing.
 */
const ASKERS = {
  programs: {
    accept: "application/json",
    signedOut: 401,
    among: [...AMONG, "POST /stop 202", "POST /logout 303"],
  },
  browsers: {
    accept: "text/html",
    signedOut: 302,
    among: [...AMONG, "POST /stop 303", "POST /logout 200"],
  },
};

const run = promisify(execFile);
const report = new Report(async () => {});

/** Runs one of the installed tools; what it says is in the error if it fails. */
async function tool(name, args, environment = {}) {
  const env = { ...process.env, ...environment };
  try {
    return await run(`${TOOLS}/${name}`, args, { env, cwd: OUT, maxBuffer: 1 << 26 });
  } catch (error) {
    throw new Error(error.stdout ? error.stdout.replace(/^[^]*?(?== FAILURES|= ERRORS)/, "") : error);
  }
}

/** A seat that nobody stops, as its ticket has it. */
async function seat(user) {
  const { status, to } = await dispatch(await session(user));
  expect(status === 302, `no box for ${user}: ${status}`);
  const [, claims] = new URL(to).searchParams.get("ticket").split(".");
  return JSON.parse(Buffer.from(claims, "base64url"));
}

/** One run of schemathesis; how many cases it made. */
async function ask(name, { accept, signedOut, among }, environment) {
  const folder = `${OUT}/${name}`;
  const began = performance.now();
  const config = (await readFile(CONFIG, "utf8")).replace('"SIGNED_OUT"', `"${signedOut}"`);
  await writeFile(`${folder}.toml`, config);
  await tool(
    "schemathesis",
    [
      ...["--config-file", `${folder}.toml`, "run", DESCRIPTION],
      ...["--url", BASE, "-H", `Accept: ${accept}`, "--no-color"],
      ...["--report", "json", "--report-dir", folder],
    ],
    { ...environment, HOOKS, ANSWERS: `${folder}.json` },
  );
  const seconds = Math.round((performance.now() - began) / 1000);
  const [file] = await readdir(folder);
  const result = JSON.parse(await readFile(`${folder}/${file}`, "utf8"));
  const { operations, test_cases: cases } = result;
  expect(result.complete && operations.tested === operations.total, "not all operations were asked");
  const answers = JSON.parse(await readFile(`${folder}.json`, "utf8"));
  for (const answer of among) expect(answers[answer] > 0, `no answer was ${answer}`);
  report.figure(name, `${cases.generated} cases in ${seconds} s`);
  for (const operation of new Set(Object.keys(answers).map((each) => each.replace(/ \d+$/, "")))) {
    const statuses = Object.entries(answers).filter(([each]) => each.startsWith(`${operation} `));
    const counts = statuses.map(([each, count]) => `${each.split(" ").at(-1)} × ${count}`);
    if (!counts.every((count) => count.startsWith("405"))) report.figure(`  ${operation}`, counts.join(", "));
  }
  return cases.generated;
}

await rm(OUT, { recursive: true, force: true });
await mkdir(OUT, { recursive: true });
await report.part("the description", () =>
  report.step("openapi.yaml is OpenAPI", () => tool("openapi-spec-validator", [DESCRIPTION])),
);
const stack = new Stack(BINARY, { IDLE: "300", BOOT: "1", SPARES: "3" });
await report.part("the answers", async () => {
  await report.step("the stack comes up", () => stack.up());
  const environment = await report.step("somebody signs in, and somebody else has a seat", async () => {
    const { sub, aud, seat_token } = await seat("sitting");
    // An operator, who may do all that there is.
    const [, cookie] = (await session("olivia")).split("=");
    return { SESSION: cookie, SEAT_TOKEN: seat_token, SEAT_USER: sub, SEAT_INSTANCE: aud };
  });
  let total = 0;
  for (const [name, asker] of Object.entries(ASKERS)) {
    await report.step(`what ${name} are answered is as described`, async () => {
      total += await ask(name, asker, environment);
    });
  }
  await report.step(`at least ${LEAST} cases`, async () => {
    report.figure("cases", total);
    expect(total >= LEAST, `only ${total}`);
  });
});
await report.part("the end", () =>
  report.step("Ctrl-C leaves no process and no port taken", async () => {
    const left = await alive(await stack.end((_, self) => process.kill(self, "SIGINT")));
    expect(!left.length, `left: ${left.map((one) => `${one.id} ${one.name}`)}`);
    await portsFree();
  }),
);
process.exitCode = report.end() ? 0 : 1;
