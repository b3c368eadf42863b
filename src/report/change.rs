//! What would have to be otherwise for a consequence to have another status.

use super::outcomes::{known_value, labels};
use super::page::Page;
use super::{Form, page, value_shown, values_shown};
use crate::explore::change::{Also, Change, Changes, Part, Taken, Wanted};
use crate::json::Subject;
use crate::model::{ChoiceOption, ConsequenceId};
use crate::semantics::{Settled, Status};
use crate::words::{does_not_follow, says_does_not_follow, status_words};

/// All smallest changes of known facts that make a consequence otherwise.
#[must_use]
pub fn changes(subject: Subject<'_>, changes: &Changes<'_>, wanted: Wanted, form: Form) -> String {
    let policy = subject.policy;
    let now = &changes.now;
    let mut page = page(subject, form);
    page.part(&form.shown(&policy[now.consequence].label));
    page.line("now: ", &status_words(now.status));
    match now.status {
        Status::Undetermined(_) => page.line("depends on: ", &labels(policy, &now.depends_on, form)),
        Status::Follows | Status::DoesNotFollow | Status::RuledOut | Status::Disputed => {
            let facts: Vec<String> = now.because.iter().map(|fact| known_value(subject, *fact, form)).collect();
            if !facts.is_empty() {
                page.line("because: ", &facts.join("; "));
            }
        }
    }
    if !changes.kept.is_empty() {
        page.line("kept: ", &labels(policy, &changes.kept, form));
    }
    if let Wanted::To(wanted) = wanted
        && now.status.settled() == Some(wanted)
    {
        page.remark(2, "That is what was asked for already.");
        return page.finish();
    }
    let asked = match wanted {
        Wanted::Otherwise if now.status.settled().is_none() => "it would be settled",
        Wanted::Otherwise => "it would be otherwise",
        Wanted::To(Settled::Follows) => "it would follow",
        Wanted::To(Settled::DoesNotFollow) => "it would not follow",
        Wanted::To(Settled::RuledOut) => "it would be ruled out",
        Wanted::To(Settled::Disputed) => "it would be disputed",
    };
    let Some(found) = &changes.found else {
        let more = subject.policy.limits.list_more();
        page.remark(
            2,
            &format!("Not decided: there are too many changes to be listed, or these rules are too large; {more}."),
        );
        return page.finish();
    };
    for is_choice in [true, false] {
        let some = found.iter().filter(|change| change.is_choice == is_choice);
        let some: Vec<&Change<'_>> = some.collect();
        if !some.is_empty() {
            let who = if is_choice { " that this person can choose" } else { "" };
            let other = if !is_choice && changes.has_choice() { "other " } else { "" };
            page.part(&format!("With one of these {other}changes{who}, {asked}"));
            some.into_iter().for_each(|change| self::change(&mut page, subject, change));
        }
    }
    unknown_options(&mut page, subject, changes, asked);
    if !changes.open.is_empty() {
        page.part("With one of these options, it would depend on what is not known");
        changes.open.iter().for_each(|taken| self::taken(&mut page, subject, taken));
    }
    let enough = match changes.kept[..] {
        [] => "is enough.",
        _ => "is enough while what is kept stays as it is.",
    };
    if found.is_empty() {
        match subject.profile.known().next() {
            None => page.remark(2, "Nothing is known that could be otherwise."),
            Some(_) => page.remark(2, &["No change of the known facts ", enough].concat()),
        }
    }
    if !policy.choices.is_empty() && changes.is_beyond_choice() {
        let nothing = match &changes.open[..] {
            [] => "Nothing that this person can choose, of the options named in these rules, ",
            _ => "Of nothing that this person can choose, of the options named in these rules, is it certain that it ",
        };
        page.remark(2, &[nothing, enough].concat());
    }
    let options = changes.options.iter().flatten().chain(&changes.open).map(|taken| taken.leads_to);
    let told = found.iter().flat_map(|change| change.leads_to.iter().copied()).chain(options).chain([now.status]);
    if told.into_iter().any(says_does_not_follow) {
        page.remark(2, does_not_follow(subject.selection));
    }
    page.remark(
        2,
        "These are conditions of the encoded reports, turned round. They say nothing of what is not reported, \
         and nothing of what anybody should do.",
    );
    page.finish()
}

