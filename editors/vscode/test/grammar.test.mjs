// How the grammar splits rule files, in the library with which VS Code reads grammars.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { test } from "node:test";

const require = createRequire(import.meta.url);
const { INITIAL, Registry } = require("vscode-textmate");
const { OnigScanner, OnigString, loadWASM } = require("vscode-oniguruma");

const root = path.join(import.meta.dirname, "../../..");
const read = (file) => readFileSync(path.join(root, file), "utf8");
const folder = (name) =>
  readdirSync(path.join(root, name)).filter((file) => file.endsWith(".ensue")).sort().map((file) => `${name}/${file}`);

await loadWASM(readFileSync(path.join(path.dirname(require.resolve("vscode-oniguruma")), "onig.wasm")));
const own = ["ensue", "markdown"].map((name) =>
  JSON.parse(read(`editors/vscode/syntaxes/${name}.tmLanguage.json`)),
);
const registry = new Registry({
  onigLib: Promise.resolve({
    createOnigScanner: (patterns) => new OnigScanner(patterns),
    createOnigString: (text) => new OnigString(text),
  }),
  loadGrammar: async (scope) => own.find((grammar) => grammar.scopeName === scope) ?? null,
});
const grammar = await registry.loadGrammar("source.ensue");

const KEYWORDS = (() => {
  const macro = /keywords! \{([^}]*)\}/.exec(read("src/syntax/token.rs"))[1];
  return [...macro.matchAll(/"([a-z]+)"/g)].map(([, word]) => word);
})();

/** The lines of a file as an editor has them: without line ends and without a byte order mark. */
const linesOf = (text) => text.replace(/^\uFEFF/, "").split(/\r\n|\r|\n/);

/** The tokens of a text, white space left out, and how deep it is in rules after each line. */
function tokenize(text) {
  const tokens = [];
  const depths = [];
  let state = INITIAL;
  for (const [number, line] of linesOf(text).entries()) {
    const result = grammar.tokenizeLine(line, state);
    for (const { startIndex, endIndex, scopes } of result.tokens) {
      const written = line.slice(startIndex, endIndex);
      if (written.trim() !== "") {
        tokens.push({ line: number, written, scopes: scopes.slice(1), scope: scopes.at(-1) });
      }
    }
    state = result.ruleStack;
    depths.push(state.depth);
  }
  return { tokens, depths };
}

const has = (token, prefix) => token.scopes.some((scope) => scope === prefix || scope.startsWith(`${prefix}.`));

/** Each token with the first parts of its scope. */
const brief = (text) =>
  tokenize(text).tokens.map(({ written, scope }) => `${written.trim()} ${scope.split(".").slice(0, 3).join(".")}`);

