//! Lists of entity tags in `If-Match` and `If-None-Match` (RFC 9110, section 13.1).
//!
//! The tags are those of the framework. Its typed headers for these lists need a whole request, where
//! conditions need only headers, and cannot tell an absent header from an empty one.

use actix_web::http::header::{EntityTag, HeaderMap, HeaderName, from_comma_delimited};

/// The value of a list header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntityTags {
    /// `*`: any existing representation.
    Any,
    /// These tags; malformed ones are left out, as they match nothing.
    List(Vec<EntityTag>),
}

impl EntityTags {
    /// Reads a header, of which several lines are one list; `None` when it is absent.
    pub fn read(headers: &HeaderMap, name: HeaderName) -> Option<Self> {
        let first = headers.get(&name)?;
        if first.to_str().is_ok_and(|value| value.trim() == "*") {
            return Some(Self::Any);
        }
        let tags = from_comma_delimited(headers.get_all(name));
        Some(Self::List(tags.unwrap_or_default()))
    }

    /// Whether one of the tags matches by strong comparison (section 8.8.3.2).
    pub fn match_strongly(&self, tag: &EntityTag) -> bool {
        match self {
            Self::Any => true,
            Self::List(tags) => tags.iter().any(|other| other.strong_eq(tag)),
        }
    }

    /// Whether one of the tags matches by weak comparison (section 8.8.3.2).
    pub fn match_weakly(&self, tag: &EntityTag) -> bool {
        match self {
            Self::Any => true,
            Self::List(tags) => tags.iter().any(|other| other.weak_eq(tag)),
        }
    }
}
