// The page: what is entered goes to the engine, what it answers is shown. Texts from rule files become
// text nodes, or come from the engine as HTML in which they are escaped.

const find = (id) => document.getElementById(id);
const data = (id) => JSON.parse(find(id).textContent);

/** An element with attributes and content; content that is no element becomes text. */
function make(name, attributes = {}, ...content) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...content);
  return element;
}

/** The elements of a part of a page, as the engine writes it. */
function parsed(html) {
  return [...new DOMParser().parseFromString(html, "text/html").body.children];
}

const original = data("files");
const drawings = data("drawings");
const settings = data("settings");
/** What the editors hold, and what the engine has loaded: the last text without mistakes. */
let written = original.map((file) => ({ ...file }));
let loaded = original;
let policy;
let engine;
/** For each fact what is entered; facts that are not known are not in it. */
let entered = new Map();
/** What is opened below outcomes: `why no_healthcare`. */
const opened = new Set();

// Which facts are known.

/** Something that is entered for a fact: a label, the ways to enter it, and where mistakes stand. */
function field(fact, index) {
  const id = `fact-${index}`;
  const question = fact.ask ?? fact.label;
  const about = make("div", { id: `${id}-about` });
  if (fact.note) about.append(make("p", { class: "hint" }, fact.note));
  about.append(make("p", { class: "mistake", id: `${id}-mistake`, hidden: true }));
  about.append(make("p", { class: "telling", id: `${id}-telling`, hidden: true }, "Of what is not known, this tells most."));
  const described = { dir: "auto", "aria-describedby": `${id}-about`, autocomplete: "off", "data-fact": fact.name };
  if (fact.type === "yes_or_no") {
    const choices = make("div", { class: "choices" });
    for (const [value, text] of [["", "not known"], ["yes", "yes"], ["no", "no"]]) {
      const radio = make("input", { type: "radio", name: id, value, checked: value === "", ...described });
      choices.append(make("label", {}, radio, ` ${text}`));
    }
    return make("fieldset", {}, make("legend", { dir: "auto" }, question), choices, about);
  }
  let input;
  if (fact.type === "one_of") {
    input = make("select", { id, ...described }, make("option", { value: "" }, "not known"));
    for (const [value, label] of Object.entries(fact.values)) input.append(make("option", { value }, label));
  } else if (fact.type === "date") {
    input = make("input", { id, type: "date", ...described });
  } else {
    input = make("input", { id, type: "text", inputmode: fact.type === "number" ? "decimal" : "numeric", ...described });
    const range = fact.range ? ` from ${fact.range[0]} to ${fact.range[1]}` : "";
    about.prepend(make("p", { class: "hint" }, `A ${fact.type === "number" ? "" : "whole "}number${range}; empty where it is not known.`));
  }
  return make("div", { class: "field" }, make("label", { for: id, dir: "auto" }, question), input, about);
}

/** Shows the fields of all facts, with what was entered for those that are still there. */
function showFields() {
  find("fields").replaceChildren(...policy.facts.map(field));
  const kept = new Map();
  for (const fact of policy.facts) {
    const value = entered.get(fact.name);
    if (value === undefined) continue;
    for (const input of inputsOf(fact.name)) {
      if (input.type === "radio") input.checked = input.value === value;
      else input.value = value;
    }
    if (valueOf(fact.name) === value) kept.set(fact.name, value);
  }
  entered = kept;
}

function inputsOf(name) {
  return [...find("fields").querySelectorAll("[data-fact]")].filter((input) => input.dataset.fact === name);
}

function valueOf(name) {
  for (const input of inputsOf(name)) {
    if (input.type !== "radio") return input.value.trim();
    if (input.checked) return input.value;
  }
  return "";
}

// Which reports count.

function showView() {
  const sources = find("sources");
  const marked = new Set([...sources.querySelectorAll("input:checked")].map((box) => box.value));
  sources.replaceChildren(sources.firstElementChild);
  for (const source of policy.sources) {
    const box = make("input", { type: "checkbox", value: source.name, autocomplete: "off" });
    box.checked = marked.has(source.name);
    sources.append(make("label", {}, box, ` ${source.label}`), make("br"));
  }
  sources.hidden = policy.sources.length === 0;
  sources.append(make("p", { class: "hint" }, "Without a mark all reports count; with marks, only those by these sources or quoted in them."));
}

