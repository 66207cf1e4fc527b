//! The index of the yardstick: title, description and body, folded; the texts stored; facets.

use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};
use tantivy::schema::{
    Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::{Index, TantivyDocument};

use crate::closed_loop::cpu_of;
use crate::folding;
use crate::works::{self, FACETS, Names, Work};

const THREADS: usize = 2;
const BYTES_PER_THREAD: usize = 200 << 20;
const SEARCHED: [&str; 3] = ["title", "description", "body"];
const SHOWN: [&str; 3] = ["shown_title", "shown_description", "shown_body"];

/// The fields.
pub(crate) struct Fields {
    /// Title, description, and body with what is searched beside it.
    pub(crate) searched: [Field; 3],
    /// The texts as they are, for showing.
    pub(crate) shown: [Field; 3],
    facets: [Field; FACETS.len()],
}

impl Fields {
    fn of(schema: &Schema) -> Self {
        let field = |name: &str| schema.get_field(name).unwrap();
        Self {
            searched: SEARCHED.map(field),
            shown: SHOWN.map(field),
            facets: FACETS.map(|(name, _)| field(name)),
        }
    }

    fn document(&self, work: &Work, names: &Names) -> TantivyDocument {
        let mut document = TantivyDocument::new();
        for (field, text) in self.searched.into_iter().zip(work.texts()) {
            document.add_text(field, text);
        }
        document.add_text(self.searched[2], work.added(names));
        for (field, text) in self.shown.into_iter().zip(work.texts()) {
            document.add_text(field, text);
        }
        for (field, value) in self.facets.into_iter().zip(work.facets()) {
            document.add_text(field, value);
        }
        document
    }
}

fn schema() -> Schema {
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("folded")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let text = TextOptions::default().set_indexing_options(indexing);
    for name in SEARCHED {
        schema.add_text_field(name, text.clone());
    }
    for name in SHOWN {
        schema.add_text_field(name, STORED);
    }
    for (name, _) in FACETS {
        schema.add_text_field(name, STRING.set_fast("raw") | STORED);
    }
    schema.build()
}

/// Opens an index that was built.
pub(crate) fn open(folder: &Path) -> (Index, Fields) {
    let index = Index::open_in_dir(folder).unwrap();
    register(&index);
    let fields = Fields::of(&index.schema());
    (index, fields)
}

fn register(index: &Index) {
    index.tokenizers().register("folded", folding::analyzer());
}

/// Builds the index of these works, reading included, and tells what it cost.
pub(crate) fn build(works: &str, folder: &Path) -> Value {
    let (began, cpu) = (Instant::now(), cpu_of(std::process::id()));
    let index = Index::create_in_dir(folder, schema()).unwrap();
    register(&index);
    let fields = Fields::of(&index.schema());
    let mut writer = index
        .writer_with_num_threads(THREADS, THREADS * BYTES_PER_THREAD)
        .unwrap();
    let names = Names::shipped();
    let (mut count, mut text_bytes) = (0, 0);
    for work in works::read(works) {
        count += 1;
        text_bytes += work.texts().map(str::len).iter().sum::<usize>();
        writer.add_document(fields.document(&work, &names)).unwrap();
    }
    writer.commit().unwrap();
    let wall = began.elapsed().as_secs_f64();
    let cpu = cpu_of(std::process::id()) - cpu;
    // Merges under way are ended before anything is asked, but are not part of the rate.
    writer.wait_merging_threads().unwrap();
    let segments = index.searchable_segment_ids().unwrap().len();
    json!({
        "works": count, "text_bytes": text_bytes, "segments": segments,
        "wall": wall, "cpu_us": cpu * 1e6 / f64::from(count),
        "works_per_second": f64::from(count) / wall,
    })
}
