//! The page of a work: recordings at a second, texts of documents, pictures, parts, versions, and the work in a frame.

use serde_json::{Value, json};

use crate::picture_copies::picture;
use crate::portal_reading::{attach, browse, check_page, pages_of, publish, silence, work};
use crate::support::{Answer, Archive, Client, eventually, path_of};

const CAPTIONS: &str = "WEBVTT\n\n00:04.248 --> 00:08.000\nNgày năm tháng chín\n\n00:08.652 --> 00:12.000\nlễ khai giảng năm học\n";

fn document(name: &str) -> Vec<u8> {
    let root = env!("CARGO_MANIFEST_DIR");
    std::fs::read(format!("{root}/tests/fixtures/documents/{name}")).unwrap()
}

/// A work of this kind.
fn of_kind(kind: &str, title: &str) -> Value {
    let mut made = work(title);
    made["kind"] = json!(kind);
    made
}

fn attach_photo(editor: &Client, path: &str, name: &str, alt: &str) {
    let alt = format!("{{\"vi\":\"{alt}\"}}");
    let alt = percent_encoding::utf8_percent_encode(&alt, percent_encoding::NON_ALPHANUMERIC);
    let query = format!("name={name}&alt={alt}");
    attach(editor, path, &query, "image/jpeg", &picture(name));
}

fn id_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap()
}

/// The record once nothing is made for it any more.
fn settled(client: &Client, path: &str) -> Value {
    eventually("the copies and the text", || {
        let record = client.get(path).json();
        let is_settled =
            |file: &Value| file["processing"] != "working" && file["text"]["state"] != "working";
        let mut files = record["files"].as_array()?.iter();
        files.all(is_settled).then_some(record)
    })
}

/// A published document with this file.
fn published_with(
    editor: &Client,
    title: &str,
    (name, kind): (&str, &str),
    bytes: &[u8],
) -> String {
    let path = path_of(&editor.create(&of_kind("archival-document", title)));
    attach(editor, &path, &format!("name={name}"), kind, bytes);
    settled(editor, &path);
    publish(editor, &path);
    path
}

