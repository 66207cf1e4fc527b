//! `Upload-Metadata`: what a client says about the file of an upload.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::domain::text::nfc;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::upload::description::Fields;

/// The names that describe a file, as the query of an upload does.
const DESCRIPTION: [&str; 4] = ["role", "title", "alt", "language"];

/// What is known of the file. Names that mean nothing here are ignored: clients send their own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// `filename`, in NFC; cleaned when it becomes the name of a file.
    pub name: Option<String>,
    /// `filetype`: a hint.
    pub declared_type: Option<String>,
    /// `role`, `title`, `alt` and `language`.
    pub fields: Fields,
}

impl Metadata {
    /// Reads pairs of a name and a value in Base64 with a space between them, separated by commas. A value may be missing.
    ///
    /// # Errors
    /// [`Problem::InvalidParameter`] for a name that is empty or there twice, for other characters, for a value that is no Base64, and
    /// for one with a meaning that is no UTF-8.
    pub fn parse(header: &str) -> Result<Self, Problem> {
        let invalid = || Problem::parameter("Upload-Metadata");
        let mut metadata = Self::default();
        let mut names = BTreeSet::new();
        let pairs = header.split(',').map(|pair| pair.trim_matches(' '));
        for pair in pairs.filter(|_| !header.is_empty()) {
            let (name, value) = pair.split_once(' ').unwrap_or((pair, ""));
            let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic());
            if !is_name || !names.insert(name) {
                return Err(invalid());
            }
            let bytes = BASE64.decode(value).map_err(|_| invalid())?;
            let text = || String::from_utf8(bytes).map_err(|_| invalid());
            match name {
                "filename" => metadata.name = Some(nfc(&text()?).into_owned()),
                "filetype" => metadata.declared_type = Some(text()?),
                _ if DESCRIPTION.contains(&name) => {
                    metadata.fields.push((name.to_owned(), text()?));
                }
                _ => {}
            }
        }
        Ok(metadata)
    }
}

#[cfg(test)]
mod tests {
    use super::Metadata;

    /// Values by `printf … | base64`; the first is the example of the protocol, section "Creation".
    #[test]
    fn names_with_a_meaning_are_read_and_others_ignored() {
        let read = |text: &str| Metadata::parse(text).unwrap();
        let example = read("filename d29ybGRfZG9taW5hdGlvbl9wbGFuLnBkZg==,is_confidential");
        assert_eq!(example.name.as_deref(), Some("world_domination_plan.pdf"));
        assert_eq!(read(""), Metadata::default());
        // "quye\u{302}\u{300}n.txt", decomposed as macOS sends it.
        let decomposed = read("filename cXV5ZcyCzIBuLnR4dA==");
        assert_eq!(decomposed.name.as_deref(), Some("quyền.txt"));
        let described =
            read("role dHJhbnNjcmlwdA==, filetype dGV4dC9wbGFpbg==,relativePath bnVsbA==");
        assert_eq!(described.declared_type.as_deref(), Some("text/plain"));
        assert_eq!(
            described.fields,
            [("role".to_owned(), "transcript".to_owned())]
        );
        // Bytes that are no text, under a name that means nothing here.
        assert_eq!(read("thumbnail /9j/4A=="), Metadata::default());
    }

    #[test]
    fn everything_else_is_refused() {
        for wrong in [
            ",",
            "filename YQ==,",
            "filename  YQ==",
            "filename YQ== YQ==",
            "filename YQ",
            "filename a",
            "filename YQ==,filename Yg==",
            "file\tname YQ==",
            "filename /9j/4A==",
            "filename YQ-_",
        ] {
            assert!(Metadata::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
