//! Every reader on whole, cut and damaged documents.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::error::TextError;
use super::formats::Format;
use super::job::read_here;
use crate::services::media::stop_sign::StopSign;
use crate::services::media::text::builder::MAX_TEXT_BYTES;

const PHRASE: &str = "Trẻ em có quyền được nghỉ ngơi và giải trí";

/// The documents that are read here, with all of their text (`|` for an end of line, `^` for an end of page).
const DOCUMENTS: [(&str, Format, &str); 8] = [
    (
        "report.docx",
        Format::Word,
        "Tờ trình về quyền trẻ em|Nhà trường và gia đình cùng chăm lo.|Ô bên trái|Ô bên phải|Trước hộp chữ|PHRASE|Câu còn lại|Đầu trang của tờ trình|",
    ),
    (
        "slides.pptx",
        Format::Presentation,
        "Trang kết thúc|^Trang mở đầu|^Trang nội dung|Điểm thứ nhất|PHRASE|^",
    ),
    (
        "minutes.odt",
        Format::OpenDocument,
        "Biên bản họp thôn|Bà con thống nhất.1|PHRASE|",
    ),
    (
        "slides.odp",
        Format::OpenDocument,
        "Trang chiếu một|^PHRASE|^",
    ),
    (
        "list.xlsx",
        Format::Spreadsheet,
        "Danh sách tài liệu|Tên Năm Số bản|PHRASE 2026 1500|",
    ),
    ("list.ods", Format::Spreadsheet, "Bảng kê|PHRASE|"),
    (
        "handbook.epub",
        Format::Epub,
        "Chương thứ nhất|Chương thứ nhất|Hết chương.|PHRASE|PHRASE|Hết chương.|",
    ),
    ("letter.rtf", Format::Rtf, "Công báo cũ|PHRASE|"),
];

fn fixture(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("tests/fixtures/documents").join(name)
}

#[test]
fn documents_say_what_their_makers_wrote() {
    for (name, format, wanted) in DOCUMENTS {
        let text = read_here(&fixture(name), format, None, &StopSign::default()).unwrap();
        let wanted = wanted.replace("PHRASE", PHRASE);
        assert_eq!(
            text.replace('\n', "|").replace('\u{c}', "^"),
            wanted,
            "{name}"
        );
    }
}

#[test]
fn nothing_is_read_any_more_when_nobody_waits() {
    let sign = StopSign::default();
    drop(sign.when_dropped());
    for (name, format, _) in DOCUMENTS {
        if format != Format::Rtf {
            let read = read_here(&fixture(name), format, None, &sign);
            assert!(matches!(read, Err(TextError::Io(_))), "{name}: {read:?}");
        }
    }
}

/// A package with these parts.
fn package(parts: &[(&str, String)]) -> Vec<u8> {
    let mut package = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, text) in parts {
        package.start_file(*name, options).unwrap();
        package.write_all(text.as_bytes()).unwrap();
    }
    package.finish().unwrap().into_inner()
}

/// In each the last one is looked for 200,000 times.
#[test]
fn books_and_presentations_that_name_too_much_end_soon() {
    let many = 200_000;
    let list = |line: &dyn Fn(usize) -> String| (0..many).map(line).collect::<String>();
    let items = list(&|number| format!("<item id='i{number}' href='x'/>"));
    let order = format!("<itemref idref='i{}'/>", many - 1).repeat(many);
    let root = "<rootfile full-path='root.opf'/>".to_owned();
    let book = package(&[
        ("META-INF/container.xml", root),
        ("root.opf", format!("<package>{items}{order}</package>")),
    ]);
    assert_survived(&book, Format::Epub);

    let relations =
        list(&|number| format!("<Relationship Id='i{number}' Type='slide' Target='x'/>"));
    let slides = format!("<p:sldId id='1' r:id='i{}'/>", many - 1).repeat(many);
    let presentation = package(&[
        ("ppt/presentation.xml", format!("<p>{slides}</p>")),
        (
            "ppt/_rels/presentation.xml.rels",
            format!("<R>{relations}</R>"),
        ),
    ]);
    assert_survived(&presentation, Format::Presentation);
}

/// Whatever was done to it, reading a document ends soon, with a text within its limit or a reason.
fn assert_survived(bytes: &[u8], format: Format) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("document");
    fs::write(&path, bytes).unwrap();
    let started = Instant::now();
    let read = std::panic::catch_unwind(|| read_here(&path, format, None, &StopSign::default()));
    // A panic of a library is one of the ends: the job takes it for a damaged file.
    if let Ok(Ok(text)) = read {
        assert!(text.len() <= MAX_TEXT_BYTES + 4);
    }
    assert!(started.elapsed() < Duration::from_secs(30), "{format:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_flipped_bits_end_in_a_text_or_a_reason(
        document in 0..DOCUMENTS.len(),
        flips in prop::collection::vec((any::<prop::sample::Index>(), 0..8_u8), 1..6),
    ) {
        let (name, format, _) = DOCUMENTS[document];
        let mut bytes = fs::read(fixture(name)).unwrap();
        for (at, bit) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        assert_survived(&bytes, format);
    }

    #[test]
    fn any_cut_ends_in_a_text_or_a_reason(
        document in 0..DOCUMENTS.len(),
        at in any::<prop::sample::Index>(),
    ) {
        let (name, format, _) = DOCUMENTS[document];
        let bytes = fs::read(fixture(name)).unwrap();
        assert_survived(&bytes[..at.index(bytes.len())], format);
    }

    #[test]
    fn any_rtf_ends_in_a_text(bytes in r"(\{|\}|\\[a-z]{1,8}-?[0-9]{0,4} ?|\\'[0-9a-f]{2}|\\\*|[a-zề ]){0,200}") {
        let text = super::rtf::text(format!("{{\\rtf1{bytes}").as_bytes()).unwrap();
        prop_assert!(text.len() <= MAX_TEXT_BYTES + 4);
    }
}
