// Texts that browsers would run, in every text of a rule file and in its name: nothing of them is run, and
// nothing is requested, whatever is clicked: in the offline page, in reports, in pictures.
//
//   node web/test/hostile.mjs [PROGRAM]     the program is target/release/ensue without one

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const ensue = process.argv[2] ?? join(root, "target/release/ensue");
const folder = mkdtempSync(join(tmpdir(), "ensue-hostile-"));
const run = (...command) => execFileSync(ensue, command, { cwd: folder, encoding: "utf8", maxBuffer: 1 << 26 });

// What is run sets this.
const HIT = "top.__hostile=self.__hostile=1";
const ELSEWHERE = "http://hostile.invalid/";
const PIECES = [
  `<script>${HIT}</script>`,
  `<img src=x onerror="${HIT}">`,
  `<svg onload="${HIT}"><script>${HIT}</script></svg>`,
  `"><svg/onload=${HIT}>`,
  `' onmouseover='${HIT}' autofocus onfocus='${HIT}`,
  `" onclick="${HIT}" style="position:fixed;inset:0" x="`,
  `</script><script>${HIT}</script>`,
  `</style></title></textarea></select></pre></template></noscript><img src=x onerror=${HIT}>`,
  `]]><script>${HIT}</script><![CDATA[`,
  `--><script>${HIT}</script><!--`,
  `<!--<script>${HIT}`,
  `javascript:${HIT}//`,
  `javascript:${HIT}//http://`,
  `http://hostile.invalid/" onclick="${HIT}`,
  `data:text/html,<script>opener.__hostile=1</script>`,
  `<a href="javascript:${HIT}">x</a>`,
  `<a href="data:text/html,<script>${HIT}</script>" download>x</a>`,
  `<iframe srcdoc="<script>${HIT}</script>"></iframe>`,
  `<iframe src="javascript:parent.${HIT}"></iframe>`,
  `<object data="${ELSEWHERE}x"></object><embed src="${ELSEWHERE}y">`,
  `<base href="${ELSEWHERE}"><link rel=stylesheet href="x.css"><link rel=prefetch href="${ELSEWHERE}p">`,
  `<style>*{background:url(${ELSEWHERE}s)}@import "${ELSEWHERE}i";</style>`,
  `<meta http-equiv=refresh content="0;url=${ELSEWHERE}m">`,
  `<form action="${ELSEWHERE}f"><button autofocus>x</button><input type=image src="${ELSEWHERE}g"></form>`,
  `<svg><use href="${ELSEWHERE}u#x"/><image href="${ELSEWHERE}v"/><a xlink:href="javascript:${HIT}">x</a></svg>`,
  `<svg><animate onbegin="${HIT}" attributeName=x dur=1s /><set onbegin="${HIT}"/></svg>`,
  `<foreignObject><body xmlns="http://www.w3.org/1999/xhtml" onload="${HIT}"/></foreignObject>`,
  `<?xml-stylesheet href="${ELSEWHERE}t"?><!DOCTYPE x SYSTEM "${ELSEWHERE}d">`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${HIT}></style>`,
  `<video poster="${ELSEWHERE}o"><source onerror="${HIT}"></video><audio src=x onerror=${HIT}>`,
  `<details open ontoggle="${HIT}"><marquee onstart="${HIT}">x</marquee></details>`,
  `&lt;img src=x onerror=${HIT}&gt;&#60;script&#62;${HIT}&#60;/script&#62;`,
  `\u2028${HIT}\u2029;/*`,
  `\${${HIT}}{{constructor.constructor('${HIT}')()}}`,
  `\\u003cscript\\u003e${HIT}\\u003c/script\\u003e`,
  `<dialog open><h1 id="files">x</h1><p id="engine" name="body">x</p></dialog>`,
];

