//! Pages for readers: start page, search, works, failures.

use serde_json::{Value, json};

use crate::picture_copies::picture;
use crate::support::{Answer, Archive, Client, eventually, path_of};

const HOSTILE: [&str; 8] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</textarea></title><script>alert(1)</script>",
    "javascript:alert(1)",
    "{{ 7 * 7 }}",
    "&lt;b&gt;",
    "a\u{0323}\u{0301}\u{0302}\u{0306}\u{031b}",
];

pub(crate) fn work(title: &str) -> Value {
    json!({
        "titles": {"vi": title, "en": "Water comes to the village"},
        "descriptions": {"vi": "Mô tả của tác phẩm"}, "kind": "radio-reportage",
        "creators": [{"name": "Ksor H'Bia"}], "made": "2024-05-12", "organisation": "dic", "languages": ["vi"],
        "strand": "educate", "themes": ["international-law"], "places": ["chu-se"], "credit_line": "Kho Chung",
        "body": "Đoạn một về nước sạch.\n\nĐoạn hai.",
        "reuse_terms": "cc-by-4.0", "people_shown": "none-identifiable", "access": "public"
    })
}

pub(crate) fn publish(editor: &Client, path: &str) {
    let etag = editor.get(path).header("etag").to_owned();
    let published = editor.put_json(&format!("{path}/publication"), &etag, &json!({}));
    assert_eq!(published.status, 200, "{}", published.text());
}

pub(crate) fn attach(editor: &Client, path: &str, query: &str, kind: &str, bytes: &[u8]) {
    let files = format!("{path}/files?{query}");
    let attached = editor.send("POST", &files, &[("content-type", kind)], bytes);
    assert_eq!(attached.status, 201, "{}", attached.text());
}

/// The page of a work in Vietnamese and in English.
pub(crate) fn pages_of(path: &str) -> [String; 2] {
    let id = path.rsplit('/').next().unwrap();
    [format!("/t/{id}"), format!("/en/w/{id}")]
}

pub(crate) fn browse(client: &Client, path: &str) -> Answer {
    client.send("GET", path, &[("accept", "text/html")], &[])
}

/// What holds for every page.
pub(crate) fn check_page(page: &Answer, language: &str) {
    let html = page.text();
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("content-language"), language);
    assert!(
        html.contains(&format!("<html lang=\"{language}\">")),
        "{html}"
    );
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none';") && !policy.contains("unsafe"),
        "{policy}"
    );
    assert!(page.headers.get("set-cookie").is_none());
    assert_eq!(html.matches("<h1").count(), 1, "{html}");
    for inline in ["<style", "<script>", "<img src=x"] {
        assert!(!html.contains(inline), "{inline} in {html}");
    }
}

#[test]
fn every_page_says_the_same_in_both_languages_and_leads_to_the_other() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let created = path_of(&editor.create(&work("Giọt nước về làng")));
    publish(&editor, &created);
    let anybody = archive.anybody();
    eventually("the work is found", || {
        let hits = anybody.get("/api/v1/search?q=giot+nuoc").json();
        (hits["total"]["works"] == 1).then_some(())
    });
    let [in_vietnamese, in_english] = pages_of(&created);
    for (vi, en) in [
        ("/", "/en"),
        (
            "/tim?q=giot+nuoc&kind=radio-reportage",
            "/en/search?q=giot+nuoc&kind=radio-reportage",
        ),
        (&in_vietnamese, &in_english),
        ("/danh-muc", "/en/vocabularies"),
        (
            "/danh-muc?scheme=theme&order=alphabetical",
            "/en/vocabularies?scheme=theme&order=alphabetical",
        ),
        ("/tro-giup", "/en/help"),
        ("/tiep-can", "/en/accessibility"),
    ] {
        for (path, language, other) in [(vi, "vi", en), (en, "en", vi)] {
            let page = browse(&anybody, path);
            assert_eq!(page.status, 200, "{path}: {}", page.text());
            check_page(&page, language);
            let link = format!("href=\"{}\"", other.replace('&', "&#38;"));
            assert!(
                page.text().contains(&link),
                "{path} has no {link}: {}",
                page.text()
            );
            let etag = [("if-none-match", page.header("etag"))];
            assert_eq!(anybody.send("GET", path, &etag, &[]).status, 304);
        }
    }
    let page = browse(&anybody, &in_vietnamese).text();
    for text in [
        "Giọt nước về làng",
        "12/5/2024",
        "Huyện Chư Sê",
        "Đoạn hai.",
        "Ksor H&#39;Bia",
    ] {
        assert!(page.contains(text), "{text} in {page}");
    }
    let credit = format!("{}{in_vietnamese}", archive.base());
    assert!(page.contains(&credit), "the credit line has no address");
    let page = browse(&anybody, &in_english).text();
    assert!(page.contains("Water comes to the village") && page.contains("12 May 2024"));
}