function view() {
  const chosen = {};
  if (find("on").value) chosen.on = find("on").value;
  const sources = [...find("sources").querySelectorAll("input:checked")].map((box) => box.value);
  if (sources.length > 0) chosen.according_to = sources;
  if (find("known-by").value) chosen.known_by = find("known-by").value;
  const least = find("require").value.trim();
  if (least) chosen.require = Number(least);
  return chosen;
}

// What follows.

function about() {
  return { set: Object.fromEntries(entered), view: view() };
}

/** What the engine says in words, or why it does not. */
function told(request) {
  const answer = ask({ ...about(), ...request });
  if (typeof answer === "string") return parsed(answer);
  const { message, findings } = answer.error;
  return [make("p", { class: "problem" }, findings.length > 0 ? findings.map((finding) => finding.message).join("; ") : message)];
}

/** Asks the engine. One that failed is made anew, with the same rules. */
function ask(request) {
  try {
    return engine.answer(request);
  } catch {
    engine = undefined;
    begin().then(() => problem("The engine had to begin anew: please try that again."));
    return { error: { message: "the engine failed", findings: [] } };
  }
}

function problem(text) {
  find("problem").textContent = text;
  find("problem").hidden = text === "";
}

/** Shows the mistakes in what was entered, each by its field. Returns whether there are any. */
function showMistakes(error) {
  for (const message of document.querySelectorAll("#profile .mistake")) message.hidden = true;
  for (const input of document.querySelectorAll("#profile [aria-invalid]")) input.removeAttribute("aria-invalid");
  let mistakes = 0;
  const show = (message, text) => {
    mistakes += 1;
    message.textContent = text;
    message.hidden = false;
  };
  policy.facts.forEach((fact, index) => {
    const [input] = inputsOf(fact.name);
    // What is typed into a date and is none has no value.
    const unread = input.validity?.badInput;
    const finding = error?.findings.find((finding) => finding.fact === fact.name);
    if (!unread && !finding) return;
    const text = unread ? "This is not a day that exists: leave it empty where it is not known." : `${finding.message}; leave it empty where it is not known`;
    show(find(`fact-${index}-mistake`), text);
    for (const input of inputsOf(fact.name)) input.setAttribute("aria-invalid", "true");
  });
  const unread = ["on", "known-by", "require"].some((id) => !find(id).checkValidity() || find(id).validity.badInput);
  const others = (error?.findings ?? []).filter((finding) => !finding.fact).map((finding) => finding.message);
  if (unread) show(find("view-mistake"), "A date is a day that exists, and a number of origins a whole one, from 1.");
  else if (others.length > 0) show(find("view-mistake"), others.join("; "));
  else if (error && mistakes === 0) show(find("view-mistake"), error.message);
  if (!find("view-mistake").hidden) find("view").open = true;
  for (const note of document.querySelectorAll(".stale")) note.hidden = mistakes === 0;
  return mistakes > 0;
}

/** Shows everything anew for what is entered now. */
function show() {
  const answer = ask({ do: "outcomes", ...about() });
  if (showMistakes(answer.error)) return;
  showOutcomes(answer);
  showConcerned(answer);
  for (const part of slow.keys()) slow.get(part).isOld = true;
  showSeen();
}

/** What takes longer than a frame for many rules: it is shown once it is seen, and not for every letter. */
const slow = new Map([
  ["options", { show: showComparison }],
  ["picture", { show: showPath }],
  ["facts", { show: showTelling }],
]);

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) slow.get(entry.target.id).isSeen = entry.isIntersecting;
  showSeen();
}, { rootMargin: "200px" });

let waiting;
function showSeen() {
  clearTimeout(waiting);
  const part = [...slow.values()].find((part) => part.isOld && part.isSeen);
  if (!part) return;
  waiting = setTimeout(() => {
    part.isOld = false;
    part.show();
    showSeen();
  });
}