const text = (said) => `"${said.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

/** A rule file in which each text is one of the pieces, beginning with the one at `from`. */
function rules(from) {
  let at = from;
  const t = () => text(PIECES[at++ % PIECES.length]);
  const lines = [
    `# ${PIECES[from % PIECES.length]}`,
    `policy hostile ${t()} as of 2025-03-01`,
    ...[0, 1, 2, 3].map((n) => `source s${n} ${t()} by ${t()} published 2025-01-0${n + 1} url ${t()} url ${t()} archived ${t()} note ${t()}${n ? " quoted in s0" : ""}`),
    `source web "A source on the web" url "https://example.org/a?b=c"`,
    ...[0, 1, 2, 3].map((n) => `claim c${n} by s${n} at ${t()} ${n === 3 ? "context " : ""}certainty ${t()} quote ${t()}${n ? " contradicts c0" : ""} ${t()}`),
    `fact list ${t()} : one of a ${t()}, b ${t()}, c ${t()} ask ${t()} note ${t()}`,
    `fact day ${t()} : date ask ${t()} note ${t()}`,
    `fact count ${t()} : whole number from 0 to 9 ask ${t()} note ${t()}`,
    ...[0, 1].map((n) => `fact f${n} ${t()} : yes or no ask ${t()} note ${t()}`),
    ...[0, 1].map((n) => `define d${n} ${t()} as f${n} or list is a`),
    ...[0, 1, 2].map((n) => `consequence k${n} ${t()}${n % 2 ? "" : " harm"} law ${t()} note ${t()}`),
    `rule r0 ${t()} per c0, c1 assumes ${t()} assumes ${t()} when d0 then k0`,
    `rule r1 ${t()} per c1 when d1 and count > 3 unless list is b then not k0`,
    `rule r2 ${t()} per c2 in force from 2025-01-01 when years since day >= 18 and not f0 then k1, k2`,
    `choice ch ${t()} option o0 ${t()} sets f0 yes option o1 ${t()} sets f0 no`,
    `scenario ${t()} given f0 yes expect follows k0`,
    `scenario ${t()} given f0 yes expect ruled out k2`,
  ];
  return `${lines.join("\n")}\n`;
}

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
});

/** Opens a file, does something in it, and tells what it did that no file may do. */
async function offences(file, act = async () => {}, parts = []) {
  const found = [];
  const allowed = [file, ...parts].map((it) => pathToFileURL(it).href);
  const without = (url) => url.split("#")[0];
  const context = await browser.newContext({ offline: true, viewport: { width: 1200, height: 900 } });
  const page = await context.newPage();
  const note = (what, said) => found.push(`${what}: ${said}`);
  const watch = (it) => {
    it.on("dialog", (dialog) => {
      note("dialog", dialog.message());
      dialog.dismiss();
    });
    it.on("pageerror", (error) => note("error", error.message));
    it.on("console", (message) => note("console", message.text()));
    it.on("download", (download) => note("download", download.url()));
    it.on("framenavigated", (frame) => allowed.includes(without(frame.url())) || note("navigation", frame.url()));
  };
  watch(page);
  context.on("page", (other) => {
    note("window", other.url());
    watch(other);
  });
  context.on("request", (request) => allowed.includes(without(request.url())) || note("request", request.url()));
  await page.goto(pathToFileURL(file).href);
  await act(page);
  await page.waitForTimeout(100);
  for (const frame of page.frames()) {
    const hit = await frame.evaluate(() => self.__hostile !== undefined);
    if (hit) note("script", frame.url());
    const handlers = await frame.evaluate(() => [...document.querySelectorAll("*")].flatMap((it) => [...it.attributes].filter((attribute) =>
      /^on/i.test(attribute.name) || /^\s*(javascript|data|vbscript):/i.test(attribute.value) && /^(href|src|action|xlink:href|data)$/i.test(attribute.name)).map((attribute) => `${it.localName} ${attribute.name}`)));
    handlers.forEach((it) => note("attribute", it));
  }
  await context.close();
  return found;
}

const written = (name, content) => {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
};

