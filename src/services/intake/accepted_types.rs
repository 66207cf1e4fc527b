//! The media types of files that the archive accepts.

/// Accepted media types, or families of them (`image/*`); everything else is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AcceptedTypes(Vec<String>);

impl AcceptedTypes {
    /// From types and families as written in the configuration.
    pub fn new(patterns: Vec<String>) -> Self {
        Self(patterns)
    }

    /// The types and families.
    pub fn patterns(&self) -> &[String] {
        &self.0
    }

    /// Whether a detected media type is accepted.
    pub fn contains(&self, media_type: &str) -> bool {
        let media_type = media_type.split(';').next().unwrap_or_default();
        self.0.iter().any(|pattern| {
            pattern
                .strip_suffix('*')
                .map_or(media_type == pattern, |family| {
                    media_type.starts_with(family)
                })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::AcceptedTypes;

    #[test]
    fn families_and_single_types_are_accepted() {
        let accepted = AcceptedTypes::new(vec!["image/*".into(), "application/pdf".into()]);
        for (media_type, expected) in [
            ("image/jpeg", true),
            ("application/pdf", true),
            ("application/pdf; charset=utf-16le", true),
            ("application/pdf2", false),
            ("application/x-msdownload", false),
            ("imagex/jpeg", false),
        ] {
            assert_eq!(accepted.contains(media_type), expected, "{media_type}");
        }
    }
}
