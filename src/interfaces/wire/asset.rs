//! Works with their files, state and links in responses.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::file::FileDto;
use super::record_parts::{self, ConceptLabelDto};
use super::review::{CorrectionDto, ReturnReasonDto};
use super::schema_fields;
use super::work::WorkDto;
use crate::domain::access::Actor;
use crate::domain::access::policy::may_fetch_untouched_original;
use crate::domain::asset::Asset;
use crate::domain::vocabulary::Vocabularies;
use crate::services::delivery::FileAccess;
use crate::services::sharing::Addresses;

/// A work with its files and state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Asset)]
pub struct AssetDto {
    /// Permanent: a UUID version 7.
    #[schema(format = "uuid")]
    pub id: String,
    /// Counts up with every change; also the entity tag.
    pub revision: u64,
    /// Its state.
    #[schema(schema_with = schema_fields::state)]
    pub state: &'static str,
    /// Why it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub withdrawn_reason: Option<String>,
    /// Why it was returned to its contributor.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub return_reasons: Vec<ReturnReasonDto>,
    /// Corrections since it was first published, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub corrections: Vec<CorrectionDto>,
    /// The description.
    #[serde(flatten)]
    pub work: WorkDto,
    /// The body that issued it, when `organisation` is its successor: a concept of scheme `organisation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_by: Option<String>,
    /// Attached files in order.
    pub files: Vec<FileDto>,
    /// When it was created.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When this revision was made.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// When it was last published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub published_at: Option<String>,
    /// Addresses that belong to the work; those of its files are in `files`.
    pub links: LinksDto,
    /// With `include=labels`: the concepts that the description names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<ConceptLabelDto>>,
    /// With `include=licence`: address of the text of the reuse terms; absent when they have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "uri")]
    pub licence: Option<String>,
    /// With `include=citation`: how to cite the work, by the language of the citation, `vi` and `en`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<BTreeMap<&'static str, String>>,
}

/// Addresses that belong to a work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AssetLinks)]
pub struct LinksDto {
    /// The work.
    #[serde(rename = "self")]
    #[schema(format = "uri")]
    pub this: String,
    /// Its page for people, in Vietnamese.
    #[schema(format = "uri")]
    pub page: String,
    /// Works similar to it.
    #[schema(format = "uri")]
    pub similar: String,
    /// Atom feed of the published works of its organisation; of all works when it has none.
    #[schema(format = "uri")]
    pub feed: String,
    /// Addresses of the concepts that the description names, with their labels in every language: a URI
    /// Template (RFC 6570, level 2) of the variables `scheme` and `slug`.
    #[schema(example = "http://127.0.0.1:8080/vocab/{scheme}/{+slug}")]
    pub concept: String,
}

/// Parts of a record that are sent on request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Inclusions {
    /// The labels of its concepts.
    pub labels: bool,
    /// The address of the text of its reuse terms.
    pub licence: bool,
    /// How to cite it.
    pub citation: bool,
}

/// For whom a record is rendered, and with what.
#[derive(Debug, Clone, Copy)]
pub struct RecordContext<'a> {
    /// The caller.
    pub actor: &'a Actor,
    /// Where addresses begin.
    pub addresses: Addresses<'a>,
    /// The names of concepts.
    pub vocabularies: &'a Vocabularies,
    /// What else to send.
    pub include: Inclusions,
}

impl AssetDto {
    /// What the caller may read of the work. `files`: what it gets of each file. File names of images can
    /// reveal who took them, so only actors that may download the original see them.
    pub fn render(asset: Asset, files: Vec<FileAccess>, context: &RecordContext<'_>) -> Self {
        let RecordContext {
            addresses,
            vocabularies,
            include,
            ..
        } = *context;
        let shows_names = may_fetch_untouched_original(context.actor, &asset);
        let place = (asset.id, addresses);
        let labels = || record_parts::labels(&asset.work, vocabularies, addresses);
        let licence = || record_parts::licence(&asset.work, vocabularies);
        let citation = || record_parts::citation(&asset, vocabularies, addresses);
        Self {
            id: asset.id.to_string(),
            revision: asset.revision.0,
            state: asset.state.name(),
            withdrawn_reason: asset.state.withdrawal_reason().map(str::to_owned),
            return_reasons: asset
                .state
                .return_reasons()
                .iter()
                .map(ReturnReasonDto::from)
                .collect(),
            issued_by: asset.issuer.as_ref().map(ToString::to_string),
            created_at: asset.created_at.to_string(),
            updated_at: asset.updated_at.to_string(),
            published_at: asset.published_at.map(|moment| moment.to_string()),
            links: LinksDto::new(&asset, addresses),
            labels: include.labels.then(labels),
            licence: include.licence.then(licence).flatten(),
            citation: include.citation.then(citation),
            corrections: asset
                .corrections
                .into_iter()
                .map(CorrectionDto::from)
                .collect(),
            files: std::iter::zip(asset.files, files)
                .map(|(file, access)| FileDto::render(file, access, shows_names, place))
                .collect(),
            work: asset.work.into(),
        }
    }
}

impl LinksDto {
    fn new(asset: &Asset, addresses: Addresses<'_>) -> Self {
        let organisation = asset.work.organisation.as_ref();
        Self {
            this: addresses.work(asset.id),
            page: addresses.page(asset.id),
            similar: addresses.similar(asset.id),
            feed: addresses.feed(organisation.map(|slug| slug.as_str())),
            concept: addresses.concept("{scheme}", "{+slug}"),
        }
    }
}
