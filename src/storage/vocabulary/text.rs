//! Reading domain values from strings of JSON, with the position of what is wrong.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::domain::WorkDate;
use crate::domain::vocabulary::EventKind;
use crate::domain::vocabulary::details::{
    ChannelReach, DcmiType, Derivatives, InstrumentStatus, LanguageGroup, OrganisationLevel,
    PlaceType, ReuseAudience,
};
use crate::domain::work_date::InvalidWorkDate;
use crate::domain::{LanguageMap, LanguageTag, Slug};

/// A domain value that is written as one string.
pub(super) trait FromText: Sized {
    fn from_text(text: &str) -> Result<Self, String>;
}

impl FromText for Slug {
    fn from_text(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|error| error.to_string())
    }
}

impl FromText for LanguageTag {
    fn from_text(text: &str) -> Result<Self, String> {
        Self::parse(text).map_err(|error| error.to_string())
    }
}

impl FromText for WorkDate {
    fn from_text(text: &str) -> Result<Self, String> {
        text.parse()
            .map_err(|error: InvalidWorkDate| error.to_string())
    }
}

macro_rules! named_from_text {
    ($($name:ident),+) => {$(
        impl FromText for $name {
            fn from_text(text: &str) -> Result<Self, String> {
                let names = || Self::NAMES.iter().map(|(name, _)| *name).collect::<Vec<_>>();
                Self::from_name(text)
                    .ok_or_else(|| format!("{text:?} is not one of {}", names().join(", ")))
            }
        }
    )+};
}
named_from_text!(
    ChannelReach,
    DcmiType,
    Derivatives,
    EventKind,
    InstrumentStatus,
    LanguageGroup,
    OrganisationLevel,
    PlaceType,
    ReuseAudience
);

/// A value read from its text. Read by a visitor, so that an error carries the line and column
/// of the text and not of what follows it.
pub(super) struct Of<T>(pub(super) T);

impl<'de, T: FromText> Deserialize<'de> for Of<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<T>(PhantomData<T>);
        impl<T: FromText> Visitor<'_> for Text<T> {
            type Value = Of<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Of<T>, E> {
                T::from_text(text).map(Of).map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text(PhantomData))
    }
}

/// The values without their wrapping.
pub(super) fn inner<T>(values: Vec<Of<T>>) -> Vec<T> {
    values.into_iter().map(|value| value.0).collect()
}

/// Values by language; a repeated language is an error.
pub(super) struct ByLanguage<T>(pub(super) Vec<(LanguageTag, T)>);

impl<T> Default for ByLanguage<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ByLanguage<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Entries<T> {
            type Value = ByLanguage<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with language tags as keys")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries: Vec<(LanguageTag, T)> = Vec::new();
                while let Some((Of(tag), value)) = map.next_entry::<Of<LanguageTag>, T>()? {
                    if entries.iter().any(|(known, _)| *known == tag) {
                        return Err(A::Error::custom(format!("language {tag} stands twice")));
                    }
                    entries.push((tag, value));
                }
                Ok(ByLanguage(entries))
            }
        }
        deserializer.deserialize_map(Entries(PhantomData))
    }
}

/// One text in several languages.
pub(super) type Texts = ByLanguage<String>;

impl Texts {
    pub(super) fn into_domain(self) -> LanguageMap {
        self.0.into_iter().collect()
    }
}
