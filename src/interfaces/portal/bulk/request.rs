//! What the form asks for, as a request of the interface.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::app::Archive;
use crate::domain::access::Actor;
use crate::interfaces::http::bulk::selection::works_of_search;
use crate::interfaces::http::pagination::query_text;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::search::parameters::broken_rule;
use crate::interfaces::messages::Language;
use crate::interfaces::portal::form::FormFields;
use crate::interfaces::portal::typed_date::iso_date;
use crate::interfaces::wire::{BulkRequest, Selection, parse_bulk_request};
use crate::services::curation::bulk::{Act, Selected};
use crate::services::search::admission::requester::Requester;

/// The field with a work: its id, and after `@` the revision that was shown.
pub(super) const WORK_FIELD: &str = "work";
/// The field with the parameters of a search, as a query string.
pub(super) const SEARCH_FIELD: &str = "search";

/// A field that the form can write in many works.
pub(super) struct SharedField {
    /// Its wire name.
    pub(super) name: &'static str,
    /// The vocabulary of its values.
    pub(super) scheme: Option<&'static str>,
    /// Whether it has several values, so that one can be added.
    pub(super) is_list: bool,
}

const fn field(name: &'static str, scheme: Option<&'static str>, is_list: bool) -> SharedField {
    SharedField {
        name,
        scheme,
        is_list,
    }
}

/// The fields of the form.
pub(super) const FIELDS: [SharedField; 9] = [
    field("kind", Some("product-kind"), false),
    field("languages", Some("language"), true),
    field("made", None, false),
    field("places", Some("place"), true),
    field("strand", Some("strand"), false),
    field("themes", Some("theme"), true),
    field("credit_line", None, false),
    field("reuse_terms", Some("reuse-terms"), false),
    field("people_shown", Some("people-shown"), false),
];

/// An act and its works.
pub(super) struct Request {
    pub(super) act: Act,
    pub(super) works: Vec<Selected>,
}

impl Request {
    /// Reads the form and finds the works.
    ///
    /// # Errors
    /// [`Problem::Invalid`]; those of the search.
    pub(super) async fn read(
        actor: &Actor,
        requester: &Requester,
        fields: &FormFields,
        language: Language,
        archive: &Archive,
    ) -> Result<Self, Problem> {
        let request = parse_bulk_request(&to_json(fields), &archive.vocabularies, broken_rule)?;
        let BulkRequest { act, selection, .. } = request;
        let works = match selection {
            Selection::Works(works) => works,
            Selection::Search(parameters) => {
                let (search, tag) = (&archive.search, language.tag());
                works_of_search(search, actor, requester, parameters, tag).await?
            }
        };
        Ok(Self { act, works })
    }
}

/// The works that the query of the page names, as fields of the form.
pub(super) fn selection_of_query(pairs: Vec<(String, String)>) -> FormFields {
    let (works, search): (Vec<_>, Vec<_>) =
        pairs.into_iter().partition(|(name, _)| name == WORK_FIELD);
    if !works.is_empty() {
        return FormFields::new(works);
    }
    let lasting = search
        .into_iter()
        .filter(|(name, value)| !value.is_empty() && broken_rule(name, value).is_none());
    let lasting: Vec<(String, String)> = lasting.collect();
    let pairs = lasting.iter();
    let search = query_text(pairs.map(|(name, value)| (name.as_str(), value.as_str())));
    let search = (!search.is_empty()).then(|| (SEARCH_FIELD.to_owned(), search));
    FormFields::new(search.into_iter().collect())
}

fn to_json(fields: &FormFields) -> Value {
    let act = fields.text("act");
    let mut request = Map::from_iter([("act".to_owned(), json!(act))]);
    let search = fields.text(SEARCH_FIELD);
    if search.is_empty() {
        let works: Vec<Value> = fields.all(WORK_FIELD).map(work).collect();
        request.insert("works".to_owned(), json!(works));
    } else {
        request.insert("search".to_owned(), json!(parameters(search)));
    }
    match act {
        "return" | "withdraw" => {
            request.insert("reason".to_owned(), json!(fields.text("reason")));
        }
        "describe" => {
            let [set, add] = ["set", "add"].map(|mode| values(fields, mode));
            let chosen = [("set", set), ("add", add)].into_iter();
            let chosen = chosen.filter(|(_, values)| !values.is_empty());
            request.extend(chosen.map(|(mode, values)| (mode.to_owned(), json!(values))));
        }
        _ => {}
    }
    Value::Object(request)
}

fn work(text: &str) -> Value {
    match text.split_once('@') {
        Some((id, revision)) => match revision.parse::<u64>() {
            Ok(revision) => json!({ "id": id, "revision": revision }),
            Err(_) => json!(text),
        },
        None => json!(text),
    }
}

/// Several values of one parameter stand with a comma between them.
pub(super) fn parameters(search: &str) -> BTreeMap<String, String> {
    let pairs: Vec<(String, String)> = serde_html_form::from_str(search).unwrap_or_default();
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in pairs {
        let known = parameters.entry(name).or_default();
        if !known.is_empty() {
            known.push(',');
        }
        known.push_str(&value);
    }
    parameters
}

/// The fields that are set, or added to, with their values; an empty value empties a field.
fn values(fields: &FormFields, mode: &str) -> Map<String, Value> {
    let chosen = FIELDS
        .iter()
        .filter(|field| fields.text(&format!("mode-{}", field.name)) == mode);
    chosen
        .map(|field| {
            let text = fields.text(&format!("value-{}", field.name));
            let value = match (text, field.is_list) {
                ("", false) => Value::Null,
                ("", true) => json!([]),
                (text, true) => json!([text]),
                (text, false) if field.name == "made" => json!(iso_date(text)),
                (text, false) => json!(text),
            };
            (field.name.to_owned(), value)
        })
        .collect()
}
