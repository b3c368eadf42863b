//! Outcomes of small policies against brute force over all completions, by `semantics::evaluate`, which is the
//! specification.

use ensue::model::{ConsequenceId, FactId, Value};
use ensue::semantics::{Outcome, Possible, Settled, evaluate as specified};
use ensue::{Engine, Limit, Limits, Policy, Status, View};

use crate::draw::Draw;
use crate::rules;
use crate::small::{Small, small};

/// The statuses of every complete profile.
struct Truth {
    /// For each fact how many values it has.
    counts: Vec<usize>,
    /// By the number of the complete profile.
    statuses: Vec<Vec<Settled>>,
}

/// For each fact the place of its value, where it is known.
type Known = Vec<Option<usize>>;

impl Truth {
    fn of(policy: &Policy, values: &[Vec<Value>]) -> Self {
        let selection = View::default().select(policy).expect("it has a date");
        let counts: Vec<usize> = values.iter().map(Vec::len).collect();
        let facts: Vec<FactId> = policy.fact_ids().collect();
        let mut truth = Truth { counts, statuses: Vec::new() };
        for number in 0..truth.counts.iter().product() {
            let known: Vec<(FactId, Value)> =
                facts.iter().map(|fact| (*fact, values[fact.index()][truth.place(number, fact.index())])).collect();
            truth.statuses.push(specified(policy, &selection, &policy.knowing(&known)));
        }
        truth
    }

    fn stride(&self, fact: usize) -> usize {
        self.counts[..fact].iter().product()
    }

    /// The place of a fact's value in the complete profile of this number.
    fn place(&self, number: usize, fact: usize) -> usize {
        number / self.stride(fact) % self.counts[fact]
    }

    /// The numbers of all completions.
    fn completions<'a>(&'a self, known: &'a Known) -> impl Iterator<Item = usize> + 'a {
        let fits = move |number: &usize| {
            known.iter().enumerate().all(|(fact, place)| place.is_none_or(|place| place == self.place(*number, fact)))
        };
        (0..self.counts.iter().product()).filter(fits)
    }

    fn possible(&self, known: &Known, consequence: usize) -> Possible {
        self.completions(known).map(|number| self.statuses[number][consequence]).collect()
    }

    /// Whether two completions that differ in this fact alone have different statuses.
    fn depends_on(&self, known: &Known, consequence: usize, fact: usize) -> bool {
        let stride = self.stride(fact);
        self.completions(known).any(|number| {
            let next = number + stride;
            self.place(number, fact) + 1 < self.counts[fact]
                && self.statuses[number][consequence] != self.statuses[next][consequence]
        })
    }

    /// The smallest set of known facts that settles a status, and of several the one declared first.
    fn because(&self, known: &Known, consequence: usize) -> Vec<usize> {
        let facts: Vec<usize> = (0..known.len()).filter(|fact| known[*fact].is_some()).collect();
        let mut sets: Vec<Vec<usize>> = (0..1_usize << facts.len())
            .map(|set| (0..facts.len()).filter(|it| set >> it & 1 == 1).map(|it| facts[it]).collect())
            .collect();
        sets.sort_by_key(|set: &Vec<usize>| (set.len(), set.clone()));
        let settles = |set: &Vec<usize>| {
            let kept = (0..known.len()).map(|fact| known[fact].filter(|_| set.contains(&fact))).collect();
            self.possible(&kept, consequence).only().is_some()
        };
        sets.into_iter().find(settles).expect("all of them do")
    }

    fn check(&self, known: &Known, outcome: &Outcome, consequence: ConsequenceId, text: &str) {
        let index = consequence.index();
        let possible = self.possible(known, index);
        assert!(outcome.searched, "it is small: {text}");
        assert_eq!(outcome.status.possible(), possible, "{known:?} of c{index} in\n{text}");
        let depends_on: Vec<usize> =
            (0..known.len()).filter(|fact| known[*fact].is_none() && self.depends_on(known, index, *fact)).collect();
        let found = |facts: &[FactId]| facts.iter().map(|fact| fact.index()).collect::<Vec<_>>();
        assert_eq!(found(&outcome.depends_on), depends_on, "what c{index} depends on for {known:?} in\n{text}");
        let because = match outcome.status.settled() {
            Some(_) => self.because(known, index),
            None => Vec::new(),
        };
        assert_eq!(found(&outcome.because), because, "why c{index} is so for {known:?} in\n{text}");
    }
}

/// A small policy and what is known of someone: outcomes in each way of finding them.
pub fn evaluate(data: &[u8]) {
    let draw = &mut Draw::new(data);
    let Some(Small { text, facts }) = small(draw, &mut |_| "\"T\"".to_owned()) else { return };
    let policy = rules::sound(&text);
    let values: Vec<Vec<Value>> = policy
        .fact_ids()
        .zip(&facts)
        .map(|(fact, (name, values))| {
            let value = |json: &String| {
                let profile =
                    policy.profile(&format!("{{\"{name}\": {json}}}")).unwrap_or_else(|it| panic!("{it} {text}"));
                profile.value(fact).expect("it is known")
            };
            values.iter().map(value).collect()
        })
        .collect();
    let truth = Truth::of(&policy, &values);
    let known: Known = values.iter().map(|values| (!draw.once_in(3)).then(|| draw.below(values.len()))).collect();
    let given: Vec<(FactId, Value)> = policy
        .fact_ids()
        .zip(&known)
        .filter_map(|(fact, place)| Some((fact, values[fact.index()][(*place)?])))
        .collect();
    let profile = policy.knowing(&given);
    let engine = |compile_all| {
        let limits = Limits::default().with(Limit::CompileSteps, compile_all);
        Engine::with_limits(&policy, &View::default(), limits).expect("it has a date")
    };
    let all = Limit::CompileSteps.default();
    for engine in [engine(all), engine(all).tabulated(), engine(30), engine(0)] {
        let outcomes = engine.outcomes(&profile);
        for (outcome, consequence) in outcomes.iter().zip(policy.consequence_ids()) {
            truth.check(&known, outcome, consequence, &text);
            let why = engine.explain(consequence, &profile);
            assert_eq!(&why.outcome, outcome, "{text}");
        }
        for (said, outcome) in engine.said(&profile).iter().zip(&outcomes) {
            assert_eq!((said.status, &said.rules), (outcome.status, &outcome.rules), "{text}");
            if said.status == Status::DoesNotFollow {
                assert!(said.rules.is_empty(), "{text}");
            }
        }
    }
}
