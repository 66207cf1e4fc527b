//! The text that was read from a file, corrected by a person: what everybody reads and search finds from then on.

use serde_json::{Value, json};

use crate::bulk::publishable;
use crate::portal_reading::publish;
use crate::sign_in::{LOGIN, archive_with};
use crate::support::reader::Reader;
use crate::support::signal::Signal;
use crate::support::{Archive, Client, command, eventually, path_of};

/// Words that are in no fixture.
const TYPED: &str = "Chữ sửa tay về quyền trẻ em ở Ia Ko";
const SEARCH: &str = "/api/v1/search?q=%22chu%20sua%20tay%22&all_words=true&facets=none";

fn fixture(name: &str) -> Vec<u8> {
    let root = env!("CARGO_MANIFEST_DIR");
    std::fs::read(format!("{root}/tests/fixtures/documents/{name}")).unwrap()
}

/// A work with one file; gives its address and that of the file.
fn work_with(client: &Client, work: &Value, name: &str) -> (String, String) {
    let path = path_of(&client.create(work));
    let octets = [("content-type", "application/octet-stream")];
    let to = format!("{path}/files?name={name}");
    let attached = client.send("POST", &to, &octets, &fixture(name));
    assert_eq!(attached.status, 201, "{}", attached.text());
    let sha256 = attached.json()["sha256"].as_str().unwrap().to_owned();
    (path.clone(), format!("{path}/files/{sha256}"))
}

fn work_with_sound(client: &Client, work: &Value) -> (String, String) {
    let path = path_of(&client.create(work));
    let sound = Signal::stereo(&[(1.0, -20.0)]).to_wav();
    let octets = [("content-type", "application/octet-stream")];
    let attached = client.send(
        "POST",
        &format!("{path}/files?name=tin.wav"),
        &octets,
        &sound,
    );
    let sha256 = attached.json()["sha256"].as_str().unwrap().to_owned();
    (path.clone(), format!("{path}/files/{sha256}"))
}

/// The pages that were read from a document.
fn pages_of(client: &Client, path: &str, file: &str) -> Vec<String> {
    eventually("the text is read", || {
        (client.get(path).json()["files"][0]["text"]["state"] == "ready").then_some(())
    });
    let text = client.get(&format!("{file}/text")).text();
    let text = text.strip_suffix('\u{c}').unwrap_or(&text);
    text.split('\u{c}').map(str::to_owned).collect()
}

fn etag(client: &Client, path: &str) -> String {
    client.get(path).header("etag").to_owned()
}

fn hits(client: &Client) -> usize {
    let found = client.get(SEARCH).json();
    found["items"].as_array().unwrap().len()
}