fn page(client: &Client, path: &str) -> String {
    let answer = browse(client, path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    let language = if path.starts_with("/en/") { "en" } else { "vi" };
    check_page(&answer, language);
    answer.text().to_owned()
}

fn found(client: &Client, text: &str) {
    let query = percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
    eventually("the work is found", || {
        let hits = client.get(&format!("/api/v1/search?q={query}")).json();
        (hits["total"]["works"] != 0).then_some(())
    });
}

/// A published recording with captions, and the address of its bytes.
fn published_recording(archive: &Archive) -> (String, String) {
    let editor = archive.holder("editor");
    let path = path_of(&editor.create(&work("Bản tin sáng")));
    attach(
        &editor,
        &path,
        "name=tin.wav",
        "audio/wav",
        &silence(24_500),
    );
    let query = "name=a.vtt&role=transcript&language=vi";
    attach(&editor, &path, query, "text/vtt", CAPTIONS.as_bytes());
    settled(&editor, &path);
    publish(&editor, &path);
    let record = archive.anybody().get(&path).json();
    let file = record["files"][0]["available"]["address"].as_str().unwrap();
    let file = file.strip_prefix(archive.base()).unwrap().to_owned();
    (path, file)
}

/// The start of the line that the page marks.
fn marked_line(html: &str) -> Option<&str> {
    let (before, _) = html.split_once("aria-current=\"true\">")?;
    let (_, start) = before.rsplit_once("data-start=\"")?;
    start.split('"').next()
}

#[test]
fn a_recording_opens_at_the_second_of_its_address() {
    let archive = Archive::start();
    let anybody = archive.anybody();
    let (path, file) = published_recording(&archive);
    let [vi, en] = pages_of(&path);
    for (moment, seconds, current) in [
        ("5", "5", Some("4.248")),
        ("0:09", "9", Some("8.652")),
        ("4,2", "4.2", None),
    ] {
        let html = page(&anybody, &format!("{vi}?t={moment}"));
        let source = format!("src=\"{file}#t={seconds}\"");
        assert!(html.contains(&source), "{html}");
        assert_eq!(marked_line(&html), current);
        let address = format!("{}{vi}?t={seconds}#t={seconds}</textarea>", archive.base());
        assert!(html.contains(&address), "{address} in {html}");
    }
    for nonsense in ["x", "-1", "99999999999", "%3Cscript%3E"] {
        let html = page(&anybody, &format!("{vi}?t={nonsense}"));
        assert!(html.contains(&format!("src=\"{file}\"")), "{html}");
    }
    // A hit in the transcript leads to its second, in the language of the page.
    found(&anybody, "khai giảng");
    let hits = page(&anybody, "/en/search?q=khai+giang");
    let hit = format!("href=\"{en}?t=8.652#t=8.652\">Play from 0:08<");
    assert!(hits.contains(&hit), "{hits}");
}

#[test]
fn the_shape_of_a_recording_is_a_picture_with_words() {
    let archive = Archive::start();
    let anybody = archive.anybody();
    let (path, file) = published_recording(&archive);
    let [vi, _] = pages_of(&path);
    let html = eventually("the waveform", || {
        let html = page(&anybody, &vi);
        html.contains("class=\"wave\"").then_some(html)
    });
    let picture = format!("<img src=\"{file}/waveform.svg\"");
    assert!(html.contains(&picture), "{html}");
    let words = "alt=\"Hình sóng âm của bản ghi dài 25 giây\"";
    assert!(html.contains(words), "{html}");
    let drawn = anybody.get(&format!("{file}/waveform.svg"));
    let kind = drawn.header("content-type");
    assert_eq!((drawn.status, kind), (200, "image/svg+xml"));
}

#[test]
fn transcripts_in_several_languages_stand_apart() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let path = path_of(&editor.create(&work("Bản tin hai thứ tiếng")));
    for (language, words) in [("vi", "lễ khai giảng"), ("jra", "hrơi sang hră")] {
        let captions = CAPTIONS.replace("lễ khai giảng", words);
        let query = format!("name={language}.vtt&role=transcript&language={language}");
        attach(&editor, &path, &query, "text/vtt", captions.as_bytes());
    }
    publish(&editor, &path);
    let html = page(&anybody, &pages_of(&path)[0]);
    for name in ["Tiếng Việt", "Tiếng Jrai"] {
        let heading = format!("Lời văn: <bdi>{name}</bdi></h2>");
        assert!(html.contains(&heading), "{heading} in {html}");
    }
    assert!(html.contains("<ol class=\"script\" lang=\"jra\""), "{html}");
    // Both say something at the same second, and an anchor is there once.
    let count = |text: &str| html.matches(text).count();
    let counts = (count("data-start=\"8.652\""), count("id=\"t=8.652\""));
    assert_eq!(counts, (2, 1), "{html}");
}

#[test]
fn the_text_of_a_document_stands_on_the_page() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let bytes = document("leaflet.pdf");
    let path = published_with(
        &editor,
        "Tờ gấp",
        ("leaflet.pdf", "application/pdf"),
        &bytes,
    );
    let [vi, en] = pages_of(&path);
    let html = page(&anybody, &vi);
    assert!(html.contains("quyền được nghỉ ngơi"), "{html}");
    assert!(
        html.contains("<h3 class=\"folio\" id=\"trang-3\" lang=\"vi\">Trang 3</h3>"),
        "{html}"
    );
    assert!(!html.contains("Máy đã nhận dạng"), "{html}");
    let record = anybody.get(&path).json();
    let address = record["files"][0]["text"]["address"].as_str().unwrap();
    let address = address.strip_prefix(archive.base()).unwrap();
    assert!(
        html.contains(&format!("href=\"{address}\">Toàn văn: TXT, ")),
        "{html}"
    );
    // A hit in the document leads to its page.
    found(&anybody, "quyền được nghỉ ngơi và giải trí");
    let hits = page(
        &anybody,
        "/en/search?q=%22quyen+duoc+nghi+ngoi+va+giai+tri%22",
    );
    let sha256 = record["files"][0]["sha256"].as_str().unwrap();
    let hit = format!("{en}?document={}&#38;page=3#trang-3", &sha256[..12]);
    assert!(
        hits.contains(&format!("<a href=\"{hit}\">Page 3</a>")),
        "{hits}"
    );
    let opened = page(&anybody, &hit.replace("&#38;", "&").replace("#trang-3", ""));
    assert!(opened.contains("id=\"trang-3\""), "{opened}");
    let cited = format!("{}{hit}</textarea>", archive.base());
    assert!(opened.contains(&cited), "{cited} in {opened}");
}