function showOutcomes({ html, statuses }) {
  const list = find("outcome-list");
  list.replaceChildren(...parsed(html));
  const counts = new Map();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  const words = { follows: "follow", disputed: "disputed", undetermined: "undetermined", ruled_out: "ruled out", does_not_follow: "do not follow" };
  find("said").textContent = Object.entries(words).filter(([status]) => counts.has(status)).map(([status, text]) => `${counts.get(status)} ${text}`).join(", ");
  for (const item of list.querySelectorAll("li[data-of]")) {
    const name = item.dataset.of;
    const label = policy.consequences.find((one) => one.name === name)?.label ?? name;
    const actions = make("div", { class: "actions" });
    const parts = [];
    for (const [what, text] of [["why", "Why"], ["change", "What would change it"]]) {
      const key = `${what} ${name}`;
      const id = `${what}-${name}`;
      const below = make("div", { id, class: "opened", hidden: true });
      const button = make("button", { type: "button", "aria-expanded": "false", "aria-controls": id, "data-key": key, "aria-label": `${text}: ${label}` }, text);
      const toggle = (open) => {
        button.setAttribute("aria-expanded", String(open));
        below.hidden = !open;
        if (!open) return;
        // The circumstances and the consequence stand above already.
        const above = (part) => part.matches("p.about, h3:first-of-type");
        below.replaceChildren(...told({ do: what, consequence: name }).filter((part) => !above(part)));
      };
      button.addEventListener("click", () => {
        const open = !opened.has(key);
        if (open) opened.add(key);
        else opened.delete(key);
        toggle(open);
      });
      actions.append(button);
      parts.push(below);
      if (opened.has(key)) toggle(true);
    }
    item.append(actions, ...parts);
  }
}

// Side by side.

function showColumns() {
  const select = find("columns");
  const before = select.value;
  const options = [];
  if (policy.choices.length === 0) options.push(make("option", { value: "" }, "choose what to compare"));
  else options.push(make("option", { value: "choices" }, "The options that are reported"));
  for (const fact of policy.facts) options.push(make("option", { value: `fact ${fact.name}` }, `If it were otherwise: ${fact.label}`));
  if (policy.sources.length > 1) options.push(make("option", { value: "sources" }, "What each source reports"));
  select.replaceChildren(...options);
  if (options.some((option) => option.value === before)) select.value = before;
}

function showComparison() {
  const chosen = find("columns").value;
  if (!chosen) {
    find("comparison").replaceChildren();
    return;
  }
  const request = { do: "compare" };
  let said = "";
  if (chosen === "sources") {
    const { according_to: marked = [], ...others } = view();
    request.sources = marked.length > 1 ? marked : policy.sources.map((source) => source.name);
    request.view = others;
    if (marked.length === 1) said = "The columns are all sources, whichever one is marked above: to compare some of them, mark several.";
  } else if (chosen.startsWith("fact ")) {
    request.vary = chosen.slice("fact ".length);
  }
  find("comparison").replaceChildren(...(said ? [make("p", { class: "hint" }, said)] : []), ...told(request));
}

// The picture.

/** So much is left around a box that is scrolled to, in pixels. */
const MARGIN = 16;
const isAsMade = () => loaded === original;
/** What is drawn in each picture, as this page was made. */
const asDrawn = new Map();
const drawnOf = (path) => JSON.stringify([path.nodes, path.edges].map((parts) => parts?.map((part) => part.drawn)));

function showDrawings() {
  const select = find("drawn");
  const before = select.value;
  const options = [make("option", { value: "" }, "Sources, claims, rules and consequences")];
  for (const consequence of policy.consequences) {
    if (drawings[consequence.name]) options.push(make("option", { value: consequence.name }, `What decides: ${consequence.label}`));
  }
  select.replaceChildren(...options);
  if (options.some((option) => option.value === before)) select.value = before;
  showDrawing();
}

function showDrawing() {
  const svg = drawings[find("drawn").value];
  const drawing = find("drawing");
  if (svg) drawing.replaceChildren(document.importNode(new DOMParser().parseFromString(svg, "image/svg+xml").documentElement, true));
  else drawing.replaceChildren(make("p", { class: "hint" }, "This picture would be too large to be legible."));
  // Where not all of it is in sight, it begins at its first box, and not at an empty corner.
  requestAnimationFrame(() => {
    const first = drawing.querySelector("[role=listitem]")?.getBoundingClientRect();
    if (!first) return;
    const { left, top } = drawing.getBoundingClientRect();
    drawing.scrollBy(first.left - left - MARGIN, first.top - top - MARGIN);
  });
}

