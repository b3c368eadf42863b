//! Each engine: rules put into its language and compiled, and the outcomes of a profile by them. A function
//! `…_compiled` is the compiling, with the writing of the rules' text; another gives the profiles the form
//! that the engine wants, before any time is taken.

use std::cell::RefCell;
use std::str::FromStr;

use datalogic_rs::bumpalo::Bump;
use ensue::semantics::Scratch;
use ensue::{Engine, Policy, Status, View};
use serde_json::{Value, json};

use crate::rules::{Is, Known, Literal, Rules, as_json};

pub type Profile = Vec<(String, Known)>;

/// The outcomes of the profile of that number: whether each consequence follows.
pub type Evaluate<'a> = Box<dyn FnMut(usize, &mut Vec<bool>) + 'a>;

pub const ENGINES: [&str; 7] = ["ensue", "plain", "cedar-policy", "cel", "datalogic-rs", "regorus", "zen-expression"];

pub fn ensue<'a>(engine: &'a Engine<'a>, policy: &'a Policy, profiles: &[Profile]) -> Evaluate<'a> {
    let read = |profile: &Profile| policy.profile(&as_json(profile).to_string()).expect("values of the facts");
    let profiles: Vec<ensue::Profile> = profiles.iter().map(read).collect();
    let (mut scratch, mut statuses) = (Scratch::default(), Vec::new());
    Box::new(move |profile, follows| {
        engine.statuses(&profiles[profile], &mut scratch, &mut statuses);
        follows.extend(statuses.iter().map(|status| *status == Status::Follows));
    })
}

pub fn compiled(policy: &Policy) -> Engine<'_> {
    Engine::new(policy, &View::default()).expect("it has a date")
}

/// A plain interpreter in Rust: each test is looked at until one fails.
pub fn plain<'a>(rules: &'a Rules, profiles: &'a [Profile]) -> Evaluate<'a> {
    Box::new(move |profile, follows| {
        let holds = |rule: &Vec<Literal>| rule.iter().all(|literal| literal.holds(&profiles[profile]));
        follows.extend(rules.iter().map(|rules| rules.iter().any(holds)));
    })
}

/// A disjunction of conjunctions in an infix language.
fn infix(rules: &[Vec<Literal>], literal: fn(&Literal) -> String, and: &str, or: &str) -> String {
    let conjunction = |rule: &Vec<Literal>| format!("({})", rule.iter().map(literal).collect::<Vec<_>>().join(and));
    rules.iter().map(conjunction).collect::<Vec<_>>().join(or)
}

fn cel_literal(Literal { name, test, .. }: &Literal) -> String {
    match test {
        Is::Yes => name.clone(),
        Is::No => format!("!{name}"),
        Is::Item(item) => format!("{name} == \"{item}\""),
        Is::NotItem(item) => format!("{name} != \"{item}\""),
        Is::AtLeast(least) => format!("{name} >= {least}"),
    }
}

pub fn cel_compiled(rules: &Rules) -> Vec<cel::Program> {
    let compile = |rules: &Vec<Vec<Literal>>| cel::Program::compile(&infix(rules, cel_literal, " && ", " || "));
    rules.iter().map(|rules| compile(rules).expect("it is sound")).collect()
}

pub fn cel(programs: Vec<cel::Program>, profiles: &[Profile]) -> Evaluate<'static> {
    let context = |profile: &Profile| {
        let mut context = cel::Context::default();
        for (name, known) in profile {
            match known {
                Known::Yes(yes) => context.add_variable(name.clone(), *yes),
                Known::Item(item) => context.add_variable(name.clone(), item.clone()),
                Known::Number(number) => context.add_variable(name.clone(), *number),
            }
            .expect("plain values");
        }
        context
    };
    let contexts: Vec<cel::Context<'_, '_>> = profiles.iter().map(context).collect();
    Box::new(move |profile, follows| {
        let holds = |program: &cel::Program| match program.execute(&contexts[profile]) {
            Ok(cel::Value::Bool(holds)) => holds,
            _ => panic!("every rule is true or false"),
        };
        follows.extend(programs.iter().map(holds));
    })
}

