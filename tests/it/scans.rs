//! Jobs that recognise scans, with stand-ins for the programs: what ends them, and what they record.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use khochung::clock::Clock;
use khochung::domain::access::Actor;
use khochung::domain::asset::{Asset, AssetId, File, FileRole, MediaFacts, ProcessingFailure};
use khochung::domain::{LanguageMap, Sha256, Timestamp};
use khochung::services::jobs::{Handler as _, Runner, Settings as RunnerSettings};
use khochung::services::media::recognition::{self, ScanLimits};
use khochung::services::media::render::Limits;
use khochung::services::media::{ReadTexts, RecogniseTexts, RenditionStore};
use khochung::services::programs::{Program, Programs, Settings};
use khochung::storage::blobs::{BlobStore, LocalBlobs, Staging};
use khochung::storage::catalog::embedded::{EmbeddedCatalog, Options};
use khochung::storage::catalog::prelude::*;
use khochung::storage::catalog::{ChangeSet, EventKind, JobState, ProcessingResult};

use crate::media_jobs::draft;

/// What begins every stand-in: it answers the questions for its version and its languages.
const HEAD: &str = "#!/usr/bin/python3
import sys, time
arguments = sys.argv[1:]
if arguments in (['-v'], ['--version']):
    print('stand-in 99.1')
    sys.exit()
if arguments == ['--list-langs']:
    print('List of available languages (1):\\nvie')
    sys.exit()
";

/// Reads the same word on every page.
const TESSERACT: &str = "
columns = ['5', '1', '1', '1', '1', '1', '0', '0', '9', '9', '96', 'quyền']
open('out/page.tsv', 'w').write('\\t'.join(columns))
";

/// Draws white pages: the number of the page is `number`.
const PDFTOPPM: &str = "
number = int(arguments[arguments.index('-f') + 1])
def draw():
    open('out/page.pgm', 'wb').write(b'P5 40 40 255 ' + b'\\xff' * 1600)
def end():
    print('Wrong page range given', file=sys.stderr)
    sys.exit(99)
";

fn now() -> Timestamp {
    Timestamp::from_millis(1_795_395_600_000)
}

/// A store with one scan, and the programs that read it.
struct Bench {
    dir: tempfile::TempDir,
    catalog: Arc<EmbeddedCatalog>,
    blobs: Arc<LocalBlobs>,
    staging: Staging,
    settings: Settings,
}

/// What came of a job.
#[derive(Debug, PartialEq)]
struct Outcome {
    result: Option<ProcessingResult>,
    text: Option<String>,
    layout: Option<serde_json::Value>,
    failures: u32,
    state: JobState,
}

impl Bench {
    fn new(tesseract: &str, pdftoppm: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let catalog = EmbeddedCatalog::open(&dir.path().join("catalog"), Options::default());
        let stand_in = |name: &str, script: String| {
            let path = dir.path().join(name);
            fs::write(&path, format!("{HEAD}{script}")).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
            path
        };
        let paths = [
            (Program::Tesseract, stand_in("tesseract", tesseract.into())),
            (
                Program::Pdftoppm,
                stand_in("pdftoppm", format!("{PDFTOPPM}{pdftoppm}")),
            ),
        ];
        let settings = Settings {
            launcher: PathBuf::from(env!("CARGO_BIN_EXE_khochung")),
            paths: paths.into(),
            ..Settings::new(dir.path().join("programs")).unwrap()
        };
        Self {
            catalog: Arc::new(catalog.unwrap()),
            blobs: Arc::new(LocalBlobs::open(dir.path()).unwrap()),
            staging: Staging::open(dir.path(), SystemTime::now()).unwrap(),
            settings,
            dir,
        }
    }

    /// The same where this program is not installed.
    fn without(mut self, program: Program) -> Self {
        let nowhere = self.dir.path().join("nowhere");
        self.settings.paths.insert(program, nowhere);
        self
    }

