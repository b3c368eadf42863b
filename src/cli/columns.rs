//! Facts and the columns of tables, as the command line names them.

use super::Failure;
use super::view::unknown;
use crate::model::{FactId, Policy};

/// The fact of this name.
pub(super) fn fact(policy: &Policy, name: &str) -> Result<FactId, Failure> {
    let known = || policy.facts.iter().map(|fact| fact.name.as_str()).collect::<Vec<&str>>();
    policy.fact(name).ok_or_else(|| unknown(policy, "fact", name, &known()))
}

/// The facts of `--map FACT=COLUMN` with their columns.
pub(super) fn mapped(policy: &Policy, map: &[String]) -> Result<Vec<(FactId, String)>, Failure> {
    let wanted = || Failure::Message("`--map` wants FACT=COLUMN, such as `--map age=AGE_2024`".to_owned());
    let mapping = |given: &String| {
        let (name, column) = given.split_once('=').ok_or_else(wanted)?;
        Ok((fact(policy, name)?, column.to_owned()))
    };
    map.iter().map(mapping).collect()
}
