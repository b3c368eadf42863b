// A thin client of `ensue lsp`. All that is known about rule files is known by the server.

"use strict";

const os = require("node:os");
const path = require("node:path");
const vscode = require("vscode");
const { CloseAction, ErrorAction, LanguageClient } = require("vscode-languageclient/node");

const SETTING = "ensue.server.path";

// A server that ends this often within these milliseconds is not started again by itself.
const MAX_ENDS = 5;
const WITHIN = 3 * 60 * 1000;

/** @type {Server | undefined} */
let server;

/** @param {vscode.ExtensionContext} context */
function activate(context) {
  const output = vscode.window.createOutputChannel("Ensue", { log: true });
  const scenarios = vscode.window.createOutputChannel("Ensue Scenarios");
  const current = new Server(output, scenarios);
  server = current;
  context.subscriptions.push(
    output,
    scenarios,
    vscode.commands.registerCommand("ensue.restartServer", () => current.restart()),
    vscode.commands.registerCommand("ensue.showReferences", (uri, position, locations) =>
      current.showReferences(uri, position, locations),
    ),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(SETTING)) {
        return current.restart();
      }
    }),
  );
  // Not waited for: highlighting and the commands do not depend on it.
  current.restart();
}

function deactivate() {
  return server?.stop();
}

/** The program, as the setting names it. */
function program() {
  const written = vscode.workspace.getConfiguration("ensue").get("server.path", "").trim() || "ensue";
  if (/^~[/\\]/.test(written)) {
    return path.join(os.homedir(), written.slice(2));
  }
  // A name alone is looked for by the system.
  if (!/[/\\]/.test(written)) {
    return written;
  }
  const folder = vscode.workspace.workspaceFolders?.find((folder) => folder.uri.scheme === "file");
  return path.resolve(folder?.uri.fsPath ?? os.homedir(), written);
}

/** The server that runs, or none; what is asked of it is done one after the other. */
class Server {
  /**
   * @param {vscode.LogOutputChannel} output
   * @param {vscode.OutputChannel} scenarios
   */
  constructor(output, scenarios) {
    this.output = output;
    this.scenarios = scenarios;
    /** @type {Client | undefined} */
    this.client = undefined;
    /** @type {Promise<void>} */
    this.last = Promise.resolve();
    /** @type {number[]} */
    this.ends = [];
  }

  restart() {
    return this.then(async () => {
      await this.end();
      await this.start();
    });
  }

  stop() {
    return this.then(() => this.end());
  }

  /** @param {() => Promise<void>} step */
  then(step) {
    this.last = this.last.then(step);
    return this.last;
  }

  async end() {
    const client = this.client;
    this.client = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      // It did not answer, or had ended; the client ends the process itself.
      this.output.warn(String(error));
    }
  }

  async start() {
    const command = program();
    const client = new Client(command, this);
    this.client = client;
    try {
      await client.start();
    } catch (error) {
      this.output.error(String(error));
      this.complain(`Ensue's language server could not be started: ${reason(command, error)}`);
    }
  }

  /** The server ended without being asked to. */
  ended() {
    const now = Date.now();
    this.ends = [...this.ends.filter((end) => now - end < WITHIN), now];
    if (this.ends.length < MAX_ENDS) {
      this.restart();
    } else {
      this.ends = [];
      this.complain(
        `Ensue's language server ended ${MAX_ENDS} times within three minutes, and is not started again by itself. ` +
          "Its output may tell why.",
      );
    }
  }

  /** @param {string} message */
  async complain(message) {
    const settings = "Open Settings";
    const output = "Show Output";
    const again = "Try Again";
    const chosen = await vscode.window.showErrorMessage(message, settings, output, again);
    switch (chosen) {
      case settings:
        return vscode.commands.executeCommand("workbench.action.openSettings", SETTING);
      case output:
        return this.output.show();
      case again:
        return this.restart();
    }
  }

  /**
   * What a lens asks for, in the words of the protocol.
   *
   * @param {string} uri
   * @param {import("vscode-languageclient").Position} position
   * @param {import("vscode-languageclient").Location[]} locations
   */
  async showReferences(uri, position, locations) {
    const convert = this.client?.protocol2CodeConverter;
    if (convert) {
      await vscode.commands.executeCommand(
        "editor.action.showReferences",
        convert.asUri(uri),
        convert.asPosition(position),
        locations.map((location) => convert.asLocation(location)),
      );
    }
  }

  /** @param {unknown} text */
  showScenario(text) {
    if (typeof text === "string") {
      this.scenarios.append(text.endsWith("\n") ? `${text}\n` : `${text}\n\n`);
      this.scenarios.show(true);
    }
  }
}

class Client extends LanguageClient {
  /**
   * @param {string} command
   * @param {Server} server
   */
  constructor(command, server) {
    const run = {
      command,
      args: ["lsp"],
      // Not the workspace: where a system looks for programs in the folder in which it starts
      // them, one that lies among rule files must not be run.
      options: { cwd: os.homedir() },
    };
    super("ensue", "Ensue", run, {
      documentSelector: [{ scheme: "file", language: "ensue" }],
      outputChannel: server.output,
      initializationFailedHandler: () => false,
      errorHandler: {
        error: (_error, _message, count) => ({
          action: count !== undefined && count <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
          handled: true,
        }),
        closed: () => {
          // One that ends before it has answered makes `start` fail.
          if (this.isRunning()) {
            server.ended();
          }
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
      middleware: {
        // The client registers each command that the server names, and passes it on.
        executeCommand: async (command, args, next) => {
          const result = await next(command, args);
          if (command === "ensue.runScenario") {
            server.showScenario(result);
          }
          return result;
        },
      },
    });
  }

  /**
   * The library's own messages do not tell a reader what to do: they go to the output alone.
   *
   * @override
   * @param {string} message
   * @param {any} [data]
   */
  error(message, data) {
    super.error(message, data, false);
  }
}

/**
 * Why a server did not start, and what to do.
 *
 * @param {string} command
 * @param {unknown} error
 */
function reason(command, error) {
  const text = error instanceof Error ? error.message : String(error);
  const program = `the setting "${SETTING}" names the program "${command}"`;
  if (text.includes("ENOENT")) {
    return `${program}, and no such program was found. Install Ensue, or write into the setting where its program is.`;
  }
  if (text.includes("EACCES")) {
    return `${program}, which may not be run as a program. Write into the setting where Ensue's program is.`;
  }
  return `${program}, which ended, or did not answer as a language server does. The output may tell why; perhaps it is an older version, or another program.`;
}

module.exports = { activate, deactivate };
