//! What `ensue test` found, as JUnit's XML: for programs that show the results of tests.

use anstream::adapter::strip_str;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::{one_line, plain, scenario, verdict};
use crate::model::Policy;
use crate::scenarios::Verdict;

/// The scenarios of one rule file.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    name: String,
    cases: Vec<Case>,
    /// How much the scenarios show, in percent.
    percent: Option<usize>,
}

#[derive(Clone, Debug)]
struct Case {
    name: String,
    class: String,
    place: Option<(String, usize)>,
    /// A line that says what is not as expected, and all that is said of it.
    failure: Option<(String, String)>,
}

impl Suite {
    /// The scenarios of what readers know as `name`.
    #[must_use]
    pub fn of(name: &str, policy: &Policy, verdicts: &[Verdict<'_>]) -> Self {
        let cases = verdicts.iter().map(|it| {
            let file = &policy.files[it.scenario.place.file];
            let line = file.position(it.scenario.place.span.start).line;
            let failed = !it.surprises.is_empty();
            let all = || strip_str(&scenario(policy, it)).to_string();
            Case {
                name: plain(&it.scenario.label),
                class: policy.name.clone(),
                place: Some((one_line(&file.name), line)),
                failure: failed.then(|| (verdict(policy, it), all())),
            }
        });
        Self { name: plain(name), cases: cases.collect(), percent: None }
    }

    /// Adds how much the scenarios show, and a case that fails where that is too little.
    #[must_use]
    pub fn covering(mut self, policy: &Policy, percent: usize, wrong: Option<String>) -> Self {
        self.percent = Some(percent);
        self.cases.push(Case {
            name: "coverage".to_owned(),
            class: policy.name.clone(),
            place: None,
            failure: wrong.map(|wrong| (wrong.clone(), wrong)),
        });
        self
    }

    fn failures(&self) -> usize {
        self.cases.iter().filter(|case| case.failure.is_some()).count()
    }
}

/// All suites as one document.
#[must_use]
pub fn junit(suites: &[Suite]) -> String {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    // INVARIANT: writing into memory does not fail.
    write(&mut writer, suites).expect("it is written into memory");
    String::from_utf8_lossy(&writer.into_inner()).into_owned() + "\n"
}

fn write(writer: &mut Writer<Vec<u8>>, suites: &[Suite]) -> std::io::Result<()> {
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let total: usize = suites.iter().map(|suite| suite.cases.len()).sum();
    let failures: usize = suites.iter().map(Suite::failures).sum();
    let root = writer.create_element("testsuites").with_attributes([
        ("name", "ensue"),
        ("tests", &*total.to_string()),
        ("failures", &failures.to_string()),
        ("errors", "0"),
    ]);
    root.write_inner_content(|writer| suites.iter().try_for_each(|suite| write_suite(writer, suite)))?;
    Ok(())
}

fn write_suite(writer: &mut Writer<Vec<u8>>, suite: &Suite) -> std::io::Result<()> {
    let element = writer.create_element("testsuite").with_attributes([
        ("name", &*suite.name),
        ("tests", &suite.cases.len().to_string()),
        ("failures", &suite.failures().to_string()),
        ("errors", "0"),
        ("skipped", "0"),
    ]);
    element.write_inner_content(|writer| {
        if let Some(percent) = suite.percent {
            let properties = writer.create_element("properties");
            properties.write_inner_content(|writer| {
                let property = writer.create_element("property");
                property.with_attributes([("name", "coverage"), ("value", &*percent.to_string())]).write_empty()?;
                Ok(())
            })?;
        }
        suite.cases.iter().try_for_each(|case| write_case(writer, case))
    })?;
    Ok(())
}

fn write_case(writer: &mut Writer<Vec<u8>>, case: &Case) -> std::io::Result<()> {
    let mut element =
        writer.create_element("testcase").with_attributes([("name", &*case.name), ("classname", &case.class)]);
    if let Some((file, line)) = &case.place {
        element = element.with_attributes([("file", &**file), ("line", &line.to_string())]);
    }
    match &case.failure {
        None => element.write_empty()?,
        Some((message, text)) => element.write_inner_content(|writer| {
            let failure = writer.create_element("failure").with_attribute(("message", &**message));
            failure.write_text_content(BytesText::new(text))?;
            Ok(())
        })?,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenarios;

    /// Whatever a title holds, the document is one that XML 1.0 allows, and says what the title says.
    #[test]
    fn hostile_titles_are_text() {
        let title = "a <b> & 'c' ]]> <!-- \u{1b}[31m \u{fffe}\u{ffff}\u{85} \u{1F600}";
        let text = format!("fact a \"A\" : yes or no\nconsequence c \"C\"\nscenario \"{title}\" expect follows c\n");
        let policy = Policy::load("rules.ensue", |_| Ok(text.clone().into())).expect("it is sound");
        let verdicts = scenarios::verdicts(&policy).expect("no date is needed");
        let written = junit(&[Suite::of("rules.ensue", &policy, &verdicts)]);
        let allowed =
            |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
        assert!(written.chars().all(allowed), "{written}");
        let mut reader = quick_xml::Reader::from_str(&written);
        let mut titles = Vec::new();
        loop {
            match reader.read_event().expect("it is XML") {
                Event::Eof => break,
                Event::Start(element) if element.name().as_ref() == "testcase" => {
                    let name = element.try_get_attribute("name").expect("it is XML").expect("it has a name");
                    titles.push(name.value.into_owned());
                }
                _ => {}
            }
        }
        let escaped = quick_xml::escape::escape(plain(title)).into_owned();
        assert_eq!(titles, [escaped]);
    }
}
