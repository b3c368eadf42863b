// The package as a file: what an editor demands of it, and what must not be in it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { strFromU8, unzipSync } from "fflate";

const root = path.join(import.meta.dirname, "..");
const source = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8"));
const packed = process.env.PACKAGE ?? path.join(root, `ensue-${source.version}.vsix`);
const files = unzipSync(readFileSync(packed));
const names = Object.keys(files).sort();
const text = (name) => strFromU8(files[name]);
const inside = (relative) => path.posix.join("extension", relative);
const manifest = JSON.parse(text("extension/package.json"));

test("it holds what it should, and nothing else", () => {
  assert.deepEqual(names, [
    "[Content_Types].xml",
    "extension.vsixmanifest",
    "extension/LICENSE.txt",
    "extension/dist/THIRD-PARTY.txt",
    "extension/dist/extension.js",
    "extension/language-configuration.json",
    "extension/package.json",
    "extension/readme.md",
    "extension/syntaxes/ensue.tmLanguage.json",
    "extension/syntaxes/markdown.tmLanguage.json",
  ]);
});

test("its manifest agrees with package.json, and names files that are there", () => {
  const vsix = text("extension.vsixmanifest");
  const identity = /<Identity ([^>]*)\/>/.exec(vsix)[1];
  assert.match(identity, /Id="ensue"/);
  assert.match(identity, /Publisher="ensue"/);
  assert.match(identity, new RegExp(`Version="${source.version}"`));
  assert.match(vsix, /<InstallationTarget Id="Microsoft.VisualStudio.Code"\/>/);
  assert.match(vsix, /Id="Microsoft.VisualStudio.Code.Engine" Value="\^1\.91\.0"/);
  const assets = [...vsix.matchAll(/<Asset Type="([^"]*)" Path="([^"]*)"/g)];
  const types = assets.map(([, type]) => type.replace("Microsoft.VisualStudio.", ""));
  for (const type of ["Code.Manifest", "Services.Content.Details", "Services.Content.License"]) {
    assert.ok(types.includes(type), type);
  }
  for (const [, , file] of assets) {
    assert.ok(file in files, file);
  }
});

test("each of its files has a content type", () => {
  const types = [...text("[Content_Types].xml").matchAll(/Extension="([^"]*)"/g)].map(([, extension]) => extension);
  for (const name of names.filter((name) => name !== "[Content_Types].xml")) {
    assert.ok(types.includes(path.extname(name)), name);
  }
});

test("package.json names files that are there, and its own languages and commands", () => {
  assert.ok(inside(manifest.main) in files);
  const { languages, grammars, commands } = manifest.contributes;
  for (const language of languages) {
    JSON.parse(text(inside(language.configuration)));
  }
  for (const grammar of grammars) {
    assert.equal(JSON.parse(text(inside(grammar.path))).scopeName, grammar.scopeName);
  }
  assert.deepEqual(languages.map(({ id, extensions }) => [id, extensions]), [["ensue", [".ensue"]]]);
  assert.deepEqual(commands.map(({ command }) => command), ["ensue.restartServer"]);
  assert.equal(manifest.contributes.configuration.properties["ensue.server.path"].default, "ensue");
  // VS Code activates by itself for a language or a command that is contributed.
  assert.deepEqual(manifest.activationEvents, []);
});

test("the version is the program's", () => {
  const cargo = readFileSync(path.join(root, "../../Cargo.toml"), "utf8");
  assert.equal(manifest.version, /^version = "(.*)"$/m.exec(cargo)[1]);
});

test("the client is whole, and has no way to the network", () => {
  const client = text("extension/dist/extension.js");
  const wanted = [...new Set([...client.matchAll(/\brequire\("([^"]+)"\)/g)].map(([, name]) => name))];
  assert.deepEqual(wanted.filter((name) => name !== "vscode" && !isBuiltin(name)), []);
  const network = /^(?:node:)?(?:http|https|http2|tls|dgram|dns)(?:\/|$)/;
  assert.deepEqual(wanted.filter((name) => network.test(name)), []);
  assert.doesNotMatch(client, /\b(?:fetch|XMLHttpRequest|WebSocket)\(/);
});

test("both licences of the project, and those of what is bundled, are handed on", () => {
  const own = text("extension/LICENSE.txt");
  for (const name of ["MIT", "APACHE"]) {
    assert.ok(own.includes(readFileSync(path.join(root, `../../LICENSE-${name}`), "utf8")));
  }
  const others = text("extension/dist/THIRD-PARTY.txt");
  for (const name of ["vscode-languageclient", "vscode-languageserver-protocol", "vscode-jsonrpc", "semver", "minimatch"]) {
    assert.match(others, new RegExp(`^${name} \\d`, "m"));
  }
});
