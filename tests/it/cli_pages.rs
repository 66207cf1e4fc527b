//! `completions`, `man` and `--version`: the command line as shells, `man` and operators meet it.

use std::fs;
use std::process::{Command, Stdio};

use crate::support::command;

fn printed(arguments: &[&str]) -> String {
    let output = command().args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn bash_completes_commands_and_flags() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("khochung.bash");
    fs::write(&script, printed(&["completions", "bash"])).unwrap();
    // As readline does: set the words of the line, call the function, read its replies.
    let ask = r#"source "$1"; COMP_WORDS=(khochung $2); COMP_CWORD=$3
        _khochung khochung "${COMP_WORDS[$3]}" "${COMP_WORDS[$3-1]}"; echo "${COMPREPLY[@]}""#;
    let completed = |words: &str, position: &str| {
        let mut bash = Command::new("bash");
        bash.args(["-c", ask, "bash"]).arg(&script);
        let output = bash.args([words, position]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(completed("rest", "1").trim(), "restore");
    assert!(completed("serve --b", "2").contains("--bind"));
}

#[test]
fn every_shell_gets_a_script() {
    for (shell, part) in [
        ("bash", "complete -F _khochung"),
        ("zsh", "#compdef khochung"),
        ("fish", "complete -c khochung"),
        ("elvish", "edit:completion"),
        ("powershell", "Register-ArgumentCompleter"),
    ] {
        assert!(printed(&["completions", shell]).contains(part), "{shell}");
    }
}

#[test]
fn manual_pages_name_every_command_and_its_flags() {
    let page = printed(&["man"]);
    assert!(page.contains(".TH khochung 1"), "{page}");
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    let written = command().args(["man", "--folder"]).arg(&pages).status();
    assert!(written.unwrap().success());
    for name in ["khochung.1", "khochung-serve.1", "khochung-token-create.1"] {
        assert!(pages.join(name).exists(), "{name}");
    }
    let serve = fs::read_to_string(pages.join("khochung-serve.1")).unwrap();
    assert!(serve.contains(r"\-\-bind"), "{serve}");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = command()
        .args(["completions", "bash"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_version_names_number_commit_and_date() {
    let text = printed(&["--version"]);
    let rest = text.strip_prefix("khochung ").unwrap();
    let (number, origin) = rest.trim_end().split_once(' ').unwrap();
    assert_eq!(number, env!("CARGO_PKG_VERSION"));
    let origin = origin.strip_prefix('(').unwrap().strip_suffix(')').unwrap();
    let (commit, date) = origin.split_once(' ').unwrap();
    let hash = commit.trim_end_matches("-dirty");
    let is_hash = hash.len() >= 12 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    assert!(is_hash || commit == "unknown", "{commit}");
    let digits: Vec<_> = date.split('-').map(str::len).collect();
    assert!(digits == [4, 2, 2] || date == "unknown", "{date}");
}
