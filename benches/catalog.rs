//! What the embedded catalogue costs: bulk load, single commits, reads, reopening after a close
//! and after a kill, rebuilding.
//!
//! `cargo bench --bench catalog -- [RECORDS]` (100,000 if not given). Times are wall-clock and
//! CPU of this process; each record is about 2 KB of JSON. Numbers are recorded in
//! `docs/performance.md`.

#![expect(clippy::unwrap_used, reason = "a measurement that cannot go on fails")]

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use khochung::domain::access::Actor;
use khochung::domain::asset::{
    Access, Asset, AssetId, AudienceLevel, Creator, Identifier, PeopleShown, Review, Revision,
    State, Work,
};
use khochung::domain::{LanguageMap, LanguageTag, Slug, Timestamp};
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options, rebuild};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{ChangeSet, EventKind, EventNumber};

/// As the archive itself is built.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Records in one change set of the bulk load.
const SET: u64 = 500;
/// Set for the process that is to be killed.
const VICTIM: &str = "CATALOG_BENCH_VICTIM";

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let given = std::env::args().skip(1).find_map(|arg| arg.parse().ok());
    let records = given.unwrap_or(100_000);
    if let Ok(dir) = std::env::var(VICTIM) {
        let catalog = open(Path::new(&dir));
        runtime.block_on(load(&catalog, 0..records));
        std::process::abort();
    }
    let dir = tempfile::tempdir().unwrap();
    runtime.block_on(measure(dir.path(), records));
    kill_and_reopen(records);
}

fn open(dir: &Path) -> EmbeddedCatalog {
    EmbeddedCatalog::open(dir, Options::default()).unwrap()
}

async fn measure(dir: &Path, records: u64) {
    let catalog = open(dir);
    let json = format!("{:?}", asset(0).work.body.map(|body| body.len()));
    println!("{records} records, body of {json} bytes");
    let tenth = records / 10;
    let first = timed("bulk load, first tenth", tenth, load(&catalog, 0..tenth)).await;
    let rest = timed(
        "bulk load, the rest",
        records - tenth,
        load(&catalog, tenth..records),
    )
    .await;
    println!("cost per record, rest to first tenth: {:.2}", rest / first);
    timed("list all, pages of 500", records, list_all(&catalog)).await;
    timed("events, pages of 1000", records, read_events(&catalog)).await;
    timed("single reads", 5000, read_singly(&catalog, records)).await;
    timed(
        "one writer, one record each",
        1000,
        write_singly(&catalog, 1, 1000),
    )
    .await;
    timed(
        "8 writers, one record each",
        4000,
        write_singly(&catalog, 8, 500),
    )
    .await;
    catalog.close().await;
    println!(
        "journal {} MiB, index {} MiB",
        mib(&dir.join("journal")),
        mib(&dir.join("index"))
    );
    let began = Instant::now();
    let catalog = open(dir);
    println!("reopened after a close in {:?}", began.elapsed());
    let began = Instant::now();
    let found = catalog.verify().await.unwrap();
    println!(
        "verified in {:?}, {} differences",
        began.elapsed(),
        found.differences.len()
    );
    catalog.close().await;
    let began = Instant::now();
    rebuild(dir, Options::default()).unwrap();
    println!("rebuilt in {:?}", began.elapsed());
}

fn kill_and_reopen(records: u64) {
    let dir = tempfile::tempdir().unwrap();
    let status = Command::new(std::env::current_exe().unwrap())
        .arg(records.to_string())
        .env(VICTIM, dir.path())
        .status()
        .unwrap();
    assert!(!status.success(), "the victim should have been aborted");
    let began = Instant::now();
    let catalog = open(dir.path());
    println!("reopened after a kill in {:?}", began.elapsed());
    drop(catalog);
}

/// Wall-clock and CPU per record in microseconds; gives the CPU.
async fn timed(what: &str, records: u64, work: impl Future<Output = ()>) -> f64 {
    let (began, cpu) = (Instant::now(), cpu_time());
    work.await;
    let per_record = |time: Duration| time.as_secs_f64() * 1e6 / records as f64;
    let (wall, cpu) = (per_record(began.elapsed()), per_record(cpu_time() - cpu));
    println!("{what}: {wall:.1} us wall, {cpu:.1} us cpu per record");
    cpu
}

/// User and system time of this process, in steps of 10 ms.
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let ticks: u64 = fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap();
    Duration::from_millis(ticks * 10)
}

