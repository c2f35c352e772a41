// A GuessLyfe server on the official socket.io, made from the platform's guide and nothing else: what the guide
// does not promise (catching up after a gap, capabilities) is not here. Numbers in parentheses are lines of the
// guide, version 1.0 of 2025-01-16.
//
// Settings: those of socket.io's Server, and `secret` (of the tokens), `lifetime` (of access tokens, in seconds).
// Users: alice with the password "alice-password", bob with "bob-password"; more by the command `user`.

import { createServer } from "node:http";

import { listen, loadPackage, obey, report, settings } from "./lib.mjs";
import { SignIn } from "./sign-in.mjs";

const { Server } = loadPackage("socket.io");

/** Rooms a client may have, the two automatic ones included (873). */
const MOST_ROOMS = 100;

/** What a client may subscribe to by hand (594-608); `user` and `global` rooms are joined for it (588-592). */
const KINDS = ["market", "creator"];

const GLOBAL = "global:all"; // (615)

const { port: _port, secret, lifetime, ...options } = settings;
const counts = {};
const count = (what) => (counts[what] = (counts[what] ?? 0) + 1);

const signIn = new SignIn({
  secret,
  lifetime,
  onUse(what, user) {
    count(what);
    report(what, { user });
  },
});
signIn.add({ username: "alice", password: "alice-password", userId: "user-7001", walletAddress: "0xA11CE00000000000000000000000000000007001" });
signIn.add({ username: "bob", password: "bob-password", userId: "user-9002", walletAddress: "0xB0B0000000000000000000000000000000009002" });

const http = createServer((request, response) => signIn.serve(request, response));
const io = new Server(http, {
  serveClient: false,
  pingInterval: 25_000, // (874)
  pingTimeout: 60_000, // (875)
  ...options,
});

let refusal = null;
/** What the server gets wrong once: a room that it says to have joined and has not, and one that nobody asked for. */
let confusion = {};

// Connections need a token, in auth.token or in the Authorization header (556, 561), with a good signature and
// before its expiry (562). The refusal's words are those of the troubleshooting chapter (829).
io.use((socket, next) => {
  count("attempt");
  const { auth, headers } = socket.handshake;
  const token = auth.token ?? headers.authorization?.replace(/^Bearer /i, "");
  let message = refusal;
  if (message === null) {
    try {
      socket.data = signIn.check(token);
    } catch {
      message = "Authentication failed";
    }
  }
  if (message === null) return next();
  count("refusal");
  report("refusal", { message, token: token !== undefined });
  next(new Error(message));
});

io.on("connection", (socket) => {
  const { username, walletAddress } = socket.data;
  count("connect");
  // Which of the two ways the token came (556, 561).
  const by = socket.handshake.auth.token === undefined ? "header" : "auth";
  report("connect", { user: username, id: socket.id, by });
  socket.join([`user:${walletAddress}`, GLOBAL]); // (588-592, 614-615)
  if (confusion.smuggle !== undefined) socket.join(confusion.smuggle);
  delete confusion.smuggle;
  // The welcome is the one event without an envelope (194-197).
  socket.emit("connected", { message: `Welcome, ${username}`, rooms: roomsOf(socket) });

  // (286-294); the acknowledgement may be left out (296-300).
  socket.on("subscribe", (request, answer) => {
    count("subscribe");
    const outcome = roomOf(request, socket);
    if (outcome.room !== undefined && outcome.room === confusion.forget) delete confusion.forget;
    else if (outcome.success) socket.join(outcome.room);
    report("subscribe", { user: username, ...outcome });
    if (typeof answer === "function") answer(outcome);
  });
  // (302-306)
  socket.on("unsubscribe", (request, answer) => {
    count("unsubscribe");
    const outcome = roomOf(request, socket);
    if (outcome.success) socket.leave(outcome.room);
    report("unsubscribe", { user: username, ...outcome });
    if (typeof answer === "function") answer(outcome);
  });
  // (308-311)
  socket.on("getRooms", (answer) => {
    count("getRooms");
    if (typeof answer === "function") answer(roomsOf(socket));
  });
  // What the answer holds is not said (862-865).
  socket.on("ping", (answer) => {
    count("ping");
    if (typeof answer === "function") answer("pong");
  });
  socket.on("disconnect", (reason) => {
    count("disconnect");
    report("disconnect", { user: username, id: socket.id, reason });
  });
});