#[test]
fn a_long_document_is_read_part_by_part() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let line = "Trẻ em có quyền được nghỉ ngơi và giải trí. ".repeat(10);
    let text: String = (1..=100)
        .map(|number| format!("Đoạn {number}. {line}\n"))
        .collect();
    let path = published_with(
        &editor,
        "Sổ tay",
        ("so-tay.txt", "text/plain"),
        text.as_bytes(),
    );
    let [vi, _] = pages_of(&path);
    let (mut address, mut seen) = (vi, Vec::new());
    loop {
        let answer = browse(&anybody, &address);
        check_page(&answer, "vi");
        assert!(answer.body.len() < 80_000, "{} bytes", answer.body.len());
        let html = answer.text();
        for number in 1..=100 {
            if html.contains(&format!("<p>Đoạn {number}. ")) {
                seen.push(number);
            }
        }
        let Some(next) = html.split("rel=\"next\" href=\"").nth(1) else {
            break;
        };
        address = next.split('"').next().unwrap().replace("&#38;", "&");
    }
    assert_eq!(seen, (1..=100).collect::<Vec<_>>());
}

#[test]
fn a_document_without_text_says_why() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let bytes = document("locked.pdf");
    let path = published_with(
        &editor,
        "Tệp có khoá",
        ("khoa.pdf", "application/pdf"),
        &bytes,
    );
    let problem = anybody.get(&path).json()["files"][0]["text"]["problem"].clone();
    for (address, language) in pages_of(&path).iter().zip(["vi", "en"]) {
        let html = page(&anybody, address);
        assert!(html.contains(problem[language].as_str().unwrap()), "{html}");
    }
}

#[test]
fn a_document_that_waits_for_a_program_names_it() {
    let settings = [("KHOCHUNG__PROGRAMS__PDFTOTEXT", "/nowhere/pdftotext")];
    let archive = Archive::start_with(&settings);
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let bytes = document("leaflet.pdf");
    let path = published_with(
        &editor,
        "Tờ gấp",
        ("leaflet.pdf", "application/pdf"),
        &bytes,
    );
    for address in pages_of(&path) {
        let html = page(&anybody, &address);
        assert!(html.contains("pdftotext"), "{html}");
        assert!(!html.contains("class=\"read pages\""), "{html}");
    }
}

#[test]
fn recognised_words_are_marked_as_such() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let bytes = document("scan.pdf");
    let path = published_with(&editor, "Bản quét", ("scan.pdf", "application/pdf"), &bytes);
    let [vi, en] = pages_of(&path);
    assert!(page(&anybody, &vi).contains("Máy đã nhận dạng chữ từ ảnh chụp trang"));
    assert!(page(&anybody, &en).contains("A program recognised these words"));
}

#[test]
fn each_picture_has_a_page_with_its_neighbours() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let path = path_of(&editor.create(&of_kind("photo-essay", "Một ngày")));
    for (name, alt) in [("photo.jpg", "Sáng"), ("other-photo.jpg", "Trưa")] {
        attach_photo(&editor, &path, name, alt);
    }
    let id = id_of(&path).to_owned();
    settled(&editor, &path);
    assert_eq!(
        browse(&anybody, &format!("/t/{id}/anh/1")).status,
        404,
        "a draft"
    );
    publish(&editor, &path);
    let [vi, _] = pages_of(&path);
    assert!(page(&anybody, &vi).contains(&format!("<a href=\"/t/{id}/anh/2\"><img")));
    let first = page(&anybody, &format!("/t/{id}/anh/1"));
    assert!(
        first.contains("alt=\"Sáng\"") && first.contains("Ảnh 1 trong 2"),
        "{first}"
    );
    assert!(
        first.contains(&format!("rel=\"next\" href=\"/t/{id}/anh/2\"")),
        "{first}"
    );
    assert!(!first.contains("rel=\"prev\""), "{first}");
    assert!(
        first.contains(&format!("href=\"/t/{id}#anh-1\"")),
        "{first}"
    );
    assert!(
        first.contains(&format!("href=\"/en/w/{id}/photo/1\"")),
        "{first}"
    );
    let second = page(&anybody, &format!("/en/w/{id}/photo/2"));
    assert!(second.contains("alt=\"Trưa\" lang=\"vi\""), "{second}");
    assert!(
        second.contains("Picture 2 of 2") && !second.contains("rel=\"next\""),
        "{second}"
    );
    // The copy, its checksum and its size are those of the interface.
    let available = anybody.get(&path).json()["files"][1]["available"].clone();
    assert!(
        second.contains(available["sha256"].as_str().unwrap()),
        "{second}"
    );
    for wrong in ["0", "3", "x", "-1", "99999999999999999999"] {
        assert_eq!(
            browse(&anybody, &format!("/t/{id}/anh/{wrong}")).status,
            404,
            "{wrong}"
        );
    }
}

