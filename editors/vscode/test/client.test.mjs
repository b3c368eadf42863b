// The bundled client in a stand-in for the editor, with a real process as its server.

import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";

const require = createRequire(import.meta.url);
const { editor } = require("./support/vscode.cjs");
const bundle = require.resolve("../dist/extension.js");
const serverPath = path.join(import.meta.dirname, "support/server.mjs");
const folder = mkdtempSync(path.join(os.tmpdir(), "ensue-vscode-"));
const file = "file:///project/rules/services.ensue";
after(() => rmSync(folder, { recursive: true }));

let vscode;
const load = Module._load;
Module._load = (request, ...rest) => (request === "vscode" ? vscode : load(request, ...rest));

/** The client, just activated, in an editor of its own. It ends with the test. */
function activate(t, settings, before = () => {}) {
  const here = editor(settings);
  before(here);
  vscode = here.vscode;
  delete require.cache[bundle];
  const { activate, deactivate } = require(bundle);
  const log = path.join(folder, `${Math.random()}`);
  process.env.SEEN = log;
  const context = { subscriptions: [] };
  activate(context);
  const received = () => {
    if (!existsSync(log)) {
      return [];
    }
    // The server may be writing: what follows the last end of a line is not whole yet.
    return readFileSync(log, "utf8").split("\n").slice(0, -1).map((line) => JSON.parse(line));
  };
  const stop = async () => {
    await deactivate();
    context.subscriptions.splice(0).forEach((subscription) => subscription.dispose());
  };
  // A server that was left running would keep the runner waiting.
  t.after(stop);
  return { ...here, received, stop, started: (times) => until(() => count(received(), "initialized") === times) };
}

const count = (messages, method) => messages.filter((message) => message.method === method).length;

/** Waits for what must come, and gives it; a minute is long enough to say that it does not. */
async function until(holds) {
  for (let tries = 0; tries < 6000; tries += 1) {
    const held = holds();
    if (held) {
      return held;
    }
    await wait(10);
  }
  assert.fail(`never came: ${holds}`);
}

test("the client and a server agree, and mistakes are shown", async (t) => {
  const { seen, received, stop, open } = activate(t, { "server.path": serverPath });
  open(file, "when pasport");
  await until(() => seen.diagnostics.get(file)?.length > 0);
  const [initialize] = received();
  assert.equal(initialize.method, "initialize");
  assert.equal(initialize.params.processId, process.pid);
  const opened = received().find((message) => message.method === "textDocument/didOpen");
  assert.deepEqual(opened.params.textDocument, { uri: file, languageId: "ensue", version: 1, text: "when pasport" });
  const [mistake] = seen.diagnostics.get(file);
  assert.equal(mistake.message, "unknown fact `pasport`");
  assert.deepEqual({ ...mistake.range.start }, { line: 0, character: 5 });
  assert.ok(seen.providers.some(([name]) => name === "registerHoverProvider"));
  await stop();
  // The last word is not waited for by the client.
  await until(() => count(received(), "exit") === 1);
  assert.deepEqual(received().slice(-2).map((message) => message.method), ["shutdown", "exit"]);
  assert.deepEqual(seen.errors, []);
});

test("a scenario is run by the server, and what it says is shown", async (t) => {
  const { seen, commands, started, stop } = activate(t, { "server.path": serverPath });
  await started(1);
  await until(() => commands.has("ensue.runScenario"));
  await commands.get("ensue.runScenario")(file, 3);
  assert.deepEqual(seen.channels.get("Ensue Scenarios"), [`ensue.runScenario ["${file}",3]: as expected\n\n`]);
  assert.deepEqual(seen.commands, [["show", "Ensue Scenarios"]]);
  await stop();
});

test("references are handed to the editor in its own terms", async (t) => {
  const { seen, commands, started, stop, vscode } = activate(t, { "server.path": serverPath });
  await started(1);
  const range = { start: { line: 7, character: 2 }, end: { line: 7, character: 9 } };
  await commands.get("ensue.showReferences")(file, { line: 1, character: 5 }, [{ uri: file, range }]);
  const [[name, uri, position, locations]] = seen.commands;
  assert.equal(name, "editor.action.showReferences");
  assert.ok(vscode.Uri.isUri(uri));
  assert.equal(uri.toString(), file);
  assert.ok(position instanceof vscode.Position);
  assert.deepEqual({ ...position }, { line: 1, character: 5 });
  assert.equal(locations.length, 1);
  assert.ok(locations[0] instanceof vscode.Location);
  assert.ok(locations[0].range instanceof vscode.Range);
  assert.deepEqual({ ...locations[0].range.end }, { line: 7, character: 9 });
  await stop();
});

