//! What a crash or a failing disk leaves behind: mended at the next start, or reported with its place
//! and the way out. The real binary on folders damaged by hand.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Archive, Client, becomes_ready, command, eventually};

/// An archive with some works, and a client that may do everything.
fn archive_with(titles: &[&str]) -> (Archive, Client) {
    let archive = Archive::start();
    let client = archive.holder("admin");
    for title in titles {
        client.create(&json!({ "titles": { "vi": title } }));
    }
    (archive, client)
}

/// Started again on the same folder, with the same token.
fn again(data: TempDir, client: &Client) -> (Archive, Client) {
    let archive = Archive::start_in(data, &[]);
    let client = archive.anybody().with_token(client.token().unwrap());
    (archive, client)
}

/// Every work and every change.
fn state(client: &Client) -> (Value, Value) {
    let works = client.get("/api/v1/assets?limit=200").json_as_recorded();
    let changes = client.get("/api/v1/changes?after=0&limit=200").json();
    (works["items"].clone(), changes["items"].clone())
}

fn titles(titles: &[&str]) -> BTreeSet<String> {
    titles.iter().map(ToString::to_string).collect()
}

fn run(arguments: &[&str], data: &TempDir) -> Output {
    command()
        .args(arguments)
        .arg("--data")
        .arg(data.path())
        .output()
        .unwrap()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let (folders, mut files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    files.extend(folders.iter().flat_map(|folder| files_below(folder)));
    files
}

fn journal(data: &TempDir) -> PathBuf {
    data.path()
        .join("catalog/journal/00000000000000000001.ndjson")
}

/// The found titles, once everything up to now is searchable.
fn found(client: &Client, query: &str) -> BTreeSet<String> {
    let last = client.get("/readyz").json()["last_event"].clone();
    let path = format!("/api/v1/search?q={query}&sort=oldest&event={last}");
    eventually("search catches up", || {
        let answer = client.get(&path).json();
        let hits = answer["items"].as_array().unwrap().iter();
        let titles = hits.map(|hit| hit["asset"]["titles"]["vi"].as_str().unwrap().to_owned());
        (answer["stale"] == false).then(|| titles.collect::<BTreeSet<_>>())
    })
}

/// What it is called, and how it comes about.
type Damage = (&'static str, fn(&TempDir));

#[test]
fn a_damaged_index_of_the_catalogue_and_a_torn_journal_are_mended_at_the_start() {
    let damages: [Damage; 6] = [
        ("a snapshot that was being written", |data| {
            let name = "catalog/index/snap.00000000FFFFFFFF.generating";
            fs::write(data.path().join(name), "").unwrap();
        }),
        ("no index", |data| {
            fs::remove_dir_all(data.path().join("catalog/index")).unwrap()
        }),
        ("garbage in the index", |data| {
            for file in files_below(&data.path().join("catalog/index")) {
                fs::write(file, [0xa5; 100_000]).unwrap();
            }
        }),
        ("a file in place of the index", |data| {
            let index = data.path().join("catalog/index");
            fs::remove_dir_all(&index).unwrap();
            fs::write(index, "garbage").unwrap();
        }),
        ("half a line", |data| {
            let text = fs::read(journal(data)).unwrap();
            let line = text
                .split_inclusive(|byte| *byte == b'\n')
                .next_back()
                .unwrap();
            let mut file = OpenOptions::new().append(true).open(journal(data)).unwrap();
            file.write_all(&line[..line.len() / 2]).unwrap();
        }),
        ("blocks that were never written", |data| {
            let mut file = OpenOptions::new().append(true).open(journal(data)).unwrap();
            file.write_all(&[0; 5000]).unwrap();
        }),
    ];
    let (archive, client) = archive_with(&["một", "hai", "ba"]);
    let before = state(&client);
    let mut data = archive.kill();
    for (name, damage) in damages {
        damage(&data);
        let (archive, client) = again(data, &client);
        assert!(state(&client) == before, "{name}");
        data = archive.kill();
    }
    let (archive, client) = again(data, &client);
    client.create(&json!({ "titles": { "vi": "bốn" } }));
    let (_, changes) = state(&client);
    let numbers = changes
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["number"].as_u64().unwrap());
    assert!(numbers.eq(1..=4));
    let sound = run(&["verify", "--deep"], &archive.stop());
    assert!(sound.status.success(), "{sound:?}");
}

/// A disk that lied about its fsync: the search index is ahead of what is left of the journal.
#[test]
fn a_journal_that_lost_its_end_is_refused_until_the_loss_is_accepted() {
    let (archive, client) = archive_with(&["một", "hai", "ba"]);
    assert_eq!(found(&client, ""), titles(&["một", "hai", "ba"]));
    let log = client.get("/readyz").json()["log"].clone();
    let data = archive.kill();
    let text = fs::read(journal(&data)).unwrap();
    let third = String::from_utf8_lossy(&text)
        .find("\"number\":3,")
        .unwrap();
    let third = text[..third]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .unwrap()
        + 1;
    fs::write(journal(&data), &text[..third]).unwrap();
    // Whichever witness is left: the index of the catalogue is not synced, the search index is.
    fs::remove_dir_all(data.path().join("catalog/index")).unwrap();
    for arguments in [&["serve", "--bind", "127.0.0.1:0"][..], &["verify"]] {
        let refused = run(arguments, &data);
        assert!(!refused.status.success(), "{refused:?}");
        let message = [refused.stdout, refused.stderr].concat();
        let message = String::from_utf8_lossy(&message);
        assert!(
            message.contains("events up to 3: 3 to 3 are missing"),
            "{message}"
        );
        assert!(message.contains("--discard-after-damage"), "{message}");
    }
    assert_eq!(
        fs::read(journal(&data)).unwrap().get(..third),
        text.get(..third)
    );
    let accepted = run(&["rebuild", "--discard-after-damage"], &data);
    assert!(accepted.status.success(), "{accepted:?}");

    let (archive, client) = again(data, &client);
    assert_eq!(found(&client, ""), titles(&["một", "hai"]));
    client.create(&json!({ "titles": { "vi": "bốn" } }));
    assert_eq!(found(&client, ""), titles(&["một", "hai", "bốn"]));
    assert_eq!(state(&client).1[2]["number"], 3);
    // Who followed the log before must notice that 3 is another event now.
    assert_ne!(client.get("/readyz").json()["log"], log);
    let old = format!("/api/v1/changes?after=3&log={}", log.as_str().unwrap());
    let refused = client.get(&old);
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (410, "log-replaced")
    );
    let sound = run(&["verify", "--deep"], &archive.stop());
    assert!(sound.status.success(), "{sound:?}");
}

