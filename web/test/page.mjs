// The page as people use it, in a real browser, from a file and without a network: what it shows is
// what the command line says; nothing is requested, stored or executed.
//
//   node web/test/page.mjs [PROGRAM]        the program is target/release/ensue without one
//   node web/test/page.mjs --pictures DIR   also writes screenshots to DIR

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { chromium } from "playwright-core";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const options = process.argv.slice(2);
const pictures = options[0] === "--pictures" ? options[1] : undefined;
const ensue = (pictures ? options[2] : options[0]) ?? join(root, "target/release/ensue");
const folder = mkdtempSync(join(tmpdir(), "ensue-page-"));
const run = (...command) => execFileSync(ensue, command, { cwd: root, encoding: "utf8", maxBuffer: 1 << 26 });

/** The address of the page of a rule file. */
function written(rules) {
  const file = join(folder, `${rules.replaceAll(/[^a-z]/g, "_")}.html`);
  run("page", rules, "--out", file, "--force");
  return pathToFileURL(file).href;
}

const chosen = {
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync"],
};
const browser = await chromium.launch(chosen);

/** What no page may do. */
const offences = [];

async function open(url, settings = {}) {
  const context = await browser.newContext({ offline: true, viewport: { width: 1200, height: 900 }, ...settings });
  const page = await context.newPage();
  page.on("request", (request) => {
    if (request.url() !== url && !request.url().startsWith(`${url}#`)) offences.push(`request: ${request.url()}`);
  });
  page.on("dialog", (dialog) => {
    offences.push(`dialog: ${dialog.message()}`);
    dialog.dismiss();
  });
  page.on("pageerror", (error) => offences.push(`error: ${error.message}`));
  page.on("console", (message) => offences.push(`console: ${message.text()}`));
  await page.goto(url);
  await page.waitForSelector("html[data-ready]");
  return page;
}

async function close(page) {
  const kept = await page.evaluate(async () => ({
    cookie: document.cookie,
    local: localStorage.length,
    session: sessionStorage.length,
    databases: (await indexedDB.databases()).length,
    hit: window.hit,
  }));
  assert.deepEqual(kept, { cookie: "", local: 0, session: 0, databases: 0, hit: undefined });
  await page.context().close();
}

