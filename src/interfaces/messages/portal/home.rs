//! Texts of the start page.

use super::format;
use crate::interfaces::messages::Language;

super::texts! {
    /// Texts of the start page.
    HomeTexts {
        title: "Tìm bài, ảnh, tiếng nói về quyền con người", "Find texts, pictures and voices about human rights";
        hint: "Gõ có dấu hay không dấu đều được. Thử", "With or without accents. Try";
        newest: "Mới nhất theo loại", "Newest by kind";
        to_hear: "Để nghe và xem", "To hear and watch";
        to_read: "Để đọc", "To read";
        to_show: "Để treo và trưng bày", "To hang and exhibit";
        nothing: "Chưa có tác phẩm nào.", "There are no works yet.";
        for_bodies: "Dành cho cơ quan", "For public bodies";
        contributors: "Cán bộ xã, phường", "Officers of communes";
        contributors_text: "Gửi ảnh, bài, bản ghi âm sau mỗi sự kiện.", "Deposit photos, texts and recordings after each event.";
        stations: "Đài truyền thanh", "Radio stations";
        stations_text: "Bản ghi mới để phát, độ dài, kích thước, mã kiểm.", "New recordings to air, their length, size and checksum.";
        partners: "Hệ thống đối tác", "Partner systems";
        partners_text: "Lệnh mẫu chạy được ngay, dòng thay đổi, mô tả OpenAPI.", "Commands that work as they stand, a change feed, an OpenAPI description.";
        partners_button: "Hướng dẫn kết nối", "How to connect";
    }
}

/// How many works there are for everybody.
pub fn works_for_all(count: u64, language: Language) -> String {
    let count = format::number(count, language);
    match language {
        Language::Vietnamese => {
            format!("{count} tác phẩm. Ai cũng đọc và tải được, không cần tài khoản.")
        }
        Language::English => {
            format!("{count} works. Everybody may read and download them, without an account.")
        }
    }
}

/// The link to all works of a shelf.
pub fn all(count: u64, language: Language) -> String {
    let count = format::number(count, language);
    match language {
        Language::Vietnamese => format!("Tất cả {count} tác phẩm"),
        Language::English => format!("All {count} works"),
    }
}
