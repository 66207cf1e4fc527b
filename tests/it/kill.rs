//! `kill -9` at random moments loses nothing that was acknowledged.
//!
//! The real binary is driven over HTTP by several writers and a harvester, killed in the midst of
//! it or while it starts, started again on the same folder, and asked for everything it ever
//! answered with. `KHOCHUNG_KILL_ROUNDS` raises the number of rounds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Archive, Client, command};

const WRITERS: usize = 3;
const DEFAULT_ROUNDS: usize = 200;
/// Works looked at after each round; all of them after the last.
const RECENT: usize = 12;
/// How long a started server may take to acknowledge its first work.
const FIRST_WORK: Duration = Duration::from_secs(5);

/// What one acknowledged work must still show.
#[derive(Debug, Clone, Default)]
struct Acknowledged {
    revision: u64,
    title: String,
    /// Attached bytes by their SHA-256.
    files: BTreeMap<String, Vec<u8>>,
}

/// By id; ids grow with time.
type Ledger = Mutex<BTreeMap<String, Acknowledged>>;

#[test]
fn nothing_acknowledged_is_lost_by_killing_the_server() {
    let rounds = std::env::var("KHOCHUNG_KILL_ROUNDS")
        .map_or(DEFAULT_ROUNDS, |rounds| rounds.parse().unwrap());
    let archive = Archive::start();
    let token = archive.holder("admin").token().unwrap().to_owned();
    let mut data = archive.kill();
    let ledger = Ledger::default();
    let mut harvester = Harvester::default();
    for round in 0..rounds {
        if round % 5 == 4 {
            kill_while_it_starts(&data, round);
        }
        let archive = Archive::start_in(data, &[]);
        let client = archive.anybody().with_token(&token);
        check_works(&client, ledger.lock().unwrap().iter().rev().take(RECENT));
        data = work_until_killed(archive, &client, &ledger, &mut harvester, round);
    }
    let archive = Archive::start_in(data, &[]);
    let client = archive.anybody().with_token(&token);
    let ledger = ledger.into_inner().unwrap();
    println!("{rounds} kills, {} works acknowledged", ledger.len());
    assert!(ledger.len() > rounds / 2, "the writers hardly got to write");
    check_works(&client, ledger.iter());
    harvester.check(&client, &ledger);
    check_search(&client, &ledger);
    let data = archive.stop();
    check_event_numbers(data.path(), &harvester);
    let verify = command()
        .args(["verify", "--deep", "--data"])
        .arg(data.path())
        .output();
    let verify = verify.unwrap();
    assert!(verify.status.success(), "{verify:?}");
}

/// A moment that depends on the round, so that every phase from the first request on is hit.
fn moment(round: usize, longest_ms: u64) -> Duration {
    Duration::from_millis(round as u64 * 37 % longest_ms)
}

fn kill_while_it_starts(data: &TempDir, round: usize) {
    let mut starting = command();
    starting
        .args(["serve", "--bind", "127.0.0.1:0", "--data"])
        .arg(data.path());
    let mut child = starting.stdout(Stdio::null()).spawn().unwrap();
    thread::sleep(moment(round, 150));
    child.kill().unwrap();
    child.wait().unwrap();
}

fn work_until_killed(
    archive: Archive,
    client: &Client,
    ledger: &Ledger,
    harvester: &mut Harvester,
    round: usize,
) -> TempDir {
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || {
                let steps = (round * WRITERS + writer) * 1000..;
                let mut steps = steps.map_while(|step| write_one(client, step, ledger));
                steps.by_ref().for_each(drop);
            });
        }
        scope.spawn(|| while harvester.read(client).is_some() {});
        // Every fourth round may end before anything was acknowledged, the others may not, however
        // slow the machine is.
        if !round.is_multiple_of(4) {
            wait_for_a_new_work(ledger);
        }
        thread::sleep(Duration::from_millis(5) + moment(round, 120));
        archive.kill()
    })
}

fn wait_for_a_new_work(ledger: &Ledger) {
    let before = ledger.lock().unwrap().len();
    let deadline = Instant::now() + FIRST_WORK;
    while ledger.lock().unwrap().len() == before && Instant::now() < deadline {
        thread::sleep(Duration::from_millis(1));
    }
}

/// One new work, one edit, one file. Notes each acknowledgement as it comes; `None` when the
/// server is gone.
fn write_one(client: &Client, step: usize, ledger: &Ledger) -> Option<()> {
    let json = |title: &str| json!({ "titles": { "vi": title } }).to_string();
    let title = format!("Công trình {step}");
    let kind = [("content-type", "application/json")];
    let created = send(
        client,
        "POST",
        "/api/v1/assets",
        &kind,
        json(&title).as_bytes(),
    )?;
    let id = created["id"].as_str().unwrap().to_owned();
    let note = |change: &dyn Fn(&mut Acknowledged)| {
        change(ledger.lock().unwrap().entry(id.clone()).or_default());
    };
    note(&|known| (known.revision, known.title) = (1, title.clone()));

    let title = format!("Công trình {step}, sửa lần một");
    let path = format!("/api/v1/assets/{id}");
    let headers = [
        ("content-type", "application/merge-patch+json"),
        ("if-match", "\"1\""),
    ];
    send(client, "PATCH", &path, &headers, json(&title).as_bytes())?;
    note(&|known| (known.revision, known.title) = (2, title.clone()));

    let bytes = file_bytes(step);
    let path = format!("{path}/files?name=ban-tin.txt");
    let headers = [("content-type", "text/plain"), ("if-match", "\"2\"")];
    let attached = send(client, "POST", &path, &headers, &bytes)?;
    let sha256 = attached["asset"]["files"][0]["sha256"]
        .as_str()
        .unwrap()
        .to_owned();
    note(&|known| {
        known.revision = 3;
        known.files.insert(sha256.clone(), bytes.clone());
    });
    Some(())
}