fn zen_literal(Literal { name, test, .. }: &Literal) -> String {
    match test {
        Is::Yes => name.clone(),
        Is::No => format!("not {name}"),
        Is::Item(item) => format!("{name} == '{item}'"),
        Is::NotItem(item) => format!("{name} != '{item}'"),
        Is::AtLeast(least) => format!("{name} >= {least}"),
    }
}

type Zen = zen_expression::Expression<zen_expression::expression::Standard>;

pub fn zen_compiled(rules: &Rules) -> Vec<Zen> {
    let mut isolate = zen_expression::Isolate::new();
    let mut compile = |rules: &Vec<Vec<Literal>>| isolate.compile_standard(&infix(rules, zen_literal, " and ", " or "));
    rules.iter().map(|rules| compile(rules).expect("it is sound")).collect()
}

pub fn zen(expressions: Vec<Zen>, profiles: &[Profile]) -> Evaluate<'static> {
    let scope = |profile: &Profile| zen_expression::Scope::new(zen_expression::Variable::from(as_json(profile)));
    let scopes: Vec<zen_expression::Scope> = profiles.iter().map(scope).collect();
    let mut machine = zen_expression::vm::VM::new();
    Box::new(move |profile, follows| {
        let mut holds = |expression: &Zen| match expression.evaluate_with_scope(&scopes[profile], &mut machine) {
            Ok(zen_expression::Variable::Bool(holds)) => holds,
            _ => panic!("every rule is true or false"),
        };
        for expression in &expressions {
            follows.push(holds(expression));
        }
    })
}

fn json_logic(Literal { name, test, .. }: &Literal) -> Value {
    let variable = json!({"var": name});
    match test {
        Is::Yes => variable,
        Is::No => json!({"!": [variable]}),
        Is::Item(item) => json!({"===": [variable, item]}),
        Is::NotItem(item) => json!({"!==": [variable, item]}),
        Is::AtLeast(least) => json!({">=": [variable, least]}),
    }
}

pub fn datalogic_compiled(rules: &Rules) -> Vec<datalogic_rs::Logic> {
    let engine = datalogic_rs::Engine::new();
    let compile = |rules: &Vec<Vec<Literal>>| {
        let rule = |rule: &Vec<Literal>| json!({"and": rule.iter().map(json_logic).collect::<Vec<_>>()});
        let text = json!({"or": rules.iter().map(rule).collect::<Vec<_>>()}).to_string();
        engine.compile(text.as_str()).expect("it is sound")
    };
    rules.iter().map(compile).collect()
}

pub fn datalogic(logics: Vec<datalogic_rs::Logic>, profiles: &[Profile]) -> Evaluate<'static> {
    let engine = datalogic_rs::Engine::new();
    let parse = |profile: &Profile| datalogic_rs::ParsedData::from_json(&as_json(profile).to_string());
    let profiles: Vec<_> = profiles.iter().map(|profile| parse(profile).expect("it is sound")).collect();
    let arena = RefCell::new(Bump::new());
    Box::new(move |profile, follows| {
        let mut arena = arena.borrow_mut();
        arena.reset();
        for logic in &logics {
            let found = engine.evaluate(logic, &profiles[profile], &arena);
            match found.expect("every rule is true or false") {
                datalogic_rs::DataValue::Bool(holds) => follows.push(*holds),
                _ => panic!("every rule is true or false"),
            }
        }
    })
}

fn cedar_literal(Literal { name, test, .. }: &Literal) -> String {
    match test {
        Is::Yes => format!("context.{name}"),
        Is::No => format!("!context.{name}"),
        Is::Item(item) => format!("context.{name} == \"{item}\""),
        Is::NotItem(item) => format!("context.{name} != \"{item}\""),
        Is::AtLeast(least) => format!("context.{name} >= {least}"),
    }
}

