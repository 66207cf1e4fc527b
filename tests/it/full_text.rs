//! The text of documents: read after the upload, found with and without marks, with its page; and the reason where there is none.

use std::io::{Cursor, Write as _};

use serde_json::{Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::support::{Archive, Client, eventually, path_of};

/// Marked and unmarked, as one types it.
const PHRASE: &str = "q=%22tr%E1%BA%BB%20em%20c%C3%B3%20quy%E1%BB%81n%20%C4%91%C6%B0%E1%BB%A3c%20ngh%E1%BB%89%20ng%C6%A1i%22";
const UNMARKED: &str = "q=%22tre%20em%20co%20quyen%20duoc%20nghi%20ngoi%22";

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

fn fixture(name: &str) -> Vec<u8> {
    let root = env!("CARGO_MANIFEST_DIR");
    std::fs::read(format!("{root}/tests/fixtures/documents/{name}")).unwrap()
}

/// A work with one file.
fn work_with(client: &Client, name: &str, bytes: &[u8]) -> (String, Value) {
    let work = client.create(&json!({"titles": {"vi": format!("Tệp {name}")}}));
    let path = path_of(&work);
    let kind = [("content-type", "application/octet-stream")];
    let attached = client.send("POST", &format!("{path}/files?name={name}"), &kind, bytes);
    assert_eq!(attached.status, 201, "{name}: {}", attached.text());
    (path, attached.json()["asset"]["files"][0].clone())
}

/// The file once its text is read or cannot be.
fn settled(client: &Client, path: &str) -> Value {
    eventually("the text is read", || {
        let file = client.get(path).json()["files"][0].clone();
        let is_settled = file["text"]["state"] != "working";
        is_settled.then_some(file)
    })
}

fn text_of(client: &Client, path: &str, file: &Value) -> String {
    let sha256 = file["sha256"].as_str().unwrap();
    let sent = client.get(&format!("{path}/files/{sha256}/text"));
    assert_eq!(sent.status, 200, "{}", sent.text());
    assert_eq!(sent.header("content-type"), "text/plain; charset=utf-8");
    sent.text().to_owned()
}

#[test]
fn a_phrase_in_any_document_is_found_with_its_page() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let documents = [
        ("report.docx", None),
        ("slides.pptx", Some(3)),
        ("minutes.odt", None),
        ("slides.odp", Some(2)),
        ("list.xlsx", None),
        ("list.ods", None),
        ("handbook.epub", None),
        ("letter.rtf", None),
        ("leaflet.pdf", Some(3)),
        ("leaflet-fpdf2.pdf", Some(3)),
        ("columns-typst.pdf", Some(1)),
        ("no-copying.pdf", Some(3)),
    ];
    let mut works = Vec::new();
    for (name, page) in documents {
        let (path, file) = work_with(&editor, name, &fixture(name));
        assert!(file["text"]["state"].is_string(), "{name}: {file}");
        works.push((name, page, path));
    }
    for (name, _, path) in &works {
        let file = settled(&editor, path);
        assert_eq!(file["text"]["state"], "ready", "{name}: {file}");
        assert_eq!(file["text"].get("recognised"), None, "{name}: {file}");
        let text = text_of(&editor, path, &file);
        let words: Vec<&str> = text.split_whitespace().collect();
        let words = words.join(" ");
        assert!(
            words.contains("Trẻ em có quyền được nghỉ ngơi và giải trí"),
            "{name}: {text}"
        );
    }
    for query in [PHRASE, UNMARKED] {
        let search =
            format!("/api/v1/search?{query}&all_words=true&facets=none&limit=50&group=false");
        let hits = eventually("every document in the index", || {
            let found = editor.get(&search).json();
            let is_complete = found["total"]["works"] == works.len();
            is_complete.then(|| found["items"].as_array().unwrap().clone())
        });
        for (name, page, path) in &works {
            let id = path.rsplit('/').next().unwrap();
            let hit = hits.iter().find(|hit| hit["asset"]["id"] == id).unwrap();
            let snippets = hit["snippets"].as_array().unwrap();
            let snippet = snippets
                .iter()
                .find(|one| one["field"] == "document")
                .unwrap();
            assert_eq!(snippet["page"].as_u64(), *page, "{name}: {snippet}");
            assert!(
                snippet["html"].as_str().unwrap().contains("<mark>"),
                "{snippet}"
            );
        }
    }
}

#[test]
fn a_locked_or_broken_document_says_so_in_both_languages() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let whole = fixture("leaflet.pdf");
    let cases = [
        ("locked.pdf", fixture("locked.pdf"), "encrypted", "mật khẩu"),
        (
            "cut.pdf",
            whole[..whole.len() / 2].to_vec(),
            "damaged",
            "bị hỏng",
        ),
    ];
    for (name, bytes, code, vietnamese) in cases {
        let (path, _) = work_with(&editor, name, &bytes);
        let file = settled(&editor, &path);
        assert_eq!(file["text"]["state"], "failed", "{name}: {file}");
        let problem = &file["text"]["problem"];
        assert_eq!(problem["code"], code, "{name}");
        assert!(
            problem["vi"].as_str().unwrap().contains(vietnamese),
            "{problem}"
        );
        // The document itself is kept and delivered as ever.
        assert_eq!(file["processing"], "ready");
        let sha256 = file["sha256"].as_str().unwrap();
        assert_eq!(
            editor.get(&format!("{path}/files/{sha256}/text")).status,
            404
        );
        assert_eq!(editor.get(&format!("{path}/files/{sha256}")).body, bytes);
    }
}

