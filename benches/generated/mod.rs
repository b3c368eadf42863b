//! Rule files that are made up, always the same for the same numbers: what many rules cost.

use std::fmt::Write as _;

/// Numbers that look random (Marsaglia 2003).
pub struct Random(pub u32);

impl Random {
    /// A number below another.
    pub fn below(&mut self, below: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        self.0 % below
    }
}

/// Three to five tests of the fifty facts.
fn condition(random: &mut Random) -> String {
    let test = |random: &mut Random| match random.below(5) {
        0 => format!("l{} is v{}", random.below(10), ["a", "b", "c", "d"][random.below(4) as usize]),
        1 => format!("n{} >= {}", random.below(10), random.below(100)),
        2 => format!("not b{}", random.below(30)),
        _ => format!("b{}", random.below(30)),
    };
    let tests: Vec<String> = (0..3 + random.below(3)).map(|_| test(random)).collect();
    tests.join(" and ")
}

/// A rule file of `rules` rules of three to five tests over fifty facts, ten rules for each
/// consequence. With `conditions`, each rule has one of so many.
pub fn generated(rules: usize, conditions: Option<u32>) -> String {
    let mut random = Random(0x9e37_79b9);
    let mut text = String::from("policy generated \"Generated\" as of 2025-01-01\nsource s \"Somebody\"\n");
    for index in 0..100 {
        let _ = writeln!(text, "claim k{index} by s \"What is reported as number {index}.\"");
    }
    for index in 0..30 {
        let _ = writeln!(text, "fact b{index} \"Fact {index}\" : yes or no");
    }
    for index in 0..10 {
        let _ = writeln!(text, "fact l{index} \"List {index}\" : one of va, vb, vc, vd");
        let _ = writeln!(text, "fact n{index} \"Number {index}\" : whole number from 0 to 100");
    }
    for index in 0..rules.div_ceil(10) {
        let _ = writeln!(text, "consequence c{index} \"Consequence {index}\" harm");
    }
    let shared: Vec<String> = (0..conditions.unwrap_or(0)).map(|_| condition(&mut random)).collect();
    for index in 0..rules {
        let when = match conditions {
            Some(count) => shared[random.below(count) as usize].clone(),
            None => condition(&mut random),
        };
        let _ = writeln!(
            text,
            "rule r{index} \"Rule number {index} of the policy\"\n  per k{}\n  when {when}\n  then c{}",
            index % 100,
            index / 10
        );
    }
    text
}