/** Numbers that look random and are the same on every run. */
function numbers(seed) {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** For each fact the texts that can be entered; empty where it is not known. */
const TEXTS = {
  "rules/passports.ensue": {
    ukrainian: ["", "yes", "no"],
    residence: ["", "crimea", "kherson", "elsewhere"],
    under_occupation: ["", "yes", "no"],
    russian_passport: ["", "yes", "no"],
    owns_property: ["", "yes", "no"],
  },
  "tests/cmd/interview.ensue": {
    born: ["", "2000-02-29", "2007-03-01", "2007-03-02"],
    children: ["", "0", "2", "3", "20"],
    height: ["", "1.5", "1.51", "2"],
    reason: ["", "study", "skip", "unknown"],
  },
};

async function enter(page, fact, text) {
  const radio = page.locator(`input[type=radio][data-fact="${fact}"]`);
  if (await radio.count()) return radio.and(page.locator(`[value="${text}"]`)).check();
  const input = page.locator(`[data-fact="${fact}"]`);
  if ((await input.evaluate((element) => element.tagName)) === "SELECT") return input.selectOption(text);
  return input.fill(text);
}

const shown = (page) =>
  page.$$eval("#outcome-list li[data-of]", (items) => Object.fromEntries(items.map((it) => [it.dataset.of, it.dataset.status])));

/** A profile as JSON of the texts that are entered. */
function profile(texts) {
  const value = (text) => ({ yes: true, no: false })[text] ?? (/^[\d.]+$/.test(text) ? Number(text) : text);
  return Object.fromEntries(Object.entries(texts).filter(([, text]) => text).map(([fact, text]) => [fact, value(text)]));
}

/** The engine that the page holds answers with the bytes of the command line, and the page shows that. */
async function sameAsTheCommandLine(rules, count) {
  const page = await open(written(rules));
  const next = numbers(count);
  const cases = Array.from({ length: count }, () => {
    const entries = Object.entries(TEXTS[rules]).map(([fact, texts]) => [fact, next(3) ? texts[next(texts.length)] : ""]);
    return Object.fromEntries(entries);
  });
  const file = join(folder, "profiles.jsonl");
  writeFileSync(file, cases.map((texts) => `${JSON.stringify(profile(texts))}\n`).join(""));
  const expected = run("eval", rules, file, "--format", "jsonl").trim().split("\n");
  const requests = cases.map((texts, index) => ({ do: "eval", profile: profile(texts), name: `${file}:${index + 1}` }));
  const answers = await page.evaluate(async (requests) => {
    const packed = Uint8Array.from(atob(document.getElementById("engine").textContent), (it) => it.charCodeAt(0));
    const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const bytes = await new Response(unpacked).arrayBuffer();
    const { memory, room, answer, answer_length } = (await WebAssembly.instantiate(bytes, {})).instance.exports;
    const ask = (request) => {
      const text = new TextEncoder().encode(JSON.stringify(request));
      // Making room may move the memory.
      const into = room(text.length);
      new Uint8Array(memory.buffer, into, text.length).set(text);
      const from = answer();
      return new TextDecoder().decode(new Uint8Array(memory.buffer, from, answer_length()));
    };
    ask({ do: "load", files: JSON.parse(document.getElementById("files").textContent) });
    return requests.map(ask);
  }, requests);
  assert.deepEqual(answers, expected);
  const before = {};
  for (const [index, texts] of cases.entries()) {
    for (const [fact, text] of Object.entries(texts)) {
      if (before[fact] !== text) await enter(page, fact, text);
      before[fact] = text;
    }
    const { outcomes } = JSON.parse(expected[index]);
    assert.deepEqual(await shown(page), Object.fromEntries(outcomes.map((it) => [it.consequence, it.status])), JSON.stringify(texts));
  }
  await close(page);
  console.log(`${rules}: ${count} profiles show what the command line says`);
}

/** What follows where nothing is known stands in the file itself, in the words that the engine finds. */
async function beforeTheEngine() {
  const url = written("rules/passports.ensue");
  const context = await browser.newContext({ offline: true, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(url);
  const before = await page.locator("#outcome-list").innerText();
  assert.match(before, /Undetermined: it depends on what is not known/);
  await context.close();
  const begun = await open(url);
  const words = (text) => text.replaceAll(/Why|What would change it/g, "").split(/\s+/).filter(Boolean);
  assert.deepEqual(words(await begun.locator("#outcome-list").innerText()), words(before));
  await close(begun);
}

async function theDilemma() {
  const page = await open(written("rules/passports.ensue"));
  for (const [fact, text] of Object.entries({ ukrainian: "yes", residence: "kherson", under_occupation: "yes", owns_property: "yes" })) {
    await enter(page, fact, text);
  }
  await page.locator("#options").scrollIntoViewIfNeeded();
  await page.locator("#comparison table").waitFor();
  const compared = await page.locator("#comparison").innerText();
  assert.match(compared, /Every option reported here carries at least one reported harm\./);
  assert.match(compared, /Follows in this option only: Take a Russian passport\s+Eligible for conscription/);
  assert.equal(await page.locator("#comparison tbody tr").count(), 6);
  // Of what is left, one fact tells most.
  await page.locator("#facts").scrollIntoViewIfNeeded();
  await page.locator(".telling:visible").first().waitFor();
  assert.deepEqual(await page.$$eval(".telling:not([hidden])", (all) => all.length), 1);
  await enter(page, "russian_passport", "no");
  await page.locator('[data-key="why no_healthcare"]').click();
  assert.match(await page.locator("#why-no_healthcare").innerText(), /It follows from what is reported\.[\s\S]*UK Ministry of Defence/);
  await page.locator('[data-key="change no_healthcare"]').click();
  assert.match(await page.locator("#change-no_healthcare").innerText(), /then also follows: Eligible for conscription/);
  // What is opened stays so, and is about what is entered now.
  await enter(page, "ukrainian", "no");
  assert.match(await page.locator("#why-no_healthcare").innerText(), /It does not follow/);
  await enter(page, "ukrainian", "yes");
  // A link leads to the rule's line; the rules concerned are marked.
  await page.locator("#why-no_healthcare a").first().click();
  assert.match(await page.locator(":target").innerText(), /rule services_without_passport/);
  const marked = await page.$$eval(".concerned", (lines) => lines.map((line) => line.textContent));
  assert.ok(marked.some((line) => line.startsWith("rule seizure_without_passport")));
  assert.ok(!marked.some((line) => line.startsWith("rule conscription_with_passport")));
  // The picture: the path that is taken, by weight and in words.
  await page.locator("#picture").scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelectorAll("#drawing .taken").length > 5);
  const taken = await page.$$eval("#drawing .taken title", (all) => all.map((it) => it.textContent));
  assert.ok(taken.some((told) => /UK Ministry of Defence/.test(told)));
  assert.ok(!taken.some((told) => /Kremlin/.test(told)));
  assert.equal(await page.locator("#path-words li").count(), taken.length);
  await page.locator("#drawn").selectOption("property_seizure");
  await page.waitForFunction(() => document.querySelectorAll("#drawing .taken").length > 3);
  // Sources: what The Moscow Times reports is one consequence.
  await page.locator("#view summary").click();
  await page.getByLabel("The Moscow Times").check();
  assert.deepEqual(Object.entries(await shown(page)).filter(([, status]) => status === "follows"), [["foreign_national", "follows"]]);
  assert.match(await page.locator("#outcome-list .about").innerText(), /according to The Moscow Times/);
  await page.locator("#on").fill("2024-01-01");
  assert.match(await page.locator("#outcome-list .about").innerText(), /on 2024-01-01/);
  await page.locator("#columns").selectOption("sources");
  await page.locator("#comparison").scrollIntoViewIfNeeded();
  await page.locator("#comparison", { hasText: "According to each source" }).waitFor();
  await close(page);
  console.log("options, reasons, changes, rules, picture, sources and dates are shown");
}

async function mistakesAndClear() {
  const page = await open(written("tests/cmd/interview.ensue"));
  await enter(page, "height", "1.6");
  await enter(page, "reason", "skip");
  assert.equal((await shown(page)).fined, "follows");
  for (const [fact, text] of [["children", "21"], ["children", "2.5"], ["height", "canary-73519"]]) {
    const before = await shown(page);
    await enter(page, fact, text);
    const input = page.locator(`[data-fact="${fact}"]`);
    assert.equal(await input.getAttribute("aria-invalid"), "true");
    const about = await input.getAttribute("aria-describedby");
    const message = await page.locator(`#${about} .mistake`).innerText();
    assert.match(message, new RegExp(fact));
    assert.doesNotMatch(message, /73519/);
    assert.ok(await page.locator("#stale").isVisible());
    assert.deepEqual(await shown(page), before, "the last outcomes stay");
    assert.equal(await page.locator(".stale:visible").count(), 4);
    await enter(page, fact, fact === "height" ? "73519" : "7");
    assert.equal(await page.locator(".mistake:visible").count(), 0);
  }
  await page.locator("#view summary").click();
  await page.locator("#require").fill("0");
  assert.ok(await page.locator("#view-mistake").isVisible());
  await page.locator('[data-key="why fined"]').click();
  assert.match(await page.locator("#why-fined").innerText(), /origins/);
  await page.locator("#require").fill("");
  assert.match(await page.locator("#why-fined").innerText(), /73519/);
  await page.locator("#clear").click();
  assert.ok(!(await page.content()).includes("73519"), "nothing that was entered is left");
  assert.deepEqual(await page.$$eval("#profile input:not([type=radio],[type=checkbox])", (all) => all.map((it) => it.value).join("")), "");
  assert.deepEqual(await shown(page), { called: "undetermined", fined: "undetermined" });
  assert.equal(await page.evaluate(() => document.activeElement.closest("#fields") !== null), true);
  await close(page);
  console.log("mistakes are shown by their fields, and `clear` clears");
}

async function authors() {
  const page = await open(written("rules/passports.ensue"));
  await enter(page, "ukrainian", "no");
  const editor = page.locator("#editor-0");
  const text = await editor.inputValue();
  assert.match(await page.locator("#tested").innerText(), /28 of 28/);
  const before = await shown(page);
  await page.locator("#drawn").selectOption("conscription_eligible");
  await page.locator("#picture").scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelectorAll("#drawing .taken").length > 0);
  await editor.fill(text.replace("not russian_passport\n", "not russian_passprot\n"));
  await page.locator("#checked.problem").waitFor();
  assert.match(await page.locator("#checked").innerText(), /still by the last text without mistakes/);
  assert.match(await page.locator("#findings").innerText(), /russian_passprot/);
  assert.ok(await page.locator("#older").isVisible(), "it is said where the outcomes stand");
  assert.equal(await page.locator("#tested").innerText(), "", "scenarios of a text before say nothing of this one");
  assert.deepEqual(await shown(page), before);
  await page.locator("#findings button").first().click();
  const selected = await editor.evaluate((it) => it.value.slice(it.selectionStart, it.selectionEnd));
  assert.match(selected, /russian_passprot/);
  // Rules that say something else: all follows them, and what was entered stays.
  await editor.fill(text.replace("when covered and russian_passport", "when not ukrainian"));
  await page.locator("#tested", { hasText: "of 28" }).waitFor();
  await page.waitForFunction(() => document.querySelector("[data-of=conscription_eligible]").dataset.status === "follows");
  assert.ok(await page.locator("#older").isHidden());
  assert.match(await page.locator("#failures li").first().innerText(), /: expected .*, found /);
  assert.doesNotMatch(await page.locator("#failures").innerText(), /does_not_follow|not_among_only/);
  await page.locator("#picture").scrollIntoViewIfNeeded();
  await page.locator("#undrawn").waitFor();
  await page.locator("#restore").click();
  await page.waitForFunction(() => document.querySelector("#tested").textContent.includes("28 of 28"));
  assert.deepEqual(await shown(page), before);
  await page.locator("#picture").scrollIntoViewIfNeeded();
  await page.locator("#undrawn").waitFor({ state: "hidden" });
  await editor.fill(text.slice(0, text.indexOf("scenario ")));
  await page.waitForFunction(() => document.querySelector("#tested").textContent === "There are no scenarios.");
  // What was entered of somebody is cleared; the work of an author is not lost by it.
  await page.locator("#columns").selectOption("sources");
  assert.doesNotMatch(await page.locator("#comparison").innerText(), /mark several/);
  const source = page.locator("#sources input").first();
  await page.locator("#view summary").click();
  await source.check();
  await page.locator("#comparison", { hasText: "mark several" }).waitFor();
  await page.locator("#clear").click();
  assert.equal(await source.isChecked(), false);
  assert.match(await page.locator("#cleared").innerText(), /rules stay as they were changed/);
  assert.notEqual(await page.locator("#columns").inputValue(), "sources");
  await page.locator("#restore").click();
  await page.waitForFunction(() => document.querySelector("#tested").textContent.includes("28 of 28"));
  await page.locator("#clear").click();
  assert.equal(await page.locator("#cleared").innerText(), "Cleared.");
  await enter(page, "ukrainian", "no");
  assert.equal(await page.locator("#cleared").innerText(), "");
  await close(page);
  console.log("rules are edited, checked and tested in place");
}

/** On a wide screen the facts stay in sight beside the outcomes, and over nothing that follows. */
async function nothingIsCovered() {
  const page = await open(written("rules/passports.ensue"));
  await page.locator("#view summary").click();
  const covered = await page.evaluate(() => ["options", "picture", "rules", "authors"].flatMap((id) => {
    const section = document.getElementById(id);
    section.scrollIntoView();
    const { left, right, top, bottom } = section.getBoundingClientRect();
    const found = [];
    for (let y = Math.max(top, 0) + 10; y < Math.min(bottom, innerHeight) - 10; y += 40) {
      for (const x of [left + 30, (left + right) / 2, right - 30]) {
        const seen = document.elementFromPoint(x, y)?.closest("section")?.id;
        if (seen !== id) found.push(`${seen} over ${id}`);
      }
    }
    return found;
  }));
  assert.deepEqual(covered, []);
  const names = await page.getByRole("button", { name: /^(Why|What would change it): / }).count();
  assert.equal(names, 12, "each button says of which consequence it is");
  await close(page);
  console.log("nothing covers what follows, and buttons have names of their own");
}

/** A picture for another date is not the picture of what is asked, and a filter outlives an edit. */
async function datesAndFilters() {
  const file = join(folder, "dated.ensue");
  writeFileSync(file, `policy dated "Roads" as of 2025-06-01
source first "Source one"
source second "Source two"
claim a by first "On foot."
claim b by second "By train."
fact foot "Goes on foot" : yes or no
fact train "Goes by train" : yes or no
consequence held "Is held" harm
rule old "On foot" per a in force until 2024-12-31 when foot then held
rule new "By train" per b in force from 2025-01-01 when train then held
`);
  const page = await open(written(file));
  await enter(page, "foot", "yes");
  await page.locator("#drawn").selectOption("held");
  await page.locator("#picture").scrollIntoViewIfNeeded();
  await page.waitForFunction(() => document.querySelectorAll("#drawing .taken").length > 0);
  assert.ok(await page.locator("#undrawn").isHidden());
  await page.locator("#view summary").click();
  await page.locator("#on").fill("2024-06-01");
  await page.locator("#picture").scrollIntoViewIfNeeded();
  await page.locator("#undrawn").waitFor();
  assert.equal(await page.locator("#drawing .taken").count(), 0);
  assert.deepEqual(await shown(page), { held: "follows" });
  await page.locator("#sources [value=second]").check();
  assert.deepEqual(await shown(page), { held: "does_not_follow" });
  await page.locator("#editor-0").fill(`# a comment\n${await page.locator("#editor-0").inputValue()}`);
  await page.locator("#checked").filter({ hasText: "No mistakes" }).waitFor();
  assert.ok(await page.locator("#sources [value=second]").isChecked());
  assert.deepEqual(await shown(page), { held: "does_not_follow" });
  await page.locator("#clear").click();
  assert.equal(await page.locator("#sources [value=second]").isChecked(), false);
  assert.equal(await page.locator("#on").inputValue(), "");
  await close(page);
  console.log("a picture that is not that of the date has no path, and filters stay when rules are edited");
}

async function keyboardOnly() {
  const page = await open(written("rules/passports.ensue"));
  const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.dataset.fact || document.activeElement.dataset.key || document.activeElement.textContent);
  await page.keyboard.press("Tab");
  assert.equal(await focused(), "To the outcomes");
  for (let tabs = 0; tabs < 7; tabs += 1) await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.dataset.fact), "ukrainian");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Kherson");
  for (let left = 0; left < 3; left += 1) {
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowRight");
    if (left === 1) await page.keyboard.press("ArrowRight");
  }
  assert.deepEqual(new Set(Object.values(await shown(page))), new Set(["follows", "does_not_follow"]));
  // On to the first "Why", and opened.
  for (let tabs = 0; tabs < 6 && !(await focused()).includes("Why") && !(await page.evaluate(() => document.activeElement.dataset.key)); tabs += 1) await page.keyboard.press("Tab");
  assert.match(await page.evaluate(() => document.activeElement.dataset.key), /^why /);
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-expanded")), "true");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.notEqual(outline, "none");
  // Everything that can be used has a name.
  const nameless = await page.$$eval("button, input, select, textarea, a, [role=region]", (all) =>
    all.filter((it) => !(it.textContent.trim() || it.getAttribute("aria-label") || it.labels?.length)).map((it) => it.outerHTML));
  assert.deepEqual(nameless, []);
  assert.match(await page.locator("#said").textContent(), /5 follow, 1 do not follow/);
  await close(page);
  console.log("the keyboard is enough");
}

