// Sign-in over HTTP: a password for a pair of tokens, a refresh token for a new pair, and the end of both.
//
// The GuessLyfe guide only says that the token comes from a login (lines 174-175) and that it carries the user's
// id and wallet address (line 563). The three addresses and their JSON are those of the project's gateway.

import { createHash, randomBytes, randomUUID } from "node:crypto";

import { sign, verify } from "./jwt.mjs";

/** More than any request here has. */
const LARGEST_BODY = 16 * 1024;

class Refused extends Error {
  constructor(status, code, message) {
    super(message);
    Object.assign(this, { status, code });
  }
}

export class SignIn {
  users = new Map();
  /** Refresh tokens in use, and whose they are. */
  #refreshTokens = new Map();
  /** Access tokens with a lower number count as expired, whatever they say themselves. */
  #oldest = 0;
  #issued = 0;
  /** Answers that were ordered in advance, by path: [{ status, times }]. */
  #failures = new Map();

  constructor({ secret = randomBytes(32).toString("hex"), lifetime = 900, onUse }) {
    Object.assign(this, { secret, lifetime, onUse });
  }

  /** Adds a user, or changes one. */
  add({ username, password, userId = `user-${username}`, walletAddress = walletOf(username) }) {
    this.users.set(username, { username, password, userId, walletAddress });
  }

  /** A new access token of a user. */
  accessToken({ username, userId, walletAddress }) {
    const now = Math.floor(Date.now() / 1000);
    this.#issued += 1;
    return sign(
      { userId, walletAddress, username, iat: now, exp: now + this.lifetime, number: this.#issued, jti: randomUUID() },
      this.secret,
    );
  }

  /** The claims of an access token that is good; throws otherwise. */
  check(token) {
    const claims = verify(token, this.secret);
    if (claims.number <= this.#oldest) throw new Error("Expired");
    return claims;
  }

  /** Makes every access token that was issued so far an expired one, and on request the refresh tokens too. */
  expire({ refresh = false } = {}) {
    this.#oldest = this.#issued;
    if (refresh) this.#refreshTokens.clear();
  }

  /** Lets the next requests to a path fail with a status. */
  fail({ path, status, times = 1 }) {
    this.#failures.set(path, { status, times });
  }

  /** Answers an HTTP request. */
  async serve(request, response) {
    try {
      const [status, body] = await this.#answer(request);
      response.writeHead(status, { "content-type": "application/json" }).end(body && JSON.stringify(body));
    } catch (error) {
      const { status = 500, code = "internal", message } = error;
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { code, message } }));
    }
  }

  async #answer(request) {
    const path = request.url.split("?")[0];
    const routes = { "/auth/login": this.#login, "/auth/refresh": this.#refresh, "/auth/logout": this.#logout };
    if (!Object.hasOwn(routes, path)) throw new Refused(404, "not_found", "Nothing is here");
    if (request.method !== "POST") throw new Refused(405, "method", "Only POST is answered here");
    const body = await read(request);
    const failure = this.#failures.get(path);
    if (failure?.times > 0) {
      failure.times -= 1;
      throw new Refused(failure.status, "ordered", "This failure was ordered by the test");
    }
    return routes[path].call(this, body);
  }

  #login({ username, password }) {
    const user = this.users.get(username);
    if (!user || user.password !== password) throw new Refused(401, "invalid_credentials", "User name or password is wrong");
    this.onUse("login", username);
    return [200, this.#pair(user)];
  }

  #refresh({ refreshToken }) {
    const user = this.#refreshTokens.get(refreshToken);
    // Each is good for one use.
    this.#refreshTokens.delete(refreshToken);
    if (!user) throw new Refused(401, "invalid_token", "The refresh token is not valid");
    this.onUse("refresh", user.username);
    return [200, this.#pair(user)];
  }

  #logout({ refreshToken }) {
    const user = this.#refreshTokens.get(refreshToken);
    this.#refreshTokens.delete(refreshToken);
    this.onUse("logout", user?.username ?? null);
    return [204];
  }

  #pair(user) {
    const refreshToken = randomBytes(24).toString("base64url");
    this.#refreshTokens.set(refreshToken, user);
    const { userId, walletAddress, username } = user;
    return {
      accessToken: this.accessToken(user),
      refreshToken,
      expiresIn: this.lifetime,
      user: { userId, walletAddress, username },
    };
  }
}

/** An address for who was given none. */
function walletOf(username) {
  return `0x${createHash("sha256").update(username).digest("hex").slice(0, 40)}`;
}

async function read(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > LARGEST_BODY) throw new Refused(413, "too_large", "The body is too large");
    parts.push(part);
  }
  try {
    const body = JSON.parse(Buffer.concat(parts));
    if (body === null || typeof body !== "object") throw new TypeError("not an object");
    return body;
  } catch {
    throw new Refused(400, "invalid_body", "The body is not the JSON that this address takes");
  }
}
