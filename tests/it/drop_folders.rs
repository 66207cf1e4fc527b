//! Drop folders: what has settled becomes a draft and is moved; what is refused lies in `failed` with the reason.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Archive, Client, eventually};

fn works(client: &Client) -> Vec<Value> {
    let list = client.get("/api/v1/assets?limit=200").json();
    list["items"].as_array().unwrap().clone()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A folder of the body `dic` with defaults, and an archive that watches it.
fn watched() -> (TempDir, Archive) {
    let folder = tempfile::tempdir().unwrap();
    let inbox = folder.path().join("dic");
    fs::create_dir(&inbox).unwrap();
    let settings = format!(
        "[[folder]]\npath = {inbox:?}\norganisation = \"dic\"\n[folder.defaults]\n\"Loại\" = \"article\"\n"
    );
    let file = folder.path().join("folders.toml");
    fs::write(&file, settings).unwrap();
    let archive = Archive::start_with(&[
        ("KHOCHUNG__DROP_FOLDERS__FOLDERS", file.to_str().unwrap()),
        ("KHOCHUNG__DROP_FOLDERS__SETTLE_SECONDS", "1"),
    ]);
    (folder, archive)
}

#[test]
fn dropped_files_become_drafts_of_the_body_once() {
    let (folder, archive) = watched();
    let editor = archive.holder("editor");
    let inbox = folder.path().join("dic");
    fs::write(inbox.join("Ban_tin 1.txt"), "Nội dung").unwrap();
    fs::write(inbox.join("empty.txt"), "").unwrap();
    fs::write(inbox.join("still.txt.part"), "…").unwrap();
    eventually("the files are moved", || {
        (names(&inbox) == ["done", "failed", "still.txt.part"]).then_some(())
    });
    assert_eq!(names(&inbox.join("done")), ["Ban_tin 1.txt"]);
    assert_eq!(names(&inbox.join("failed")), ["empty.txt", "empty.txt.txt"]);
    let why = fs::read_to_string(inbox.join("failed/empty.txt.txt")).unwrap();
    assert!(why.contains("0 byte"), "{why}");
    let made = works(&editor);
    assert_eq!(made.len(), 1);
    assert_eq!(made[0]["titles"]["vi"], "Ban tin 1");
    assert_eq!(
        (
            &made[0]["kind"],
            &made[0]["organisation"],
            &made[0]["state"]
        ),
        (&"article".into(), &"dic".into(), &"draft".into())
    );
    assert_eq!(made[0]["files"][0]["name"], "Ban_tin 1.txt");

    // As after a kill between the import and the move.
    fs::write(inbox.join("Ban_tin 1.txt"), "Nội dung").unwrap();
    eventually("the file is moved again", || {
        (names(&inbox.join("done")).len() == 2).then_some(())
    });
    let again = works(&editor);
    assert_eq!(again.len(), 1);
    assert_eq!(
        (&again[0]["id"], &again[0]["revision"]),
        (&made[0]["id"], &made[0]["revision"])
    );
}

#[test]
fn a_dropped_table_is_imported_with_the_files_beside_it() {
    let (folder, archive) = watched();
    let editor = archive.holder("editor");
    let inbox = folder.path().join("dic");
    fs::write(inbox.join("một.txt"), "Một").unwrap();
    fs::write(
        inbox.join("bang.csv"),
        "Mã riêng,Tên tác phẩm,Tệp\n1,Một,một.txt\n2,Hai,không có.txt\n",
    )
    .unwrap();
    eventually("the files are moved", || {
        (names(&inbox) == ["done", "failed"]).then_some(())
    });
    assert_eq!(names(&inbox.join("done")), ["một.txt"]);
    assert_eq!(names(&inbox.join("failed")), ["bang.csv", "bang.csv.txt"]);
    let why = fs::read_to_string(inbox.join("failed/bang.csv.txt")).unwrap();
    assert!(
        why.starts_with("3: ") && why.contains("không có.txt"),
        "{why}"
    );
    let made = works(&editor);
    assert_eq!(made.len(), 1);
    assert_eq!(
        (&made[0]["kind"], &made[0]["organisation"]),
        (&"article".into(), &"dic".into())
    );
}
