//! Texts of the page on which the text of a file is corrected.

use crate::interfaces::messages::Language;

crate::interfaces::messages::portal::texts! {
    /// Texts of the page on which the text of a file is corrected.
    TextCorrectionTexts {
        title: "Sửa chữ đọc từ tệp", "Correct the text of a file";
        intro: "Mỗi lần sửa một trang. Bản máy đọc vẫn được giữ và có thể dùng lại.",
            "Correct one page at a time. What the program read is kept and can be used again.";
        text: "Chữ của trang này", "Text of this page";
        hint: "Mỗi đoạn một dòng.", "A line for each paragraph.";
        save: "Lưu trang này", "Save this page";
        saved: "Đã lưu.", "Saved.";
        previous: "Trang trước", "Previous page";
        next: "Trang sau", "Next page";
        pages: "Các trang", "Pages";
        machine: "Bản máy đọc của trang này", "What the program read of this page";
        corrected: "Chữ này do người sửa.", "A person corrected this text.";
        drop: "Dùng lại bản máy đọc cho cả tệp", "Use what the program read for the whole file";
        not_saved: "Chưa lưu được", "Not saved";
        changed: "Tác phẩm đã được sửa trong lúc bạn gõ. Chữ bạn gõ vẫn ở dưới; hãy xem lại rồi lưu lần nữa.",
            "The work was changed while you typed. What you typed is still below; look at it and save again.";
        picture: "Ảnh của trang", "Picture of the page";
        back: "Về tác phẩm", "Back to the work";
    }
}

/// Which of how many pages it is; empty for a text without pages.
pub fn position(page: usize, count: usize, language: Language) -> String {
    match count {
        0 | 1 => String::new(),
        _ => super::pages((page, page), count, language),
    }
}
