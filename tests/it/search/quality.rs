//! Ranking on the Universal Declaration: a small, free regression with floors. The large judged
//! set is measured by `benches/search_quality.rs`; see `docs/search-quality.md`.

use khochung::domain::LanguageTag;
use khochung::services::search::{Facet, SearchRequest};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::{Library, numbers, work};

/// Articles of the English text are numbered from here on.
const ENGLISH: u128 = 100;

pub(super) async fn library() -> Library {
    let lines = include_str!("../../fixtures/search/udhr.jsonl").lines();
    Library::with(lines.map(|line| {
        let article: serde_json::Value = serde_json::from_str(line).unwrap();
        let number = u128::from(article["article"].as_u64().unwrap());
        let language = article["language"].as_str().unwrap();
        let text = article["text"].as_str().unwrap();
        let (number, title) = match language {
            "vi" => (
                number,
                format!("Tuyên ngôn Quốc tế Nhân quyền – Điều {number}"),
            ),
            _ => (
                ENGLISH + number,
                format!("Universal Declaration – Article {number}"),
            ),
        };
        let mut asset = work(number, &title, text);
        asset.work.languages = vec![LanguageTag::parse(language).unwrap()];
        asset
    }))
    .await
}

/// Mean reciprocal rank within the first ten, over the queries of one language.
async fn mrr(
    library: &Library,
    language: &str,
    works: &str,
    typed: impl Fn(&str) -> String,
) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for line in include_str!("../../fixtures/search/queries.tsv").lines() {
        let fields = line.split('\t').collect::<Vec<_>>();
        assert_eq!(fields.len(), 3, "{line}");
        let [of, article, query] = [fields[0], fields[1], fields[2]];
        if of != language {
            continue;
        }
        let mut request = SearchRequest::for_text(typed(query));
        request.filters.add(Facet::Language, works);
        let wanted: u128 = article.parse().unwrap();
        let found = numbers(&library.ask(request).await);
        let place = found
            .iter()
            .take(10)
            .position(|number| number % ENGLISH == wanted);
        sum += place.map_or(0.0, |place| 1.0 / (place + 1) as f64);
        count += 1.0;
    }
    sum / count
}

fn without_marks(text: &str) -> String {
    text.nfd()
        .filter(|c| !is_combining_mark(*c))
        .map(|c| if c == 'đ' { 'd' } else { c })
        .collect()
}

#[tokio::test]
async fn ranking_stays_above_its_floors() {
    let library = library().await;
    let asis = mrr(&library, "vi", "vi", str::to_owned).await;
    let nfd = mrr(&library, "vi", "vi", |text| text.nfd().collect()).await;
    let bare = mrr(&library, "vi", "vi", without_marks).await;
    let english = mrr(&library, "en", "en", str::to_owned).await;
    let across = mrr(&library, "en", "vi", str::to_owned).await;
    println!(
        "vi {asis:.3}, nfd {nfd:.3}, without marks {bare:.3}, en {english:.3}, en to vi {across:.3}"
    );
    assert!(
        (asis - nfd).abs() < 1e-9,
        "decomposed text is the same text"
    );
    for (what, value, floor) in [
        ("vi", asis, 0.85),
        ("without marks", bare, asis - 0.06),
        ("en", english, 0.9),
        ("en to vi", across, 0.5),
    ] {
        assert!(value >= floor, "{what}: {value:.3} is under {floor:.3}");
    }
}
