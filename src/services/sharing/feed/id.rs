//! Ids of feeds and entries: `urn:uuid:` (RFC 9562), made of permanent ids.

use std::fmt;

use sha2::{Digest as _, Sha256 as Hasher};
use uuid::{Builder, Uuid};

use crate::domain::SavedSearchId;
use crate::domain::asset::AssetId;

/// The id of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedId(Uuid);

impl FeedId {
    /// The feed of a saved search has the id of the search.
    pub const fn of_saved(id: SavedSearchId) -> Self {
        Self(Uuid::from_bytes(*id.as_bytes()))
    }

    /// The id of the feed of a search that is not saved: a UUID version 8 of the SHA-256 over the address
    /// of the archive and the parameters, as in RFC 9562, appendix B.2. The order of the parameters
    /// does not matter.
    pub fn of_search<'a>(base: &str, parameters: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut parameters: Vec<_> = parameters.collect();
        parameters.sort_unstable();
        let mut hasher = Hasher::new();
        hasher.update(base);
        for (name, value) in parameters {
            for text in [name, value] {
                hasher.update((text.len() as u64).to_be_bytes());
                hasher.update(text);
            }
        }
        let digest = hasher.finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(Builder::from_custom_bytes(bytes).into_uuid())
    }
}

impl fmt::Display for FeedId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.urn().fmt(f)
    }
}

/// The id of the entry of a work.
pub(super) fn of_work(id: AssetId) -> String {
    format!("urn:uuid:{id}")
}

#[cfg(test)]
mod tests {
    use super::FeedId;

    #[test]
    fn a_search_has_one_id_in_any_order_of_its_parameters_and_another_elsewhere() {
        let id = |base: &str, parameters: &[(&str, &str)]| {
            FeedId::of_search(base, parameters.iter().copied()).to_string()
        };
        let here = id("https://a.vn", &[("q", "trẻ em"), ("theme", "x")]);
        assert_eq!(here, id("https://a.vn", &[("theme", "x"), ("q", "trẻ em")]));
        for other in [
            id("https://b.vn", &[("q", "trẻ em"), ("theme", "x")]),
            id("https://a.vn", &[("q", "trẻ em")]),
            // Nothing runs into one another.
            id("https://a.vn", &[("q", "trẻ emtheme"), ("", "x")]),
        ] {
            assert_ne!(here, other);
        }
        // Version 8, variant 1 (RFC 9562, sections 4.1 and 4.2).
        let digits = here.strip_prefix("urn:uuid:").unwrap();
        assert_eq!(&digits[14..15], "8");
        assert!("89ab".contains(&digits[19..20]), "{digits}");
    }
}
