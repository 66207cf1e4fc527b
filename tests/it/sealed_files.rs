//! Sealed files: papers that prove a consent are read by few, in no exit, and each reading leaves a trace.

use serde_json::{Value, json};

use super::archive::complete_work_but;
use super::support::{Archive, Client};

const FORM: &[u8] = b"%PDF-1.4\n% Nguyen Thi Sealed dong y\n%%EOF\n";

fn work() -> Value {
    complete_work_but(&json!({
        "titles": { "vi": "Ảnh lớp học" },
        "people_shown": "consent-on-file",
    }))
}

/// A published work with one sealed paper: its path and the hash of the paper.
fn with_paper(editor: &Client) -> (String, String) {
    let path = format!(
        "/api/v1/assets/{}",
        editor.create(&work())["id"].as_str().unwrap()
    );
    let added = editor.send(
        "POST",
        &format!("{path}/sealed-files"),
        &[
            ("content-type", "application/pdf"),
            (
                "content-disposition",
                "attachment; filename=\"nguyen-thi-sealed.pdf\"",
            ),
        ],
        FORM,
    );
    assert_eq!(added.status, 201, "{}", added.text());
    let location = added.header("location").to_owned();
    let (_, sha256) = location.rsplit_once('/').unwrap();
    let etag = added.header("etag").to_owned();
    let published = editor.put_json(&format!("{path}/publication"), &etag, &json!({}));
    assert_eq!(published.status, 200, "{}", published.text());
    (path, sha256.to_owned())
}

#[test]
fn a_sealed_paper_is_in_no_exit_and_each_reading_is_audited() {
    let archive = Archive::start();
    let (editor, operator) = (archive.holder("editor"), archive.operator());
    let (path, sha256) = with_paper(&editor);
    let file = format!("{path}/sealed-files/{sha256}");
    let own = archive.holder("contributor");
    for client in [&editor, &own, &archive.holder("reviewer")] {
        let list = client.get(&format!("{path}/sealed-files")).json();
        assert_eq!(list["items"][0]["sha256"], sha256.as_str());
        assert_eq!(list["items"][0]["media_type"], "application/pdf");
        let read = client.get(&file);
        assert_eq!((read.status, read.body.as_slice()), (200, FORM));
        assert_eq!(read.header("cache-control"), "private, no-store");
        assert!(
            read.header("content-disposition")
                .starts_with("attachment; filename=\"sealed-")
        );
    }
    for (client, status) in [
        (archive.anybody(), 401),
        (archive.holder("station"), 403),
        (archive.holder("partner"), 403),
        (archive.holder("inspector"), 403),
        (archive.holder_of("contributor", Some("doet")), 403),
    ] {
        assert_eq!(client.get(&format!("{path}/sealed-files")).status, status);
        assert_eq!(client.get(&file).status, status);
        assert_eq!(
            client
                .send("DELETE", &file, &[("if-match", "\"3\"")], &[])
                .status,
            status
        );
    }
    nowhere_else(
        &[archive.anybody(), editor.clone(), operator.clone()],
        &path,
        &sha256,
    );
    let trail = operator.get("/api/v1/audit?limit=200").json();
    let reads = trail["items"].as_array().unwrap().iter();
    let reads: Vec<_> = reads
        .filter(|entry| entry["act"] == "sealed-file-read")
        .collect();
    assert_eq!(reads.len(), 3, "{trail}");
    assert!(
        reads
            .iter()
            .all(|entry| entry.to_string().contains(&sha256)),
        "{reads:?}"
    );
}

#[test]
fn works_that_rest_on_one_paper_are_named_and_it_can_be_removed() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let (first, sha256) = with_paper(&editor);
    let (second, _) = with_paper(&editor);
    let list = editor.get(&format!("{first}/sealed-files"));
    let second_id = second.rsplit_once('/').unwrap().1;
    assert_eq!(list.json()["items"][0]["other_works"], json!([second_id]));
    // The same bytes again are no second paper; an equal request is answered alike.
    let again = editor.send("POST", &format!("{first}/sealed-files"), &[], FORM);
    assert_eq!(again.status, 409, "{}", again.text());
    let keyed = || {
        let headers = [("idempotency-key", "k1")];
        editor.send(
            "POST",
            &format!("{first}/sealed-files"),
            &headers,
            b"%PDF-1.4\nhai\n%%EOF\n",
        )
    };
    let (one, two) = (keyed(), keyed());
    assert_eq!((one.status, two.status), (201, 201));
    assert_eq!(one.header("location"), two.header("location"));
    assert_eq!(
        editor.get(&format!("{first}/sealed-files")).json()["items"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    for (body, status) in [(&b""[..], 422), (&b"MZ\x90\0garbage"[..], 415)] {
        let refused = editor.send("POST", &format!("{first}/sealed-files"), &[], body);
        assert_eq!(refused.status, status, "{}", refused.text());
    }
    // Whoever attaches the same bytes as a file does not learn who has them sealed.
    let own = archive.holder("contributor");
    let path = format!(
        "/api/v1/assets/{}",
        own.create(&work())["id"].as_str().unwrap()
    );
    let attached = own.send("POST", &format!("{path}/files?name=a.pdf"), &[], FORM);
    assert_eq!(
        attached.json()["duplicates"],
        json!([]),
        "{}",
        attached.text()
    );

    let etag = editor.get(&first).header("etag").to_owned();
    let address = format!("{first}/sealed-files/{sha256}");
    let removed = editor.send("DELETE", &address, &[("if-match", etag.as_str())], &[]);
    assert_eq!(removed.status, 200, "{}", removed.text());
    assert_eq!(editor.get(&address).status, 404);
    assert_eq!(
        editor
            .get(&format!("{second}/sealed-files/{sha256}"))
            .status,
        200
    );
    let etag = removed.header("etag").to_owned();
    let gone = editor.send("DELETE", &address, &[("if-match", etag.as_str())], &[]);
    assert_eq!(gone.status, 404);
}

/// Neither hash nor name is anywhere else, whoever reads.
fn nowhere_else(clients: &[Client], path: &str, sha256: &str) {
    for client in clients {
        for address in [
            path.to_owned(),
            format!("{path}?include=labels,licence,citation"),
            format!("{path}/similar"),
            format!("{path}/files/{sha256}"),
            format!("{path}/revisions"),
            "/api/v1/assets?include=body".into(),
            "/api/v1/changes?include=asset".into(),
            "/api/v1/search?q=sealed".into(),
            "/api/v1/search/feed".into(),
        ] {
            let answer = client.get(&address).text();
            assert!(
                !answer.contains(&sha256[..16]) || address.contains(sha256),
                "{address}: {answer}"
            );
            assert!(
                !answer.to_lowercase().contains("nguyen"),
                "{address}: {answer}"
            );
        }
    }
}
