//! Any search as an Atom feed: what stands in it, for whom, and how readers come back to it.

use std::fs;

use khochung::domain::Timestamp;
use serde_json::{Value, json};

use crate::support::atom::{Entry, Feed, feed, read};
use crate::support::{Archive, Client, eventually};

const FEED: &str = "/api/v1/search/feed";

/// A work that meets every condition of publication.
fn work(title: &str) -> Value {
    json!({
        "titles": { "vi": title },
        "kind": "article",
        "organisation": "dic",
        "languages": ["vi"],
        "strand": "educate",
        "themes": ["international-law"],
        "body": "Nội dung của bài.",
        "credit_line": "DIC",
        "reuse_terms": "cc-by-4.0",
        "people_shown": "none-identifiable",
    })
}

fn work_with(title: &str, changes: &Value) -> Value {
    let mut work = work(title);
    json_patch::merge(&mut work, changes);
    work
}

/// Takes a work in and publishes it; gives its path.
fn published(editor: &Client, work: &Value) -> String {
    let draft = editor.create(work);
    let path = format!("/api/v1/assets/{}", draft["id"].as_str().unwrap());
    step(editor, &path, "publication", &json!({}));
    path
}

fn step(editor: &Client, path: &str, step: &str, words: &Value) {
    let etag = editor.get(path).header("etag").to_owned();
    let answer = editor.put_json(&format!("{path}/{step}"), &etag, words);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

fn edited(editor: &Client, path: &str, patch: &Value) {
    let etag = editor.get(path).header("etag").to_owned();
    let answer = editor.patch(path, &etag, patch);
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The number of the last event: a search that names it waits until the index has it.
fn last_event(editor: &Client) -> u64 {
    let log = editor.get("/api/v1/changes?after=0&limit=200").json();
    assert_eq!(log["at_end"], true);
    log["next"].as_u64().unwrap()
}

/// The feed, with everything that was committed before.
fn up_to_date(reader: &Client, editor: &Client, query: &str) -> Feed {
    let event = last_event(editor);
    feed(reader, &format!("{FEED}?{query}&event={event}"))
}

fn enclosures(entry: &Entry) -> Vec<&crate::support::atom::Link> {
    let links = entry.links.iter();
    links.filter(|link| link.rel == "enclosure").collect()
}

fn address_of<'a>(entry: &'a Entry, rel: &str) -> &'a str {
    let mut links = entry.links.iter();
    &links.find(|link| link.rel == rel).unwrap().href
}

#[test]
fn what_is_said_of_a_work_stands_in_its_entry() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let makers = json!([{ "name": "Siu Hơ Nhan", "role": "author" }, { "name": "Tổ biên tập" }]);
    let path = published(
        &editor,
        &work_with("Quyền học tập", &json!({ "creators": makers })),
    );
    let anybody = archive.anybody();
    let feed = up_to_date(&anybody, &editor, "q=quyen+hoc+tap");
    assert_eq!(feed.title, "Kho Chung: quyen hoc tap");
    assert_eq!(feed.author, "Kho Chung");
    let [entry] = feed.entries.as_slice() else {
        panic!("{feed:?}");
    };
    let (base, asset) = (archive.base(), anybody.get(&path).json());
    let id = asset["id"].as_str().unwrap();
    assert_eq!(entry.id, format!("urn:uuid:{id}"));
    assert_eq!(entry.title, "Quyền học tập");
    assert_eq!(entry.authors, ["Siu Hơ Nhan", "Tổ biên tập"]);
    assert_eq!(entry.updated, asset["updated_at"].as_str().unwrap());
    assert_eq!(entry.published.as_deref(), asset["published_at"].as_str());
    // The labels are those of schema/vocabularies.
    assert_eq!(entry.rights.as_deref(), Some("DIC · Ghi công 4.0 Quốc tế"));
    let category = |scheme: &str, term: &str, label: &str| {
        let scheme = format!("{base}/vocab/{scheme}");
        (scheme, term.to_owned(), label.to_owned())
    };
    let theme = "Luật pháp quốc tế về quyền con người";
    assert_eq!(
        entry.categories,
        [
            category("product-kind", "article", "Bài viết"),
            category("theme", "international-law", theme),
        ]
    );
    assert_eq!(address_of(entry, "alternate"), format!("{base}{path}"));
    assert_eq!(
        address_of(entry, "license"),
        "https://creativecommons.org/licenses/by/4.0/"
    );
}