function roomsOf(socket) {
  return [...socket.rooms].filter((room) => room !== socket.id);
}

function roomOf(request, socket) {
  const { room, id } = request ?? {};
  if (!KINDS.includes(room) || typeof id !== "string" || id === "") {
    return { success: false, message: "No such room" };
  }
  const name = `${room}:${id}`; // (612-613)
  if (!socket.rooms.has(name) && roomsOf(socket).length >= MOST_ROOMS) {
    return { success: false, room: name, message: `No more than ${MOST_ROOMS} rooms` };
  }
  return { success: true, room: name, message: `You follow ${name}` };
}

/** The room of a user, known by wallet address or by id: notifications are addressed by id (516), rooms by wallet. */
function userRoom(key) {
  const user = [...signIn.users.values()].find(
    ({ userId, walletAddress }) => userId === key || walletAddress.toLowerCase() === String(key).toLowerCase(),
  );
  return `user:${user?.walletAddress ?? key}`;
}

/** Who gets an event (82-90). */
const AUDIENCE = {
  "market:created": () => [GLOBAL],
  "market:trade": ({ marketId, trader }) => [`market:${marketId}`, userRoom(trader)],
  "market:resolved": ({ marketId }) => [`market:${marketId}`, GLOBAL],
  "shares:trade": ({ creatorId, trader }) => [`creator:${creatorId}`, userRoom(trader)],
  "shares:unlocked": ({ creatorId, holder }) => [`creator:${creatorId}`, userRoom(holder)],
  "dividend:available": ({ holder }) => [userRoom(holder)],
  notification: ({ userId }) => [userRoom(userId)],
  "system:maintenance": () => [GLOBAL],
  "system:announcement": () => [GLOBAL],
};

/** Sends an event in its envelope (94-104) to each of its rooms in turn, so who is in two of them gets it twice. */
function emit({ event, data, rooms = AUDIENCE[event]?.(data), timestamp = new Date().toISOString() }) {
  if (!rooms) throw new Error(`Who gets ${event}? Say rooms`);
  for (const room of rooms) io.to(room).emit(event, { type: event, timestamp, data });
  return rooms;
}

/** The connected sockets, all or one user's. */
async function socketsOf(user) {
  const sockets = await io.fetchSockets();
  return sockets.filter((socket) => user === undefined || socket.data.username === user);
}

/** The Engine.IO connections below them. */
async function enginesOf(user) {
  return (await socketsOf(user)).map(({ id }) => io.sockets.sockets.get(id).conn);
}

obey({
  // Events, as they should be and as they should not.
  emit,
  emitMany: ({ events }) => void events.forEach(emit),
  raw: ({ event, args = [], user }) =>
    socketsOf(user).then((sockets) => sockets.forEach((socket) => socket.emit(event, ...args))),
  packets: ({ packets, user }) =>
    enginesOf(user).then((engines) => engines.forEach((engine) => packets.forEach((packet) => engine.write(packet)))),
  large: ({ bytes = 5 * 1024 * 1024, event = "system:announcement" }) =>
    void emit({ event, data: { title: "Large", message: "x".repeat(bytes) }, rooms: [GLOBAL] }),

  confuse: ({ forget, smuggle }) => void (confusion = { forget, smuggle }),

  // Users and their tokens.
  user: (user) => signIn.add(user),
  token: ({ user }) => signIn.accessToken(signIn.users.get(user)),
  lifetime: ({ seconds }) => void (signIn.lifetime = seconds),
  expire: (what) => signIn.expire(what),
  fail: (what) => signIn.fail(what),

  // Connections.
  refuse: ({ message = "Authentication failed" }) => void (refusal = message),
  accept: () => void (refusal = null),
  disconnect: ({ user, close = false }) =>
    socketsOf(user).then((sockets) => sockets.forEach((socket) => socket.disconnect(close))),
  drop: ({ user }) =>
    enginesOf(user).then((engines) => engines.forEach((engine) => engine.transport.socket?.terminate())),
  stopPings: ({ user }) =>
    enginesOf(user).then((engines) => engines.forEach((engine) => clearTimeout(engine.pingIntervalTimer))),

  // What was seen.
  rooms: ({ user }) =>
    socketsOf(user).then((sockets) =>
      Object.fromEntries(sockets.map((socket) => [socket.id, { user: socket.data.username, rooms: roomsOf(socket) }])),
    ),
  counts: () => counts,
});

listen(http);
