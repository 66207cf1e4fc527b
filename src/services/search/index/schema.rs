//! The fields of the index.
//!
//! No field is stored: the index returns ids, and texts are read from the catalogue, so a withdrawn
//! text has one place less to be deleted from. All texts of a work go into one field (`all_*`).
//! Titles are indexed again in their own fields with a low weight; an equal weight ranks short
//! titles above relevant bodies. Filters and facets share one field of tags (`kind:article`), so all
//! facet values of a work are read from one column.

use std::sync::Arc;

use tantivy::schema::{
    BytesOptions, FAST, Field, INDEXED, IndexRecordOption, NumericOptions, Schema,
    TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{TextAnalyzer, TokenizerManager};

use crate::domain::asset::AudienceLevel;
use crate::services::search::analysis::{Analyzer, TermKind};

/// The version of the schema, stored in the index together with that of the analysis.
pub(crate) const VERSION: u32 = 8;

/// The schema and handles of its fields.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    /// The schema.
    pub(crate) schema: Schema,
    /// The id of the work as 16 bytes, for finding the document to replace.
    pub(crate) id: Field,
    /// All texts, exact terms.
    pub(crate) all_exact: Field,
    /// All texts, folded terms with positions.
    pub(crate) all_folded: Field,
    /// All texts, folded pairs.
    pub(crate) all_pairs: Field,
    /// Titles, folded.
    pub(crate) title_folded: Field,
    /// Titles, folded pairs.
    pub(crate) title_pairs: Field,
    /// Names of the concepts, places and organisations of the work, in every language.
    pub(crate) subject: Field,
    /// Completion keys of the titles of public works; see [`super::completion_keys`].
    pub(crate) completion: Field,
    /// `facet:value` terms, for filters and facet counts.
    pub(crate) tags: Field,
    /// Bands of the MinHash sketch; see [`crate::services::search::analysis::sketch`].
    pub(crate) bands: Field,
    /// Bands of the perceptual hashes of its pictures; see [`super::picture_hashes`].
    pub(crate) picture_bands: Field,
    /// The whole perceptual hashes of its pictures.
    pub(crate) pictures: Field,
    numbers: Numbers,
}

/// Numeric columns; a missing value is absent.
#[derive(Debug, Clone)]
struct Numbers {
    id_high: Field,
    id_low: Field,
    audience_level: Field,
    embargo: Field,
    consent_end: Field,
    first_day: Field,
    last_day: Field,
    sort_day: Field,
    changed_ms: Field,
    duration_ms: Field,
    min_side_px: Field,
    sketch_high: Field,
    sketch_low: Field,
    title_key: Field,
}

/// Names of the columns, for opening them with a segment reader.
pub(crate) mod column {
    pub(crate) const ID_HIGH: &str = "id_high";
    pub(crate) const ID_LOW: &str = "id_low";
    /// Named `circle` on disk since the first version; renaming it would force a rebuild.
    pub(crate) const AUDIENCE_LEVEL: &str = "circle";
    pub(crate) const EMBARGO: &str = "embargo";
    pub(crate) const CONSENT_END: &str = "consent_end";
    pub(crate) const FIRST_DAY: &str = "first_day";
    pub(crate) const LAST_DAY: &str = "last_day";
    pub(crate) const SORT_DAY: &str = "sort_day";
    pub(crate) const CHANGED: &str = "changed_ms";
    pub(crate) const DURATION: &str = "duration_ms";
    pub(crate) const MIN_SIDE: &str = "min_side_px";
    pub(crate) const SKETCH_HIGH: &str = "sketch_high";
    pub(crate) const SKETCH_LOW: &str = "sketch_low";
    pub(crate) const PICTURES: &str = "pictures";
    pub(crate) const TITLE_KEY: &str = "title_key";
    pub(crate) const TAGS: &str = "tags";
}

