//! Settings: four layers, their sources, and every problem at once.

use std::fs;
use std::process::Output;

use crate::support::command;

fn config(subcommand: &str, file: &str, environment: &[(&str, &str)], flags: &[&str]) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("kho.toml");
    fs::write(&path, file).unwrap();
    let mut command = command();
    command
        .env_remove("KHOCHUNG__LOG__FILTER")
        .arg("--config")
        .arg(&path);
    command
        .args(["config", subcommand])
        .args(flags)
        .envs(environment.iter().copied());
    command.output().unwrap()
}

#[test]
fn later_layers_win_and_each_value_says_where_it_comes_from() {
    let file = "[server]\nbind = \"0.0.0.0:1\"\nworkers = 3\n[storage]\ndata_dir = \"/file\"\n";
    let environment = [
        ("KHOCHUNG__SERVER__WORKERS", "4"),
        ("KHOCHUNG__STORAGE__DATA_DIR", "/environment"),
        (
            "KHOCHUNG__INTAKE__ALLOWED_TYPES",
            "image/*, application/pdf",
        ),
    ];
    let output = config("show", file, &environment, &["--data", "/flag"]);
    let text = String::from_utf8(output.stdout).unwrap();
    for line in [
        "bind = \"0.0.0.0:1\"  # file",
        "workers = 4  # environment",
        "data_dir = \"/flag\"  # flag",
        "allowed_types = [\"image/*\", \"application/pdf\"]  # environment",
        "header_timeout_seconds = 10  # default",
    ] {
        assert!(text.lines().any(|shown| shown == line), "{line} in\n{text}");
    }
    // What is shown is a configuration file again.
    let again = config("show", &text, &[], &[]);
    let again = String::from_utf8(again.stdout).unwrap();
    assert!(again.contains("workers = 4  # file"), "{again}");
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let file = "[server]\nbnid = \"x\"\nworkers = \"many\"\npublic_address = \"kho.vn\"\n\
                [jobs]\nworkers = 1000\n[storage]\nengine = \"oracle\"\n";
    let environment = [
        ("KHOCHUNG__LOG__FORMAT", "xml"),
        ("KHOCHUNG__LOGS__LEVEL", "info"),
    ];
    let output = config("check", file, &environment, &[]);
    assert_eq!(output.status.code(), Some(64));
    let text = String::from_utf8(output.stderr).unwrap();
    for part in [
        "server.bnid (file); did you mean server.bind?",
        "server.workers (file):",
        "server.public_address: must have the form",
        "jobs.workers: must lie between 1 and 64",
        "storage.engine (file):",
        "log.format (environment):",
        "no such setting: logs.level (environment)",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    assert_eq!(text.lines().count(), 7, "{text}");
}

#[test]
fn what_is_no_toml_or_not_there_is_reported() {
    let output = config("check", "[server\n", &[], &[]);
    assert_eq!(output.status.code(), Some(64));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("not TOML")
    );
    let output = command()
        .args(["--config", "/nowhere/kho.toml", "config", "check"])
        .output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("/nowhere/kho.toml")
    );
}

#[test]
fn secrets_are_not_shown() {
    let environment = [("KHOCHUNG__SERVER__METRICS_TOKEN", "very-secret")];
    let output = config("show", "", &environment, &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("metrics_token = \"********\"  # environment"),
        "{text}"
    );
    assert!(!text.contains("very-secret"));
}

#[test]
fn the_defaults_are_right() {
    let output = config("check", "", &[], &[]);
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_setting_is_accepted_by_its_old_name_with_a_warning() {
    let file = "[search]\npatience_ms = 250\n";
    let warning = |source: &str| {
        format!("search.patience_ms ({source}) is an old name; use search.max_commit_delay_ms")
    };
    let environment = [("KHOCHUNG__SEARCH__PATIENCE_MS", "300")];
    for (environment, shown, sources) in [
        (&[][..], "max_commit_delay_ms = 250  # file", &["file"][..]),
        (
            &environment,
            "max_commit_delay_ms = 300  # environment",
            &["file", "environment"],
        ),
    ] {
        let output = config("show", file, environment, &[]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.lines().any(|line| line == shown), "{shown} in\n{text}");
        assert!(!text.contains("patience_ms"), "{text}");
        let warnings = String::from_utf8(output.stderr).unwrap();
        assert!(
            sources
                .iter()
                .all(|source| warnings.contains(&warning(source))),
            "{warnings}"
        );
    }
    // A wrong value is reported under the new name, and the new name wins within a layer.
    let output = config("check", "[search]\npatience_ms = 60001\n", &[], &[]);
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.contains("search.max_commit_delay_ms: must lie between"),
        "{text}"
    );
    let both = "[search]\nmax_commit_delay_ms = 5\npatience_ms = 250\n";
    let output = config("show", both, &[], &[]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("max_commit_delay_ms = 5  # file"), "{text}");
}

#[test]
fn accepted_types_that_no_file_is_recognised_as_are_reported() {
    let file = "[intake]\nallowed_types = [\"image/*\", \"audio/x-wav\", \"text/x-shellscript\", \"video/mp5\", \
                \"application/vnd.oasis.opendocument.*\", \"model/*\", \"application/x-subrip\", \"application/zip\"]\n";
    let output = config("check", file, &[("LANG", "en_US.UTF-8")], &[]);
    assert_eq!(output.status.code(), Some(64), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    let problems: Vec<&str> = text
        .lines()
        .filter(|line| line.contains("intake.allowed_types"))
        .collect();
    assert_eq!(problems.len(), 4, "{text}");
    for (problem, end) in problems.iter().zip([
        "audio/x-wav; use audio/wav",
        "text/x-shellscript",
        "video/mp5",
        "model/*",
    ]) {
        assert!(problem.ends_with(end), "{problem}");
    }
}
