// The GuessLyfe server, asked by the official client.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test as plainTest } from "node:test";
import { fileURLToPath } from "node:url";

import { sign } from "./jwt.mjs";
import { loadPackage } from "./lib.mjs";

const { io } = loadPackage("socket.io-client");
const SERVER = fileURLToPath(new URL("guesslyfe.mjs", import.meta.url));
const ALICE = { username: "alice", password: "alice-password" };

/** Nothing here takes seconds; what hangs is a failure. */
const test = (name, body) => plainTest(name, { timeout: 20_000 }, body);

/** What an event brings that something causes. The ear is there before the cause. */
async function caused(socket, event, cause) {
  const heard = once(socket, event);
  await cause;
  return (await heard)[0];
}

/** A running server; it and the clients end with the test. */
async function start(t, settings = {}) {
  const process = spawn("node", [SERVER, JSON.stringify({ secret: "shared", ...settings })], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  t.after(() => process.kill());
  const lines = createInterface({ input: process.stdout });
  const waiting = new Map();
  const port = await new Promise((listening) => {
    lines.on("line", (line) => {
      const { listening: port, id, ok, error } = JSON.parse(line);
      if (port) listening(port);
      waiting.get(id)?.(error ? Promise.reject(new Error(error)) : ok);
    });
  });
  let asked = 0;
  const url = `http://127.0.0.1:${port}`;
  const post = async (path, body) => {
    const response = await fetch(url + path, { method: "POST", body: JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, body: text && JSON.parse(text) };
  };
  return {
    post,
    login: async () => (await post("/auth/login", ALICE)).body.accessToken,
    tell(command, details = {}) {
      asked += 1;
      process.stdin.write(`${JSON.stringify({ id: asked, do: command, ...details })}\n`);
      return new Promise((answer) => waiting.set(asked, answer));
    },
    connect(auth, more = {}) {
      const socket = io(url, { auth, transports: ["websocket"], reconnection: false, forceNew: true, ...more });
      t.after(() => socket.close());
      return socket;
    },
  };
}

async function welcomed(server, token) {
  const socket = server.connect({ token });
  const [welcome] = await once(socket, "connected");
  return { socket, welcome };
}

test("a sign-in opens a connection that is in two rooms", async (t) => {
  const server = await start(t);
  const { status, body } = await server.post("/auth/login", ALICE);
  assert.equal(status, 200);
  assert.deepEqual(Object.keys(body), ["accessToken", "refreshToken", "expiresIn", "user"]);
  assert.equal(body.user.username, "alice");
  const { welcome } = await welcomed(server, body.accessToken);
  assert.deepEqual(welcome.rooms, [`user:${body.user.walletAddress}`, "global:all"]);
  assert.equal(typeof welcome.message, "string");
  assert.deepEqual(Object.keys(welcome), ["message", "rooms"]);
});

test("the Authorization header is as good as auth.token", async (t) => {
  const server = await start(t);
  const authorization = `Bearer ${await server.login()}`;
  const socket = server.connect({}, { extraHeaders: { authorization } });
  await once(socket, "connected");
});

test("no token, a forged one and an expired one are refused in the guide's words", async (t) => {
  const server = await start(t);
  const good = await server.login();
  const now = Date.now() / 1000;
  const tokens = [
    undefined,
    "x.y.z",
    sign({ userId: "user-7001", walletAddress: "0x1", exp: now + 60 }, "another secret"),
    sign({ userId: "user-7001", walletAddress: "0x1", exp: now - 1 }, "shared"),
  ];
  await server.tell("expire");
  for (const token of [...tokens, good]) {
    const [error] = await once(server.connect({ token }), "connect_error");
    assert.equal(error.message, "Authentication failed");
  }
  assert.equal((await server.tell("counts")).refusal, 5);
});

test("a refresh token is good once", async (t) => {
  const server = await start(t);
  const { refreshToken } = (await server.post("/auth/login", ALICE)).body;
  const renewed = await server.post("/auth/refresh", { refreshToken });
  assert.equal(renewed.status, 200);
  await welcomed(server, renewed.body.accessToken);
  const again = await server.post("/auth/refresh", { refreshToken });
  assert.equal(again.status, 401);
  assert.equal(again.body.error.code, "invalid_token");
  assert.equal((await server.post("/auth/logout", { refreshToken: renewed.body.refreshToken })).status, 204);
  assert.equal((await server.post("/auth/refresh", { refreshToken: renewed.body.refreshToken })).status, 401);
  assert.equal((await server.post("/auth/login", { ...ALICE, password: "wrong" })).status, 401);
  const { login, refresh, logout } = await server.tell("counts");
  assert.deepEqual({ login, refresh, logout }, { login: 1, refresh: 1, logout: 1 });
});

test("rooms are followed and left, and no others than those of markets and creators", async (t) => {
  const server = await start(t);
  const { socket } = await welcomed(server, await server.login());
  const followed = await socket.emitWithAck("subscribe", { room: "market", id: "m1" });
  assert.equal(followed.success, true);
  assert.equal(followed.room, "market:m1");
  socket.emit("subscribe", { room: "creator", id: "0xc" });
  for (const request of [{ room: "user", id: "0x1" }, { room: "global", id: "all" }, { room: "market" }, null]) {
    assert.equal((await socket.emitWithAck("subscribe", request)).success, false);
  }
  assert.deepEqual((await socket.emitWithAck("getRooms")).slice(2), ["market:m1", "creator:0xc"]);
  socket.emit("unsubscribe", { room: "market", id: "m1" });
  assert.deepEqual((await socket.emitWithAck("getRooms")).slice(2), ["creator:0xc"]);
  assert.equal(await socket.emitWithAck("ping"), "pong");
  const outcomes = [];
  for (let n = 0; n < 98; n += 1) outcomes.push(await socket.emitWithAck("subscribe", { room: "market", id: `${n}` }));
  assert.equal(outcomes.filter(({ success }) => success).length, 97);
});

test("a trade comes once for each room one is in, in an envelope", async (t) => {
  const server = await start(t);
  const { socket } = await welcomed(server, await server.login());
  const [walletRoom] = await socket.emitWithAck("getRooms");
  const trader = walletRoom.slice("user:".length).toLowerCase();
  await socket.emitWithAck("subscribe", { room: "market", id: "m1" });
  const received = [];
  socket.onAny((event, ...args) => received.push([event, ...args]));
  await server.tell("emit", { event: "market:trade", data: { marketId: "m1", tradeId: "t1", trader } });
  await server.tell("emit", { event: "notification", data: { notificationId: "n1", userId: "user-7001" } });
  await server.tell("emit", { event: "notification", data: { notificationId: "n2", userId: "user-9002" } });
  await caused(socket, "end", server.tell("raw", { event: "end" }));
  assert.deepEqual(received.map(([event]) => event), ["market:trade", "market:trade", "notification", "end"]);
  const [, envelope] = received[0];
  assert.deepEqual(Object.keys(envelope), ["type", "timestamp", "data"]);
  assert.equal(envelope.type, "market:trade");
  assert.equal(new Date(envelope.timestamp).toISOString(), envelope.timestamp);
  assert.equal(envelope.data.tradeId, "t1");
});

test("faults come when they are ordered", async (t) => {
  const server = await start(t);
  const token = await server.login();
  const { socket } = await welcomed(server, token);
  assert.equal(await caused(socket, "disconnect", server.tell("disconnect")), "io server disconnect");
  const { socket: dropped } = await welcomed(server, token);
  assert.equal(await caused(dropped, "disconnect", server.tell("drop", { user: "alice" })), "transport close");
  const { socket: confused } = await welcomed(server, token);
  const packets = server.tell("packets", { packets: ["2{}"] });
  assert.equal(await caused(confused, "disconnect", packets), "parse error");

  await server.tell("refuse", { message: "Server is full" });
  assert.equal((await once(server.connect({ token }), "connect_error"))[0].message, "Server is full");
  await server.tell("accept");
  const { socket: large } = await welcomed(server, token);
  const { data } = await caused(large, "system:announcement", server.tell("large"));
  assert.equal(data.message.length, 5 * 1024 * 1024);

  await server.tell("fail", { path: "/auth/login", status: 503 });
  assert.equal((await server.post("/auth/login", ALICE)).status, 503);
  assert.equal((await server.post("/auth/login", ALICE)).status, 200);
  await server.tell("lifetime", { seconds: -1 });
  const [error] = await once(server.connect({ token: await server.login() }), "connect_error");
  assert.equal(error.message, "Authentication failed");
  await assert.rejects(server.tell("emit", { event: "unheard of", data: {} }), /Say rooms/);
});
