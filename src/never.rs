//! What cannot be.

/// Ends the run: an answer that rests on a broken invariant would be wrong.
#[expect(clippy::panic, reason = "the one place; each call names an invariant that the types do not say")]
#[track_caller]
pub(crate) fn never(invariant: &str) -> ! {
    panic!("{invariant}")
}