/** Marks the path that the profile takes. */
function showPath() {
  const consequence = find("drawn").value;
  const words = find("path-words");
  words.replaceChildren();
  const request = { do: "graph", ...(consequence ? { consequence } : {}) };
  const path = ask({ ...request, ...about() });
  const nodes = find("drawing").querySelectorAll("[role=listitem]");
  const lines = find("drawing").querySelectorAll(".line");
  if (isAsMade() && !asDrawn.has(consequence)) {
    asDrawn.set(consequence, drawnOf(ask({ ...request, view: settings.on ? { on: settings.on } : {} })));
  }
  const fits = drawnOf(path) === asDrawn.get(consequence) && lines.length === path.edges?.length;
  find("undrawn").hidden = fits || !drawings[consequence];
  find("drawing").classList.toggle("other", !fits);
  for (const element of [...nodes, ...lines]) element.classList.remove("taken", "off");
  if (path.error) return;
  const mark = (element, part) => {
    element.classList.toggle("taken", part.marked);
    element.classList.toggle("off", part.faded);
  };
  path.nodes.forEach((node, index) => {
    if (fits) {
      mark(nodes[index], node);
      nodes[index].querySelector("title").textContent = node.told;
    }
    if (node.marked) words.append(make("li", {}, node.told));
  });
  if (fits) path.edges.forEach((edge, index) => mark(lines[index], edge));
  if (!words.firstChild) words.append(make("li", {}, "Nothing is marked: nothing is known, or no rule leads to anything."));
}

// The rules.

function showListing() {
  const listing = find("listing");
  listing.replaceChildren();
  policy.files.forEach((name, file) => {
    const { text } = loaded.find((one) => one.name === name) ?? { text: "" };
    const code = make("div", { class: "code", tabindex: "0", role: "region", "aria-label": name });
    text.replace(/\n$/, "").split("\n").forEach((line, index) => {
      code.append(make("span", { id: `file${file}-${index + 1}`, "data-line": String(index + 1) }, line.replace(/\r$/, "")));
    });
    listing.append(make("h3", {}, name), code);
  });
}

/** Marks the rules that give the outcomes their statuses. */
function showConcerned({ rules }) {
  for (const line of document.querySelectorAll(".concerned")) line.classList.remove("concerned");
  const names = new Set(rules);
  for (const rule of policy.rules.filter((rule) => names.has(rule.name))) {
    const file = policy.files.indexOf(rule.place.file);
    for (let line = rule.place.first_line; line <= rule.place.last_line; line += 1) {
      find(`file${file}-${line}`)?.classList.add("concerned");
    }
  }
}

function showTelling() {
  const { next } = ask({ do: "ask", ...about() });
  policy.facts.forEach((fact, index) => {
    find(`fact-${index}-telling`).hidden = fact.name !== next;
  });
}

// For authors.

function showEditors() {
  find("editors").replaceChildren(...written.map((file, index) => {
    const id = `editor-${index}`;
    const editor = make("textarea", { id, dir: "auto", spellcheck: "false", autocomplete: "off", autocapitalize: "off" });
    editor.value = file.text;
    editor.addEventListener("input", () => {
      file.text = editor.value;
      later(take);
    });
    return make("div", {}, make("p", {}, make("label", { for: id }, file.name)), editor);
  }));
}

let timer;
function later(work) {
  clearTimeout(timer);
  timer = setTimeout(work, 300);
}

/** Takes the text of the editors, if it has no mistakes; says what was found. */
function take() {
  const checked = ask({ do: "check", files: written });
  const isSame = written.every((file, index) => file.text === original[index].text);
  const files = isSame ? original : written.map((file) => ({ ...file }));
  const answer = ask({ do: "load", files });
  const findings = Array.isArray(checked) ? checked : [...(checked.error?.findings ?? []), ...(answer.error?.findings ?? [])];
  showFindings(findings);
  if (answer.error) {
    const count = findings.length === 1 ? "a mistake" : "mistakes";
    find("checked").textContent = `The text has ${count}: what stands above is still by the last text without mistakes.`;
    find("checked").className = "problem";
    find("older").hidden = false;
    // Scenarios of a text before say nothing of this one.
    find("tested").textContent = "";
    find("failures").replaceChildren();
    return;
  }
  find("older").hidden = true;
  find("checked").className = "";
  find("checked").textContent = findings.length === 0 ? "No mistakes and no weaknesses were found." : "No mistakes; what an author would want to know:";
  loaded = files;
  policy = answer;
  showQuestions();
  showParts();
  showTests();
  if (!find("view-mistake").hidden) find("checked").textContent += ` What stands above cannot follow it: ${find("view-mistake").textContent}`;
}

function showFindings(findings) {
  find("findings").replaceChildren(...findings.map((finding) => {
    const item = make("li", {}, `${finding.severity}: ${finding.message} `);
    const index = written.findIndex((file) => file.name === finding.file);
    if (index >= 0 && finding.line) {
      const button = make("button", { type: "button" }, `${finding.file}:${finding.line}`);
      button.addEventListener("click", () => goTo(index, finding.line));
      item.append(button);
    }
    return item;
  }));
}

