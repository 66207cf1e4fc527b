//! Texts of the pages of vocabularies.

use super::format;
use crate::interfaces::messages::Language;

super::texts! {
    /// Texts of the pages of vocabularies.
    VocabularyTexts {
        title: "Danh mục", "Vocabularies";
        intro: "Mọi tác phẩm được mô tả bằng các danh mục này. Bấm số tác phẩm để tìm theo mục đó.",
            "All works are described by these lists. Follow a number of works to search by the term.";
        all: "Mọi danh mục", "All vocabularies";
        order: "Cách xếp", "Order";
        tree: "Theo cấp", "As a tree";
        alphabetical: "Theo bảng chữ cái", "Alphabetical";
        source: "Nguồn", "Source";
        replaced_by: "nay là", "now";
    }
}

/// How many terms a vocabulary has.
pub fn terms(count: usize, language: Language) -> String {
    let text = format::number(count as u64, language);
    match (language, count) {
        (Language::Vietnamese, _) => format!("{text} mục"),
        (Language::English, 1) => format!("{text} term"),
        (Language::English, _) => format!("{text} terms"),
    }
}

/// From and until when a term may be used.
pub fn validity(from: Option<&str>, to: Option<&str>, language: Language) -> Option<String> {
    let text = match (language, from, to) {
        (_, None, None) => return None,
        (Language::Vietnamese, Some(from), None) => format!("từ {from}"),
        (Language::Vietnamese, None, Some(to)) => format!("đến {to}"),
        (Language::Vietnamese, Some(from), Some(to)) => format!("từ {from} đến {to}"),
        (Language::English, Some(from), None) => format!("from {from}"),
        (Language::English, None, Some(to)) => format!("until {to}"),
        (Language::English, Some(from), Some(to)) => format!("from {from} until {to}"),
    };
    Some(text)
}
