// JSON Web Tokens with HS256, as far as a test server needs them.

import { createHmac, timingSafeEqual } from "node:crypto";

const HEADER = Buffer.from(JSON.stringify({ alg: "HS256", typ: "JWT" })).toString("base64url");

function signature(text, secret) {
  return createHmac("sha256", secret).update(text).digest();
}

/** A token that carries these claims. */
export function sign(claims, secret) {
  const text = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}`;
  return `${text}.${signature(text, secret).toString("base64url")}`;
}

/** The claims of a token that was signed with this secret and has not expired; throws otherwise. */
export function verify(token, secret, now = Date.now() / 1000) {
  const [header, payload, given, ...rest] = String(token).split(".");
  if (given === undefined || rest.length > 0) throw new Error("Not a token");
  const expected = signature(`${header}.${payload}`, secret);
  const actual = Buffer.from(given, "base64url");
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) throw new Error("Wrong signature");
  if (JSON.parse(Buffer.from(header, "base64url")).alg !== "HS256") throw new Error("Wrong algorithm");
  const claims = JSON.parse(Buffer.from(payload, "base64url"));
  if (!(claims.exp > now)) throw new Error("Expired");
  return claims;
}
