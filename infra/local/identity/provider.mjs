// oidc-provider, set up for one client. Everything that is not named here is its own default, PKCE for
// everybody included.

import { generateKeyPairSync, randomBytes } from "node:crypto";

import Provider from "oidc-provider";

import { account } from "./accounts.mjs";
import { escape, page } from "./page.mjs";

const HOUR = 3600;

/** The provider with the address `issuer`; its only client has `id`, `secret` and `url`. */
export function makeProvider(issuer, client) {
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: [`${client.url}/callback`],
        post_logout_redirect_uris: [`${client.url}/`],
      },
    ],
    jwks: { keys: [key()] },
    cookies: { keys: [randomBytes(32).toString("hex")] },
    claims: {
      openid: ["sub"],
      email: ["email", "email_verified"],
      profile: ["preferred_username", "groups"],
    },
    // In the id token too, as the large providers have them.
    conformIdTokenClaims: false,
    findAccount: (_, name) => account(name),
    loadExistingGrant: granted,
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    renderError,
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true, logoutSource: leave, postLogoutSuccessSource: left },
    },
    ttl: {
      AccessToken: HOUR,
      AuthorizationCode: 60,
      Grant: 8 * HOUR,
      IdToken: HOUR,
      Interaction: HOUR,
      Session: 8 * HOUR,
    },
  });
  provider.use(unknown);
  return provider;
}

function key() {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const kid = randomBytes(8).toString("hex");
  return { ...privateKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" };
}

/** Whoever is signed in has agreed to what the client asks, so that no page asks for it. */
async function granted({ oidc }) {
  const grant = new oidc.provider.Grant({
    clientId: oidc.client.clientId,
    accountId: oidc.session.accountId,
  });
  grant.addOIDCScope([...oidc.requestParamScopes].join(" "));
  await grant.save();
  return grant;
}

/**
 * Ends the session and goes back to the client without a question: hotdesk's own button has been
 * clicked. A page of another site could sign somebody out here, which costs them a click.
 */
async function leave(ctx) {
  await ctx.oidc.session.destroy();
  ctx.cookies.set(ctx.oidc.provider.cookieName("session"), null, { signed: true });
  ctx.redirect(ctx.oidc.params.post_logout_redirect_uri ?? ctx.oidc.urlFor("end_session_success"));
}

/** Who has no session here goes back at once, too: oidc-provider shows a page without looks instead. */
async function unknown(ctx, next) {
  await next();
  const { route, session, params } = ctx.oidc ?? {};
  const asked = route === "end_session" && ctx.status === 200;
  if (asked && !session.accountId && params.post_logout_redirect_uri) {
    ctx.redirect(params.post_logout_redirect_uri);
  }
}

function left(ctx) {
  say(ctx, "Signed out", "<p>You are signed out.</p>");
}

function renderError(ctx, { error, error_description: description = "" }) {
  const words = `<p>${escape(description)}</p><p class="soft">${escape(error)}</p>`;
  say(ctx, "This does not work", words);
}

function say(ctx, title, main) {
  const { headers, document } = page(title, main);
  ctx.set(headers);
  ctx.body = document;
}
