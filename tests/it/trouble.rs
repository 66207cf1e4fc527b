//! Trouble while the archive runs is reported to its operator: by `/readyz`, by gauges, by exit codes.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::json;

use crate::support::{Archive, command, eventually};

/// `khochung` under `strace`, which injects a fault into a system call.
fn faulty(injection: &str) -> Command {
    let mut strace = Command::new("strace");
    let call = injection.split(':').next().unwrap();
    strace.args(["-D", "-f", "-qq", "-o", "/dev/null"]);
    strace.args(["-e", &format!("trace={call}")]);
    strace.args(["-e", &format!("inject={injection}")]);
    strace.arg(env!("CARGO_BIN_EXE_khochung"));
    strace.env("KHOCHUNG__LOG__FILTER", "off");
    strace
}

/// Creates works until one is refused; gives the status of the refusal.
fn until_refused(archive: &Archive) -> u16 {
    let client = archive.operator();
    let work = json!({ "titles": { "vi": "một" } });
    let mut statuses = (0..200).map(|_| client.post_json("/api/v1/assets", &work).status);
    statuses.find(|status| *status != 201).unwrap()
}

fn gauge(archive: &Archive, name: &str) -> String {
    let metrics = archive.operator().get("/metrics").text();
    let line = metrics
        .lines()
        .find(|line| line.starts_with(&format!("khochung_{name} ")));
    line.unwrap().split(' ').nth(1).unwrap().to_owned()
}

#[test]
fn a_writer_that_stopped_after_a_failed_sync_shows() {
    let strace = faulty("fdatasync:error=EIO:when=40+");
    let archive = Archive::start_by(strace, tempfile::tempdir().unwrap());
    assert_eq!(archive.anybody().get("/readyz").status, 200);
    assert_eq!(gauge(&archive, "catalog_writable"), "1");
    assert!([500, 503].contains(&until_refused(&archive)));
    let ready = archive.anybody().get("/readyz");
    assert_eq!(ready.status, 503);
    assert_eq!(ready.json()["catalogue"], "read-only");
    assert_eq!(gauge(&archive, "catalog_writable"), "0");
    // Reading goes on, and a restart mends it.
    let works = archive
        .operator()
        .get("/api/v1/assets?limit=200")
        .json_without_ports();
    let count = works["items"].as_array().unwrap().len();
    assert!(count > 0);
    let restarted = Archive::start_in(archive.kill(), &[]);
    assert_eq!(restarted.anybody().get("/readyz").status, 200);
    let works = restarted
        .operator()
        .get("/api/v1/assets?limit=200")
        .json_without_ports();
    assert_eq!(works["items"].as_array().unwrap().len(), count);
}

#[test]
fn a_sync_that_finds_the_disk_full_stops_nothing() {
    let strace = faulty("fdatasync:error=ENOSPC:when=40");
    let archive = Archive::start_by(strace, tempfile::tempdir().unwrap());
    assert_eq!(until_refused(&archive), 507);
    assert_eq!(archive.anybody().get("/readyz").status, 200);
    let again = json!({ "titles": { "vi": "hai" } });
    assert_eq!(
        archive
            .operator()
            .post_json("/api/v1/assets", &again)
            .status,
        201
    );
}

#[test]
fn deleting_the_lock_lets_no_second_process_in() {
    let archive = Archive::start();
    fs::remove_file(archive.data().join("catalog/lock")).unwrap();
    for arguments in [
        &["serve", "--bind", "127.0.0.1:0"][..],
        &["rebuild"],
        &["verify"],
    ] {
        let second = command()
            .args(arguments)
            .arg("--data")
            .arg(archive.data())
            .output()
            .unwrap();
        assert_eq!(second.status.code(), Some(75), "{second:?}");
    }
    assert!(!archive.data().join("catalog/index.set-aside").exists());
    archive
        .operator()
        .create(&json!({ "titles": { "vi": "một" } }));
}