test("where there is no such program, the message says where to write its path", async (t) => {
  const missing = path.join(folder, "missing");
  const open = (here) => here.answers.push("Open Settings");
  const { seen, started, stop, change } = activate(t, { "server.path": missing }, open);
  await until(() => seen.commands.length > 0);
  const [{ message, buttons }, ...more] = seen.errors;
  assert.deepEqual(more, []);
  assert.match(message, /could not be started/);
  assert.ok(message.includes(missing) && message.includes("ensue.server.path"), message);
  assert.match(message, /no such program was found/);
  assert.deepEqual(buttons, ["Open Settings", "Show Output", "Try Again"]);
  assert.deepEqual(seen.commands, [["workbench.action.openSettings", "ensue.server.path"]]);
  // Once the setting is right nothing else needs to be done.
  change({ "server.path": serverPath });
  await started(1);
  await stop();
  assert.equal(seen.errors.length, 1);
});

test("a program that is no language server is named in one message", async (t) => {
  const { seen, stop } = activate(t, { "server.path": process.execPath });
  await until(() => seen.errors.length > 0);
  assert.match(seen.errors[0].message, /ended, or did not answer as a language server does/);
  assert.ok(seen.errors[0].message.includes(process.execPath));
  await stop();
  assert.equal(seen.errors.length, 1);
});

test("a server is started again on request", async (t) => {
  const { commands, received, started, stop } = activate(t, { "server.path": serverPath });
  await started(1);
  // Two requests at once do not give two servers at a time.
  await Promise.all([commands.get("ensue.restartServer")(), commands.get("ensue.restartServer")()]);
  await started(3);
  await stop();
  const order = received().map((message) => message.method).filter((method) => /^(initialize|shutdown)$/.test(method));
  assert.deepEqual(order, Array(3).fill(["initialize", "shutdown"]).flat());
  await until(() => count(received(), "exit") === 3);
});

test("a server that ends by itself is started again, but not for ever", async (t) => {
  const { seen, commands, received, started, stop } = activate(t, { "server.path": serverPath });
  for (let end = 1; end <= 5; end += 1) {
    await started(end);
    await until(() => commands.has("ensue.runScenario"));
    commands.get("ensue.runScenario")("end");
    await until(() => !commands.has("ensue.runScenario"));
  }
  await until(() => seen.errors.length > 0);
  assert.match(seen.errors[0].message, /ended 5 times within three minutes/);
  assert.equal(count(received(), "initialize"), 5);
  await commands.get("ensue.restartServer")();
  await started(6);
  await stop();
  assert.equal(seen.errors.length, 1);
});

test("a path may begin at home, or at the workspace's first folder", async (t) => {
  const directory = path.dirname(serverPath);
  const inFolder = (here) => {
    here.vscode.workspace.workspaceFolders = [{ uri: here.vscode.Uri.file(directory), name: "w", index: 0 }];
  };
  const relative = activate(t, { "server.path": "./server.mjs" }, inFolder);
  await relative.started(1);
  await relative.stop();

  const { HOME, USERPROFILE } = process.env;
  Object.assign(process.env, { HOME: directory, USERPROFILE: directory });
  const home = activate(t, { "server.path": "~/server.mjs" });
  await home.started(1);
  await home.stop();
  for (const [name, value] of Object.entries({ HOME, USERPROFILE })) {
    if (value === undefined) {
      delete process.env[name];
    } else {
      process.env[name] = value;
    }
  }
});

// With the real server: ENSUE=../../target/release/ensue.
const program = process.env.ENSUE;
test("the real server finds a mistake, and runs a scenario", { skip: program ? false : "ENSUE names no program" }, async (t) => {
  const { seen, commands, stop, open, vscode } = activate(t, { "server.path": path.resolve(program) });
  const show = (name, text) => {
    const written = path.join(folder, name);
    writeFileSync(written, text);
    const uri = vscode.Uri.file(written);
    return { uri: uri.toString(), document: open(uri.toString(), text) };
  };
  const mistake = show("mistake.ensue", 'define d "D" as pasport\n');
  await until(() => seen.diagnostics.get(mistake.uri)?.length > 0);
  const [found] = seen.diagnostics.get(mistake.uri);
  assert.match(found.message, /pasport/);
  assert.deepEqual([{ ...found.range.start }, { ...found.range.end }], [
    { line: 0, character: 16 },
    { line: 0, character: 23 },
  ]);

  const sound = show(
    "sound.ensue",
    `fact card "Holds a card" : yes or no
consequence loss "Is left out" harm
rule r "R"
  when not card
  then loss
scenario "Without a card"
  given card no
  expect follows loss
`,
  );
  const [, , lenses] = await until(() => seen.providers.find(([name]) => name === "registerCodeLensProvider"));
  const shown = await lenses.provideCodeLenses(sound.document, new vscode.CancellationTokenSource().token);
  const run = shown.find(({ command }) => command.command === "ensue.runScenario");
  assert.equal(run.range.start.line, 5);
  await commands.get(run.command.command)(...run.command.arguments);
  assert.match(seen.channels.get("Ensue Scenarios").join(""), /Without a card/);
  const reached = shown.find(({ command }) => command.command === "ensue.showReferences");
  assert.equal(reached.range.start.line, 2);
  await commands.get(reached.command.command)(...reached.command.arguments);
  const [, , , [place]] = seen.commands.find(([name]) => name === "editor.action.showReferences");
  assert.equal(place.range.start.line, 5);
  await stop();
  assert.deepEqual(seen.errors, []);
});
