//! What somebody else has changed since a work was shown: both values of each field.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::app::Archive;
use crate::domain::access::Actor;
use crate::domain::asset::{AssetId, Revision};
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::review as texts;
use crate::interfaces::portal::works;
use crate::interfaces::wire::{FieldChangeDto, PassageDto, compare_works};

/// How long texts are compared.
const LONGEST_COMPARISON: Duration = Duration::from_millis(200);

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
    actor: &Actor,
    id: AssetId,
    archive: &Archive,
    language: Language,
) -> Result<Vec<Changed>, Problem> {
    let earlier = archive.history.read(actor, id, shown).await?.asset;
    let present = archive.sharing.read_for_change(actor, id).await?;
    let both = vec![earlier, present];
    let records = works::records(actor, both, &archive.delivery, &archive.vocabularies).await?;
    let [earlier, present] = records.as_slice() else {
        return Ok(Vec::new());
    };
    let deadline = Instant::now() + LONGEST_COMPARISON;
    let changes = compare_works(Some(earlier), present, deadline);
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
