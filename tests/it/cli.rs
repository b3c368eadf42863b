//! Commands as a user types them: what they write to which stream, and their exit code.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// `TRYCMD=overwrite cargo test` rewrites what is expected; the change is to be read like code.
#[test]
fn commands() {
    trycmd::TestCases::new().case("tests/cmd/*.md");
}

const RULES: &str = "rules/passports.ensue";
const UGLY: &str = "tests/corpus/format/comments-everywhere.ensue";

fn ensue(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ensue"));
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub fn spawn(arguments: &[&str]) -> Child {
    ensue(arguments).spawn().expect("the program starts")
}

/// Gives `input` to a running program and waits for its end.
fn finish(mut child: Child, input: &str) -> Output {
    let mut stdin = child.stdin.take().expect("standard input is a pipe");
    // A program that needs no input may have ended already.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().expect("the program ends")
}

pub fn run(arguments: &[&str], input: &str) -> (i32, String, String) {
    let output = finish(spawn(arguments), input);
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("no signal"), text(output.stdout), text(output.stderr))
}

fn source(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A folder with the file `name` that holds `text`, and that file's path.
fn folder(name: &str, text: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let path = folder.path().join(name);
    fs::write(&path, text).expect("it can be written");
    let path = path.to_str().expect("its path is text").to_owned();
    (folder, path)
}

pub fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("it is a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().expect("names are text")).collect();
    names.sort();
    names
}

#[test]
fn fmt_replaces_the_file_and_leaves_nothing_beside_it() {
    let text = fs::read_to_string(source(UGLY)).unwrap();
    let (folder, path) = folder("rules.ensue", &text);
    assert_eq!(run(&["fmt", &path], ""), (0, String::new(), String::new()));
    let formatted = fs::read_to_string(source(UGLY).with_extension("txt")).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), formatted);
    assert_eq!(names(&folder), ["rules.ensue"]);
    assert_eq!(run(&["fmt", "--check", &path], ""), (0, String::new(), String::new()));
}

#[test]
fn fmt_leaves_a_file_with_mistakes_as_it_is_and_lays_out_the_others() {
    let wrong = "fact  a \"A\" : yes or no\nrule\n";
    let (folder, path) = folder("wrong.ensue", wrong);
    let other = folder.path().join("other.ensue").to_str().unwrap().to_owned();
    fs::write(&other, "fact  a\t\"A\":yes or no").unwrap();
    let (code, stdout, stderr) = run(&["fmt", &path, &other], "");
    assert_eq!((code, stdout), (2, String::new()));
    assert!(stderr.contains("error[syntax]") && stderr.contains("was not changed"), "{stderr}");
    assert_eq!(fs::read_to_string(&path).unwrap(), wrong);
    assert_eq!(fs::read_to_string(&other).unwrap(), "fact a \"A\" : yes or no\n");
    assert_eq!(names(&folder), ["other.ensue", "wrong.ensue"]);
}

#[test]
fn fmt_reads_standard_input_and_writes_standard_output() {
    let (code, stdout, _) = run(&["fmt", "-"], "fact  a\t\"A\":yes or no # why");
    assert_eq!((code, &stdout[..]), (0, "fact a \"A\" : yes or no  # why\n"));
    let (code, stdout, stderr) = run(&["fmt", "-"], "fact");
    assert_eq!((code, &stdout[..]), (2, ""));
    assert!(stderr.contains("standard input:1:5"), "{stderr}");
}

#[cfg(unix)]
#[test]
fn fmt_keeps_links_and_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (folder, path) = folder("rules.ensue", "fact  a\t\"A\":yes or no");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.path().join("link.ensue");
    symlink("rules.ensue", &link).unwrap();
    assert_eq!(run(&["fmt", link.to_str().unwrap()], "").0, 0);
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&path).unwrap(), "fact a \"A\" : yes or no\n");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
}