// A second reading of the language's tokens, from docs/language.md alone: what the grammar says
// is compared with it, character by character.
function kinds(text) {
  const kinds = [];
  // The last word or mark up to each place, comments left out.
  const lasts = [];
  const token =
    /(?<space>\s+)|(?<comment>#[^\r\n]*)|(?<text>"(?:[^"\\]|\\[^])*")|(?<date>\d{4}-\d\d-\d\d)|(?<number>-?\d[\d_]*(?:\.[\d_]+)?)|(?<word>[a-z][a-z0-9_]*)|(?<mark><=|>=|[,:()<>])/gy;
  let before = "";
  for (let match; (match = token.exec(text)); ) {
    let kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    if (kind === "word") {
      kind = KEYWORDS.includes(match[0]) && before !== "language" ? "keyword" : "name";
    }
    if (kind !== "space" && kind !== "comment") {
      before = match[0];
    }
    kinds.push(...Array(match[0].length).fill(kind));
    lasts.push(...Array(match[0].length).fill(before));
  }
  assert.equal(kinds.length, text.length, `not read: ${JSON.stringify(text.slice(kinds.length, kinds.length + 20))}`);
  return { kinds, lasts };
}

// After these a name or a type comes, on the same line or a later one.
const WAITING = ["policy", "source", "claim", "fact", "consequence", "define", "rule", "choice", "option", "language", ":"];

/** The kind that a token's scopes speak of. */
function kindOf(token) {
  const kinds = {
    comment: "comment",
    "string.quoted": "text",
    "constant.numeric.date": "date",
    "constant.numeric": "number",
    "keyword.control": "keyword",
    "keyword.other": "keyword",
    "keyword.operator.wordlike": "keyword",
    "keyword.operator.comparison": "mark",
    "constant.language": "keyword",
    "storage.type": "keyword",
    "storage.modifier": "keyword",
    "entity.name": "name",
    "variable.other": "name",
    "constant.other.language": "name",
    punctuation: "mark",
  };
  return kinds[Object.keys(kinds).find((prefix) => has(token, prefix))] ?? token.scope;
}

const SOUND = [
  ...folder("rules"),
  ...folder("seeds"),
  ...folder("docs"),
  ...folder("tests/corpus/parse/ok"),
  ...folder("tests/corpus/evaluate"),
  ...folder("tests/corpus/format"),
];

test("there are files to read", () => {
  assert.ok(SOUND.length > 20, `${SOUND.length}`);
});

for (const file of SOUND) {
  test(`${file} is split as the language says`, () => {
    const text = linesOf(read(file)).join("\n");
    const { kinds: expected, lasts } = kinds(text);
    let state = INITIAL;
    let at = 0;
    for (const [number, line] of text.split("\n").entries()) {
      const result = grammar.tokenizeLine(line, state);
      for (const { startIndex, endIndex, scopes } of result.tokens) {
        const said = kindOf({ scopes: scopes.slice(1), scope: scopes.at(-1) });
        for (let index = startIndex; index < Math.min(endIndex, line.length); index += 1) {
          const wanted = expected[at + index];
          // White space belongs to whatever stands around it.
          if (!/\s/.test(line[index]) || wanted === "text") {
            assert.equal(said, wanted, `line ${number + 1}, column ${index + 1}: ${line}`);
          }
        }
      }
      state = result.ruleStack;
      at += line.length + 1;
      // Only a text goes on in the next line, and what was not finished.
      const open = (expected[at - 1] === "text" && at < text.length) || WAITING.includes(lasts[at - 1]);
      assert.equal(state.depth, open ? 2 : 1, `after line ${number + 1}: ${line}`);
    }
  });
}

test("nothing in these files is marked as a mistake", () => {
  const wrong = SOUND.flatMap((file) => tokenize(read(file)).tokens.filter((token) => has(token, "invalid")));
  assert.deepEqual(wrong, []);
});

test("the reserved words are those of the language", () => {
  assert.ok(KEYWORDS.length > 60);
  const text = JSON.stringify(own[0]);
  const listed = /\(\?!\(\?:(accessed\|[a-z|]+)\)/.exec(text)[1].split("|");
  assert.deepEqual(listed, KEYWORDS);
  for (const word of KEYWORDS) {
    const [token] = tokenize(word).tokens;
    assert.equal(kindOf(token), "keyword", `${word}: ${token.scopes}`);
  }
  // Nothing else is one: with a letter more, each is a name.
  for (const word of KEYWORDS) {
    for (const longer of [`${word}x`, `${word}_1`, `x${word}`, `${word}1`]) {
      if (!KEYWORDS.includes(longer)) {
        assert.deepEqual(brief(longer), [`${longer} variable.other.ensue`]);
      }
    }
  }
});

test("words have their role", () => {
  const roles = {
    "keyword.control": "policy import source claim fact consequence define rule choice scenario option",
    "keyword.other": "by published accessed url archived language quoted note at certainty quote repeats supports contradicts ask law as per assumes in force until when unless then overrides sets on given expect",
    "storage.modifier": "harm context",
    "storage.type": "whole number date",
    "keyword.operator": "and or not is one of from to years months days since",
    "constant.language": "yes no follows follow does ruled out disputed undetermined only",
  };
  const listed = Object.values(roles).flatMap((words) => words.split(" "));
  assert.deepEqual(listed.toSorted(), KEYWORDS);
  for (const [scope, words] of Object.entries(roles)) {
    for (const word of words.split(" ")) {
      const [token] = tokenize(word).tokens;
      assert.ok(has(token, scope), `${word}: ${token.scopes}`);
    }
  }
});

test("names that begin like words are names", () => {
  for (const name of ["order", "android", "is_x", "note1", "notable", "ruled_out", "factory", "no_clinic"]) {
    assert.deepEqual(brief(name), [`${name} variable.other.ensue`]);
    assert.deepEqual(brief(`fact ${name}`)[1], `${name} entity.name.type`);
  }
});

test("a declaration's name is marked, on its line or a later one", () => {
  for (const word of ["policy", "source", "claim", "fact", "consequence", "define", "rule", "choice", "option"]) {
    for (const between of [" ", "\n", "  # a comment\n\n  "]) {
      const { tokens } = tokenize(`${word}${between}services "Services"`);
      const names = tokens.filter((token) => has(token, "entity.name.type"));
      assert.deepEqual(names.map(({ written }) => written), ["services"]);
      assert.ok(has(names[0], `meta.declaration.${word}`));
    }
  }
  assert.deepEqual(tokenize("scenario x").tokens.filter((token) => has(token, "entity")), []);
});

test("an unfinished declaration does not take the next one's word for its name", () => {
  assert.deepEqual(brief('fact\nrule r "R"').slice(0, 3), [
    "fact keyword.control.declaration",
    "rule keyword.control.declaration",
    "r entity.name.type",
  ]);
});

test("a text goes on over several lines, and ends", () => {
  const { tokens } = tokenize('note "first\n\nwhen # x\n  \\"last\\"" then');
  assert.deepEqual(tokens.map((token) => [token.written, token.scope.split(".").slice(0, 3).join(".")]), [
    ["note", "keyword.other.part"],
    ['"', "punctuation.definition.string"],
    ["first", "string.quoted.double"],
    ["when # x", "string.quoted.double"],
    ['\\"', "constant.character.escape"],
    ["last", "string.quoted.double"],
    ['\\"', "constant.character.escape"],
    ['"', "punctuation.definition.string"],
    ["then", "keyword.other.part"],
  ]);
});

test("in a text there are two escapes, and no comment", () => {
  assert.deepEqual(brief('"a\\\\" # b').at(-1), "b comment.line.number-sign");
  const { tokens } = tokenize('"# no comment \\n \\\\ \\""');
  assert.ok(tokens.every((token) => has(token, "string.quoted.double") && !has(token, "comment")));
  const escapes = tokens.filter((token) => has(token, "constant.character.escape"));
  assert.deepEqual(escapes.map(({ written }) => written.trim()), ["\\\\", '\\"']);
  assert.deepEqual(tokens.filter((token) => has(token, "invalid")).map(({ written }) => written), ["\\n"]);
});

test("a comment is one up to its line's end, whatever it holds", () => {
  assert.deepEqual(brief('when # rule "x\nthen'), [
    "when keyword.other.part",
    "# punctuation.definition.comment",
    'rule "x comment.line.number-sign',
    "then keyword.other.part",
  ]);
});

test("what allows a lint is marked in its comment", () => {
  const { tokens } = tokenize("# ensue: allow(unsourced_rule, no-claim) The report gives no page.");
  assert.ok(tokens.every((token) => has(token, "comment.line")));
  const marked = (scope) => tokens.filter((token) => has(token, scope)).map(({ written }) => written.trim());
  assert.deepEqual(marked("keyword.control.directive"), ["ensue", "allow"]);
  assert.deepEqual(marked("entity.name.lint"), ["unsourced_rule, no-claim"]);
  assert.deepEqual(tokens.at(-1).written.trim(), "The report gives no page.");
  for (const plain of ["# ensue: allow", "# ensue", "# we ensue: allow(x)", '"# ensue: allow(x)"']) {
    assert.ok(!tokenize(plain).tokens.some((token) => has(token, "keyword")), plain);
  }
});

test("types and conditions use the same words with different roles", () => {
  const scopes = (text) => brief(text).map((token) => token.replace(/^.* /, ""));
  assert.deepEqual(scopes(": yes or no"), ["punctuation.separator.type", "storage.type.ensue"]);
  assert.deepEqual(brief(': one of\n  a "A", b').slice(0, 3), [
    ": punctuation.separator.type",
    "one of storage.type.ensue",
    "a variable.other.ensue",
  ]);
  assert.deepEqual(brief(":\n  # how many\n  whole number from 0").slice(-3), [
    "whole number storage.type.ensue",
    "from keyword.operator.wordlike",
    "0 constant.numeric.decimal",
  ]);
  assert.deepEqual(brief("x is not one of a or y is no").slice(1), [
    ...["is", "not", "one", "of"].map((word) => `${word} keyword.operator.wordlike`),
    "a variable.other.ensue",
    "or keyword.operator.wordlike",
    "y variable.other.ensue",
    "is keyword.operator.wordlike",
    "no constant.language.boolean",
  ]);
  assert.deepEqual(brief("expect does not follow a"), [
    "expect keyword.other.part",
    "does not follow constant.language.status",
    "a variable.other.ensue",
  ]);
  assert.deepEqual(brief("language no note"), [
    "language keyword.other.part",
    "no constant.other.language",
    "note keyword.other.part",
  ]);
});

test("numbers and dates are told from what only begins like them", () => {
  const good = { "2025-03-07": "numeric.date", 18: "numeric.decimal", "-1.5": "numeric.decimal", "2_000.25": "numeric.decimal" };
  for (const [written, scope] of Object.entries(good)) {
    assert.deepEqual(brief(written), [`${written} constant.${scope}`]);
  }
  for (const written of ["2025-3-7", "18years", "1.", "1__0", "1_", "7.3.2025", "2025-03-07x", "1-2"]) {
    assert.deepEqual(brief(written), [`${written} invalid.illegal.number`]);
  }
  assert.deepEqual(brief("a>=-3,b<2"), [
    "a variable.other.ensue",
    ">= keyword.operator.comparison",
    "-3 constant.numeric.decimal",
    ", punctuation.separator.list",
    "b variable.other.ensue",
    "< keyword.operator.comparison",
    "2 constant.numeric.decimal",
  ]);
});

test("what the language refuses is marked", () => {
  for (const written of ["=", "==", "!=", "<>", "=>", "=<", "“", "&", "Passport", "_x", "Крим", "\u202e"]) {
    const { tokens } = tokenize(written);
    assert.ok(tokens.length > 0 && tokens.every((token) => has(token, "invalid.illegal")), written);
  }
  for (const around of ['"', "# "]) {
    const hidden = tokenize(`${around}a\u202eb${around}`).tokens.filter((token) => has(token, "invalid"));
    assert.deepEqual(hidden.map(({ written }) => written), ["\u202e"]);
  }
  assert.ok(has(tokenize("<<<<<<< mine").tokens[0], "invalid.illegal.conflict"));
  assert.ok(!has(tokenize('"\n=======\n"').tokens[1], "invalid"));
});

test("fenced blocks of Markdown hold the language", async () => {
  const rule = own[1].repository.block;
  assert.equal(own[1].injectionSelector, "L:text.html.markdown");
  // The injected rule alone: the fence may say more than the language's name.
  for (const fence of ["```ensue", "```ensue wrong mixed-and-or", "~~~ ensue"]) {
    const scanner = new OnigScanner([rule.begin]);
    assert.ok(scanner.findNextMatchSync(fence, 0), fence);
  }
  for (const fence of ["```ensues", "```rust"]) {
    assert.equal(new OnigScanner([rule.begin]).findNextMatchSync(fence, 0), null);
  }
});