async function narrowAndPrinted() {
  const url = written("rules/passports.ensue");
  for (const colorScheme of ["light", "dark"]) {
    const page = await open(url, { viewport: { width: 360, height: 740 }, colorScheme });
    for (const [fact, text] of Object.entries({ ukrainian: "yes", residence: "kherson", under_occupation: "yes", russian_passport: "no" })) {
      await enter(page, fact, text);
    }
    await page.locator('[data-key="why no_healthcare"]').click();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    // Letters against what is behind them: at least 4.5 to 1 (WCAG 2.2, AA).
    const faint = await page.evaluate(() => {
      const light = (color) => {
        const parts = color.match(/[\d.]+/g).slice(0, 3).map((it) => it / 255);
        const [r, g, b] = parts.map((it) => (it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
      };
      const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
          const color = getComputedStyle(at).backgroundColor;
          if (!/rgba\(.*, 0\)|transparent/.test(color)) return color;
        }
        return getComputedStyle(document.body).backgroundColor;
      };
      return [...document.querySelectorAll("body *:not(svg, svg *, script, noscript)")].filter((it) => it.checkVisibility() && [...it.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())).filter((it) => {
        const [one, other] = [light(getComputedStyle(it).color), light(behind(it))];
        return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05) < 4.5;
      }).map((it) => it.outerHTML.slice(0, 120));
    });
    assert.deepEqual(faint, []);
    if (pictures) await page.screenshot({ path: join(pictures, `page-phone-${colorScheme}.png`) });
    // Not an empty corner of the picture.
    await page.locator("#drawing").scrollIntoViewIfNeeded();
    await page.waitForFunction(() => {
      const [box, frame] = ["#drawing [role=listitem]", "#drawing"].map((it) => document.querySelector(it).getBoundingClientRect());
      return box.left >= frame.left && box.top >= frame.top && box.left < frame.right && box.top < frame.bottom;
    }, undefined, { timeout: 2000 });
    if (pictures) await page.locator("#picture").screenshot({ path: join(pictures, `picture-phone-${colorScheme}.png`) });
    await close(page);
  }
  const page = await open(url);
  for (const [fact, text] of Object.entries({ ukrainian: "yes", residence: "kherson", under_occupation: "yes", russian_passport: "no" })) {
    await enter(page, fact, text);
  }
  if (pictures) await page.screenshot({ path: join(pictures, "page.png") });
  await page.emulateMedia({ media: "print" });
  assert.ok(await page.locator("#authors").isHidden());
  assert.ok(await page.locator("#outcome-list").isVisible());
  assert.ok((await page.pdf({ format: "A4", path: pictures && join(pictures, "page.pdf") })).length > 10_000);
  await close(page);
  console.log("it is legible at 360 pixels, in light and dark, and prints");
}