/// A photo work that is not published yet, and the addresses of its frames.
fn framed_work(editor: &Client) -> (String, [String; 2]) {
    let path = path_of(&editor.create(&of_kind("photo-essay", "Giọt nước <về> làng")));
    attach_photo(editor, &path, "photo.jpg", "Ruộng");
    settled(editor, &path);
    let id = id_of(&path);
    let frames = [format!("/nhung/{id}"), format!("/en/embed/{id}")];
    (path, frames)
}

fn policy(answer: &Answer) -> &str {
    answer.header("content-security-policy")
}

#[test]
fn an_embedded_work_shows_what_anybody_sees_and_sends_nothing() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let (path, frames) = framed_work(&editor);
    // A draft is in no frame, not even for those who see it elsewhere.
    for frame in &frames {
        assert_eq!(browse(&editor, frame).status, 404);
    }
    publish(&editor, &path);
    for (frame, language) in frames.iter().zip(["vi", "en"]) {
        let answer = browse(&anybody, frame);
        assert_eq!(answer.status, 200);
        check_page(&answer, language);
        for rule in ["frame-ancestors *;", "form-action 'none'"] {
            assert!(policy(&answer).contains(rule), "{}", policy(&answer));
        }
        let html = answer.text();
        assert!(html.contains("<img src=\"/api/v1/assets/"), "{html}");
        assert!(!html.contains("<form method"), "{html}");
        let [vi, en] = pages_of(&path);
        let back = if language == "vi" { vi } else { en };
        assert!(html.contains(&format!("href=\"{back}\"")), "{html}");
        let credited = format!("{}{back}</bdi>", archive.base());
        assert!(html.contains(&credited), "{html}");
    }
    // The page of the work has the markup of the frame, in which the title is no markup.
    let html = page(&anybody, &pages_of(&path)[0]);
    let source = format!("src=&#34;{}{}&#34;", archive.base(), frames[0]);
    let title = "title=&#34;Giọt nước &#38;lt;về&#38;gt; làng&#34;";
    assert!(html.contains(&format!("{source} {title}")), "{html}");
    // A withdrawn work leaves a note in the frames of others.
    let etag = editor.get(&path).header("etag").to_owned();
    let reason = json!({ "reason": "Sai địa chỉ" });
    let withdrawn = editor.put_json(&format!("{path}/withdrawal"), &etag, &reason);
    assert_eq!(withdrawn.status, 200);
    let gone = browse(&anybody, &frames[0]);
    assert_eq!(gone.status, 410);
    assert!(policy(&gone).contains("frame-ancestors *;"));
    assert!(!gone.text().contains("Giọt nước"), "{}", gone.text());
}

#[test]
fn no_other_page_stands_in_frames() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let (path, _) = framed_work(&editor);
    publish(&editor, &path);
    let mut pages: Vec<String> = pages_of(&path).to_vec();
    pages.push(format!("{}/anh/1", pages[0]));
    let others = [
        "/",
        "/en",
        "/tim?q=nuoc",
        "/dai",
        "/danh-muc",
        "/danh-muc?scheme=place",
        "/en/vocabularies",
        "/tro-giup",
        "/en/help",
        "/tiep-can",
        "/en/accessibility",
        "/dang-nhap",
        "/gui",
        "/cua-toi",
        "/duyet",
        "/khong-co",
        "/tim?sort=x",
        "/nhung/01890000-0000-7000-8000-000000000000",
    ];
    pages.extend(others.map(str::to_owned));
    for page in pages {
        let answer = browse(&anybody, &page);
        let is_closed = policy(&answer).contains("frame-ancestors 'none'");
        assert!(is_closed, "{page}: {}", policy(&answer));
    }
}