#[test]
fn readers_are_spoken_to_in_their_language() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let english = json!({
        "titles": { "en": "The right to education" },
        "descriptions": { "vi": "Vì sao phải đi học.", "en": "Why school." },
    });
    published(&editor, &work_with("Quyền học tập", &english));
    let anybody = archive.anybody();
    let vietnamese = up_to_date(&anybody, &editor, "q=quyen+hoc+tap");
    for (query, language) in [("&lang=en", "vi"), ("", "en")] {
        let path = format!("{FEED}?q=quyen+hoc+tap{query}");
        let answer = anybody.send("GET", &path, &[("accept-language", language)], &[]);
        assert_eq!(answer.header("content-language"), "en");
        let feed = read(&answer);
        let entry = &feed.entries[0];
        assert_eq!(entry.title, "The right to education");
        assert_eq!(entry.summary.as_deref(), Some("Why school."));
        assert_eq!(
            entry.authors,
            ["Department of Information and Communications"]
        );
        assert_eq!(
            (&feed.id, &entry.id),
            (&vietnamese.id, &vietnamese.entries[0].id)
        );
    }
    let entry = &vietnamese.entries[0];
    assert_eq!(entry.title, "Quyền học tập");
    assert_eq!(entry.summary.as_deref(), Some("Vì sao phải đi học."));
    assert_eq!(entry.authors, ["Sở Thông tin và Truyền thông"]);
}

/// A podcast reader fetches what an enclosure announces: type, length, ranges.
#[test]
fn enclosures_are_the_bytes_that_come() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let draft = editor.create(&work_with(
        "Bản tin khai giảng",
        &json!({ "kind": "radio-bulletin", "body": null }),
    ));
    let path = format!("/api/v1/assets/{}", draft["id"].as_str().unwrap());
    let tone = fs::read("tests/fixtures/media/tone-cbr.mp3").unwrap();
    let captions = b"WEBVTT\n\n00:00.000 --> 00:01.000\nXin ch\xC3\xA0o\n";
    for (name, role, kind, bytes) in [
        ("bantin.mp3", "original", "audio/mpeg", tone.as_slice()),
        ("bantin.vtt", "captions", "text/vtt", captions),
    ] {
        let path = format!("{path}/files?name={name}&role={role}");
        let made = editor.send("POST", &path, &[("content-type", kind)], bytes);
        assert_eq!(made.status, 201, "{}", made.text());
    }
    step(&editor, &path, "publication", &json!({}));
    let anybody = archive.anybody();
    let feed = up_to_date(&anybody, &editor, "has=audio");
    let enclosures = enclosures(&feed.entries[0]);
    let [enclosure] = enclosures.as_slice() else {
        panic!("only the original is one: {enclosures:?}");
    };
    assert_eq!(enclosure.kind.as_deref(), Some("audio/mpeg"));
    assert_eq!(enclosure.length, Some(tone.len().to_string()));
    let file = enclosure.href.strip_prefix(archive.base()).unwrap();
    let head = anybody.send("HEAD", file, &[], &[]);
    assert_eq!(head.header("content-type"), "audio/mpeg");
    assert_eq!(head.header("content-length"), tone.len().to_string());
    let part = anybody.send("GET", file, &[("range", "bytes=0-99")], &[]);
    assert_eq!((part.status, part.body.as_slice()), (206, &tone[..100]));
}

