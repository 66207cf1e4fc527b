//! `kill -9` while the search index commits, merges and purges: it is usable after every start,
//! and in the end its results equal those of a rebuilt index.
//!
//! Every change is committed to the index at once, so that commits, merges and purges are always
//! under way. `KHOCHUNG_SEARCH_KILL_ROUNDS` raises the number of rounds.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::index_files::{live_index, terms_in};
use crate::support::{Archive, Client, becomes_ready, command, eventually};

const DEFAULT_ROUNDS: usize = 50;
const WRITERS: usize = 3;
/// Works whose search is checked after each start; all of them after the last.
const RECENT: usize = 8;
const SETTINGS: [(&str, &str); 3] = [
    ("KHOCHUNG__SEARCH__MAX_COMMIT_DELAY_MS", "0"),
    ("KHOCHUNG__SEARCH__WRITER_THREADS", "1"),
    ("KHOCHUNG__SEARCH__WRITER_MEMORY_BYTES", "15728640"),
];

/// The last acknowledged state of a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Draft,
    Published,
    Gone,
}

/// By the word that only this work has: ids grow with time, so do these.
type Ledger = Mutex<BTreeMap<String, State>>;

#[test]
fn the_index_survives_being_killed_while_it_commits_merges_and_purges() {
    let rounds = std::env::var("KHOCHUNG_SEARCH_KILL_ROUNDS")
        .map_or(DEFAULT_ROUNDS, |rounds| rounds.parse().unwrap());
    let archive = Archive::start_with(&SETTINGS);
    let actors = Actors::of(&archive);
    let mut data = archive.kill();
    let ledger = Ledger::default();
    for round in 0..rounds {
        let archive = Archive::start_in(data, &SETTINGS);
        let editor = archive.anybody().with_token(&actors.editor);
        check_found(&editor, ledger.lock().unwrap().iter().rev().take(RECENT));
        data = write_until_killed(archive, &editor, &ledger, round);
    }
    let archive = Archive::start_in(data, &SETTINGS);
    let ledger = ledger.into_inner().unwrap();
    println!("{rounds} kills, {} works", ledger.len());
    assert!(ledger.len() > rounds, "the writers hardly got to write");
    check_found(&archive.anybody().with_token(&actors.editor), ledger.iter());
    let followed = actors.answers(&archive);
    let data = archive.stop();
    check_files(&data, &ledger);
    std::fs::remove_dir_all(data.path().join("index")).unwrap();
    let archive = Archive::start_in(data, &SETTINGS);
    becomes_ready(&archive.anybody());
    let rebuilt = actors.answers(&archive);
    for (followed, rebuilt) in followed.iter().zip(&rebuilt) {
        assert_eq!(followed, rebuilt);
    }
    let data = archive.stop();
    let verify = command()
        .args(["verify", "--data"])
        .arg(data.path())
        .output()
        .unwrap();
    assert!(verify.status.success(), "{verify:?}");
}

/// A moment that depends on the round, so that every phase from the first change on is hit.
fn moment(round: usize) -> Duration {
    Duration::from_millis(40 + round as u64 * 53 % 260)
}

fn write_until_killed(archive: Archive, editor: &Client, ledger: &Ledger, round: usize) -> TempDir {
    thread::scope(|scope| {
        for writer in 0..WRITERS {
            scope.spawn(move || {
                let steps = (round * WRITERS + writer) * 1000..;
                let mut lives = steps.map_while(|step| one_life(editor, step, ledger));
                lives.by_ref().for_each(drop);
            });
        }
        thread::sleep(moment(round));
        archive.kill()
    })
}

fn described(word: &str, step: usize) -> Value {
    let kind = ["article", "interview", "radio-play"][step % 3];
    let access = ["public", "partner", "state-internal"][step / 2 % 3];
    json!({
        "titles": { "vi": format!("Bài {word} về quyền trẻ em") },
        "kind": kind,
        "organisation": "dic",
        "languages": ["vi"],
        "strand": "educate",
        "themes": ["international-law"],
        "made": (2000 + step % 25).to_string(),
        "body": format!("Nội dung chung của {word}."),
        "credit_line": "DIC",
        "reuse_terms": "cc-by-4.0",
        "people_shown": "none-identifiable",
        "access": access,
    })
}

/// A work is created, published and edited; then some are withdrawn and some deleted. Notes each
/// acknowledgement as it comes; `None` when the server is gone.
fn one_life(editor: &Client, step: usize, ledger: &Ledger) -> Option<()> {
    let word = format!("dau{step:08}");
    let note = |state| ledger.lock().unwrap().insert(word.clone(), state);
    let work = described(&word, step);
    let made = send(editor, "POST", "/api/v1/assets", None, &work)?;
    note(State::Draft);
    let path = format!("/api/v1/assets/{}", made["id"].as_str().unwrap());
    send(
        editor,
        "PUT",
        &format!("{path}/publication"),
        Some(1),
        &json!({}),
    )?;
    note(State::Published);
    let patch = json!({ "body": format!("Lời đã sửa của {word}.") });
    send(editor, "PATCH", &path, Some(2), &patch)?;
    // Until there is an answer nobody knows.
    match step % 4 {
        0 | 1 => ledger.lock().unwrap().remove(&word),
        _ => return Some(()),
    };
    if step.is_multiple_of(4) {
        let reason = json!({ "reason": "sai" });
        send(
            editor,
            "PUT",
            &format!("{path}/withdrawal"),
            Some(3),
            &reason,
        )?;
    } else {
        send(editor, "DELETE", &path, Some(3), &json!({}))?;
    }
    note(State::Gone);
    Some(())
}

