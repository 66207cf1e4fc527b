//! Captions in the formats of stations: delivered as WebVTT, checked line by line, searched by what is said.

use serde_json::{Value, json};

use crate::support::{Archive, Client, eventually, path_of};

const SUBRIP: &str = "1\r\n00:00:01,000 --> 00:00:04,500\r\n<i>Quyền trẻ em</i> & gia đình\r\n\r\n2\r\n00:00:05,000 --> 00:00:06,000\r\nHai\r\n";

/// Written by hand from section 4 of the recommendation of W3C.
const WEBVTT: &str = "WEBVTT\n\n00:00:01.000 --> 00:00:04.500\n<i>Quyền trẻ em</i> &amp; gia đình\n\n00:00:05.000 --> 00:00:06.000\nHai\n";

const TTML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<tt xmlns=\"http://www.w3.org/ns/ttml\" xml:lang=\"vi\">\n<body><div>\n\
    <p begin=\"1s\" end=\"4.5s\">Phiên toà lưu động<br/>ở Chư Sê</p>\n<p begin=\"00:00:05:15\" dur=\"1s\">Hai</p>\n</div></body></tt>\n";

fn attached(client: &Client, name: &str, bytes: &[u8]) -> (String, Value) {
    let work = path_of(&client.create(&json!({"titles": {"vi": name}})));
    let path = format!("{work}/files?name={name}&role=captions&language=vi");
    let kind = [("content-type", "application/octet-stream")];
    let answer = client.send("POST", &path, &kind, bytes);
    assert_eq!(answer.status, 201, "{name}: {}", answer.text());
    let file = answer.json()["asset"]["files"][0].clone();
    let sha256 = file["sha256"].as_str().unwrap();
    (format!("{work}/files/{sha256}"), file)
}

#[test]
fn captions_of_every_format_are_delivered_as_webvtt() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let of_ttml = "WEBVTT\n\n00:00:01.000 --> 00:00:04.500\nPhiên toà lưu động\nở Chư Sê\n\n00:00:05.500 --> 00:00:06.500\nHai\n";
    for (name, bytes, media_type, expected) in [
        ("a.srt", SUBRIP, "application/x-subrip", WEBVTT),
        ("a.vtt", WEBVTT, "text/vtt", WEBVTT),
        ("a.ttml", TTML, "application/ttml+xml", of_ttml),
    ] {
        let (path, file) = attached(&editor, name, bytes.as_bytes());
        assert_eq!(file["media_type"], media_type);
        let address = file["captions"].as_str().unwrap();
        assert!(address.ends_with(&format!("{path}/captions")), "{address}");
        let captions = editor.get(&format!("{path}/captions"));
        assert_eq!(captions.status, 200, "{}", captions.text());
        assert_eq!(captions.header("content-type"), "text/vtt; charset=utf-8");
        assert!(captions.header("content-disposition").contains("a.vtt"));
        assert_eq!(captions.text(), expected, "{name}");

        let etag = [("if-none-match", captions.header("etag"))];
        let again = editor.send("GET", &format!("{path}/captions"), &etag, &[]);
        assert_eq!(again.status, 304);
        let range = [("range", "bytes=0-5")];
        let part = editor.send("GET", &format!("{path}/captions"), &range, &[]);
        assert_eq!((part.status, part.text().as_str()), (206, "WEBVTT"));
        let check = editor.get(&format!("{path}/captions/check")).json();
        assert_eq!(check["cues"], 2);
        assert_eq!(check["problems"], json!([]));
        // A draft of others does not exist for them.
        assert_eq!(
            archive.anybody().get(&format!("{path}/captions")).status,
            404
        );
    }
}

