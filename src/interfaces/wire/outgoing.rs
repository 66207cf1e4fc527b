//! Works, files, changes and import results in responses.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::names::name_of;
use super::review::{CorrectionDto, ReturnReasonDto};
use super::schema_fields;
use crate::domain::access::Actor;
use crate::domain::access::policy::may_fetch_untouched_original;
use crate::domain::asset::{
    Access, Asset, Creator, File, FileRole, Identifier, PeopleShown, Processing, ProcessingFailure,
    ProcessingStates, Relation, RelationType, Work,
};
use crate::domain::{LanguageMap, Sha256, Slug};
use crate::interfaces::messages::{Language, processing};
use crate::services::intake::{Imported, ImportedAs};
use crate::services::sharing::Change;

/// The description of a work. Lists are always present, single values only when set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Work)]
pub struct WorkDto {
    /// Titles by BCP 47 language tag; at least one, each at most 1,000 characters.
    #[schema(schema_with = schema_fields::titles)]
    pub titles: BTreeMap<String, String>,
    /// Summaries or captions by language, each at most 20,000 characters.
    #[serde(default)]
    #[schema(schema_with = schema_fields::descriptions)]
    pub descriptions: BTreeMap<String, String>,
    /// Kind of work: a concept of scheme `product-kind`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Credited creators as printed.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub creators: Vec<CreatorDto>,
    /// The depositing organisation: a concept of scheme `organisation`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    /// Languages of the work itself (BCP 47).
    #[serde(default)]
    #[schema(max_items = 50)]
    pub languages: Vec<String>,
    /// A concept of scheme `strand`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub strand: Option<String>,
    /// Concepts of scheme `theme`.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub themes: Vec<String>,
    /// Concepts of scheme `instrument`.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub instruments: Vec<String>,
    /// Concepts of scheme `rights-group`.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub rights_groups: Vec<String>,
    /// Concepts of scheme `udhr-article`.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub udhr_articles: Vec<String>,
    /// Concepts of scheme `audience`.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub audiences: Vec<String>,
    /// Concepts of scheme `place`: the places as they were when the work was made.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub places: Vec<String>,
    /// When it was made: `YYYY`, `YYYY-MM`, `YYYY-MM-DD`, or two of these with a slash.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2024-05-12")]
    pub made: Option<String>,
    /// Full text of a text work, script or lyrics; at most 4 MiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// How to credit a reuse.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub credit_line: Option<String>,
    /// A concept of scheme `reuse-terms`; `rights-not-reviewed` blocks publication.
    #[serde(default)]
    #[schema(required = false, default = "rights-not-reviewed")]
    pub reuse_terms: String,
    /// Whether people can be recognised, and on what basis they are shown.
    #[serde(default)]
    #[schema(schema_with = schema_fields::people_shown)]
    pub people_shown: &'static str,
    /// An identifiable minor is shown: publication needs a guardian's consent on file.
    #[serde(default)]
    #[schema(required = false)]
    pub minors_shown: bool,
    /// Who may see it once it is published.
    #[serde(default)]
    #[schema(schema_with = schema_fields::access)]
    pub access: &'static str,
    /// Not before this moment, even when published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub embargo_until: Option<String>,
    /// When its publication is to be reviewed again: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2027-06-30")]
    pub review_on: Option<String>,
    /// Links to other works.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub relations: Vec<RelationDto>,
    /// Numbers and names it is known by elsewhere; the first is the key of imports.
    #[serde(default)]
    #[schema(max_items = 200)]
    pub identifiers: Vec<IdentifierDto>,
}

/// A credited creator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Creator)]
pub struct CreatorDto {
    /// As printed on the work; never split.
    #[schema(max_length = 1000)]
    pub name: String,
    /// What they did, as printed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000)]
    pub role: Option<String>,
}

/// A link to another work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Relation)]
pub struct RelationDto {
    /// What this work is to the target.
    #[serde(rename = "type")]
    #[schema(schema_with = schema_fields::relation_type)]
    pub kind: &'static str,
    /// The id of the other work; in requests also `scheme:value` of an identifier.
    pub target: String,
}

/// A number or name of the work elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Identifier)]
pub struct IdentifierDto {
    /// Which numbering: a slug.
    #[schema(max_length = 80, example = "document-number")]
    pub scheme: String,
    /// As printed.
    #[schema(max_length = 1000, example = "155/KH-UBND")]
    pub value: String,
}

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
}