/// The JSON of a successful answer; `None` when the connection broke before its end.
fn send(
    client: &Client,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Option<Value> {
    let answer = client.try_send(method, path, headers, body).ok()?;
    assert!(
        answer.status < 300,
        "{method} {path} {}: {}",
        answer.status,
        answer.text()
    );
    Some(answer.json())
}

/// Text that no other step writes, shorter and longer than a page and a pipe.
fn file_bytes(step: usize) -> Vec<u8> {
    let line = format!("Bản tin phát thanh số {step}: quyền trẻ em.\n");
    line.repeat(1 + step % 7 * 300).into_bytes()
}

/// Every acknowledged revision, title and byte is there. A work may be further than acknowledged
/// (the answer was lost), never behind.
fn check_works<'a>(client: &Client, works: impl Iterator<Item = (&'a String, &'a Acknowledged)>) {
    for (id, known) in works {
        let work = client.get(&format!("/api/v1/assets/{id}")).json();
        let revision = work["revision"].as_u64().unwrap();
        assert!(revision >= known.revision, "{id} went back to {revision}");
        if revision == known.revision {
            assert_eq!(work["titles"]["vi"], known.title, "{id}");
        }
        for (sha256, bytes) in &known.files {
            let file = client.get(&format!("/api/v1/assets/{id}/files/{sha256}"));
            assert!(file.body == *bytes, "{id}: other bytes for {sha256}");
        }
    }
}

/// A partner that follows the change feed over all kills, with nothing but its cursor.
#[derive(Default)]
struct Harvester {
    cursor: u64,
    read: Vec<Value>,
}

impl Harvester {
    /// Reads one page; `None` when the server is gone.
    fn read(&mut self, client: &Client) -> Option<()> {
        let path = format!("/api/v1/changes?after={}&limit=20", self.cursor);
        let page = send(client, "GET", &path, &[], &[])?;
        self.read
            .extend_from_slice(page["items"].as_array().unwrap());
        self.cursor = page["next"].as_u64().unwrap();
        Some(())
    }

    fn read_to_the_end(&mut self, client: &Client) {
        let last = client.get("/readyz").json()["last_event"].as_u64().unwrap();
        while self.cursor < last {
            self.read(client).unwrap();
        }
    }

    /// It has read exactly what one who begins now reads, in which no work goes back and every
    /// acknowledged revision is in the feed.
    fn check(&mut self, client: &Client, ledger: &BTreeMap<String, Acknowledged>) {
        self.read_to_the_end(client);
        let mut newcomer = Self::default();
        newcomer.read_to_the_end(client);
        assert!(
            self.read == newcomer.read,
            "the harvester read something else"
        );
        let mut revisions = BTreeMap::new();
        for change in &self.read {
            let id = change["asset"].as_str().unwrap();
            let revision = change["revision"].as_u64().unwrap();
            let before = revisions.insert(id, revision).unwrap_or(0);
            // What a job makes from a file of a work leaves its revision.
            let is_new_revision = change["kind"] != "rendered";
            assert_eq!(revision, before + u64::from(is_new_revision), "{change}");
        }
        for (id, known) in ledger {
            let latest = revisions.get(id.as_str());
            assert!(
                latest.is_some_and(|latest| *latest >= known.revision),
                "{id} was not latest"
            );
        }
    }
}

/// The journal numbers its events 1, 2, 3, … and the harvester has read the last of them.
fn check_event_numbers(data: &Path, harvester: &Harvester) {
    let journal = data.join("catalog/journal");
    let mut segments: Vec<_> = fs::read_dir(journal)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    segments.sort();
    let text: String = segments
        .iter()
        .map(|path| fs::read_to_string(path).unwrap())
        .collect();
    let lines = text.lines().map(|line| &line["01234567 ".len()..]);
    let lines = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    let numbers = lines.filter_map(|line| line["event"]["v1"]["number"].as_u64());
    let numbers: Vec<u64> = numbers.collect();
    assert!(
        numbers.iter().copied().eq(1..=harvester.cursor),
        "{numbers:?}"
    );
}

/// Every acknowledged work is found, under its acknowledged title.
fn check_search(client: &Client, ledger: &BTreeMap<String, Acknowledged>) {
    let last = &client.get("/readyz").json()["last_event"];
    let first =
        format!("/api/v1/search?sort=oldest&group=false&facets=none&limit=100&event={last}");
    let (mut found, mut page) = (BTreeSet::new(), first.clone());
    loop {
        let answer = client.get(&page).json();
        if answer["stale"] == true {
            continue;
        }
        let hits = answer["items"].as_array().unwrap();
        found.extend(
            hits.iter()
                .map(|hit| hit["asset"]["id"].as_str().unwrap().to_owned()),
        );
        let Some(next) = answer["next"].as_str() else {
            break;
        };
        page = format!("{first}&after={next}");
    }
    let missing = ledger.keys().filter(|id| !found.contains(*id));
    assert_eq!(missing.collect::<Vec<_>>(), Vec::<&String>::new());
    let (id, known) = ledger
        .iter()
        .find(|(_, known)| known.revision == 3)
        .unwrap();
    let title = utf8_percent_encode(&known.title, NON_ALPHANUMERIC);
    let quoted = format!("/api/v1/search?verbatim=true&group=false&q=%22{title}%22");
    let answer = client.get(&quoted).json();
    assert_eq!(answer["items"][0]["asset"]["id"], id.as_str(), "{answer}");
}
