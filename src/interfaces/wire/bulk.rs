//! Parses requests for one act on many works.

use std::collections::BTreeMap;

use serde_json::Value;

use super::incoming::work_property;
use super::pointer::Pointer;
use super::reader::JsonReader;
use super::saved_search::parameters;
use crate::domain::asset::work_edit::{SharedField, WorkEdit};
use crate::domain::asset::{AssetId, Revision, Work, limits};
use crate::domain::text::line;
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Violations};
use crate::services::curation::bulk::{Act, Selected};
use crate::services::works::Deposit;

/// The most works of one act.
pub const MAX_WORKS: usize = 10_000;

/// A request for one act on many works.
#[derive(Debug, Clone, PartialEq)]
pub struct BulkRequest {
    /// What is done to each.
    pub act: Act,
    /// Which works.
    pub selection: Selection,
    /// Only tell what would be done.
    pub dry_run: bool,
}

/// Which works.
#[derive(Debug, Clone, PartialEq)]
pub enum Selection {
    /// These.
    Works(Vec<Selected>),
    /// Those that a search with these parameters finds.
    Search(BTreeMap<String, String>),
}

/// Parses a request. `broken_rule` returns why a search parameter is not accepted.
///
/// # Errors
/// Every broken rule with its JSON pointer.
pub fn parse_bulk_request(
    value: &Value,
    vocabularies: &Vocabularies,
    broken_rule: fn(&str, &str) -> Option<Rule>,
) -> Result<BulkRequest, Violations> {
    let mut reader = JsonReader::new(vocabularies);
    let names = ["act", "works", "search", "reason", "set", "add", "dry_run"];
    let fields = reader.record(&Pointer::Root, value, names);
    let [name, works, search, reason, set, add, dry_run] = fields.unwrap_or_default();
    let act = act(&mut reader, name, [reason, set, add]);
    let selection = selection(&mut reader, works, search, broken_rule);
    let dry_run = dry_run.and_then(|flag| reader.flag(&Pointer::Root.property("dry_run"), flag));
    let request = BulkRequest {
        act: act.unwrap_or(Act::Submit),
        selection,
        dry_run: dry_run.unwrap_or_default(),
    };
    reader.finish(request)
}

fn act(
    reader: &mut JsonReader<'_>,
    name: Option<&Value>,
    [reason, set, add]: [Option<&Value>; 3],
) -> Option<Act> {
    let root = Pointer::Root;
    let name = reader.required(&root, "act", name, |reader, at, value| {
        let names = Act::NAMES.map(|name| (name, name));
        reader.one_of(at, value, &names, &Act::NAMES)
    })?;
    let mut unused = vec![("reason", reason), ("set", set), ("add", add)];
    let act = match name {
        "publish" => Act::Publish,
        "return" | "withdraw" => {
            unused.remove(0);
            let reason = reader.required(&root, "reason", reason, |reader, at, value| {
                reader.text(at, value, line, limits::LINE)
            });
            match (name, reason?) {
                ("return", reason) => Act::Return { reason },
                (_, reason) => Act::Withdraw { reason },
            }
        }
        "describe" => {
            unused.truncate(1);
            Act::Describe(Box::new(edit(reader, set, add)))
        }
        _ => Act::Submit,
    };
    for (name, value) in unused {
        if value.is_some() {
            reader.refuse(&root.property(name), Rule::UnknownProperty);
        }
    }
    Some(act)
}

fn edit(reader: &mut JsonReader<'_>, set: Option<&Value>, add: Option<&Value>) -> WorkEdit {
    let root = Pointer::Root;
    if set.is_none() && add.is_none() {
        reader.refuse(&root.property("set"), Rule::Required);
    }
    let (set, values) = shared_values(reader, &root.property("set"), set, |_| true);
    let (add, additions) = shared_values(reader, &root.property("add"), add, SharedField::is_list);
    WorkEdit {
        set,
        values,
        add,
        additions,
    }
}

/// The fields of an object and their values; a field that is `null` is emptied.
fn shared_values(
    reader: &mut JsonReader<'_>,
    at: &Pointer<'_>,
    value: Option<&Value>,
    is_accepted: fn(SharedField) -> bool,
) -> (Vec<SharedField>, Work) {
    let (mut fields, mut deposit) = (Vec::new(), Deposit::default());
    let Some(value) = value else {
        return (fields, deposit.work);
    };
    for (name, value) in reader.properties(at, value) {
        let place = at.property(name);
        match SharedField::from_name(name).filter(|field| is_accepted(*field)) {
            Some(field) => {
                work_property(reader, &mut deposit, &place, name, value);
                fields.push(field);
            }
            None => reader.refuse(&place, Rule::UnknownProperty),
        }
    }
    (fields, deposit.work)
}

fn selection(
    reader: &mut JsonReader<'_>,
    works: Option<&Value>,
    search: Option<&Value>,
    broken_rule: fn(&str, &str) -> Option<Rule>,
) -> Selection {
    let root = Pointer::Root;
    match (works, search) {
        (Some(works), None) => Selection::Works(selected(reader, &root.property("works"), works)),
        (None, Some(search)) => {
            let at = root.property("search");
            Selection::Search(parameters(reader, &at, search, broken_rule))
        }
        (Some(_), Some(_)) => {
            reader.refuse(&root.property("search"), Rule::UnknownProperty);
            Selection::Works(Vec::new())
        }
        (None, None) => {
            reader.refuse(&root.property("works"), Rule::Required);
            Selection::Works(Vec::new())
        }
    }
}

fn selected(reader: &mut JsonReader<'_>, at: &Pointer<'_>, value: &Value) -> Vec<Selected> {
    let entries = reader.entries(at, value, MAX_WORKS);
    let mut ids = std::collections::HashSet::with_capacity(entries.len());
    let mut works = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let place = at.entry(index);
        let Some(work) = one(reader, &place, entry) else {
            continue;
        };
        if ids.insert(work.id) {
            works.push(work);
        } else {
            reader.refuse(&place, Rule::Duplicate);
        }
    }
    works
}

/// An id, or an object with an id and the revision that it must have.
fn one(reader: &mut JsonReader<'_>, at: &Pointer<'_>, value: &Value) -> Option<Selected> {
    let id = |reader: &mut JsonReader<'_>, at: &Pointer<'_>, value: &Value| {
        let text = reader.string(at, value)?;
        let id = text.parse::<AssetId>().map_err(|_| Rule::Malformed);
        reader.valid_or_refused(at, id)
    };
    if !value.is_object() {
        let id = id(reader, at, value)?;
        return Some(Selected { id, revision: None });
    }
    let [work, revision] = reader.record(at, value, ["id", "revision"])?;
    let id = reader.required(at, "id", work, id);
    let revision = reader.required(at, "revision", revision, |reader, at, value| {
        let number = value.as_u64().filter(|number| *number > 0);
        let expected = "integer";
        reader.valid_or_refused(at, number.ok_or(Rule::WrongType { expected }))
    });
    Some(Selected {
        id: id?,
        revision: Some(Revision(revision?)),
    })
}
