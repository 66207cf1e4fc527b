//! Filters restrict the results, facets count the results of selecting a value.

use khochung::domain::asset::{Asset, File, FileRole, MediaFacts};
use khochung::domain::{LanguageMap, LanguageTag, Sha256};
use khochung::services::search::{Facet, SearchRequest, SearchResponse};

use super::{Library, now, numbers, slug, work};

fn file(number: u8, media_type: &str, facts: MediaFacts) -> File {
    File {
        sha256: Sha256::from_bytes([number; 32]),
        role: FileRole::Original,
        media_type: media_type.into(),
        size: 1,
        name: "a".into(),
        title: LanguageMap::default(),
        alt: LanguageMap::default(),
        language: None,
        facts,
        redacted: Vec::new(),
        text_correction: None,
        attached_at: now(),
    }
}

fn works() -> Vec<Asset> {
    let mut poster = work(1, "Áp phích một", "chung");
    poster.work.kind = Some(slug("painting"));
    poster.work.made = Some("2023".parse().unwrap());
    poster.files = vec![file(
        1,
        "image/png",
        MediaFacts {
            width_px: Some(800),
            height_px: Some(600),
            duration_ms: None,
        },
    )];
    let mut radio = work(2, "Phát thanh hai", "chung");
    radio.work.kind = Some(slug("radio-play"));
    radio.work.made = Some("2024-05/2024-06".parse().unwrap());
    radio
        .work
        .languages
        .push(LanguageTag::parse("jra").unwrap());
    radio.files = vec![file(
        2,
        "audio/mpeg",
        MediaFacts {
            duration_ms: Some(180_000),
            ..MediaFacts::default()
        },
    )];
    let mut article = work(3, "Bài ba", "chung");
    article.work.made = Some("2024-06-15".parse().unwrap());
    article.work.languages = vec![LanguageTag::parse("jra").unwrap()];
    vec![poster, radio, article, work(4, "Bài bốn", "chung")]
}

fn counts(answer: &SearchResponse, facet: Facet) -> Vec<(String, u64)> {
    let counted = answer
        .facets
        .iter()
        .find(|counts| counts.facet == facet)
        .unwrap();
    counted
        .values
        .iter()
        .map(|value| (value.value.clone(), value.works))
        .collect()
}

async fn narrowed(library: &Library, narrow: impl FnOnce(&mut SearchRequest)) -> SearchResponse {
    let mut request = SearchRequest::for_text("chung");
    request.facets = vec![Facet::Kind, Facet::Language, Facet::Year, Facet::Has];
    narrow(&mut request);
    library.ask(request).await
}

#[tokio::test]
async fn a_facet_is_counted_without_its_own_filter_and_without_zeros() {
    let library = Library::with(works()).await;
    let all = narrowed(&library, |_| {}).await;
    let kinds =
        [("article", 2), ("painting", 1), ("radio-play", 1)].map(|(v, n)| (v.to_owned(), n));
    assert_eq!(counts(&all, Facet::Kind), kinds);
    let posters = narrowed(&library, |r| r.filters.add(Facet::Kind, "painting")).await;
    assert_eq!(numbers(&posters), [1]);
    assert_eq!(counts(&posters, Facet::Kind), kinds);
    assert_eq!(counts(&posters, Facet::Language), [("vi".to_owned(), 1)]);
    let both = narrowed(&library, |r| {
        r.filters.add(Facet::Kind, "painting");
        r.filters.add(Facet::Kind, "radio-play");
        r.filters.add(Facet::Language, "JRA");
    })
    .await;
    assert_eq!(numbers(&both), [2]);
    assert_eq!(
        counts(&both, Facet::Kind),
        [("article".to_owned(), 1), ("radio-play".to_owned(), 1)]
    );
    let chosen = both.facets[0]
        .values
        .iter()
        .filter(|value| value.is_selected)
        .count();
    assert_eq!(chosen, 1);
}

#[tokio::test]
async fn dates_match_when_the_work_can_have_been_made_then() {
    let library = Library::with(works()).await;
    for (from, to, expected) in [
        (Some("2024-06"), None, vec![2, 3]),
        (None, Some("2024-05"), vec![1, 2]),
        (Some("2023-07"), Some("2023-08"), vec![1]),
        (Some("2024-06-20"), Some("2024-06-25"), vec![2]),
    ] {
        let answer = narrowed(&library, |r| {
            r.filters.made_from = from.map(|date| date.parse().unwrap());
            r.filters.made_to = to.map(|date| date.parse().unwrap());
        })
        .await;
        let mut found = numbers(&answer);
        found.sort_unstable();
        assert_eq!(found, expected, "{from:?} {to:?}");
    }
}

#[tokio::test]
async fn media_filters_and_typed_filters_narrow() {
    let library = Library::with(works()).await;
    let long = narrowed(&library, |r| r.filters.min_duration_ms = Some(120_000)).await;
    assert_eq!(numbers(&long), [2]);
    let short = narrowed(&library, |r| r.filters.max_duration_ms = Some(60_000)).await;
    assert_eq!(short.total.works, 0);
    let large = narrowed(&library, |r| r.filters.min_image_side_px = Some(600)).await;
    assert_eq!(numbers(&large), [1]);
    let larger = narrowed(&library, |r| r.filters.min_image_side_px = Some(601)).await;
    assert_eq!(larger.total.works, 0);
    let typed = narrowed(&library, |r| r.text = "chung has:audio year:2024".into()).await;
    assert_eq!(numbers(&typed), [2]);
    let labels = narrowed(&library, |r| r.language = "en".into()).await;
    let label = labels.facets[0]
        .values
        .iter()
        .find(|value| value.value == "painting")
        .map(|value| value.label.clone());
    assert_eq!(label.as_deref(), Some("Painting for exhibition"));
}
