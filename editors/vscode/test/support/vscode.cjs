// As much of VS Code's interface as the client needs, which remembers what is asked of it.
//
// It stands in for the editor where none can be had: it shows that the client starts, speaks to
// a server and passes on what comes back, and not how the editor shows it.

"use strict";

const { EventEmitter } = require("node:events");
const { URI } = require("vscode-uri");

class Emitter {
  #events = new EventEmitter();
  event = (listener, self) => {
    const call = (value) => listener.call(self, value);
    this.#events.on("event", call);
    return new Disposable(() => this.#events.off("event", call));
  };
  fire(value) {
    this.#events.emit("event", value);
  }
  dispose() {
    this.#events.removeAllListeners();
  }
}

class Disposable {
  constructor(dispose) {
    this.dispose = dispose ?? (() => {});
  }
  static from(...all) {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }
}

class Position {
  constructor(line, character) {
    Object.assign(this, { line, character });
  }
}

class Range {
  constructor(...ends) {
    const [start, end] =
      ends.length === 4 ? [new Position(ends[0], ends[1]), new Position(ends[2], ends[3])] : ends;
    Object.assign(this, { start, end });
  }
}

class Location {
  constructor(uri, range) {
    Object.assign(this, { uri, range });
  }
}

class Diagnostic {
  constructor(range, message, severity) {
    Object.assign(this, { range, message, severity });
  }
}

class CodeLens {
  constructor(range, command) {
    Object.assign(this, { range, command });
  }
}

// The client derives classes of its own from these, too.
const derivedFrom = Object.fromEntries(
  [
    ...["CallHierarchyItem", "CancellationError", "CodeAction", "CompletionItem"],
    ...["DocumentLink", "InlayHint", "SymbolInformation", "TypeHierarchyItem"],
  ].map((name) => [name, class {}]),
);

class CancellationTokenSource {
  token = { isCancellationRequested: false, onCancellationRequested: new Emitter().event };
  cancel() {}
  dispose() {}
}

/** A document as the editor hands it on. */
function document(uri, text) {
  return { uri, languageId: "ensue", version: 1, isClosed: false, getText: () => text, fileName: uri.fsPath };
}

/** A new editor; `settings` are those of the section `ensue`. */
function editor(settings) {
  const seen = { errors: [], commands: [], diagnostics: new Map(), channels: new Map(), providers: [] };
  const commands = new Map();
  const configurationChanged = new Emitter();
  const opened = new Emitter();
  const nothing = () => new Disposable();
  const answers = [];

  const channel = (name) => {
    const text = [];
    seen.channels.set(name, text);
    const log = (message) => void text.push(String(message));
    return {
      name,
      logLevel: 3,
      onDidChangeLogLevel: new Emitter().event,
      ...{ append: log, appendLine: log, trace: log, debug: log, info: log, warn: log, error: log },
      show: () => void seen.commands.push(["show", name]),
      clear: () => (text.length = 0),
      dispose: () => {},
    };
  };

  // Where the client asks for something else that is named like a class, an event or a way to
  // register, an empty one will do.
  const lenient = (known) =>
    new Proxy(known, {
      get(target, name) {
        if (name in target || typeof name !== "string") {
          return target[name];
        }
        if (/^on[A-Z]/.test(name)) {
          return (target[name] = new Emitter().event);
        }
        if (/^register[A-Z]/.test(name)) {
          return (target[name] = (...args) => {
            seen.providers.push([name, ...args]);
            return new Disposable();
          });
        }
        if (/^[A-Z]/.test(name)) {
          return (target[name] = class {});
        }
        return undefined;
      },
    });

  const vscode = lenient({
    ...{ Disposable, Position, Range, Location, Diagnostic, CodeLens, CancellationTokenSource, ...derivedFrom },
    EventEmitter: Emitter,
    Uri: URI,
    version: "1.91.0",
    LogLevel: { Off: 0, Trace: 1, Debug: 2, Info: 3, Warning: 4, Error: 5 },
    DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
    DiagnosticTag: { Unnecessary: 1, Deprecated: 2 },
    CodeActionKind: new Proxy({}, { get: (_, name) => ({ value: name }) }),
    env: { appName: "A stand-in for the editor", language: "en" },
    commands: {
      registerCommand(name, call) {
        if (commands.has(name)) {
          throw new Error(`command '${name}' already exists`);
        }
        commands.set(name, call);
        return new Disposable(() => commands.delete(name));
      },
      async executeCommand(name, ...args) {
        seen.commands.push([name, ...args]);
        return commands.get(name)?.(...args);
      },
    },
    window: lenient({
      createOutputChannel: channel,
      async showErrorMessage(message, ...buttons) {
        seen.errors.push({ message, buttons });
        return answers.shift();
      },
      visibleTextEditors: [],
      tabGroups: lenient({ all: [] }),
    }),
    workspace: lenient({
      workspaceFolders: undefined,
      textDocuments: [],
      notebookDocuments: [],
      onDidChangeConfiguration: configurationChanged.event,
      onDidOpenTextDocument: opened.event,
      getConfiguration: (section) => ({
        get: (key, otherwise) => (section === "ensue" && key in settings ? settings[key] : otherwise),
      }),
      createFileSystemWatcher: () => lenient({ dispose: () => {} }),
    }),
    languages: lenient({
      match: (selector, document) => [selector].flat().some((filter) => filter.language === document.languageId) ? 10 : 0,
      createDiagnosticCollection: () => ({
        set: (uri, found) => void seen.diagnostics.set(uri.toString(), found),
        delete: (uri) => void seen.diagnostics.delete(uri.toString()),
        clear: () => seen.diagnostics.clear(),
        dispose: nothing,
      }),
    }),
  });

  return {
    vscode,
    seen,
    answers,
    commands,
    open(uri, text) {
      const opening = document(URI.parse(uri), text);
      vscode.workspace.textDocuments.push(opening);
      opened.fire(opening);
      return opening;
    },
    change(changed) {
      Object.assign(settings, changed);
      configurationChanged.fire({ affectsConfiguration: () => true });
    },
  };
}

module.exports = { editor };