/** Texts that would be taken for something else, if anything took them. */
function hostile() {
  const shapes = [
    (n) => `<script>window.hit=${n}</script>`,
    (n) => `<img src=x onerror="window.hit=${n}">`,
    (n) => `"><svg onload=window.hit=${n}>`,
    (n) => `</script></style></textarea></select><iframe src="javascript:parent.hit=${n}">`,
    (n) => `javascript:window.hit=${n}`,
    (n) => `<a href="javascript:window.hit=${n}">${n}</a>`,
    (n) => `<style>@import "http://example.invalid/${n}"</style>`,
    (n) => `<link rel=stylesheet href="http://example.invalid/${n}.css">`,
    (n) => `<!--${n}--><![CDATA[${n}]]>&lt;b&gt;&#60;i&#62;`,
    (n) => `\${window.hit=${n}} {{constructor.constructor('window.hit=${n}')()}}`,
    (n) => `<math><mtext><img src=x onerror=window.hit=${n}></mtext></math>`,
    (n) => `<object data="http://example.invalid/${n}"><base href="http://example.invalid/">`,
    (n) => `<meta http-equiv=refresh content="0;url=http://example.invalid/${n}">`,
  ];
  return Array.from({ length: 200 }, (_, index) => shapes[index % shapes.length](index));
}