#[test]
fn a_flipped_byte_in_the_journal_is_reported_with_its_line_and_there_is_a_way_out() {
    let (archive, client) = archive_with(&["một", "hai", "ba"]);
    let data = archive.stop();
    let mut text = fs::read(journal(&data)).unwrap();
    let second = String::from_utf8_lossy(&text)
        .find("\"number\":2,")
        .unwrap();
    let line = text[..second].iter().filter(|byte| **byte == b'\n').count() + 1;
    text[second + 3] ^= 0x04;
    fs::write(journal(&data), text).unwrap();
    let place = format!("{}, line {line} ", journal(&data).display());
    let verify = run(&["verify"], &data);
    assert_eq!(
        verify.status.code(),
        Some(2),
        "the index is whole, the journal is not"
    );
    assert!(
        String::from_utf8_lossy(&verify.stdout).contains(&place),
        "{verify:?}"
    );

    fs::remove_dir_all(data.path().join("catalog/index")).unwrap();
    for arguments in [&["serve", "--bind", "127.0.0.1:0"][..], &["rebuild"]] {
        let refused = run(arguments, &data);
        assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        let message = String::from_utf8_lossy(&refused.stderr);
        assert!(
            message.contains(&place) && message.contains("--discard-after-damage"),
            "{message}"
        );
        assert_eq!(message.lines().count(), 1, "{message}");
    }
    assert_eq!(run(&["verify"], &data).status.code(), Some(2));

    let rebuilt = run(&["rebuild", "--discard-after-damage"], &data);
    assert!(rebuilt.status.success(), "{rebuilt:?}");
    let aside = journal(&data).with_extension("ndjson.discarded");
    let message = String::from_utf8_lossy(&rebuilt.stdout);
    assert!(
        message.contains(aside.to_str().unwrap()) && aside.exists(),
        "{message}"
    );
    let (archive, client) = again(data, &client);
    assert_eq!(found(&client, ""), titles(&["một"]));
    assert!(run(&["verify", "--deep"], &archive.stop()).status.success());
}

