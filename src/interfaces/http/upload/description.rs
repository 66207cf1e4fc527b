//! The description of an uploaded file: query parameters of a raw body, or fields of a form.

use serde_json::{Map, Value};

use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Violations};
use crate::interfaces::wire::{FileDescription, parse_file_description};

/// Names and values as sent.
pub type Fields = Vec<(String, String)>;

/// Reads fields: `name` is the file's name, `role` and `language` are texts, `title` and `alt`
/// are JSON objects from language to text.
///
/// # Errors
/// Every broken rule, with the name of its field as JSON pointer.
pub fn describe(
    fields: &Fields,
    vocabularies: &Vocabularies,
) -> Result<(Option<String>, FileDescription), Violations> {
    let mut file_name = None;
    let mut description = Map::new();
    let mut violations = Violations::default();
    for (name, text) in fields {
        let value = match name.as_str() {
            "title" | "alt" => serde_json::from_str(text).ok(),
            _ => Some(Value::String(text.clone())),
        };
        let is_new = match (name.as_str(), value) {
            ("name", _) => file_name.replace(text.clone()).is_none(),
            (_, Some(value)) => description.insert(name.clone(), value).is_none(),
            (_, None) => {
                violations.push(pointer(name), Rule::Malformed);
                true
            }
        };
        if !is_new {
            violations.push(pointer(name), Rule::Duplicate);
        }
    }
    match parse_file_description(&Value::Object(description), vocabularies) {
        Ok(description) => violations.into_result((file_name, description)),
        Err(more) => {
            violations.append(more);
            Err(violations)
        }
    }
}

/// A JSON pointer with one token (RFC 6901).
fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::describe;
    use crate::domain::asset::FileRole;
    use crate::domain::{LanguageTag, Rule};
    use crate::storage::vocabulary;

    fn fields(pairs: &[(&str, &str)]) -> super::Fields {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn fields_describe_the_file() {
        let vocabularies = vocabulary::load(None).unwrap();
        let sent = fields(&[
            ("name", "áp phích.jpg"),
            ("role", "accessible"),
            ("language", "JRA"),
            ("title", r#"{"vi": " Vie\u0302\u0323t ", "en": "Viet"}"#),
        ]);
        let (name, words) = describe(&sent, &vocabularies).unwrap();
        assert_eq!(name.as_deref(), Some("áp phích.jpg"));
        assert_eq!(words.role, FileRole::Accessible);
        assert_eq!(words.language, LanguageTag::parse("jra").ok());
        assert_eq!(words.title.best("vi"), Some("Việt"));
        assert!(words.alt.is_empty());
    }

    #[test]
    fn every_broken_rule_is_reported_with_its_pointer() {
        let vocabularies = vocabulary::load(None).unwrap();
        let sent = fields(&[
            ("role", "cover"),
            ("language", "tiếng việt"),
            ("alt", r#"{"vi": 7}"#),
            ("title", "no JSON"),
            ("colour", "red"),
            ("name", "a"),
            ("name", "b"),
        ]);
        let violations = describe(&sent, &vocabularies).unwrap_err();
        let mut places: Vec<_> = violations
            .listed()
            .iter()
            .map(|v| v.pointer.as_str())
            .collect();
        places.sort_unstable();
        let expected = [
            "/alt/vi",
            "/colour",
            "/language",
            "/name",
            "/role",
            "/title",
        ];
        assert_eq!(places, expected);
        let rule_at = |place| {
            let mut found = violations.listed().iter().filter(|v| v.pointer == place);
            found.next().map(|v| v.rule.clone())
        };
        assert_eq!(rule_at("/colour"), Some(Rule::UnknownProperty));
        assert_eq!(rule_at("/title"), Some(Rule::Malformed));
        assert_eq!(rule_at("/name"), Some(Rule::Duplicate));
    }
}