#[test]
fn a_corrected_text_is_read_and_found_and_the_machine_version_stays() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let (path, file) = work_with(&editor, &publishable("Tờ rơi"), "leaflet.pdf");
    let machine = pages_of(&editor, &path, &file);
    assert_eq!(machine.len(), 3);
    publish(&editor, &path);
    let reader = archive.anybody();
    let text = format!("{file}/text");
    let before = reader.get(&text);

    let mut pages = machine.clone();
    pages[1] = format!("{TYPED}\nDòng hai");
    let at = etag(&editor, &path);
    let corrected = editor.put_json(&text, &at, &json!({ "pages": pages }));
    assert_eq!(corrected.status, 200, "{}", corrected.text());
    let described = &corrected.json()["files"][0];
    assert_eq!(described["text"]["corrected"], true, "{described}");
    assert!(described["text_corrected_at"].is_string(), "{described}");

    let after = reader.get(&text);
    assert!(after.text().contains(TYPED), "{}", after.text());
    assert_ne!(after.header("etag"), before.header("etag"));
    let sent: Vec<String> = after.text().split('\u{c}').map(str::to_owned).collect();
    assert_eq!(sent[0], machine[0]);
    assert_eq!(sent[1], format!("{TYPED}\nDòng hai\n"));
    eventually("the corrected words are found", || {
        (hits(&reader) == 1).then_some(())
    });
    let hit = &reader.get(SEARCH).json()["items"][0];
    let snippets = hit["snippets"].as_array().unwrap();
    let document = snippets.iter().find(|one| one["field"] == "document");
    assert_eq!(document.unwrap()["page"], 2, "{hit}");

    // What the program read is for those who may read the history.
    let of_machine = format!("{text}?version=machine");
    assert_eq!(editor.get(&of_machine).text(), before.text());
    assert_eq!(reader.get(&of_machine).status, 403);
    let revisions = editor.get(&format!("{path}/revisions")).json();
    assert_eq!(
        revisions["items"][0]["kind"], "text-corrected",
        "{revisions}"
    );

    // The same again is no change.
    let at = etag(&editor, &path);
    let again = editor.put_json(&text, &at, &json!({ "pages": pages }));
    assert_eq!((again.status, again.header("etag")), (200, at.as_str()));

    let conditional = [("if-match", at.as_str())];
    let dropped = editor.send("DELETE", &text, &conditional, b"");
    assert_eq!(dropped.status, 200, "{}", dropped.text());
    assert_eq!(reader.get(&text).text(), before.text());
    eventually("the machine's words count again", || {
        (hits(&reader) == 0).then_some(())
    });
    let at = etag(&editor, &path);
    let conditional = [("if-match", at.as_str())];
    assert_eq!(editor.send("DELETE", &text, &conditional, b"").status, 404);
}

#[test]
fn what_is_no_text_of_the_file_is_refused_with_the_page() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let (path, file) = work_with(&editor, &json!({"titles": {"vi": "Tờ rơi"}}), "leaflet.pdf");
    let machine = pages_of(&editor, &path, &file);
    let at = etag(&editor, &path);
    let text = format!("{file}/text");
    let with = |page: &str| {
        let mut pages = machine.clone();
        pages[2] = page.to_owned();
        json!({ "pages": pages })
    };
    let cases = [
        (
            json!({ "pages": [TYPED] }),
            "/pages",
            "other-number-of-pages",
        ),
        (json!({}), "/pages", "required"),
        (json!({ "pages": [1, "", ""] }), "/pages/0", "wrong-type"),
        (with("a\u{202e}b"), "/pages/2", "forbidden-characters"),
        (with("a\u{c}b"), "/pages/2", "forbidden-characters"),
        (with("TỐI MẬT\nKế hoạch"), "/pages", "secrecy-mark"),
        (with(&"dài ".repeat(900_000)), "/pages/2", "too-long"),
    ];
    for (body, pointer, rule) in cases {
        let refused = editor.put_json(&text, &at, &body);
        assert_eq!(refused.status, 422, "{rule}: {}", refused.text());
        let error = refused.json()["errors"][0].clone();
        assert_eq!(
            (&error["pointer"], &error["rule"]),
            (&json!(pointer), &json!(rule))
        );
    }
    assert_eq!(editor.put_json(&text, "\"1\"", &with("Cũ")).status, 412);
    let stranger = archive.holder_of("contributor", Some("docst"));
    assert!([403, 404].contains(&stranger.put_json(&text, &at, &with("Lạ")).status));
    assert_eq!(etag(&editor, &path), at);

    let sound = json!({"titles": {"vi": "Bản tin"}});
    let (path, file) = work_with_sound(&editor, &sound);
    let body = json!({ "pages": [TYPED] });
    let refused = editor.put_json(&format!("{file}/text"), &etag(&editor, &path), &body);
    assert_eq!(refused.json()["errors"][0]["rule"], "file-without-text");
}

