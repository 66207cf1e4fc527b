//! Texts of the page for stations.

use super::format;
use crate::interfaces::messages::Language;

super::texts! {
    /// Texts of the page for stations.
    StationTexts {
        title: "Cho đài truyền thanh", "For radio stations";
        intro: "Bản ghi mới nhất có thể phát, kèm độ dài, kích thước và mã kiểm.", "The newest recordings to air, with length, size and checksum.";
        place: "Nơi", "Place";
        language: "Ngôn ngữ", "Language";
        all: "Tất cả", "All";
        show: "Xem", "Show";
        nothing: "Chưa có bản ghi nào.", "There are no recordings yet.";
        nothing_hint: "Thử bỏ nơi hoặc ngôn ngữ.", "Try without place or language.";
        script: "Lời để đọc và in", "Script to read and print";
        list: "Danh sách cho chương trình tải (địa chỉ)", "List for a download program (addresses)";
        feed: "Nguồn tin cho máy (Atom)", "Feed for programs (Atom)";
        next_page: "Trang tiếp theo", "Next page";
        length: "Độ dài", "Length";
    }
}

/// How many recordings there are, and how long they last together.
pub fn sum(count: usize, total_ms: u64, language: Language) -> String {
    let length = format::duration(total_ms, language);
    match (language, count) {
        (Language::Vietnamese, _) => format!("{count} bản ghi, {length}"),
        (Language::English, 1) => format!("{count} recording, {length}"),
        (Language::English, _) => format!("{count} recordings, {length}"),
    }
}
