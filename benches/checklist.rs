//! What the conditions of publication of one work cost: a text of 4 MiB, 500 files, 200 themes and languages.
//!
//! `cargo bench --bench checklist`. The limit is a millisecond.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]

use std::time::{Duration, Instant};

use khochung::domain::asset::publication::{Evidence, checklist};
use khochung::domain::asset::{
    Asset, AssetId, File, FileRole, MediaFacts, Processing, ProcessingStates, limits,
};
use khochung::domain::{LanguageMap, Sha256, Timestamp};
use khochung::interfaces::wire::parse_work;
use khochung::storage::vocabulary;
use serde_json::json;

const RUNS: u32 = 1_000;

fn main() {
    let vocabularies = vocabulary::load(None).unwrap();
    let themes: Vec<&str> = vocabularies
        .scheme("theme")
        .unwrap()
        .concepts()
        .map(|theme| theme.slug.as_str())
        .collect();
    let line = "Mọi người sinh ra đều tự do và bình đẳng về nhân phẩm và các quyền.\n";
    let work = json!({
        "titles": { "vi": "Tất cả" },
        "kind": "propaganda-poster",
        "organisation": "dic",
        "languages": ["vi"],
        "strand": "educate",
        "themes": themes,
        "body": line.repeat((4 << 20) / line.len()),
        "credit_line": "DIC",
        "reuse_terms": "cc-by-4.0",
        "people_shown": "minor-with-guardian-consent",
        "minors_shown": true,
    });
    let deposit = parse_work(&work, &vocabularies).unwrap();
    let now = Timestamp::from_millis(1_795_395_600_000);
    let mut asset = Asset::take_in(AssetId::from_bytes([7; 16]), deposit.work, now);
    asset.files = (0..limits::FILES).map(|number| file(number, now)).collect();
    let states = asset
        .files
        .iter()
        .map(|file| (file.sha256, Processing::Ready));
    let processing: ProcessingStates = states.collect();
    let evidence = Evidence {
        vocabularies: &vocabularies,
        processing: &processing,
        now,
    };
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(checklist(&asset, evidence));
            start.elapsed()
        })
        .collect();
    times.sort();
    let conditions = checklist(&asset, evidence).conditions().len();
    let [median, most] = [times.len() / 2, times.len() * 99 / 100].map(|place| times[place]);
    println!(
        "{conditions} conditions of a work with {} files: median {median:?}, p99 {most:?}",
        asset.files.len()
    );
    assert!(median < Duration::from_millis(1), "{median:?}");
}

fn file(number: usize, now: Timestamp) -> File {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&(number as u64).to_be_bytes());
    File {
        sha256: Sha256::from_bytes(hash),
        role: FileRole::Original,
        media_type: "image/jpeg".into(),
        size: 1,
        name: "a.jpg".into(),
        title: LanguageMap::default(),
        alt: LanguageMap::default(),
        language: None,
        facts: MediaFacts::default(),
        redacted: Vec::new(),
        text_correction: None,
        attached_at: now,
    }
}
