// Bundles the client into one file, with the licences of what is in it beside it, and puts the
// project's own licences into one, since a package has room for one.

import { mkdir, readFile, readdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

process.chdir(import.meta.dirname);

const { metafile } = await build({
  entryPoints: ["src/extension.js"],
  outfile: "dist/extension.js",
  bundle: true,
  platform: "node",
  format: "cjs",
  // That of the oldest version of VS Code which package.json allows.
  target: "node20",
  external: ["vscode"],
  minify: true,
  metafile: true,
  legalComments: "none",
  logLevel: "warning",
});

/** The folders of the packages that are in the bundle. */
function packages() {
  const found = new Set();
  for (const input of Object.keys(metafile.inputs)) {
    const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input);
    if (folder) {
      found.add(folder[0]);
    }
  }
  return [...found].sort();
}

async function notice(folder) {
  const { name, version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((file) => /^licen[cs]e/i.test(file));
  if (!file) {
    throw new Error(`${folder} has no licence file to hand on`);
  }
  const text = await readFile(path.join(folder, file), "utf8");
  return `${name} ${version} (${license})\n\n${text.replaceAll("\r\n", "\n").trim()}\n`;
}

const line = `\n${"=".repeat(79)}\n\n`;
const notices = await Promise.all(packages().map(notice));
await writeFile("dist/THIRD-PARTY.txt", ["What dist/extension.js also holds.\n", ...notices].join(line));

const own = await Promise.all(["MIT", "APACHE"].map((name) => readFile(`../../LICENSE-${name}`, "utf8")));
await writeFile(
  "LICENSE.txt",
  ["Ensue may be used under either of these licences, as you like.\n", ...own].join(line),
);