    async fn recognise(
        &self,
        media_type: &str,
        bytes: &[u8],
        (limits, scan_limits): (Limits, ScanLimits),
    ) -> Outcome {
        let staged = self.staging.stage(bytes.to_vec()).await.unwrap();
        let key = staged.key;
        self.blobs.put(staged).await.unwrap();
        let asset = work(key, media_type);
        let job = recognition::job(asset.id, key, now());
        let changes = ChangeSet::by(&Actor::System, now()).put(asset, EventKind::Created);
        self.catalog.commit(changes.job(job)).await.unwrap();
        let store = RenditionStore::new(self.blobs.clone(), self.staging.clone());
        let programs = Programs::open(self.settings.clone()).unwrap();
        let handler = RecogniseTexts::new(self.catalog.clone(), store, programs, limits);
        let clock = Clock::standing(now());
        let runner = Runner::new(self.catalog.clone(), clock, RunnerSettings::default());
        let runner = runner.with(handler.within(scan_limits)).start();
        runner.idle().await;
        runner.stop().await;
        self.outcome(key).await
    }

    async fn outcome(&self, key: Sha256) -> Outcome {
        let records = self.catalog.blob_records(&[key]).await.unwrap();
        let record = records.into_iter().flatten().next();
        let renditions = self.catalog.renditions(&[key]).await.unwrap().concat();
        let mut outcome = Outcome {
            result: record
                .and_then(|record| record.result_of("text").map(|processed| processed.result)),
            text: None,
            layout: None,
            failures: 0,
            state: JobState::Waiting,
        };
        for made in renditions {
            let bytes = self.blobs.read(made.blob, 0..u64::MAX).await.unwrap();
            if made.recipe.starts_with("text/") {
                assert_eq!(made.recipe, "text/1+tesseract-99.1.0-vie");
                outcome.text = Some(String::from_utf8(bytes.to_vec()).unwrap());
            } else {
                outcome.layout = Some(serde_json::from_slice(&bytes).unwrap());
            }
        }
        let jobs = self.catalog.jobs(None, None, 10).await.unwrap();
        outcome.failures = jobs[0].failures;
        outcome.state = jobs[0].state;
        outcome
    }
}

fn limits() -> (Limits, ScanLimits) {
    (Limits::default(), ScanLimits::default())
}

/// A work that has this file.
fn work(key: Sha256, media_type: &str) -> Asset {
    let file = File {
        sha256: key,
        role: FileRole::Original,
        media_type: media_type.to_owned(),
        size: 7,
        name: "tệp".to_owned(),
        title: LanguageMap::default(),
        alt: LanguageMap::default(),
        language: None,
        facts: MediaFacts::default(),
        redacted: Vec::new(),
        text_correction: None,
        attached_at: now(),
    };
    Asset {
        files: vec![file],
        ..draft(AssetId::from_bytes([7; 16]))
    }
}

