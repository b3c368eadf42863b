//! Makes the changes that mend findings for certain.

use std::collections::BTreeMap;
use std::path::Path;

use super::Failure;
use super::files::{cannot, read, replace};
use crate::diagnostic::{Diagnostics, Fix};
use crate::limits::Limits;
use crate::report;
use crate::syntax;
use crate::text::FileId;

/// How often findings are looked for again: a change may leave another thing to be mended.
const ROUNDS: usize = 10;

/// Mends what can be mended in the files of a policy, and returns what is found in them then.
///
/// # Errors
/// When a file changed since it was read, or cannot be written: what was not written stays.
pub(super) fn mended(
    path: &Path,
    found: impl Fn(&Path) -> Result<Diagnostics, Failure>,
    notice: impl Fn(&str),
) -> Result<Diagnostics, Failure> {
    let mut diagnostics = found(path)?;
    for _ in 0..ROUNDS {
        let mut fixes: BTreeMap<FileId, Vec<&Fix>> = BTreeMap::new();
        for fix in diagnostics.list.iter().flat_map(|it| &it.fixes).filter(|fix| fix.certain) {
            fixes.entry(fix.place.file).or_default().push(fix);
        }
        if fixes.is_empty() {
            break;
        }
        for (file, fixes) in fixes {
            let count = write(&diagnostics, file, fixes)?;
            let name = report::one_line(&diagnostics.files[file].name);
            let findings = if count == 1 { "1 finding".to_owned() } else { format!("{count} findings") };
            notice(&format!("mended {findings} in {name}\n"));
        }
        diagnostics = found(path)?;
    }
    Ok(diagnostics)
}

/// Makes the changes in one file; how many there were.
fn write(diagnostics: &Diagnostics, file: FileId, mut fixes: Vec<&Fix>) -> Result<usize, Failure> {
    let file_read = &diagnostics.files[file];
    let path = Path::new(&file_read.name);
    let old = read(path, &Limits::most()).map_err(|reason| cannot("read", path, &reason))?;
    let text = &file_read.text;
    // A byte order mark is no part of the text.
    let before = old.len().saturating_sub(text.len());
    if &old[before..] != text.as_bytes() || !matches!(&old[..before], b"" | b"\xef\xbb\xbf") {
        return Err(cannot("write", path, "it was changed since it was read; nothing was written"));
    }
    fixes.sort_by_key(|fix| fix.place.span);
    let mut new = String::from_utf8_lossy(&old[..before]).into_owned();
    let (mut at, mut count) = (0, 0);
    for fix in fixes {
        let span = fix.place.span.range();
        // Of two that overlap, the second is made in the next round, if it is still there.
        if span.start >= at {
            new.push_str(&text[at..span.start]);
            new.push_str(&fix.replacement);
            at = span.end;
            count += 1;
        }
    }
    new.push_str(&text[at..]);
    let sound = syntax::parse(file, &new[before..], &Limits::most()).1.is_empty();
    if !sound {
        let reason = "the change would have left a mistake, so nothing was written; please report this";
        return Err(cannot("mend", path, reason));
    }
    replace(path, &old, new.as_bytes())?;
    Ok(count)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::text::{Files, Place, Span};

    #[test]
    fn a_file_that_changed_since_it_was_read_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules.ensue");
        let text = "fact a \"A\" : yes or no\nfact b \"B\" : yes or no\n";
        let mut files = Files::default();
        let file = files.add(path.to_str().unwrap(), text);
        let found = Diagnostics { files, list: Vec::new() };
        let first_line = Place { file, span: Span::new(0, text.find('\n').unwrap() + 1) };
        let fix = Fix { place: first_line, replacement: String::new(), certain: true };
        for changed in ["", "fact c \"C\" : yes or no\n", "\u{feff}\u{feff}fact a"] {
            fs::write(&path, changed).unwrap();
            let refused = write(&found, file, vec![&fix]);
            assert!(matches!(refused, Err(Failure::Message(it)) if it.contains("changed since it was read")));
            assert_eq!(fs::read_to_string(&path).unwrap(), changed);
        }
        for mark in ["", "\u{feff}"] {
            fs::write(&path, format!("{mark}{text}")).unwrap();
            assert!(matches!(write(&found, file, vec![&fix]), Ok(1)));
            assert_eq!(fs::read_to_string(&path).unwrap(), format!("{mark}fact b \"B\" : yes or no\n"));
        }
        // What would leave a mistake is not written.
        let half = Place { file, span: Span::new(0, 4) };
        let fix = Fix { place: half, replacement: String::new(), certain: true };
        fs::write(&path, text).unwrap();
        assert!(matches!(write(&found, file, vec![&fix]), Err(Failure::Message(_))));
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}