/// The public gets images made anew, so what is announced has to be those.
#[test]
fn the_enclosure_of_an_image_is_the_copy_the_reader_gets() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let draft = editor.create(&work_with(
        "Ảnh hồ nước",
        &json!({ "kind": "archival-photo", "body": null }),
    ));
    let path = format!("/api/v1/assets/{}", draft["id"].as_str().unwrap());
    let photo = fs::read("tests/fixtures/media/photo.jpg").unwrap();
    let upload = format!("{path}/files?name=IMG_1.jpg&alt=%7B%22vi%22%3A%22H%E1%BB%93%22%7D");
    let made = editor.send("POST", &upload, &[("content-type", "image/jpeg")], &photo);
    assert_eq!(made.status, 201, "{}", made.text());
    step(&editor, &path, "publication", &json!({}));
    let anybody = archive.anybody();
    let enclosure = eventually("a copy of the photo", || {
        let feed = up_to_date(&anybody, &editor, "has=image");
        enclosures(&feed.entries[0]).first().copied().cloned()
    });
    let copy = anybody.get(enclosure.href.strip_prefix(archive.base()).unwrap());
    assert_eq!(enclosure.length, Some(copy.body.len().to_string()));
    assert_eq!(enclosure.kind.as_deref(), Some(copy.header("content-type")));
    assert_ne!(copy.body, photo);
    let for_editors = up_to_date(&editor, &editor, "has=image");
    let original = enclosures(&for_editors.entries[0])[0];
    assert_eq!(original.length, Some(photo.len().to_string()));
}

#[test]
fn hostile_words_stay_words() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    // "quyền" decomposed (NFD), from Python's unicodedata.
    for (given, expected) in [
        (
            "<script>alert('chung')</script>",
            "<script>alert('chung')</script>",
        ),
        ("chung ]]> & &amp; \"x\"", "chung ]]> & &amp; \"x\""),
        ("chung que\u{302}\u{300}n", "chung quền"),
        // U+FFFE and U+FFFF cannot be written in XML 1.0 at all.
        ("chung \u{FFFE}mực\u{FFFF}", "chung mực"),
    ] {
        let changes = json!({ "descriptions": { "vi": given }, "credit_line": given });
        published(&editor, &work_with(given, &changes));
        let feed = up_to_date(&archive.anybody(), &editor, "q=chung&limit=1");
        let entry = &feed.entries[0];
        assert_eq!(entry.title, expected);
        assert_eq!(entry.summary.as_deref(), Some(expected));
    }
    let path = format!("{FEED}?q=%3Cscript%3E%00%01%0B%1B%EF%BF%BF%5D%5D%3E%26amp%3B");
    let answer = archive.anybody().get(&path);
    assert_eq!(read(&answer).title, "Kho Chung: <script>]]>&amp;");
    assert!(!answer.text().contains("<script"), "{}", answer.text());
}

#[test]
fn readers_get_what_they_may_see_and_nothing_of_the_rest() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    published(&editor, &work("Chung cho mọi người"));
    for (title, changes) in [
        ("Chung cho đối tác", json!({ "access": "partner" })),
        (
            "Chung nhưng chưa đến ngày",
            json!({ "embargo_until": "2099-01-01T00:00:00+07:00" }),
        ),
    ] {
        published(&editor, &work_with(title, &changes));
    }
    editor.create(&work("Chung còn nháp"));
    let query = "q=chung&sort=title&facets=kind&group=true";
    let seen = |reader: &Client| {
        let feed = up_to_date(reader, &editor, query);
        feed.titles()
            .iter()
            .map(|t| (*t).to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(seen(&archive.anybody()), ["Chung cho mọi người"]);
    let partner = archive.holder("partner");
    assert_eq!(seen(&partner), ["Chung cho đối tác", "Chung cho mọi người"]);
    assert_eq!(
        seen(&editor),
        [
            "Chung còn nháp",
            "Chung nhưng chưa đến ngày",
            "Chung cho đối tác",
            "Chung cho mọi người"
        ]
    );
    // What was made for one reader is not kept for another.
    for (reader, keep) in [
        (archive.anybody(), "public, no-cache"),
        (partner, "private, no-cache"),
    ] {
        let answer = reader.get(&format!("{FEED}?{query}"));
        assert_eq!(answer.header("cache-control"), keep);
        let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
        let vary = format!("{vary:?}").to_lowercase();
        assert!(vary.contains("authorization") && vary.contains("accept-language"));
    }
}

#[test]
fn a_withdrawn_work_is_gone_with_the_next_answer() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = published(&editor, &work("Chung mà sai"));
    let anybody = archive.anybody();
    let before = up_to_date(&anybody, &editor, "q=chung");
    assert_eq!(before.titles(), ["Chung mà sai"]);
    let etag = anybody
        .get(&format!("{FEED}?q=chung"))
        .header("etag")
        .to_owned();
    step(&editor, &path, "withdrawal", &json!({ "reason": "Sai" }));
    // Nobody waits for the index here.
    for reader in [&anybody, &editor] {
        let answer = reader.send(
            "GET",
            &format!("{FEED}?q=chung"),
            &[("if-none-match", &etag)],
            &[],
        );
        assert_eq!(read(&answer).entries.len(), 0);
    }
}

