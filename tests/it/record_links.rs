//! Records lead on: addresses that answer, what this reader gets of each file, and parts on request.

use serde_json::{Value, json};

use crate::picture_copies::picture;
use crate::support::{Answer, Archive, Client, eventually};

/// The hash that `sha256sum` of coreutils computes.
fn sha256_by_coreutils(bytes: &[u8]) -> String {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let mut command = Command::new("sha256sum");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap()[..64].to_owned()
}

fn description(reuse_terms: &str) -> Value {
    json!({
        "titles": {"vi": "Trẻ em đến trường", "en": "Children on their way to school"}, "kind": "photo-essay",
        "creators": [{"name": "Ksor H'Bia"}], "made": "2024-05", "organisation": "dic", "languages": ["vi"],
        "strand": "educate", "themes": ["international-law"], "places": ["chu-se"], "credit_line": "Kho Chung",
        "reuse_terms": reuse_terms, "people_shown": "none-identifiable", "access": "public"
    })
}

/// The path of a new published work with a photo.
fn publish_photo(editor: &Client) -> String {
    let work = editor.create(&description("cc-by-4.0"));
    let path = format!("/api/v1/assets/{}", work["id"].as_str().unwrap());
    let files =
        format!("{path}/files?name=DSC_1234.jpg&alt=%7B%22vi%22%3A%22Tr%E1%BA%BB%20em%22%7D");
    let kind = [("content-type", "image/jpeg")];
    let attached = editor.send("POST", &files, &kind, &picture("photo.jpg"));
    assert_eq!(attached.status, 201, "{}", attached.text());
    let etag = attached.header("etag").to_owned();
    let published = editor.put_json(&format!("{path}/publication"), &etag, &json!({}));
    assert_eq!(published.status, 200, "{}", published.text());
    path
}

/// The answer at an absolute address of the archive.
fn follow(client: &Client, archive: &Archive, address: &Value) -> Answer {
    let address = address.as_str().unwrap();
    client.get(address.strip_prefix(archive.base()).unwrap())
}

#[test]
fn a_record_describes_the_bytes_that_its_reader_gets() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = publish_photo(&editor);
    let deposited = sha256_by_coreutils(&picture("photo.jpg"));
    for (reader, gets_original) in [(archive.anybody(), false), (editor, true)] {
        let file = eventually("the copies", || {
            let record = reader.get(&path).json();
            let previews = record["files"][0]["available"]["previews"]
                .as_object()?
                .len();
            (previews == 3).then(|| record["files"][0].clone())
        });
        assert_eq!(file["sha256"], deposited);
        let available = &file["available"];
        let bytes = follow(&reader, &archive, &available["address"]);
        assert_eq!(bytes.status, 200);
        assert_eq!(available["sha256"], sha256_by_coreutils(&bytes.body));
        assert_eq!(available["sha256"] == deposited, gets_original);
        assert_eq!(available["size"], bytes.body.len());
        assert_eq!(available["media_type"], bytes.header("content-type"));
        let name = available["name"].as_str().unwrap();
        let disposition = bytes.header("content-disposition");
        assert!(disposition.contains(name), "{name}: {disposition}");
        for (side, address) in available["previews"].as_object().unwrap() {
            let preview = follow(&reader, &archive, address);
            assert_eq!(
                (preview.status, preview.header("content-type")),
                (200, "image/jpeg"),
                "{side}"
            );
        }
    }
    let found = eventually("the work in the index", || {
        let found = archive.anybody().get("/api/v1/search?q=tre+em").json();
        let is_found = found["items"].as_array().unwrap().len() == 1;
        is_found.then_some(found)
    });
    let listed = archive.anybody().get("/api/v1/assets").json();
    let mirrored = archive
        .anybody()
        .get("/api/v1/changes?include=asset")
        .json();
    let read = archive.anybody().get(&path).json();
    for record in [
        &found["items"][0]["asset"],
        &listed["items"][0],
        &mirrored["items"][0]["record"],
    ] {
        assert_eq!(record["files"], read["files"]);
        assert_eq!(record["links"], read["links"]);
    }
}

