// Refuses a package-lock.json with an entry that has no checksum, or has an address: npm asks the
// registry that it is set up with, and the checksum says what it must get there. With --write it
// removes the addresses.

import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
const entries = Object.entries(lock.packages).filter(([place]) => place !== "");

if (process.argv[2] === "--write") {
  for (const [, entry] of entries) {
    delete entry.resolved;
  }
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}

const wrong = [
  ...entries.filter(([, entry]) => entry.resolved).map(([place]) => `${place} has an address; run: node lock.mjs --write`),
  ...entries.filter(([, entry]) => !entry.integrity).map(([place]) => `${place} has no checksum`),
];
if (wrong.length > 0) {
  console.error(`package-lock.json:\n  ${wrong.join("\n  ")}`);
  process.exit(1);
}
