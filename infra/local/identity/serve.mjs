// The identity provider of a desk: a real one, oidc-provider, where whoever chooses a name is that
// person. It keeps nothing: its keys are made when it starts, and sessions are in memory.
//
//   ISSUER         its own address, http://localhost:9001; it listens on that port of this machine alone
//   CLIENT_ID      the only client, and its secret
//   CLIENT_SECRET
//   CLIENT_URL     the client's address: it comes back to /callback there, and after a sign-out to /

import { createServer } from "node:http";

import { chooser } from "./chooser.mjs";
import { makeProvider } from "./provider.mjs";

const { ISSUER, CLIENT_ID, CLIENT_SECRET, CLIENT_URL } = process.env;
for (const name of ["ISSUER", "CLIENT_ID", "CLIENT_SECRET", "CLIENT_URL"]) {
  if (!process.env[name]) throw new Error(`${name} is not set`);
}

const client = { id: CLIENT_ID, secret: CLIENT_SECRET, url: CLIENT_URL };
const provider = makeProvider(ISSUER, client);
const answer = provider.callback();
const choose = chooser(provider);
// `localhost` is two addresses, and browsers try both.
for (const host of ["127.0.0.1", "::1"]) {
  const server = createServer((request, response) => {
    choose(request, response).then(
      (chosen) => chosen || answer(request, response),
      (error) => {
        console.error(error);
        response.writeHead(500).end();
      },
    );
  });
  server.on("error", (error) => {
    // A machine without IPv6 has one address only.
    if (error.code !== "EADDRNOTAVAIL" && error.code !== "EAFNOSUPPORT") throw error;
  });
  server.listen(Number(new URL(ISSUER).port), host);
}
