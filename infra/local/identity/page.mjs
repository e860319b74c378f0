// The provider's pages: they look like hotdesk's, whose style sheet they use, and need no script.

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";

const STYLE = await readFile(new URL("../../../shared/pages/templates/style.css", import.meta.url), "utf8");

/** What is safe anywhere in HTML. */
export function escape(text) {
  return String(text).replace(/[&<>"']/g, (letter) => `&#${letter.codePointAt(0)};`);
}

/** A page: its headers and its document. `main` is HTML. */
export function page(title, main) {
  const nonce = randomBytes(16).toString("hex");
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-store",
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
    // Nothing about forms: browsers hold redirects against it too, and these lead on to the client, and
    // from there to wherever the client sends people.
    "content-security-policy": `default-src 'none'; style-src 'nonce-${nonce}'; img-src data:; base-uri 'none'; frame-ancestors 'none'`,
  };
  const document = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escape(title)} · identity provider of a desk</title>
<link rel="icon" href="data:,">
<style nonce="${nonce}">
${STYLE}</style>
</head>
<body>
<header><span class="brand">hotdesk</span><span>identity provider of this desk</span></header>
<main>
<h1>${escape(title)}</h1>
${main}
</main>
</body>
</html>
`;
  return { headers, document };
}
