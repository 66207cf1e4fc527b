//! tantivy alone in process: the yardstick of `benches/bulk_load.py`.
//!
//! `bulk_load own|plain WORKS.ndjson FOLDER` reads the works, then times feeding them to a new
//! index with two threads and one commit: `own` with the fields and analysis of the archive,
//! `plain` with tantivy's default tokenizer, texts stored and concepts as strings. Prints JSON.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]

use std::path::Path;
use std::time::Instant;

use khochung::clock::Clock;
use khochung::domain::asset::{Asset, Work};
use khochung::interfaces::wire::{parse_import_line, parse_json};
use khochung::services::search::bench::BenchIndex;
use khochung::services::search::{FileContents, IndexChange, Thesaurus, WriterSettings};
use khochung::storage::vocabulary;
use tantivy::schema::{FAST, Field, STORED, STRING, Schema, TEXT};
use tantivy::{Index, IndexWriter, TantivyDocument};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const THREADS: usize = 2;
const BYTES_PER_THREAD: usize = 200 << 20;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, works, folder, ..] = arguments.as_slice() else {
        println!("see benches/bulk_load.py");
        return;
    };
    let vocabularies = vocabulary::load(None).unwrap();
    let clock = Clock::system();
    let text = std::fs::read_to_string(works).unwrap();
    let works: Vec<Work> = text
        .lines()
        .map(|line| parse_json(line.as_bytes()).unwrap())
        .map(|line| {
            parse_import_line(&line, &vocabularies)
                .unwrap()
                .deposit
                .work
        })
        .collect();
    let records = works.len();
    let folder = Path::new(folder);
    let (wall, cpu) = match mode.as_str() {
        "own" => {
            let take_in = |work| Asset::take_in(clock.new_asset_id(), work, clock.now());
            let put = |asset| IndexChange::Put(Box::new(asset), FileContents::default());
            let changes: Vec<IndexChange> = works.into_iter().map(take_in).map(put).collect();
            let settings = WriterSettings {
                threads: THREADS,
                bytes_per_thread: BYTES_PER_THREAD,
            };
            let thesaurus = Thesaurus::of(&vocabularies);
            let bench = BenchIndex::create(&folder.join("own"), thesaurus, settings, "").unwrap();
            timed(|| bench.load(&changes).unwrap())
        }
        other => {
            assert_eq!(other, "plain", "the mode is own or plain");
            let plain = Plain::create(folder);
            timed(|| plain.load(&works))
        }
    };
    println!(r#"{{"records": {records}, "wall": {wall:.3}, "cpu": {cpu:.3}}}"#);
}

/// An index as tantivy's own examples make it.
struct Plain {
    texts: [Field; 3],
    concepts: Field,
    writer: IndexWriter,
}

impl Plain {
    fn create(folder: &Path) -> Self {
        let mut schema = Schema::builder();
        let texts = ["title", "description", "body"];
        let texts = texts.map(|name| schema.add_text_field(name, TEXT | STORED));
        let concepts = schema.add_text_field("concepts", STRING | FAST);
        let index = Index::create_in_dir(folder, schema.build()).unwrap();
        let writer = index.writer_with_num_threads(THREADS, THREADS * BYTES_PER_THREAD);
        Self {
            texts,
            concepts,
            writer: writer.unwrap(),
        }
    }

    fn load(mut self, works: &[Work]) {
        for work in works {
            let mut document = TantivyDocument::new();
            let [title, description, body] = self.texts;
            for (field, text) in [
                (title, work.titles.best("vi")),
                (description, work.descriptions.best("vi")),
                (body, work.body.as_deref()),
            ] {
                document.add_text(field, text.unwrap_or_default());
            }
            let concepts = work.kind.iter().chain(&work.strand).chain(&work.themes);
            let concepts = concepts.chain(&work.instruments).chain(&work.places);
            for concept in concepts.chain(&work.organisation) {
                document.add_text(self.concepts, concept.as_str());
            }
            self.writer.add_document(document).unwrap();
        }
        self.writer.commit().unwrap();
    }
}

/// Seconds of wall and of CPU time.
fn timed(work: impl FnOnce()) -> (f64, f64) {
    let (began, cpu) = (Instant::now(), cpu_seconds());
    work();
    (began.elapsed().as_secs_f64(), cpu_seconds() - cpu)
}

/// CPU time of this process so far (`utime` and `stime` of proc(5), 100 ticks a second).
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit(')').next().unwrap();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks.map(|tick| tick.parse::<f64>().unwrap() / 100.0).sum()
}
