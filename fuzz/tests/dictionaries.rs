//! The dictionary of the language holds its reserved words.

use std::collections::BTreeSet;

#[test]
fn the_words_of_the_dictionary_are_those_of_the_reference() {
    let reference = include_str!("../../docs/language.md");
    let (_, rest) = reference.split_once("The reserved words are:\n\n```text\n").expect("the reference lists them");
    let (words, _) = rest.split_once("```").expect("the list ends");
    let reserved: BTreeSet<&str> = words.split_whitespace().collect();
    let dictionary = include_str!("../dictionaries/parse.dict");
    let entries = dictionary.lines().filter_map(|line| line.strip_prefix('"')?.strip_suffix('"'));
    let is_word = |entry: &&str| entry.bytes().all(|byte| byte.is_ascii_lowercase());
    assert_eq!(entries.filter(is_word).collect::<BTreeSet<&str>>(), reserved);
}
