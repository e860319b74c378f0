// Who there is at the identity provider of a desk: everybody. Some have buttons.

/** Those with a button: the name, and the groups that they are in. */
export const KNOWN = [
  { name: "alice", groups: ["developers"] },
  { name: "bob", groups: ["developers"] },
  { name: "carol", groups: ["developers"] },
  { name: "olivia", groups: ["operators"] },
];

/** The most characters of a name: as many as a user name of hotdesk may have. */
export const LONGEST = 64;

/**
 * The name that somebody has typed, or null if it is none. Which names hotdesk takes is for hotdesk to
 * say: this provider knows people of any name.
 */
export function nameOf(typed) {
  const name = typed.trim().toLowerCase();
  return /^[^\p{C}]+$/u.test(name) && [...name].length <= LONGEST ? name : null;
}

/** The account of that name, as oidc-provider wants it. */
export function account(name) {
  const { groups } = KNOWN.find((known) => known.name === name) ?? { groups: ["developers"] };
  const email = `${name}@desk.example`;
  const claims = { sub: name, email, email_verified: true, preferred_username: name, groups };
  return { accountId: name, claims: () => claims };
}
