// Very many answers of the engine of pages, against the truth.
//
//   node web/test/million.mjs FOLDER COUNT    what `differential::write_a_million` or `formulas::write_formulas` of
//                                             tests/it wrote there
//
// Exit code 1 where an answer differs, or where there are fewer than so many.

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";

import { startEngine } from "../engine.js";

const THREADS = 2;
// The statuses that a digit of the truth stands for.
const BITS = { follows: 1, does_not_follow: 2, ruled_out: 4, disputed: 8 };

/** How many pairs of a policy and a profile are answered alike; every `THREADS`th policy from the `first` on. */
async function check(folder, first) {
  const bytes = readFileSync(new URL("../built/engine.wasm", import.meta.url));
  const profiles = readFileSync(join(folder, "profiles.jsonl"), "utf8").trimEnd().split("\n");
  const policies = readdirSync(folder).filter((name) => name.endsWith(".ensue")).sort();
  let pairs = 0;
  for (const name of policies.filter((_, index) => index % THREADS === first)) {
    const engine = await startEngine(bytes);
    const loaded = engine.answer({ do: "load", files: [{ name, text: readFileSync(join(folder, name), "utf8") }] });
    if (loaded.error) throw new Error(`${name}: ${loaded.error.message}`);
    const lines = readFileSync(join(folder, name.replace(".ensue", ".truth")), "utf8").trimEnd().split("\n");
    const truth = new Map(lines.map((line) => line.split(" ")));
    for (const [index, profile] of profiles.entries()) {
      const found = engine.answer(`{"do":"eval","profile":${profile}}`);
      if (found.outcomes?.length !== truth.size) throw new Error(`${name}, ${profile}: not all consequences`);
      for (const { consequence, status, possible } of found.outcomes) {
        const all = status === "undetermined" ? possible : [status];
        const digit = all.reduce((sum, one) => sum + BITS[one], 0).toString(16);
        if (digit !== truth.get(consequence)[index]) throw new Error(`${name}, ${profile}: ${consequence} is ${all}`);
      }
      pairs += 1;
    }
  }
  return pairs;
}

if (isMainThread) {
  const start = performance.now();
  const one = (first) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(fileURLToPath(import.meta.url), { workerData: { folder: process.argv[2], first } });
      worker.once("message", resolve);
      worker.once("error", reject);
    });
  const parts = await Promise.all(Array.from({ length: THREADS }, (_, first) => one(first)));
  const pairs = parts.reduce((sum, part) => sum + part, 0);
  if (!(pairs >= Number(process.argv[3]))) throw new Error(`${pairs} pairs are fewer than ${process.argv[3]}`);
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`${pairs} pairs of a policy and what is known are answered as brute force answers them (${seconds} s)`);
} else {
  parentPort.postMessage(await check(workerData.folder, workerData.first));
}