#[test]
fn the_search_page_has_filters_corrections_and_pages() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    for number in 1..=23 {
        let created = path_of(&editor.create(&work(&format!("Giọt nước số {number}"))));
        publish(&editor, &created);
    }
    let anybody = archive.anybody();
    eventually("the works are found", || {
        let hits = anybody.get("/api/v1/search?q=giot+nuoc").json();
        (hits["total"]["works"] == 23).then_some(())
    });
    let first = browse(&anybody, "/tim?q=giot+nuoc&group=false").text();
    assert!(first.contains("<b>23 tác phẩm</b>"), "{first}");
    assert_eq!(first.matches("<article").count(), 20);
    assert!(
        first.contains("<mark>Giọt</mark>") || first.contains("<mark>nước</mark>"),
        "{first}"
    );
    let next = first.split("rel=\"next\" href=\"").nth(1).unwrap();
    let next = next.split('"').next().unwrap().replace("&#38;", "&");
    let second = browse(&anybody, &next).text();
    assert_eq!(second.matches("<article").count(), 3, "{second}");
    // What is chosen is checked, and a link takes it away.
    let chosen = browse(
        &anybody,
        "/tim?q=giot+nuoc&kind=radio-reportage&place=chu-se",
    )
    .text();
    assert!(
        chosen.contains("name=\"kind\" value=\"radio-reportage\" checked"),
        "{chosen}"
    );
    assert!(
        chosen.contains("href=\"/tim?q=giot%20nuoc&#38;place=chu-se\""),
        "{chosen}"
    );
    let none = browse(&anybody, "/tim?q=zzzz").text();
    assert!(none.contains("Không tìm thấy"), "{none}");
    let wrong = browse(&anybody, "/tim?sort=colour");
    assert_eq!(wrong.status, 400);
    check_page(&wrong, "vi");
}

#[test]
fn nothing_that_people_typed_becomes_markup() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let anybody = archive.anybody();
    for text in HOSTILE {
        let mut hostile = work(text);
        hostile["descriptions"]["vi"] = json!(text);
        hostile["creators"][0]["name"] = json!(text);
        hostile["credit_line"] = json!(text);
        hostile["body"] = json!(text);
        let created = path_of(&editor.create(&hostile));
        publish(&editor, &created);
        let query = percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
        let mut paths = pages_of(&created).to_vec();
        let id = created.rsplit('/').next().unwrap();
        paths.push(format!("/nhung/{id}"));
        paths.extend([format!("/tim?q={query}"), format!("/en/search?q={query}")]);
        for path in paths {
            let page = browse(&anybody, &path);
            assert_eq!(page.status, 200, "{path}");
            let language = if path.starts_with("/en/") { "en" } else { "vi" };
            check_page(&page, language);
            let html = page.text();
            assert!(!html.contains("href=\"javascript:"), "{html}");
        }
    }
}

#[test]
fn pages_show_nothing_that_the_interface_hides() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let created = path_of(&editor.create(&work("Bản nháp kín")));
    let anybody = archive.anybody();
    let [page, _] = pages_of(&created);
    let hidden = browse(&anybody, &page);
    assert_eq!(hidden.status, 404);
    check_page(&hidden, "vi");
    assert!(!hidden.text().contains("Bản nháp kín"));
    let unknown = browse(&anybody, "/t/01890000-0000-7000-8000-000000000000");
    let without_id = |answer: &Answer| {
        let id = answer.header("x-request-id").to_owned();
        answer.text().replace(&id, "")
    };
    assert_eq!(without_id(&hidden), without_id(&unknown));
    // Its editors see it, marked as not public, and it stays in no cache.
    let shown = browse(&editor, &page);
    assert!(
        shown.text().contains("Tác phẩm này chưa công khai."),
        "{}",
        shown.text()
    );
    assert_eq!(shown.header("cache-control"), "no-store");
    assert!(shown.headers.get("etag").is_none());
}

#[test]
fn a_withdrawn_work_has_a_page_that_says_so() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let created = path_of(&editor.create(&work("Tờ rơi cũ")));
    publish(&editor, &created);
    let etag = editor.get(&created).header("etag").to_owned();
    let reason = json!({ "reason": "Địa chỉ <b>không</b> còn đúng" });
    let withdrawn = editor.put_json(&format!("{created}/withdrawal"), &etag, &reason);
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.text());
    for (page, language) in pages_of(&created).iter().zip(["vi", "en"]) {
        let gone = browse(&archive.anybody(), page);
        assert_eq!(gone.status, 410);
        check_page(&gone, language);
        assert!(
            gone.text()
                .contains("Địa chỉ &#60;b&#62;không&#60;/b&#62; còn đúng"),
            "{}",
            gone.text()
        );
        assert!(!gone.text().contains("Tờ rơi cũ"));
    }
}

