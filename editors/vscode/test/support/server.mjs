#!/usr/bin/env node
// A language server that knows nothing of Ensue: it answers a client's first words, reports one
// mistake in each file that is opened, shows two lenses, and runs one command. Started with
// anything but `lsp` it fails, as the real one would.

import { appendFileSync } from "node:fs";

if (process.argv.slice(2).join(" ") !== "lsp") {
  process.stderr.write(`unexpected arguments: ${process.argv.slice(2).join(" ")}\n`);
  process.exit(2);
}

function send(message) {
  const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
  process.stdout.write(`Content-Length: ${body.length}\r\n\r\n`);
  process.stdout.write(body);
}

const range = { start: { line: 0, character: 5 }, end: { line: 0, character: 9 } };

const requests = {
  initialize: () => ({
    capabilities: {
      textDocumentSync: 1,
      hoverProvider: true,
      codeLensProvider: {},
      executeCommandProvider: { commands: ["ensue.runScenario"] },
    },
  }),
  shutdown: () => null,
  "textDocument/hover": () => ({ contents: { kind: "markdown", value: "a *fact*" } }),
  "textDocument/codeLens": ({ textDocument: { uri } }) => [
    { range, command: { title: "Run", command: "ensue.runScenario", arguments: [uri, 0] } },
    { range, command: { title: "Used once", command: "ensue.showReferences", arguments: [uri, range.start, [{ uri, range }]] } },
  ],
  "workspace/executeCommand": ({ command, arguments: given }) => {
    if (given[0] === "end") {
      process.exit(1);
    }
    return `${command} ${JSON.stringify(given)}: as expected`;
  },
};

const notifications = {
  "textDocument/didOpen": ({ textDocument: { uri } }) =>
    send({
      method: "textDocument/publishDiagnostics",
      params: { uri, diagnostics: [{ range, severity: 1, code: "unknown-name", message: "unknown fact `pasport`" }] },
    }),
  exit: () => process.exit(0),
};

function receive(message) {
  if (process.env.SEEN) {
    appendFileSync(process.env.SEEN, `${JSON.stringify({ method: message.method, params: message.params })}\n`);
  }
  if (message.id === undefined) {
    notifications[message.method]?.(message.params);
  } else if (message.method in requests) {
    send({ id: message.id, result: requests[message.method](message.params) });
  } else {
    send({ id: message.id, error: { code: -32601, message: "not known" } });
  }
}

let waiting = Buffer.alloc(0);
process.stdin.on("data", (bytes) => {
  waiting = Buffer.concat([waiting, bytes]);
  for (;;) {
    const head = waiting.indexOf("\r\n\r\n");
    if (head < 0) {
      return;
    }
    const length = Number(/Content-Length: *(\d+)/i.exec(waiting.subarray(0, head).toString())[1]);
    const end = head + 4 + length;
    if (waiting.length < end) {
      return;
    }
    const body = waiting.subarray(head + 4, end).toString();
    waiting = waiting.subarray(end);
    receive(JSON.parse(body));
  }
});
