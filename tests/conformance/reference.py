"""A plain and slow reading of the reference of the language Ensue (docs/language.md).

This file decides by brute force what the reference says in words. It knows no decision diagrams, no
search and no tricks: unknown facts are filled in with every value that can make a difference, one after
the other, and the statuses are looked at. Each part names the paragraph of the reference that it follows.

It reads single files. `import` is refused, because this program does not support it.

    answer(request) -> dict        the form of both is described in README.md
"""

import itertools
import json
import math
from fractions import Fraction

# --------------------------------------------------------------------------------------------------------
# Mistakes. "Limits", "Profiles", "The date": what is a mistake is refused, with a line where one is plain.
# --------------------------------------------------------------------------------------------------------


class Refused(Exception):
    """What is asked is refused. `line` is given only where the place of the mistake is beyond doubt."""

    def __init__(self, message, line=None):
        super().__init__(message)
        self.message = message
        self.line = line


# --------------------------------------------------------------------------------------------------------
# The calendar. "Facts": the days of the years 1 to 9999, in the Gregorian calendar.
# A day is a tuple (year, month, day), so that earlier is less. Years outside 1 to 9999 occur only as
# anniversaries that are compared with the date of evaluation; the arithmetic below holds for them too.
# --------------------------------------------------------------------------------------------------------

FIRST_DAY = (1, 1, 1)
LAST_DAY = (9999, 12, 31)


def is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year, month):
    if month == 2:
        return 29 if is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def day_number(day):
    """The days from 0001-01-01 to `day`."""
    year, month, date = day
    before = year - 1
    number = 365 * before + before // 4 - before // 100 + before // 400
    for earlier in range(1, month):
        number += days_in_month(year, earlier)
    return number + date - 1


def day_of_number(number):
    """The other way round, by looking for the year and then for the month."""
    year = number // 366 + 1
    while day_number((year + 1, 1, 1)) <= number:
        year += 1
    month = 1
    while month < 12 and day_number((year, month + 1, 1)) <= number:
        month += 1
    return (year, month, number - day_number((year, month, 1)) + 1)


def read_date(text):
    """A date as it is written: four, two and two digits. None if it is no day of the calendar."""
    parts = text.split("-")
    if [len(part) for part in parts] != [4, 2, 2] or not all(c in "0123456789" for part in parts for c in part):
        return None
    year, month, date = (int(part) for part in parts)
    if year < 1 or not 1 <= month <= 12 or not 1 <= date <= days_in_month(year, month):
        return None
    return (year, month, date)


