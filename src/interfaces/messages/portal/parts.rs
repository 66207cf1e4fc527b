//! Texts about the parts of a work.

use super::format;
use crate::interfaces::messages::Language;

super::texts! {
    /// Texts about the parts of a work.
    PartsTexts {
        title: "Các phần", "Parts";
        list: "Danh sách tệp cho chương trình tải (địa chỉ)", "List of the files for a download program (addresses)";
        versions: "Bản bằng tiếng khác", "Versions in other languages";
        clarified: "Có bài làm rõ tác phẩm này", "This work has been clarified";
        incomplete: "Lúc này chưa tìm được hết tác phẩm liên quan. Hãy tải lại trang.", "Not all related works can be found just now. Please reload the page.";
    }
}

/// How many parts and files there are, and the size of the files together.
pub fn sum(parts: usize, files: usize, bytes: u64, language: Language) -> String {
    let number = |count: usize| format::number(count as u64, language);
    let (parts_text, files_text) = (number(parts), number(files));
    let size = format::size(bytes, language);
    match language {
        Language::Vietnamese => format!("{parts_text} phần, {files_text} tệp để tải, {size}"),
        Language::English => {
            let part = if parts == 1 { "part" } else { "parts" };
            let file = if files == 1 { "file" } else { "files" };
            format!("{parts_text} {part}, {files_text} {file} to download, {size}")
        }
    }
}
