//! `khochung account`: beside a running archive and without one.

use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use crate::support::browser::Browser;
use crate::support::{Archive, command};

const PASSWORD: &str = "trời xanh 7 quả đồi";

fn account(data: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = command()
        .arg("account")
        .args(arguments)
        .arg("--data")
        .arg(data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(input.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap()
}

fn last_line(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().last().unwrap().to_owned()
}

#[test]
fn an_account_is_invited_accepted_changed_reset_and_closed() {
    let archive = Archive::start();
    let data = archive.data();
    let invite = [
        "invite",
        "phong.vh@gialai.example",
        "--role",
        "contributor",
        "--organisation",
        "dic",
    ];
    let link = last_line(&account(data, &invite, ""));
    let accepted = account(data, &["accept", &link], &format!("{PASSWORD}\n"));
    assert!(last_line(&accepted).contains("active"), "{accepted:?}");
    let browser = || Browser::new(archive.anybody());
    assert_eq!(
        browser()
            .sign_in("phong.vh@gialai.example", PASSWORD)
            .status,
        200
    );

    let changed = account(
        data,
        &[
            "change",
            "phong.vh@gialai.example",
            "--role",
            "editor",
            "--organisation",
            "",
        ],
        "",
    );
    let columns: Vec<String> = last_line(&changed).split('\t').map(str::to_owned).collect();
    assert_eq!(columns[1..4], ["phong.vh@gialai.example", "editor", "-"]);
    let link = last_line(&account(data, &["reset", &columns[0]], ""));
    assert_eq!(
        browser()
            .sign_in("phong.vh@gialai.example", PASSWORD)
            .status,
        401
    );
    let refused = account(data, &["accept", &link], "ngắn\n");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(
        account(data, &["accept", &link], &format!("{PASSWORD} moi\n"))
            .status
            .success()
    );
    let closed = account(data, &["close", "phong.vh@gialai.example"], "");
    assert!(last_line(&closed).contains("closed"));
    let unknown = account(data, &["close", "khong-co"], "");
    assert!(!unknown.status.success(), "{unknown:?}");
    let listed = account(data, &["list"], "");
    assert_eq!(String::from_utf8_lossy(&listed.stdout).lines().count(), 1);
}

#[test]
fn accounts_survive_a_backup_and_work_without_a_server() {
    let data = tempfile::tempdir().unwrap();
    let link = last_line(&account(
        data.path(),
        &["invite", "a@x.example", "--role", "admin"],
        "",
    ));
    let accepted = account(data.path(), &["accept", &link], &format!("{PASSWORD}\n"));
    assert!(accepted.status.success(), "{accepted:?}");
    let (backup, restored) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (arguments, folder) in [
        (["backup", backup.path().to_str().unwrap()], data.path()),
        (
            ["restore", backup.path().to_str().unwrap()],
            restored.path(),
        ),
    ] {
        let done = command()
            .args(arguments)
            .arg("--data")
            .arg(folder)
            .output()
            .unwrap();
        assert!(done.status.success(), "{done:?}");
    }
    let archive = Archive::start_in(restored, &[]);
    assert_eq!(
        Browser::new(archive.anybody())
            .sign_in("a@x.example", PASSWORD)
            .status,
        200
    );
}