async function nothingOfTheRulesIsExecuted() {
  const texts = hostile().map((text) => `"${text.replaceAll("\\", "").replaceAll('"', '\\"')}"`);
  let used = 0;
  const text = () => texts[used++ % texts.length];
  const items = (count) => Array.from({ length: count }, (_, index) => `v${index} ${text()}`).join(", ");
  const rules = [
    `policy p ${text()} as of 2025-01-01`,
    ...Array.from({ length: 10 }, (_, n) => `source s${n} ${text()} by ${text()} note ${text()}${n ? " quoted in s0" : ""}`),
    ...Array.from({ length: 10 }, (_, n) => `claim c${n} by s${n} at ${text()} certainty ${text()} quote ${text()} ${text()}`),
    `fact l ${text()} : one of ${items(60)} ask ${text()} note ${text()}`,
    ...Array.from({ length: 8 }, (_, n) => `fact f${n} ${text()} : yes or no ask ${text()} note ${text()}`),
    ...Array.from({ length: 8 }, (_, n) => `define d${n} ${text()} as f${n} or l is v${n}`),
    ...Array.from({ length: 8 }, (_, n) => `consequence k${n} ${text()}${n % 2 ? " harm" : ""} note ${text()}`),
    ...Array.from({ length: 8 }, (_, n) => `rule r${n} ${text()} per c${n} assumes ${text()} assumes ${text()} when d${n} then ${n === 3 ? "not " : ""}k${n}`),
    `choice ch ${text()} option o0 ${text()} sets f0 yes option o1 ${text()} sets f0 no`,
    `scenario ${text()} given f0 yes expect does not follow k0`,
  ];
  assert.ok(used >= 200, `${used}`);
  const file = join(folder, "hostile.ensue");
  writeFileSync(file, `${rules.join("\n")}\n`);
  const page = await open(written(file));
  for (let n = 0; n < 8; n += 1) await enter(page, `f${n}`, n % 2 ? "yes" : "no");
  await enter(page, "l", "v7");
  await enter(page, "f0", "yes");
  for (const button of await page.locator("#outcome-list button").all()) await button.click();
  const columns = await page.$$eval("#columns option", (all) => all.map((it) => it.value));
  for (const value of columns) await page.locator("#columns").selectOption(value);
  for (const value of await page.$$eval("#drawn option", (all) => all.map((it) => it.value))) await page.locator("#drawn").selectOption(value);
  await page.locator("#view summary").click();
  await page.locator("#editor-0").fill(`${rules.join("\n")}\nfact ${texts[0]}\n`);
  await page.locator("#checked.problem").waitFor();
  await page.waitForTimeout(200);
  const foreign = await page.$$eval("main *, header *", (all) => all.filter((it) => /^(script|img|iframe|object|embed|base|link|meta|math|style)$/i.test(it.localName)).map((it) => it.outerHTML));
  assert.deepEqual(foreign, []);
  assert.ok((await page.locator("#fields").innerText()).includes("<script>window.hit="), "they are shown as they are");
  await close(page);
  console.log(`${used} hostile texts are shown, and nothing of them is executed`);
}

