//! The access policy applies to hits, totals and facets.

use khochung::domain::Timestamp;
use khochung::domain::access::{Actor, Role};
use khochung::domain::asset::{Access, Consent, PeopleShown, State};
use khochung::services::search::{Facet, SearchRequest};
use khochung::storage::catalog::EventKind;

use super::{Library, holder, id, numbers, slug, work};

fn works() -> Vec<khochung::domain::asset::Asset> {
    let mut draft = work(1, "Bản nháp quyền", "x");
    draft.state = State::Draft;
    let mut partner = work(2, "Đối tác quyền", "x");
    partner.work.access = Access::Partner;
    let mut internal = work(3, "Nội bộ quyền", "x");
    internal.work.access = Access::StateInternal;
    internal.work.organisation = Some(slug("fsi"));
    let mut embargoed = work(4, "Chờ ngày quyền", "x");
    embargoed.work.embargo_until = Some(Timestamp::parse("2026-12-01T00:00:00+07:00").unwrap());
    vec![
        draft,
        partner,
        internal,
        embargoed,
        work(5, "Công khai quyền", "x"),
    ]
}

#[tokio::test]
async fn each_audience_finds_and_counts_only_visible_works() {
    let library = Library::with(works()).await;
    for (actor, expected) in [
        (Actor::Anonymous, vec![5]),
        (holder(Role::Station, None), vec![2, 5]),
        (holder(Role::Partner, None), vec![2, 5]),
        (holder(Role::Contributor, Some("fsi")), vec![2, 3, 5]),
        (holder(Role::Contributor, Some("dic")), vec![1, 2, 3, 4, 5]),
        (holder(Role::Editor, None), vec![1, 2, 3, 4, 5]),
        (Actor::System, vec![1, 2, 3, 4, 5]),
    ] {
        let request = SearchRequest {
            facets: vec![Facet::Kind],
            ..SearchRequest::for_text("quyền")
        };
        let answer = library.search.search(&actor, request).await.unwrap();
        let mut found = numbers(&answer);
        found.sort_unstable();
        assert_eq!(found, expected, "{actor}");
        assert_eq!(answer.total.works, expected.len() as u64, "{actor}");
        let counted: u64 = answer.facets[0]
            .values
            .iter()
            .map(|value| value.works)
            .sum();
        assert_eq!(counted, expected.len() as u64, "{actor}");
    }
}

#[tokio::test]
async fn an_embargo_ends_at_its_moment_without_any_write() {
    let library = Library::with(works()).await;
    library
        .clock
        .set(Timestamp::parse("2026-11-30T23:59:59+07:00").unwrap());
    assert_eq!(library.found("chờ ngày").await, [] as [u128; 0]);
    library
        .clock
        .set(Timestamp::parse("2026-12-01T00:00:00+07:00").unwrap());
    assert_eq!(library.found("chờ ngày").await, [4]);
}

#[tokio::test]
async fn a_consent_ends_at_its_moment_without_any_write() {
    let mut agreed = work(6, "Chuyện bên bếp lửa", "x");
    agreed.work.people_shown = PeopleShown::ConsentOnFile;
    agreed.work.consent = Some(Consent {
        ends_on: Some("2026-11-30".parse().unwrap()),
        ..Consent::default()
    });
    let library = Library::with(works().into_iter().chain([agreed])).await;
    for (moment, found, counted) in [
        ("2026-11-30T23:59:59+07:00", vec![6], 1),
        ("2026-12-01T00:00:00+07:00", vec![], 0),
    ] {
        library.clock.set(Timestamp::parse(moment).unwrap());
        assert_eq!(library.found("bếp lửa").await, found, "{moment}");
        let request = SearchRequest::for_text("bếp lửa");
        let answer = library.search.search(&Actor::Anonymous, request).await;
        assert_eq!(answer.unwrap().total.works, counted, "{moment}");
    }
}

#[tokio::test]
async fn a_withdrawn_work_is_gone_even_for_editors() {
    let library = Library::with(works()).await;
    let mut gone = work(5, "Công khai quyền", "x");
    gone.revision = gone.revision.next();
    gone.state = State::Withdrawn {
        reason: "sai".into(),
    };
    library.put(gone, EventKind::Withdrawn).await;
    assert_eq!(library.found("công khai").await, [] as [u128; 0]);
    let answer = library
        .search
        .search(&Actor::System, SearchRequest::for_text("công khai"))
        .await
        .unwrap();
    assert!(!numbers(&answer).contains(&5));
    assert_eq!(
        answer
            .hits
            .iter()
            .filter(|hit| hit.asset.id == id(5))
            .count(),
        0
    );
}

/// A correction could reveal a word of a draft: by suggesting it, or by not correcting a word that only
/// the draft contains.
#[tokio::test]
async fn corrections_use_no_word_of_works_the_caller_may_not_see() {
    let mut draft = work(1, "Vụ Zanzibar", "Hồ sơ Zanzibar chưa công bố.");
    draft.state = State::Draft;
    let public = work(2, "Hồ sơ Danzibar", "Hồ sơ Danzibar đã công bố.");
    let library = Library::with([draft, public]).await;
    let repaired = async |actor: &Actor, text: &str| {
        let request = SearchRequest::for_text(text);
        let answer = library.search.search(actor, request).await.unwrap();
        let interpretation = answer.interpretation;
        interpretation
            .showing_results_for
            .or(interpretation.did_you_mean)
    };
    let editor = holder(Role::Editor, None);
    let text = Some("ho so zanzibar".to_owned());
    assert_eq!(repaired(&editor, "ho so zanzibbar").await, text);
    assert_eq!(repaired(&Actor::Anonymous, "ho so zanzibbar").await, None);
    let text = Some("ho so danzibar".to_owned());
    assert_eq!(repaired(&Actor::Anonymous, "ho so zanzibar").await, text);
    assert_eq!(repaired(&editor, "ho so zanzibar").await, None);
}
