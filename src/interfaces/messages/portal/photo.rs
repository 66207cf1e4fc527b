//! Texts of the page of a picture.

use super::format;
use crate::interfaces::messages::Language;

super::texts! {
    /// Texts of the page of a picture.
    PhotoTexts {
        pictures: "Ảnh trong tác phẩm này", "Pictures of this work";
        previous: "Ảnh trước", "Previous picture";
        next: "Ảnh sau", "Next picture";
        back: "Về tác phẩm", "Back to the work";
        shows: "Ảnh này cho thấy", "This picture shows";
        keys: "Phím mũi tên trái, phải: ảnh trước, ảnh sau", "Left and right arrow keys: previous and next picture";
    }
}

/// Which of how many pictures it is.
pub fn position(number: usize, count: usize, language: Language) -> String {
    let text = |number: usize| format::number(number as u64, language);
    let (number, count) = (text(number), text(count));
    match language {
        Language::Vietnamese => format!("Ảnh {number} trong {count}"),
        Language::English => format!("Picture {number} of {count}"),
    }
}
