// The rules of indentation: a file typed without any white space at the beginnings of its lines
// gets that of the canonical layout.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const root = path.join(import.meta.dirname, "../../..");
const read = (file) => readFileSync(path.join(root, file), "utf8");
const configuration = JSON.parse(read("editors/vscode/language-configuration.json"));
const { increaseIndentPattern, decreaseIndentPattern, unIndentedLinePattern } = configuration.indentationRules;
const [increases, decreases, passedOver] = [increaseIndentPattern, decreaseIndentPattern, unIndentedLinePattern].map(
  (pattern) => new RegExp(pattern),
);

const widthOf = (line) => /^ */.exec(line)[0].length;

/** The nearest line above that counts. */
const above = (lines) => lines.findLast((line) => line.trim() !== "" && !passedOver.test(line)) ?? "";

/** How far a new line is indented, as VS Code decides it. */
function afterEnter(lines) {
  const last = lines.at(-1);
  const rule = configuration.onEnterRules.find(({ beforeText }) => new RegExp(beforeText).test(last));
  if (rule) {
    const step = { none: 0, indent: 2, outdent: -2 }[rule.action.indent];
    return Math.max(0, widthOf(last) + step) + (rule.action.appendText?.length ?? 0);
  }
  const line = above(lines);
  return widthOf(line) + (increases.test(line) ? 2 : 0);
}

/** The same once the line's first word is typed. */
function afterTyping(lines, width, line) {
  if (!decreases.test(line)) {
    return width;
  }
  const inherited = above(lines);
  return increases.test(inherited) ? widthOf(inherited) : Math.max(0, widthOf(inherited) - 2);
}

for (const file of ["rules/passports.ensue", "seeds/article-2025-03-07.ensue", "docs/tutorial.ensue"]) {
  test(`${file} is indented as it is typed`, () => {
    const written = read(file).trimEnd().split("\n");
    const typed = [written[0]];
    for (const [before, line] of written.slice(1).entries()) {
      const width = afterEnter(typed);
      if (line === "") {
        // What the editor puts there stays until the next line is begun.
        typed.push(" ".repeat(width));
      } else {
        typed.push(" ".repeat(afterTyping(typed, width, line.trim())) + line.trim());
        assert.equal(typed.at(-1), line, `line ${before + 2}`);
      }
    }
  });
}

test("a condition goes on in the lines that begin with and, or and a parenthesis", () => {
  const declaration = ['rule r "R"', "  when a", "    and b"];
  assert.equal(afterEnter(declaration), 4);
  assert.equal(afterEnter([...declaration, "    and (c", "    or d)"]), 4);
});

test("pairs and comments are those of the language", () => {
  assert.deepEqual(configuration.comments, { lineComment: "#" });
  assert.deepEqual(configuration.brackets, [["(", ")"]]);
  for (const pair of configuration.autoClosingPairs) {
    assert.deepEqual(pair.notIn, ["string", "comment"]);
  }
});

test("a word of the editor is a whole name, number or date", () => {
  const { pattern, flags } = configuration.wordPattern;
  const words = "no_clinic >= -12.5, on 2025-03-07; їжак".match(new RegExp(pattern, `g${flags}`));
  assert.deepEqual(words, ["no_clinic", "-12.5", "on", "2025-03-07", "їжак"]);
});