#[test]
fn profiles_from_standard_input() {
    let whole = "{\n  \"residence\": \"elsewhere\"\n}\n";
    let (code, one, _) = run(&["eval", RULES, "-", "--format", "json"], whole);
    assert_eq!(code, 0);
    assert!(one.contains("\"profile\": \"-\"") && one.contains("\"does_not_follow\""), "{one}");
    let lines = "{\"residence\": \"elsewhere\"}\n{}\n";
    let (code, two, _) = run(&["eval", RULES, "-", "--format", "jsonl"], lines);
    let two: Vec<&str> = two.lines().collect();
    assert_eq!((code, two.len()), (0, 2));
    assert!(two[0].contains("\"profile\":\"-:1\"") && two[1].contains("\"profile\":\"-:2\""));
    assert!(!two[0].contains("\"undetermined\"") && two[1].contains("\"undetermined\""));
}

#[test]
fn an_import_reaches_the_project_and_nothing_beyond() {
    let (folder, _) = folder("outside.ensue", "fact a \"A\" : yes or no\n");
    let rules = folder.path().join("project/rules");
    fs::create_dir_all(rules.join("more")).unwrap();
    fs::write(folder.path().join("project/shared.ensue"), "fact b \"B\" : yes or no\n").unwrap();
    let root = rules.join("root.ensue");
    let check = |text: &str| {
        fs::write(&root, text).unwrap();
        run(&["check", root.to_str().unwrap()], "")
    };
    let (code, _, stderr) = check("import \"../shared.ensue\"\ndefine c \"C\" as b\n");
    assert_eq!(code, 0, "{stderr}");
    let (code, _, stderr) = check("import \"../../outside.ensue\"\n");
    assert!(code == 1 && stderr.contains("error[import-outside]"), "{stderr}");
    let (code, _, stderr) = check("import \"more\"\n");
    assert!(code == 1 && stderr.contains("it is a directory"), "{stderr}");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../../outside.ensue", rules.join("link.ensue")).unwrap();
        let (code, _, stderr) = check("import \"link.ensue\"\n");
        assert!(code == 1 && stderr.contains("error[import-outside]"), "{stderr}");
    }
}