#[test]
fn an_edit_keeps_the_ids_and_brings_the_work_to_the_top() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    // Made later, but published earlier.
    let old = published(&editor, &work_with("Chung một", &json!({ "made": "2026" })));
    published(&editor, &work_with("Chung hai", &json!({ "made": "1999" })));
    let anybody = archive.anybody();
    let before = up_to_date(&anybody, &editor, "q=chung&kind=article");
    assert_eq!(before.titles(), ["Chung hai", "Chung một"]);
    edited(
        &editor,
        &old,
        &json!({ "titles": { "vi": "Chung một, bản sửa" } }),
    );
    let after = up_to_date(&anybody, &editor, "kind=article&q=chung&limit=50");
    assert_eq!(after.titles(), ["Chung một, bản sửa", "Chung hai"]);
    assert_eq!(after.id, before.id);
    assert_eq!(after.entries[0].id, before.entries[1].id);
    assert_eq!(after.entries[0].published, before.entries[1].published);
    let moment = |text: &str| Timestamp::parse(text).unwrap();
    assert!(moment(&after.entries[0].updated) > moment(&before.entries[1].updated));
    assert_eq!(after.updated, after.entries[0].updated);
    let other = up_to_date(&anybody, &editor, "q=hai");
    assert_ne!(other.id, before.id);
}

#[test]
fn pages_bring_every_work_once_while_others_write() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let paths: Vec<String> = (1..=7)
        .map(|n| published(&editor, &work(&format!("Chung số {n}"))))
        .collect();
    let anybody = archive.anybody();
    let event = last_event(&editor);
    let first = format!("{FEED}?q=chung&limit=3&event={event}");
    let mut page = feed(&anybody, &first);
    let (id, start) = (page.id.clone(), page.link("first").unwrap().to_owned());
    assert_eq!(page.link("self"), Some(start.as_str()));
    let mut titles: Vec<String> = page.titles().iter().map(|t| (*t).to_owned()).collect();
    // Two works that were on the first page move, and one comes.
    edited(&editor, &paths[6], &json!({ "made": "2024" }));
    published(&editor, &work("Chung số 8"));
    last_event(&editor);
    while let Some(next) = page.link("next").map(str::to_owned) {
        let path = next.strip_prefix(archive.base()).unwrap();
        page = feed(&anybody, path);
        assert_eq!(page.link("self"), Some(next.as_str()));
        assert_eq!((&page.id, page.link("first")), (&id, Some(start.as_str())));
        titles.extend(page.titles().iter().map(|t| (*t).to_owned()));
        assert!(titles.len() < 20, "pages come to an end");
    }
    let expected: Vec<String> = (1..=7).rev().map(|n| format!("Chung số {n}")).collect();
    assert_eq!(titles, expected);
}

