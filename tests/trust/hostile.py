"""Whatever a text says, in an output it is a text.

Each text of a small policy, and each name of its files, is made of one hostile piece: escape codes,
HTML, SVG, Mermaid, DOT, formulas, SQL, Markdown and more. Every command is run on it, and on a
*twin*: the same policy with letters in place of the piece. Each output is read as what it is, as
structure and texts: elements, tokens, cells, keys. With the letters put where the piece is shown,
the two must be the same: so nothing of the piece is structure, and nothing of it is lost. Besides,
what people read has no character that a terminal takes for a command or that shows nothing.

What is refused (wrong characters in rule files, names that are none, wrong arguments, broken files)
must be told without such characters, too.
"""

import csv
import io
import json
import os
import pty
import re
import select
import subprocess
import sys
import time
import unicodedata
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from threading import Timer
from urllib.parse import unquote
from xml.etree import ElementTree

from commands import PROGRAM, Place, Report, messages, self_test, short, there, usable, verbs

# White space as Rust knows it: texts are shown on one line, with single spaces.
WHITE = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

# Pieces that some reader of an output could take for more than a text. Each stands at the beginning and at
# the end of its text.
PIECES = {
    # Terminals.
    "a colour": "\x1b[31;1mx\x1b[0m",
    "a cleared screen": "\x1b[2J\x1b[H",
    "a link of a terminal": "\x1b]8;;http://h.example\x1b\\x\x1b]8;;\x07",
    "what sets the clipboard": "\x1b]52;c;cm0gLXJm\x07",
    "a window's title": "\x1b]0;x\x07",
    "an escape code without an end": "\x1b]0;x",
    "a terminal's string without an end": "\x1bPx",
    "C1 controls": "\x9b31mx\x9d0;x\x9c\x85x\x90x",
    "backspaces": "x\x08\x08\x08\x7f",
    "other control characters": "\x01\x02\x05\x0e\x0f\x1c\x1f\x0b\x0c",
    "tabs and line ends": "\tx\n\ty\r\n",
    # Characters that show nothing.
    "zero width": "x\u200b\u200c\u200d\u2060\ufeff\u00ad",
    "separators of lines": "x\u2028y\u2029z",
    "tags": "x\U000e0001\U000e0068\U000e007f",
    "deprecated format characters": "x\u206a\u206b\u206c\u206f\u180e",
    "annotations": "x\ufff9y\ufffaz\ufffb",
    "fillers and selectors": "x\u034f\u115f\u1160\u3164\uffa0\ufe0fx\U000e0101",
    "no characters": "x\ufffe\uffff",
    # HTML and SVG.
    "a script": "<script>window.__hostile=1</script>",
    "a picture": "<img src=x onerror=window.__hostile=1>",
    "quotation marks": "\"'`",
    "an attribute": "\" onmouseover=\"window.__hostile=1",
    "an attribute in single quotes": "' onload='window.__hostile=1",
    "what ends a script and a style": "</script></style></title></textarea></pre></svg>",
    "what ends CDATA": "]]><b>x</b><![CDATA[",
    "a comment": "<!--x",
    "the end of a comment": "--><b>--!>",
    "an instruction": "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y 'z'>]>&y;",
    "an address of a script": "javascript:window.__hostile=1//",
    "an address of data": "data:text/html,<script>window.__hostile=1</script>",
    "an address": "https://h.example/a?b=c&d#e",
    "an address that breaks out": "http://h.example/\"><b>'",
    "a used picture": "<svg><use href='data:x#y'/><a xlink:href='javascript:x'/>",
    "stressed HTML": "<b>x</b>",
    "references": "&lt;b&gt;&#60;i&#x3e;&amp;amp;&nbsp;&",
    "a null reference": "&#0;&#x1b;&#x202e;&bsol;",
    # Mermaid.
    "the end of a box": "\"]; click x \"javascript:window.__hostile=1\"",
    "a directive": "%%{init: {'securityLevel': 'loose'}}%%",
    "the end of a part": "end\n",
    "Mermaid's numbers": "#quot;#35;#lt;b#gt;",
    "a number of Mermaid": "#35;",
    "Mermaid's Markdown": "`**x**` fa:fa-ban $$x$$ @{ shape: x }",
    # DOT.
    "an address in DOT": "\"]; x [URL=\"javascript:x\"",
    "names in DOT": "\\N\\G\\L\\E\\T\\l\\r",
    "HTML in DOT": "<<b>x</b>>",
    # Tables.
    "a formula": "=1+cmd|' /C x'!A0",
    "a plus": "+1,\"x\";",
    "a minus": "-1\t2",
    "an at sign": "@SUM(1)",
    "a tab before a formula": "\t=1",
    "a hidden formula": "\u200b=1",
    # SQL.
    "the end of a statement": "'; DROP TABLE x; --",
    "comments": "*/ x /* -- x",
    "dollars": "$$ x $a$ ${x} ${env:HOME} :x",
    "a backslash": "\\",
    "a word of SQL": "x\nDROP",
    "an escaped quotation mark": "\\' \\\" \\\\'",
    "a name's end": "\"; DROP TABLE x; `; x",
    # Markdown.
    "a link": "[x](http://h.example) [y][z] <http://h.example>",
    "a picture in Markdown": "![x](http://h.example/x.png)",
    "a definition of a link": "[x]: http://h.example",
    "a footnote": "[^1] [^1]: x",
    "a heading": "# x\n## y\n===\n",
    "a list": "- x\n* y\n+ z\n1. a\n2) b",
    "a fence": "```\n~~~\n````x",
    "a table": "x|y\n-|-\nz|",
    "stress": "*x* **y** _z_ ~~a~~",
    "a quotation": "> x",
    # Programs that read JSON, and those that collect findings.
    "placeholders": "{0} {{1}} {x} %s %n",
    "a link in a log": "[x](javascript:y) \\[z",
    "a key": "x\", \"y\": \"z",
    "commands of Actions": "::error file=x::y%0A::set-output name=x::y,:z",
    "a line of a command": "x\n::stop-commands::y\n##[error]z",
    # Others.
    "letters from right to left": "שלום <مرحبا>",
    "a wide text": "漢字🏳\u0301",
}
# Nothing of this is in a rule file: it is refused. In names of files it can stand.
REFUSED = {
    **{f"U+{ord(it):04X}": f"x{it}y" for it in BIDI},
    "a lone carriage return": "x\ry",
    "a NUL": "x\0y",
}
LONG = {"a long text": "<b>&\"'[x](y) " * 180, "a long word": "<\"&'\\`" * 350}

# Where something stands below, the text is filled in; each has a mark of its own by its place.
RULES = """\
# ~
policy hostile "~"
  as of 2025-03-01

import "../seeds/SEEDS.ensue"

# ~
fact card "~" : yes or no
  ask "~"
  note "~" # ~

fact district "~" : one of
    north "~",
    south "~",
    abroad "~"
  ask "~"
  note "~"

fact joined "~" : date
  ask "~"

fact children "~" : whole number from 0 to 20
  ask "~"

fact idle "~" : number
  note "~"

define covered "~"
  as district is one of north, south

define unused "~"
  as card and not card

consequence no_clinic "~" harm
  law "~"
  law "~"
  note "~"

consequence called "~" harm

consequence never "~"

rule clinics "~"
  per wanted, again
  assumes "~"
  assumes "~"
  when
    # ~
    covered and not card
  then no_clinic

rule care "~"
  per refused
  when district is south and card
  then not no_clinic

rule service "~"
  per refused
  in force from 2025-01-01
  when card and years since joined >= 18 and years since joined < 28
  unless children >= 3
  then called

rule once_more "~"
  in force until 2024-12-31
  # ensue: allow(unsourced_rule) ~
  when card and children > 5
  then called

rule doubted "~"
  assumes "~"
  when district is north and not card
  then not no_clinic

choice registering "~"
  option register "~"
    sets card yes
  option refuse "~"
    sets card no

scenario "~"
  given district north, card no
  expect disputed no_clinic

scenario "~"
  given card yes
  expect follows called

scenario "~"
  given card yes
  expect follows called
"""
SEEDS = """\
# ~
source gazette "~"
  by "~"
  by "~"
  published 2025-02-01
  accessed 2025-02-02
  url "~"
  url "https://e.example/~"
  archived "~"
  language en
  note "~"

source monitor "~"
  by "~"
  quoted in gazette

source council "~"
  published 2025-03-01

claim wanted
  by monitor
  at "~"
  certainty "~"
  quote "~"
  "~"

claim again
  by gazette
  repeats wanted
  "~"

claim refused
  by council
  contradicts wanted
  supports again
  "~"

claim counted
  by gazette
  context
  "~"

claim unused
  by council
  "~"
"""

