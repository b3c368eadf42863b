// Refuses a package-lock.json that would fetch something from elsewhere than npm's public
// registry, or without a checksum. With --write it removes such addresses, which npm then finds
// itself.

import { readFileSync, writeFileSync } from "node:fs";

const file = new URL("package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(file, "utf8"));
const wrong = [];
for (const [place, entry] of Object.entries(lock.packages)) {
  if (entry.resolved && !entry.resolved.startsWith("https://registry.npmjs.org/")) {
    wrong.push(`${place} is fetched from ${entry.resolved}`);
    delete entry.resolved;
  }
  if (place && !entry.integrity) {
    wrong.push(`${place} has no checksum`);
  }
}
if (process.argv[2] === "--write") {
  writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
} else if (wrong.length > 0) {
  console.error(`package-lock.json:\n  ${wrong.join("\n  ")}\nrun: node lock.mjs --write`);
  process.exit(1);
}
