//! Any bytes as a rule file.

use crate::rules;

/// Reads the bytes as a rule file: it is refused with places, or laid out without another meaning.
pub fn parse(data: &[u8]) {
    match rules::load(data) {
        Err(found) => {
            assert!(!found.list.is_empty());
            rules::check_findings(&found.files, &found.list);
        }
        Ok(policy) => {
            let text = std::str::from_utf8(data).expect("only UTF-8 is read");
            rules::check_layout(text, &policy);
        }
    }
}