/// An attached file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = File)]
pub struct FileDto {
    /// SHA-256 of the bytes in hexadecimal: the name of the file in addresses.
    #[schema(min_length = 64, max_length = 64)]
    pub sha256: String,
    /// What it is to the work.
    #[schema(schema_with = schema_fields::file_role)]
    pub role: &'static str,
    /// As recognised from the bytes.
    pub media_type: String,
    /// The encoding of a text, e.g. `utf-8` or `windows-1258`; `unknown` when it is none of those that the
    /// archive knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Length in bytes.
    pub size: u64,
    /// Name for a download.
    pub name: String,
    /// Captions by language.
    pub title: BTreeMap<String, String>,
    /// Text alternatives by language.
    pub alt: BTreeMap<String, String>,
    /// Language spoken or written in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Width in pixels as displayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width_px: Option<u32>,
    /// Height in pixels as displayed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height_px: Option<u32>,
    /// Duration in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// When it was attached.
    #[schema(format = DateTime)]
    pub attached_at: String,
    /// Whether everybody who may see the work can download it: `ready`, `working` while the public copy
    /// is being made, `failed` when none can be made. Not in search results and in responses to
    /// changes of a description or state.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = schema_fields::processing)]
    pub processing: Option<&'static str>,
    /// Why no public copy can be made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub processing_problem: Option<ProcessingProblemDto>,
}

/// Why no public copy of a file can be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ProcessingProblem)]
pub struct ProcessingProblemDto {
    /// `damaged`, `unsupported`, `too-large` or `place-remains`.
    pub code: &'static str,
    /// The reason and what to do, in Vietnamese.
    pub vi: &'static str,
    /// The same in English.
    pub en: &'static str,
}

/// One entry of the change feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Change)]
pub struct ChangeDto {
    /// Its place in the log; the cursor of a reader.
    pub number: u64,
    /// When it was committed.
    #[schema(format = DateTime)]
    pub at: String,
    /// What happened.
    #[schema(schema_with = schema_fields::event_kind)]
    pub kind: &'static str,
    /// The work.
    #[schema(format = "uuid")]
    pub asset: String,
    /// Its revision after the change.
    pub revision: u64,
    /// `available`: it can be read. `gone`: not any more, forget it.
    #[schema(schema_with = schema_fields::presence)]
    pub state: &'static str,
}

/// The result of one imported line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ImportResult)]
pub struct ImportResultDto {
    /// The number of the line, from 1.
    pub line: u64,
    /// What was done.
    #[schema(schema_with = schema_fields::imported_as)]
    pub outcome: &'static str,
    /// The work.
    #[schema(format = "uuid")]
    pub id: String,
    /// Its revision now.
    pub revision: u64,
    /// Its state now.
    #[schema(schema_with = schema_fields::state)]
    pub state: &'static str,
}

impl WorkDto {
    /// As a JSON document.
    ///
    /// # Panics
    /// Never: strings, lists and maps with text keys always have a JSON form.
    #[expect(clippy::expect_used, reason = "the DTO holds nothing JSON cannot say")]
    pub fn into_json(self) -> Value {
        serde_json::to_value(self).expect("strings, lists and maps by text are JSON")
    }
}

impl From<Work> for WorkDto {
    fn from(work: Work) -> Self {
        Self {
            titles: texts(&work.titles),
            descriptions: texts(&work.descriptions),
            kind: work.kind.as_ref().map(Slug::to_string),
            creators: work.creators.into_iter().map(CreatorDto::from).collect(),
            organisation: work.organisation.as_ref().map(Slug::to_string),
            languages: strings(&work.languages),
            strand: work.strand.as_ref().map(Slug::to_string),
            themes: strings(&work.themes),
            instruments: strings(&work.instruments),
            rights_groups: strings(&work.rights_groups),
            udhr_articles: strings(&work.udhr_articles),
            audiences: strings(&work.audiences),
            places: strings(&work.places),
            made: work.made.map(|date| date.to_string()),
            body: work.body,
            credit_line: work.credit_line,
            reuse_terms: work.reuse_terms.to_string(),
            people_shown: name_of(&PeopleShown::NAMES, &work.people_shown),
            minors_shown: work.minors_shown,
            access: name_of(&Access::NAMES, &work.access),
            embargo_until: work.embargo_until.map(|moment| moment.to_string()),
            review_on: work.review_on.map(|day| day.to_string()),
            relations: work.relations.iter().map(RelationDto::from).collect(),
            identifiers: work
                .identifiers
                .into_iter()
                .map(IdentifierDto::from)
                .collect(),
        }
    }
}