#[test]
fn an_exhibition_shows_its_parts_in_order_and_what_they_weigh() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let whole = path_of(&editor.create(&of_kind("exhibition", "Triển lãm")));
    publish(&editor, &whole);
    let mut size = 0;
    for (number, title) in ["Tranh một", "Tranh hai", "Tranh nháp"]
        .into_iter()
        .enumerate()
    {
        let mut part = of_kind("archival-document", title);
        part["relations"] = json!([{"type": "part-of", "target": id_of(&whole)}]);
        part["descriptions"]["en"] = json!(format!("Picture number {number}"));
        let path = path_of(&editor.create(&part));
        attach(&editor, &path, "name=a.txt", "text/plain", title.as_bytes());
        settled(&editor, &path);
        if title != "Tranh nháp" {
            publish(&editor, &path);
            size += title.len();
        }
    }
    let [vi, en] = pages_of(&whole);
    let html = eventually("both parts", || {
        let html = page(&anybody, &vi);
        html.contains("Tranh hai").then_some(html)
    });
    let html = if html.contains("Tranh một") {
        html
    } else {
        page(&anybody, &vi)
    };
    assert!(
        html.contains(&format!("2 phần, 2 tệp để tải, {size} B")),
        "{html}"
    );
    let [one, two] = ["Tranh một", "Tranh hai"].map(|title| html.find(title).unwrap());
    assert!(one < two, "not in the order of deposit");
    assert!(
        html.contains("<div lang=\"en\"><p><b><bdi>Water comes to the village"),
        "{html}"
    );
    assert!(
        html.contains("Picture number 1") && !html.contains("Tranh nháp"),
        "{html}"
    );
    let list = anybody.get(&format!("{vi}?format=list")).text().to_owned();
    let bytes: Vec<usize> = list
        .lines()
        .map(|line| {
            anybody
                .get(line.strip_prefix(archive.base()).unwrap())
                .body
                .len()
        })
        .collect();
    assert_eq!(bytes.iter().sum::<usize>(), size);
    // Those who see the draft see it here as well.
    eventually("the draft", || {
        page(&editor, &en)
            .contains("3 parts, 3 files")
            .then_some(())
    });
}

#[test]
fn versions_in_other_languages_lead_to_each_other() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let original = path_of(&editor.create(&work("Giọt nước về làng")));
    publish(&editor, &original);
    let versions = ["jra", "bdq"].map(|language| {
        let mut version = work(&format!("Bản tiếng {language}"));
        version["languages"] = json!([language]);
        version["relations"] = json!([{"type": "translation-of", "target": id_of(&original)}]);
        let path = path_of(&editor.create(&version));
        publish(&editor, &path);
        path
    });
    let mut clarification = work("Làm rõ bài về nước");
    clarification["relations"] = json!([{"type": "clarifies", "target": id_of(&original)}]);
    let clarification = path_of(&editor.create(&clarification));
    publish(&editor, &clarification);
    let link =
        |path: &str, tag: &str| format!("<a href=\"{}\" hreflang=\"{tag}\">", pages_of(path)[0]);
    let [vi, _] = pages_of(&original);
    eventually("the versions", || {
        let html = page(&anybody, &vi);
        let has_all =
            html.contains(&link(&versions[0], "jra")) && html.contains(&link(&versions[1], "bdq"));
        (has_all && html.contains("Làm rõ bài về nước")).then_some(())
    });
    // A version leads to the original and to its sister.
    let html = page(&anybody, &pages_of(&versions[0])[0]);
    assert!(html.contains(&link(&original, "vi")), "{html}");
    assert!(html.contains(&link(&versions[1], "bdq")), "{html}");
    assert!(!html.contains(&link(&versions[0], "jra")), "{html}");
}

#[test]
fn all_works_that_a_work_names_are_shown() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let targets: Vec<String> = (1..=23)
        .map(|number| {
            let path = path_of(&editor.create(&work(&format!("Bộ số {number}."))));
            publish(&editor, &path);
            path
        })
        .collect();
    let mut whole = work("Thuộc nhiều bộ");
    let relations = targets.iter();
    let relations = relations.map(|path| json!({ "type": "part-of", "target": id_of(path) }));
    whole["relations"] = relations.collect();
    let path = path_of(&editor.create(&whole));
    publish(&editor, &path);
    let html = page(&anybody, &pages_of(&path)[0]);
    for number in 1..=23 {
        assert!(
            html.contains(&format!("Bộ số {number}.")),
            "{number}: {html}"
        );
    }
}