/** Which of some texts are in a file of a folder, in the encodings that browsers use. */
function kept(directory, texts) {
  const files = readdirSync(directory, { recursive: true }).map((name) => join(directory, name));
  const held = files.filter((file) => lstatSync(file).isFile()).map((file) => readFileSync(file));
  return texts.filter((text) => held.some((bytes) => ["utf8", "utf16le"].some((as) => bytes.includes(Buffer.from(text, as)))));
}

/** A browser with a folder of its own keeps the page's address there, and nothing of what is entered or written in it. */
async function nothingStaysInTheBrowsersFolder() {
  const directory = mkdtempSync(join(tmpdir(), "ensue-browser-"));
  const url = written("tests/cmd/interview.ensue");
  const canaries = ["73917.391", "canary7391x"];
  const context = await chromium.launchPersistentContext(directory, { ...chosen, offline: true });
  const page = await context.newPage();
  const visit = async () => {
    await page.goto(url);
    await page.waitForSelector("html[data-ready]");
    await enter(page, "height", canaries[0]);
    await enter(page, "born", "2000-02-29");
    await page.locator("#outcome-list button").first().click();
    await page.locator("#view summary").click();
    const rules = await page.locator("#editor-0").inputValue();
    await page.locator("#editor-0").fill(`${rules}# ${canaries[1]}\n`);
    await page.waitForTimeout(500);
  };
  // What is entered is there: on leaving a page, and coming back, browsers like to keep it.
  await visit();
  assert.equal(await page.locator('[data-fact="height"]').inputValue(), canaries[0]);
  await page.goto("about:blank");
  await page.goBack();
  await visit();
  await context.close();
  assert.deepEqual(kept(directory, [...canaries, url]), [url]);
  rmSync(directory, { recursive: true });
  console.log("nothing of what is entered is in the browser's folder");
}

