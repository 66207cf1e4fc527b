//! The fields of a description in the form: what was sent, as JSON of the interface, and what is wrong with it.

use serde_json::{Map, Value, json};

use crate::app::Archive;
use crate::domain::Violations;
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::deposit::DepositTexts;
use crate::interfaces::portal::choices;
use crate::interfaces::portal::form::FormFields;
use crate::interfaces::portal::typed_date::iso_date;
use crate::interfaces::wire::WorkDto;

/// The names of the fields, in the order of the form.
const NAMES: [&str; 12] = [
    "title",
    "kind",
    "language",
    "made",
    "place",
    "strand",
    "theme",
    "description",
    "body",
    "credit_line",
    "reuse_terms",
    "people_shown",
];

/// What the fields of a form contain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Description([String; NAMES.len()]);

impl Description {
    /// What was sent.
    pub(super) fn sent(fields: &FormFields) -> Self {
        Self(NAMES.map(|name| fields.text(name).replace("\r\n", "\n")))
    }

    /// What the form shows of a work.
    pub(super) fn of(work: &WorkDto) -> Self {
        let owned = |text: &Option<String>| text.clone().unwrap_or_default();
        let first = |texts: &[String]| texts.first().cloned().unwrap_or_default();
        let vi = |texts: &std::collections::BTreeMap<String, String>| {
            texts.get("vi").cloned().unwrap_or_default()
        };
        Self([
            vi(&work.titles),
            owned(&work.kind),
            first(&work.languages),
            owned(&work.made),
            first(&work.places),
            owned(&work.strand),
            first(&work.themes),
            vi(&work.descriptions),
            owned(&work.body),
            owned(&work.credit_line),
            work.reuse_terms.clone(),
            work.people_shown.to_owned(),
        ])
    }

    /// The length of its texts.
    pub(super) fn bytes(&self) -> usize {
        self.0.iter().map(String::len).sum()
    }

    fn value(&self, name: &str) -> &str {
        let position = NAMES.iter().position(|known| *known == name);
        position.map_or("", |position| &self.0[position])
    }

    /// The fields that differ from the present ones, as a description of the interface. So what the form cannot show,
    /// such as a second language, stays.
    pub(super) fn to_json(&self, present: &Self) -> Value {
        let mut work = Map::new();
        for name in NAMES {
            let text = self.value(name);
            if text == present.value(name) {
                continue;
            }
            let filled = (!text.is_empty()).then_some(text);
            let list = filled.map_or_else(Vec::new, |text| vec![text]);
            let (property, value) = match name {
                "title" => ("titles", json!({ "vi": filled })),
                "description" => ("descriptions", json!({ "vi": filled })),
                "language" => ("languages", json!(list)),
                "place" => ("places", json!(list)),
                "theme" => ("themes", json!(list)),
                "made" => ("made", json!(filled.map(iso_date))),
                other => (other, json!(filled)),
            };
            work.insert(property.to_owned(), value);
        }
        Value::Object(work)
    }
}

/// A field of the form.
pub(super) struct FieldView {
    /// Its name, which is also its id.
    pub(super) name: &'static str,
    /// What to fill in.
    pub(super) label: &'static str,
    /// An example.
    pub(super) hint: &'static str,
    /// What it contains.
    pub(super) value: String,
    /// What can be chosen: value and name. Empty: it is typed.
    pub(super) options: Vec<(String, String)>,
    /// Whether it has many lines.
    pub(super) is_long: bool,
    /// What is wrong.
    pub(super) error: Option<String>,
    /// What somebody else has written meanwhile.
    pub(super) other: Option<String>,
}

impl FieldView {
    /// What was typed, beside what is there now where that differs.
    pub(super) fn against(self, present: &Self) -> Self {
        let named = |value: &str| {
            let mut options = present.options.iter();
            let label = options.find(|(known, _)| known == value);
            label.map_or_else(|| value.to_owned(), |(_, label)| label.clone())
        };
        let other = (self.value != present.value).then(|| named(&present.value));
        Self { other, ..self }
    }
}

/// What is wrong with a field; with the whole for an empty name.
pub(super) type FieldError = (&'static str, String);

/// The broken rules, by the field of the form.
pub(super) fn errors(caller: &Caller, broken: Violations) -> Vec<FieldError> {
    let document = caller.document(&Problem::Invalid(broken));
    let field = |pointer: &str| match pointer.split('/').nth(1).unwrap_or_default() {
        "titles" => "title",
        "descriptions" => "description",
        "languages" => "language",
        "places" => "place",
        "themes" => "theme",
        property => NAMES
            .into_iter()
            .find(|name| *name == property)
            .unwrap_or_default(),
    };
    let errors = document.errors.into_iter();
    errors
        .map(|error| (field(&error.pointer), error.detail))
        .collect()
}

/// The fields of the form.
pub(super) fn views(
    description: &Description,
    errors: &[FieldError],
    language: Language,
    archive: &Archive,
) -> Vec<FieldView> {
    let t = DepositTexts::of(language);
    let view = |name: &'static str, label, hint, scheme: Option<&str>, is_long| FieldView {
        name,
        label,
        hint,
        value: description.value(name).to_owned(),
        options: scheme.map_or_else(Vec::new, |scheme| choices::of(scheme, language, archive)),
        is_long,
        error: errors
            .iter()
            .find(|(of, _)| *of == name)
            .map(|(_, text)| text.clone()),
        other: None,
    };
    vec![
        view("title", t.name, "", None, false),
        view("kind", t.kind, "", Some("product-kind"), false),
        view("language", t.language, "", Some("language"), false),
        view("made", t.made, t.made_hint, None, false),
        view("place", t.place, "", Some("place"), false),
        view("strand", t.strand, "", Some("strand"), false),
        view("theme", t.theme, "", Some("theme"), false),
        view("description", t.description, "", None, true),
        view("body", t.body, "", None, true),
        view("credit_line", t.credit_line, t.credit_hint, None, false),
        view("reuse_terms", t.reuse_terms, "", Some("reuse-terms"), false),
        view(
            "people_shown",
            t.people_shown,
            "",
            Some("people-shown"),
            false,
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::Description;
    use crate::interfaces::portal::form::FormFields;
    use serde_json::json;

    #[test]
    fn only_what_was_changed_is_written() {
        let fields = |pairs: &[(&str, &str)]| FormFields::from_pairs(pairs);
        let present = Description::sent(&fields(&[
            ("title", "A"),
            ("language", "vi"),
            ("made", "2024"),
        ]));
        let sent = Description::sent(&fields(&[
            ("title", "B"),
            ("language", "vi"),
            ("kind", "song"),
        ]));
        assert_eq!(
            sent.to_json(&present),
            json!({ "titles": { "vi": "B" }, "kind": "song", "made": null })
        );
        assert_eq!(present.to_json(&present), json!({}));
    }
}
