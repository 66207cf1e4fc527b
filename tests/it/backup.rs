//! Backing an archive up while it works, and restoring it, with the commands of
//! `docs/operate/backup.md`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Archive, Client, command, eventually};

/// Segments are closed after a few works.
const SMALL_SEGMENTS: [(&str, &str); 1] = [("KHOCHUNG__STORAGE__SEGMENT_BYTES", "1048576")];

/// The commands of a chapter of the page, in order, without `khochung`.
fn commands_of_page() -> Vec<Vec<String>> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/operate/backup.md");
    let text = fs::read_to_string(page).unwrap();
    let blocks = text.split("```sh\n").skip(1);
    let lines = blocks.flat_map(|block| block.split("```").next().unwrap().lines());
    lines
        .map(|line| {
            let mut words = line.split_whitespace().map(str::to_owned);
            assert_eq!(words.next().as_deref(), Some("khochung"), "{line}");
            words.collect()
        })
        .collect()
}

fn run(arguments: &[&str]) -> Output {
    command().args(arguments).output().unwrap()
}

fn backup(dest: &Path, data: &Path) -> Output {
    let [dest, data] = [dest, data].map(|path| path.to_str().unwrap());
    run(&["backup", dest, "--data", data])
}

fn restore(src: &Path, data: &Path, until: &[&str]) -> Output {
    let [src, data] = [src, data].map(|path| path.to_str().unwrap());
    run(&[&["restore", src, "--data", data], until].concat())
}

fn succeeds(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Every work of an archive with its files, read through the API.
fn works(client: &Client) -> BTreeMap<String, Value> {
    let mut all = BTreeMap::new();
    let mut path = "/api/v1/assets?limit=200".to_owned();
    loop {
        let page = client.get(&path).json_as_recorded();
        for work in page["items"].as_array().unwrap() {
            all.insert(work["id"].as_str().unwrap().to_owned(), work.clone());
        }
        match page["next"].as_str() {
            Some(next) => path = format!("/api/v1/assets?limit=200&after={next}"),
            None => return all,
        }
    }
}

/// A work with a long text and a file of its own.
fn deposit(client: &Client, number: usize) -> String {
    let work = client.create(&json!({
        "titles": { "vi": format!("tác phẩm {number}") },
        "body": "quyền con người ".repeat(3_000),
    }));
    let id = work["id"].as_str().unwrap().to_owned();
    let files = format!("/api/v1/assets/{id}/files?name={number}.txt");
    let plain = [("content-type", "text/plain")];
    let bytes = format!("tệp số {number}\n").repeat(100);
    let attached = client.send("POST", &files, &plain, bytes.as_bytes());
    assert_eq!(attached.status, 201, "{}", attached.text());
    id
}

fn last_event(client: &Client) -> u64 {
    client.get("/readyz").json()["last_event"].as_u64().unwrap()
}

#[test]
fn the_commands_of_the_page_keep_everything_acknowledged_under_load_and_rotation() {
    let archive = Archive::start_with(&SMALL_SEGMENTS);
    let client = archive.holder("admin");
    let places = Places::new(archive.data());
    let commands = commands_of_page();
    let [back_up, verify] = [&commands[0], &commands[1]];
    assert_eq!((&*back_up[0], &*verify[2]), ("backup", "--verify"));
    let (acknowledged, moment) = under_load(&client, || {
        succeeds(&places.run(back_up));
        succeeds(&places.run(verify));
    });
    let closed = fs::read_dir(archive.data().join("catalog/journal")).unwrap();
    assert!(closed.count() > 3, "the journal rotated");
    let log = client.get("/readyz").json()["log"].clone();
    let mut restores = 0;
    for mut words in commands.into_iter().skip(2) {
        let until = words.iter().position(|word| word == "--until");
        let is_moment = until.is_some_and(|at| words[at + 1].contains('T'));
        if let (Some(at), true) = (until, is_moment) {
            words[at + 1].clone_from(&moment);
        }
        if words[0] != "serve" {
            succeeds(&places.run(&words));
        }
        if words[0] != "restore" {
            continue;
        }
        restores += 1;
        let (restored, client) = places.serve(&words[3], client.token().unwrap());
        let found = works(&client);
        match (until, is_moment) {
            (None, _) => assert!(holds_all(&found, &acknowledged)),
            (Some(_), false) => {
                // Only jobs have gone on since.
                let later = client.get("/api/v1/changes?after=120&limit=200").json();
                let mut later = later["items"].as_array().unwrap().iter();
                assert!(last_event(&client) >= 120);
                assert!(later.all(|change| change["kind"] == "rendered"));
            }
            (Some(_), true) => assert!(!found.is_empty() && found.len() < acknowledged.len()),
        }
        assert_ne!(client.get("/readyz").json()["log"], log);
        let old = format!("/api/v1/changes?after=1&log={}", log.as_str().unwrap());
        let refused = client.get(&old);
        assert_eq!((refused.status, &*refused.problem()), (410, "log-replaced"));
        places.keep(&words[3], restored.stop());
    }
    assert_eq!(restores, 3);
}

/// Backs up six times while works are deposited; gives the works that were acknowledged before the
/// last time, and the moment of an event in the middle.
fn under_load(client: &Client, back_up: impl Fn()) -> (BTreeMap<String, Value>, String) {
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let numbers = (1..).take_while(|_| !stop.load(Ordering::Relaxed));
            numbers.for_each(|number| drop(deposit(client, number)));
        });
        let mut acknowledged = BTreeMap::new();
        let mut moment = String::new();
        for round in 1..=6 {
            // What is acknowledged before a backup begins has to be in it.
            eventually("more works", || {
                (last_event(client) >= round * 22).then_some(())
            });
            acknowledged = works(client);
            back_up();
            if round == 4 {
                let changes = client.get("/api/v1/changes?after=0&limit=200").json();
                let last = changes["items"].as_array().unwrap().last().unwrap();
                last["at"].as_str().unwrap().clone_into(&mut moment);
            }
        }
        stop.store(true, Ordering::Relaxed);
        (acknowledged, moment)
    })
}