fn failed(failure: ProcessingFailure) -> Option<ProcessingResult> {
    Some(ProcessingResult::Failed(failure))
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_read_until_the_last_one() {
    let bench = Bench::new(TESSERACT, "draw() if number <= 2 else end()");
    let outcome = bench.recognise("application/pdf", b"%PDF", limits()).await;
    assert_eq!(outcome.text.as_deref(), Some("quyền\n\u{c}quyền\n\u{c}"));
    let layout = outcome.layout.unwrap();
    assert_eq!(layout["pages"].as_array().unwrap().len(), 2, "{layout}");
    assert_eq!(outcome.state, JobState::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_takes_too_long_is_too_large() {
    let bench = Bench::new(TESSERACT, "draw()");
    let second = ScanLimits {
        time: Duration::from_secs(1),
        ..ScanLimits::default()
    };
    let limits = (Limits::default(), second);
    let outcome = bench.recognise("application/pdf", b"%PDF", limits).await;
    assert_eq!(outcome.result, failed(ProcessingFailure::TooLarge));
    assert_eq!(outcome.state, JobState::Done);
    assert_eq!(outcome.text, None);
}

#[test]
fn attempts_end_and_leave_time_to_record_why() {
    let bench = Bench::new(TESSERACT, "end()");
    let store = || RenditionStore::new(bench.blobs.clone(), bench.staging.clone());
    let programs = Programs::open(bench.settings.clone()).unwrap();
    let reading = ReadTexts::new(bench.catalog.clone(), store(), programs.clone());
    assert_eq!(reading.policy().max_attempts, 5);
    let limits = Limits::default();
    let scanning = RecogniseTexts::new(bench.catalog.clone(), store(), programs, limits);
    assert_eq!(scanning.policy().max_attempts, 5);
    assert!(ScanLimits::default().time < scanning.policy().timeout);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_program_nothing_is_drawn_and_nothing_is_recorded() {
    for program in [Program::Tesseract, Program::Pdftoppm] {
        let fails_if_drawn = "sys.exit(1)";
        let bench = Bench::new(TESSERACT, fails_if_drawn).without(program);
        let outcome = bench.recognise("application/pdf", b"%PDF", limits()).await;
        let nothing = Outcome {
            result: None,
            text: None,
            layout: None,
            failures: 0,
            state: JobState::Done,
        };
        assert_eq!(outcome, nothing, "{program}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tesseract_without_vietnamese_is_a_missing_program_and_no_damaged_scan() {
    let bench = Bench::new("sys.exit(1)", "draw() if number == 1 else end()");
    let tesseract = bench.dir.path().join("tesseract");
    let script = fs::read_to_string(&tesseract).unwrap();
    fs::write(&tesseract, script.replace("\\nvie'", "\\neng\\nosd'")).unwrap();
    let outcome = bench.recognise("application/pdf", b"%PDF", limits()).await;
    assert_eq!(outcome.result, None);
    assert_eq!(outcome.state, JobState::Done);

    let programs = Programs::open(bench.settings.clone()).unwrap();
    assert!(!programs.is_missing(Program::Tesseract));
    let error = programs.version(Program::Tesseract).await.unwrap_err();
    assert!(error.needs_installation(), "{error:?}");
    assert!(programs.is_missing(Program::Tesseract));
    // The data comes without a change of the program.
    fs::write(&tesseract, script).unwrap();
    let version = programs.version(Program::Tesseract).await.unwrap();
    assert_eq!(version.to_string(), "99.1.0");
    assert!(!programs.is_missing(Program::Tesseract));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_image_over_the_limit_of_files_is_too_large() {
    let bench = Bench::new(TESSERACT, "end()");
    let image = include_bytes!("../fixtures/documents/scan.png");
    let limits = Limits {
        file: image.len() as u64 - 1,
        ..Limits::default()
    };
    let limits = (limits, ScanLimits::default());
    let outcome = bench.recognise("image/png", image, limits).await;
    assert_eq!(outcome.result, failed(ProcessingFailure::TooLarge));
    assert_eq!(outcome.state, JobState::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_fails_is_left_out_and_the_others_are_read() {
    for bad in [
        "open('out/page.pgm', 'wb').write(b'P5 no image')",
        "sys.exit(1)",
    ] {
        let pages = format!("{bad} if number == 1 else draw() if number == 2 else end()");
        let bench = Bench::new(TESSERACT, &pages);
        let outcome = bench.recognise("application/pdf", b"%PDF", limits()).await;
        assert_eq!(outcome.text.as_deref(), Some("\u{c}quyền\n\u{c}"), "{bad}");
        let layout = outcome.layout.unwrap();
        assert!(layout["pages"][0].is_null(), "{layout}");
        assert_eq!(layout["pages"][1]["words"][0]["text"], "quyền");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_of_which_no_page_can_be_read_is_damaged() {
    let bench = Bench::new(
        TESSERACT,
        "open('out/page.pgm', 'wb').write(b'P5 no image')",
    );
    let outcome = bench.recognise("application/pdf", b"%PDF", limits()).await;
    assert_eq!(outcome.result, failed(ProcessingFailure::Damaged));
    assert_eq!(outcome.text, None);
    assert_eq!(outcome.state, JobState::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_beyond_the_limit_are_not_kept_secret() {
    for (last, has_more) in [(3, true), (2, false)] {
        let pages = format!("draw() if number <= {last} else end()");
        let bench = Bench::new(TESSERACT, &pages);
        let two = ScanLimits {
            pages: 2,
            ..ScanLimits::default()
        };
        let limits = (Limits::default(), two);
        let outcome = bench.recognise("application/pdf", b"%PDF", limits).await;
        assert_eq!(outcome.text.as_deref(), Some("quyền\n\u{c}quyền\n\u{c}"));
        let layout = outcome.layout.unwrap();
        assert_eq!(layout["has_further_pages"] == true, has_more, "{layout}");
    }
}
