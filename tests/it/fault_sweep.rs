//! The N-th call of a kind to the operating system fails, or the process dies in it: whatever the
//! call and whatever N, what was acknowledged is there after a restart.
//!
//! One script (create, edit, attach, rotate, seal, restart) runs under `strace`, which injects the
//! fault. An ordinary run takes a few N of each kind; `KHOCHUNG_FAULT_SWEEP=all` takes every one,
//! and `KHOCHUNG_FAULT_SWEEP=openat,unlink` every one of these.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Archive, Client, command};

/// The calls that change something durable, or that open what is changed.
const CALLS: [&str; 8] = [
    "fdatasync",
    "fsync",
    "pwrite64",
    "openat",
    "rename",
    "unlink",
    "mkdir",
    "linkat",
];

/// What the call does instead.
const FAULTS: [&str; 4] = ["error=EIO", "error=ENOSPC", "error=EMFILE", "signal=KILL"];

/// N of each kind of call in an ordinary run.
const SAMPLES: usize = 5;

/// Runs at the same time: each waits for the disk most of the time.
const AT_ONCE: usize = 3;

/// What was acknowledged: revision by work, and the hashes of its files.
type Acknowledged = BTreeMap<String, (u64, Vec<String>)>;

#[test]
fn no_failing_call_loses_what_was_acknowledged() {
    let whole = std::env::var("KHOCHUNG_FAULT_SWEEP").unwrap_or_default();
    let mut faults = Vec::new();
    for (index, call) in CALLS.into_iter().enumerate() {
        let takes_all = whole == "all" || whole.split(',').any(|named| named == call);
        if !whole.is_empty() && !takes_all {
            continue;
        }
        let count = count_calls(call);
        assert!(count > 0, "the script makes no {call}");
        let samples = if takes_all { count } else { SAMPLES.min(count) };
        for sample in 0..samples {
            let nth = 1 + sample * count / samples;
            let of_call = match takes_all {
                true => FAULTS.to_vec(),
                false => vec![FAULTS[(index + sample) % FAULTS.len()]],
            };
            faults.extend(of_call.into_iter().map(|fault| (call, fault, nth)));
        }
    }
    println!("{} faults", faults.len());
    assert!(faults.len() >= SAMPLES);
    let next = AtomicUsize::new(0);
    std::thread::scope(|threads| {
        for _ in 0..AT_ONCE {
            threads.spawn(|| {
                while let Some((call, fault, nth)) =
                    faults.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    survives(call, fault, *nth);
                }
            });
        }
    });
}

/// How often the script makes a call.
fn count_calls(call: &str) -> usize {
    let log = tempfile::NamedTempFile::new().unwrap();
    let data = tempfile::tempdir().unwrap();
    let traced = traced(&data, call, None, log.path());
    let traced = traced.unwrap();
    script(&traced.client);
    traced.kill();
    let text = std::fs::read_to_string(log.path()).unwrap();
    text.lines()
        .filter(|line| line.contains(&format!("{call}(")))
        .count()
}

fn survives(call: &str, fault: &str, nth: usize) {
    let log = tempfile::NamedTempFile::new().unwrap();
    let data = tempfile::tempdir().unwrap();
    let what = format!("{call}: {fault}, call {nth}");
    let mut acknowledged = Acknowledged::new();
    // An archive that does not start acknowledges nothing.
    let token = match traced(&data, call, Some((fault, nth)), log.path()) {
        Some(traced) => {
            acknowledged = script(&traced.client);
            let token = traced.client.token().map(str::to_owned);
            traced.kill();
            token
        }
        None => None,
    };
    let archive = Archive::start_in(data, &[]);
    let client = match token {
        Some(token) => archive.anybody().with_token(&token),
        None => archive.holder("admin"),
    };
    for (id, (revision, files)) in &acknowledged {
        let work = client.get(&format!("/api/v1/assets/{id}"));
        assert_eq!(work.status, 200, "{what}: {id} is gone");
        let found = work.json()["revision"].as_u64().unwrap();
        assert!(found >= *revision, "{what}: {id} went back");
        for sha256 in files {
            let file = client.get(&format!("/api/v1/assets/{id}/files/{sha256}"));
            assert_eq!(file.status, 200, "{what}: {sha256}");
        }
    }
    client.create(&json!({ "titles": { "vi": "sau sự cố" } }));
    let data = archive.stop();
    let verified = command()
        .args(["verify", "--deep", "--data"])
        .arg(data.path())
        .output()
        .unwrap();
    assert!(verified.status.success(), "{what}: {verified:?}");
}

