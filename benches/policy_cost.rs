//! What the access policy costs a search: the same searches by callers with every scope, beside one that sees
//! everything.
//!
//! `cargo bench --bench policy_cost [-- WORKS]`
//!
//! WORKS (100,000) works of 200 bodies, in every state and access level, some with an embargo or a consent that ends. The callers
//! search turn by turn, each round with other words, so that other load slows all alike and no result is cached; only ratios
//! are meaningful.

use std::time::{Duration, Instant};

use khochung::domain::access::{Actor, Credential, Role, TokenId};
use khochung::domain::asset::{Access, Asset, AssetId, Consent, PeopleShown, State, Work};
use khochung::domain::{LanguageTag, Slug, Timestamp};
use khochung::services::search::bench::BenchIndex;
use khochung::services::search::{
    Facet, FileContents, IndexChange, SearchRequest, Thesaurus, WriterSettings,
};

type Failure = Box<dyn std::error::Error>;

const BATCH: usize = 10_000;
const BODIES: usize = 200;
const WORDS: usize = 4_000;
const ROUNDS: usize = 5;
const SEARCHES: usize = 200;
const FACETS: [Facet; 4] = [
    Facet::Kind,
    Facet::Organisation,
    Facet::Year,
    Facet::Language,
];
const BUDGET: Duration = Duration::from_secs(60);

/// SplitMix64: the same works in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) % limit.max(1) as u64) as usize
    }

    /// A word: the n-th is about n times as rare as the first, as in texts (Zipf).
    fn word(&mut self) -> String {
        let spread = (WORDS as f64).powf(self.below(1_000_000) as f64 / 1_000_000.0);
        format!("từ{}", spread as usize)
    }

    fn text(&mut self, length: usize) -> String {
        let words: Vec<String> = (0..length).map(|_| self.word()).collect();
        words.join(" ")
    }
}

fn body(number: usize) -> Result<Slug, Failure> {
    Ok(Slug::parse(&format!("body-{number}"))?)
}

fn work(number: usize, dice: &mut Dice) -> Result<IndexChange, Failure> {
    let vietnamese = LanguageTag::parse("vi")?;
    let mut work = Work::new();
    work.titles.insert(vietnamese.clone(), dice.text(8));
    work.languages = vec![vietnamese];
    work.kind = Some(Slug::parse(
        ["article", "video", "radio-play"][dice.below(3)],
    )?);
    work.organisation = Some(body(dice.below(BODIES))?);
    work.made = Some((2000 + dice.below(26)).to_string().parse()?);
    work.body = Some(dice.text(120));
    work.access = [
        Access::Public,
        Access::Public,
        Access::Partner,
        Access::StateInternal,
    ][dice.below(4)];
    let later = Timestamp::parse("2027-01-01T00:00:00+07:00")?;
    work.embargo_until = (dice.below(20) == 0).then_some(later);
    if dice.below(20) == 0 {
        work.people_shown = PeopleShown::ConsentOnFile;
        work.consent = Some(Consent {
            ends_on: Some("2027-06".parse()?),
            ..Consent::default()
        });
    }
    let id = AssetId::from_bytes((number as u128 + 1).to_be_bytes());
    let mut asset = Asset::take_in(id, work, Timestamp::from_millis(0));
    asset.state = match dice.below(5) {
        0 => State::Draft,
        _ => State::Published,
    };
    Ok(IndexChange::Put(Box::new(asset), FileContents::default()))
}

fn holder(role: Role, organisation: Option<usize>) -> Result<Actor, Failure> {
    Ok(Actor::Holder {
        credential: Credential::Token(TokenId("bench".into())),
        role,
        organisation: organisation.map(body).transpose()?,
        subordinates: [].into(),
        narrowed_to: None,
    })
}

fn load(works: usize, index: &BenchIndex) -> Result<(), Failure> {
    let mut dice = Dice(1);
    for start in (0..works).step_by(BATCH) {
        let batch: Result<Vec<_>, _> = (start..works.min(start + BATCH))
            .map(|number| work(number, &mut dice))
            .collect();
        index.load(&batch?)?;
    }
    Ok(index.finish_merges()?)
}

/// Seconds that each caller needs for the same searches.
fn round(
    index: &BenchIndex,
    callers: &[(&str, Actor)],
    dice: &mut Dice,
) -> Result<Vec<f64>, Failure> {
    let mut seconds = vec![0.0; callers.len()];
    for search in 0..SEARCHES {
        let mut request = SearchRequest::for_text(dice.text(2));
        request.facets = FACETS.to_vec();
        for turn in 0..callers.len() {
            // Nobody is always the first, whom the others find the pages warm.
            let caller = (turn + search) % callers.len();
            let started = Instant::now();
            index.page_for(&callers[caller].1, &request, BUDGET)?;
            seconds[caller] += started.elapsed().as_secs_f64();
        }
    }
    Ok(seconds)
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args()
        .skip(1)
        .filter(|argument| argument != "--bench");
    let works = arguments
        .next()
        .map_or(Ok(100_000), |number| number.parse())?;
    let place = tempfile::tempdir()?;
    let settings = WriterSettings {
        threads: 2,
        bytes_per_thread: 100 << 20,
    };
    let index = BenchIndex::create(
        &place.path().join("index"),
        Thesaurus::new([]),
        settings,
        "",
    )?;
    load(works, &index)?;
    let callers = [
        ("sees everything", Actor::System),
        ("anonymous", Actor::Anonymous),
        ("station", holder(Role::Station, None)?),
        (
            "contributor of one body",
            holder(Role::Contributor, Some(7))?,
        ),
        ("editor of one body", holder(Role::Editor, Some(7))?),
    ];
    let mut dice = Dice(2);
    round(&index, &callers, &mut dice)?;
    let mut ratios = vec![Vec::new(); callers.len()];
    for _ in 0..ROUNDS {
        let seconds = round(&index, &callers, &mut dice)?;
        for (ratios, own) in ratios.iter_mut().zip(&seconds) {
            ratios.push(own / seconds[0]);
        }
    }
    println!(
        "| caller | time beside one that sees everything, median (range) of {ROUNDS} rounds |\n|---|---|"
    );
    for ((name, _), ratios) in callers.iter().zip(&mut ratios) {
        ratios.sort_by(f64::total_cmp);
        let (least, most) = (ratios[0], ratios[ROUNDS - 1]);
        println!(
            "| {name} | {:.3} ({least:.3} to {most:.3}) |",
            ratios[ROUNDS / 2]
        );
    }
    Ok(())
}