/// Options that are enough because they settle what is not known: they change no known fact.
fn unknown_options(page: &mut Page, subject: Subject<'_>, changes: &Changes<'_>, asked: &str) {
    let settles = |taken: &&Taken<'_>| {
        let mut sets = taken.options.iter().flat_map(|option| &option.sets);
        sets.any(|(fact, _)| subject.profile.value(*fact).is_none())
    };
    // An option that changes what is known, and is enough by that, stands there already.
    let listed = |option: &&ChoiceOption| {
        let changes = changes.found.iter().flatten().filter(|change| change.is_choice && change.parts.len() == 1);
        changes.flat_map(|change| &change.parts[0].options).any(|other| other.name == option.name)
    };
    let is_new = |taken: &&Taken<'_>| !(taken.options.len() == 1 && listed(&taken.options[0]));
    let some: Vec<&Taken<'_>> = changes.options.iter().flatten().filter(settles).filter(is_new).collect();
    if !some.is_empty() {
        page.part(&format!("With one of these options, which settle what is not known, {asked}"));
    }
    some.into_iter().for_each(|taken| self::taken(page, subject, taken));
}

fn taken(page: &mut Page, subject: Subject<'_>, taken: &Taken<'_>) {
    let form = page.form;
    let options: Vec<String> = taken.options.iter().map(|option| form.shown(&option.label)).collect();
    page.item(&options.join("; and "));
    page.detail("then: ", &status_words(taken.leads_to));
    self::also(page, subject, &taken.also);
}

/// What else follows or is disputed then, or may be.
fn also(page: &mut Page, subject: Subject<'_>, also: &[(ConsequenceId, Also)]) {
    let form = page.form;
    for how in &Also::ALL {
        let lead = match how {
            Also::Follows => "then also follows: ",
            Also::FollowsForSome => "for some of these also follows: ",
            Also::MayFollow => "then may also follow: ",
            Also::MayStillFollow => "may follow then as now: ",
            Also::Disputed => "then is disputed: ",
            Also::MayBeDisputed => "then may be disputed: ",
        };
        let labels = also.iter().filter(|(_, other)| other == how);
        let labels: Vec<String> = labels.map(|(id, _)| form.shown(&subject.policy[*id].label)).collect();
        if !labels.is_empty() {
            page.detail(lead, &labels.join("; "));
        }
    }
}

fn change(page: &mut Page, subject: Subject<'_>, change: &Change<'_>) {
    let form = page.form;
    let policy = subject.policy;
    let parts: Vec<String> = change.parts.iter().map(|it| part(subject, it, form)).collect();
    page.item(&parts.join("; and "));
    let leads_to: Vec<String> = change.leads_to.iter().map(|it| status_words(*it)).collect();
    page.detail("then: ", &leads_to.join(", or "));
    let mut options: Vec<String> = Vec::new();
    for part in &change.parts {
        for option in &part.options {
            let mut label = form.shown(&option.label);
            // Of several values an option sets one.
            let set = option.sets.iter().find(|(fact, _)| *fact == part.fact).filter(|_| part.values.only().is_none());
            if let Some((fact, value)) = set {
                label = format!("{label} ({})", value_shown(policy, *fact, *value, form));
            }
            if !options.contains(&label) {
                options.push(label);
            }
        }
    }
    if !options.is_empty() {
        page.detail(if options.len() == 1 { "option: " } else { "options: " }, &options.join("; "));
    }
    match &change.also {
        None => page.detail("", "what else follows then differs too much among these values to be listed"),
        Some(also) => self::also(page, subject, also),
    }
}

/// `Holds a Russian passport: yes (now no)`.
fn part(subject: Subject<'_>, part: &Part<'_>, form: Form) -> String {
    let policy = subject.policy;
    let now = subject.profile.value(part.fact).expect("only known facts are changed");
    let label = form.shown(&policy[part.fact].label);
    let values = values_shown(policy, part.fact, &part.values, form);
    format!("{label}: {values} (now {})", value_shown(policy, part.fact, now, form))
}
