//! The offline page as it is written; what it does is tested in a browser, by `web/test/page.mjs`.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ensue::page::{NoEngine, page};
use ensue::semantics::View;
use ensue::{Engine, Policy};
use sha2::{Digest, Sha256};

use crate::cli::run;
use crate::html::hostile;

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let from = text.find(before).unwrap_or_else(|| panic!("there is no {before}")) + before.len();
    &text[from..from + text[from..].find(after).expect("it ends")]
}

fn written(policy: &Policy) -> Result<String, NoEngine> {
    page(&Engine::new(policy, &View::default()).expect("it has a date"))
}

#[test]
fn without_its_engine_the_command_says_what_to_do() {
    let (code, out, err) = run(&["page", "rules/passports.ensue"], "");
    match written(&hostile()) {
        Ok(_) => assert_eq!((code, err.as_str()), (0, "")),
        Err(NoEngine) => {
            assert_eq!((code, out.as_str()), (2, ""));
            assert!(err.contains("built without the engine of pages: run `web/build.sh`"), "{err}");
        }
    }
}

#[test]
fn nothing_but_its_own_script_and_style_is_allowed() {
    let Ok(html) = written(&hostile()) else { return };
    let policy = between(&html, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    let hash = |text: &str| format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    let script = hash(between(&html, "<script type=\"module\">", "</script>"));
    let style = hash(between(&html, "<style>", "</style>"));
    assert_eq!(
        policy,
        format!(
            "default-src 'none'; script-src {script} 'wasm-unsafe-eval'; style-src {style}; base-uri 'none'; \
             form-action 'none'"
        )
    );
    // What the rules say is data: no element begins in it.
    for id in ["files", "drawings", "settings"] {
        let data = between(&html, &format!("id=\"{id}\">"), "</script>");
        assert!(!data.contains('<'));
        serde_json::from_str::<serde_json::Value>(data).expect("it is JSON");
    }
    assert_eq!(html.matches("<script").count(), 5);
}

#[test]
fn files_tell_nothing_of_the_folders_above_them() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("canary/rules");
    std::fs::create_dir_all(inside.join("more")).unwrap();
    std::fs::write(inside.join("more/b.ensue"), "fact a \"A\" : yes or no\n").unwrap();
    std::fs::write(
        inside.join("a.ensue"),
        "import \"more/b.ensue\"\nconsequence c \"C\"\nrule r \"R\" when a then c\n",
    )
    .unwrap();
    let root = inside.join("a.ensue");
    let (code, out, err) = run(&["page", root.to_str().unwrap()], "");
    if code == 2 {
        assert!(err.contains("web/build.sh"), "{err}");
        return;
    }
    assert!(!out.contains("canary"));
    let files: serde_json::Value = serde_json::from_str(between(&out, "id=\"files\">", "</script>")).unwrap();
    let names: Vec<&str> = files.as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["a.ensue", "more/b.ensue"]);
    // A file that is there stays, unless it is asked for.
    let file = folder.path().join("page.html");
    let file = file.to_str().unwrap();
    let write = |more: &[&str]| run(&[&["page", root.to_str().unwrap(), "--out", file], more].concat(), "");
    assert_eq!(write(&[]), (0, String::new(), String::new()));
    let (code, _, err) = write(&[]);
    assert!(code == 2 && err.contains("there is such a file already"), "{err}");
    assert_eq!(write(&["--force"]), (0, String::new(), String::new()));
    assert_eq!(std::fs::read_to_string(file).unwrap(), out);
}