MARK = re.compile("zq([0-9]{3})x")


class Wrong(Exception):
    """Why an output is not what it should be."""


UNREADABLE = (Wrong, ValueError, KeyError, OSError, csv.Error, ElementTree.ParseError)


# Signs of the Arabic and other scripts that stand below or around digits are of the category Cf, and are seen.
SEEN = frozenset("\t\n\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
# Fillers and selectors are letters and marks by their category, and show nothing.
UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0\ufffe\uffff") | frozenset(
    map(chr, [*range(0xFE00, 0xFE10), *range(0xFFF0, 0xFFF9), *range(0xE0080, 0xE1000)])
)


def is_shown(c):
    """Whether a character is one that people see, and nothing that a terminal or a script takes for more."""
    return c in SEEN or unicodedata.category(c) not in ("Cc", "Cf", "Zl", "Zp", "Cs") and c not in UNSEEN


def only_shown(text, but=""):
    """Wrong, where it has other characters than those that are seen."""
    hidden = sorted(c for c in set(text) - set(but) if not is_shown(c))
    if hidden:
        at = text.index(hidden[0])
        names = ", ".join(f"U+{ord(c):04X}" for c in hidden)
        raise Wrong(f"it has {names}: {text[max(0, at - 40):at + 20]!r}")


def no_controls(text):
    """Wrong, where it has what a terminal takes for a command."""
    only_shown(text, [c for c in set(text) if unicodedata.category(c) != "Cc"])


def joined(text):
    return WHITE.sub("", text)


def mark(*words):
    """A piece of structure."""
    return f"\0{' '.join(words)}\0"


# --- What outputs say, as structure and texts.


def read_text(text):
    """Lines that are broken between words anywhere."""
    only_shown(text)
    return joined(text)


def read_findings(text):
    """Findings. The lines of files in them may be cut, and have nothing but characters that are seen."""
    only_shown(text)
    lines = [re.sub(r"[|_^]|-{2,}", "", line) if re.match(r" *\|", line) else line
             for line in text.splitlines() if not re.match(r" *[0-9]+ +\||\.\.\.$", line)]
    return joined("\n".join(lines))


def read_difference(text):
    """Lines of files, each with a sign before it."""
    only_shown(text)
    for line in text.splitlines():
        if line and not re.match(r"--- |\+\+\+ |@@ |[ +-]|\\ No newline", line):
            raise Wrong(f"a line is none of a difference: {line!r}")
    return ""


def read_columns(text):
    """Words side by side, each in lines of its own: only that all of it is seen is looked at."""
    only_shown(text)
    return ""


def read_coloured(text):
    """Text in the program's own colours and weights."""
    return read_text(uncoloured(text))


def uncoloured(text):
    return re.sub("\x1b\\[[0-9]?[0-9]?m", "", text)


def read_rules(text):
    """Rules in their layout."""
    return joined(text)


def read_lines(text):
    """A finding on each line."""
    only_shown(text)
    for line in text.splitlines():
        if line and not re.search(r": (error|warning)\[[a-z0-9_-]+\]: ", line):
            raise Wrong(f"a line is no finding: {line!r}")
    return "\n".join(map(joined, text.split("\n")))


def read_github(text):
    """Commands of GitHub Actions: properties and a message, each with its own escapes."""
    only_shown(text)
    told = []
    for line in text.splitlines():
        command = re.fullmatch(r"::(error|warning) ([^:]*)::(.*)", line)
        if not command:
            raise Wrong(f"a line is no command: {line!r}")
        properties = dict(it.partition("=")[::2] for it in command[2].split(","))
        if not properties.keys() <= {"file", "line", "col", "title"}:
            raise Wrong(f"a command has another property: {line!r}")
        told += [mark(command[1])] + [mark(name) + joined(unquote(value)) for name, value in properties.items()]
        if re.search("%(?!25|0A)", command[3]):
            raise Wrong(f"a message has another escape: {line!r}")
        told.append(mark("says") + joined(unquote(command[3])))
    return "".join(told)


def read_csv(text):
    """Cells, of which none begins as a formula: an apostrophe before it makes it a text."""
    only_shown(text)
    if "\r" in text:
        raise Wrong("a line ends in a carriage return")
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    if len({len(row) for row in rows}) > 1:
        raise Wrong("rows have different numbers of cells")
    told = []
    for row in rows:
        for cell in row:
            if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not re.fullmatch(r"[+-]?[0-9.]+", cell):
                raise Wrong(f"a cell begins as a formula: {cell!r}")
            told.append(mark("cell") + joined(re.sub(r"^'(?=[=+\-@\t\r])", "", cell)))
        told.append(mark("row"))
    return "".join(told)


def told_json(value):
    """Keys, and texts as they are."""
    if isinstance(value, dict):
        return mark("{") + "".join(mark("key") + key + told_json(it) for key, it in value.items()) + mark("}")
    if isinstance(value, list):
        return mark("[") + "".join(map(told_json, value)) + mark("]")
    return mark("text") + value if isinstance(value, str) else mark(repr(value))


def read_json(text):
    no_controls(text)
    return told_json(json.loads(text))


def read_json_lines(text):
    no_controls(text)
    return told_json([json.loads(line) for line in text.split("\n")[:-1]])


def read_sarif(text):
    """As JSON; besides, messages have placeholders and links of their own, and paths are escaped."""
    no_controls(text)
    log = json.loads(text)

    def look(value, key=""):
        if isinstance(value, dict):
            return {name: look(it, name) for name, it in value.items()}
        if isinstance(value, list):
            return [look(it) for it in value]
        if key == "endColumn":
            # What stands on the line has other letters.
            return None
        if key == "uri":
            if not re.fullmatch(r"([A-Za-z0-9/._~-]|%[0-9A-F]{2})*", value):
                raise Wrong(f"an address has other characters: {value!r}")
            return unquote(value)
        return value

    for result in log["runs"][0]["results"]:
        for place in [result, *result.get("locations", []), *result.get("relatedLocations", [])]:
            message = place.get("message", {}).get("text", "")
            if re.search(r"(?<!\\)\[[^]]*[^]\\]\]\(|(?<!\{)\{[0-9]+\}", message):
                raise Wrong(f"a message has a link or a placeholder: {message!r}")
    return told_json(look(log))


def read_csl(text):
    """Sources for reference managers, which open an address: it is one of the web."""
    no_controls(text)
    items = json.loads(text)
    for item in items:
        if not re.match("https?://", item.get("URL", "https://")):
            raise Wrong(f"an address is none of the web: {item['URL']!r}")
    return told_json(items)


