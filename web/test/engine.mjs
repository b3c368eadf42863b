// The engine as a page uses it: web/built/engine.wasm in Node.js, against the command line.
//
//   node web/test/engine.mjs [ENSUE]            the program, else target/release/ensue
//   node web/test/engine.mjs --measure [FILE…]  how long it takes; else for the article's rules

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { startEngine } from "../engine.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const bytes = readFileSync(join(root, "web/built/engine.wasm"));
const article = ["rules/passports.ensue", "seeds/article-2025-03-07.ensue"];
const read = (names) => names.map((name) => ({ name, text: readFileSync(join(root, name), "utf8") }));
const arguments_ = process.argv.slice(2);

if (arguments_[0] === "--measure") await measure(arguments_.slice(1));
else await compare(arguments_[0] ?? join(root, "target/release/ensue"));

/** Numbers that look random, and are always the same. */
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A profile in which about a third of the facts are unknown. */
function someProfile(policy, next) {
  const profile = {};
  for (const fact of policy.facts) {
    if (next(3) === 0) continue;
    const names = Object.keys(fact.values ?? {});
    const number = () => (fact.range ?? [0, 30])[next(2)];
    if (fact.type === "yes_or_no") profile[fact.name] = next(2) === 0;
    else if (fact.type === "one_of") profile[fact.name] = names[next(names.length)];
    else if (fact.type === "date") profile[fact.name] = `20${10 + next(20)}-03-0${1 + next(9)}`;
    else profile[fact.name] = number();
  }
  return profile;
}

async function compare(ensue) {
  const engine = await startEngine(bytes);
  const file = join(mkdtempSync(join(tmpdir(), "ensue-")), "profile.json");
  const command = (verb, ...more) => {
    const options = { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] };
    return execFileSync(ensue, [verb, article[0], ...more, "--format", verb === "eval" ? "jsonl" : "json"], options);
  };
  const policy = engine.answer({ do: "load", files: read(article) });
  assert.equal(policy.error, undefined);
  const next = numbers(1);
  const views = [
    [{}, []],
    [{ without: ["moscow_times"] }, ["--without", "moscow_times"]],
    [{ on: "2025-01-01", require: 1 }, ["--on", "2025-01-01", "--require", "1"]],
  ];
  let count = 0;
  const same = (request, ...command_) => {
    assert.equal(engine.text({ ...request, name: file }) + "\n", command(...command_));
    count += 1;
  };
  for (let index = 0; index < 60; index += 1) {
    const profile = someProfile(policy, next);
    writeFileSync(file, JSON.stringify(profile));
    const [view, options] = views[index % views.length];
    const about = { profile, view };
    same({ do: "eval", ...about }, "eval", file, ...options);
  }
  assert.deepEqual(engine.answer({ do: "test" }), JSON.parse(command("test")));
  assert.deepEqual(engine.answer({ do: "check" }), []);
  const before = engine.text({ do: "eval" });
  const refused = [
    { do: "eval", profile: { [policy.facts[0].name]: "SECRET" } },
    { do: "load", files: [{ name: "a.ensue", text: "rule" }] },
    { do: "why", consequence: "nothing" },
    { do: "nothing" },
    null,
  ];
  for (const request of refused) {
    const { error } = engine.answer(request);
    assert.equal(error.loaded, true);
    assert.doesNotMatch(JSON.stringify(error), /SECRET/);
    assert.equal(engine.text({ do: "eval" }), before);
  }
  // As deep, as wide and as broken as rules can be: refused, and the engine goes on.
  for (const text of ["(".repeat(1_000_000), "not ".repeat(1_000_000), "\u{0}\u{202e}", '"'.repeat(1000)]) {
    const broken = `fact a "A" : yes or no consequence c "C" rule r "R" when ${text}`;
    assert.ok(engine.answer({ do: "load", files: [{ name: "a.ensue", text: broken }] }).error.findings.length > 0);
  }
  assert.equal(engine.text({ do: "eval" }), before);
  console.log(`${count} answers are those of the command line; what cannot be answered is refused`);
}

async function measure(paths) {
  const files = paths.length > 0 ? paths.map((path) => ({ name: path, text: readFileSync(path, "utf8") })) : read(article);
  const start = performance.now();
  const engine = await startEngine(bytes);
  const started = performance.now();
  const policy = engine.answer({ do: "load", files });
  assert.equal(policy.error, undefined, JSON.stringify(policy.error));
  const loaded = performance.now();
  engine.answer({ do: "outcomes" });
  const first = performance.now();
  const shown = (time) => `${time.toFixed(2)} ms`;
  console.log(`start ${shown(started - start)}, load ${shown(loaded - started)}, first outcomes ${shown(first - loaded)}`);
  console.log(`${policy.rules.length} rules: first outcomes ${shown(first - start)} after the bytes are there`);
  const next = numbers(2);
  const profiles = Array.from({ length: 40 }, () => someProfile(policy, next));
  const consequence = () => policy.consequences[next(policy.consequences.length)].name;
  const asked = {
    outcomes: () => ({ do: "outcomes" }),
    eval: () => ({ do: "eval" }),
    why: () => ({ do: "why", consequence: consequence() }),
    change: () => ({ do: "change", consequence: consequence() }),
    "compare --vary": () => ({ do: "compare", vary: policy.facts[next(policy.facts.length)].name }),
    ...(policy.choices.length > 0 ? { compare: () => ({ do: "compare" }) } : {}),
  };
  for (const [name, request] of Object.entries(asked)) {
    const times = profiles.map((profile) => {
      const written = { ...request(), profile };
      const before = performance.now();
      engine.answer(written);
      return performance.now() - before;
    });
    times.sort((one, other) => one - other);
    const [median, most] = [times[times.length / 2], times[times.length - 1]];
    console.log(`${name}: median ${shown(median)}, longest ${shown(most)}`);
  }
}
