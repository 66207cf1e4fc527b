//! Messages for people, in Vietnamese and English.
//!
//! The interface chooses the language: HTTP by `Accept-Language`, the command line by `LANG`. Vietnamese is
//! the default. Nothing below the interfaces contains sentences for callers: it returns rules and facts,
//! and this module has their texts.

pub mod captions;
pub mod citation;
pub mod config;
pub mod feeds;
pub mod mail;
pub mod portal;
pub mod processing;
pub mod requirements;
pub mod roles;
pub mod rules;
pub mod sound;
pub mod tables;

/// The language of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Vietnamese.
    #[default]
    Vietnamese,
    /// English.
    English,
}

impl Language {
    /// The BCP 47 tag, for `Content-Language`.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Vietnamese => "vi",
            Self::English => "en",
        }
    }

    /// The language of a BCP 47 primary tag; the default for others.
    pub fn of_tag(tag: &str) -> Self {
        match tag {
            "en" => Self::English,
            _ => Self::Vietnamese,
        }
    }

    /// Picks one of two texts.
    pub const fn pick<T: Copy>(self, vietnamese: T, english: T) -> T {
        match self {
            Self::Vietnamese => vietnamese,
            Self::English => english,
        }
    }

    /// The language a caller prefers by `Accept-Language` (RFC 9110, section 12.5.4). Other
    /// languages, wildcards and nonsense lead to the default.
    pub fn preferred(accept_language: &str) -> Self {
        let mut best = (0.0, Self::default());
        for range in accept_language.split(',') {
            let (tag, weight) = weighted(range);
            let primary = tag.split('-').next().unwrap_or(tag);
            let language = match primary.to_ascii_lowercase().as_str() {
                "vi" => Self::Vietnamese,
                "en" => Self::English,
                _ => continue,
            };
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }

    /// The language of a terminal by the value of `LC_ALL`, `LC_MESSAGES` or `LANG`: English when
    /// it names English or is the bare `C`, else Vietnamese.
    pub fn of_locale(locale: &str) -> Self {
        let language = locale.split(['_', '.', '@']).next().unwrap_or_default();
        match language {
            "en" | "C" | "POSIX" => Self::English,
            _ => Self::Vietnamese,
        }
    }
}

/// A language range with its quality, which is 1 unless given.
fn weighted(range: &str) -> (&str, f32) {
    let mut parts = range.split(';').map(str::trim);
    let tag = parts.next().unwrap_or_default();
    let weight = parts
        .find_map(|part| part.strip_prefix("q="))
        .map_or(Some(1.0), |q| q.parse().ok())
        .filter(|q| (0.0..=1.0).contains(q))
        .unwrap_or(0.0);
    (tag, weight)
}

#[cfg(test)]
mod tests {
    use super::Language;

    #[test]
    fn the_preferred_language_of_the_caller_is_chosen() {
        for (header, tag) in [
            ("", "vi"),
            ("en", "en"),
            ("en-GB,en;q=0.9", "en"),
            ("vi,en;q=0.5", "vi"),
            ("vi;q=0.3, en;q=0.8", "en"),
            ("fr, *;q=0.5", "vi"),
            ("en;q=0, vi;q=0.1", "vi"),
            ("en;q=nonsense", "vi"),
        ] {
            assert_eq!(Language::preferred(header).tag(), tag, "{header}");
        }
    }

    #[test]
    fn the_language_of_a_terminal_follows_its_locale() {
        for (locale, tag) in [
            ("vi_VN.UTF-8", "vi"),
            ("en_US.UTF-8", "en"),
            ("C.UTF-8", "en"),
            ("", "vi"),
        ] {
            assert_eq!(Language::of_locale(locale).tag(), tag, "{locale}");
        }
    }
}
