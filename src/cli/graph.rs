//! `ensue graph`: pictures of a policy.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::files::{load, portable};
use super::profiles::SetOptions;
use super::view::{ViewOptions, consequence, failed};
use super::{Failure, Found, Output};
use crate::graph::{self, Given, TooLarge};
use crate::limits::{Limit, Limits};
use crate::semantics::Engine;

#[derive(Args)]
#[command(
    after_help = "With a profile, or with `--set`, the path that it takes is marked. The picture goes to standard \
                  output: `ensue graph RULES > graph.svg`."
)]
pub(super) struct Graph {
    /// A rule file
    rules: PathBuf,
    /// A JSON file, or `-` for standard input
    profile: Option<PathBuf>,
    /// Show what decides this consequence: the questions that matter, and where each answer leads
    #[arg(long = "of", value_name = "CONSEQUENCE")]
    of: Option<String>,
    #[command(flatten)]
    set: SetOptions,
    #[command(flatten)]
    view: ViewOptions,
    /// How the picture is written
    #[arg(long, default_value = "svg")]
    format: Format,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A picture that every browser shows
    Svg,
    /// For Graphviz
    Dot,
    /// For Mermaid, such as in Markdown
    Mermaid,
}

impl Graph {
    pub(super) fn run(self, output: &Output) -> Result<Found, Failure> {
        let policy = load(&self.rules, &output.limits)?;
        let view = self.view.view(&policy)?;
        let of = self.of.as_ref().map(|name| consequence(&policy, name)).transpose()?;
        let named = self.set.profile(&policy, self.profile.as_ref())?;
        let engine = Engine::new(&policy, &view).map_err(|report| failed(&policy, report))?;
        let is_given = self.profile.is_some() || !self.set.is_empty();
        let name = named.name.as_deref().map(portable);
        let given = is_given.then_some(Given { name: name.as_deref(), profile: &named.profile });
        let graph = match of {
            None => graph::evidence(&engine, given),
            Some(consequence) => graph::decision(&engine, consequence, given).ok_or_else(|| {
                Failure::Message(format!(
                    "the rules about `{}` are too large for one diagram: without `--of`, the graph shows the rules \
                     themselves, and `ensue why` explains one profile; {}",
                    policy[consequence].name,
                    policy.limits.raise(Limit::CompileSteps)
                ))
            })?,
        };
        output.result(&match self.format {
            Format::Svg => {
                graph::svg(&graph, "ensue-graph", &policy.limits).map_err(|found| too_large(&found, &policy.limits))?
            }
            Format::Dot => graph::dot(&graph),
            Format::Mermaid => graph::mermaid(&graph),
        })?;
        Ok(Found::Nothing)
    }
}

fn too_large(found: &TooLarge, limits: &Limits) -> Failure {
    let [boxes, arrows] = [Limit::PictureBoxes, Limit::PictureArrows].map(|limit| limits.of(limit));
    Failure::Message(format!(
        "the graph has {} boxes and {} arrows, more than a legible picture holds ({boxes} and {arrows}): `--format \
         dot` writes all of them for Graphviz; {}",
        found.nodes,
        found.edges,
        limits.raise(if found.nodes as u64 > boxes { Limit::PictureBoxes } else { Limit::PictureArrows })
    ))
}