#[test]
fn a_correction_survives_restarts_and_ends_with_redaction_and_new_versions() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let leaflet = json!({"titles": {"vi": "Tờ rơi chụp"}, "kind": "leaflet"});
    let (path, file) = work_with(&editor, &leaflet, "scan.png");
    // Typed by hand before, or without, anything being recognised: as many pages as one likes.
    let pages = match editor.get(&path).json()["files"][0]["text"]["state"].as_str() {
        Some("ready") => pages_of(&editor, &path, &file).len(),
        _ => 1,
    };
    let body = json!({ "pages": vec![TYPED; pages] });
    let text = format!("{file}/text");
    let corrected = editor.put_json(&text, &etag(&editor, &path), &body);
    assert_eq!(corrected.status, 200, "{}", corrected.text());
    let token = editor.token().unwrap().to_owned();

    let data = archive.stop();
    let verified = command()
        .args(["verify", "--deep", "--data"])
        .arg(data.path())
        .output();
    assert!(verified.unwrap().status.success());
    let archive = Archive::start_in(data, &[]);
    let editor = archive.anybody().with_token(&token);
    assert!(editor.get(&text).text().contains(TYPED));
    eventually("the corrected words are found", || {
        (hits(&editor) == 1).then_some(())
    });

    let regions = json!({ "regions": [{"x": 0, "y": 0, "width": 50, "height": 50}] });
    let at = etag(&editor, &path);
    let redacted = editor.put_json(&format!("{file}/redacted-regions"), &at, &regions);
    assert_eq!(redacted.status, 200, "{}", redacted.text());
    assert_eq!(redacted.json()["files"][0].get("text_corrected_at"), None);
    assert_eq!(editor.get(&text).status, 404);
    eventually("what is redacted is not found", || {
        (hits(&editor) == 0).then_some(())
    });
}

#[test]
fn the_page_corrects_one_page_of_the_text_and_keeps_what_was_typed() {
    let archive = archive_with("editor");
    let mut officer = Reader::signed_in(&archive, LOGIN);
    let editor = archive.holder("editor");
    let (path, file) = work_with(&editor, &publishable("Tờ rơi"), "leaflet.pdf");
    let machine = pages_of(&editor, &path, &file);
    let id = path.rsplit('/').next().unwrap();
    let sha256 = file.rsplit('/').next().unwrap();
    let form = format!("/t/{id}/chu/{sha256}");
    officer.get(&format!("/t/{id}"));
    assert!(
        officer.page.contains(&format!("href=\"{form}\"")),
        "no link"
    );
    assert_eq!(officer.get(&format!("{form}?page=2")).status, 200);
    assert!(officer.page.contains("Trang 2 trong 3"), "{}", officer.page);
    let shown = officer.field("revision");
    let sent = officer.post_form(&form, &[("page", "2"), ("text", TYPED)]);
    assert_eq!(sent.status, 303, "{}", sent.text());
    let text = editor.get(&format!("{file}/text")).text();
    let pages: Vec<&str> = text.split('\u{c}').collect();
    assert_eq!(
        (pages[0], pages[1]),
        (machine[0].as_str(), format!("{TYPED}\n").as_str())
    );
    assert_eq!(pages[2], machine[2]);

    // For an older revision: nothing is lost and nothing is written.
    officer.get(&format!("{form}?page=3"));
    let token = officer.field("csrf");
    let late = [
        ("csrf", token.as_str()),
        ("revision", &shown),
        ("page", "3"),
        ("text", "Gõ muộn"),
    ];
    let late = officer.post(&form, &late);
    assert_eq!(late.status, 200);
    assert!(officer.page.contains("Gõ muộn") && officer.page.contains("role=\"alert\""));
    assert!(
        !editor
            .get(&format!("{file}/text"))
            .text()
            .contains("Gõ muộn")
    );

    officer.get(&format!("{form}?page=2"));
    let dropped = officer.post_form(&form, &[("page", "2"), ("drop", "1")]);
    assert_eq!(dropped.status, 303, "{}", dropped.text());
    assert!(!editor.get(&format!("{file}/text")).text().contains(TYPED));
    let stranger = Reader::new(&archive).get(&form);
    assert_eq!(stranger.status, 401);
}
