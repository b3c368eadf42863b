//! What follows: the meaning of a policy, and the engine that finds it quickly and exactly.

pub(crate) mod cells;
mod changes;
pub(crate) mod decide;
pub(crate) mod diagram;
pub(crate) mod engine;
mod evaluate;
mod explain;
pub(crate) mod fold;
mod held;
pub(crate) mod order;
mod outcome;
mod paths;
mod program;
mod status;
mod table;
mod telling;
mod view;
mod written;

use crate::diagnostic::Diagnostics;
use crate::model::{ConsequenceId, Policy, Profile};
pub use engine::{Asserted, Engine, LaidBy, Question, Reach, Scratch};
pub use evaluate::evaluate;
pub use explain::{Effect, Explanation, RuleReason};
pub use held::{Held, Takes, What};
pub use outcome::{Outcome, Said};
pub use status::{Possible, Settled, Status};
pub use telling::Telling;
pub use view::{Absent, Origins, Selection, View};

impl Policy {
    /// The outcome of each consequence for a profile, on the policy's own date and according
    /// to all sources, in the order of declaration.
    ///
    /// For other views, or for many profiles, make an [`Engine`] once.
    ///
    /// # Errors
    /// When the rules depend on a date and the policy names none.
    pub fn evaluate(&self, profile: &Profile) -> Result<Vec<Outcome>, Diagnostics> {
        Ok(self.engine()?.outcomes(profile))
    }

    /// Why a consequence has its status for a profile.
    ///
    /// # Errors
    /// As for [`Policy::evaluate`].
    pub fn explain(&self, profile: &Profile, consequence: ConsequenceId) -> Result<Explanation, Diagnostics> {
        Ok(self.engine()?.explain(consequence, profile))
    }

    fn engine(&self) -> Result<Engine<'_>, Diagnostics> {
        Engine::new(self, &View::default())
            .map_err(|report| Diagnostics { files: self.files.clone(), list: vec![report] })
    }
}
