//! The columns of tables that are imported, and what is said about their rows.

use super::{Language, rules};
use crate::domain::Violations;
use crate::services::table_imports::{FileRefusal, ReasonV1};

/// A column with its names. The first of each language is written into templates; all are read, without regard to case and accents.
#[derive(Debug, Clone, Copy)]
pub struct ColumnNames {
    /// The property of a work or file that it fills.
    pub property: &'static str,
    /// In Vietnamese.
    pub vi: &'static [&'static str],
    /// In English.
    pub en: &'static [&'static str],
}

const fn column(
    property: &'static str,
    vi: &'static [&'static str],
    en: &'static [&'static str],
) -> ColumnNames {
    ColumnNames { property, vi, en }
}

/// Every column, in the order of the template.
pub const COLUMNS: [ColumnNames; 28] = [
    column(
        "own_id",
        &["Mã riêng", "Mã số", "Số hồ sơ"],
        &["Own id", "External id", "Identifier"],
    ),
    column(
        "own_id_scheme",
        &["Loại mã riêng"],
        &["Own id scheme", "Scheme"],
    ),
    column("id", &["Mã trong kho", "Mã kho"], &["Id", "Archive id"]),
    column(
        "titles",
        &["Tên tác phẩm", "Tiêu đề", "Tên"],
        &["Title", "Titles"],
    ),
    column(
        "descriptions",
        &["Mô tả ngắn", "Mô tả", "Tóm tắt", "Chú thích"],
        &["Short description", "Description", "Summary"],
    ),
    column(
        "kind",
        &["Loại", "Loại tác phẩm", "Thể loại"],
        &["Kind", "Type"],
    ),
    column(
        "files",
        &["Tệp", "Tập tin", "Tên tệp", "Tệp gốc"],
        &["Files", "File", "Original"],
    ),
    column(
        "alt",
        &["Văn bản thay thế"],
        &["Text alternative", "Alt text", "Alt"],
    ),
    column(
        "made",
        &["Ngày làm", "Ngày", "Ngày thực hiện", "Năm"],
        &["Made on", "Made", "Date", "Year"],
    ),
    column(
        "creators",
        &["Tác giả", "Người thực hiện"],
        &["Creators", "Creator", "Author", "Authors"],
    ),
    column(
        "languages",
        &["Ngôn ngữ", "Tiếng"],
        &["Languages", "Language"],
    ),
    column(
        "places",
        &["Nơi", "Địa điểm", "Địa bàn"],
        &["Places", "Place"],
    ),
    column("strand", &["Mạch nội dung", "Mạch"], &["Strand"]),
    column("themes", &["Chủ đề"], &["Themes", "Theme"]),
    column(
        "instruments",
        &["Văn kiện", "Công ước"],
        &["Instruments", "Instrument", "Treaties"],
    ),
    column(
        "rights_groups",
        &["Nhóm quyền"],
        &["Rights groups", "Rights group"],
    ),
    column(
        "audiences",
        &["Đối tượng", "Công chúng"],
        &["Audiences", "Audience"],
    ),
    column(
        "credit_line",
        &["Dòng ghi nguồn", "Ghi nguồn", "Nguồn"],
        &["Credit line", "Credit"],
    ),
    column(
        "reuse_terms",
        &["Điều kiện dùng lại", "Điều kiện sử dụng", "Bản quyền"],
        &["Terms of use", "Reuse terms", "Terms"],
    ),
    column(
        "people_shown",
        &["Người nhận ra được"],
        &["People shown", "People who can be recognised"],
    ),
    column(
        "minors_shown",
        &["Có trẻ em", "Trẻ em"],
        &["Minors shown", "Minors"],
    ),
    column("access", &["Mức truy cập", "Phạm vi"], &["Access"]),
    column(
        "organisation",
        &["Cơ quan", "Đơn vị"],
        &["Organisation", "Organization", "Body"],
    ),
    column("body", &["Toàn văn", "Nội dung"], &["Full text", "Body"]),
    column(
        "transcript",
        &["Tệp lời", "Bản ghi lời"],
        &["Transcript", "Transcripts"],
    ),
    column(
        "captions",
        &["Phụ đề", "Tệp phụ đề"],
        &["Captions", "Subtitles"],
    ),
    column(
        "attachment",
        &["Tệp kèm", "Đính kèm", "Tệp đính kèm"],
        &["Attachments", "Attachment"],
    ),
    column("state", &["Trạng thái"], &["State", "Status"]),
];

/// The column with the reasons, which a result has and an import does not read.
pub const fn reason_column(language: Language) -> &'static str {
    language.pick("Lý do", "Reason")
}

/// The column with the number of the row in the table that was sent.
pub const fn line_column(language: Language) -> &'static str {
    language.pick("Dòng", "Row")
}

/// Whether a column is one of those.
pub fn is_of_result(name: &str) -> bool {
    [Language::Vietnamese, Language::English]
        .iter()
        .any(|language| name == line_column(*language) || name == reason_column(*language))
}

/// One reason for each broken rule.
pub fn of_violations(violations: &Violations) -> Vec<ReasonV1> {
    let listed = violations.listed().iter();
    listed
        .map(|violation| {
            let words = |language| rules::sentence(&violation.rule, language);
            in_both(violation.pointer.clone(), words)
        })
        .collect()
}

/// A reason in both languages: reports are kept, and read in either.
pub fn in_both(pointer: String, words: impl Fn(Language) -> String) -> ReasonV1 {
    ReasonV1 {
        pointer,
        vi: words(Language::Vietnamese),
        en: words(Language::English),
    }
}

/// Words for yes, without accents.
pub const YES: [&str; 7] = ["co", "yes", "true", "x", "1", "y", "dung"];

/// Words for no, without accents.
pub const NO: [&str; 6] = ["khong", "no", "false", "0", "n", "sai"];

/// Words for a submitted work, without accents.
pub const SUBMITTED: [&str; 4] = ["submitted", "gui", "da gui", "gui duyet"];

/// Words for a draft, without accents.
pub const DRAFT: [&str; 3] = ["draft", "nhap", "ban nhap"];

/// Why a file cannot be used.
pub fn file_refusal(refusal: FileRefusal, language: Language) -> String {
    let (vietnamese, english) = match refusal {
        FileRefusal::Missing => (
            "không có tệp này trong những tệp đã gửi kèm bảng.",
            "there is no such file among those sent with the table.",
        ),
        FileRefusal::Outside => (
            "tên tệp dẫn ra ngoài thư mục.",
            "the name leads out of the folder.",
        ),
        FileRefusal::Ambiguous => (
            "có nhiều tệp trùng tên này.",
            "several files have this name.",
        ),
        FileRefusal::Damaged => (
            "không giải nén được: tệp hỏng, có mật khẩu hoặc dài hơn đã ghi.",
            "it cannot be unpacked: damaged, with a password, or longer than announced.",
        ),
        FileRefusal::TooLarge(limit) => {
            return match language {
                Language::Vietnamese => format!("tệp lớn hơn {limit} byte."),
                Language::English => format!("the file has more than {limit} bytes."),
            };
        }
    };
    language.pick(vietnamese, english).to_owned()
}

/// An earlier row is about the same work.
pub fn repetition(line: u32, language: Language) -> String {
    match language {
        Language::Vietnamese => format!("Dòng {line} đã nói về cùng tác phẩm này (trùng mã)."),
        Language::English => format!("Row {line} is about the same work (the same id)."),
    }
}