/// Every acknowledged work is there, at its revision or a later one, with readable files.
fn holds_all(found: &BTreeMap<String, Value>, acknowledged: &BTreeMap<String, Value>) -> bool {
    acknowledged.iter().all(|(id, work)| {
        found.get(id).is_some_and(|found| {
            let files = |work: &Value| work["files"].as_array().unwrap().len();
            found["revision"].as_u64() >= work["revision"].as_u64() && files(found) >= files(work)
        })
    })
}

/// Folders in place of those that the page names.
struct Places {
    data: PathBuf,
    folders: std::cell::RefCell<BTreeMap<String, TempDir>>,
}

impl Places {
    fn new(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            folders: std::cell::RefCell::default(),
        }
    }

    fn path(&self, word: &str) -> PathBuf {
        if word == "/srv/kho" {
            return self.data.clone();
        }
        let mut folders = self.folders.borrow_mut();
        let folder = folders
            .entry(word.to_owned())
            .or_insert_with(|| tempfile::tempdir().unwrap());
        folder.path().to_owned()
    }

    fn run(&self, words: &[String]) -> Output {
        let word = |word: &String| match word.starts_with('/') {
            true => self.path(word),
            false => word.into(),
        };
        command().args(words.iter().map(word)).output().unwrap()
    }

    fn serve(&self, word: &str, token: &str) -> (Archive, Client) {
        let folder = self.folders.borrow_mut().remove(word).unwrap();
        let archive = Archive::start_in(folder, &[]);
        let client = archive.anybody().with_token(token);
        (archive, client)
    }

    fn keep(&self, word: &str, folder: TempDir) {
        self.folders.borrow_mut().insert(word.to_owned(), folder);
    }
}

#[test]
fn a_backup_is_made_only_where_it_belongs() {
    let archive = Archive::start();
    let client = archive.holder("admin");
    deposit(&client, 1);
    let full = tempfile::tempdir().unwrap();
    fs::write(full.path().join("letter.txt"), "mine").unwrap();
    let refused = backup(full.path(), archive.data());
    assert_eq!(refused.status.code(), Some(64), "{refused:?}");
    assert_eq!(fs::read_dir(full.path()).unwrap().count(), 1);

    let dest = tempfile::tempdir().unwrap();
    succeeds(&backup(dest.path(), archive.data()));
    let other = Archive::start();
    deposit(&other.holder("admin"), 2);
    let refused = backup(dest.path(), other.data());
    assert_eq!(refused.status.code(), Some(64), "{refused:?}");
    let verify = run(&["backup", dest.path().to_str().unwrap(), "--verify"]);
    succeeds(&verify);

    // Nothing is restored over something else.
    let refused = restore(dest.path(), full.path(), &[]);
    assert_eq!(refused.status.code(), Some(64), "{refused:?}");
    let beyond = tempfile::tempdir().unwrap();
    let refused = restore(dest.path(), beyond.path(), &["--until", "999"]);
    assert_eq!(refused.status.code(), Some(64), "{refused:?}");
    let refused = restore(dest.path(), beyond.path(), &["--until", "yesterday"]);
    assert_eq!(refused.status.code(), Some(64), "{refused:?}");
}

