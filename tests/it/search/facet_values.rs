//! Ten thousand values of one facet: exact counts, the requested number, most frequent first.

use std::collections::BTreeMap;

use khochung::domain::Slug;
use khochung::domain::asset::Asset;
use khochung::services::search::{Facet, SearchRequest, SearchResponse};

use super::{Library, numbers, slug, work};

const PLACES: usize = 10_000;
/// Most places of one work.
const OF_ONE_WORK: usize = 200;

fn place(number: usize) -> Slug {
    slug(&format!("lang-{number:05}"))
}

/// Every place once; those whose number divides by ten once more; by a hundred, a third time.
/// Each work is of a year of its own.
fn works() -> Vec<Asset> {
    let every = |step: usize| (0..PLACES).step_by(step).map(place).collect::<Vec<_>>();
    let places = [every(1), every(10), every(100)];
    let lists = places.iter().flat_map(|places| places.chunks(OF_ONE_WORK));
    let works = lists.zip(1..).map(|(places, number)| {
        let mut asset = work(number, &format!("Bài {number}"), "chung");
        asset.work.places = places.to_vec();
        asset.work.made = Some((1900 + number).to_string().parse().unwrap());
        asset
    });
    works.collect()
}

fn expected(number: usize) -> u64 {
    [1, 10, 100]
        .iter()
        .filter(|step| number.is_multiple_of(**step))
        .count() as u64
}

async fn counted(
    library: &Library,
    limit: usize,
    chosen: &[usize],
) -> (SearchResponse, Vec<(String, u64)>) {
    let mut request = SearchRequest::for_text("chung");
    request.facets = vec![Facet::Place];
    request.facet_values = limit;
    request.limit = 100;
    for number in chosen {
        request.filters.add(Facet::Place, place(*number).as_str());
    }
    let answer = library.ask(request).await;
    let values = answer.facets[0].values.iter();
    let values = values
        .map(|value| (value.value.clone(), value.works))
        .collect();
    (answer, values)
}

#[tokio::test]
async fn ten_thousand_values_are_counted_exactly() {
    let library = Library::with(works()).await;
    let (_, values) = counted(&library, 2 * PLACES, &[]).await;
    let actual: BTreeMap<String, u64> = values.into_iter().collect();
    let right = (0..PLACES).map(|number| (place(number).to_string(), expected(number)));
    assert_eq!(actual, right.collect());
}

#[tokio::test]
async fn the_requested_number_of_values_is_returned_most_frequent_first() {
    let library = Library::with(works()).await;
    let of_every = |step: usize, works: u64| {
        let numbers = (0..PLACES)
            .step_by(step)
            .filter(move |n| expected(*n) == works);
        numbers.map(move |number| (place(number).to_string(), works))
    };
    let order = of_every(100, 3)
        .chain(of_every(10, 2))
        .chain(of_every(1, 1));
    let order: Vec<(String, u64)> = order.collect();
    for limit in [1, 50, 100, 101, 1000, 1001] {
        let (_, values) = counted(&library, limit, &[]).await;
        assert_eq!(values, order[..limit], "{limit}");
    }
}

#[tokio::test]
async fn filtering_by_many_values_finds_the_works_with_any_of_them() {
    let library = Library::with(works()).await;
    let chosen: Vec<usize> = (0..PLACES).step_by(2).collect();
    let (answer, values) = counted(&library, 10, &chosen).await;
    assert_eq!(answer.total.works, works().len() as u64);
    assert_eq!(values.len(), 10, "a facet does not heed its own filter");
    let (answer, _) = counted(&library, 10, &[5]).await;
    assert_eq!(numbers(&answer), [1]);
    assert!(
        answer.facets[0]
            .values
            .iter()
            .all(|value| !value.is_selected)
    );
    let (answer, _) = counted(&library, 2, &[100]).await;
    let first: Vec<_> = answer.facets[0]
        .values
        .iter()
        .map(|v| v.is_selected)
        .collect();
    assert_eq!(first, [false, true], "lang-00000, lang-00100");
}
