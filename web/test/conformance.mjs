// The engine of pages for the conformance suite: answers the protocol of tests/conformance/README.md.
//
//   python3 tests/conformance/run.py -- node web/test/conformance.mjs

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";

import { startEngine } from "../engine.js";

const bytes = readFileSync(new URL("../built/engine.wasm", import.meta.url));

/** What was refused, with the line of the first mistake in the rule text. */
function refused({ findings }) {
  const line = findings.filter(({ file }) => file?.endsWith(".ensue")).map((finding) => finding.line)[0];
  return line === undefined ? { refused: true } : { refused: true, line };
}

/** A profile's text where its very form is the point, else its JSON. What is no JSON makes no request. */
function profileOf({ profile, profile_text: text }) {
  return text ?? JSON.stringify(profile ?? {});
}

async function answer(request) {
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readFileSync(request.rules));
  } catch {
    return { refused: true };
  }
  const engine = await startEngine(bytes);
  const name = request.rules.split("/").pop();
  const loaded = engine.answer({ do: "load", files: [{ name, text }] });
  if (loaded.error) return refused(loaded.error);
  if (request.scenarios) {
    const tested = engine.answer({ do: "test" });
    if (tested.error) return refused(tested.error);
    const scenarios = tested.policies.flatMap((policy) => policy.scenarios);
    return { scenarios: scenarios.sort((one, other) => one.line - other.line).map(({ passed }) => passed) };
  }
  const view = {};
  for (const key of ["on", "according_to", "without", "known_by", "require"]) {
    if (key in request) view[key] = request[key];
  }
  const found = JSON.parse(engine.text(`{"do":"eval","view":${JSON.stringify(view)},"profile":${profileOf(request)}}`));
  if (found.error) return refused(found.error);
  const outcomes = found.outcomes.map(({ consequence, status, possible, depends_on, because }) => [
    consequence,
    status === "undetermined" ? { status, possible, depends_on } : { status, because: Object.keys(because) },
  ]);
  return Object.fromEntries(outcomes);
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