#[test]
fn a_missing_or_garbled_search_index_is_built_anew() {
    let (archive, client) = archive_with(&["quyền trẻ em", "quyền học tập"]);
    let mut data = archive.kill();
    let damages: [fn(&Path); 3] = [
        |index| fs::remove_dir_all(index).unwrap(),
        |index| {
            files_below(index)
                .iter()
                .for_each(|file| fs::write(file, [0xa5; 999]).unwrap())
        },
        |index| fs::write(index.join("LIVE"), b"../\xff").unwrap(),
    ];
    for damage in damages {
        damage(&data.path().join("index"));
        let (archive, client) = again(data, &client);
        assert_eq!(found(&client, "quyen").len(), 2);
        becomes_ready(&client);
        data = archive.kill();
    }
}

#[test]
fn the_service_goes_on_while_the_search_index_cannot_be_built() {
    let (archive, client) = archive_with(&["quyền trẻ em"]);
    let data = archive.kill();
    let index = data.path().join("index");
    fs::remove_dir_all(&index).unwrap();
    // In the way of the file by which a new index becomes the live one.
    let hindrance = index.join("LIVE.new");
    fs::create_dir_all(&hindrance).unwrap();
    let (archive, client) = again(data, &client);
    let ready = client.get("/readyz");
    assert_eq!(
        (ready.status, &ready.json()["status"]),
        (200, &json!("degraded"))
    );
    assert_eq!(ready.json()["index"], "rebuilding");
    client.create(&json!({ "titles": { "vi": "quyền học tập" } }));
    assert_eq!(state(&client).0.as_array().unwrap().len(), 2);
    assert_eq!(client.get("/api/v1/search?q=quyen").status, 200);
    fs::remove_dir(hindrance).unwrap();
    becomes_ready(&client);
    assert_eq!(found(&client, "quyen").len(), 2);
    let generations = fs::read_dir(archive.data().join("index")).unwrap();
    assert_eq!(
        generations.count(),
        2,
        "one generation and the name of the live one"
    );
}

#[test]
fn a_damaged_file_is_quarantined_and_whoever_has_it_can_bring_it_back() {
    let bytes = "Quyền con người là của mọi người.\n"
        .repeat(50)
        .into_bytes();
    let (archive, client) = archive_with(&["tờ gấp", "tờ gấp, bản chép"]);
    let works = state(&client).0;
    let files = |n: usize| format!("/api/v1/assets/{}/files", works[n]["id"].as_str().unwrap());
    let plain = [("content-type", "text/plain")];
    let attached = client.send("POST", &files(0), &plain, &bytes).json();
    let sha256 = attached["asset"]["files"][0]["sha256"].as_str().unwrap();
    let data = archive.stop();
    let blob = files_below(&data.path().join("blobs")).pop().unwrap();
    let mut flipped = bytes.clone();
    flipped[700] ^= 0x10;
    fs::set_permissions(&blob, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&blob, &flipped).unwrap();

    let verify = run(&["verify", "--deep"], &data);
    assert_eq!(verify.status.code(), Some(2));
    let message = String::from_utf8_lossy(&verify.stdout);
    assert!(
        message.contains(&format!("damaged, set aside: {sha256}")),
        "{message}"
    );
    let quarantined = files_below(&data.path().join("quarantine"));
    assert!(matches!(&*quarantined, [file] if fs::read(file).unwrap() == flipped));
    let text = fs::read_to_string(journal(&data)).unwrap();
    assert!(
        text.contains("fixity_failed") || text.contains("fixity-failed"),
        "an event says so"
    );

    let (archive, client) = again(data, &client);
    let file = format!("{}/{sha256}", files(0));
    let lost = client.get(&file);
    assert_eq!((lost.status, lost.problem().as_str()), (500, "internal"));
    assert_eq!(client.send("POST", &files(1), &plain, &bytes).status, 201);
    assert_eq!(client.get(&file).body, bytes);
    let healed = run(&["verify", "--deep"], &archive.stop());
    assert!(healed.status.success(), "{healed:?}");
}

