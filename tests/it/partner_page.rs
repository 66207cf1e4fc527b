//! The pages for partner engineers: their commands are run as they stand there.

use std::fs;
use std::process::Command;

use crate::support::Archive;

fn commands_succeed(page: &str, least: usize) {
    let text = fs::read_to_string(page).unwrap();
    let blocks = text.split("```sh\n").skip(1);
    let blocks: Vec<&str> = blocks
        .map(|block| block.split("```").next().unwrap())
        .collect();
    assert!(blocks.len() >= least, "{page} has lost its commands");
    let archive = Archive::start();
    let admin = archive.holder("admin");
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new("bash")
        .args(["-euxo", "pipefail", "-c", &blocks.concat()])
        .current_dir(folder.path())
        .env("BASE", archive.base())
        .env("TOKEN", admin.token().unwrap())
        .env("no_proxy", "*")
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn the_commands_of_the_partner_page_succeed_in_their_order() {
    commands_succeed("docs/api/README.md", 7);
}

#[test]
fn the_commands_of_the_page_about_resumable_uploads_succeed_in_their_order() {
    commands_succeed("docs/api/uploads.md", 4);
}