#[test]
fn a_broken_line_is_told_with_its_reason_and_costs_nothing_else() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let broken = "1\n00:00:01,000 --> 00:00:02,000\nMột\n\n2\n00:00:0x,000 --> 00:00:04,000\nHai\n\n3\n00:00:09,000 --> 00:00:08,000\nBa\n";
    let (path, _) = attached(&editor, "b.srt", broken.as_bytes());
    let check = editor.get(&format!("{path}/captions/check")).json();
    assert_eq!(
        (&check["cues"], &check["problem_count"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(
        (&check["first_ms"], &check["last_ms"]),
        (&json!(1000), &json!(2000))
    );
    let problems = check["problems"].as_array().unwrap();
    let found: Vec<_> = problems
        .iter()
        .map(|problem| (&problem["line"], &problem["code"]))
        .collect();
    assert_eq!(
        found,
        [
            (&json!(6), &json!("unreadable-time")),
            (&json!(10), &json!("ends-before-start"))
        ]
    );
    assert!(
        problems[0]["vi"]
            .as_str()
            .unwrap()
            .starts_with("Không đọc được thời gian")
    );
    let captions = editor.get(&format!("{path}/captions"));
    assert_eq!(
        captions.text(),
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nMột\n"
    );

    let (plain, file) = attached(&editor, "c.txt", "Mọi người sinh ra".as_bytes());
    assert_eq!(file["captions"], Value::Null);
    assert_eq!(editor.get(&format!("{plain}/captions")).status, 404);
}

#[test]
fn what_is_said_in_ttml_is_found_with_its_second() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    attached(&editor, "a.ttml", TTML.as_bytes());
    eventually("the captions are found", || {
        let found = editor
            .get("/api/v1/search?q=phien+toa+luu+dong&state=draft")
            .json();
        let hit = found["items"].as_array()?.first()?.clone();
        let snippet = hit["snippets"]
            .as_array()?
            .iter()
            .find(|one| one["at_ms"] == 1000)?;
        Some(snippet.clone())
    });
}

#[test]
fn captions_that_are_too_long_to_be_read_have_no_address() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let cue = "1\n00:00:01,000 --> 00:00:02,000\nMột câu dài thêm chữ\n\n";
    let long = cue.repeat((4 << 20) / cue.len() + 1);
    let (path, file) = attached(&editor, "dai.srt", long.as_bytes());
    assert_eq!(file["media_type"], "application/x-subrip");
    assert_eq!(file["captions"], Value::Null);
    assert_eq!(editor.get(&format!("{path}/captions")).status, 404);
}

#[test]
fn a_changed_title_is_no_change_of_captions() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let (path, _) = attached(&editor, "a.srt", SUBRIP.as_bytes());
    let work = &path[..path.find("/files/").unwrap()];
    let titled = editor.patch(work, "\"2\"", &json!({"titles": {"vi": "Tên khác"}}));
    assert_eq!(titled.status, 200, "{}", titled.text());
    let earlier = editor.get(&format!("{work}/revisions/2")).json();
    assert_eq!(
        earlier["work"]["files"][0]["captions"],
        Value::Null,
        "{earlier}"
    );
    let diff = editor.get(&format!("{work}/revisions/3/diff")).text();
    assert!(
        diff.contains("/titles") && !diff.contains("/files"),
        "{diff}"
    );
}

/// Others get a link to such a work, and nothing of its files.
#[test]
fn what_is_said_in_a_work_that_is_only_linked_to_is_not_found() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let find = |terms: &str| {
        let work = editor.create(&json!({"titles": {"vi": terms}, "reuse_terms": terms}));
        let path = path_of(&work);
        let kind = [("content-type", "application/octet-stream")];
        let file = format!("{path}/files?name=a.srt&role=captions");
        let answer = editor.send("POST", &file, &kind, SUBRIP.as_bytes());
        assert_eq!(answer.status, 201, "{}", answer.text());
        let event = editor.get("/readyz").json()["last_event"].clone();
        let search = format!("/api/v1/search?q=%22quyen+tre+em%22&state=draft&event={event}");
        let found = eventually("the work is indexed", || {
            let found = editor.get(&search).json();
            (found["stale"] == false).then_some(found)
        });
        let hits = found["items"].as_array().unwrap().iter();
        hits.filter(|hit| hit["asset"]["id"] == work["id"]).count()
    };
    assert_eq!(find("cc-by-4.0"), 1);
    assert_eq!(find("link-only"), 0);
}
