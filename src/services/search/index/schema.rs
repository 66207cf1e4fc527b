//! The fields of the index.
//!
//! Nothing is stored: the index answers with ids, and what is shown comes from the catalogue, so
//! a withdrawn text has one home less to leave. All texts of a work go into one field ("all");
//! titles are counted a second time in small fields with a low weight, because an equal weight
//! drowns the body. Filters and facets share one field of tags (`kind:article`), whose values are
//! read in one go for each work.

use std::sync::Arc;

use tantivy::schema::{
    BytesOptions, FAST, Field, INDEXED, IndexRecordOption, NumericOptions, Schema,
    TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{TextAnalyzer, TokenizerManager};

use crate::services::search::analysis::Analyzer;
use crate::services::search::analysis::Level;

/// The version of the fields, written into the index beside that of the analysis.
pub(crate) const VERSION: u32 = 5;

/// The fields by name.
#[derive(Debug, Clone)]
pub(crate) struct Fields {
    /// The schema they belong to.
    pub(crate) schema: Schema,
    /// The id of the work as 16 bytes: finds a document to replace.
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
    /// Names of the concepts, places and bodies the work carries, in every language.
    pub(crate) subject: Field,
    /// Beginnings of titles of works everybody may see, for completion; see [`crate::services::search::suggest::completions`].
    pub(crate) completion: Field,
    /// `facet:value` for everything that is filtered by and counted.
    pub(crate) tags: Field,
    /// Bands of the near-duplicate sketch; see [`crate::services::search::analysis::sketch`].
    pub(crate) bands: Field,
    /// Pieces of the hashes of the work's pictures; see [`super::picture_hashes`].
    pub(crate) picture_bands: Field,
    /// The hashes of the work's pictures, whole.
    pub(crate) pictures: Field,
    numbers: Numbers,
}

/// Columns of numbers; what a work lacks is absent.
#[derive(Debug, Clone)]
struct Numbers {
    id_high: Field,
    id_low: Field,
    circle: Field,
    embargo: Field,
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

/// Names of columns, as the readers ask for them.
pub(crate) mod column {
    pub(crate) const ID_HIGH: &str = "id_high";
    pub(crate) const ID_LOW: &str = "id_low";
    pub(crate) const CIRCLE: &str = "circle";
    pub(crate) const EMBARGO: &str = "embargo";
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
        let terms = |level| text_field(level, IndexRecordOption::WithFreqs);
        let numbers = Numbers {
            id_high: schema.add_u64_field(column::ID_HIGH, fast()),
            id_low: schema.add_u64_field(column::ID_LOW, fast()),
            circle: schema.add_u64_field(column::CIRCLE, fast()),
            embargo: schema.add_i64_field(column::EMBARGO, fast()),
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
        let all_exact = schema.add_text_field("all_exact", terms(Level::Exact));
        let all_folded = schema.add_text_field(
            "all_folded",
            text_field(Level::Folded, IndexRecordOption::WithFreqsAndPositions),
        );
        let all_pairs = schema.add_text_field("all_pairs", terms(Level::Pairs));
        let title_folded = schema.add_text_field("title_folded", terms(Level::Folded));
        let title_pairs = schema.add_text_field("title_pairs", terms(Level::Pairs));
        let subject = schema.add_text_field("subject", terms(Level::FoldedAndPairs));
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

    /// The columns, for the document writer.
    pub(crate) fn columns(&self) -> Columns {
        let n = &self.numbers;
        Columns {
            id: (n.id_high, n.id_low),
            access: (n.circle, n.embargo),
            days: (n.first_day, n.last_day, n.sort_day),
            changed: n.changed_ms,
            media: (n.duration_ms, n.min_side_px),
            sketch: (n.sketch_high, n.sketch_low),
            title_key: n.title_key,
        }
    }
}

/// Columns that are written together.
pub(crate) struct Columns {
    /// The halves of the id.
    pub(crate) id: (Field, Field),
    /// Circle and end of embargo.
    pub(crate) access: (Field, Field),
    /// First and last day it can have been made; day to sort by.
    pub(crate) days: (Field, Field, Field),
    /// When the work was last changed.
    pub(crate) changed: Field,
    /// Duration and smaller side of the largest image.
    pub(crate) media: (Field, Field),
    /// The halves of the near-duplicate sketch; see [`crate::services::search::analysis::sketch::ShortSketch`].
    pub(crate) sketch: (Field, Field),
    /// Key for alphabetical order.
    pub(crate) title_key: Field,
}

const LEVELS: [(Level, &str); 4] = [
    (Level::Exact, "exact"),
    (Level::Folded, "folded"),
    (Level::Pairs, "pairs"),
    (Level::FoldedAndPairs, "folded-and-pairs"),
];

fn text_field(level: Level, record: IndexRecordOption) -> TextOptions {
    let name = LEVELS
        .iter()
        .find(|(l, _)| *l == level)
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

/// The tokenizers the schema names. They are not kept in the index: each process registers them.
pub(crate) fn tokenizers() -> TokenizerManager {
    // Fields of numbers ask for the tokenizer called "default", though they never use it.
    let manager = TokenizerManager::default();
    for (level, name) in LEVELS {
        manager.register(name, TextAnalyzer::builder(Analyzer::new(level)).build());
    }
    manager
}
