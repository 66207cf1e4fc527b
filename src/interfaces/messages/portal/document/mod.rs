//! Texts about the text of documents.

pub mod correction;

use super::format;
use crate::interfaces::messages::Language;

super::texts! {
    /// Texts about the text of documents.
    DocumentTexts {
        title: "Nội dung văn bản", "Text of the document";
        page: "Trang", "Page";
        recognised: "Máy đã nhận dạng chữ từ ảnh chụp trang: có thể sai vài chữ. Khi trích dẫn, hãy đối chiếu với tệp.",
            "A program recognised these words in images of the pages: some may be wrong. Compare with the file before quoting.";
        working: "Chữ trong tệp đang được đọc. Hãy mở lại trang này sau vài phút.", "The text of the file is being read. Come back in some minutes.";
        unreadable: "Lúc này chưa đọc được chữ của tệp. Tệp vẫn tải về được.", "The text cannot be read just now. The file can still be downloaded.";
        empty: "Không tìm thấy chữ nào trong tệp.", "No words were found in the file.";
        whole: "Toàn văn", "Whole text";
        previous: "Phần trước", "Previous part";
        next: "Phần sau", "Next part";
        corrected: "Chữ máy đọc đã được người sửa lại.", "A person corrected what the program read.";
        correct: "Sửa chữ của văn bản này", "Correct the text of this document";
        read: "Đọc văn bản này", "Read this document";
        parts: "Các phần của văn bản", "Parts of the document";
    }
}

/// Which of how many pages are shown.
pub fn pages((first, last): (usize, usize), all: usize, language: Language) -> String {
    let number = |number: usize| format::number(number as u64, language);
    let (is_one, first, last, all) = (first == last, number(first), number(last), number(all));
    match (language, is_one) {
        (Language::Vietnamese, true) => format!("Trang {first} trong {all}"),
        (Language::Vietnamese, false) => format!("Trang {first} – {last} trong {all}"),
        (Language::English, true) => format!("Page {first} of {all}"),
        (Language::English, false) => format!("Pages {first} – {last} of {all}"),
    }
}

/// Which of how many parts of a text without pages is shown.
pub fn part(part: usize, all: usize, language: Language) -> String {
    let number = |number: usize| format::number(number as u64, language);
    let (part, all) = (number(part), number(all));
    match language {
        Language::Vietnamese => format!("Phần {part} trong {all}"),
        Language::English => format!("Part {part} of {all}"),
    }
}

/// The link to a page.
pub fn page_link(page: usize, language: Language) -> String {
    let page = format::number(page as u64, language);
    match language {
        Language::Vietnamese => format!("Trang {page}"),
        Language::English => format!("Page {page}"),
    }
}
