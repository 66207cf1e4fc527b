//! The texts of feeds.

use super::Language;

/// The name of the feed of a search: its words and what narrows it, as labels.
pub fn title(words: &str, narrowed: &[String], language: Language) -> String {
    let words = words.trim();
    let parts: Vec<&str> = std::iter::once(words)
        .chain(narrowed.iter().map(String::as_str))
        .filter(|part| !part.is_empty())
        .collect();
    if parts.is_empty() {
        return language
            .pick("Kho Chung: tác phẩm mới", "Kho Chung: latest works")
            .to_owned();
    }
    format!("Kho Chung: {}", parts.join(" · "))
}

/// What precedes the note of a correction.
pub const fn correction(language: Language) -> &'static str {
    language.pick("Đính chính", "Correction")
}
