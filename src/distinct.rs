//! Sets as sorted lists: small, and the same in every run.

/// The items ascending, each once.
pub(crate) fn distinct<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut distinct: Vec<T> = items.into_iter().collect();
    distinct.sort_unstable();
    distinct.dedup();
    distinct
}