#[test]
fn the_links_of_a_record_answer() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = publish_photo(&editor);
    let anybody = archive.anybody();
    let links = anybody.get(&path).json()["links"].clone();
    assert_eq!(links["self"], format!("{}{path}", archive.base()));
    for name in ["self", "similar", "feed"] {
        assert_eq!(
            follow(&anybody, &archive, &links[name]).status,
            200,
            "{name}"
        );
    }
    let feed = eventually("the work in the feed", || {
        let feed = follow(&anybody, &archive, &links["feed"]).text();
        feed.contains("Trẻ em đến trường").then_some(feed)
    });
    assert!(feed.contains(links["self"].as_str().unwrap()), "{feed}");
    let template = links["concept"].as_str().unwrap();
    let concept = template
        .replace("{scheme}", "place")
        .replace("{+slug}", "chu-se");
    let concept = follow(&anybody, &archive, &json!(concept));
    assert_eq!(concept.status, 303);
}

#[test]
fn labels_licence_and_citation_come_on_request() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = publish_photo(&editor);
    let anybody = archive.anybody();
    let plain = anybody.get(&path);
    for part in ["labels", "licence", "citation"] {
        assert!(plain.json().get(part).is_none(), "{part}");
    }
    let id = path.rsplit('/').next().unwrap();
    let all = "include=labels,licence,citation";
    let by_repetition = "include=labels&include=licence&include=citation";
    let answers = [
        anybody.get(&format!("{path}?{all}")).json(),
        anybody.get(&format!("{path}?{by_repetition}")).json(),
        anybody
            .get(&format!("/api/v1/assets?ids={id}&{all}"))
            .json()["items"][0]
            .clone(),
        anybody.get(&format!("/api/v1/assets?{all}")).json()["items"][0].clone(),
        anybody.get(&format!("/api/v1/changes?{all}")).json()["items"][0]["record"].clone(),
        eventually("the work in the index", || {
            let found = anybody.get(&format!("/api/v1/search?{all}")).json();
            found["items"].get(0).map(|hit| hit["asset"].clone())
        }),
    ];
    for record in answers {
        assert_eq!(
            record["licence"],
            "https://creativecommons.org/licenses/by/4.0/"
        );
        assert_eq!(
            record["citation"]["en"],
            format!(
                "Ksor H'Bia (2024). Children on their way to school. Department of Information and Communications. \
                 Kho Chung. {}{path}",
                archive.base()
            )
        );
        let labels = record["labels"].as_array().unwrap();
        let place = labels
            .iter()
            .find(|label| label["scheme"] == "place")
            .unwrap();
        assert_eq!(place["slug"], "chu-se");
        assert_eq!(
            place["address"],
            format!("{}/vocab/place/chu-se", archive.base())
        );
        assert!(
            place["labels"]["vi"].as_str().unwrap().contains("Chư Sê"),
            "{place}"
        );
    }
    let refused = anybody.get(&format!("{path}?include=everything"));
    assert_eq!(refused.status, 400);
    assert_eq!(refused.json()["allowed"], "labels, licence, citation");
}

#[test]
fn refusals_name_the_limit_and_the_accepted_types() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = editor.create(&description("cc-by-4.0"));
    let files = format!(
        "/api/v1/assets/{}/files?name=a.exe",
        work["id"].as_str().unwrap()
    );
    let kind = [("content-type", "application/octet-stream")];
    let program = [b"MZ\x90\0".as_slice(), &[0; 200]].concat();
    let refused = editor.send("POST", &files, &kind, &program);
    assert_eq!(refused.status, 415, "{}", refused.text());
    let accepted = refused.json()["accepted"].clone();
    assert!(
        accepted.as_array().unwrap().contains(&json!("image/*")),
        "{accepted}"
    );
    let anybody = archive.anybody();
    for (path, allowed) in [
        ("/api/v1/search?min_duration_ms=", "0–9223372036854775807"),
        (
            "/api/v1/search?made_from=12/5/2024",
            "YYYY, YYYY-MM, YYYY-MM-DD",
        ),
        (
            "/api/v1/search?has=paper",
            "audio, video, image, document, text, transcript, captions, accessible",
        ),
        (
            "/api/v1/assets?published_from=today",
            "YYYY-MM-DDThh:mm:ss±hh:mm",
        ),
        ("/api/v1/assets?limit=", "1–200"),
    ] {
        let refused = anybody.get(path);
        assert_eq!(
            (refused.status, &refused.json()["allowed"]),
            (400, &json!(allowed)),
            "{path}"
        );
    }
}
