//! What taking works in costs: reading lines of about 2 KB into valid records, and importing
//! them, durable, into an embedded catalogue.
//!
//! `cargo bench --bench intake -- [RECORDS]` (20,000 if not given). Times are of this process.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use futures_util::{StreamExt as _, stream};
use khochung::clock::Clock;
use khochung::config::Config;
use khochung::domain::access::Actor;
use khochung::domain::vocabulary::Vocabularies;
use khochung::interfaces::wire::{parse_import_line, parse_json};
use khochung::services::audit::AuditTrail;
use khochung::services::intake::{AcceptedTypes, ImportLine, Intake};
use khochung::services::works::WorkAccess;
use khochung::storage::blobs::{LocalBlobs, Staging};
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::prelude::*;
use khochung::storage::vocabulary;
use serde_json::json;

const SENTENCE: &str = "Mọi người sinh ra đều tự do và bình đẳng về nhân phẩm và các quyền. ";

fn main() {
    let given = std::env::args().skip(1).find_map(|arg| arg.parse().ok());
    let records: u64 = given.unwrap_or(20_000);
    let vocabularies = Arc::new(vocabulary::load(None).unwrap());
    let lines: Vec<Vec<u8>> = (1..=records).map(line).collect();
    println!("{records} lines of {} bytes", lines[0].len());
    timed("read and check", records, || {
        for line in &lines {
            read(line, 1, &vocabularies).record.unwrap();
        }
    });
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let catalog = EmbeddedCatalog::open(&folder.path().join("catalog"), Options::default());
    let catalog: Arc<dyn Catalog> = Arc::new(catalog.unwrap());
    let blobs = Arc::new(LocalBlobs::open(folder.path()).unwrap());
    let trail = AuditTrail::new(catalog.clone(), Clock::system());
    let works = WorkAccess::new(catalog, trail, vocabularies.clone(), Clock::system());
    let intake = Intake::new(
        works,
        (
            blobs,
            Staging::open(folder.path(), SystemTime::now()).unwrap(),
        ),
        AcceptedTypes::new(Config::default().intake.allowed_types),
    );
    for run in ["import, all new", "import, all known"] {
        timed(run, records, || {
            runtime.block_on(import(&intake, &lines, &vocabularies));
        });
    }
}

async fn import(intake: &Intake, lines: &[Vec<u8>], vocabularies: &Vocabularies) {
    let numbered = (1..).zip(lines);
    let parsed = numbered.map(|(number, line)| read(line, number, vocabularies));
    let results = intake.import(&Actor::System, stream::iter(parsed));
    results
        .for_each(|result| async move {
            result.outcome.unwrap();
        })
        .await;
}

fn read(line: &[u8], number: u64, vocabularies: &Vocabularies) -> ImportLine {
    let value = parse_json(line).unwrap();
    ImportLine {
        number,
        record: parse_import_line(&value, vocabularies),
    }
}

fn line(number: u64) -> Vec<u8> {
    let record = json!({
        "identifiers": [{"scheme": "bench", "value": number.to_string()}],
        "titles": {"vi": format!("Quyền con người, bài {number}"), "en": format!("Article {number}")},
        "kind": "article",
        "organisation": "dic",
        "languages": ["vi"],
        "strand": "educate",
        "themes": ["international-law", "policy-and-law"],
        "instruments": ["udhr", "iccpr"],
        "places": ["chu-se"],
        "made": "2024-05-12",
        "body": SENTENCE.repeat(17),
        "credit_line": "Sở Thông tin và Truyền thông",
        "reuse_terms": "cc-by-4.0",
        "people_shown": "none-identifiable",
        "state": "published"
    });
    record.to_string().into_bytes()
}

fn timed(name: &str, records: u64, work: impl FnOnce()) {
    let (wall, cpu) = (Instant::now(), cpu_micros());
    work();
    let each = |micros: u128| micros as f64 / records as f64;
    println!(
        "{name}: {:.1} us of CPU, {:.1} us a record",
        each(cpu_micros() - cpu),
        each(wall.elapsed().as_micros())
    );
}

/// CPU time of this process so far (`utime` and `stime` of proc(5), 100 ticks a second).
fn cpu_micros() -> u128 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let after_name = stat.rsplit(')').next().unwrap();
    let ticks = after_name.split_whitespace().skip(11).take(2);
    ticks
        .map(|tick| tick.parse::<u128>().unwrap() * 10_000)
        .sum()
}