#[test]
fn a_damaged_backup_is_reported_and_never_restored_in_silence() {
    let archive = Archive::start_with(&SMALL_SEGMENTS);
    let client = archive.holder("admin");
    for number in 0..40 {
        deposit(&client, number);
    }
    let dest = tempfile::tempdir().unwrap();
    succeeds(&backup(dest.path(), archive.data()));
    let files = files_below(dest.path());
    let named = |part: &str| {
        files
            .iter()
            .find(|path| path.to_str().unwrap().contains(part))
    };
    for damaged in [".ndjson.zst", "/blobs/"] {
        let path = named(damaged).unwrap();
        let intact = fs::read(path).unwrap();
        for damage in ["flip", "cut", "gone"] {
            let mut bytes = intact.clone();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x20;
            fs::remove_file(path).unwrap();
            match damage {
                "flip" => fs::write(path, &bytes).unwrap(),
                "cut" => fs::write(path, &intact[..middle]).unwrap(),
                _ => {}
            }
            let verify = run(&["backup", dest.path().to_str().unwrap(), "--verify"]);
            assert_ne!(verify.status.code(), Some(0), "{damaged} {damage}");
            let target = tempfile::tempdir().unwrap();
            let restored = restore(dest.path(), target.path(), &[]);
            assert_ne!(restored.status.code(), Some(0), "{damaged} {damage}");
            let _ = fs::remove_file(path);
            fs::write(path, &intact).unwrap();
        }
    }
    let verify = run(&["backup", dest.path().to_str().unwrap(), "--verify"]);
    succeeds(&verify);
}

#[test]
fn an_interrupted_restore_cannot_be_served_and_goes_on_when_it_is_repeated() {
    let archive = Archive::start_with(&SMALL_SEGMENTS);
    let client = archive.holder("admin");
    for number in 0..30 {
        deposit(&client, number);
    }
    let before = works(&client);
    let dest = tempfile::tempdir().unwrap();
    succeeds(&backup(dest.path(), archive.data()));
    let target = tempfile::tempdir().unwrap();
    // Killed at another moment each time.
    for wait in [1, 4, 8, 12, 16] {
        let mut child = command()
            .args(["restore", dest.path().to_str().unwrap(), "--data"])
            .arg(target.path())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(wait * 5));
        drop(child.kill());
        let ended = child.wait().unwrap();
        if ended.success() {
            break;
        }
        if target.path().join("restoring").exists() {
            let data = target.path().to_str().unwrap();
            let refused = run(&["serve", "--bind", "127.0.0.1:0", "--data", data]);
            assert_eq!(refused.status.code(), Some(1), "{refused:?}");
        }
    }
    if target.path().join("restoring").exists() || !target.path().join("catalog").exists() {
        succeeds(&restore(dest.path(), target.path(), &[]));
    }
    let data = target.path().to_str().unwrap();
    succeeds(&run(&["verify", "--deep", "--data", data]));
    let restored = Archive::start_in(target, &[]);
    let client = restored.anybody().with_token(client.token().unwrap());
    assert_eq!(works(&client), before);
}

/// Copies made at two moments by another tool leave a closed segment in two forms.
#[test]
fn a_copy_with_a_segment_in_both_forms_is_whole_and_its_log_a_new_one() {
    let archive = Archive::start_with(&SMALL_SEGMENTS);
    let client = archive.holder("admin");
    let copy = tempfile::tempdir().unwrap();
    for round in 0..2 {
        for number in 0..20 {
            deposit(&client, round * 20 + number);
        }
        copy_over(
            &archive.data().join("catalog/journal"),
            &copy.path().join("catalog/journal"),
        );
        copy_over(&archive.data().join("blobs"), &copy.path().join("blobs"));
    }
    let before = works(&client);
    let log = client.get("/readyz").json()["log"].clone();
    let both = fs::read_dir(copy.path().join("catalog/journal"))
        .unwrap()
        .filter(|entry| {
            let path = entry.as_ref().unwrap().path();
            path.with_extension("ndjson.zst").exists() && path.extension().unwrap() == "ndjson"
        });
    assert!(both.count() > 0, "the copy has a segment in two forms");
    let data = copy.path().to_str().unwrap();
    succeeds(&run(&["rebuild", "--data", data]));
    succeeds(&run(&["verify", "--deep", "--data", data]));
    let copied = Archive::start_in(copy, &SMALL_SEGMENTS);
    let client = copied.anybody().with_token(client.token().unwrap());
    assert_eq!(works(&client), before);
    assert_ne!(client.get("/readyz").json()["log"], log);
}

fn copy_over(from: &Path, to: &Path) {
    for path in files_below(from) {
        let target = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        if fs::read(&path).ok() != fs::read(&target).ok() {
            // A file that is sealed meanwhile goes; the next round has it.
            let _ = fs::copy(&path, &target);
        }
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files.sort();
    files
}