impl Fields {
    /// Builds the schema.
    pub(crate) fn new() -> Arc<Self> {
        let mut schema = Schema::builder();
        let fast = || NumericOptions::default().set_fast();
        let terms = |kind| text_field(kind, IndexRecordOption::WithFreqs);
        let numbers = Numbers {
            id_high: schema.add_u64_field(column::ID_HIGH, fast()),
            id_low: schema.add_u64_field(column::ID_LOW, fast()),
            audience_level: schema.add_u64_field(column::AUDIENCE_LEVEL, fast()),
            embargo: schema.add_i64_field(column::EMBARGO, fast()),
            consent_end: schema.add_i64_field(column::CONSENT_END, fast()),
            first_day: schema.add_i64_field(column::FIRST_DAY, fast()),
            last_day: schema.add_i64_field(column::LAST_DAY, fast()),
            sort_day: schema.add_i64_field(column::SORT_DAY, fast()),
            changed_ms: schema.add_i64_field(column::CHANGED, fast()),
            duration_ms: schema.add_u64_field(column::DURATION, fast()),
            min_side_px: schema.add_u64_field(column::MIN_SIDE, fast()),
            sketch_high: schema.add_u64_field(column::SKETCH_HIGH, fast()),
            sketch_low: schema.add_u64_field(column::SKETCH_LOW, fast()),
            title_key: schema
                .add_bytes_field(column::TITLE_KEY, BytesOptions::default().set_fast()),
        };
        let id = schema.add_bytes_field("id", BytesOptions::default().set_indexed());
        let all_exact = schema.add_text_field("all_exact", terms(TermKind::Exact));
        let all_folded = schema.add_text_field(
            "all_folded",
            text_field(TermKind::Folded, IndexRecordOption::WithFreqsAndPositions),
        );
        let all_pairs = schema.add_text_field("all_pairs", terms(TermKind::Pairs));
        let title_folded = schema.add_text_field("title_folded", terms(TermKind::Folded));
        let title_pairs = schema.add_text_field("title_pairs", terms(TermKind::Pairs));
        let subject = schema.add_text_field("subject", terms(TermKind::FoldedAndPairs));
        let completion = schema.add_text_field("completion", raw());
        let tags = schema.add_text_field(column::TAGS, raw().set_fast("raw"));
        let bands = schema.add_u64_field("bands", INDEXED);
        let picture_bands = schema.add_u64_field("picture_bands", INDEXED);
        let pictures = schema.add_u64_field(column::PICTURES, INDEXED | FAST);
        Arc::new(Self {
            schema: schema.build(),
            id,
            all_exact,
            all_folded,
            all_pairs,
            title_folded,
            title_pairs,
            subject,
            completion,
            tags,
            bands,
            picture_bands,
            pictures,
            numbers,
        })
    }

    /// The handles of the numeric columns, for building documents.
    pub(crate) fn columns(&self) -> DocumentColumns {
        let n = &self.numbers;
        DocumentColumns {
            id: (n.id_high, n.id_low),
            access: (n.audience_level, n.embargo, n.consent_end),
            days: (n.first_day, n.last_day, n.sort_day),
            changed: n.changed_ms,
            media: (n.duration_ms, n.min_side_px),
            sketch: (n.sketch_high, n.sketch_low),
            title_key: n.title_key,
        }
    }
}

/// Handles of the columns that a document fills, grouped by what they describe.
pub(crate) struct DocumentColumns {
    /// High and low half of the id.
    pub(crate) id: (Field, Field),
    /// Audience level, end of the embargo, end of the consent.
    pub(crate) access: (Field, Field, Field),
    /// First and last day on which it can have been made; day for sorting.
    pub(crate) days: (Field, Field, Field),
    /// When the work was last changed.
    pub(crate) changed: Field,
    /// Longest duration; smaller side of the largest image.
    pub(crate) media: (Field, Field),
    /// High and low half of the MinHash sketch; see [`crate::services::search::analysis::sketch::ShortSketch`].
    pub(crate) sketch: (Field, Field),
    /// Collation key of the title.
    pub(crate) title_key: Field,
}

/// An audience level as stored in the index, narrowest first; compared with the caller's at query
/// time.
pub(crate) fn audience_level_number(level: AudienceLevel) -> u64 {
    match level {
        AudienceLevel::Staff => 0,
        AudienceLevel::StateInternal => 1,
        AudienceLevel::Partner => 2,
        AudienceLevel::Public => 3,
    }
}

const TOKENIZERS: [(TermKind, &str); 4] = [
    (TermKind::Exact, "exact"),
    (TermKind::Folded, "folded"),
    (TermKind::Pairs, "pairs"),
    (TermKind::FoldedAndPairs, "folded-and-pairs"),
];

fn text_field(kind: TermKind, record: IndexRecordOption) -> TextOptions {
    let name = TOKENIZERS
        .iter()
        .find(|(other, _)| *other == kind)
        .map_or("", |(_, name)| name);
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(name)
        .set_index_option(record)
        .set_fieldnorms(true);
    TextOptions::default().set_indexing_options(indexing)
}

fn raw() -> TextOptions {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("raw")
        .set_index_option(IndexRecordOption::Basic)
        .set_fieldnorms(false);
    TextOptions::default().set_indexing_options(indexing)
}

/// The tokenizers that the schema names. tantivy does not store them in the index, so each process
/// registers them.
pub(crate) fn tokenizers() -> TokenizerManager {
    // Numeric fields require the tokenizer "default", although they never use it.
    let manager = TokenizerManager::default();
    for (kind, name) in TOKENIZERS {
        manager.register(name, TextAnalyzer::builder(Analyzer::new(kind)).build());
    }
    manager
}
