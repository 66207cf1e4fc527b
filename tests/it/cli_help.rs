//! The command line teaches itself, and its exit codes are those it lists.

use crate::support::command;

#[test]
fn every_command_explains_itself() {
    for arguments in [
        &[][..],
        &["serve"],
        &["demo"],
        &["token"],
        &["token", "create"],
        &["token", "list"],
        &["token", "revoke"],
        &["import"],
        &["check"],
        &["verify"],
        &["backup"],
        &["restore"],
        &["reindex"],
        &["rebuild"],
        &["config"],
        &["config", "show"],
        &["config", "check"],
        &["openapi"],
        &["vocab"],
        &["vocab", "check"],
        &["completions"],
        &["man"],
    ] {
        let output = command().args(arguments).arg("--help").output().unwrap();
        assert!(output.status.success(), "{arguments:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("Usage: khochung"), "{arguments:?}: {text}");
    }
}

#[test]
fn the_first_page_has_examples_and_exit_codes() {
    let output = command().arg("--help").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "khochung demo --data",
        "khochung token create",
        "Exit codes",
        "KHOCHUNG__SECTION__KEY",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn wrong_usage_ends_with_64() {
    for arguments in [
        &["fly"][..],
        &["serve", "--wings"],
        &["token", "create"],
        &[],
    ] {
        let output = command().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(64), "{arguments:?}");
        assert!(!output.stderr.is_empty());
    }
}

#[test]
fn a_folder_without_an_archive_is_reported_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("typo");
    for name in ["verify", "rebuild", "reindex"] {
        let output = command()
            .args([name, "--data"])
            .arg(&nowhere)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(64), "{name}: {output:?}");
        assert!(!nowhere.exists());
    }
}

#[test]
fn the_shipped_vocabularies_are_right() {
    let output = command().args(["vocab", "check"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}