def monthly_day(day, months):
    """Conditions, "Counting time": the day that lies so many months after `day` (before it, if negative).
    A day that the month lacks falls on the first of the next month."""
    year, month, date = day
    index = year * 12 + (month - 1) + months
    year, month = index // 12, index % 12 + 1
    if date <= days_in_month(year, month):
        return (year, month, date)
    index += 1
    return (index // 12, index % 12 + 1, 1)


def count_since(unit, day, today):
    """How many whole years, months or days have passed since `day`: the largest n whose n-th anniversary
    (monthly day, day) is not after `today`. Before `day` this is negative."""
    if unit == "days":
        return day_number(today) - day_number(day)
    step = 12 if unit == "years" else 1
    # A first guess that is too high by at least one; then down to the first that is not too high.
    count = ((today[0] * 12 + today[1]) - (day[0] * 12 + day[1])) // step + 2
    while monthly_day(day, count * step) > today:
        count -= 1
    return count


# --------------------------------------------------------------------------------------------------------
# Words. "Files" and "Grammar".
# --------------------------------------------------------------------------------------------------------

RESERVED = set("""
    accessed and archived as ask assumes at by certainty choice claim consequence context
    contradicts date days define disputed does expect fact follow follows force from given harm
    import in is language law months no not note number of on one only option or out overrides per
    policy published quote quoted repeats rule ruled scenario sets since source supports then to
    undetermined unless until url when whole years yes
""".split())

LOWER = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "0123456789"
MOST_DIGITS = 28
MOST_NESTED = 64

# Files: "Characters that change the direction of text invisibly are refused everywhere": the marks,
# embeddings, overrides and isolates of Unicode's bidirectional algorithm.
DIRECTION = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Token:
    def __init__(self, kind, value, line):
        self.kind, self.value, self.line = kind, value, line

    def is_word(self, word):
        return self.kind == "word" and self.value == word

    def is_sign(self, sign):
        return self.kind == "sign" and self.value == sign


def read_number_token(text, line):
    """number = [ "-" ] digits [ "." digits ], "_" between digits. Limits: 28 digits, "zeros at its beginning not counted and those at its end counted; 28 after
    the point"."""
    body = text[1:] if text.startswith("-") else text
    parts = body.split(".")
    plain = len(parts) <= 2 and all(
        group and all(c in DIGITS for c in group) for part in parts for group in part.split("_"))
    if not plain:
        raise Refused("not a number", line)
    whole, _, fraction = body.replace("_", "").partition(".")
    if not fits(whole + fraction, len(fraction)):
        raise Refused("a number has at most 28 digits", line)
    return Fraction(text.replace("_", ""))


def fits(digits, after_the_point):
    return len(digits.lstrip("0")) <= MOST_DIGITS and after_the_point <= MOST_DIGITS


def tokens_of(text):
    found, line, at = [], 1, 0
    for character, after in zip(text, text[1:] + " "):
        if character in DIRECTION:
            raise Refused("a character that changes the direction of text", line)
        if character == "\0" or (character == "\r" and after != "\n"):
            raise Refused("a NUL, or a CR without LF", line)
        if character == "\n":
            line += 1
    line = 1
    while at < len(text):
        c = text[at]
        if c == "\n":
            line += 1
            at += 1
        elif c in " \t\r":
            at += 1
        elif c == "#":
            while at < len(text) and text[at] != "\n":
                at += 1
        elif c == '"':
            start, value = line, []
            at += 1
            while True:
                if at >= len(text):
                    raise Refused("a text that does not end")
                c = text[at]
                if c == '"':
                    at += 1
                    break
                if c == "\\":
                    if text[at + 1:at + 2] not in ('"', "\\"):
                        raise Refused("a backslash is written twice", line)
                    at += 1
                    c = text[at]
                elif c == "\n":
                    line += 1
                value.append(c)
                at += 1
            found.append(Token("text", "".join(value), start))
        elif c in LOWER:
            end = at
            while end < len(text) and text[end] in LOWER + DIGITS + "_":
                end += 1
            found.append(Token("word", text[at:end], line))
            at = end
        elif c in DIGITS or (c == "-" and text[at + 1:at + 2] and text[at + 1] in DIGITS):
            end = at + 1
            while end < len(text) and (text[end] in DIGITS + "_.-" or text[end].isalpha()):
                end += 1
            word = text[at:end]
            if "-" in word[1:]:
                day = read_date(word)
                if day is None:
                    raise Refused("not a day of the calendar", line)
                found.append(Token("date", day, line))
            else:
                found.append(Token("number", read_number_token(word, line), line))
            at = end
        elif text[at:at + 2] in ("<=", ">="):
            found.append(Token("sign", text[at:at + 2], line))
            at += 2
        elif c in "<>,:()":
            found.append(Token("sign", c, line))
            at += 1
        else:
            raise Refused("a character that has no meaning here", line)
    found.append(Token("end", None, line))
    return found


# --------------------------------------------------------------------------------------------------------
# The things a policy declares. "Declarations".
# --------------------------------------------------------------------------------------------------------


class Thing:
    """A declaration: its name, its line, and whatever else is set on it."""

    def __init__(self, name, line, **parts):
        self.name, self.line = name, line
        self.__dict__.update(parts)


class Policy:
    def __init__(self):
        self.as_of = None
        self.sources, self.claims, self.facts, self.definitions = {}, {}, {}, {}
        self.consequences, self.rules, self.choices, self.scenarios = {}, {}, {}, []


# --------------------------------------------------------------------------------------------------------
# "Grammar". One method for each line of it.
#
# A condition is a tuple whose first part says what it is:
#   ("name", name, line)                     a yes-or-no fact, a definition, a consequence
#   ("is", name, [literal, ...], line)       is, is one of; "is not" is ("not", ("is", ...))
#   ("within", name, low, high, line)        is from ... to ...
#   ("compare", name, sign, literal, line)
#   ("since", unit, name, sign, number, line)
#   ("not", condition)   ("and", [condition, ...])   ("or", [condition, ...])
# A literal is a token: its kind is "word", "number" or "date".
# --------------------------------------------------------------------------------------------------------


class Parser:
    def __init__(self, text):
        self.tokens = tokens_of(text)
        self.at = 0

    # Small steps.

    @property
    def here(self):
        return self.tokens[self.at]

    def step(self):
        self.at += 1
        return self.tokens[self.at - 1]

    def unexpected(self):
        # Where a line or the file ends first, something is missing in one declaration or too much in the next.
        is_plain = self.here.kind != "end" and (self.at == 0 or self.tokens[self.at - 1].line == self.here.line)
        raise Refused("not expected here", self.here.line if is_plain else None)

    def takes(self, words):
        """Takes the words, which stand one after the other, if the first is here. The rest must follow."""
        words = words.split()
        if not self.here.is_word(words[0]):
            return False
        for word in words:
            self.need(word)
        return True

    def need(self, word):
        if not self.here.is_word(word):
            self.unexpected()
        self.step()

    def takes_sign(self, sign):
        if self.here.is_sign(sign):
            self.step()
            return True
        return False

    def need_sign(self, sign):
        if not self.takes_sign(sign):
            self.unexpected()

    def of_kind(self, kind):
        if self.here.kind != kind:
            self.unexpected()
        return self.step().value

    def text(self):
        return self.of_kind("text")

    def name(self):
        """A name with its line. The words of the language are reserved."""
        if self.here.kind != "word" or self.here.value in RESERVED:
            self.unexpected()
        token = self.step()
        return (token.value, token.line)

    def names(self):
        return self.listed(self.name, lambda it: it[0], lambda it: it[1])

    def listed(self, read, value, line):
        """"What is listed is listed once"."""
        found = [read()]
        while self.takes_sign(","):
            more = read()
            if value(more) in [value(it) for it in found]:
                raise Refused("given twice", line(more))
            found.append(more)
        return found

    # file = [ policy ] { import } { declaration } ;

    def file(self):
        policy = Policy()
        if self.here.kind == "end":
            raise Refused("a file that holds nothing but comments")
        if self.takes("policy"):
            self.name()
            self.text()
            if self.takes("as of"):
                policy.as_of = self.of_kind("date")
        if self.here.is_word("import"):
            raise Refused("imports are not supported by this program", self.here.line)
        kinds = {
            "source": (self.source, policy.sources), "claim": (self.claim, policy.claims),
            "fact": (self.fact, policy.facts), "define": (self.definition, policy.definitions),
            "consequence": (self.consequence, policy.consequences), "rule": (self.rule, policy.rules),
            "choice": (self.choice, policy.choices),
        }
        while self.here.kind != "end":
            if self.takes("scenario"):
                policy.scenarios.append(self.scenario())
                continue
            if self.here.kind != "word" or self.here.value not in kinds:
                raise Refused("begins no declaration", self.here.line)
            parse, table = kinds[self.step().value]
            name, line = self.name()
            thing = parse(name, line)
            # Declarations: facts, definitions and consequences share one set of names.
            shared = [policy.facts, policy.definitions, policy.consequences]
            if any(name in other for other in (shared if any(table is other for other in shared) else [table])):
                raise Refused("this name is taken", line)
            table[name] = thing
        return policy

    def source(self, name, line):
        self.text()
        source = Thing(name, line, published=None, quoted_in=[])
        seen = set()
        while self.here.kind == "word":
            start = self.here
            # "`by`, `url`, `archived`, `quoted in` and `note` may be repeated": the others may not.
            if start.value in ("published", "accessed", "language"):
                if start.value in seen:
                    raise Refused("said twice", start.line)
                seen.add(start.value)
            if self.takes("published"):
                source.published = self.of_kind("date")
            elif self.takes("accessed"):
                self.of_kind("date")
            elif self.takes("language"):
                self.of_kind("word")  # after `language` a reserved word is taken as a name
            elif self.takes("quoted in"):
                source.quoted_in.append(self.name())
            elif any(self.takes(word) for word in ("by", "url", "archived", "note")):
                self.text()
            else:
                break
        return source

    def claim(self, name, line):
        self.need("by")
        claim = Thing(name, line, by=self.name(), repeats=[], others=[])
        if self.takes("at"):
            self.text()
        self.takes("context")
        if self.takes("certainty"):
            self.text()
        if self.takes("quote"):
            self.text()
        while True:
            if self.takes("repeats"):
                claim.repeats.append(self.name())
            elif self.takes("supports") or self.takes("contradicts"):
                claim.others.append(self.name())
            else:
                break
        self.text()
        return claim

    def fact(self, name, line):
        self.text()
        self.need_sign(":")
        fact = Thing(name, line, type=None, values=[], whole=False, low=None, high=None)
        if self.takes("yes or no"):
            fact.type = "yes or no"
        elif self.takes("one of"):
            fact.type = "one of"
            while True:
                value, at = self.name()
                if value in fact.values:
                    raise Refused("a value stands twice", at)
                fact.values.append(value)
                if self.here.kind == "text":
                    self.step()
                if not self.takes_sign(","):
                    break
        elif self.takes("date"):
            fact.type = "date"
        else:
            fact.type = "number"
            fact.whole = self.takes("whole")
            self.need("number")
            if self.takes("from"):
                fact.low = self.of_kind("number")
                self.need("to")
                at = self.here.line
                fact.high = self.of_kind("number")
                if fact.low > fact.high:
                    raise Refused("the range is empty", at)
                # "The ends of the range are whole."
                if fact.whole and (fact.low.denominator != 1 or fact.high.denominator != 1):
                    raise Refused("whole numbers only", at)
        if self.takes("ask"):
            self.text()
        if self.takes("note"):
            self.text()
        return fact

    def consequence(self, name, line):
        self.text()
        self.takes("harm")
        while self.takes("law"):
            self.text()
        if self.takes("note"):
            self.text()
        return Thing(name, line)

    def definition(self, name, line):
        self.text()
        self.need("as")
        return Thing(name, line, condition=self.condition(0))

    def rule(self, name, line):
        self.text()
        rule = Thing(name, line, per=[], first=None, last=None, unless=None, denies=False, overrides=[])
        while self.takes("per"):
            for claim in self.names():
                # "A claim that a rule names twice also by several `per`."
                if claim[0] in [other for other, _ in rule.per]:
                    raise Refused("given twice", claim[1])
                rule.per.append(claim)
        while self.takes("assumes"):
            self.text()
        if self.takes("in force"):
            # "After `in force` at least one of `from` and `until` stands."
            if not (self.here.is_word("from") or self.here.is_word("until")):
                self.unexpected()
            if self.takes("from"):
                rule.first = self.of_kind("date")
            if self.takes("until"):
                rule.last = self.of_kind("date")
            # "A last day before the first is a mistake."
            if rule.first and rule.last and rule.last < rule.first:
                raise Refused("it ends before it begins", line)
        self.need("when")
        rule.when = self.condition(0)
        if self.takes("unless"):
            rule.unless = self.condition(0)
        self.need("then")
        rule.denies = self.takes("not")
        rule.then = self.names()
        if self.takes("overrides"):
            rule.overrides = self.names()
        return rule

    def choice(self, name, line):
        self.text()
        choice = Thing(name, line, options=[])
        while self.takes("option"):
            option, at = self.name()
            if option in [other for other, _ in choice.options]:
                raise Refused("an option stands twice", at)
            self.text()
            self.need("sets")
            choice.options.append((option, self.settings()))
        return choice

    def scenario(self):
        line = self.here.line
        scenario = Thing(self.text(), line, on=None, given=[], expected=[])
        if self.takes("on"):
            scenario.on = self.of_kind("date")
        if self.takes("given"):
            scenario.given = self.settings()
        while self.takes("expect"):
            for words, status in (("follows", "follows"), ("does not follow", "does_not_follow"),
                                  ("ruled out", "ruled_out"), ("disputed", "disputed"),
                                  ("undetermined", "undetermined"), ("only", "only")):
                if self.takes(words):
                    scenario.expected.append((status, self.names()))
                    break
            else:
                self.unexpected()
        if not scenario.expected:
            self.unexpected()
        return scenario

    def settings(self):
        found = []
        while True:
            name = self.name()
            found.append((name, self.literal()))
            if not self.takes_sign(","):
                return found

    def literal(self):
        token = self.here
        word = token.kind == "word" and (token.value in ("yes", "no") or token.value not in RESERVED)
        if not word and token.kind not in ("number", "date"):
            self.unexpected()
        return self.step()

    # condition = all | any | unit ;  `and` and `or` are not mixed without parentheses.

    def condition(self, depth):
        parts = [self.unit(depth)]
        if not (self.here.is_word("and") or self.here.is_word("or")):
            return parts[0]
        joint = self.here.value
        while self.takes(joint):
            parts.append(self.unit(depth))
        if self.here.is_word("and") or self.here.is_word("or"):
            raise Refused("`and` and `or` are not mixed without parentheses", self.here.line)
        return (joint, parts)

    def unit(self, depth):
        # Limits: nested parentheses and `not`s, 64 at most.
        if self.here.is_word("not") or self.here.is_sign("("):
            if depth == MOST_NESTED:
                raise Refused("nested too deeply", self.here.line)
        if self.takes("not"):
            return ("not", self.unit(depth + 1))
        if self.takes_sign("("):
            inner = self.condition(depth + 1)
            self.need_sign(")")
            return inner
        return self.test()

    def comparison(self):
        if self.here.kind != "sign" or self.here.value not in ("<", "<=", ">", ">="):
            self.unexpected()
        return self.step().value

    def test(self):
        for unit in ("years", "months", "days"):
            if self.takes(unit + " since"):
                name, line = self.name()
                return ("since", unit, name, self.comparison(), self.of_kind("number"), line)
        name, line = self.name()
        if self.takes("is"):
            negated = self.takes("not")
            if self.takes("from"):
                low = self.literal()
                self.need("to")
                found = ("within", name, low, self.literal(), line)
            elif self.takes("one of"):
                literals = self.listed(self.literal, lambda it: it.value, lambda it: it.line)
                found = ("is", name, literals, line)
            else:
                found = ("is", name, [self.literal()], line)
            return ("not", found) if negated else found
        if self.here.kind == "sign" and self.here.value in ("<", "<=", ">", ">="):
            return ("compare", name, self.comparison(), self.literal(), line)
        return ("name", name, line)


# --------------------------------------------------------------------------------------------------------
# What makes sense: names that exist, kinds that fit, no circles.
# --------------------------------------------------------------------------------------------------------


def tests_of(condition):
    """The tests that a condition is made of."""
    if condition is None:
        return []
    if condition[0] == "not":
        return tests_of(condition[1])
    if condition[0] in ("and", "or"):
        return [test for part in condition[1] for test in tests_of(part)]
    return [condition]


def name_in(test):
    return test[2] if test[0] == "since" else test[1]


def conditions_of(policy):
    for definition in policy.definitions.values():
        yield definition.condition
    for rule in policy.rules.values():
        yield rule.when
        yield rule.unless


def needs_date(policy):
    """The date: "A policy depends on the date when one of its rules is in force in an interval, or one of its
    conditions counts time, whatever is asked"."""
    return (any(rule.first or rule.last for rule in policy.rules.values())
            or any(test[0] == "since" for condition in conditions_of(policy) for test in tests_of(condition)))


def value_of_literal(fact, token):
    """The value that a literal stands for. Conditions: "A constant lies in the fact's list or range.\""""
    kinds = {"yes or no": "word", "one of": "word", "number": "number", "date": "date"}
    if token.kind != kinds[fact.type]:
        raise Refused("a value of another type", token.line)
    if fact.type == "yes or no":
        if token.value not in ("yes", "no"):
            raise Refused("yes or no", token.line)
        return token.value == "yes"
    if fact.type == "one of" and token.value not in fact.values:
        raise Refused("not in the list", token.line)
    if fact.type == "number" and not in_range(fact, token.value):
        raise Refused("outside the range", token.line)
    # "Whole ones only: ... so is what is compared with them."
    if fact.type == "number" and fact.whole and token.value.denominator != 1:
        raise Refused("whole numbers only", token.line)
    return token.value


def in_range(fact, number):
    return (fact.low is None or number >= fact.low) and (fact.high is None or number <= fact.high)


def check_test(policy, test):
    name, line = name_in(test), test[-1]
    if name not in policy.facts:
        if name not in policy.definitions and name not in policy.consequences:
            raise Refused("no such name", line)
        # "A test compares one fact with constants": definitions and consequences stand alone.
        if test[0] != "name":
            raise Refused("not a fact", line)
        return
    fact = policy.facts[name]
    if test[0] == "name" and fact.type != "yes or no":
        raise Refused("only a yes-or-no fact is a condition by itself", line)
    if test[0] == "is":
        for token in test[2]:
            value_of_literal(fact, token)
    if test[0] in ("within", "compare"):
        if fact.type not in ("number", "date"):
            raise Refused("only numbers and dates have an order", line)
        for token in (test[2], test[3]) if test[0] == "within" else (test[3],):
            value_of_literal(fact, token)
        if test[0] == "within" and test[2].value > test[3].value:
            raise Refused("the interval is empty", line)
    if test[0] == "since" and fact.type != "date":
        raise Refused("time is counted since a date", line)


def refuse_circles(edges):
    """Refuses if one can come back to where one was. `edges` is a mapping from names to names."""
    for start in edges:
        if start in reachable(edges, edges[start]):
            raise Refused("a circle")


def reachable(edges, starts):
    """All that is reached from `starts`, with them, in any number of steps."""
    found, waiting = set(), list(starts)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += edges.get(name, ())
    return found


def check(policy):
    for source in policy.sources.values():
        for name, line in source.quoted_in:
            need(policy.sources, name, line)
    for claim in policy.claims.values():
        need(policy.sources, *claim.by)
        for name, line in claim.repeats + claim.others:
            need(policy.claims, name, line)
    for rule in policy.rules.values():
        for name, line in rule.per:
            need(policy.claims, name, line)
        for name, line in rule.then:
            need(policy.consequences, name, line)
        for name, line in rule.overrides:
            need(policy.rules, name, line)
    for condition in conditions_of(policy):
        for test in tests_of(condition):
            check_test(policy, test)
    for choice in policy.choices.values():
        for _, settings in choice.options:
            profile_of_settings(policy, settings)
    for scenario in policy.scenarios:
        profile_of_settings(policy, scenario.given)
        for _, names in scenario.expected:
            for name, line in names:
                need(policy.consequences, name, line)
    # Rules: "`overrides` names rules that this one defeats; the two must share a consequence, and rules
    # that override one another in a circle are a mistake."
    for rule in policy.rules.values():
        for name, line in rule.overrides:
            if not concluded(rule) & concluded(policy.rules[name]):
                raise Refused("the two rules share no consequence", line)
    refuse_circles({rule.name: [name for name, _ in rule.overrides] for rule in policy.rules.values()})
    # Conditions: "Definitions and consequences that depend on themselves are a mistake."
    refuse_circles(dependencies(policy, policy.rules.values()))


def need(table, name, line):
    if name not in table:
        raise Refused("no such name", line)


def concluded(rule):
    return {name for name, _ in rule.then}


def dependencies(policy, rules):
    """What each definition and each consequence names, by itself or through the rules about it."""
    edges = {name: [] for name in policy.consequences}
    for definition in policy.definitions.values():
        edges[definition.name] = [name_in(test) for test in tests_of(definition.condition)]
    for rule in rules:
        for name in concluded(rule):
            edges[name] += [name_in(test) for test in tests_of(rule.when) + tests_of(rule.unless)]
    return edges


def profile_of_settings(policy, settings):
    """Scenarios and choices: settings of facts."""
    profile = {}
    for (name, line), token in settings:
        need(policy.facts, name, line)
        fact = policy.facts[name]
        if name in profile:
            raise Refused("set twice", line)
        profile[name] = value_of_literal(fact, token)
    return profile


# --------------------------------------------------------------------------------------------------------
# "Profiles".
# --------------------------------------------------------------------------------------------------------


class NumberText(str):
    """A number as it stands in the JSON text, so that nothing of it is lost."""


def read_profile(policy, text):
    def object_of(pairs):
        names = [name for name, _ in pairs]
        if len(set(names)) != len(names):
            raise Refused("a key stands twice")
        return dict(pairs)

    def no_constant(_):
        raise Refused("not JSON")

    try:
        data = json.loads(text, object_pairs_hook=object_of, parse_int=NumberText, parse_float=NumberText,
                          parse_constant=no_constant)
    except ValueError as error:
        raise Refused("not JSON") from error
    if not isinstance(data, dict):
        raise Refused("a profile is an object")
    profile = {}
    for name, value in data.items():
        if name not in policy.facts:
            raise Refused("a key that is no fact")
        if value is not None:  # "What is `null` or left out is unknown."
            profile[name] = value_of_json(policy.facts[name], value)
    return profile


def value_of_json(fact, value):
    is_number = isinstance(value, NumberText)
    is_text = isinstance(value, str) and not is_number
    if fact.type == "yes or no":
        if isinstance(value, bool):
            return value
        if is_text and value in ("yes", "no"):
            return value == "yes"
    elif fact.type == "one of":
        if is_text and value in fact.values:
            return value
    elif fact.type == "date":
        if is_text and read_date(value):
            return read_date(value)
    elif is_number:
        number = number_of_json(value)
        if in_range(fact, number) and not (fact.whole and number.denominator != 1):
            return number
    raise Refused("a value of the wrong type or outside the fact's list or range")


def number_of_json(text):
    """The exact value. A number with an exponent is measured as it would be written without one."""
    mantissa, _, exponent = text.lower().partition("e")
    shift = int(exponent) if exponent else 0
    whole, _, fraction = mantissa.lstrip("-").partition(".")
    digits, after = whole + fraction, len(fraction) - shift
    if not digits.strip("0"):
        shift, after = 0, len(fraction)
    if abs(shift) > 1000:
        raise Refused("a number has at most 28 digits")
    if not fits(digits + "0" * max(-after, 0), max(after, 0)):
        raise Refused("a number has at most 28 digits")
    return Fraction(mantissa) * Fraction(10) ** shift


# --------------------------------------------------------------------------------------------------------
# "According to whom". A view gives the rules that are kept.
# --------------------------------------------------------------------------------------------------------


class View:
    def __init__(self, policy, according_to=(), without=(), known_by=None, require=None):
        for name in list(according_to) + list(without):
            need(policy.sources, name, None)
        if known_by is not None:
            known_by = read_date(known_by)
            if known_by is None:
                raise Refused("not a day of the calendar")
        # "N is 1 or more"
        if require is not None and (isinstance(require, bool) or not isinstance(require, int) or require < 1):
            raise Refused("--require is 1 or more")
        self.policy, self.according_to, self.without = policy, list(according_to), list(without)
        self.known_by, self.require = known_by, require
        self.quoted_in = {source.name: [name for name, _ in source.quoted_in]
                          for source in policy.sources.values()}

    def quotes(self, name):
        """The source itself and those that quote it, also indirectly. Circles do no harm."""
        return reachable(self.quoted_in, [name])

    def published(self, name):
        """`--known-by`: the source, or one that quotes it, also indirectly, was published by then."""
        dates = [self.policy.sources[other].published for other in self.quotes(name)]
        return any(date is not None and date <= self.known_by for date in dates)

    def counts(self, claim):
        source = claim.by[0]
        if source in self.without:
            return False
        if self.according_to:
            # Claims by S, or by a source quoted in S. With --known-by: what S had reported by that date,
            # so that S itself, or a source that quotes S, was published by then.
            return any(speaker in self.quotes(source) and (self.known_by is None or self.published(speaker))
                       for speaker in self.according_to)
        return self.known_by is None or self.published(source)

    def counted_claims(self, rule):
        names = dict.fromkeys(name for name, _ in rule.per)
        return [self.policy.claims[name] for name in names if self.counts(self.policy.claims[name])]

    def keeps(self, rule):
        if not rule.per:
            # "A rule without claims is by nobody: `--without` keeps it, the others do not."
            return not self.according_to and self.known_by is None and self.require is None
        counted = self.counted_claims(rule)
        if not counted:
            return False
        return self.require is None or len(self.origins(counted)) >= self.require

    def origins(self, claims):
        """Puts claims together that have one origin. What one source reports elsewhere joins nothing: only
        the claims given here, which count, are looked at."""
        groups = []
        for claim in claims:
            # One statement, or one source in common: one origin, and then all that hangs together.
            near = [group for group in groups if any(self.one_origin(claim, other) for other in group)]
            groups = [group for group in groups if group not in near]
            groups.append([claim] + [other for group in near for other in group])
        return groups

    def one_origin(self, one, other):
        return other.name in self.statement(one) or bool(self.comes_from(one) & self.comes_from(other))

    def statement(self, claim):
        """The names of the claims that are one statement with this one: those that repeat one another, in
        any number of steps, whichever way."""
        both_ways = {name: [] for name in self.policy.claims}
        for other in self.policy.claims.values():
            for name, _ in other.repeats:
                both_ways[other.name].append(name)
                both_ways[name].append(other.name)
        return reachable(both_ways, [claim.name])

    def comes_from(self, claim):
        """The source that makes the claim, and those that first made its statement: whose claim repeats no
        other. "Where each claim of a statement repeats one, in a circle, all their sources did": this is
        read of the statement as a whole. If one of its claims repeats no other, that one came first; if each
        repeats another, they go round in a circle, and all their sources count. No case of the suite depends
        on how a statement is read that has both a circle and something else."""
        claims = [self.policy.claims[name] for name in self.statement(claim)]
        first = [other for other in claims if not other.repeats] or claims
        return {claim.by[0]} | {other.by[0] for other in first}


# --------------------------------------------------------------------------------------------------------
# "Meaning", the first part: a complete profile, on a date.
# --------------------------------------------------------------------------------------------------------

STATUSES = ["does_not_follow", "follows", "ruled_out", "disputed"]


class Case:
    """One question: a policy, the rules that a view keeps, and a date or none."""

    def __init__(self, policy, rules, today):
        self.policy, self.rules, self.today = policy, rules, today
        self.edges = dependencies(policy, rules)
        self.values = {}  # the representatives of each fact, found when they are first asked for

    def holds(self, condition, profile):
        kind = condition[0]
        if kind == "not":
            return not self.holds(condition[1], profile)
        if kind == "and":
            return all(self.holds(part, profile) for part in condition[1])
        if kind == "or":
            return any(self.holds(part, profile) for part in condition[1])
        name = name_in(condition)
        if name in self.policy.definitions:
            return self.holds(self.policy.definitions[name].condition, profile)
        if name in self.policy.consequences:
            # "the consequence follows or is disputed"
            return self.status(name, profile) in ("follows", "disputed")
        return self.test(condition, self.policy.facts[name], profile[name])

    def test(self, test, fact, value):
        kind = test[0]
        if kind == "name":
            return value
        if kind == "is":
            return value in [value_of_literal(fact, token) for token in test[2]]
        if kind == "within":
            return test[2].value <= value <= test[3].value
        if kind == "since":
            return compare(count_since(test[1], value, self.today), test[3], test[4])
        return compare(value, test[2], test[3].value)

    def in_force(self, rule):
        # "in force from a first day, until a last day, or both; both are included"
        return ((rule.first is None or rule.first <= self.today)
                and (rule.last is None or self.today <= rule.last))

    def applies(self, rule, profile):
        return (self.in_force(rule) and self.holds(rule.when, profile)
                and not (rule.unless is not None and self.holds(rule.unless, profile)))

    def undefeated(self, rule, consequence, profile):
        """Applies, and no rule that overrides it and concludes about this consequence does so as well."""
        return self.applies(rule, profile) and not any(
            rule.name in [name for name, _ in other.overrides]
            and consequence in concluded(other)
            and self.undefeated(other, consequence, profile)
            for other in self.rules)

    def status(self, consequence, profile):
        deciding = [rule for rule in self.rules
                    if consequence in concluded(rule) and self.undefeated(rule, consequence, profile)]
        asserted = any(not rule.denies for rule in deciding)
        denied = any(rule.denies for rule in deciding)
        return STATUSES[asserted + 2 * denied]

    # ----------------------------------------------------------------------------------------------------
    # "Meaning", the second part: unknown facts, by enumerating completions.
    #
    # A fact has infinitely many values, or very many. No rule tells two values apart that pass and fail
    # the same tests; so it is enough to take one value of each such cell.
    #
    # Numbers. All tests on a number compare it with constants. So its values fall into: each constant, the
    # numbers strictly between two neighbouring constants, those below the lowest, those above the highest.
    # The ends of a range are put among the constants; they cut more cells than needed, which does no harm.
    # One value of each is taken if there is one: for a whole number a gap may hold none, and a constant may
    # be no value. "A completion of a number is any number of its type, however many digits it has": so the
    # gaps between fractions always hold one, and fractions here are exact.
    #
    # Dates. A test against a date c can change only between the days c - 1, c and c + 1. A count of years,
    # months or days since d never grows as d grows, on a given date of evaluation. So a comparison of it
    # with k changes at most once for each k, between a last day that has the count k or more and the day
    # after; these two days are found by halving. `>` and `<=` compare with k + 1; for a fraction, the next
    # whole numbers on both sides are taken. All the days where something changes are taken, with their
    # neighbours, and the first and the last day of the calendar: every cell is a stretch of days (or
    # several) that begins on one of them.
    # ----------------------------------------------------------------------------------------------------

    def representatives(self, name):
        if name not in self.values:
            fact = self.policy.facts[name]
            tests = [test for condition in conditions_of(self.policy) for test in tests_of(condition)
                     if name_in(test) == name]
            find = {"yes or no": lambda: [False, True], "one of": lambda: fact.values,
                    "number": lambda: self.numbers(fact, tests), "date": lambda: self.dates(tests)}
            self.values[name] = find[fact.type]()
        return self.values[name]

    def numbers(self, fact, tests):
        points = {token.value for test in tests for token in literals_of(test)}
        points |= {end for end in (fact.low, fact.high) if end is not None}
        points = sorted(points) or [Fraction(0)]
        found = list(points)
        found.append(Fraction(math.ceil(points[0]) - 1))
        found.append(Fraction(math.floor(points[-1]) + 1))
        for low, high in zip(points, points[1:]):
            middle = Fraction(math.floor(low) + 1) if fact.whole else (low + high) / 2
            if middle < high:
                found.append(middle)
        return sorted(value for value in set(found)
                      if in_range(fact, value) and not (fact.whole and value.denominator != 1))

    def dates(self, tests):
        first, last = day_number(FIRST_DAY), day_number(LAST_DAY)
        found = {first, last}
        for test in tests:
            if test[0] == "since":
                if self.today is None:
                    continue  # nothing that is asked depends on it, else it had been refused
                for count in {math.floor(test[4]), math.floor(test[4]) + 1, math.ceil(test[4])}:
                    low, high = first - 1, last + 1  # low has the count or is none; high has it not
                    while high - low > 1:
                        middle = (low + high) // 2
                        if count_since(test[1], day_of_number(middle), self.today) >= count:
                            low = middle
                        else:
                            high = middle
                    found |= {low, high}
            for token in literals_of(test):
                number = day_number(token.value)
                found |= {number - 1, number, number + 1}
        return [day_of_number(number) for number in sorted(found) if first <= number <= last]

    def relevant(self, consequence):
        """The facts that a consequence can depend on at all, in the order of their declarations. All others
        are left aside: no condition about it names them."""
        reached = reachable(self.edges, [consequence])
        return [name for name in self.policy.facts if name in reached]

    def completions(self, facts, profile):
        choices = [[profile[name]] if name in profile else self.representatives(name) for name in facts]
        return itertools.product(*choices)

    def settles(self, consequence, profile):
        """The one status that every completion gives, or None. Stops at the first that differs."""
        facts = self.relevant(consequence)
        settled = None
        for values in self.completions(facts, profile):
            status = self.status(consequence, dict(zip(facts, values)))
            if settled not in (None, status):
                return None
            settled = status
        return settled

    def outcome(self, consequence, profile):
        if self.today is None and needs_date(self.policy):
            raise Refused("the answer depends on the date, and none is given")
        facts = self.relevant(consequence)
        table = {values: self.status(consequence, dict(zip(facts, values)))
                 for values in self.completions(facts, profile)}
        possible = [status for status in STATUSES if status in table.values()]
        if len(possible) == 1:
            return {"status": possible[0], "because": self.because(consequence, profile, possible[0])}
        # "a fact is listed as making a difference if, and only if, two completions that differ in it alone
        # have different statuses"
        depends_on = []
        for place, name in enumerate(facts):
            seen = {}
            for values, status in table.items():
                seen.setdefault(values[:place] + values[place + 1:], set()).add(status)
            if any(len(statuses) > 1 for statuses in seen.values()):
                depends_on.append(name)
        return {"status": "undetermined", "possible": possible, "depends_on": depends_on}

    def because(self, consequence, profile, status):
        """Explanations: a smallest set of the profile's known facts that settles the status by itself. Sets
        of one size are tried in the order of declarations, so that the first found is the one shown."""
        known = [name for name in self.relevant(consequence) if name in profile]
        for size in range(len(known) + 1):
            for names in itertools.combinations(known, size):
                if self.settles(consequence, {name: profile[name] for name in names}) == status:
                    return list(names)
        raise AssertionError("all known facts together settle what is settled")


def literals_of(test):
    return {"is": lambda: test[2], "within": lambda: [test[2], test[3]],
            "compare": lambda: [test[3]]}.get(test[0], lambda: [])()


def compare(value, sign, constant):
    return {"<": value < constant, "<=": value <= constant,
            ">": value > constant, ">=": value >= constant}[sign]


# --------------------------------------------------------------------------------------------------------
# "Scenarios".
# --------------------------------------------------------------------------------------------------------


def passes(policy, scenario):
    """Whether a scenario's expectations are met, on its own date or the policy's."""
    case = Case(policy, list(policy.rules.values()), scenario.on or policy.as_of)
    profile = profile_of_settings(policy, scenario.given)

    def status(name):
        return case.outcome(name, profile)["status"]

    for expected, names in scenario.expected:
        names = [name for name, _ in names]
        if expected == "only":
            if any(status(name) != "follows" for name in names):
                return False
            if any(status(name) not in ("does_not_follow", "ruled_out")
                   for name in policy.consequences if name not in names):
                return False
        elif any(status(name) != expected for name in names):
            return False
    return True


# --------------------------------------------------------------------------------------------------------
# A question and its answer.
# --------------------------------------------------------------------------------------------------------


def read_policy(path):
    with open(path, "rb") as file:
        data = file.read()
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("a rule file is UTF-8") from error
    # "A byte order mark at the beginning is no part of the text."
    policy = Parser(text.removeprefix("\ufeff")).file()
    check(policy)
    return policy


def answer(request):
    try:
        policy = read_policy(request["rules"])
        if request.get("scenarios"):
            # The date: "a scenario of it that has none is a mistake".
            if needs_date(policy) and any((it.on or policy.as_of) is None for it in policy.scenarios):
                raise Refused("the scenario depends on the date")
            return {"scenarios": [passes(policy, scenario) for scenario in policy.scenarios]}
        today = policy.as_of
        if request.get("on") is not None:
            today = read_date(request["on"])
            if today is None:
                raise Refused("not a day of the calendar")
        view = View(policy, request.get("according_to", ()), request.get("without", ()),
                    request.get("known_by"), request.get("require"))
        text = request.get("profile_text")
        profile = read_profile(policy, json.dumps(request.get("profile", {})) if text is None else text)
        case = Case(policy, [rule for rule in policy.rules.values() if view.keeps(rule)], today)
        return {name: case.outcome(name, profile) for name in policy.consequences}
    except Refused as refused:
        found = {"refused": True}
        if refused.line is not None:
            found["line"] = refused.line
        return found