#[test]
fn pictures_sound_and_transcripts_are_on_the_page() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let mut photos = work("Bình minh");
    photos["kind"] = json!("photo-essay");
    let created = path_of(&editor.create(&photos));
    attach(
        &editor,
        &created,
        "name=a.jpg&alt=%7B%22vi%22%3A%22Tr%E1%BA%BB%20em%22%7D",
        "image/jpeg",
        &picture("photo.jpg"),
    );
    let captions = "WEBVTT\n\n00:04.248 --> 00:08.000\nNgày năm tháng chín\n\n00:08.652 --> 00:12.000\nkhai giảng\n";
    attach(
        &editor,
        &created,
        "name=a.vtt&role=captions&language=vi",
        "text/vtt",
        captions.as_bytes(),
    );
    eventually("the copies", || {
        let files = editor.get(&created).json()["files"].clone();
        let mut files = files.as_array()?.iter();
        files
            .all(|file| file["processing"] == "ready")
            .then_some(())
    });
    publish(&editor, &created);
    let [page, _] = pages_of(&created);
    let anybody = archive.anybody();
    let html = browse(&anybody, &page).text();
    assert!(html.contains("<img src=\"/api/v1/assets/"), "{html}");
    assert!(html.contains("alt=\"Trẻ em\""), "{html}");
    assert!(
        html.contains("id=\"t=4.248\" data-start=\"4.248\""),
        "{html}"
    );
    assert!(
        html.contains(&format!("href=\"{page}?t=8.652#t=8.652\"")) && html.contains("khai giảng"),
        "{html}"
    );
    // What the page shows is there.
    let source = html
        .split("<img src=\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let shown = anybody.get(source);
    assert_eq!(
        (shown.status, shown.header("content-type")),
        (200, "image/jpeg")
    );
}

#[test]
fn stylesheet_and_script_are_kept_for_a_year() {
    let archive = Archive::start();
    let anybody = archive.anybody();
    let html = browse(&anybody, "/").text();
    let stylesheet = html.split("rel=\"stylesheet\" href=\"").nth(1).unwrap();
    let stylesheet = stylesheet.split('"').next().unwrap();
    let answer = anybody.get(stylesheet);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/css; charset=utf-8");
    assert!(answer.header("cache-control").contains("immutable"));
    assert!(
        !answer.text().contains("http"),
        "the stylesheet calls another host"
    );
    assert_eq!(anybody.get("/static/portal.css").status, 404);
    assert_eq!(anybody.get("/static/..%2F..%2FCargo.toml").status, 404);
}

#[test]
fn records_lead_to_the_page_of_their_work() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let created = editor.create(&work("Giọt nước"));
    let [page, _] = pages_of(&path_of(&created));
    assert_eq!(
        created["links"]["page"],
        format!("{}{page}", archive.base())
    );
}

#[test]
fn stations_see_what_is_new_and_get_it_as_a_list() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let created = path_of(&editor.create(&work("Bản tin sáng")));
    let wave = silence(24_500);
    attach(&editor, &created, "name=tin.wav", "audio/wav", &wave);
    eventually("the copies", || {
        let files = editor.get(&created).json()["files"].clone();
        let mut files = files.as_array()?.iter();
        files
            .all(|file| file["processing"] == "ready")
            .then_some(())
    });
    publish(&editor, &created);
    let anybody = archive.anybody();
    let page = eventually("the recording", || {
        let page = browse(&anybody, "/dai?place=chu-se&language=vi");
        page.text().contains("Bản tin sáng").then_some(page)
    });
    check_page(&page, "vi");
    assert!(page.text().contains("24,5 giây"), "{}", page.text());
    let list = anybody.get("/dai?format=list");
    let address = list.text();
    let bytes = anybody.get(address.trim().strip_prefix(archive.base()).unwrap());
    assert_eq!(
        (bytes.status, bytes.header("content-type")),
        (200, "audio/wav")
    );
    assert!(
        page.text()
            .contains(&format!("SHA-256 {}", sha256(&bytes.body)))
    );
    // What was measured is said in words: a recording of nothing.
    eventually("the measurement", || {
        let record = anybody.get(&created).json();
        let notes = record["files"][0]["sound"]["notes"].as_array()?.clone();
        let note = notes.first()?["vi"].as_str()?.to_owned();
        browse(&anybody, "/dai")
            .text()
            .contains(&note)
            .then_some(())
    });
    let none = browse(&anybody, "/en/station?place=dak-doa");
    assert!(
        none.text().contains("There are no recordings yet."),
        "{}",
        none.text()
    );
}

/// A recording of nothing: RIFF WAVE, 8 bit, mono, 8,000 samples a second.
pub(crate) fn silence(ms: u32) -> Vec<u8> {
    let samples = ms * 8;
    let mut wave = b"RIFF".to_vec();
    wave.extend((36 + samples).to_le_bytes());
    wave.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    wave.extend(8_000_u32.to_le_bytes());
    wave.extend(8_000_u32.to_le_bytes());
    wave.extend(b"\x01\0\x08\0data");
    wave.extend(samples.to_le_bytes());
    wave.resize(wave.len() + samples as usize, 0x80);
    wave
}

fn sha256(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest(bytes);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