#[test]
fn who_has_it_already_gets_not_modified() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    published(&editor, &work("Chung một"));
    let anybody = archive.anybody();
    let path = format!("{FEED}?q=chung");
    up_to_date(&anybody, &editor, "q=chung");
    let whole = anybody.get(&path);
    let head = anybody.send("HEAD", &path, &[], &[]);
    for name in ["etag", "content-type", "content-length", "cache-control"] {
        assert!(!whole.header(name).is_empty(), "{name}");
        assert_eq!(head.header(name), whole.header(name), "{name}");
    }
    assert!(head.body.is_empty());
    let etag = whole.header("etag").to_owned();
    for tags in [etag.clone(), format!("\"other\", {etag}"), "*".to_owned()] {
        let known = anybody.send("GET", &path, &[("if-none-match", &tags)], &[]);
        assert_eq!((known.status, known.body.len()), (304, 0), "{tags}");
        assert_eq!(known.header("etag"), etag);
        assert_eq!(known.header("cache-control"), "public, no-cache");
        assert!(!known.header("vary").is_empty());
    }
    published(&editor, &work("Chung hai"));
    up_to_date(&anybody, &editor, "q=chung");
    let answer = anybody.send("GET", &path, &[("if-none-match", &etag)], &[]);
    assert_eq!(read(&answer).titles(), ["Chung hai", "Chung một"]);
}

#[test]
fn a_feed_has_no_date_that_would_tell_of_hidden_works() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    published(&editor, &work("Chung một"));
    let anybody = archive.anybody();
    let path = format!("{FEED}?q=chung&event={}", last_event(&editor));
    let before = anybody.get(&path);
    assert_eq!(before.header("last-modified"), "");
    editor.create(&work("Chung kín"));
    let later = format!("{FEED}?q=chung&event={}", last_event(&editor));
    let after = anybody.get(&later);
    assert_eq!(after.header("last-modified"), "");
    // A date from elsewhere is not taken for one of this feed: a work that goes leaves no date.
    let tomorrow = [("if-modified-since", "Sun, 06 Nov 2094 08:49:37 GMT")];
    assert_eq!(anybody.send("GET", &path, &tomorrow, &[]).status, 200);
}

#[test]
fn every_address_begins_with_the_configured_one() {
    let public = "https://kho.example.vn";
    let archive = Archive::start_with(&[("KHOCHUNG__SERVER__PUBLIC_ADDRESS", public)]);
    let editor = archive.holder("editor");
    for n in 1..=2 {
        published(&editor, &work(&format!("Chung {n}")));
    }
    let event = last_event(&editor);
    let path = format!("{FEED}?q=chung%20%26&limit=1&event={event}");
    let answer = archive
        .anybody()
        .send("GET", &path, &[("host", "evil.example")], &[]);
    let feed = read(&answer);
    let of_entries = feed.entries.iter().flat_map(|entry| &entry.links);
    for link in feed.links.iter().chain(of_entries) {
        let is_ours = link.href.starts_with(&format!("{public}/")) || link.rel == "license";
        assert!(is_ours, "{link:?}");
    }
    let own = format!("{public}{FEED}?q=chung%20%26&limit=1&event={event}");
    assert_eq!(feed.link("self"), Some(own.as_str()));
    assert!(!answer.text().contains("evil"));
}

#[test]
fn an_empty_feed_is_a_feed_and_a_wrong_parameter_is_named() {
    let archive = Archive::start();
    let anybody = archive.anybody();
    let empty = feed(&anybody, FEED);
    assert_eq!(
        (empty.title.as_str(), empty.entries.len()),
        ("Kho Chung: tác phẩm mới", 0)
    );
    assert_eq!(feed(&anybody, FEED).updated, empty.updated);
    for (query, wrong) in [
        ("colour=red", "colour"),
        ("after=x", "after"),
        ("limit=0", "limit"),
    ] {
        let answer = anybody.get(&format!("{FEED}?{query}"));
        assert_eq!(
            (answer.status, answer.json()["parameter"].as_str()),
            (400, Some(wrong))
        );
    }
    let nobody = anybody.with_token("kc_wrong");
    assert_eq!(nobody.get(FEED).status, 401);
}
