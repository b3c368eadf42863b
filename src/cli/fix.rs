//! Makes the changes that mend findings for certain.

use std::collections::BTreeMap;
use std::path::Path;

use super::Failure;
use super::files::{cannot, read, replace};
use crate::diagnostic::{Diagnostics, Fix};
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
            let name = report::plain(&diagnostics.files[file].name);
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
    let old = read(path).map_err(|reason| cannot("read", path, &reason))?;
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
    let sound = syntax::parse(file, &new[before..]).1.is_empty();
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
    use crate::cli::files::load;
    use crate::lint::{self, Chosen};

    const RULES: &str = r#"fact card "Holds a card" : yes or no
scenario "A" given card no expect only loss
scenario "B" given card no expect only loss
consequence loss "Loses it"
"#;

    #[test]
    fn a_file_that_changed_since_it_was_read_is_left() {
        let folder = tempfile::tempdir().expect("a folder for temporary files");
        let path = folder.path().join("rules.ensue");
        let marked = format!("\u{feff}{RULES}");
        for changed in [format!("{RULES}# more\n"), RULES.replace('A', "Z"), format!("# {RULES}"), String::new()] {
            for before in [RULES, &marked] {
                fs::write(&path, before).expect("it can be written");
                let found_then_changed = |path: &Path| {
                    let policy = load(path)?;
                    let list = lint::findings(&policy, &Chosen::default());
                    assert!(list.iter().any(|finding| finding.fixes.iter().any(|fix| fix.certain)));
                    fs::write(path, &changed).expect("it can be written");
                    Ok(Diagnostics { files: policy.files, list })
                };
                match mended(&path, found_then_changed, |text| panic!("{text}")) {
                    Err(Failure::Message(message)) => assert!(message.contains("was changed since it was read")),
                    Err(Failure::Mistakes(_) | Failure::Said | Failure::ClosedPipe) | Ok(_) => {
                        panic!("it was written over")
                    }
                }
                assert_eq!(fs::read_to_string(&path).expect("it is there"), changed);
            }
        }
    }
}
