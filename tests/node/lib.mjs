// What the servers of this folder share: finding socket.io, and talking with the test that started them.
//
// A test starts `node <server>.mjs [settings as JSON]` and reads lines of JSON from its output. The first is
// {"listening":PORT}. The others are reports, {"report":NAME,…}, and answers to commands: the test writes
// {"id":N,"do":NAME,…} to the input and gets {"id":N,"ok":VALUE} or {"id":N,"error":TEXT}. When the input ends
// the server ends, so none outlives its test.

import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const modules = process.env.CARILLON_NODE_MODULES;
const load = createRequire(modules ? join(resolve(modules), "..", "index.js") : import.meta.url);

/** A package of the lock file, wherever it was installed. */
export function loadPackage(name) {
  try {
    return load(name);
  } catch (error) {
    if (error.code !== "MODULE_NOT_FOUND") throw error;
    console.error(`${name} is not installed. Run: npm ci --prefix tests/node`);
    process.exit(1);
  }
}

/** The settings the test gave, as one argument of JSON. */
export const settings = JSON.parse(process.argv[2] ?? "{}");

function write(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Tells the test that something happened. */
export function report(name, details = {}) {
  write({ report: name, ...details });
}

/** Listens on loopback, on the port of the settings or any, and says which. */
export function listen(http) {
  http.listen(settings.port ?? 0, "127.0.0.1", () => write({ listening: http.address().port }));
}

/** Carries out what the test writes, until it stops writing. */
export function obey(commands) {
  const lines = createInterface({ input: process.stdin });
  lines.on("line", async (line) => {
    let id = null;
    try {
      const { id: given, do: name, ...details } = JSON.parse(line);
      id = given;
      if (!Object.hasOwn(commands, name)) throw new Error(`No command ${name}`);
      write({ id, ok: (await commands[name](details)) ?? null });
    } catch (error) {
      write({ id, error: error.message });
    }
  });
  lines.on("close", () => process.exit(0));
}
