//! Completions, similar works, and grouping of reprints.

use khochung::domain::access::Actor;
use khochung::domain::asset::State;
use khochung::services::search::admission::requester::Requester;
use khochung::services::search::{SearchRequest, Suggestion, SuggestionSource};
use khochung::storage::catalog::EventKind;

use super::{Library, id, numbers, slug, work};

const RELEASE: &str = "Sáng nay, tại thành phố Pleiku, Ủy ban nhân dân tỉnh tổ chức hội nghị tập huấn công tác \
    truyền thông về quyền con người cho cán bộ, công chức các sở, ngành và địa phương trên địa bàn tỉnh. Hơn hai \
    trăm đại biểu đã nghe giới thiệu các nội dung cơ bản của Luật Tiếp cận thông tin.";

async fn texts(library: &Library, typed: &str) -> Vec<String> {
    let found: Vec<Suggestion> = library
        .search
        .suggest(&Requester::Unlimited, &Actor::Anonymous, typed, "vi", 10)
        .await
        .unwrap();
    found
        .into_iter()
        .map(|suggestion| suggestion.text)
        .collect()
}

#[tokio::test]
async fn a_typed_prefix_is_completed_with_its_diacritics() {
    let mut draft = work(2, "Cồng chiêng bản nháp", "x");
    draft.state = State::Draft;
    let library = Library::with([work(1, "Cồng chiêng Tây Nguyên", "x"), draft]).await;
    assert_eq!(
        texts(&library, "cong chi").await,
        ["Cồng chiêng Tây Nguyên"]
    );
    assert_eq!(
        texts(&library, "chieng tay ng").await,
        ["Cồng chiêng Tây Nguyên"]
    );
    let places = texts(&library, "chu se").await;
    assert!(
        places.iter().any(|name| name.contains("Chư Sê")),
        "{places:?}"
    );
    assert!(
        texts(&library, "tre e")
            .await
            .iter()
            .any(|name| name.to_lowercase().contains("trẻ em"))
    );
    assert_eq!(texts(&library, " ").await, [] as [String; 0]);
    let mut gone = work(1, "Cồng chiêng Tây Nguyên", "x");
    gone.revision = gone.revision.next();
    gone.state = State::Withdrawn {
        reason: "sai".into(),
    };
    library.put(gone, EventKind::Withdrawn).await;
    assert_eq!(texts(&library, "cong chi").await, [] as [String; 0]);
}

#[tokio::test]
async fn the_completion_of_a_title_has_its_work() {
    let library = Library::with([work(7, "Xoang quanh lửa", "x")]).await;
    let found = library
        .search
        .suggest(&Requester::Unlimited, &Actor::Anonymous, "xoang", "vi", 5)
        .await
        .unwrap();
    assert_eq!(found[0].source, SuggestionSource::Title(id(7)));
}

#[tokio::test]
async fn reprints_are_grouped_under_one_hit_and_listed_as_similar() {
    let mut tagged = work(
        4,
        "Lớp học quyền con người",
        "Một lớp học ở vùng cao với nội dung tập huấn truyền thông.",
    );
    tagged.work.themes = vec![slug("international-law")];
    let mut original = work(1, "Tập huấn", RELEASE);
    original.work.themes = tagged.work.themes.clone();
    let hidden = {
        let mut hidden = work(5, "Tập huấn", RELEASE);
        hidden.state = State::Draft;
        hidden
    };
    let library = Library::with([
        original,
        work(2, "Hội nghị tập huấn", &format!("(GLO) - {RELEASE}")),
        work(3, "Tin Pleiku", &format!("{RELEASE} Tin, ảnh: CTV.")),
        tagged,
        work(
            6,
            "Bóng đá",
            "Đội bóng đá nữ thắng trận chung kết chiều qua trên sân vận động.",
        ),
        hidden,
    ])
    .await;
    let answer = library
        .ask(SearchRequest::for_text("Luật Tiếp cận thông tin"))
        .await;
    let families = answer
        .hits
        .iter()
        .filter(|hit| !hit.duplicates.is_empty())
        .count();
    assert_eq!((families, answer.hits[0].duplicates.len()), (1, 2));
    let mut apart = SearchRequest::for_text("Luật Tiếp cận thông tin");
    apart.group_duplicates = false;
    let apart = numbers(&library.ask(apart).await);
    assert!(
        [1, 2, 3].iter().all(|number| apart.contains(number)),
        "{apart:?}"
    );
    let similar = library
        .search
        .similar(&Requester::Unlimited, &Actor::Anonymous, id(1), 5)
        .await
        .unwrap()
        .unwrap();
    let mut reprints: Vec<_> = similar.duplicates.iter().map(|asset| asset.id).collect();
    reprints.sort_unstable();
    assert_eq!(reprints, [id(2), id(3)]);
    assert_eq!(similar.related.first().map(|asset| asset.id), Some(id(4)));
    assert!(
        library
            .search
            .similar(&Requester::Unlimited, &Actor::Anonymous, id(5), 5)
            .await
            .unwrap()
            .is_none()
    );
}
