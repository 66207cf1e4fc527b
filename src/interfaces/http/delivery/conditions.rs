//! Conditional requests (RFC 9110, section 13).

use std::time::{Duration, SystemTime};

use actix_web::http::header::{self, EntityTag, HeaderMap, HeaderName};

use crate::interfaces::http::extract::entity_tag::EntityTags;

/// The validators of a representation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validators {
    /// A strong entity tag.
    pub etag: EntityTag,
    /// To the second, as HTTP has it; none where a date would tell of changes that the caller may not see.
    pub last_modified: Option<SystemTime>,
}

/// The result of the conditions of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// The response is the same as without conditions.
    Met,
    /// 304: the copy of the caller is current.
    NotModified,
    /// 412: a precondition does not hold.
    Failed,
}

/// Evaluates the conditions of a `GET` or `HEAD` in the order of section 13.2.2.
pub fn evaluate(headers: &HeaderMap, validators: &Validators) -> Condition {
    if let Some(tags) = EntityTags::read(headers, header::IF_MATCH) {
        if !tags.match_strongly(&validators.etag) {
            return Condition::Failed;
        }
    } else if let Some(limit) = date(headers, header::IF_UNMODIFIED_SINCE)
        && validators
            .last_modified
            .is_some_and(|modified| modified > limit)
    {
        return Condition::Failed;
    }
    if let Some(tags) = EntityTags::read(headers, header::IF_NONE_MATCH) {
        if tags.match_weakly(&validators.etag) {
            return Condition::NotModified;
        }
    } else if let Some(since) = date(headers, header::IF_MODIFIED_SINCE)
        && validators
            .last_modified
            .is_some_and(|modified| modified <= since)
    {
        return Condition::NotModified;
    }
    Condition::Met
}

/// Whether a `Range` applies: always without `If-Range`, otherwise when its validator matches.
pub fn range_applies(headers: &HeaderMap, validators: &Validators) -> bool {
    let Some(condition) = headers.get(header::IF_RANGE) else {
        return true;
    };
    let Ok(validator) = condition.to_str() else {
        return false;
    };
    let validator = validator.trim();
    if let Ok(tag) = validator.parse::<EntityTag>() {
        return tag.strong_eq(&validators.etag);
    }
    let date = httpdate::parse_http_date(validator).ok();
    date.is_some() && date == validators.last_modified
}

/// A moment truncated to the second.
pub fn to_second(moment: SystemTime) -> SystemTime {
    let since_epoch = moment.duration_since(SystemTime::UNIX_EPOCH);
    SystemTime::UNIX_EPOCH + Duration::from_secs(since_epoch.unwrap_or_default().as_secs())
}

fn date(headers: &HeaderMap, name: HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use actix_web::http::header::{EntityTag, HeaderMap, HeaderName, HeaderValue};

    use super::{Condition, Validators, evaluate, range_applies};

    // 784111777 is Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110, section 5.6.7.
    const THEN: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";

    fn validators() -> Validators {
        Validators {
            etag: EntityTag::new_strong("abc".to_owned()),
            last_modified: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777)),
        }
    }

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        headers
    }

    #[test]
    fn conditions_are_taken_in_the_order_of_the_standard() {
        use Condition::{Failed, Met, NotModified};
        let cases: [(&[(&str, &str)], Condition); 17] = [
            (&[], Met),
            (&[("if-none-match", "\"abc\"")], NotModified),
            (&[("if-none-match", "W/\"abc\"")], NotModified),
            (&[("if-none-match", "\"x,y\", \"abc\"")], NotModified),
            (
                &[("if-none-match", "\"x\""), ("if-none-match", "\"abc\"")],
                NotModified,
            ),
            (&[("if-none-match", "*")], NotModified),
            (&[("if-none-match", "\"abcd\", \"x")], Met),
            (&[("if-modified-since", THEN)], NotModified),
            (&[("if-modified-since", BEFORE)], Met),
            (&[("if-modified-since", "yesterday")], Met),
            // If-None-Match makes If-Modified-Since count for nothing.
            (
                &[("if-none-match", "\"x\""), ("if-modified-since", THEN)],
                Met,
            ),
            (&[("if-match", "\"abc\"")], Met),
            (&[("if-match", "W/\"abc\"")], Failed),
            (&[("if-match", "*")], Met),
            (&[("if-unmodified-since", BEFORE)], Failed),
            // If-Match makes If-Unmodified-Since count for nothing.
            (
                &[("if-match", "\"abc\""), ("if-unmodified-since", BEFORE)],
                Met,
            ),
            (
                &[("if-match", "\"x\""), ("if-none-match", "\"abc\"")],
                Failed,
            ),
        ];
        for (fields, expected) in cases {
            assert_eq!(
                evaluate(&headers(fields), &validators()),
                expected,
                "{fields:?}"
            );
        }
    }

    #[test]
    fn a_range_counts_only_for_the_state_that_if_range_names() {
        for (wanted, expected) in [
            ("\"abc\"", true),
            ("W/\"abc\"", false),
            ("\"abd\"", false),
            (THEN, true),
            (BEFORE, false),
            ("nonsense", false),
        ] {
            let applies = range_applies(&headers(&[("if-range", wanted)]), &validators());
            assert_eq!(applies, expected, "{wanted}");
        }
        assert!(range_applies(&headers(&[]), &validators()));
    }
}
