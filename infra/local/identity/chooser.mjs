// The account chooser: whoever chooses a name is that person. There is no password.

import { KNOWN, LONGEST, nameOf } from "./accounts.mjs";
import { escape, page } from "./page.mjs";

const PATH = /^\/interaction\/[\w-]+$/;
/** The most bytes of a form. */
const FORM = 4096;

/**
 * Answers GET and POST `/interaction/…`, where oidc-provider sends whoever has no session there. The
 * function that it returns says whether it has answered.
 */
export function chooser(provider) {
  return async (request, response) => {
    const { pathname } = new URL(request.url, provider.issuer);
    if (!PATH.test(pathname) || !["GET", "POST"].includes(request.method)) return false;
    try {
      // Its cookie says which browser began it.
      await provider.interactionDetails(request, response);
    } catch {
      send(response, 400, gone());
      return true;
    }
    if (request.method === "GET") send(response, 200, chooserPage());
    else await chosen(provider, request, response);
    return true;
  };
}

async function chosen(provider, request, response) {
  const form = await read(request);
  if (form.has("cancel")) {
    const error = { error: "access_denied", error_description: "nobody was chosen" };
    await provider.interactionFinished(request, response, error);
    return;
  }
  const typed = form.get("name") ?? "";
  const name = nameOf(typed);
  if (name === null) send(response, 422, chooserPage(typed));
  else await provider.interactionFinished(request, response, { login: { accountId: name } });
}

async function read(request) {
  let text = "";
  for await (const part of request) {
    text += part;
    if (text.length > FORM) break;
  }
  return new URLSearchParams(text.slice(0, FORM));
}

function send(response, status, { headers, document }) {
  response.writeHead(status, headers).end(document);
}

/** `refused` is a name that was none. */
function chooserPage(refused) {
  const buttons = KNOWN.map(({ name, groups }) => {
    const role = groups.includes("operators") ? ` <span class="soft">(operator)</span>` : "";
    return `<button name="name" value="${escape(name)}">${escape(name)}${role}</button>`;
  });
  const wrong = refused !== undefined;
  const hint = wrong
    ? `<p id="hint" class="error" role="alert">A name has 1 to ${LONGEST} characters.</p>`
    : `<p id="hint" class="soft">Another name is another person.</p>`;
  return page(
    "Choose an account",
    `<form method="post"><div class="row">
${buttons.join("\n")}
</div></form>
<form method="post">
<h2><label for="name">Somebody else</label></h2>
<p><input id="name" name="name" value="${escape(refused ?? "")}" required maxlength="${LONGEST}" autocomplete="username" autocapitalize="none" spellcheck="false" aria-describedby="hint"${wrong ? ' aria-invalid="true"' : ""}></p>
${hint}
<div class="row"><button class="main" id="continue">Continue</button><button class="quiet" id="cancel" name="cancel" value="yes" formnovalidate>Cancel</button></div>
</form>
<p class="soft">This page is part of the stack on a desk: it asks for no password.</p>`,
  );
}

function gone() {
  return page(
    "This sign-in is over",
    `<p>It was finished, or begun in another browser, or too long ago.</p>
<p class="soft">Go back to where you came from and sign in again.</p>`,
  );
}