function goTo(index, line) {
  const editor = find(`editor-${index}`);
  const lines = editor.value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  editor.focus();
  editor.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
}

function showTests() {
  const answer = ask({ do: "test" });
  const tests = answer.error ? [] : answer.policies.flatMap((one) => one.scenarios);
  const failed = tests.filter((test) => !test.passed);
  find("tested").textContent = answer.error ? answer.error.findings.map((finding) => finding.message).join("; ") : tests.length === 0 ? "There are no scenarios." : `Scenarios: ${tests.length - failed.length} of ${tests.length} as expected.`;
  find("failures").replaceChildren(...failed.map((test) => {
    const words = { not_among_only: "that it does not follow (others were expected alone)" };
    const said = (status) => words[status] ?? status.replaceAll("_", " ");
    const surprises = test.surprises.map((one) => {
      const label = policy.consequences.find((other) => other.name === one.consequence)?.label ?? one.consequence;
      return `${label}: expected ${said(one.expected)}, found ${said(one.found)}`;
    });
    return make("li", {}, `${test.scenario} (${test.file}:${test.line}): ${surprises.join("; ")}`);
  }));
}

// All together.

/** What can be asked of these rules. */
function showQuestions() {
  const title = policy.label ?? policy.policy;
  find("title").textContent = title;
  document.title = title;
  find("on").placeholder = policy.as_of ?? "";
  showFields();
  showView();
}

/** All that stands below the questions. */
function showParts() {
  showColumns();
  showDrawings();
  showListing();
  show();
}

/** Forgets all that was entered of somebody. A text of rules that was changed stays, which is said: it may be
 * the work of hours. */
function clear() {
  entered = new Map();
  opened.clear();
  find("profile").reset();
  // What cannot be read stays in a field when it is reset in some browsers: the fields are made anew.
  showFields();
  for (const box of find("sources").querySelectorAll("input")) box.checked = false;
  for (const id of ["known-by", "require"]) find(id).value = "";
  find("on").value = settings.on ?? "";
  for (const id of ["columns", "drawn"]) find(id).selectedIndex = 0;
  showDrawing();
  show();
  const isChanged = written.some((file, index) => file.text !== original[index].text);
  find("cleared").textContent = isChanged ? "Cleared. The rules stay as they were changed below: “Put back the rules as they were” takes that back." : "Cleared.";
  find("fields").querySelector("input, select")?.focus();
}

async function begin() {
  const letters = atob(find("engine").textContent);
  const bytes = new Uint8Array(letters.length);
  // A function for each letter would take ten times as long.
  for (let index = 0; index < letters.length; index += 1) bytes[index] = letters.charCodeAt(index);
  const unpacked = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  engine = await startEngine(await new Response(unpacked).arrayBuffer());
  policy = engine.answer({ do: "load", files: loaded });
  if (policy.error) throw new Error(policy.error.message);
}

function listen() {
  find("profile").addEventListener("submit", (event) => event.preventDefault());
  find("profile").addEventListener("input", (event) => {
    const name = event.target.dataset.fact;
    if (name !== undefined) {
      const value = valueOf(name);
      if (value === "") entered.delete(name);
      else entered.set(name, value);
    }
    find("cleared").textContent = "";
    show();
  });
  // On paper all parts are seen.
  addEventListener("beforeprint", () => {
    find("path").open = true;
    for (const part of slow.values()) {
      if (part.isOld) part.show();
      part.isOld = false;
    }
  });
  find("clear").addEventListener("click", clear);
  find("columns").addEventListener("change", showComparison);
  find("drawn").addEventListener("change", () => {
    showDrawing();
    showPath();
  });
  find("restore").addEventListener("click", () => {
    written = original.map((file) => ({ ...file }));
    showEditors();
    take();
  });
}

const seenOnce = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));

async function start() {
  // What follows where nothing is known stands there already: it is painted before the engine begins.
  await seenOnce();
  try {
    await begin();
  } catch {
    problem("This browser could not start the engine of this page: it needs one of the last few years, with WebAssembly. Nothing was sent or kept.");
    return;
  }
  find("on").value = settings.on ?? "";
  listen();
  showQuestions();
  showOutcomes(ask({ do: "outcomes", ...about() }));
  document.documentElement.dataset.answering = String(Math.round(performance.now()));
  // What stands further down can wait until this is seen.
  await seenOnce();
  showEditors();
  showParts();
  showTests();
  for (const part of slow.keys()) seen.observe(find(part));
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
}

await start();