async fn load(catalog: &EmbeddedCatalog, numbers: std::ops::Range<u64>) {
    let mut sets = Vec::new();
    for start in numbers.clone().step_by(usize::try_from(SET).unwrap()) {
        let mut set = ChangeSet::by(&Actor::System, moment());
        for number in start..(start + SET).min(numbers.end) {
            let asset = asset(number);
            let identifier = asset.work.identifiers[0].clone();
            set = set
                .expect_absent(asset.id)
                .expect_unused(identifier)
                .put(asset, EventKind::Created);
        }
        sets.push(set);
        if sets.len() == 4 {
            commit(catalog, std::mem::take(&mut sets)).await;
        }
    }
    commit(catalog, sets).await;
}

async fn commit(catalog: &EmbeddedCatalog, sets: Vec<ChangeSet>) {
    for outcome in join_all(sets.into_iter().map(|set| catalog.commit(set))).await {
        outcome.unwrap();
    }
}

async fn list_all(catalog: &EmbeddedCatalog) {
    let mut after = None;
    loop {
        let page = catalog.list(after, 500).await.unwrap();
        let Some(khochung::storage::catalog::Entry::Asset(last)) = page.last() else {
            return;
        };
        after = Some(last.id);
    }
}

async fn read_events(catalog: &EmbeddedCatalog) {
    let mut after = EventNumber(0);
    while let Some(last) = catalog.events(after, 1000).await.unwrap().last() {
        after = last.number;
    }
}

async fn read_singly(catalog: &EmbeddedCatalog, records: u64) {
    for step in 0..5000 {
        let id = id(step * 7919 % records);
        assert!(catalog.entry(id).await.unwrap().is_some());
    }
}

async fn write_singly(catalog: &EmbeddedCatalog, writers: u64, each: u64) {
    let first = 1 << 32 << writers;
    let write = async |writer: u64| {
        for number in 0..each {
            let asset = asset(first + writer * each + number);
            let set = ChangeSet::by(&Actor::System, moment()).put(asset, EventKind::Created);
            catalog.commit(set).await.unwrap();
        }
    };
    join_all((0..writers).map(write)).await;
}

fn moment() -> Timestamp {
    Timestamp::from_millis(1_795_395_600_000)
}

fn id(number: u64) -> AssetId {
    AssetId::from_bytes(u128::from(number).to_be_bytes())
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn asset(number: u64) -> Asset {
    let vi = LanguageTag::parse("vi").unwrap();
    let text = |text: String| -> LanguageMap { [(vi.clone(), text)].into_iter().collect() };
    let sentence = "Mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và các quyền. ";
    Asset {
        id: id(number),
        revision: Revision::FIRST,
        state: State::Published,
        widest_audience: AudienceLevel::Public,
        work: Work {
            titles: text(format!(
                "Tuyên ngôn quốc tế về quyền con người, bản {number}"
            )),
            descriptions: text(sentence.repeat(2)),
            kind: Some(slug("article")),
            creators: vec![Creator {
                name: "Liên Hợp Quốc".into(),
                role: Some("author".into()),
            }],
            organisation: Some(slug("dic")),
            languages: vec![vi.clone()],
            strand: Some(slug("educate")),
            themes: vec![slug("international-law")],
            instruments: vec![slug("udhr"), slug("iccpr")],
            rights_groups: vec![slug("education")],
            udhr_articles: vec![slug("udhr-1"), slug("udhr-26")],
            audiences: vec![slug("pupils")],
            places: vec![slug("chu-se")],
            made: "2024-05-12".parse().ok(),
            body: Some(sentence.repeat(9)),
            credit_line: Some("Cục Thông tin cơ sở và Thông tin đối ngoại".into()),
            reuse_terms: slug("cc-by-4.0"),
            people_shown: PeopleShown::NoneIdentifiable,
            consent: None,
            minors_shown: false,
            access: Access::Public,
            embargo_until: None,
            review_on: None,
            relations: Vec::new(),
            identifiers: vec![Identifier {
                scheme: slug("sample"),
                value: format!("record-{number}"),
            }],
        },
        issuer: None,
        files: Vec::new(),
        created_at: moment(),
        updated_at: moment(),
        published_at: Some(moment()),
        review: Review::default(),
        corrections: Vec::new(),
        sealed: Vec::new(),
    }
}

fn mib(dir: &Path) -> u64 {
    let sizes = std::fs::read_dir(dir).unwrap().map(|entry| {
        let metadata = entry.unwrap().metadata().unwrap();
        if metadata.is_file() {
            metadata.len()
        } else {
            0
        }
    });
    sizes.sum::<u64>() / (1024 * 1024)
}
