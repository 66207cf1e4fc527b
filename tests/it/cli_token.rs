//! `khochung token`: beside a running archive and without one.

use std::path::Path;
use std::process::Output;

use crate::support::{Archive, command};

fn token(data: &Path, arguments: &[&str]) -> Output {
    command()
        .arg("token")
        .args(arguments)
        .arg("--data")
        .arg(data)
        .output()
        .unwrap()
}

fn last_line(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .last()
        .unwrap()
        .to_owned()
}

#[test]
fn a_token_made_beside_a_running_archive_is_valid_at_once() {
    let archive = Archive::start();
    let secret = last_line(&token(archive.data(), &["create", "--role", "editor"]));
    let holder = archive.anybody().with_token(&secret);
    assert_eq!(
        holder
            .post_json(
                "/api/v1/assets",
                &serde_json::json!({"titles": {"vi": "x"}})
            )
            .status,
        201
    );
    let listed = token(archive.data(), &["list"]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    let id = listed.split('\t').next().unwrap().to_owned();
    assert!(
        listed.contains("editor") && !listed.contains(&secret),
        "{listed}"
    );
    assert!(token(archive.data(), &["revoke", &id]).status.success());
    assert_eq!(holder.get("/api/v1/assets").status, 401);
}

#[test]
fn a_token_is_narrowed_and_rotated_on_the_command_line() {
    let archive = Archive::start();
    let made = ["create", "--role", "editor", "--scopes", "read,deposit"];
    let old = last_line(&token(archive.data(), &made));
    let listed = token(archive.data(), &["list"]);
    let listed = String::from_utf8(listed.stdout).unwrap();
    let columns: Vec<&str> = listed.trim_end().split('\t').collect();
    assert_eq!(columns.len(), 10, "{listed}");
    assert_eq!((columns[1], columns[7]), ("editor", "read,deposit"));
    let new = last_line(&token(
        archive.data(),
        &["rotate", columns[0], "--overlap", "0"],
    ));
    let status = |secret: &str| {
        archive
            .anybody()
            .with_token(secret)
            .get("/api/v1/me")
            .status
    };
    assert_eq!((status(&old), status(&new)), (401, 200));
}

#[test]
fn a_token_made_without_a_server_is_valid_once_it_runs() {
    let data = tempfile::tempdir().unwrap();
    let made = token(
        data.path(),
        &["create", "--role", "contributor", "--organisation", "dic"],
    );
    let secret = last_line(&made);
    assert!(!data.path().join("run/control.json").exists());
    let archive = Archive::start_in(data, &[]);
    assert_eq!(
        archive
            .anybody()
            .with_token(&secret)
            .get("/api/v1/assets")
            .status,
        200
    );
}

#[test]
fn what_a_killed_server_left_behind_does_not_mislead() {
    let archive = Archive::start();
    let data = archive.kill();
    assert!(data.path().join("run/control.json").exists());
    assert!(
        token(data.path(), &["create", "--role", "admin"])
            .status
            .success()
    );
}

#[test]
fn a_refusal_is_one_clear_line_in_the_language_of_the_terminal() {
    let archive = Archive::start();
    let refused = |locale: &str| {
        let output = command()
            .env("LC_ALL", locale)
            .args(["token", "create", "--role", "king", "--data"])
            .arg(archive.data())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(output.stdout.is_empty());
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(text.lines().count(), 1, "{text}");
        text
    };
    assert!(refused("en_US.UTF-8").contains("Must be one of: admin, editor"));
    assert!(refused("vi_VN.UTF-8").contains("Phải là một trong: admin, editor"));
}

#[test]
fn a_folder_in_use_is_one_clear_line() {
    let archive = Archive::start();
    let output = command()
        .args(["verify", "--data"])
        .arg(archive.data())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(75));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(
        text.ends_with("is in use by another process\n") && text.lines().count() == 1,
        "{text}"
    );
}

#[cfg(unix)]
#[test]
fn the_control_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let archive = Archive::start();
    let mode = |path: &str| {
        archive
            .data()
            .join(path)
            .metadata()
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!((mode("run"), mode("run/control.json")), (0o700, 0o600));
}
