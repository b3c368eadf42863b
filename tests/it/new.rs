//! `ensue new`: a project that passes all that its own commands ask of it, or nothing at all.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::cli::{names, run};

/// Each file below a folder and what it holds, by path; folders with nothing in them too.
fn tree(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        let mut empty = true;
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            empty = false;
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
        if empty && next != folder {
            found.insert(format!("{}/", next.strip_prefix(folder).unwrap().display()), String::new());
        }
    }
    found
}

fn new(arguments: &[&str]) -> (i32, String, String) {
    run(&[&["new"], arguments].concat(), "")
}

fn temporary() -> TempDir {
    tempfile::tempdir().expect("a folder for temporary files")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("its path is text")
}

/// The project in `dir` has no mistake, its scenarios pass, and it stands in the usual layout.
#[track_caller]
fn is_sound(dir: &Path, name: &str) {
    let rules = dir.join(format!("rules/{name}.ensue"));
    let seed = dir.join("seeds/example-report.ensue");
    let profile = dir.join("profiles/example.json");
    let quiet = (0, String::new(), String::new());
    assert_eq!(run(&["check", "-q", text(&rules), text(&seed)], ""), quiet);
    assert_eq!(run(&["test", "-q", text(&rules)], ""), quiet);
    assert_eq!(run(&["fmt", "--check", text(&rules), text(&seed)], ""), quiet);
    let (code, stdout, stderr) = run(&["eval", text(&rules), text(&profile)], "");
    assert!((code, &stderr[..]) == (0, "") && stdout.contains("invented"), "{stderr}");
    assert!(fs::read_to_string(&rules).unwrap().contains(&format!("\npolicy {name} \"")));
    let readme = fs::read_to_string(dir.join("README.md")).unwrap();
    assert!(readme.contains(&format!("\nensue test rules/{name}.ensue\n")), "{readme}");
}

#[test]
fn a_new_project_passes_its_own_commands() {
    let folder = temporary();
    for (dir, name) in [("valley", "valley"), ("North-Valley-2", "north_valley_2"), ("example", "example")] {
        let dir = folder.path().join(dir);
        let (code, stdout, stderr) = new(&[text(&dir)]);
        assert_eq!((code, &stderr[..]), (0, ""));
        let rules = format!("rules/{name}.ensue");
        let files = ["README.md", "profiles/example.json", &rules, "seeds/example-report.ensue"];
        assert_eq!(tree(&dir).keys().collect::<Vec<_>>(), files);
        let mut lines = stdout.lines();
        assert_eq!(lines.next(), Some(&format!("made a project in `{}`:", dir.display())[..]));
        assert_eq!(lines.by_ref().take(4).map(str::trim_start).collect::<Vec<_>>(), files);
        let next = ["check", "test", "eval"].map(|verb| format!("  ensue {verb} {rules}"));
        let next = [&next[0], &next[1], &format!("{} profiles/example.json", next[2])];
        assert_eq!(lines.skip(2).collect::<Vec<_>>(), next);
        is_sound(&dir, name);
    }
    assert_eq!(names(&folder), ["North-Valley-2", "example", "valley"], "nothing else is left");
}

/// A path that begins at the current folder; `--quiet` says nothing.
#[test]
fn a_path_from_here_will_do() {
    let folder = temporary();
    let here = folder.path().join("here");
    fs::create_dir(&here).unwrap();
    for (dir, name) in [("inside", "inside"), ("inside/../below/", "below"), ("../beside", "beside")] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_ensue"));
        let output = command.args(["new", dir, "--quiet"]).current_dir(&here).output().unwrap();
        let told = (output.status.code(), &output.stdout[..], &output.stderr[..]);
        assert_eq!(told, (Some(0), &b""[..], &b""[..]), "{}", String::from_utf8_lossy(&output.stderr));
        is_sound(&here.join(dir), name);
    }
    assert_eq!(names(&folder), ["beside", "here"], "nothing else is left");
    assert_eq!(fs::read_dir(&here).unwrap().count(), 2, "nothing else is left");
}

#[test]
fn a_name_that_is_given_is_taken() {
    let folder = temporary();
    let dir = folder.path().join("2025 report");
    let (code, _, stderr) = new(&[text(&dir)]);
    assert!(code == 2 && stderr.contains("`2025 report`") && stderr.contains("`--name`"), "{stderr}");
    assert!(names(&folder).is_empty());
    assert_eq!(new(&[text(&dir), "--name", "report_2025"]).0, 0);
    is_sound(&dir, "report_2025");
}

/// What is refused is left as it was, and nothing is left beside it.
#[test]
fn whatever_could_be_lost_is_refused() {
    let folder = temporary();
    let at = |path: &str| folder.path().join(path);
    fs::create_dir_all(at("full")).unwrap();
    fs::create_dir_all(at("empty")).unwrap();
    fs::write(at("full/notes.txt"), "mine").unwrap();
    fs::write(at("file"), "mine").unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", at("link")).unwrap();
    let before = (names(&folder), tree(&at("full")));
    let long = "a".repeat(252);
    for (dir, name, reason) in [
        ("full", "good", "the folder is there already"),
        ("empty", "good", "the folder is there already"),
        ("empty/..", "good", "the folder is there already"),
        ("file", "good", "it is a file"),
        ("file/inside", "good", "a part of the path is not a directory"),
        ("nowhere/inside", "good", "there is no folder"),
        ("dir", "Bad-Name", "`Bad-Name` cannot be the policy's name"),
        ("dir", "rule", "`rule` cannot be the policy's name"),
        ("dir", "", "`` cannot be the policy's name"),
        ("dir", "../out", "cannot be the policy's name"),
        // The name of a file has at most 255 bytes: this fails when the folder is half written.
        ("dir", &long, "cannot write"),
        #[cfg(unix)]
        ("link", "good", "it is a link that leads nowhere"),
    ] {
        let (code, stdout, stderr) = new(&[text(&at(dir)), "--name", name]);
        assert_eq!((code, &stdout[..]), (2, ""), "{dir} {name}");
        assert!(stderr.starts_with("error: ") && stderr.contains(reason), "{stderr}");
        assert_eq!((names(&folder), tree(&at("full"))), before, "{dir} {name}");
        assert_eq!(fs::read_to_string(at("file")).unwrap(), "mine");
        assert_eq!(fs::read_dir(at("empty")).unwrap().count(), 0);
    }
}

/// What the command line's page shows is what is written.
#[test]
fn the_page_shows_what_is_written() {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/command-line.md")).unwrap();
    let shown = crate::examples::blocks(&page).into_iter().find(|block| block.text.starts_with("made a project"));
    let shown = shown.expect("the page shows a new project").text;
    let folder = temporary();
    let (_, stdout, _) = new(&[text(&folder.path().join("my-valley"))]);
    assert_eq!(stdout.replace(&format!("{}{}", folder.path().display(), std::path::MAIN_SEPARATOR), ""), shown);
}