/// A file is one file by whichever path it is reached, and from whichever folder it is checked.
#[test]
fn a_file_with_several_paths_is_imported_once() {
    let (folder, _) = folder("unused", "");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let check = |directory: &str, path: &str| {
        let output = ensue(&["check", "-q", path]).current_dir(folder.path().join(directory)).output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    write("p/rules/a.ensue", "import \"b.ensue\" import \"../seeds/s.ensue\" define d \"D\" as b");
    write("p/rules/b.ensue", "fact b \"B\" : yes or no");
    write("p/seeds/s.ensue", "import \"../rules/b.ensue\" define s \"S\" as b");
    let absolute = folder.path().join("p/rules/a.ensue");
    let absolute = absolute.to_str().unwrap();
    let places = [
        ("p", "rules/a.ensue"),
        ("p/rules", "a.ensue"),
        ("p/rules", "./a.ensue"),
        ("p/seeds", "../rules/a.ensue"),
        ("p", "rules/../rules/./a.ensue"),
        ("", absolute),
    ];
    for (directory, path) in places {
        assert_eq!(check(directory, path), (0, String::new()), "{path} in {directory}");
    }
    // A circle is one mistake, whichever way it is closed.
    write("p/rules/b.ensue", "import \"../rules/a.ensue\" fact b \"B\" : yes or no");
    for (directory, path) in places {
        let (code, stderr) = check(directory, path);
        assert!(
            code == 1 && stderr.matches("error[").count() == stderr.matches("error[import-cycle]").count(),
            "{stderr}"
        );
    }
    write("p/rules/b.ensue", "fact b \"B\" : yes or no");
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        // The root file's folder reached by a link: `..` is the folder above the real one.
        fs::create_dir(folder.path().join("q")).unwrap();
        symlink("../p/rules", folder.path().join("q/linked")).unwrap();
        assert_eq!(check("q", "linked/a.ensue"), (0, String::new()));
        assert_eq!(check("q/linked", "a.ensue"), (0, String::new()));
        // A second name of a file in the project.
        symlink("b.ensue", folder.path().join("p/rules/c.ensue")).unwrap();
        write("p/rules/a.ensue", "import \"b.ensue\" import \"c.ensue\" define d \"D\" as b");
        assert_eq!(check("p", "rules/a.ensue"), (0, String::new()));
    }
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let mut child = spawn(&["eval", RULES, "-"]);
    // Closed before the profile is given, so before anything is written.
    drop(child.stdout.take());
    let output = finish(child, "{}");
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn colour_is_for_terminals_or_where_it_is_asked_for() {
    let wrong = "tests/corpus/lower/error/unknown-fact.ensue";
    let coloured = |arguments: &[&str]| {
        let (_, stdout, stderr) = run(arguments, "");
        let shown = stdout + &stderr;
        assert!(!shown.is_empty());
        shown.contains('\x1b')
    };
    for verb in [&["check", wrong][..], &["eval", RULES], &["why", RULES, "no_healthcare"]] {
        assert!(!coloured(verb), "{verb:?}");
        assert!(!coloured(&[verb, &["--color", "never"]].concat()), "{verb:?}");
        assert!(coloured(&[verb, &["--color", "always"]].concat()), "{verb:?}");
    }
    for verb in [&["--help"][..], &["eval"], &["eval", RULES, "--nonsense"]] {
        assert!(!coloured(verb) && coloured(&[verb, &["--color=always"]].concat()), "{verb:?}");
    }
}

/// What rule files say is data: it cannot steer a terminal.
#[test]
fn control_characters_are_shown_not_sent() {
    let text = "consequence loss \"\u{1b}[2JLoss\"\nrule r \"R\u{7}\" when yes then loss\nfact a \"A\" : yes or no\n";
    let text = text.replace("when yes", "when a");
    let (_folder, path) = folder("rules.ensue", &text);
    for arguments in [&["eval", &path, "--set", "a=yes"][..], &["why", &path, "loss"], &["fmt", "--diff", &path]] {
        let (_, stdout, stderr) = run(arguments, "");
        assert!(!stdout.is_empty());
        let sent = (stdout + &stderr).chars().find(|character| character.is_control() && *character != '\n');
        assert_eq!(sent, None, "{arguments:?}");
    }
}

/// The values of profiles with mistakes stand in no message.
#[test]
fn values_are_in_no_message() {
    let policy = "tests/corpus/profile/policy.ensue";
    for value in [
        "canary",
        "1e999",
        "1e-9223372036854775808",
        "1e9223372036854775808",
        "31415926535897932384626433832795",
        "31415-92-65",
        "[31415]",
        "{\"canary\": 31415}",
    ] {
        for fact in ["passport", "region", "age", "income", "birth_date", "nobody_has_this"] {
            let quoted = format!("{{\"{fact}\": \"{value}\"}}");
            let bare = format!("{{\"{fact}\": {value}}}");
            let setting = format!("{fact}={value}");
            let runs = [
                run(&["eval", policy, "-"], &quoted),
                run(&["eval", policy, "-"], &bare),
                run(&["eval", policy, "--set", &setting], ""),
                // In places where no value is wanted.
                run(&["eval", policy, &setting], ""),
                run(&["eval", policy, &quoted], ""),
                run(&["eval", &setting], ""),
                run(&["why", policy, &setting], ""),
                run(&["why", policy, &setting, "refused"], ""),
                run(&["why", policy, "-", "refused", &setting], ""),
            ];
            for (code, stdout, stderr) in runs {
                assert_eq!((code, &stdout[..]), (2, ""), "{fact}");
                assert!(stderr.starts_with("error"), "{stderr}");
                assert!(
                    !stderr.contains("canary")
                        && !stderr.contains("31415")
                        && !stderr.contains("92233")
                        && !stderr.contains("999"),
                    "{stderr}"
                );
            }
        }
    }
}

/// What is no rule file is not read as one: its mistakes would be shown with the line around them.
#[test]
fn a_profile_in_the_place_of_rules_is_not_shown() {
    let (folder, rules) = folder("rules.ensue", "import \"profile.txt\"\nfact born \"Born\" : date\n");
    for name in ["profile.json", "profile.jsonl", "profile.JSON", "profile.txt", "profile"] {
        let path = folder.path().join(name);
        fs::write(&path, "{\"born\": \"1971-02-03\", \"seen\": 918273}").unwrap();
        for verb in ["check", "fmt", "test", "claims", "eval"] {
            let (code, stdout, stderr) = run(&[verb, path.to_str().unwrap()], "");
            assert_eq!((code, stdout.as_str()), (2, ""), "{verb} {name}");
            assert!(stderr.contains("a rule file is wanted here"), "{verb} {name}: {stderr}");
            assert!(!stderr.contains("1971") && !stderr.contains("918273"), "{verb} {name}: {stderr}");
        }
    }
    let (code, _, stderr) = run(&["check", &rules], "");
    assert_eq!((code, stderr.contains("`.ensue`"), stderr.contains("1971")), (1, true, false), "{stderr}");
    for text in [
        " {\"born\": \"1971-02-03\"}",
        "\u{feff}{\"born\": \"1971-02-03\"}",
        "born,seen\n1971-02-03,1\n",
        "born: 1971\n",
    ] {
        let (code, stdout, stderr) = run(&["fmt", "-"], text);
        assert_eq!((code, stdout.as_str()), (2, ""), "{text}");
        assert!(stderr.contains("rules are wanted") && !stderr.contains("1971"), "{stderr}");
    }
    // A value may stand behind another option too.
    let (code, _, stderr) = run(&["eval", &rules, "--format=born=1971-02-03"], "");
    assert_eq!((code, stderr.contains("--format"), stderr.contains("1971")), (2, true, false), "{stderr}");
}

/// A path is shown whole where it can be no value.
#[test]
fn a_missing_file_in_a_folder_is_named_whatever_it_is_called() {
    let (folder, _) = folder("rules.ensue", "");
    let partition = folder.path().join("year=2025");
    fs::create_dir(&partition).unwrap();
    for (missing, reason) in [(partition.join("a=b.ensue"), "there is no such file"), (partition, "it is a directory")]
    {
        let (code, stdout, stderr) = run(&["check", missing.to_str().unwrap()], "");
        let wanted = format!("error: cannot read `{}`: {reason}\n", missing.display());
        assert_eq!((code, stdout, stderr), (2, String::new(), wanted));
    }
}

#[cfg(unix)]
#[test]
fn a_file_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;
    use std::os::unix::process::CommandExt;
    const NOBODY: u32 = 65534;
    let (folder, path) = folder("rules.ensue", "fact a \"A\" : yes or no\n");
    let permit = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    permit(path.as_ref(), 0o000);
    let mut program = PathBuf::from(env!("CARGO_BIN_EXE_ensue"));
    let is_administrator = fs::read(&path).is_ok();
    if is_administrator {
        // They read every file: somebody else asks, by a copy that everybody can run.
        program = folder.path().join("ensue");
        // Not by this process, whose children of other tests would hold the copy open for writing.
        let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_ensue")).arg(&program).status();
        assert!(copied.is_ok_and(|status| status.success()));
        permit(&program, 0o755);
    }
    let run = |arguments: &[&str]| {
        let mut command = Command::new(&program);
        command.args(arguments).current_dir(folder.path());
        if is_administrator {
            command.uid(NOBODY);
        }
        let output = command.output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let denied = |said: &str| (Some(2), String::new(), format!("error: {said}\n"));
    permit(folder.path(), 0o755);
    assert_eq!(run(&["check", &path]), denied(&format!("cannot read `{path}`: permission denied")));
    // Where nothing can be written is told before the first question.
    permit(path.as_ref(), 0o644);
    fs::write(folder.path().join("there.md"), "There.\n").unwrap();
    permit(folder.path(), 0o555);
    let told = [run(&["ask", &path, "--save", "saved.json"]), run(&["report", &path, "--out", "there.md", "--force"])];
    permit(folder.path(), 0o755);
    let why = "its folder takes no new file: permission denied";
    assert_eq!(told, ["saved.json", "there.md"].map(|file| denied(&format!("cannot write `{file}`: {why}"))));
}

const TWICE: &str = "\
# Of a valley.
fact a \"A\" : yes or no
consequence c \"C\"
source s \"S\"
claim k by s \"K\"
rule r \"R\" per k when a then c

scenario \"One\"
  given a yes
  expect follows c

scenario \"One again\"
  given a yes
  expect follows c

# Kept: a comment belongs to it.
scenario \"And again\"
  given a yes
  expect follows c

scenario \"Another\"
  given a no
  expect does not follow c";

/// `--fix` takes out what is there twice, and every other byte stays.
#[test]
fn fix_touches_no_other_line() {
    let again = "scenario \"One again\"\n  given a yes\n  expect follows c\n\n";
    assert!(TWICE.contains(again));
    for newline in ["\n", "\r\n"] {
        for mark in ["", "\u{feff}"] {
            let written = |text: &str| format!("{mark}{}", text.replace('\n', newline));
            let (folder, path) = folder("rules.ensue", &written(TWICE));
            let (code, out, said) = run(&["check", "--fix", "--format", "short", &path], "");
            // The one with a comment is still reported.
            assert_eq!(code, 1, "{said}");
            assert!(out.contains("warning[duplicate_scenario]") && out.lines().count() == 1, "{out}");
            assert!(said.starts_with("mended 1 finding in "), "{said}");
            let mended = written(&TWICE.replace(again, ""));
            assert_eq!(fs::read_to_string(&path).unwrap(), mended);
            assert_eq!(names(&folder), ["rules.ensue"]);
            let (_, _, said) = run(&["check", "--fix", "--format", "short", &path], "");
            assert_eq!((said, fs::read_to_string(&path).unwrap()), (String::new(), mended));
        }
    }
}

#[test]
fn fix_mends_imported_files_and_leaves_files_with_mistakes() {
    let (folder, path) = folder("part.ensue", TWICE);
    let root = folder.path().join("root.ensue");
    fs::write(&root, "import \"part.ensue\"\n").unwrap();
    let root = root.to_str().unwrap();
    let (code, _, said) = run(&["check", "--fix", root], "");
    assert!(code == 1 && said.contains("mended 1 finding in ") && said.contains("part.ensue"), "{said}");
    assert!(!fs::read_to_string(&path).unwrap().contains("One again"));
    let wrong = format!("{TWICE}\nrule q \"Q\" when b then c\n");
    fs::write(&path, &wrong).unwrap();
    let (code, _, said) = run(&["check", "--fix", root], "");
    assert!(code == 1 && said.contains("error[unknown-name]") && !said.contains("mended"), "{said}");
    assert_eq!(fs::read_to_string(&path).unwrap(), wrong);
}

/// Suggested scenarios: to the rules' own file, to a new one that imports it, to one that does not
/// know what they name.
#[test]
fn coverage_writes_scenarios_that_cover_and_adds_them_only_where_they_pass() {
    let rules = "policy valley \"V\" as of 2025-01-01\nfact a \"A\" : yes or no\nfact born \"B\" : date\n\
                 consequence c \"C\"\nrule r \"R\" when a and years since born < 18 then c";
    let (folder, path) = folder("rules.ensue", rules);
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let write = |file: &str| run(&["test", &path, "--coverage", "--quiet", "--write", file], "");
    let (code, _, said) = write(&at("more.ensue"));
    assert!(code == 0 && said.contains("added "), "{said}");
    let covers = |file: &str| run(&["test", file, "--coverage", "--fail-under", "100", "--quiet"], "");
    assert_eq!(covers(&path).0, 1);
    assert_eq!(covers(&at("more.ensue")).0, 0);
    assert_eq!(run(&["fmt", "--check", &at("more.ensue")], "").0, 0);
    let text = fs::read_to_string(at("more.ensue")).unwrap();
    assert!(
        text.contains("import \"rules.ensue\"") && text.contains("# Generated by `ensue test --coverage`"),
        "{text}"
    );
    // A second time there is nothing to add.
    let (code, _, said) = run(&["test", &at("more.ensue"), "--coverage", "--quiet", "--write", &at("more.ensue")], "");
    assert!(code == 0 && said.contains("nothing is missing"), "{said}");
    assert_eq!(fs::read_to_string(at("more.ensue")).unwrap(), text);
    // To the file itself: what was there stays, also without a line break at its end.
    assert_eq!(write(&path).0, 0);
    assert!(fs::read_to_string(&path).unwrap().starts_with(&format!("{rules}\n\n# Generated by")));
    assert_eq!(covers(&path).0, 0);
    // Where it would be wrong, nothing is written.
    fs::write(&path, rules).unwrap();
    for (other, why) in [
        ("fact b \"B\" : yes or no\n", "name a file that imports the rules"),
        ("import \"rules.ensue\"\nrule never \"N\" when not a then not c\n", "the scenarios would fail there"),
        ("rule half", "would be wrong there"),
    ] {
        fs::write(at("other.ensue"), other).unwrap();
        let (code, _, said) = write(&at("other.ensue"));
        assert!(code == 2 && said.contains(why), "{said}");
        assert_eq!(fs::read_to_string(at("other.ensue")).unwrap(), other);
    }
}

/// The verbs that the help lists.
fn verbs() -> Vec<String> {
    let (_, help, _) = run(&["--help"], "");
    let listed = help.split("Commands:").nth(1).expect("it lists them").lines().skip(1);
    let listed = listed.take_while(|line| !line.is_empty()).filter(|line| !line.starts_with("   "));
    listed.map(|line| line.split_whitespace().next().expect("a name").to_owned()).collect()
}

#[test]
fn shells_complete_every_verb() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (code, script, _) = run(&["completions", shell], "");
        assert_eq!(code, 0);
        let missing: Vec<String> = verbs().into_iter().filter(|verb| !script.contains(verb.as_str())).collect();
        assert!(missing.is_empty() && script.contains("according-to"), "{shell}: {missing:?}");
    }
}

