//! Any bytes as a table of rows.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use ensue::population::coding::{Bin, Coding};
use ensue::population::table::{self, Plan, Refused, Reject, Whole};
use ensue::population::{Count, Sink, TooMany};
use ensue::{Engine, Policy, View};

use crate::draw::Draw;
use crate::rules;

/// Facts of all types, each of which is read.
const RULES: &str = "policy p \"P\" as of 2018-03-01
fact b0 \"B\" : yes or no
fact l0 \"L\" : one of va, vb, vc
fact w0 \"W\" : whole number from 0 to 3
fact n0 \"N\" : number
fact d0 \"D\" : date
consequence c0 \"C\" harm
consequence c1 \"C\"
rule r0 \"R\" when b0 and l0 is va and w0 > 1 then c0
rule r1 \"R\" when n0 > 1 and d0 < 2000-02-29 then c1";

static POLICY: LazyLock<Policy> = LazyLock::new(|| rules::sound(RULES));
static ENGINE: LazyLock<Engine<'static>> =
    LazyLock::new(|| Engine::new(&POLICY, &View::default()).expect("it has a date"));
static CODING: LazyLock<Coding> = LazyLock::new(|| Coding::new(&ENGINE, &POLICY.fact_ids().collect::<Vec<_>>(), &[]));

/// Keeps combinations as they come.
#[derive(Default)]
pub(crate) struct Kept(Vec<(Vec<Bin>, Count)>);

impl Sink for Kept {
    fn take(&mut self, combination: &[Bin], count: Count) -> Result<(), TooMany> {
        self.0.push((combination.to_vec(), count));
        Ok(())
    }

    fn join(&mut self, other: Self) -> Result<(), TooMany> {
        self.0.extend(other.0);
        Ok(())
    }
}

/// The sums of rows and of weights, how many rows there were and were rejected; or why there are none. And what
/// was rejected.
pub(crate) type Outcome = (Result<(BTreeMap<Vec<Bin>, (u64, String)>, u64, u64), String>, Vec<Reject>);

pub(crate) fn outcome(whole: Result<Whole<Kept>, Refused>, rejects: Vec<Reject>) -> Outcome {
    let whole = whole.and_then(|Whole { sink, rows, rejected }| {
        let mut sums: BTreeMap<Vec<Bin>, Count> = BTreeMap::new();
        for (bins, count) in sink.0 {
            sums.entry(bins).or_default().add(count)?;
        }
        Ok((sums.into_iter().map(|(bins, sum)| (bins, (sum.rows, sum.weight.to_string()))).collect(), rows, rejected))
    });
    (whole.map_err(|refused| format!("{refused:?}")), rejects)
}

pub(crate) fn read(bytes: &[u8], plan: &Plan<'_>) -> Outcome {
    let mut rejects = Vec::new();
    let whole = table::read(bytes, plan, Kept::default, |reject| rejects.push(reject.clone()), |_| {});
    outcome(whole, rejects)
}

/// Every row is counted or rejected, and what is rejected is told by the name of a column that is wanted.
pub(crate) fn check(outcome: &Outcome, plan: &Plan<'_>) {
    let (whole, rejects) = outcome;
    if let Ok((sums, rows, rejected)) = whole {
        let counted: u64 = sums.values().map(|(rows, _)| rows).sum();
        assert_eq!(counted + rejected, *rows, "rows are counted or rejected");
        // With a column of numbers a line may stand for many rows.
        if plan.rows.is_none() {
            assert_eq!(rejects.len() as u64, *rejected);
            assert!(*rejected <= plan.max_rejects);
        }
    }
    let wanted = |name: &str| {
        let others = plan.weight.iter().chain(&plan.rows);
        plan.names.iter().chain(others).any(|it| it == name)
    };
    for reject in rejects {
        assert!(reject.column.as_deref().is_none_or(wanted), "{reject:?}");
    }
    assert!(rejects.is_sorted_by_key(|reject| reject.line), "in the order of the file");
}

pub(crate) fn plan(draw: &mut Draw<'_>) -> Plan<'static> {
    let mut plan = Plan::new(&ENGINE, &CODING);
    plan.weight = draw.once_in(2).then(|| "weight".to_owned());
    plan.rows = draw.once_in(4).then(|| "rows".to_owned());
    plan.missing_as_unknown = draw.once_in(2);
    plan.multiline_cells = draw.once_in(4);
    plan.delimiter = [None, None, Some(b','), Some(b';'), Some(b'\t'), Some(b'|')][draw.below(6)];
    plan.max_rejects = [100, 0, 3][draw.below(3)];
    if draw.once_in(4) {
        plan.unknown = vec!["NA".to_owned(), "-".to_owned()];
    }
    if draw.once_in(4) {
        plan.ignored = vec!["n0".to_owned()];
    }
    plan
}

/// What no message may hold.
const CANARY: &str = "canary7391";

/// Reads a table in one piece and in pieces, by one thread and by several: all alike.
pub fn table(data: &[u8]) {
    // Choices stand at the beginning, so that the rest is a table as it is.
    let Some((choices, bytes)) = data.split_at_checked(8) else { return };
    let mut plan = plan(&mut Draw::new(choices));
    plan.block = 1;
    let expected = read(bytes, &plan);
    check(&expected, &plan);
    for (block, threads, remembered) in [(1 << 20, 1, 1000), (64, 1, 2), (40, 2, 3)] {
        (plan.block, plan.threads, plan.remembered) = (block, threads, remembered);
        assert_eq!(read(bytes, &plan), expected, "blocks of {block}, {threads} threads");
    }
    // A row that is wrong in every way: its line may be told, and none of its words.
    let mut with = bytes.to_vec();
    with.extend_from_slice(match bytes.first() {
        Some(b'{') => b"\n{\"b0\": \"canary7391\", \"l0\": \"canary7391\", \"d0\": [\"canary7391\"]}\n",
        Some(_) | None => b"\ncanary7391,canary7391;canary7391\tcanary7391,canary7391\n",
    });
    // Where there is no other line, it is the header, whose names are told.
    if bytes.contains(&b'\n') && !bytes.starts_with(b"\n") {
        let (whole, rejects) = read(&with, &plan);
        if let Err(why) = &whole {
            assert!(!why.contains(CANARY), "{why}");
        }
        let told: String = rejects.iter().map(|reject| format!("{reject:?}{}", reject.why)).collect();
        assert!(!told.contains(CANARY), "{told}");
    }
}