class Elements(HTMLParser):
    """The elements of a document, the names of their attributes, and all texts."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.told, self.data = [], False

    def handle_starttag(self, tag, attributes):
        attributes = [(name, value or "") for name, value in attributes if tag != "meta" or name != "content"]
        self.told.append(mark(tag, *(name for name, _ in attributes)))
        for name, value in attributes:
            if name.startswith("on") or name in ("href", "src", "action", "xlink:href") and not re.match("#|https?://", value):
                raise Wrong(f"there is an attribute {name}: {value[:60]!r}")
            if tag != "text" and not GEOMETRY.fullmatch(name):
                self.told.append(mark(f"{name}={joined(value)}"))
        self.data = dict(attributes).get("type") == "application/json" and dict(attributes)["id"]

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag):
        self.told.append(mark("/" + tag))
        self.data = False

    def handle_data(self, data):
        if self.data and data.strip():
            told = json.loads(data)
            self.told.append("".join(map(read_svg, told.values())) if self.data == "drawings" else joined(told_json(told)))
        elif len(data) < 50_000:
            self.told.append(joined(data.replace("\u2068", "").replace("\u2069", "")))

    def handle_comment(self, data):
        self.told.append(mark("comment") + data)

    def handle_decl(self, data):
        self.told.append(mark("declaration") + data)

    handle_pi = unknown_decl = handle_decl


GEOMETRY = re.compile("[xyd]|[xy][12]|width|height|viewBox|viewbox|points|transform|[cr][xy]?")


def read_html(text):
    # Texts from right to left stand between marks of their own.
    only_shown(text, "\u2068\u2069")
    parser = Elements()
    parser.feed(text)
    parser.close()
    return lines_joined("".join(parser.told))


def read_page(text):
    # The rule files are in it as they are.
    no_controls(text)
    parser = Elements()
    parser.feed(text)
    parser.close()
    return lines_joined("".join(parser.told))


def lines_joined(told):
    """A text is in as many elements as it has lines, in a picture and where rule files are shown."""
    told = re.sub("\0/text\0\0text[^\0]*\0|\0/span\0\0span id\0\0id=file[0-9]+-[0-9]+\0", "", told)
    # A box shows so many lines, and readers find the whole text in its title.
    return "\0".join("…" if "…" in it else it for it in told.split("\0"))


def read_svg(text):
    only_shown(text)
    return lines_joined(told_element(xml(text)))


def read_junit(text):
    only_shown(text)
    return told_element(xml(text))


def xml(text):
    parser = ElementTree.XMLParser(target=ElementTree.TreeBuilder(insert_comments=True, insert_pis=True))
    parser.feed(text)
    return parser.close()


def told_element(element):
    if not isinstance(element.tag, str):
        raise Wrong(f"there is a comment or an instruction: {element.text!r}")
    tag = element.tag.rpartition("}")[2]
    told = [mark(tag, *element.attrib)]
    for name, value in element.attrib.items():
        if name.lower().startswith("on") or name.endswith("href"):
            raise Wrong(f"there is an attribute {name}")
        if tag != "text" and not GEOMETRY.fullmatch(name):
            told.append(mark(f"{name}={joined(value)}"))
    told.append(joined(element.text or ""))
    for child in element:
        told += [told_element(child), joined(child.tail or "")]
    return "".join(told) + mark("/" + tag)


def read_mermaid(text):
    """Statements, each on its line; texts in quotation marks, with numbers for what means something."""
    only_shown(text)
    told = []

    def plain(said):
        said = said.replace("<br>", " ")
        if re.search(r"[\"<>`;{}\[\]|&%\\*_~$@=/+^]", re.sub("#[a-z0-9]+;", "", said)) or re.search("#(?!quot;|[0-9]+;)", said):
            raise Wrong(f"a text has a sign that means something: {said!r}")
        return joined(re.sub("#([0-9]+);", lambda it: chr(int(it[1])), said.replace("#quot;", '"')))

    for line in text.splitlines():
        about = re.fullmatch(r"  (accTitle|accDescr): (.*)", line)
        if about:
            told.append(mark(about[1]) + plain(about[2]))
            continue
        pieces = line.split('"')
        if len(pieces) % 2 == 0:
            raise Wrong(f"a quotation mark stands alone: {line!r}")
        if not all(re.fullmatch(r"[\w\s\[\](){}|,:#.=>-]*", piece) for piece in pieces[::2]):
            raise Wrong(f"there is a statement: {line!r}")
        told.append("".join(plain(it) if at % 2 else mark(it) for at, it in enumerate(pieces)))
    return "".join(told)


DOT = re.compile(r'\s+|(?P<text>"(?:[^"\\]|\\.)*")|(?P<sign>->|[{}\[\];,=])|(?P<name>[A-Za-z_0-9.]+)', re.S)


def read_dot(text):
    """Tokens; of the escapes in texts, those for lines and for signs alone."""
    only_shown(text)
    at, told = 0, []
    while at < len(text):
        token = DOT.match(text, at)
        if not token:
            raise Wrong(f"there is no token: {text[at:at + 40]!r}")
        at = token.end()
        if token["text"]:
            said = token["text"][1:-1]
            if re.search(r'\\[^n"\\]', re.sub(r'\\\\', "", said)) or re.search("&(?!amp;)", said):
                raise Wrong(f"a text has an escape: {said!r}")
            said = re.sub(r'\\(.)', lambda it: " " if it[1] == "n" else it[1], said.replace("&amp;", "&"))
            told.append(mark("text") + joined(said))
        elif token.lastgroup:
            told.append(mark(token[0]))
    return "".join(told)


INLINE = re.compile(r"""
    (?P<escape>\\[!-/:-@\[-`{-~]) | (?P<code>`+) | (?P<br><br>)
    | <(?P<address>https?://[^\s<>]*)> | (?P<sign>[*_\[\]<>|~&\#]) | (?P<plain>[^\\`<*_\[\]>|~&\#]+|\\)""", re.X)


def read_markdown(text):
    """Lines with what opens them, signs that are not escaped, and texts."""
    only_shown(text)
    told, lines = [], iter(text.split("\n"))
    for line in lines:
        fence = re.fullmatch(r"(`{3,}|~{3,})(\w*)", line)
        if fence:
            inside = []
            for line in lines:
                if re.fullmatch(f" {{0,3}}{fence[1]}{fence[1][0]}* *", line):
                    break
                inside.append(line)
            else:
                raise Wrong("a fence is not closed")
            body = "\n".join(inside)
            told.append(mark("fence", fence[2]) + (read_mermaid(body) if fence[2] == "mermaid" else joined(body)))
            continue
        opens = re.match(r"[ \t]*(?:(?:#{1,6}|[-+*]|[0-9]{1,9}[.)]|>)(?:\s+|$))*(?:[-=]+\s*$)?", line)[0]
        told.append(mark("line", opens.replace(" ", "_")))
        told.append(inline(line[len(opens):]))
    return "".join(told)


def inline(line):
    told, at = [], 0
    while at < len(line):
        token = INLINE.match(line, at)
        at = token.end()
        if token["escape"]:
            told.append(token[0][1])
        elif token["code"]:
            end = re.compile(f"(?<!`){token[0]}(?!`)").search(line, at)
            if not end:
                raise Wrong(f"code is not closed: {line!r}")
            told.append(mark("code") + joined(line[at:end.start()]) + mark("/code"))
            at = end.end()
        elif token["address"]:
            told.append(mark("address") + token["address"] + mark("/address"))
        else:
            told.append(mark(token[0]) if token["sign"] or token["br"] else joined(token[0]))
    return "".join(told)


# Names and texts in quotes, comments, and the rest, as each engine reads them.
SQL = {
    "duckdb": r"""(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<name>"(?:[^"]|"")*")|(?P<text>'(?:[^']|'')*')|(?P<dollar>\$\w*\$)""",
    "postgresql": r"""(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<name>"(?:[^"]|"")*")|(?P<text>'(?:[^']|'')*'|E'(?:[^'\\]|''|\\.)*')|(?P<dollar>\$\w*\$)""",
    "spark": r"""(?P<comment>--(?:\\\n|[^\n])*|/\*.*?\*/)|(?P<name>`(?:[^`]|``)*`)|(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?P<dollar>\$\{)""",
}
SQL = {name: re.compile(signs + r"|(?P<word>\w+)|(?P<sign>[^\w\s'\"`$]+?)|\s+", re.S) for name, signs in SQL.items()}


def read_sql(dialect):
    def read(text):
        only_shown(text)
        if dialect == "spark" and "${" in text:
            raise Wrong(f"there is a variable: {text[text.index('${') - 40:][:80]!r}")
        at, told = 0, []
        while at < len(text):
            token = SQL[dialect].match(text, at)
            if not token or token["dollar"]:
                raise Wrong(f"there is no token: {text[at:at + 40]!r}")
            at = token.end()
            if token.lastgroup in ("comment", "name"):
                inside = token[0][1:-1].replace(token[0][0] * 2, token[0][0]) if token["name"] else token[0][2:]
                # No comment ends in a backslash: it would join the next line to it.
                told.append(mark(token.lastgroup) + joined(re.sub(r"\\\.$", r"\\", inside)))
            elif token.lastgroup:
                told.append(mark(token[0]))
        return "".join(told)
    return read

# --- The policy that is made of a piece, and its twin.


def is_web(address):
    """Whether an address is one to which a document has a link."""
    return re.fullmatch(r"(?i)https?://[!#-&(-;=?-\[\]-_a-~]*", address) is not None


def twin(text):
    """Letters in the place of all that is seen, with the same white space."""
    return "".join(c if c in " \r\n" else " " if WHITE.fullmatch(c) else "a" for c in text)


def escaped(text):
    """A text as people see it: what would not be seen is told by its number."""
    return "".join(c if is_shown(c) and c != "\n" else f"\\u{{{ord(c):x}}}" for c in text)


def plain(text):
    return escaped(WHITE.sub(" ", text).strip(" "))


def source(text):
    """A text as it stands in a rule file."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def pictured(text):
    """A line of a rule file as findings show it: with a picture of each control character."""
    seen = {chr(code): chr(0x2400 + code) for code in range(32)} | {"\x7f": "\u2421"}
    return "".join(c if is_shown(c) and c != "\n" else seen.get(c) or ("\ufffd" if ord(c) > 0xff or c == "\x9b" else "\xb7") for c in text)


def named(text):
    """The name of a file: with all its spaces, and a tab by its number."""
    return escaped(text).replace("\t", r"\u{9}")


def in_shell(text):
    return text.replace("'", "'\\''")


# How a text may stand in an output.
SHOWN = [lambda it: it, plain, source, lambda it: escaped(source(it)), lambda it: pictured(source(it)), lambda it: plain(in_shell(it)), escaped, named]


class Texts:
    """The texts of a policy that are made of a piece, by their marks."""

    def __init__(self, piece, in_rules=True):
        self.piece, self.in_rules = piece, in_rules
        self.hostile, self.harmless = [], []

    def add(self, piece, before=""):
        """One more text, after what an address begins with, and its twin."""
        piece = piece.replace("\r\n", "\n")
        own, letters = f"zq{len(self.hostile):03}x", twin(piece)
        text, other = before + piece + own + piece, letters
        scheme = before or (re.match("https?://", piece) or [""])[0]
        if scheme:
            # A link in both; or in neither, by a sign that no link has.
            rest = letters if before else letters[len(scheme):]
            other = scheme + (rest if is_web(text) else "'" + rest[1:])
        self.hostile.append(text)
        self.harmless.append(other + own + letters)
        return text, self.harmless[-1]

    def fill(self, template):
        """Rules with a text wherever one stands, and the twin of these."""
        first, *rest = re.split(r"(https://e\.example/)?~", template)
        hostile = harmless = first
        for before, after in zip(rest[::2], rest[1::2]):
            in_comment = "#" in hostile.rpartition("\n")[2]
            piece = re.sub("[\r\n]+", " ", self.piece) if in_comment else self.piece
            one, other = self.add(piece if self.in_rules else "", before or "")
            hostile += (one if in_comment else source(one)) + after
            harmless += other + after
        return hostile, harmless

    @cache
    def ways(self, number, as_it_is):
        """How a text may stand in an output, the longest first, and its twin in the same way."""
        space = (lambda it: it) if as_it_is else joined
        ways = {space(how(self.hostile[number])): space(how(self.harmless[number])) for how in reversed(SHOWN)}
        return sorted(ways.items(), key=lambda it: -len(it[0]))

    def settle(self, told, as_it_is):
        """What is told, with the twin of each text in its place; `as_it_is` tells it with its white space."""
        pieces, done = [], 0
        for found in MARK.finditer(told):
            for one, other in self.ways(int(found[1]), as_it_is):
                start = found.start() - one.index(found[0])
                if start >= done and told.startswith(one, start):
                    pieces += [told[done:start], other]
                    done = start + len(one)
                    break
        return "".join([*pieces, told[done:]])


def name_of(piece):
    """A piece as a part of a file's name. In imports, other systems' separators are none, and CR LF is LF."""
    return re.sub(r"[/\\\0]", "", piece.replace("\r\n", "\n"))


def column_of(piece):
    """A piece as a part of a column's name."""
    return "".join(c for c in WHITE.sub(" ", piece) if is_shown(c)).strip()


def comma_separated(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


class Pair:
    """Two projects: one made of a piece, and its twin."""

    def __init__(self, piece, in_rules=True, in_names=True):
        self.texts = Texts(piece, in_rules)

        def add(it, between=" "):
            hostile, harmless = self.texts.add(it)
            # No name of a file has two lines, but for a hostile one.
            self.texts.harmless[-1] = harmless.replace("\n", between).replace("\r", " ")
            return hostile, self.texts.harmless[-1]

        in_names = piece if in_names else ""
        folder, rules, profile, table = (add(name_of(in_names)) for _ in range(4))
        # It stands in the rules, too, whose lines are to be as many.
        seeds = add(name_of(in_names if in_rules else ""), "\n")
        columns = [add(column_of(in_names)) for _ in range(3)]
        scenario = len(self.texts.hostile) + RULES.partition('scenario "~"')[0].count("~")
        texts = [self.texts.fill(RULES), self.texts.fill(SEEDS)]
        self.places = []
        for side in (0, 1):
            place = Place()
            self.places.append(place)
            # A space, so that both are quoted where names are.
            project = place.project / "the rules"
            (project / folder[side]).mkdir(parents=True)
            (project / "seeds").mkdir()
            card, weight, other = (it[side] for it in columns)
            rows = [["district", card, "joined", "children", weight, other],
                    *([["north", "yes", "2000-01-01", "1", "1.5", "x"], ["south", "no", "2001-01-01", "2", "2", "y"]] * 6), ["", "", "", "", "1", ""]]
            person = '{"card": false, "district": "north", "joined": "2001-01-01"}\n'
            written = {
                f"{folder[side]}/{rules[side]}.ensue": texts[0][side].replace("SEEDS", source(seeds[side])),
                f"seeds/{seeds[side]}.ensue": texts[1][side],
                f"{profile[side]}.json": person,
                f"{profile[side]}.jsonl": person * 2,
                f"{table[side]}.csv": comma_separated(rows),
                f"bad {table[side]}.csv": comma_separated([*rows, ["north", "perhaps", "", "many", "1", "x"]]),
                # A column that may tell who somebody is.
                "identities.csv": comma_separated([["district", "card", f"phone {other}"], ["north", "yes", "1"]]),
            }
            paths = [f"the rules/{name}" for name in written]
            for path, text in zip(paths, written.values()):
                (place.project / path).write_text(text, encoding="utf-8", newline="")
            names = ["rules", "seeds", "profile", "profiles", "table", "bad", "identities"]
            place.words = dict(zip(names, paths)) | {
                "card": card, "weight": weight, "other": other, "quoted": '"' + card.replace('"', '""') + '"',
                "new": f"the rules/new {folder[side]}",
                "scenario": (self.texts.hostile, self.texts.harmless)[side][scenario],
            }

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for place in self.places:
            place.temporary.cleanup()


def filled(word, words):
    return re.sub(r"\{(\w+)\}", lambda it: words[it[1]], word)


def run(line, words, place, stdin=b"", program=PROGRAM):
    return place.start([str(program), *(filled(word, words) for word in line.split())], stdin)


# Readers of what keeps the white space of texts.
AS_THEY_ARE = {read_json, read_json_lines, read_sarif, read_csl}
ANSWERS = b"no\nnorth\n?\n2\n"


@dataclass(frozen=True)
class Case:
    """A command, and how its output is read: standard output, or a file that it writes. One that ends in `-` reads it."""

    line: str
    read: object
    file: str = ""
    stdin: bytes = b""


CASES = [
    Case("eval {rules} {profile}", read_text),
    Case("eval {rules} --verbose --without gazette", read_text),
    Case("eval {rules} {profile} --color always", read_coloured),
    Case("eval {rules} {profile} --format markdown", read_markdown),
    Case("eval {rules} {profile} --format json", read_json),
    Case("eval {rules} {profiles} --format jsonl", read_json_lines),
    Case("eval {rules} --schema", read_json),
    Case("why {rules} {profile} no_clinic", read_text),
    Case("why {rules} no_clinic --format markdown", read_markdown),
    Case("why {rules} {profile} no_clinic --format json", read_json),
    Case("compare {rules} {profile}", read_columns),
    Case("compare {rules} --vary district --format markdown", read_markdown),
    Case("compare {rules} {profile} --over 2024-01-01..2026-01-01", read_text),
    Case("compare {rules} --according-to gazette --according-to council --format json", read_json),
    Case("change {rules} {profile} no_clinic", read_text),
    Case("change {rules} {profile} no_clinic --format markdown", read_markdown),
    Case("change {rules} {profile} no_clinic --format json", read_json),
    Case("ask {rules}", read_text, stdin=ANSWERS),
    Case("ask {rules} --format markdown", read_markdown, stdin=ANSWERS),
    Case("ask {rules} {profile} --format json", read_json),
    Case("ask {rules} --save {new}.json", read_json, "{new}.json", stdin=ANSWERS),
    Case("check {rules} --select all --verbose", read_text),
    Case("check {rules} --select all --format short", read_lines),
    Case("check {rules} --select all --format json", read_json),
    Case("check {rules} --select all --format sarif", read_sarif),
    Case("check {rules} --select all --format github", read_github),
    Case("test {rules} --coverage --verbose", read_text),
    Case("test {rules} --coverage --format json", read_json),
    Case("test {rules} --coverage --format junit", read_junit),
    Case("diff {rules} --on 2024-12-01 --on 2025-03-01", read_text),
    Case("diff {rules} {rules} --format json", read_json),
    Case("diff {rules} --according-to gazette --according-to council", read_text),
    Case("claims {rules} --verbose", read_text),
    Case("claims {rules} --format markdown", read_markdown),
    Case("claims {rules} --format csv", read_csv),
    Case("graph {rules} {profile}", read_svg),
    Case("graph {rules} --of called --format svg", read_svg),
    Case("graph {rules} {profile} --format dot", read_dot),
    Case("graph {rules} --of no_clinic --format dot", read_dot),
    Case("graph {rules} {profile} --format mermaid", read_mermaid),
    Case("graph {rules} --of no_clinic --format mermaid", read_mermaid),
    Case("report {rules} {profile}", read_markdown),
    Case("report {rules} {profile} --format html --over 2024-01-01..2026-01-01", read_html),
    Case("report {rules} --format html --out out.html --force", read_html, "out.html"),
    Case("report {rules} --format csl-json", read_csl),
    Case("page {rules}", read_page),
    Case("tally {rules} {table} --delimiter , --map card={card} --weight={weight} --min-cell 1 --missing-as-unknown --verbose", read_columns),
    Case("tally {rules} {table} --delimiter , --map card={card} --by district --format markdown", read_markdown),
    Case("tally {rules} {table} --delimiter , --map card={card} --weight={weight} --format csv --chart out.svg --force", read_csv),
    Case("tally {rules} {table} --delimiter , --map card={card} --compare registering --chart out.svg --force", read_svg, "out.svg"),
    Case("tally {rules} {table} --delimiter , --map card={card} --profiles --min-cell 1", read_csv),
    Case("tally {rules} {table} --delimiter , --map card={card} --ignore-columns={other} --format json", read_json),
    Case("tally {rules} --schema", read_json),
    Case("tally {rules} {bad} --delimiter , --map card={card} --rejects rejects.csv", read_csv, "rejects.csv"),
    Case("sql {rules} --table {quoted}.{quoted} --dialect duckdb --map card={card} --weight={weight}", read_sql("duckdb")),
    Case("sql {rules} --table {quoted} --dialect postgresql --tally --map card={card}", read_sql("postgresql")),
    Case("sql {rules} --table {quoted} --dialect spark --map card={card} --weight={weight}", read_sql("spark")),
    Case("sql {rules} --table t --dialect spark --tally", read_sql("spark")),
    Case("fmt {rules} --diff", read_difference),
    Case("fmt {rules} --check --verbose", read_text),
    Case("new --population 9 {rules}", read_csv),
    Case("new {new} --name valley", read_text),
    Case("new {new}x --name valley", read_markdown, "{new}x/README.md"),
    Case("explain", read_text),
    Case("completions bash", read_text),
    Case("manual {new}m", read_text),
    # What is refused.
    Case("tally {rules} {table} --delimiter ,", read_text),
    Case("tally {rules} {identities} --delimiter ,", read_text),
    Case("report {rules} --out {profile}", read_text),
    # These write the rules, and so stand last. What is written says the same.
    Case("fmt -", read_rules, "{rules}"),
    Case("check {rules} --fix", read_rules, "{rules}"),
    Case("test {rules} --coverage --write {rules}", read_rules, "{rules}"),
    Case("fmt {rules}", read_rules, "{rules}"),
]


def told(case, place, program, texts=None):
    """What a command says and how it ends: exit code, messages, and what it gives."""
    stdin = (place.project / filled(case.file, place.words)).read_bytes() if case.line.endswith(" -") else case.stdin
    ended = run(case.line, place.words, place, stdin, program)
    messages = ended.stderr.decode()
    if b"panicked" in ended.stderr or ended.code not in (0, 1, 2):
        raise Wrong(f"exit code {ended.code}: {short(ended.stderr)}")
    is_written = case.file and not case.line.endswith(" -")
    output = (place.project / filled(case.file, place.words)).read_bytes() if is_written else ended.stdout
    said = [read_findings(messages), case.read(output.decode()) if output else ""]
    if texts:
        said = [texts.settle(said[0], False), texts.settle(said[1], case.read in AS_THEY_ARE)]
    # A file that says something else has another sum.
    return [f"exit code {ended.code}", *(re.sub("[0-9a-f]{64}", "", it) for it in said)]


def differs(case, pair, what, program=PROGRAM):
    """How a command tells more of a piece than that it is a text."""
    try:
        harmless = told(case, pair.places[1], program)
    except UNREADABLE as error:
        return [f"ensue {case.line}\nits twin cannot be read: {error}"]
    if what == "dollars" and "--dialect spark --map" in case.line:
        # There `${` is a variable, also in a name: it is refused.
        ended = run(case.line, pair.places[0].words, pair.places[0], None, program)
        return [] if ended.code == 2 and b"variable" in ended.stderr else [f"ensue {case.line}, {what}\nit is not refused"]
    try:
        hostile = told(case, pair.places[0], program, pair.texts)
    except UNREADABLE as error:
        return [f"ensue {case.line}, {what}\n{error}"]
    for where, one, other in zip(["how it ends", "messages", "its output"], hostile, harmless):
        faults = same(f"ensue {case.line}", what, where, one, other)
        if faults:
            return faults
    return []


def same(command, what, where, one, other):
    if one == other:
        return []
    at = next((at for at, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    cut = lambda it: it[max(0, at - 60):at + 60].replace("\0", "|")
    return [f"{command}, {what}\n{where}: {cut(one)!r}, and with letters {cut(other)!r}"]


# What is refused, or is not there: `{v}` is the piece.
REFUSING = """
{v}|--{v}|-{v}|eval|eval {v}|eval {v}.ensue|eval {rules} {v}|eval {rules} {v}.json|eval {rules} {keyed}|eval {rules} --{v}=x|eval {rules} --set {v}
eval {rules} --set={v}|eval {rules} --set {v}=yes|eval {rules} --set card={v}|eval {rules} --set joined={v}|eval {rules} --without {v}
eval {rules} --according-to {v}|eval {rules} --on {v}|eval {rules} --on {v} --color always|eval {rules} --known-by {v}|eval {rules} --require {v}|eval {rules} --format {v}
eval {rules} --color {v}|eval {rules} --schema={v}|why {rules} {v}|compare {rules} --choice {v}|compare {rules} --vary {v}|compare {rules} --over {v}
change {rules} {v}|change {rules} called --keep {v}|change {rules} called --to {v}|ask {rules} --of {v}|ask {rules} --save {v}/x|check {v}.ensue
check {rules} --select {v}|test {v}.ensue|test {rules} --coverage --fail-under {v}|test {rules} --coverage --write {v}/x.ensue|diff {rules} {v}.ensue
diff {rules} --on {v} --on {v}|claims {v}.ensue|graph {rules} --of {v}|graph {rules} --format {v}|report {rules} --out {v}/x|page {rules} --out {v}/x
tally {rules} {v}.csv|tally {rules} {table} --map {v}|tally {rules} {table} --map {v}=x|tally {rules} {table} --map card={v}|tally {rules} {table} --by {v}
tally {rules} {table} --compare {v}|tally {rules} {table} --weight={v}|tally {rules} {table} --delimiter {v}|tally {rules} {table} --ignore-columns={v}
tally {rules} {table} --unknown={v}|tally {rules} {table} --min-cell {v}|tally {rules} {table} --chart {v}/x|tally {rules} {table} --rejects {v}/x
tally {rules} {table} --threads {v}|tally {rules} {headless}|tally {rules} {celled} --max-rejects 0|sql {rules} --table={v} --dialect duckdb
sql {rules} --table t --dialect {v}|sql {rules} --table t --dialect spark --map card={v}|sql {rules} --table t --dialect duckdb --weight={v}
sql {rules} --table t --dialect spark --by {v}|fmt {v}.ensue|new {v}/x|new x --name {v}|new --population {v} {rules}|new --population 9 --seed {v} {rules}
explain {v}|lsp {v}|completions {v}|manual {v}/x|eval {rules} --limit {v}|eval {rules} --limit rules={v}|lsp --limit {v}=1
""".replace("\n", "|").strip("|").split("|")


def refused(name, piece, program=PROGRAM):
    """What is said of a piece that is refused has nothing but characters that are seen, and no line of the piece's own."""
    faults = []
    with Pair("", False, False) as pair:
        place = pair.places[0]
        files = {"keyed.json": json.dumps({piece: True}), "headless.csv": comma_separated([[piece, "x"], ["y", piece]]),
                 "celled.csv": comma_separated([["card", "district"], [piece, piece]])}
        words = {**place.words, "v": piece, **{name.partition(".")[0]: name for name in files}}
        for file, text in files.items():
            (place.project / file).write_text(text, encoding="utf-8", errors="surrogateescape")
        for line in REFUSING:
            ended = run(line, words, place, ANSWERS, program)
            try:
                said = uncoloured((ended.stdout + ended.stderr).decode())
                if ended.code not in (0, 1, 2) or b"panicked" in ended.stderr:
                    raise Wrong(f"exit code {ended.code}: {short(ended.stderr)}")
                # A table may be called anything, and is asked for by its name.
                only_shown(said, *([BIDI + piece] if line.startswith("sql") and not ended.stderr else []))
                own = re.search(r"(?m)^(::|##\[|===|## y|\* y|z\|).*", said)
                if own:
                    raise Wrong(f"a line is the piece's: {own[0]!r}")
            except UNREADABLE as error:
                what = "a wrong argument is told as it is: " if "try '--help'" in said else ""
                faults.append(f"ensue {line}, {name}\n{what}{error}")
    return faults


# Files with mistakes, with a piece in the line concerned: as a text, in a comment, as it is.
BROKEN = [
    'fact card "~" : yes ro no # ~\n',
    'consequence c "C"\nrule r "~" when nothing then c # ~\n',
    'import "../~/x.ensue" # ~\nfact card "C" : yes or no\n',
    'source s "~" published 2025-02-30 # ~\n',
    'fact card "~" : yes or no\nfact card "~" : yes or no\n',
    'fact card "C" : yes or no\n|\n',
    'fact | "C" : yes or no\n',
    'fact card "C" : one of | "C"\n',
    'source s "S" language |\n',
    'fact a "A" : number consequence c "C" rule r "R" when a > | then c\n',
    'fact card "| : yes or no\n',
    '|',
]
FORMATS = [("text", read_findings), ("short", read_lines), ("json", read_json), ("sarif", read_sarif), ("github", read_github)]


def broken(name, piece, program=PROGRAM):
    """Mistakes are told in the form that is asked for, with nothing but characters that are seen."""
    faults = []
    with Place() as place:
        for number, template in enumerate(BROKEN):
            one_line = re.sub("[\r\n]+", " ", piece)
            text = template.replace("# ~", f"# {one_line}").replace("~", source(piece)).replace("|", piece)
            (place.project / "rules" / "x.ensue").write_text(text, encoding="utf-8", newline="", errors="surrogateescape")
            for form, read in FORMATS:
                ended = run(f"check rules/x.ensue --format {form}", {}, place, program=program)
                try:
                    if ended.code not in ((1,) if name in REFUSED else (0, 1)) or b"panicked" in ended.stderr:
                        raise Wrong(f"exit code {ended.code}: {short(ended.stderr)}")
                    read_findings(ended.stderr.decode())
                    if ended.stdout:
                        read(ended.stdout.decode())
                except UNREADABLE as error:
                    faults.append(f"ensue check --format {form}, {name}, in {BROKEN[number]!r}\n{error}")
    return faults


# What stands at the beginning of a line, before a name.
NAMED = re.compile("(policy|fact|define|consequence|rule|choice|source|claim|  option|  per|  by|  when|   ) ([a-z_]+)")


def questions(place):
    """What an editor that opens both files asks."""
    yield "initialize", {"processId": None, "rootUri": place.project.as_uri(), "capabilities": {}}
    yield "initialized", {}
    for name in ("seeds", "rules"):
        path = place.project / place.words[name]
        text, document = path.read_bytes().decode(), {"uri": path.as_uri()}
        yield "textDocument/didOpen", {"textDocument": {**document, "languageId": "ensue", "version": 1, "text": text}}
        for what in ("documentSymbol", "codeLens"):
            yield f"textDocument/{what}", {"textDocument": document}
        whole = {"start": {"line": 0, "character": 0}, "end": {"line": 9999, "character": 0}}
        yield "textDocument/codeAction", {"textDocument": document, "range": whole, "context": {"diagnostics": []}}
        for number, line in enumerate(text.split("\n")):
            named = NAMED.match(line)
            if named:
                at = {"textDocument": document, "position": {"line": number, "character": named.start(2)}}
                yield "textDocument/hover", at
                yield "textDocument/completion", at
    yield "textDocument/rename", {**at, "newName": place.words["other"]}
    yield "workspace/executeCommand", {"command": "ensue.runScenario", "arguments": [document["uri"], place.words["scenario"]]}


def talk(place, program):
    """What an editor is told."""
    asked = [{"jsonrpc": "2.0", "method": method, "params": given} for method, given in questions(place)]
    wanted = [it for it in asked if it["method"] not in ("initialized", "textDocument/didOpen")]
    for number, it in enumerate(wanted):
        it["id"] = number
    end = ['{"jsonrpc":"2.0","id":"end","method":"shutdown"}', '{"jsonrpc":"2.0","method":"exit"}']
    told = []
    with subprocess.Popen([str(program), "lsp"], cwd=place.project, env=place.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        # It answers within seconds, or never.
        late = Timer(60, process.kill)
        late.start()
        process.stdin.write(messages(*map(json.dumps, asked)))
        process.stdin.flush()
        while (line := process.stdout.readline()):
            process.stdout.readline()
            told.append(json.loads(process.stdout.read(int(line.rpartition(b" ")[2]))))
            if "id" in told[-1]:
                wanted.pop()
                if not wanted:
                    process.stdin.write(messages(*end))
                    process.stdin.close()
                    wanted = [None] * 2
        late.cancel()
    if process.returncode != 0:
        raise Wrong(f"exit code {process.returncode}")
    return told


def read_editor(told):
    """Messages; pages in them are Markdown."""
    def look(value):
        if isinstance(value, dict):
            if value.get("kind") == "markdown":
                return read_markdown(value["value"])
            only_shown(value.get("message", "") if isinstance(value.get("message"), str) else "")
            return {look(key): look(it) for key, it in value.items() if key not in ("range", "selectionRange")}
        if isinstance(value, list):
            return list(map(look, value))
        if isinstance(value, str):
            # Titles are cut.
            return unquote(value) if value.startswith("file:") else re.sub("`.*…`", "", value)
        return value

    answers = sorted((look(it) for it in told if isinstance(it.get("id"), int)), key=lambda it: it["id"])
    # What is not asked for comes when it is found, for each file perhaps more than once: the last is told.
    notices = {(it["method"], "/seeds/" in it["params"].get("uri", "")): look(it) for it in told if "id" not in it}
    return joined(told_json([*answers, *(notices[key] for key in sorted(notices))]))


def edited(name, program=PROGRAM):
    """An editor is told of a piece that it is a text, too."""
    with Pair(PIECES[name]) as pair:
        told = []
        try:
            for place in reversed(pair.places):
                told.append(read_editor(talk(place, program)).replace(joined(str(place.project)), ""))
            one, other = pair.texts.settle(told[1], False), told[0]
            return same("ensue lsp", name, "what it tells", one, other)
        except UNREADABLE as error:
            return [f"ensue lsp, {name}\n{error}"]


def on_terminal(place, program):
    """What an interview writes to a terminal on which a few answers are typed."""
    terminal, side = pty.openpty()
    line = [str(program), "ask", place.words["rules"]]
    said, answers = b"", [b"\r", b"\x1b[B\r", b"x\r", b"2001-01-01\r", b"1\r", b"\r"]
    with subprocess.Popen(line, cwd=place.project, env={**place.env, "TERM": "xterm-256color"}, stdin=side, stdout=side, stderr=side, start_new_session=True) as process:
        os.close(side)
        until = time.monotonic() + 15
        while time.monotonic() < until:
            ready = select.select([terminal], [], [], 0.3)[0]
            if ready:
                try:
                    said += os.read(terminal, 65536)
                except OSError:
                    # It has ended.
                    break
            elif answers:
                os.write(terminal, answers.pop(0))
            else:
                process.kill()
        os.close(terminal)
        process.kill()
    return said.decode()


# What a program may say to a terminal in which it asks: colours, the place of the cursor, and what is cleared.
ASKING = re.compile("\x1b\\[[0-9;]*[ABCDGHJKmsu]|\x1b\\[\\?(25|2004|7)[hl]|\x1b\\[6n|\x1b[78]|\r")


def asked(name, program=PROGRAM):
    with Pair(PIECES[name], in_names=False) as pair:
        try:
            only_shown(ASKING.sub("", on_terminal(pair.places[0], program)))
        except UNREADABLE as error:
            return [f"ensue ask, on a terminal, {name}\n{error}"]
    return []


def of_piece(name):
    """All commands, on a policy and on files that are made of a piece."""
    # In rule files some are refused, and in names of files long ones are.
    piece = {**PIECES, **REFUSED, **LONG}[name]
    with Pair(piece, name not in REFUSED, name not in LONG) as pair:
        return [fault for case in CASES for fault in differs(case, pair, name)]


def without_case(program=PROGRAM):
    """Verbs, and forms of their outputs, that no case tests."""
    tested = {(line.split()[0], word) for line in (case.line for case in CASES) for word in ["", *line.split()]}
    tested |= {("lsp", ""), ("help", "")}
    missing = [f"`{verb}`" for verb in verbs(program) if (verb, "") not in tested]
    for verb in verbs(program):
        told = subprocess.run([str(program), verb, "--help"], capture_output=True, text=True, check=False).stdout
        for option, forms in re.findall(r"--(format|dialect) <[A-Z]+>\n(.*?)\n(?:\n\s+\[default: |\n {6}--)", told, re.S):
            names = re.findall(r"(?m)^ +- ([a-z-]+):", forms)
            default = re.search(rf"--{option} <[A-Z]+>.*?\[default: ([a-z]+)\]", told, re.S)
            missing += [f"`{verb} --{option} {name}`" for name in names
                        if (verb, name) not in tested and not (default and name == default[1])]
    return missing


# What the programs of the tests begin with: the first text of the rules, and the names of two files.
READ = r"""
import json, re
path = next((it for it in sys.argv if it.endswith('.ensue')), '')
text = open(path, newline='').read() if path else sys.stdin.read()
label = re.sub(r'\\(.)', r'\1', re.search(r'policy \w+ "((?:[^"\\]|\\.)*)"', text, re.S)[1], flags=re.S) if 'policy hostile' in text else ''
html = label.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;').replace('"', '&quot;')
"""
# A server of an editor that tells the same page of everything.
SERVER = READ.replace("sys.stdin.read()", "''") + r"""
import sys
while True:
    line = sys.stdin.buffer.readline()
    if not line:
        break
    sys.stdin.buffer.readline()
    said = json.loads(sys.stdin.buffer.read(int(line.split()[-1])))
    given = said.get('params') or {}
    if 'text' in given.get('textDocument', {}):
        text = given['textDocument']['text']
        found = re.search(r'"((?:[^"\\]|\\.)*)"\n  as of', text)
        label = re.sub(r'\\(.)', r'\1', found[1]) if found else label
    if 'id' in said:
        body = json.dumps({'id': said['id'], 'result': {'contents': {'kind': 'markdown', 'value': %s}}}).encode()
        sys.stdout.buffer.write(b'Content-Length: %%d\r\n\r\n%%s' %% (len(body), body))
        sys.stdout.buffer.flush()
"""


def tests():
    def case(line, read, name, file="", in_names=True):
        def check(program):
            with Pair({**PIECES, **REFUSED}[name], in_names=in_names) as pair:
                return differs(Case(line, read, file), pair, name, program)
        return check

    def writes(body):
        return READ + body

    argument = lambda name: lambda program: refused(name, PIECES[name], program)
    mistake = lambda name: lambda program: broken(name, PIECES[name], program)
    it = "x {rules}"
    self_test([
        ("shows an escape code", writes("print(label)"), "it has U+001B", case(it, read_text, "a colour")),
        ("shows escape codes by their numbers", writes(r"print(label.replace('\x1b', '\\u{1b}'))"), None, case(it, read_text, "a colour")),
        ("leaves escape codes out", writes(r"print(re.sub('\x1b[^m]*m', '', label))"), "its output", case(it, read_text, "a colour")),
        ("shows what shows nothing", writes("print(label)"), "it has U+00AD, U+200B", case(it, read_text, "zero width")),
        ("shows C1 controls on standard error", writes("print(label, file=sys.stderr)"), "it has U+0085", case(it, read_text, "C1 controls")),
        ("leaves a text out on standard error", writes("print(label.replace('<', ''), file=sys.stderr)"), "messages", case(it, read_text, "a script")),
        ("shows a right-to-left override of a name", writes("print(path)"), "it has U+202E", lambda program: with_name(program, "U+202E")),
        ("ends otherwise", writes("sys.exit('<' in label)"), "how it ends", case(it, read_text, "a script")),
        ("panics", writes("sys.exit(101)"), "exit code 101", case(it, read_text, "a script")),
        ("shows a text and its colours", writes(r"print('\x1b[1m' + label + '\x1b[0m')"), None, case(it, read_coloured, "a script")),
        ("shows a text's colours in its own", writes(r"print('\x1b[1m' + label + '\x1b[0m')"), "it has U+0007, U+001B", case(it, read_coloured, "a window's title")),
        ("writes HTML", writes("print(f'<p title=\"{html}\">{html}</p>')"), None, case(it, read_html, "what ends a script and a style")),
        ("writes a text as HTML", writes("print(f'<p>{label}</p>')"), "its output", case(it, read_html, "stressed HTML")),
        ("writes a comment's end as HTML", writes("print(f'<p>{label}</p>')"), "its output", case(it, read_html, "a comment")),
        ("writes a text into an attribute", writes("print(f'<p title=\"{label}\">x</p>')"), "there is an attribute onmouseover", case(it, read_html, "an attribute")),
        ("writes a reference as it is", writes("print(f'<p>{label}</p>')"), "its output", case(it, read_html, "references")),
        ("links to a script", writes("print(f'<a href=\"{html}\">x</a>' if ':' in label else '<a href=\"#\">x</a>')"), "there is an attribute href",
         case(it, read_html, "an address of a script")),
        ("writes data that ends a script", writes("print('<script type=\"application/json\" id=\"x\">' + json.dumps(label) + '</script>')"), "ensue x",
         case(it, read_page, "what ends a script and a style")),
        ("writes a text as SVG", writes("print(f'<svg><text>{label}</text></svg>')"), "undefined entity", case(it, read_svg, "references")),
        ("writes elements of a text as SVG", writes("print(f'<svg><text>{label}</text></svg>')"), "its output", case(it, read_svg, "stressed HTML")),
        ("writes a text as JUnit", writes("print(f'<testsuites><testsuite name=\"{label}\"/></testsuites>')"), "duplicate attribute", case(it, read_junit, "an attribute")),
        ("writes Mermaid", writes("print('  x[\"' + ''.join(c if c.isalnum() else f'#{ord(c)};' for c in label) + '\"]')"), None, case(it, read_mermaid, "the end of a box")),
        ("writes a text as Mermaid", writes("print(f'  x[\"{label}\"]')"), "ensue x", case(it, read_mermaid, "the end of a box")),
        ("writes Mermaid's numbers as they are", writes("print(f'  x[\"{label}\"]')"), "its output", case(it, read_mermaid, "a number of Mermaid")),
        ("writes a directive into Mermaid", writes("print(f'  x[\"{label}\"]')"), "a text has a sign", case(it, read_mermaid, "a directive")),
        ("writes a text as DOT", writes("print(f'digraph {{ x [label=\"{label}\"]; }}')"), "ensue x", case(it, read_dot, "an address in DOT")),
        ("writes escapes into DOT", writes("print(f'digraph {{ x [label=\"{label}\"]; }}')"), "a text has an escape", case(it, read_dot, "names in DOT")),
        ("writes HTML into DOT", writes("print(f'digraph {{ x [label=<{label}>]; }}')"), "there is no token", case(it, read_dot, "HTML in DOT")),
        ("writes a formula", writes("print(label)"), "a cell begins as a formula", case(it, read_csv, "an at sign")),
        ("writes a formula as a text", writes("print(\"'\" * (label[0] == '@') + label)"), None, case(it, read_csv, "an at sign")),
        ("writes a cell without quotes", writes("print('a,b')\nprint('x,' + label)"), "rows have different numbers", case(it, read_csv, "commands of Actions")),
        ("writes JSON", writes("print(json.dumps({'a': label}))"), None, case(it, read_json, "quotation marks")),
        ("writes a text into JSON", writes("print('{\"a\": \"' + label + '\"}')"), "ensue x", case(it, read_json, "quotation marks")),
        ("writes a key into JSON", writes("print('{\"a\": \"' + label + '\"}')"), "its output", case(it, read_json, "a key")),
        ("leaves a backspace out of JSON", writes(r"print(json.dumps({'a': label.replace('\x7f', '')}))"), "its output", case(it, read_json, "backspaces")),
        ("writes C1 controls into JSON", writes("print(json.dumps({'a': label}, ensure_ascii=False))"), "it has U+0085", case(it, read_json, "C1 controls")),
        ("writes two lines for one", writes("print(json.dumps([label]).replace('\\\\n', '\"]\\n[\"'))"), "its output", case(it, read_json_lines, "a line of a command")),
        ("writes a link into a log", writes("print(json.dumps({'runs': [{'results': [{'message': {'text': label}}]}]}))"), "a message has a link",
         case(it, read_sarif, "a link in a log")),
        ("writes a placeholder into a log", writes("print(json.dumps({'runs': [{'results': [{'message': {'text': label}}]}]}))"), "a message has a link",
         case(it, read_sarif, "placeholders")),
        ("writes a name as an address into a log", writes("print(json.dumps({'runs': [{'results': [{'uri': path}]}]}))"), "an address has other characters",
         case("x {rules}", read_sarif, "a script")),
        ("writes a source that is a script", writes("print(json.dumps([{'URL': label if ':' in label else 'https://x'}]))"), "an address is none of the web",
         case(it, read_csl, "an address of a script")),
        ("writes a command of Actions", writes("print(f'::error file=x::{label}')"), "a line is no command", case(it, read_github, "a line of a command")),
        ("writes an escape of Actions", writes("print(f'::error file=x::{label}')"), "its output", case(it, read_github, "commands of Actions")),
        ("writes a property of Actions", writes("print(f'::error file={label}::x')"), "ensue x", case(it, read_github, "commands of Actions")),
        ("writes a line among findings", writes("print(f'x: error[y]: {label}')"), "a line is no finding", case(it, read_lines, "a line of a command")),
        ("writes a line into a difference", writes("print('--- ' + path)"), "a line is none of a difference", case(it, read_difference, "a line of a command")),
        ("writes Markdown", writes(r"print(re.sub(r'([!-/:-@\[-`{-~])', r'\\\1', label))"), None, case(it, read_markdown, "a link")),
        ("writes a link as Markdown", writes("print(label)"), "its output", case(it, read_markdown, "a link")),
        ("writes an element as Markdown", writes("print(label)"), "its output", case(it, read_markdown, "a script")),
        ("writes a heading as Markdown", writes("print(label)"), "its output", case(it, read_markdown, "a heading")),
        ("writes a list as Markdown", writes("print(label)"), "its output", case(it, read_markdown, "a list")),
        ("writes a fence into a fence", writes("print('```text\\n' + label + '\\n```')"), "ensue x", case(it, read_markdown, "a fence")),
        ("writes SQL", writes("print('-- ' + ' '.join(label.split()) + '\\nSELECT 1')"), None, case(it, read_sql("duckdb"), "a line of a command")),
        ("writes a line after a comment of SQL", writes("print('-- ' + label + '\\nSELECT 1')"), "its output", case(it, read_sql("duckdb"), "a word of SQL")),
        ("ends a text of SQL", writes("print(\"SELECT '\" + label + \"'\")"), "its output", case(it, read_sql("postgresql"), "the end of a statement")),
        ("ends a name of SQL", writes("print('SELECT \"' + label + '\"')"), "there is no token", case(it, read_sql("postgresql"), "a name's end")),
        ("joins a line to a comment of Spark", writes("print('-- ' + label + '\\nSELECT 1')"), "its output", case(it, read_sql("spark"), "a backslash")),
        ("writes a variable of Spark", writes("print('-- ' + label)"), "there is a variable", case(it, read_sql("spark"), "dollars")),
        ("gives back other rules", writes(r"print(re.sub('\x1b.', '', text))"), "its output", case("fmt {rules}", read_rules, "a window's title")),
        ("tells a wrong argument", "print(sys.argv[1:], file=sys.stderr); sys.exit(2)", None, argument("a link")),
        ("shows an argument as it is", "print(*sys.argv[1:], file=sys.stderr); sys.exit(2)", "it has U+001B", argument("a colour")),
        ("shows a line of an argument", "print(*sys.argv[1:], file=sys.stderr); sys.exit(2)", "a line is the piece's", argument("a line of a command")),
        ("shows a broken file", writes("print(text, file=sys.stderr); sys.exit(1)"), "it has U+0085", mistake("C1 controls")),
        ("finds nothing wrong", "", None, mistake("a link")),
        ("finds nothing wrong where a character is refused", "", "exit code 0", lambda program: broken("U+202E", REFUSED["U+202E"], program)),
        ("shows a text on a terminal", writes("print(label)"), "it has U+0007", lambda program: asked("a window's title", program)),
        ("moves the cursor on a terminal", writes(r"print('\x1b[2K\x1b[1Ayes\r')"), None, lambda program: asked("a window's title", program)),
        ("tells an editor of a link", SERVER % "label", "what it tells", lambda program: edited("a link", program)),
        ("tells an editor of a text", SERVER % r"re.sub(r'([!-/:-@\[-`{-~])', r'\\\1', label)", None, lambda program: edited("a link", program)),
    ])


def with_name(program, name):
    with Pair(REFUSED[name], in_rules=False) as pair:
        return differs(Case("x {rules}", read_text), pair, name, program)


def main():
    there()
    if "--self-test" in sys.argv:
        tests()
    report = Report()
    report.check("each verb and each form of its output has a case", without_case())
    usable_verbs = {command.verb for command in usable(report)}
    CASES[:] = [case for case in CASES if case.line.split()[0] in usable_verbs]
    # Bytes that are no UTF-8 can stand in arguments and in files; and some of what is refused in rules.
    pieces = list({**PIECES, **REFUSED, "bytes": "x\udcff\udc9b31m"}.items())
    some = ["U+202E", "U+2066", "a lone carriage return"]
    names = [*PIECES, *some, *LONG]
    hidden = [name for name, piece in PIECES.items() if not all(map(is_shown, piece))]
    with ProcessPoolExecutor() as pool:
        gather = lambda found: [it for faults in found for it in faults]
        report.check("a text and a name are only that, in every output", gather(pool.map(of_piece, names)), len(names) * len(CASES), "outputs")
        faults = gather(pool.map(broken, *zip(*pieces)))
        report.check("mistakes are told without hidden characters, in every form", faults, len(pieces) * len(BROKEN) * len(FORMATS), "outputs")
        arguments = [it for it in pieces if it[0] not in REFUSED or it[0] in some]
        faults = gather(pool.map(refused, *zip(*arguments)))
        report.check("what is refused is told without hidden characters", faults, len(arguments) * len(REFUSING))
        faults = gather(pool.map(asked, hidden))
        report.check("an interview on a terminal writes no control character but its own", faults, len(hidden), "interviews")
        if "lsp" in usable_verbs:
            faults = gather(pool.map(edited, PIECES))
            report.check("in an editor, a text is only that", faults, len(PIECES), "sessions")
    report.end()


if __name__ == "__main__":
    main()