#[test]
fn the_manual_has_a_page_for_every_verb() {
    let folder = tempfile::tempdir().unwrap();
    let path = &folder.path().join("manual").display().to_string();
    let (code, said, _) = run(&["manual", path], "");
    let mut wanted: Vec<String> =
        verbs().iter().filter(|verb| *verb != "help").map(|verb| format!("ensue-{verb}.1")).collect();
    wanted.push("ensue.1".to_owned());
    wanted.sort();
    let mut pages: Vec<String> =
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    pages.sort();
    assert_eq!((code, said, pages), (0, format!("{} pages written\n", wanted.len()), wanted));
    let page = fs::read_to_string(folder.path().join("manual/ensue-eval.1")).unwrap();
    assert!(page.contains("according\\-to") && page.contains("ensue 0."), "{page}");
    // What stands there is kept.
    let (code, _, said) = run(&["manual", path], "");
    assert_eq!(code, 2);
    assert!(said.contains("the folder is there already"), "{said}");
}

/// What a text holds stays in it, whatever it would be to a terminal; and what is shown of it acts on none.
#[test]
fn texts_are_kept_and_do_not_act() {
    let label = "a \u{1b}]0;title\u{7} b \u{7f} c \u{9b}31m d";
    let text = format!("policy p \"{label}\"\n\nfact card \"Card\" : yes or no\n");
    assert_eq!(run(&["fmt", "-"], &text), (0, text.clone(), String::new()));
    let (_folder, path) = folder("rules.ensue", &text);
    let (code, out, _) = run(&["eval", &path, "--schema"], "");
    assert_eq!(code, 0);
    assert!(!out.contains(|c: char| c.is_control() && c != '\n'), "{out}");
    let schema: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert!(schema.to_string().contains("title"), "{schema}");
    // A wrong argument is told on one line, without what acts.
    let (code, _, said) = run(&["eval", "--x\u{1b}[31m\n::error::y", "--color", "always"], "");
    assert_eq!(code, 2);
    assert!(!said.contains("\n::error") && !said.contains("x\u{1b}[31m"), "{said}");
    // Nor is a value told that has such codes within.
    for argument in ["born=1990\u{1b}[0m-01-01", "born=1990\u{7f}", "{\"born\":\u{1b}[m \"1990-01-01\"}"] {
        for arguments in [&["why", RULES, "x", "y", argument][..], &["eval", RULES, "--limit", argument]] {
            for colour in ["never", "always"] {
                let (code, _, said) = run(&[arguments, &["--color", colour]].concat(), "");
                assert!(code == 2 && !said.contains("1990"), "{said}");
            }
        }
    }
}

