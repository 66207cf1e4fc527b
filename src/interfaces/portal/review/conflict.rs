//! What somebody else has changed since a work was shown: both values of each field.

use std::sync::Arc;

use serde_json::Value;

use crate::app::Archive;
use crate::domain::access::Actor;
use crate::domain::asset::{AssetId, Revision};
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::revisions::compare;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::review as texts;
use crate::interfaces::portal::works;
use crate::interfaces::wire::{FieldChangeDto, PassageDto};
use crate::services::search::admission::requester::Requester;

/// A field that has changed.
pub(super) struct Changed {
    pub(super) field: String,
    pub(super) before: String,
    pub(super) after: String,
}

/// The fields that differ between the revision that was shown and the present one.
///
/// # Errors
/// Those of the history.
pub(super) async fn since(
    shown: Revision,
    (actor, requester): (&Actor, &Requester),
    id: AssetId,
    archive: &Archive,
    language: Language,
) -> Result<Vec<Changed>, Problem> {
    let earlier = archive.history.read(actor, id, shown).await?.asset;
    let present = archive.sharing.read_for_change(actor, id).await?;
    let (actor, delivery) = (actor.clone(), archive.delivery.clone());
    let vocabularies = Arc::clone(&archive.vocabularies);
    let records = async move {
        let both = vec![earlier, present];
        let both = works::records(&actor, both, &delivery, &vocabularies).await?;
        let mut both = both.into_iter();
        let (earlier, present) = (both.next(), both.next());
        Ok((earlier, present.ok_or(Problem::NotFound)?))
    };
    let changes = compare(&archive.search, requester, records).await?;
    Ok(changes
        .iter()
        .map(|change| Changed::new(change, language))
        .collect())
}

impl Changed {
    fn new(change: &FieldChangeDto, language: Language) -> Self {
        let field = change.field.split('/').nth(1).unwrap_or_default();
        let side = |value: &Option<Value>, entries: &[Value], kind: &str| {
            let single = value.iter().chain(entries).map(words);
            let passages = change.passages.iter().filter_map(|one| passage(one, kind));
            single.chain(passages).collect::<Vec<_>>()
        };
        let separator = if change.passages.is_empty() { ", " } else { "" };
        Self {
            field: texts::field(field, language).to_owned(),
            before: side(&change.before, &change.removed, "removed").join(separator),
            after: side(&change.after, &change.added, "added").join(separator),
        }
    }
}

/// A passage of the side where passages of this kind are.
fn passage(passage: &PassageDto, kind: &str) -> Option<String> {
    match passage.kind {
        "same" => passage.text.clone(),
        "omitted" => Some(" … ".to_owned()),
        "respelled" if kind == "removed" => passage.before.clone(),
        "respelled" => passage.after.clone(),
        other if other == kind => passage.text.clone(),
        _ => None,
    }
}

fn words(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
