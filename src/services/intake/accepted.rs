//! Which types of files the archive takes.

/// Media types, or families of them (`image/*`), that are taken; everything else is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedTypes(Vec<String>);

impl AcceptedTypes {
    /// Takes types and families as written in the configuration.
    pub fn new(patterns: Vec<String>) -> Self {
        Self(patterns)
    }

    /// Whether a recognised media type is taken.
    pub fn takes(&self, media_type: &str) -> bool {
        self.0.iter().any(|pattern| {
            pattern
                .strip_suffix('*')
                .map_or(media_type == pattern, |family| {
                    media_type.starts_with(family)
                })
        })
    }

    /// The types and families, as written.
    pub fn patterns(&self) -> &[String] {
        &self.0
    }
}

/// What a public body deposits: images, sound, film, text, documents. No programs, no archives
/// of unknown content.
impl Default for AcceptedTypes {
    fn default() -> Self {
        let patterns = [
            "image/*",
            "audio/*",
            "video/*",
            "text/*",
            "application/pdf",
            "application/ogg",
            "application/rtf",
            "application/json",
            "application/xml",
            "application/epub+zip",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.*",
            "application/vnd.oasis.opendocument.*",
        ];
        Self(patterns.map(str::to_owned).to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::AcceptedTypes;

    #[test]
    fn families_and_single_types_are_taken() {
        let accepted = AcceptedTypes::new(vec!["image/*".into(), "application/pdf".into()]);
        for (media_type, taken) in [
            ("image/jpeg", true),
            ("application/pdf", true),
            ("application/pdf2", false),
            ("application/x-msdownload", false),
            ("imagex/jpeg", false),
        ] {
            assert_eq!(accepted.takes(media_type), taken, "{media_type}");
        }
    }
}