/// A grey BMP (BITMAPINFOHEADER, 8 bits a pixel, written by hand after the format's description).
fn bmp(width: u32, height: u32) -> Vec<u8> {
    let (offset, pixels) = (54 + 1024, width * height);
    let mut file = b"BM".to_vec();
    for field in [offset + pixels, 0, offset, 40, width, height] {
        file.extend(field.to_le_bytes());
    }
    file.extend([1, 0, 8, 0]);
    for field in [0, pixels, 2835, 2835, 256, 0] {
        file.extend(u32::to_le_bytes(field));
    }
    file.extend((0..=255).flat_map(|grey| [grey, grey, grey, 0]));
    file.extend((0..pixels).map(|pixel| (pixel % 251) as u8));
    file
}

#[test]
fn a_job_whose_worker_was_killed_runs_again_and_takes_effect_once() {
    let (archive, client) = archive_with(&["ảnh lớn"]);
    let files = format!(
        "/api/v1/assets/{}/files",
        state(&client).0[0]["id"].as_str().unwrap()
    );
    // Large enough that the kills meet the decoding.
    let image = bmp(1600, 1200);
    let attached = client.send("POST", &files, &[("content-type", "image/bmp")], &image);
    assert_eq!(attached.status, 201, "{}", attached.text());
    let sha256 = attached.json()["asset"]["files"][0]["sha256"]
        .as_str()
        .unwrap()
        .to_owned();
    let mut data = archive.kill();
    for _ in 0..2 {
        data = Archive::start_in(data, &[]).kill();
    }
    let (_archive, client) = again(data, &client);
    let preview = format!("{files}/{sha256}/preview/400");
    eventually("the preview is there", || {
        (client.get(&preview).status == 200).then_some(())
    });
    let (_, changes) = state(&client);
    let rendered = changes
        .as_array()
        .unwrap()
        .iter()
        .filter(|change| change["kind"] == "rendered");
    // One for each size, all of one run.
    assert_eq!(rendered.count(), 3);
}

#[test]
fn an_answer_that_was_lost_is_given_again_to_the_same_key() {
    let (archive, client) = archive_with(&[]);
    let body = r#"{"titles":{"vi":"một lần"}}"#;
    let host = archive.base().strip_prefix("http://").unwrap();
    let mut socket = TcpStream::connect(host).unwrap();
    let head = format!(
        "POST /api/v1/assets HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/json\r\nIdempotency-Key: phieu-7\r\nContent-Length: {}\r\n\r\n",
        client.token().unwrap(),
        body.len(),
    );
    socket.write_all(head.as_bytes()).unwrap();
    socket.write_all(body.as_bytes()).unwrap();
    let works = || state(&client).0;
    eventually("the work is there", || (works() != json!([])).then_some(()));
    let only = works();
    // The answer is never read.
    let (_archive, client) = again(archive.kill(), &client);
    let headers = [
        ("content-type", "application/json"),
        ("idempotency-key", "phieu-7"),
    ];
    let repeated = client.send("POST", "/api/v1/assets", &headers, body.as_bytes());
    assert_eq!(repeated.status, 201, "{}", repeated.text());
    assert_eq!(repeated.json()["id"], only[0]["id"]);
    assert_eq!(state(&client).0, only);
}
