//! Chooses between the two forms of a response.

/// The forms of vocabularies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `application/json`: all facts.
    Json,
    /// `application/ld+json`: SKOS.
    JsonLd,
}

impl Form {
    /// The media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::JsonLd => "application/ld+json",
        }
    }

    /// The form of `?format=`.
    pub fn of_name(name: &str) -> Option<Self> {
        match name {
            "json" => Some(Self::Json),
            "jsonld" => Some(Self::JsonLd),
            _ => None,
        }
    }

    /// The form that an `Accept` header prefers (RFC 9110, section 12.5.1). JSON-LD only for callers that
    /// name it with at least the quality of JSON: `*/*` alone means JSON.
    pub fn accepted_by(accept: &str) -> Self {
        let ranges = || accept.split(',').map(parse_range);
        let quality = |wanted: &str| {
            let exact = ranges().find(|(range, _)| range.eq_ignore_ascii_case(wanted));
            exact.map(|(_, quality)| quality)
        };
        let of_wildcard = || quality("application/*").or_else(|| quality("*/*"));
        let json = quality("application/json")
            .or_else(of_wildcard)
            .unwrap_or(0);
        match quality("application/ld+json") {
            Some(json_ld) if json_ld > 0 && json_ld >= json => Self::JsonLd,
            _ => Self::Json,
        }
    }
}

/// A media range without parameters, and its quality in thousandths.
fn parse_range(range: &str) -> (&str, u16) {
    let mut parts = range.split(';').map(str::trim);
    let media_range = parts.next().unwrap_or_default();
    let quality = parts.find_map(|part| part.strip_prefix("q=").or(part.strip_prefix("Q=")));
    (media_range, quality.map_or(1000, thousandths))
}

/// `0.25` as 250; nonsense counts as 0.
fn thousandths(quality: &str) -> u16 {
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole, digits.parse::<u16>()) {
        ("1", _) => 1000,
        ("0", Ok(fraction)) => fraction,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::Form;

    #[test]
    fn json_ld_goes_to_those_who_name_it_and_prefer_it() {
        for (accept, form) in [
            ("", Form::Json),
            ("*/*", Form::Json),
            ("text/html, */*;q=0.8", Form::Json),
            ("application/json", Form::Json),
            ("application/ld+json", Form::JsonLd),
            ("application/ld+json, application/json", Form::JsonLd),
            ("Application/LD+JSON;q=0.9, */*;q=0.1", Form::JsonLd),
            (
                "application/ld+json;profile=\"http://www.w3.org/ns/json-ld#compacted\"",
                Form::JsonLd,
            ),
            ("application/ld+json;q=0.5, application/json", Form::Json),
            ("application/ld+json;q=0", Form::Json),
            (
                "application/ld+json;q=0.125, application/*;q=0.25",
                Form::Json,
            ),
        ] {
            assert_eq!(Form::accepted_by(accept), form, "{accept}");
        }
    }
}
