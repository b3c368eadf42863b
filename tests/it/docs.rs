//! What documents show is what happens.

use std::collections::BTreeSet;

use ensue::diagnostic::Code;

use crate::examples::{Block, blocks, bytes, mistakes};

/// The codes found in the blocks below `heading`: rule files, the first one the root, and at
/// most one profile.
fn found(blocks: &[&Block]) -> BTreeSet<Code> {
    let name = |block: &Block| block.info.split_whitespace().nth(1).unwrap_or("example.ensue").to_owned();
    let rules = blocks.iter().filter(|block| block.info.starts_with("ensue"));
    let files: Vec<(String, Vec<u8>)> =
        rules.map(|block| (name(block), bytes(block.text.trim_end_matches('\n')))).collect();
    let profile = blocks.iter().find(|block| block.info == "json").map(|block| block.text.as_str());
    mistakes(&files, profile).map(|found| found.list.iter().map(|it| it.code).collect()).unwrap_or_default()
}

#[test]
fn each_code_has_a_page_whose_wrong_example_gives_it_and_whose_right_one_gives_none() {
    for &code in Code::ALL {
        let page = code.page();
        assert!(page.starts_with(&format!("# {code}\n\n")), "the page of `{code}` begins with its name");
        let (wrong, right) = page.split_once("\nRight:\n").unwrap_or_else(|| panic!("`{code}` shows no right way"));
        let (wrong, right) = (blocks(wrong), blocks(right));
        assert!(!wrong.is_empty() && !right.is_empty(), "the page of `{code}` has examples");
        assert_eq!(found(&wrong.iter().collect::<Vec<_>>()), BTreeSet::from([code]), "the wrong example of `{code}`");
        assert_eq!(found(&right.iter().collect::<Vec<_>>()), BTreeSet::new(), "the right example of `{code}`");
    }
}
