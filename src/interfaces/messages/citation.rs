//! How to cite a work.

use super::Language;

/// What a citation names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CitedWork<'a> {
    /// The credited creators, as printed.
    pub creators: Vec<&'a str>,
    /// The year in which it was made.
    pub year: Option<i16>,
    /// Its title.
    pub title: &'a str,
    /// The name of the organisation that deposited it.
    pub organisation: Option<&'a str>,
    /// Its address.
    pub address: &'a str,
}

/// Author, year, title, publisher, archive and address, as ISO 690 orders them. Without creators the
/// organisation is the author.
pub fn text(work: &CitedWork<'_>, language: Language) -> String {
    let creators = work.creators.join(", ");
    let (author, publisher) = match (creators.as_str(), work.organisation) {
        ("", organisation) => (organisation, None),
        (creators, organisation) => (Some(creators), organisation),
    };
    let year = match work.year {
        Some(year) => year.to_string(),
        None => language.pick("không rõ năm", "n.d.").to_owned(),
    };
    let head = match author {
        Some(author) => format!("{author} ({year}). {}", work.title),
        None => format!("{} ({year})", work.title),
    };
    let parts = [
        Some(head.as_str()),
        publisher,
        Some("Kho Chung"),
        Some(work.address),
    ];
    let parts: Vec<&str> = parts.into_iter().flatten().collect();
    parts.join(". ")
}

#[cfg(test)]
mod tests {
    use super::{CitedWork, text};
    use crate::interfaces::messages::Language;

    #[test]
    fn a_citation_names_author_year_title_publisher_and_address() {
        let mut work = CitedWork {
            creators: vec!["Ksor H'Bia", "Nguyễn Văn An"],
            year: Some(2024),
            title: "Quyền trẻ em ở buôn làng",
            organisation: Some("Sở Tư pháp"),
            address: "https://kho.example.vn/api/v1/assets/1",
        };
        assert_eq!(
            text(&work, Language::Vietnamese),
            "Ksor H'Bia, Nguyễn Văn An (2024). Quyền trẻ em ở buôn làng. Sở Tư pháp. Kho Chung. \
             https://kho.example.vn/api/v1/assets/1"
        );
        work.creators.clear();
        work.year = None;
        assert_eq!(
            text(&work, Language::English),
            "Sở Tư pháp (n.d.). Quyền trẻ em ở buôn làng. Kho Chung. \
             https://kho.example.vn/api/v1/assets/1"
        );
        work.organisation = None;
        assert_eq!(
            text(&work, Language::Vietnamese),
            "Quyền trẻ em ở buôn làng (không rõ năm). Kho Chung. \
             https://kho.example.vn/api/v1/assets/1"
        );
    }
}
