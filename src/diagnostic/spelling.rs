//! The nearest spelling of a name that is not there.

/// How many of a list's names are worth offering when none is near in spelling.
const SHORT_LIST: usize = 8;

/// Names longer than this, in bytes, are compared with nothing: comparing takes time in
/// proportion to the product of both lengths.
const LONGEST: usize = 64;

/// With how many names the wrong names of one text are compared. What is wrong beyond that is
/// reported without advice, so that a text full of wrong names is read as fast as any other.
#[derive(Debug)]
pub struct Comparisons(usize);

impl Default for Comparisons {
    fn default() -> Self {
        Comparisons(200_000)
    }
}

impl Comparisons {
    /// Takes `count` from what is left, or nothing and `false` if that is less.
    #[must_use]
    pub fn take(&mut self, count: usize) -> bool {
        let left = self.0.checked_sub(count);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

/// Advice for a name that is not there: the nearest spelling, or the whole of a short list.
///
/// Returns the nearest name, if one is near, and the sentence for `help`, if there is one.
#[must_use]
pub fn suggest<'a>(wrong: &str, known: &[&'a str]) -> (Option<&'a str>, Option<String>) {
    let near = nearest(wrong, known);
    let help = match near {
        Some(name) => Some(format!("did you mean `{name}`?")),
        None if !known.is_empty() && known.len() <= SHORT_LIST => Some(format!("it can be {}", or_list(known))),
        None => None,
    };
    (near, help)
}

/// The known name nearest in spelling, if it is near enough to be a slip of the pen; of several,
/// the first one.
#[must_use]
pub fn nearest<'a>(wrong: &str, known: &[&'a str]) -> Option<&'a str> {
    if wrong.len() > LONGEST {
        return None;
    }
    // A third of the letters may differ; in a word of two letters, any other would be near.
    let limit = match wrong.chars().count() {
        0..=2 => 0,
        length => (length / 3).max(1),
    };
    let distance = |name: &str| {
        let could_be = name.chars().take(LONGEST + 1).count().abs_diff(wrong.chars().count()) <= limit;
        could_be.then(|| strsim::osa_distance(wrong, name)).filter(|distance| *distance <= limit)
    };
    let slip = known.iter().filter_map(|name| Some((distance(name)?, *name))).min_by_key(|(distance, _)| *distance);
    // `pasport` is far from `russian_passport` as a whole and near to one of its words.
    let part = || {
        let near = |name: &&&str| name.split('_').any(|word| word.len() > 3 && distance(word).is_some());
        known.iter().find(near).copied()
    };
    slip.map(|(_, name)| name).or_else(part)
}

/// What somebody wrote where a path or a name is wanted, as messages show it: what follows a `=` or
/// a `{` may be a profile's value.
#[must_use]
pub fn without_values(written: &str) -> String {
    match written.find(['=', '{', '[']) {
        Some(at) => format!("{}…", &written[..=at]),
        None => written.to_owned(),
    }
}

/// `` `a`, `b` or `c` ``.
#[must_use]
pub fn or_list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
    }
}