/// Creates, edits and attaches until the journal has rotated; gives what was acknowledged.
fn script(client: &Client) -> Acknowledged {
    let mut acknowledged = Acknowledged::new();
    let kind = [("content-type", "application/json")];
    for number in 0..6 {
        let body = "x".repeat(230_000);
        let work = json!({ "titles": { "vi": format!("{number}") }, "body": body }).to_string();
        let Some(made) = answer(client, "POST", "/api/v1/assets", &kind, work.as_bytes()) else {
            continue;
        };
        let id = made["id"].as_str().unwrap().to_owned();
        acknowledged.insert(id.clone(), (1, Vec::new()));
        let path = format!("/api/v1/assets/{id}");
        let patch = [
            ("content-type", "application/merge-patch+json"),
            ("if-match", "\"1\""),
        ];
        let change = json!({ "titles": { "vi": "sửa" } }).to_string();
        if answer(client, "PATCH", &path, &patch, change.as_bytes()).is_some() {
            acknowledged.insert(id.clone(), (2, Vec::new()));
        }
        let plain = [("content-type", "text/plain")];
        let files = format!("{path}/files?name={number}.txt");
        let bytes = format!("tệp {number}\n").repeat(500);
        if let Some(attached) = answer(client, "POST", &files, &plain, bytes.as_bytes()) {
            let sha256 = attached["asset"]["files"][0]["sha256"].as_str().unwrap();
            let revision = attached["asset"]["revision"].as_u64().unwrap();
            acknowledged.insert(id, (revision, vec![sha256.to_owned()]));
        }
    }
    acknowledged
}

/// The body of a 2xx answer.
fn answer(
    client: &Client,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Option<Value> {
    let answer = client.try_send(method, path, headers, body).ok()?;
    (200..300).contains(&answer.status).then(|| answer.json())
}

/// An archive under `strace`.
struct Traced {
    child: Child,
    client: Client,
}

impl Traced {
    fn kill(mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Starts the archive with a fault in its N-th call; none when it does not come up with it.
fn traced(data: &TempDir, call: &str, fault: Option<(&str, usize)>, log: &Path) -> Option<Traced> {
    let mut strace = Command::new("strace");
    // As a grandchild, so that the archive is our child and can be killed.
    // Other calls do not stop in strace.
    strace.args(["-D", "-f", "--seccomp-bpf", "-qq"]);
    strace.args(["-e", &format!("trace={call}"), "-o"]);
    strace.arg(log);
    if let Some((fault, nth)) = fault {
        strace.args(["-e", &format!("inject={call}:{fault}:when={nth}")]);
    }
    strace.arg(env!("CARGO_BIN_EXE_khochung"));
    strace.args(["serve", "--bind", "127.0.0.1:0", "--data"]);
    strace.arg(data.path());
    strace.env("KHOCHUNG__STORAGE__SEGMENT_BYTES", "1048576");
    strace.env("KHOCHUNG__LOG__FILTER", "off");
    // `tests/run` installs strace.
    let strace = strace.stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = strace.spawn().unwrap();
    let mut line = String::new();
    let stdout = child.stdout.take().unwrap();
    drop(BufReader::new(stdout).read_line(&mut line));
    if let (false, Some(client)) = (line.is_empty(), client_of(data.path())) {
        return Some(Traced { child, client });
    }
    drop(child.kill());
    drop(child.wait());
    None
}

/// A client with a token of its own, which is valid after a restart too.
fn client_of(data: &Path) -> Option<Client> {
    let control = std::fs::read(data.join("run/control.json")).ok()?;
    let control: Value = serde_json::from_slice(&control).ok()?;
    let base = format!("http://{}", control["address"].as_str()?);
    let operator = Client::new(&base, Some(control["secret"].as_str()?.to_owned()));
    let wanted = json!({ "role": "admin" }).to_string();
    let kind = [("content-type", "application/json")];
    let made = answer(
        &operator,
        "POST",
        "/api/v1/tokens",
        &kind,
        wanted.as_bytes(),
    )?;
    Some(Client::new(
        &base,
        Some(made["secret"].as_str()?.to_owned()),
    ))
}
