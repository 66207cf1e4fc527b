//! `kill -9` at any moment of uploads: no byte that was acknowledged is lost, no upload becomes two files, and nothing is left behind.
//!
//! `KHOCHUNG_KILL_ROUNDS` raises the number of rounds.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::{
    Archive, BYTES, TUS, UPLOADS, claim_path, files_of, head, long_text, names_in, offset_of,
    sha256sum,
};
use crate::support::{Client, command, eventually};

const DEFAULT_ROUNDS: usize = 40;
const WRITERS: usize = 3;
const PART: usize = 150_000;

/// One upload, as far as its client knows.
#[derive(Debug, Clone)]
struct Sending {
    bytes: Vec<u8>,
    work: Option<String>,
    path: Option<String>,
    /// What the archive has acknowledged.
    acknowledged: u64,
    is_claimed: bool,
}

#[test]
fn killing_the_server_during_uploads_loses_and_doubles_nothing() {
    let rounds = std::env::var("KHOCHUNG_KILL_ROUNDS")
        .map_or(DEFAULT_ROUNDS, |rounds| rounds.parse().unwrap());
    let archive = Archive::start();
    let token = archive.holder("editor").token().unwrap().to_owned();
    let mut data = archive.kill();
    let ledger: Mutex<BTreeMap<usize, Sending>> = Mutex::default();
    for round in 0..rounds {
        let archive = Archive::start_in(data, &[]);
        let client = archive.anybody().with_token(&token);
        data = send_until_killed(archive, &client, &ledger, round);
    }
    let archive = Archive::start_in(data, &[]);
    let client = archive.anybody().with_token(&token);
    let ledger = ledger.into_inner().unwrap();
    let claimed = ledger.values().filter(|sending| sending.is_claimed).count();
    println!(
        "{rounds} kills, {} uploads, {claimed} finished",
        ledger.len()
    );
    for mut sending in ledger.into_values() {
        finish(&client, &mut sending);
        // One file, also where the answer was lost.
        let work = sending.work.unwrap();
        let files = files_of(&client, &work);
        let sha256 = sha256sum(&sending.bytes);
        let same = files
            .iter()
            .filter(|file| file["sha256"] == sha256.as_str());
        assert_eq!(same.count(), 1, "{sha256}");
        let file = client.get(&format!("/api/v1/assets/{work}/files/{sha256}"));
        assert!(file.body == sending.bytes, "other bytes for {sha256}");
    }
    leaves_nothing(archive);
}

/// The sweep runs at every start.
fn leaves_nothing(archive: Archive) {
    let archive = Archive::start_in(archive.kill(), &[]);
    eventually("the bytes of claimed uploads are swept", || {
        names_in(archive.data(), "partial").is_empty().then_some(())
    });
    let data = archive.stop();
    let verified = command()
        .args(["verify", "--deep", "--data"])
        .arg(data.path())
        .output()
        .unwrap();
    assert!(verified.status.success(), "{verified:?}");
}

fn send_until_killed(
    archive: Archive,
    client: &Client,
    ledger: &Mutex<BTreeMap<usize, Sending>>,
    round: usize,
) -> TempDir {
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || {
                // Goes on with what it was sending when the archive was killed.
                let mut number = (round / 4) * 1000 + writer;
                while send_one(client, ledger, number).is_some() {
                    number += WRITERS;
                }
            });
        }
        thread::sleep(Duration::from_millis(40 + round as u64 * 37 % 160));
        archive.kill()
    })
}

/// Carries one upload as far as it goes; `None` when the server is gone.
fn send_one(
    client: &Client,
    ledger: &Mutex<BTreeMap<usize, Sending>>,
    number: usize,
) -> Option<()> {
    let known = ledger.lock().unwrap().get(&number).cloned();
    let mut sending = known.unwrap_or_else(|| Sending {
        bytes: format!("Bản tin {number}.\n")
            .into_bytes()
            .into_iter()
            .chain(long_text(number % 7 * 2000))
            .collect(),
        work: None,
        path: None,
        acknowledged: 0,
        is_claimed: false,
    });
    let done = carry_on(client, &mut sending, number);
    if sending.path.is_some() {
        ledger.lock().unwrap().insert(number, sending);
    }
    done
}

fn carry_on(client: &Client, sending: &mut Sending, number: usize) -> Option<()> {
    if sending.is_claimed {
        return Some(());
    }
    let path = match &sending.path {
        Some(path) => path.clone(),
        None => {
            let length = sending.bytes.len().to_string();
            let headers = [TUS, ("upload-length", length.as_str())];
            let created = client.try_send("POST", UPLOADS, &headers, &[]).ok()?;
            assert_eq!(created.status, 201, "{}", created.text());
            let path = super::path_in(&created);
            sending.path = Some(path.clone());
            path
        }
    };
    let asked = client.try_send("HEAD", &path, &[TUS], &[]).ok()?;
    assert_eq!(asked.status, 200, "{number}");
    let mut offset: u64 = asked.header("upload-offset").parse().unwrap();
    assert!(
        offset >= sending.acknowledged,
        "{number}: {offset} after {}",
        sending.acknowledged
    );
    while offset < sending.bytes.len() as u64 {
        let at = usize::try_from(offset).unwrap();
        let part = &sending.bytes[at..sending.bytes.len().min(at + PART)];
        let text = offset.to_string();
        let headers = [TUS, BYTES, ("upload-offset", text.as_str())];
        let appended = client.try_send("PATCH", &path, &headers, part).ok()?;
        assert_eq!(appended.status, 204, "{}", appended.text());
        offset = appended.header("upload-offset").parse().unwrap();
        sending.acknowledged = offset;
    }
    let work = match &sending.work {
        Some(work) => work.clone(),
        None => {
            let kind = [("content-type", "application/json")];
            let work = br#"{"titles": {"vi": "T\u1ec7p"}}"#;
            let created = client
                .try_send("POST", "/api/v1/assets", &kind, work)
                .ok()?;
            let id = created.json()["id"].as_str().unwrap().to_owned();
            sending.work.insert(id).clone()
        }
    };
    let claim = claim_path(&work, &path);
    let claimed = client.try_send("POST", &claim, &[], &[]).ok()?;
    assert_eq!(claimed.status, 201, "{}", claimed.text());
    sending.is_claimed = true;
    Some(())
}

fn finish(client: &Client, sending: &mut Sending) {
    let path = sending.path.clone().unwrap();
    assert_eq!(head(client, &path).status, 200);
    assert!(offset_of(client, &path) >= sending.acknowledged);
    carry_on(client, sending, 0).unwrap();
}