async function measured() {
  const url = written("rules/passports.ensue");
  const [painted, ready] = [[], []];
  const median = (times) => times.sort((one, other) => one - other)[2].toFixed(0);
  for (let turn = 0; turn < 5; turn += 1) {
    const page = await open(url);
    const [first, answering] = await page.evaluate(() => [
      performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN,
      Number(document.documentElement.dataset.answering),
    ]);
    painted.push(first);
    ready.push(answering);
    if (turn === 4) {
      const clicks = await page.evaluate(() => {
        const radios = [...document.querySelectorAll("input[type=radio]")];
        return Array.from({ length: 60 }, (_, index) => {
          const before = performance.now();
          radios[(index * 7) % radios.length].click();
          return performance.now() - before;
        }).sort((one, other) => one - other);
      });
      console.log(`painted with the first outcomes ${median(painted)} ms after opening, answering after ${median(ready)} ms (medians of 5); an answer to a click ${clicks[30].toFixed(1)} ms (median), ${clicks[59].toFixed(1)} ms (longest of 60)`);
    }
    await page.context().close();
  }
}

try {
  if (pictures) mkdirSync(pictures, { recursive: true });
  await sameAsTheCommandLine("rules/passports.ensue", 120);
  await sameAsTheCommandLine("tests/cmd/interview.ensue", 80);
  await beforeTheEngine();
  await theDilemma();
  await mistakesAndClear();
  await authors();
  await nothingIsCovered();
  await datesAndFilters();
  await keyboardOnly();
  await narrowAndPrinted();
  await nothingOfTheRulesIsExecuted();
  await nothingStaysInTheBrowsersFolder();
  await measured();
  assert.deepEqual(offences, [], "no request, no dialog, no error");
} finally {
  await browser.close();
}