/// In a message of SARIF `[a](b)` is a link and `{0}` a placeholder, unless they are escaped (3.11.5, 3.11.6).
#[test]
fn sarif_messages_hold_no_links() {
    let (_folder, path) =
        folder("rules.ensue", "import \"[x](http://h.example) {0}.ensue\"\nfact a \"A\" : yes or no\n");
    let (_, out, _) = run(&["check", &path, "--format", "sarif"], "");
    let sarif: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    let text = sarif["runs"][0]["results"][0]["message"]["text"].as_str().expect("a text");
    assert!(text.contains("[x\\](http") && text.contains("{{0}}"), "{text}");
}

#[test]
fn a_name_is_no_variable_of_spark() {
    for names in
        [["--table", "${env:HOME}", "--map", "ukrainian=u"], ["--table", "t", "--map", "ukrainian=${env:HOME}"]]
    {
        let sql = |dialect| run(&[&["sql", RULES, "--dialect", dialect][..], &names].concat(), "");
        let (code, _, said) = sql("spark");
        assert_eq!(code, 2);
        assert!(said.contains("variable"), "{said}");
        assert_eq!(sql("duckdb").0, 0);
    }
}

/// What is told of a file is its name, as it can be copied.
#[test]
fn names_of_files_keep_their_spaces() {
    let (_folder, wrong) = folder("two  spaces.ensue", "fact a \"A\" : yes  or no\nfact b : yes or no\n");
    let (_other, sound) = folder("two  spaces.ensue", "fact a \"A\" : yes  or no\nconsequence c \"C\"\n");
    let missing = sound.replace("two", "no");
    let place = format!("{wrong}:2:");
    for (arguments, code, told) in [
        (vec!["check", &wrong], 1, &place),
        (vec!["check", "--format", "short", &wrong], 1, &place),
        (vec!["check", "--verbose", &sound], 0, &format!("read {sound}\n")),
        (vec!["check", &missing], 2, &missing),
        (vec!["fmt", "--check", &sound], 1, &format!("{sound}\n")),
        (vec!["eval", &sound, &missing], 2, &missing),
    ] {
        let (found, out, said) = run(&arguments, "");
        assert_eq!((found, out.contains(told) || said.contains(told)), (code, true), "{arguments:?}: {out}{said}");
    }
}
