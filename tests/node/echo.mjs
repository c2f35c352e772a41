// A plain server for a Socket.IO client's tests: it does what the client asks for by events.
//
// Settings: those of socket.io's Server, and `reportHeartbeats`.
//
// Namespaces: `/` lets everyone in; `/guarded` wants auth.token "good"; `/slow` wants it too, and takes
// auth.wait milliseconds to look at it.

import { createServer } from "node:http";

import { listen, loadPackage, obey, report, settings } from "./lib.mjs";

const { Server } = loadPackage("socket.io");

const { port: _port, reportHeartbeats, ...options } = settings;
const http = createServer();
const io = new Server(http, { serveClient: false, ...options });

const cookies = new Map();
io.engine.on("headers", (_headers, request) => cookies.set(request._query.sid, request.headers.cookie));

function guard(socket, next) {
  const { token } = socket.handshake.auth;
  if (token === "good") return next();
  next(Object.assign(new Error("Authentication failed"), { data: { token: token ?? null } }));
}

io.of("/guarded").use(guard);
io.of("/slow")
  .use(async (socket, next) => {
    await new Promise((done) => setTimeout(done, socket.handshake.auth.wait));
    next();
  })
  .use(guard);

for (const name of ["/", "/guarded", "/slow"]) {
  io.of(name).on("connection", (socket) => {
    // Sent while the client has not yet been told that it is in.
    const { "x-test": header, authorization } = socket.handshake.headers;
    socket.emit("hello", { id: socket.id, query: socket.handshake.query, header, authorization });
    socket.emit("hello again");
    report("connect", { namespace: name, id: socket.id, engine: socket.conn.id, transport: socket.conn.transport.name });
    socket.on("disconnect", (reason) => report("disconnect", { id: socket.id, reason }));
    socket.conn.on("upgrade", (transport) => report("upgrade", { id: socket.id, transport: transport.name }));
    if (reportHeartbeats) socket.conn.on("heartbeat", () => report("heartbeat", { id: socket.id }));
    serve(socket);
  });
}

function serve(socket) {
  socket.on("echo", (...args) => {
    const answer = args.pop();
    answer(...args);
  });
  // The same, but as an event.
  socket.on("reflect", (...args) => socket.emit("reflected", ...args));
  socket.on("burst", async (count, ...rest) => {
    for (let n = 0; n < count; n += 1) {
      socket.emit("n", n, ...rest);
      // Now and then a turn for its own pings, or the client would rightly take this server for dead.
      if (n % 500 === 499) await new Promise(setImmediate);
    }
  });
  socket.on("never", () => {});
  // What the latest request of the session sent along.
  socket.on("cookies", (answer) => answer(cookies.get(socket.conn.id) ?? ""));
  socket.on("ask", (count) => {
    for (let n = 0; n < count; n += 1) {
      socket.emit("question", n, (...answer) => socket.emit("answered", n, ...answer));
    }
  });
  socket.on("shapes", () => {
    socket.emit("lone", Buffer.from([0x1e]));
    socket.emit("mixed", 1, "x", Buffer.from([1, 2]), { deep: [Buffer.from([3]), { deeper: new Uint8Array([4]) }] });
    socket.emit("empty", Buffer.alloc(0), Buffer.alloc(0));
    socket.emit("large", Buffer.alloc(200_000, 7));
    socket.emit("plain");
  });
  // What the WebSocket agreed on beyond the protocol, and how many bytes it has sent.
  socket.on("extensions", (answer) => {
    const { extensions, _socket: tcp } = socket.conn.transport.socket;
    answer(extensions, tcp.bytesWritten);
  });
  socket.on("big", (size) => socket.emit("big", "x".repeat(size)));
  socket.on("disconnect me", (close) => socket.disconnect(close));
  socket.on("close engine", () => socket.conn.close());
  socket.on("drop", () => socket.conn.transport.socket.terminate());
  // The announcement of an attachment, and then the end.
  socket.on("half", () => {
    socket.conn.write('51-["half",{"_placeholder":true,"num":0}]');
    socket.conn.close();
  });
  // Packets as they are, whatever they are.
  socket.on("raw", (...packets) => packets.forEach((packet) => socket.conn.write(packet)));
  // Engine.IO falls silent while its WebSocket goes on answering.
  socket.on("stop pings", (done) => {
    clearTimeout(socket.conn.pingIntervalTimer);
    done();
  });
}

obey({
  connected: () => io.engine.clientsCount,
  broadcast: ({ event, args, times = 1 }) => {
    for (let n = 0; n < times; n += 1) io.emit(event, ...args);
  },
});

listen(http);