/// The JSON of a successful answer; `None` when the connection broke before its end.
fn send(
    client: &Client,
    method: &str,
    path: &str,
    revision: Option<u64>,
    body: &Value,
) -> Option<Value> {
    let etag = revision.map(|revision| format!("\"{revision}\""));
    let kind = match method {
        "PATCH" => "application/merge-patch+json",
        _ => "application/json",
    };
    let mut headers = vec![("content-type", kind)];
    headers.extend(etag.as_deref().map(|etag| ("if-match", etag)));
    let body = if method == "DELETE" {
        String::new()
    } else {
        body.to_string()
    };
    let answer = client
        .try_send(method, path, &headers, body.as_bytes())
        .ok()?;
    assert!(
        answer.status < 300,
        "{method} {path} {}: {}",
        answer.status,
        answer.text()
    );
    Some(if answer.body.is_empty() {
        Value::Null
    } else {
        answer.json()
    })
}

/// Every work is found by its word in its acknowledged state, or not at all when it is gone.
fn check_found<'a>(editor: &Client, works: impl Iterator<Item = (&'a String, &'a State)>) {
    let last = editor.get("/readyz").json()["last_event"].clone();
    for (word, state) in works {
        let path = format!("/api/v1/search?verbatim=true&facets=state&q={word}&event={last}");
        let answer = eventually("search has read every event", || {
            let answer = editor.get(&path).json();
            (answer["stale"] == false).then_some(answer)
        });
        let states = &answer["facets"][0]["values"];
        let right = match state {
            State::Gone => json!([]),
            // The next step may have been done without its answer arriving.
            _ if states[0]["value"] == "published" => states.clone(),
            State::Draft => {
                json!([{ "value": "draft", "label": states[0]["label"], "works": 1, "chosen": false }])
            }
            State::Published => json!("published"),
        };
        assert_eq!(*states, right, "{word} {state:?}");
        assert_eq!(
            answer["total"]["works"],
            u64::from(*state != State::Gone),
            "{word}"
        );
    }
}

/// No word of a work that is gone is in any file of the index; the words of all others are.
fn check_files(data: &TempDir, ledger: &BTreeMap<String, State>) {
    let terms = terms_in(&live_index(data.path()));
    for (word, state) in ledger {
        assert_eq!(
            terms.contains(word),
            *state != State::Gone,
            "{word} {state:?}"
        );
    }
}

/// One of each circle, by token.
struct Actors {
    editor: String,
    contributor: String,
    other_contributor: String,
    partner: String,
    station: String,
}

impl Actors {
    fn of(archive: &Archive) -> Self {
        let token = |client: Client| client.token().unwrap().to_owned();
        Self {
            editor: token(archive.holder("editor")),
            contributor: token(archive.holder("contributor")),
            other_contributor: token(archive.holder_of("contributor", Some("docst"))),
            partner: token(archive.holder("partner")),
            station: token(archive.holder("station")),
        }
    }

    /// What everybody can read, page by page.
    fn answers(&self, archive: &Archive) -> Vec<String> {
        let with = |token: &String| archive.anybody().with_token(token);
        let holders = [
            &self.editor,
            &self.contributor,
            &self.other_contributor,
            &self.partner,
            &self.station,
        ];
        let clients = holders.map(with).into_iter().chain([archive.anybody()]);
        let mut all = Vec::new();
        for client in clients {
            for query in [
                "",
                "q=quyen+tre+em",
                "q=%22noi+dung+chung%22",
                "q=loi+da+sua&kind=article",
                "q=bai+-noi",
                "year=2003&all_words=true&q=bai",
            ] {
                for sort in ["relevance", "newest", "oldest", "title"] {
                    all.extend(pages(
                        &client,
                        &format!("{query}&sort={sort}&group=false&limit=100&facet_values=1000"),
                        sort,
                    ));
                }
            }
        }
        all
    }
}

/// Totals, facet counts and ids of all pages. Scores move a little with works that are deleted and
/// not yet merged away, so relevance is compared as a set.
fn pages(client: &Client, query: &str, sort: &str) -> Vec<String> {
    let last = client.get("/readyz").json()["last_event"].clone();
    let first = format!(
        "/api/v1/search?{}&event={last}",
        query.trim_start_matches('&')
    );
    let (mut lines, mut ids, mut path) = (Vec::new(), Vec::new(), first.clone());
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let page = client.get(&path).json();
        if page["stale"] == true {
            assert!(Instant::now() < deadline, "the index follows the catalogue");
            continue;
        }
        if lines.is_empty() {
            lines.push(format!(
                "{query} {} {} {}",
                page["total"], page["matching"], page["facets"]
            ));
        }
        let hits = page["items"].as_array().unwrap();
        ids.extend(
            hits.iter()
                .map(|hit| format!("{} {}", hit["asset"]["id"], hit["asset"]["revision"])),
        );
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("{first}&after={next}");
    }
    if sort == "relevance" {
        ids.sort_unstable();
    }
    lines.extend(ids);
    lines
}