/// A text that stays long when it is compressed, so that its middle is far from both ends of a file.
fn incompressible(seed: u64, length: usize) -> String {
    let mut state = seed + 1;
    let letters = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        char::from(b'a' + (state >> 33) as u8 % 26)
    });
    letters.take(length).collect()
}

/// The sealed segments, once there are some.
fn sealed(archive: &Archive) -> Vec<PathBuf> {
    eventually("segments are sealed", || {
        let entries = fs::read_dir(archive.data().join("catalog/journal")).unwrap();
        let mut sealed: Vec<PathBuf> = entries
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "zst"))
            .collect();
        sealed.sort();
        (sealed.len() > 1).then_some(sealed)
    })
}

#[test]
fn damage_in_an_old_segment_is_found_by_the_scrub_and_reported() {
    let small = [("KHOCHUNG__STORAGE__SEGMENT_BYTES", "1048576")];
    let archive = Archive::start_with(&small);
    let client = archive.holder("admin");
    for number in 0..12 {
        let body = incompressible(number, 300_000);
        client.create(&json!({ "titles": { "vi": number.to_string() }, "body": body }));
    }
    let damaged = sealed(&archive)[0].clone();
    let data = archive.stop();
    let mut bytes = fs::read(&damaged).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x40;
    fs::write(&damaged, bytes).unwrap();
    let archive = Archive::start_in(data, &small);
    // The scrub is due a week after the last one; an operator need not wait that long.
    let jobs = archive.operator().get("/api/v1/jobs?limit=200").json();
    let jobs = jobs["items"].as_array().unwrap();
    assert!(jobs.iter().any(|job| job["kind"] == "scrub-catalog"));
    let works = archive.operator().get("/api/v1/assets?limit=200");
    assert_eq!(works.status, 500);
    let ready = archive.anybody().get("/readyz");
    assert_eq!(
        (ready.status, &ready.json()["catalogue"]),
        (503, &json!("damaged"))
    );
    assert_eq!(ready.json()["damaged_places"], 1);
    assert_eq!(gauge(&archive, "catalog_damage"), "1");
}

#[test]
fn a_rotation_that_runs_out_of_file_descriptors_leaves_no_trace() {
    let small = [("KHOCHUNG__STORAGE__SEGMENT_BYTES", "1048576")];
    let archive = Archive::start_with(&small);
    let client = archive.holder("admin");
    let work = |number: usize| json!({ "titles": { "vi": number.to_string() }, "body": "x".repeat(60_000) });
    let limit = |files: &str| {
        let pid = archive.pid().to_string();
        let limited = Command::new("prlimit")
            .args(["--pid", &pid, &format!("--nofile={files}:")])
            .status();
        assert!(limited.unwrap().success());
    };
    let mut ids = Vec::new();
    let mut deposit = |number: usize| {
        let made = client.post_json("/api/v1/assets", &work(number));
        if made.status == 201 {
            ids.push(made.json()["id"].as_str().unwrap().to_owned());
        }
        made.status
    };
    for number in 0..16 {
        assert_eq!(deposit(number), 201);
    }
    // So few descriptors that no file can be opened any more; the connection is there already.
    limit("8");
    for number in 16..24 {
        deposit(number);
    }
    limit("1024");
    for number in 24..30 {
        assert_eq!(deposit(number), 201);
    }
    let readable = |client: &crate::support::Client| {
        for id in &ids {
            assert_eq!(client.get(&format!("/api/v1/assets/{id}")).status, 200);
        }
    };
    readable(&client);
    let token = client.token().unwrap().to_owned();
    let archive = Archive::start_in(archive.kill(), &small);
    readable(&archive.anybody().with_token(&token));
    let verified = command()
        .args(["verify", "--data"])
        .arg(archive.stop().path())
        .output()
        .unwrap();
    assert!(verified.status.success(), "{verified:?}");
}