impl From<Creator> for CreatorDto {
    fn from(Creator { name, role }: Creator) -> Self {
        Self { name, role }
    }
}

impl From<&Relation> for RelationDto {
    fn from(relation: &Relation) -> Self {
        Self {
            kind: name_of(&RelationType::NAMES, &relation.kind),
            target: relation.target.to_string(),
        }
    }
}

impl From<Identifier> for IdentifierDto {
    fn from(Identifier { scheme, value }: Identifier) -> Self {
        let scheme = scheme.to_string();
        Self { scheme, value }
    }
}

impl AssetDto {
    /// What this actor may read of the work. File names of images can reveal who took them, so only
    /// actors that may download the original see them.
    pub fn render(asset: Asset, actor: &Actor) -> Self {
        let shows_names = may_fetch_untouched_original(actor, &asset);
        let files = asset.files.into_iter();
        let state = asset.state.name();
        Self {
            id: asset.id.to_string(),
            revision: asset.revision.0,
            state,
            withdrawn_reason: asset.state.withdrawal_reason().map(str::to_owned),
            return_reasons: asset
                .state
                .return_reasons()
                .iter()
                .map(ReturnReasonDto::from)
                .collect(),
            corrections: asset
                .corrections
                .into_iter()
                .map(CorrectionDto::from)
                .collect(),
            work: asset.work.into(),
            files: files
                .map(|file| FileDto::render(file, shows_names))
                .collect(),
            created_at: asset.created_at.to_string(),
            updated_at: asset.updated_at.to_string(),
            published_at: asset.published_at.map(|moment| moment.to_string()),
        }
    }

    /// The same with the states of its files.
    pub fn render_with_processing(asset: Asset, actor: &Actor, states: &ProcessingStates) -> Self {
        let keys: Vec<Sha256> = asset.files.iter().map(|file| file.sha256).collect();
        let mut rendered = Self::render(asset, actor);
        for (file, key) in rendered.files.iter_mut().zip(keys) {
            let state = states.of(key);
            file.processing = Some(state.name());
            if let Processing::Failed(failure) = state {
                file.processing_problem = Some(ProcessingProblemDto::new(failure));
            }
        }
        rendered
    }
}

impl ProcessingProblemDto {
    fn new(failure: ProcessingFailure) -> Self {
        Self {
            code: failure.name(),
            vi: processing::sentence(failure, Language::Vietnamese),
            en: processing::sentence(failure, Language::English),
        }
    }
}

impl FileDto {
    fn render(file: File, shows_name: bool) -> Self {
        let (media_type, encoding) = (file.essence().to_owned(), encoding_of(&file));
        Self {
            sha256: file.sha256.to_string(),
            role: name_of(&FileRole::NAMES, &file.role),
            size: file.size,
            name: if shows_name {
                file.name
            } else {
                file.neutral_name()
            },
            media_type,
            encoding,
            title: texts(&file.title),
            alt: texts(&file.alt),
            language: file.language.map(|tag| tag.to_string()),
            width_px: file.facts.width_px,
            height_px: file.facts.height_px,
            duration_ms: file.facts.duration_ms,
            attached_at: file.attached_at.to_string(),
            processing: None,
            processing_problem: None,
        }
    }
}

fn encoding_of(file: &File) -> Option<String> {
    match file.charset() {
        Some("unknown-8bit") => Some("unknown".to_owned()),
        Some(charset) => Some(charset.to_owned()),
        None if file.media_type.starts_with("text/") => Some("utf-8".to_owned()),
        None => None,
    }
}

impl From<&Change> for ChangeDto {
    fn from(change: &Change) -> Self {
        Self {
            number: change.number.0,
            at: change.at.to_string(),
            kind: change.kind.name(),
            asset: change.asset.to_string(),
            revision: change.revision.0,
            state: change.presence.name(),
        }
    }
}

impl ImportResultDto {
    /// The result of the line with this number.
    pub fn new(line: u64, imported: &Imported) -> Self {
        Self {
            line,
            outcome: name_of(&ImportedAs::NAMES, &imported.outcome),
            id: imported.id.to_string(),
            revision: imported.revision.0,
            state: imported.state.name(),
        }
    }
}

fn texts(map: &LanguageMap) -> BTreeMap<String, String> {
    map.iter()
        .map(|(tag, text)| (tag.to_string(), text.to_owned()))
        .collect()
}

fn strings<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(T::to_string).collect()
}
