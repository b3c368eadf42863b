// The engine of pages within the limits: answers the protocol of tests/trust/limits.py.
//
//   python3 tests/trust/limits.py -- node web/test/limits.mjs

import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { createInterface } from "node:readline";

import { startEngine } from "../engine.js";

const bytes = readFileSync(new URL("../built/engine.wasm", import.meta.url));

for await (const line of createInterface({ input: process.stdin })) {
  const engine = await startEngine(bytes);
  const read = (path) => ({ name: basename(path), text: readFileSync(path, "utf8") });
  const loaded = engine.answer({ do: "load", files: JSON.parse(line).files.map(read) });
  const refused = ({ message, findings: [mistake] }) =>
    mistake ? { code: mistake.code, says: [mistake.message, ...mistake.help].join(" ") } : { code: message };
  const answer = loaded.error ? refused(loaded.error) : { outcomes: engine.answer({ do: "eval" }).outcomes };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