/** Clicks all that is there to be clicked, but for links that lead to other places. */
async function clickAll(page) {
  await page.evaluate(() => {
    for (const it of document.querySelectorAll("summary, [role=listitem], [tabindex], label, td, li, a[href^='#'], text, h1, h2, h3")) {
      for (const kind of ["pointerover", "mouseover", "mouseenter", "focus", "pointerdown", "mousedown", "mouseup", "click", "dblclick"]) {
        it.dispatchEvent(new MouseEvent(kind, { bubbles: true, cancelable: true, view: window }));
      }
      it.focus?.();
    }
  });
  await page.emulateMedia({ media: "print" });
  await page.pdf();
  await page.emulateMedia({ media: "screen" });
}

/** Links lead to places in the file, or to an address of the web that the rules name. */
async function linksAreNamed(page, source) {
  const links = await page.$$eval("a", (all) => all.map((it) => it.getAttribute("href")));
  const other = links.filter((it) => !it.startsWith("#") && !(/^https?:\/\//.test(it) && source.includes(text(it))));
  assert.deepEqual(other, []);
  return links.filter((it) => !it.startsWith("#")).length;
}

/** All of the offline page: what is entered, opened, chosen, drawn, edited and printed. */
async function usePage(page, source, other) {
  await page.waitForSelector("html[data-ready]");
  await page.locator("input[type=radio][data-fact=f0]").last().check();
  await page.locator("[data-fact=list]").and(page.locator("select, input")).first().evaluate((it) => {
    if (it.localName === "select") it.selectedIndex = 1;
    else it.checked = true;
    it.dispatchEvent(new Event("input", { bubbles: true }));
    it.dispatchEvent(new Event("change", { bubbles: true }));
  });
  await page.locator("input[data-fact=count]").fill("99");
  await page.locator("input[data-fact=count]").fill("5");
  await page.locator("input[data-fact=day]").fill("2000-01-01");
  for (const summary of await page.locator("summary").all()) await summary.click();
  const buttons = page.locator("#outcome-list button");
  await buttons.first().waitFor();
  for (const button of await buttons.all()) await button.click();
  for (const id of ["#columns", "#drawn"]) {
    await page.locator(id).scrollIntoViewIfNeeded();
    for (const value of await page.$$eval(`${id} option`, (all) => all.map((it) => it.value))) {
      await page.locator(id).selectOption(value);
      await page.waitForTimeout(30);
    }
  }
  for (const box of await page.locator("#sources input").all()) await box.check();
  await page.locator("#on").fill("2024-01-01");
  await clickAll(page);
  await linksAreNamed(page, source);
  // Other rules, written in the page: with a mistake beside each piece, and without.
  const editor = page.locator("#editor-0");
  await editor.fill(`${source}\nfact ${PIECES[0]}\n${PIECES.map((piece) => `source ${piece}`).join("\n")}\n`);
  await page.locator("#checked.problem").waitFor();
  for (const button of await page.locator("#findings button").all()) await button.click();
  await editor.fill(other);
  await page.waitForFunction(() => !document.querySelector("#checked").classList.contains("problem"));
  for (const button of await buttons.all()) await button.click();
  await clickAll(page);
  await linksAreNamed(page, other);
  await page.locator("#clear").click();
}

/** The oracles themselves: pages that do what is forbidden are told. */
async function forbiddenIsTold() {
  const cases = [
    [`<script>${HIT}</script>`, /^script:/],
    [`<img src="x" onerror="${HIT}">`, /^script:/],
    [`<p onclick="1">x</p>`, /^attribute: p onclick/],
    [`<a href="javascript:1">x</a>`, /^attribute: a href/],
    ["<script>alert(1)</script>", /^dialog: 1/],
    ["<script>throw new Error('x')</script>", /^error: x/],
    ["<script>console.log('x')</script>", /^console: x/],
    [`<img src="${ELSEWHERE}x">`, /^request: http:/],
    ["<script>open('about:blank')</script>", /^window:/],
    ["<a id=a href='data:,x' download=x>x</a><script>a.click()</script>", /^download:/],
    ["<script>location = 'about:blank'</script>", /^navigation: about:blank/],
    [`<li onclick="${HIT}">x</li>`, /^script:/, clickAll],
  ];
  for (const [index, [body, told, act]] of cases.entries()) {
    const found = await offences(written(`forbidden-${index}.html`, `<!doctype html><meta charset=utf-8>${body}`), act);
    assert.ok(found.some((it) => told.test(it)), `${body} was not told: ${found}`);
  }
  assert.deepEqual(await offences(written("fine.html", "<!doctype html><p>fine</p>"), clickAll), []);
  console.log(`${cases.length} files that do what is forbidden are told as such`);
}

/** A rule file, and all that is made of it, opened. */
async function opened(from) {
  const source = rules(from);
  // A name may hold what a path does not end in.
  const name = PIECES[from % PIECES.length].replaceAll(/[/\\]|[^\x20-\x7e]/g, "").slice(0, 100);
  mkdirSync(join(folder, "rules", name), { recursive: true });
  const file = join("rules", name, `${name}.ensue`);
  const profile = join("rules", `${name}.json`);
  const table = join("rules", `${name}.csv`);
  writeFileSync(join(folder, file), source);
  writeFileSync(join(folder, profile), '{"f0": true, "list": "b"}\n');
  writeFileSync(join(folder, table), `f0,f1,list,count\n${"yes,no,a,1\nno,yes,b,2\n".repeat(9)}`);
  const made = (ending, ...command) => written(`${from}-${ending}`, run(...command));
  const told = [];
  const watched = async (...given) => (await offences(...given)).forEach((it) => told.push(`${given[0].slice(folder.length + 1)}: ${it}`));

  await watched(made("page.html", "page", file), (page) => usePage(page, source, rules(from + 7)));
  const report = made("report.html", "report", file, profile, "--format", "html", "--over", "2024-01-01..2026-01-01");
  await watched(report, async (page) => {
    await clickAll(page);
    assert.ok(await linksAreNamed(page, source) > 0, "an address of the web is a link");
    const shown = await page.locator("body").innerText();
    for (const piece of PIECES.filter((it) => !/[\u2028\s]{2}|\u2028/.test(it))) assert.ok(shown.includes(piece), `${piece} is shown as it is`);
  });
  run("tally", file, table, "--missing-as-unknown", "--min-cell", "1", "--compare", "ch", "--chart", `${from}-chart.svg`);
  const pictures = [made("graph.svg", "graph", file, profile), made("of.svg", "graph", file, "--of", "k0"), join(folder, `${from}-chart.svg`)];
  for (const [index, picture] of pictures.entries()) {
    await watched(picture, async (page) => page.evaluate(() => document.querySelectorAll("*").forEach((it) => it.dispatchEvent(new MouseEvent("click", { bubbles: true })))));
    // In a page without a policy of its own.
    const inside = readFileSync(picture, "utf8");
    await watched(written(`${from}-${index}-inside.html`, `<!doctype html><meta charset=utf-8><body>${inside}`), clickAll);
    const around = `<!doctype html><meta charset=utf-8><img src="${picture}"><iframe src="${picture}"></iframe><object data="${picture}"></object>`;
    await watched(written(`${from}-${index}-around.html`, around), clickAll, [picture]);
  }
  return told;
}

try {
  await forbiddenIsTold();
  const turns = [0, 12, 25];
  const found = (await Promise.all([0, 1].map(async (half) => {
    const all = [];
    for (const from of turns.filter((_, index) => index % 2 === half)) all.push(...await opened(from));
    return all;
  }))).flat();
  assert.deepEqual(found, [], "nothing is run, requested or opened");
  console.log(`${PIECES.length} hostile texts, in ${turns.length} rule files: in pages, reports and pictures nothing of them is run or requested`);
} finally {
  await browser.close();
}