/// A policy for each consequence and rule; all are decided by one request, whose answer names those that
/// were satisfied.
pub fn cedar_compiled(rules: &Rules) -> cedar_policy::PolicySet {
    let mut set = cedar_policy::PolicySet::new();
    for (consequence, rules) in rules.iter().enumerate() {
        for (index, rule) in rules.iter().enumerate() {
            let when = rule.iter().map(cedar_literal).collect::<Vec<_>>().join(" && ");
            let text = format!("permit(principal, action, resource) when {{ {when} }};");
            let id = cedar_policy::PolicyId::new(format!("{consequence} {index}"));
            set.add(cedar_policy::Policy::parse(Some(id), text).expect("it is sound")).expect("ids differ");
        }
    }
    set
}

pub fn cedar(set: cedar_policy::PolicySet, consequences: usize, profiles: &[Profile]) -> Evaluate<'static> {
    let somebody = |kind: &str| cedar_policy::EntityUid::from_str(&format!("{kind}::\"a\"")).expect("it is sound");
    let request = |profile: &Profile| {
        let context = cedar_policy::Context::from_json_value(as_json(profile), None).expect("plain values");
        cedar_policy::Request::new(somebody("Person"), somebody("Action"), somebody("Thing"), context, None)
    };
    let requests: Vec<_> = profiles.iter().map(|profile| request(profile).expect("there is no schema")).collect();
    let (authorizer, entities) = (cedar_policy::Authorizer::new(), cedar_policy::Entities::empty());
    Box::new(move |profile, follows| {
        let response = authorizer.is_authorized(&requests[profile], &set, &entities);
        follows.resize(consequences, false);
        for id in response.diagnostics().reason() {
            let id: &str = id.as_ref();
            let consequence: usize = id.split(' ').next().and_then(|number| number.parse().ok()).expect("our own id");
            follows[consequence] = true;
        }
    })
}

fn rego_literal(Literal { name, test, .. }: &Literal) -> String {
    match test {
        Is::Yes => format!("input.{name}"),
        Is::No => format!("not input.{name}"),
        Is::Item(item) => format!("input.{name} == \"{item}\""),
        Is::NotItem(item) => format!("input.{name} != \"{item}\""),
        Is::AtLeast(least) => format!("input.{name} >= {least}"),
    }
}

pub fn rego_compiled(rules: &Rules) -> regorus::CompiledPolicy {
    let mut text = String::from("package people\nimport rego.v1\n");
    for (consequence, rules) in rules.iter().enumerate() {
        text += &format!("default c{consequence} := false\n");
        for rule in rules {
            let body = rule.iter().map(rego_literal).collect::<Vec<_>>().join("; ");
            text += &format!("c{consequence} if {{ {body} }}\n");
        }
    }
    // A package is no entry point, only a rule: one that holds all the others.
    let entries: Vec<String> = (0..rules.len()).map(|index| format!("\"c{index}\": c{index}")).collect();
    // It refuses long lines.
    text += &format!("outcomes := {{{}}}\n", entries.join(",\n"));
    let mut engine = regorus::Engine::new();
    engine.add_policy("people.rego".to_owned(), text).expect("it is sound");
    engine.compile_with_entrypoint(&"data.people.outcomes".into()).expect("it is sound")
}

pub fn rego(policy: regorus::CompiledPolicy, consequences: usize, profiles: &[Profile]) -> Evaluate<'static> {
    let input = |profile: &Profile| regorus::Value::from_json_str(&as_json(profile).to_string());
    let inputs: Vec<regorus::Value> = profiles.iter().map(|profile| input(profile).expect("it is sound")).collect();
    let names: Vec<regorus::Value> =
        (0..consequences).map(|consequence| regorus::Value::from(format!("c{consequence}"))).collect();
    Box::new(move |profile, follows| {
        let found = policy.eval_with_input(inputs[profile].clone()).expect("every rule is true or false");
        follows.extend(names.iter().map(|name| found[name] == regorus::Value::from(true)));
    })
}
