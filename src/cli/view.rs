//! The options that say of which rules an answer speaks.

use clap::Args;

use super::Failure;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{ConsequenceId, Date, Policy, SourceId};
use crate::semantics::View;

#[derive(Args)]
pub(super) struct ViewOptions {
    /// The date of evaluation; else the policy's `as of`
    #[arg(long, value_name = "DATE", value_parser = date)]
    on: Option<Date>,
    /// Only claims by SOURCE, or by a source quoted in it, count; may be repeated
    #[arg(long, value_name = "SOURCE")]
    according_to: Vec<String>,
    /// Claims by SOURCE do not count; may be repeated
    #[arg(long, value_name = "SOURCE")]
    without: Vec<String>,
    /// Only claims that were published by DATE count
    #[arg(long, value_name = "DATE", value_parser = date)]
    known_by: Option<Date>,
    /// Only rules whose claims have at least N independent origins
    #[arg(long, value_name = "N", value_parser = least_origins)]
    require: Option<usize>,
}

pub(super) fn date(text: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| "a date is a day that exists, written 2025-03-07".to_owned())
}

fn least_origins(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|least| *least > 0).ok_or_else(|| "a number of origins is a whole one, from 1".to_owned())
}

impl ViewOptions {
    /// The options that were given, as they are written.
    pub(super) fn arguments(&self) -> Vec<String> {
        let mut given: Vec<String> = Vec::new();
        given.extend(self.on.map(|date| format!("--on {date}")));
        given.extend(self.according_to.iter().map(|source| format!("--according-to {source}")));
        given.extend(self.without.iter().map(|source| format!("--without {source}")));
        given.extend(self.known_by.map(|date| format!("--known-by {date}")));
        given.extend(self.require.map(|least| format!("--require {least}")));
        given
    }

    pub(super) fn view(&self, policy: &Policy) -> Result<View, Failure> {
        let sources = |names: &[String]| names.iter().map(|name| source(policy, name)).collect::<Result<Vec<_>, _>>();
        Ok(View {
            on: self.on,
            according_to: sources(&self.according_to)?,
            without: sources(&self.without)?,
            known_by: self.known_by,
            require: self.require,
        })
    }
}

pub(super) fn source(policy: &Policy, name: &str) -> Result<SourceId, Failure> {
    let known: Vec<&str> = policy.sources.iter().map(|source| source.name.as_str()).collect();
    policy.source(name).ok_or_else(|| unknown(policy, "source", name, &known))
}

pub(super) fn consequence(policy: &Policy, name: &str) -> Result<ConsequenceId, Failure> {
    let known: Vec<&str> = policy.consequences.iter().map(|consequence| consequence.name.as_str()).collect();
    policy.consequence(name).ok_or_else(|| unknown(policy, "consequence", name, &known))
}

/// The failure of naming something that the policy does not have.
pub(super) fn unknown(policy: &Policy, kind: &str, name: &str, known: &[&str]) -> Failure {
    failed(policy, Diagnostic::unknown_name(kind, name, known))
}

pub(super) fn failed(policy: &Policy, report: Diagnostic) -> Failure {
    Failure::Mistakes(Diagnostics { files: policy.files.clone(), list: vec![report] })
}
