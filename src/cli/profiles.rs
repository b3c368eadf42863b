//! Profiles from files, standard input and `--set`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Failure;
use super::columns::fact;
use super::files::{cannot, read, read_input, shown};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::json;
use crate::limits::Limit;
use crate::model::{FactId, Policy, Profile, Value};
use crate::syntax;

#[derive(Args)]
pub(super) struct SetOptions {
    /// A fact's value, over what the profile says; may be repeated
    #[arg(long = "set", value_name = "FACT=VALUE")]
    set: Vec<String>,
}

/// A profile, and how readers know it.
pub(super) struct Named {
    pub(super) name: Option<String>,
    pub(super) profile: Profile,
    /// The facts that are said not to be known.
    pub(super) not_known: Vec<FactId>,
}

impl SetOptions {
    /// Whether no value is given.
    pub(super) fn is_empty(&self) -> bool {
        self.set.is_empty()
    }

    /// Reads all profiles, or one in which nothing is known where none is named.
    ///
    /// Every mistake of every profile is reported in one run.
    pub(super) fn profiles(&self, policy: &Policy, paths: &[PathBuf]) -> Result<Vec<Named>, Failure> {
        if paths.iter().filter(|path| *path == Path::new("-")).count() > 1 {
            return Err(Failure::Message("`-` stands twice, and standard input can be read only once".to_owned()));
        }
        let settings = self.settings(policy)?;
        let mut set: HashSet<FactId> = HashSet::new();
        if let Some((fact, _)) = settings.iter().find(|(fact, _)| !set.insert(*fact)) {
            let message = format!("`--set {}` stands twice: keep one of the two", policy[*fact].name);
            return Err(Failure::Message(message));
        }
        let mut profiles = Vec::new();
        let mut found = Vec::new();
        for path in paths {
            read_profiles(policy, path, &mut profiles, &mut found)?;
        }
        if !found.is_empty() {
            return Err(Failure::Mistakes(Diagnostics { files: policy.files.clone(), list: found }));
        }
        if paths.is_empty() {
            profiles.push(Named { name: None, profile: policy.unknown(), not_known: Vec::new() });
        }
        for named in &mut profiles {
            for (fact, value) in &settings {
                named.profile.set(*fact, *value);
                named.not_known.retain(|other| other != fact);
                named.not_known.extend(value.is_none().then_some(*fact));
            }
        }
        Ok(profiles)
    }

    /// Reads the one profile that is named, or one in which nothing is known.
    pub(super) fn profile(&self, policy: &Policy, path: Option<&PathBuf>) -> Result<Named, Failure> {
        let mut profiles = self.profiles(policy, path.map_or(&[], std::slice::from_ref))?;
        match (profiles.pop(), profiles.len()) {
            (Some(named), 0) => Ok(named),
            (last, others) => {
                let count = others + usize::from(last.is_some());
                Err(Failure::Message(format!("one profile is wanted here, and there are {count}")))
            }
        }
    }

    fn settings(&self, policy: &Policy) -> Result<Vec<(FactId, Option<Value>)>, Failure> {
        self.set.iter().map(|setting| read_setting(policy, setting)).collect()
    }
}

fn read_setting(policy: &Policy, setting: &str) -> Result<(FactId, Option<Value>), Failure> {
    // The setting may hold a value, so it is not shown.
    let (name, text) = setting.split_once('=').ok_or_else(|| {
        let example = policy.facts.first().map_or(String::new(), |fact| format!(", such as `--set {}=…`", fact.name));
        Failure::Message(format!("`--set` wants FACT=VALUE{example}"))
    })?;
    let fact = fact(policy, name)?;
    let value = json::value_from_text(policy, fact, text).map_err(|report| {
        let report = report.spot(format!("--set {name}"), None);
        Failure::Mistakes(Diagnostics { files: policy.files.clone(), list: vec![report] })
    })?;
    Ok((fact, value))
}

fn read_profiles(
    policy: &Policy,
    path: &Path,
    profiles: &mut Vec<Named>,
    found: &mut Vec<Diagnostic>,
) -> Result<(), Failure> {
    let from_input = path == Path::new("-");
    let name = if from_input { "standard input".to_owned() } else { shown(path) };
    let bytes = if from_input { read_input(&policy.limits)? } else { read_profile_file(policy, path)? };
    let text = match syntax::decode(&name, bytes, &policy.limits) {
        Ok(text) => text,
        Err(report) => {
            found.push(report);
            return Ok(());
        }
    };
    let given = if from_input { "-".to_owned() } else { name.clone() };
    let by_line = path.extension().is_some_and(|extension| extension == "jsonl") || from_input && is_lines(&text);
    let mut add = |given: String, text: &str, line: usize| {
        match json::read_answers(policy, &name, text, line) {
            Ok((profile, not_known)) => profiles.push(Named { name: Some(given), profile, not_known }),
            Err(mistakes) => found.extend(mistakes),
        }
        // All are held at once, with a place for each fact.
        let limits = &policy.limits;
        match profiles.len() as u64 * policy.facts.len() as u64 <= limits.of(Limit::ProfileFacts) {
            true => Ok(()),
            false => Err(Failure::Message(format!(
                "these profiles have more than {} facts together: a population is counted by `ensue tally`; {}",
                limits.of(Limit::ProfileFacts),
                limits.raise(Limit::ProfileFacts)
            ))),
        }
    };
    if !by_line {
        return add(given, &text, 1);
    }
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    lines.try_for_each(|(number, line)| add(format!("{given}:{number}"), line, number))
}

fn read_profile_file(policy: &Policy, path: &Path) -> Result<Vec<u8>, Failure> {
    if path.extension().is_some_and(|extension| extension == "ensue") {
        return Err(cannot("use", path, "a profile is wanted here, a JSON file, and this is a rule file"));
    }
    read(path, &policy.limits).map_err(|reason| {
        let name = path.to_str().and_then(|text| text.split_once('=')).map(|(name, _)| name);
        match name.filter(|name| policy.fact(name).is_some()) {
            Some(name) => Failure::Message(format!("a fact's value is given with `--set`: `--set {name}=…`")),
            None => cannot("read", path, &reason),
        }
    })
}

/// Whether standard input has a whole profile on its first line and more below.
fn is_lines(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let whole = |line: &str| line.starts_with('{') && line.ends_with('}');
    lines.next().is_some_and(whole) && lines.next().is_some()
}
