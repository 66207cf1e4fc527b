//! The name of a concept inside its scheme: lower-case English, hyphenated, never reused.

use std::fmt;

/// A checked slug: 1 to 80 of `a-z 0-9 - . /`, beginning and ending with a letter or digit.
///
/// The dot is for version numbers (`cc-by-4.0`), the slash for families (`district-pc/chu-se`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(String);

/// The text is not a slug.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a slug: {0:?}")]
pub struct InvalidSlug(pub String);

impl Slug {
    /// The longest slug, in bytes.
    pub const MAX_BYTES: usize = 80;

    /// Checks and takes a slug.
    ///
    /// # Errors
    /// [`InvalidSlug`] with the text as given.
    pub fn parse(text: &str) -> Result<Self, InvalidSlug> {
        let edge = |b: Option<&u8>| b.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = text.as_bytes();
        let inside = |b: &u8| {
            b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'/')
        };
        let well_formed = bytes.len() <= Self::MAX_BYTES
            && edge(bytes.first())
            && edge(bytes.last())
            && bytes.iter().all(inside);
        if well_formed {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidSlug(text.to_owned()))
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::Slug;

    #[test]
    fn accepts_vocabulary_slugs_and_refuses_the_rest() {
        for good in ["iccpr", "cc-by-4.0", "district-pc/chu-se", "udhr-1", "7"] {
            assert!(Slug::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a b", "đ", "a_b", &"a".repeat(81)] {
            assert!(Slug::parse(bad).is_err(), "{bad}");
        }
    }
}