/// A DOCX whose document unpacks to this many blanks.
fn bomb(bytes: usize, rest: &str) -> Vec<u8> {
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    package.start_file("[Content_Types].xml", options).unwrap();
    package.write_all(b"<Types/>").unwrap();
    package.start_file("word/document.xml", options).unwrap();
    package.write_all(rest.as_bytes()).unwrap();
    let blanks = vec![b' '; 1 << 20];
    for _ in 0..bytes >> 20 {
        package.write_all(&blanks).unwrap();
    }
    package.finish().unwrap().into_inner()
}

#[test]
fn bombs_end_within_limits() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let (path, file) = work_with(&editor, "bomb.docx", &bomb(512 << 20, ""));
    assert_eq!(file["media_type"], DOCX);
    let file = settled(&editor, &path);
    assert_eq!(file["text"]["problem"]["code"], "too-large", "{file}");
    // Entities that double each time are not replaced.
    let laughs: String = (1..40)
        .map(|n| format!("<!ENTITY a{n} '&a{};&a{};'>", n - 1, n - 1))
        .collect();
    let laughs =
        format!("<!DOCTYPE d [<!ENTITY a0 'ha'>{laughs}]><d><p><t>trước &a39; sau</t></p></d>");
    let (path, _) = work_with(&editor, "laughs.docx", &bomb(0, &laughs));
    let file = settled(&editor, &path);
    assert_eq!(text_of(&editor, &path, &file), "trước sau\n");
    // As deep as it is long.
    let deep = format!("<d>{}<p><t>đáy</t></p>", "<x>".repeat(1 << 20));
    let (path, _) = work_with(&editor, "deep.docx", &bomb(0, &deep));
    let file = settled(&editor, &path);
    assert_eq!(text_of(&editor, &path, &file), "đáy\n");
}

#[test]
fn a_missing_program_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("pdftotext");
    let settings = [("KHOCHUNG__PROGRAMS__PDFTOTEXT", program.to_str().unwrap())];
    let archive = Archive::start_with(&settings);
    let editor = archive.holder("editor");
    let (path, _) = work_with(&editor, "leaflet.pdf", &fixture("leaflet.pdf"));
    let file = settled(&editor, &path);
    assert_eq!(file["text"]["state"], "waiting", "{file}");
    let problem = &file["text"]["problem"];
    assert_eq!(problem["code"], "program-missing");
    for language in ["vi", "en"] {
        let sentence = problem[language].as_str().unwrap();
        assert!(sentence.contains("pdftotext"), "{sentence}");
        assert!(sentence.contains("poppler-utils"), "{sentence}");
    }
    let ready = archive.operator().get("/readyz").json();
    assert_eq!(ready["programs"]["missing"], json!(["pdftotext"]));
    // The job does not try for ever.
    let admin = archive.holder("admin");
    let reading = eventually("the job is done", || {
        let jobs = admin.get("/api/v1/jobs?limit=200").json();
        let jobs = jobs["items"].as_array().unwrap();
        let reading = jobs.iter().find(|job| job["kind"] == "read-text")?.clone();
        (reading["state"] == "done").then_some(reading)
    });
    assert_eq!(reading["failures"], 0, "{reading}");
    assert_eq!(settled(&editor, &path)["text"]["state"], "waiting");
    // Once it is there, the text is read without a restart, when what is missing is looked for.
    std::os::unix::fs::symlink("/usr/bin/pdftotext", &program).unwrap();
    let missing = admin.post_json("/api/v1/renditions", &json!({}));
    assert_eq!(missing.status, 202, "{}", missing.text());
    eventually("the text is read", || {
        let file = editor.get(&path).json()["files"][0].clone();
        (file["text"]["state"] == "ready").then_some(())
    });
}

#[test]
fn the_text_goes_to_those_who_get_the_document() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let (path, _) = work_with(&editor, "report.docx", &fixture("report.docx"));
    let file = settled(&editor, &path);
    let sha256 = file["sha256"].as_str().unwrap();
    let address = format!("{path}/files/{sha256}/text");
    assert!(
        file["text"]["address"]
            .as_str()
            .unwrap()
            .ends_with(&address)
    );
    assert_eq!(editor.get(&address).status, 200);
    // A draft is no business of the public, and its text is not found.
    let anybody = archive.anybody();
    assert_eq!(anybody.get(&address).status, 404);
    let search = format!("/api/v1/search?{PHRASE}&facets=none");
    eventually("the editor finds it", || {
        (editor.get(&search).json()["total"]["works"] == 1).then_some(())
    });
    assert_eq!(anybody.get(&search).json()["total"]["works"], 0);
}
