//! A full disk, and a limit on the size of files: 507, nothing lost, reading goes on, and with
//! space everything works again without a restart.
//!
//! The small disk is a `tmpfs` in a namespace of its own, in which the test runs itself again.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Archive, Client, command, eventually};

/// Where the small disk is, for the run inside the namespace.
const SMALL_DISK: &str = "KHOCHUNG_TEST_SMALL_DISK";
/// What the archive keeps free on it.
const RESERVE: [(&str, &str); 1] = [("KHOCHUNG__STORAGE__MIN_FREE_BYTES", "4000000")];

/// Runs the named test again where a small disk is mounted.
fn on_a_small_disk(test: &str) {
    let mount_point = tempfile::tempdir().unwrap();
    let script = format!("mount -t tmpfs -o size=48m none \"${SMALL_DISK}\"; exec \"$@\"");
    let output = Command::new("unshare")
        .args(["-rm", "sh", "-ec", &script, "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(SMALL_DISK, mount_point.path())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Somebody else takes the rest of the disk, to the last block.
fn fill(disk: &Path) {
    let mut others = File::create(disk.join("others")).unwrap();
    while others.write_all(&[7; 4096]).is_ok() {}
}

/// A work with a file of a million bytes.
struct Given {
    path: String,
    work: Value,
    bytes: Vec<u8>,
}

impl Given {
    fn new(client: &Client) -> Self {
        let work = client.create(&json!({ "titles": { "vi": "Trước khi đầy" } }));
        let path = format!("/api/v1/assets/{}", work["id"].as_str().unwrap());
        let bytes = b"0123456789".repeat(100_000);
        assert_eq!(upload(client, &path, &bytes), 201);
        let work = eventually("the text is read", || {
            let work = client.get(&path).json_without_ports();
            (work["files"][0]["text"]["state"] == "ready").then_some(work)
        });
        Self { path, work, bytes }
    }

    /// Everything can be read and nothing has changed.
    fn is_readable(&self, client: &Client, last_event: &Value) {
        assert_eq!(client.get(&self.path).json_without_ports(), self.work);
        let sha256 = self.work["files"][0]["sha256"].as_str().unwrap();
        let file = client.get(&format!("{}/files/{sha256}", self.path));
        assert!(file.body == self.bytes);
        assert_eq!(
            client.get("/api/v1/assets").json_without_ports()["items"][0],
            self.work
        );
        assert_eq!(client.get("/api/v1/search?q=truoc").status, 200);
        assert_eq!(client.get("/api/v1/changes?after=0").status, 200);
        assert_eq!(&client.get("/readyz").json()["last_event"], last_event);
    }

    /// Every kind of change is refused as one that finds no space.
    fn refuses_changes(&self, client: &Client) {
        let title = json!({ "titles": { "vi": "Khi đã đầy" } });
        let revision = format!("\"{}\"", self.work["revision"]);
        for refused in [
            client.post_json("/api/v1/assets", &title),
            client.patch(&self.path, &revision, &title),
            client.send(
                "POST",
                &format!("{}/files", self.path),
                &[PLAIN],
                b"one line\n",
            ),
        ] {
            let actual = (refused.status, refused.problem());
            assert_eq!(
                actual,
                (507, "storage-full".to_owned()),
                "{}",
                refused.text()
            );
        }
    }
}

/// The address of a published work.
fn published(client: &Client) -> String {
    let work = client.create(&json!({
        "titles": { "vi": "Đã công bố" }, "body": "Toàn văn.", "kind": "article", "organisation": "dic",
        "languages": ["vi"], "strand": "educate", "themes": ["international-law"],
        "credit_line": "Ban thử", "reuse_terms": "cc-by-4.0", "people_shown": "none-identifiable"
    }));
    let path = format!("/api/v1/assets/{}", work["id"].as_str().unwrap());
    let published = client.put_json(&format!("{path}/publication"), "\"1\"", &json!({}));
    assert_eq!(published.status, 200, "{}", published.text());
    path
}

/// Withdraws one work and shows another to fewer people; what would show it to more, or change it, is refused.
fn takes_away(editor: &Client, anybody: &Client, to_withdraw: &str, to_narrow: &str) {
    let reason = json!({ "reason": "Ảnh chụp trẻ em không được phép." });
    let withdrawn = editor.put_json(&format!("{to_withdraw}/withdrawal"), "\"2\"", &reason);
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.text());
    assert_eq!(anybody.get(to_withdraw).status, 410);

    let access = |revision: &str, access: &str| {
        editor.patch(to_narrow, revision, &json!({ "access": access }))
    };
    let narrowed = access("\"2\"", "state-internal");
    assert_eq!(narrowed.status, 200, "{}", narrowed.text());
    assert_eq!(anybody.get(to_narrow).status, 410);
    assert_eq!(access("\"3\"", "public").status, 507);
    let both = json!({ "access": "state-internal", "titles": { "vi": "Và khác" } });
    assert_eq!(editor.patch(to_narrow, "\"3\"", &both).status, 507);
    let embargo = json!({ "embargo_until": "2030-01-01T00:00:00+07:00" });
    let delayed = editor.patch(to_narrow, "\"3\"", &embargo);
    assert_eq!(delayed.status, 200, "{}", delayed.text());
    let sooner = json!({ "embargo_until": null });
    assert_eq!(editor.patch(to_narrow, "\"4\"", &sooner).status, 507);
}

const PLAIN: (&str, &str) = ("content-type", "text/plain");

fn upload(client: &Client, path: &str, bytes: &[u8]) -> u16 {
    client
        .send("POST", &format!("{path}/files"), &[PLAIN], bytes)
        .status
}

fn nothing_is_staged(data: &Path) {
    eventually("staging is empty", || {
        let left = fs::read_dir(data.join("staging")).unwrap().count();
        (left == 0).then_some(())
    });
}

fn last_event(client: &Client) -> Value {
    client.get("/readyz").json()["last_event"].clone()
}

/// The work is found, however long the index has to try.
fn is_found(client: &Client, query: &str, work: &Value) {
    eventually(query, || {
        let answer = client
            .get(&format!("/api/v1/search?q={query}&group=false"))
            .json();
        let mut hits = answer["items"].as_array().unwrap().iter();
        hits.any(|hit| hit["asset"]["id"] == work["id"])
            .then_some(())
    });
}

/// Starts on a disk so full that not even the file is written by which commands find the archive.
fn start_without_space(data: &Path, token: &str) -> (std::process::Child, Client) {
    let mut child = command()
        .envs(RESERVE)
        .args(["serve", "--bind", "127.0.0.1:0", "--data"])
        .arg(data)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let base = line
        .split_whitespace()
        .find(|word| word.starts_with("http://"))
        .unwrap();
    (child, Client::new(base, Some(token.to_owned())))
}

#[test]
fn on_a_full_disk_reading_goes_on_and_with_space_everything() {
    let Ok(disk) = std::env::var(SMALL_DISK) else {
        return on_a_small_disk(
            "disk_full::on_a_full_disk_reading_goes_on_and_with_space_everything",
        );
    };
    let disk = Path::new(&disk);
    let archive = Archive::start_in(TempDir::new_in(disk).unwrap(), &RESERVE);
    let editor = archive.holder("editor");
    let given = Given::new(&editor);
    let unwanted = editor.create(&json!({ "titles": { "vi": "Phải xóa ngay" } }));
    let (to_withdraw, to_narrow) = (published(&editor), published(&editor));
    assert_eq!(upload(&editor, &given.path, &vec![b'a'; 60_000_000]), 507);
    nothing_is_staged(archive.data());

    // The disk fills up between the commit and the moment the search index follows.
    let last = eventually("the index finds no space", || {
        let last = editor.create(&json!({ "titles": { "vi": "Vừa kịp" } }));
        fill(disk);
        let path = format!("/api/v1/search?q=vua+kip&event={}", last_event(&editor));
        if editor.get(&path).json()["stale"] == true {
            return Some(last);
        }
        fs::remove_file(disk.join("others")).unwrap();
        None
    });
    let event = last_event(&editor);
    let hurried = editor.get(&format!("/api/v1/search?q=vua+kip&event={event}"));
    assert_eq!(hurried.json()["stale"], true, "the index finds no space");
    given.refuses_changes(&editor);
    given.is_readable(&editor, &event);
    nothing_is_staged(archive.data());
    // What must go can go, now of all times.
    let unwanted = format!("/api/v1/assets/{}", unwanted["id"].as_str().unwrap());
    let deleted = editor.send("DELETE", &unwanted, &[("if-match", "\"1\"")], &[]);
    assert_eq!(deleted.status, 204, "{}", deleted.text());
    assert_eq!(editor.get(&unwanted).status, 410);
    takes_away(&editor, &archive.anybody(), &to_withdraw, &to_narrow);
    fs::remove_file(disk.join("others")).unwrap();
    is_found(&editor, "vua+kip", &last);
    let next = editor.create(&json!({ "titles": { "vi": "Có chỗ trở lại" } }));
    is_found(&editor, "tro+lai", &next);

    fill(disk);
    let event = last_event(&editor);
    let data = archive.kill();
    let (mut child, client) = start_without_space(data.path(), editor.token().unwrap());
    given.is_readable(&client, &event);
    given.refuses_changes(&client);
    fs::remove_file(disk.join("others")).unwrap();
    assert_eq!(upload(&client, &given.path, b"there is space\n"), 201);
    child.kill().unwrap();
    child.wait().unwrap();
    let verify = command()
        .envs(RESERVE)
        .args(["verify", "--deep", "--data"])
        .arg(data.path())
        .output();
    assert!(verify.as_ref().unwrap().status.success(), "{verify:?}");
}

#[test]
fn a_file_over_the_size_limit_is_refused_and_the_archive_lives_on() {
    let plain = command();
    let mut limited = Command::new("/bin/sh");
    // 8 or 16 MiB, as the shell counts.
    limited
        .args(["-c", "ulimit -f 16384; exec \"$0\" \"$@\""])
        .arg(plain.get_program());
    limited
        .env_clear()
        .env("KHOCHUNG__STORAGE__MIN_FREE_BYTES", "0");
    limited.envs(
        plain
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let archive = Archive::start_by(limited, tempfile::tempdir().unwrap());
    let editor = archive.holder("editor");
    let given = Given::new(&editor);
    let event = last_event(&editor);
    for length in [20_000_000, 40_000_000] {
        assert_eq!(upload(&editor, &given.path, &vec![b'a'; length]), 507);
    }
    nothing_is_staged(archive.data());
    given.is_readable(&editor, &event);
    assert_eq!(
        upload(&editor, &given.path, &b"0123456789".repeat(400_000)),
        201
    );
}
