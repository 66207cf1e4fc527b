//! Vietnamese as people type it.

use khochung::services::search::{MatchMode, SearchRequest, TextField};

use super::{Library, work};

async fn library() -> Library {
    Library::with([
        work(
            1,
            "Quyền trẻ em",
            "Trẻ em có quyền được học tập, vui chơi và được bảo vệ.",
        ),
        work(
            2,
            "Quyền của người khuyết tật",
            "Người khuyết tật hoà nhập cộng đồng ở huyện K’Bang.",
        ),
        work(
            3,
            "Lễ hội cồng chiêng",
            "Đồng bào Jrai ơ\u{306}i và Bahnar ở Đăk Đoa tổ chức lễ hội.",
        ),
        work(
            4,
            "Kế hoạch truyền thông",
            "Căn cứ Quyết định số 1079/QĐ-TTg, Ủy ban nhân dân tỉnh ban hành kế hoạch.",
        ),
        work(
            5,
            "Tuyên ngôn",
            "Mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm.",
        ),
    ])
    .await
}

#[tokio::test]
async fn the_same_words_find_the_same_work_however_they_are_typed() {
    let library = library().await;
    for (text, expected) in [
        ("quyền trẻ em", 1),
        ("quyen tre em", 1),
        ("QUYỀN TRẺ EM", 1),
        ("quye\u{302}\u{300}n tre\u{309} em", 1), // decomposed
        ("quyeenf trer em", 1),                   // Telex with the input method off
        ("quye62n tre3 em", 1),                   // VNI
        ("quyền tẻr em", 1),                      // a slip
        ("hòa nhập", 2),                          // tone on the other vowel
        ("K'Bang", 2),
        ("KBang", 2),
        ("kʼbang", 2),
        ("dak doa", 3),
        ("Ðăk Đoa", 3), // Eth for Đ
        ("1079/QD-TTg", 4),
        ("1079/QĐ-TTg", 4),
        ("UBND tỉnh", 4),
        ("nhan pham", 5),
    ] {
        assert_eq!(library.found(text).await.first(), Some(&expected), "{text}");
    }
}

#[tokio::test]
async fn repairs_are_reported_and_can_be_disabled() {
    let library = library().await;
    let answer = library
        .ask(SearchRequest::for_text("quyeenf trer em"))
        .await;
    assert_eq!(
        answer.interpretation.showing_results_for.as_deref(),
        Some("quyền trẻ em")
    );
    let answer = library.ask(SearchRequest::for_text("khuyeets taat")).await;
    assert!(answer.interpretation.showing_results_for.is_some());
    let verbatim = SearchRequest {
        verbatim: true,
        ..SearchRequest::for_text("quyeenf")
    };
    let answer = library.ask(verbatim).await;
    assert_eq!(answer.total.works, 0);
    assert_eq!(answer.interpretation.showing_results_for, None);
}

#[tokio::test]
async fn phrases_exclusions_and_all_words_are_respected() {
    let library = library().await;
    assert_eq!(library.found("\"trẻ em có quyền\"").await, [1]);
    assert!(!library.found("quyền -trẻ").await.contains(&1));
    let strict = SearchRequest {
        all_words: true,
        ..SearchRequest::for_text("quyền cồng chiêng")
    };
    assert_eq!(library.ask(strict).await.total.works, 0);
    let loose = library
        .ask(SearchRequest::for_text("quyền cồng chiêng"))
        .await;
    assert_eq!(loose.matching, MatchMode::AnySelectiveTerm);
    assert!(loose.total.works > 1);
}

#[tokio::test]
async fn expansions_are_reported_and_can_be_excluded() {
    let library = library().await;
    let answer = library.ask(SearchRequest::for_text("UBND")).await;
    let told = &answer.interpretation.expansions[0];
    assert!(
        told.added.iter().any(|name| name == "Ủy ban nhân dân"),
        "{told:?}"
    );
    let mut struck = SearchRequest::for_text("UBND");
    struck.verbatim = true;
    struck.expansion.without = answer
        .interpretation
        .expansions
        .iter()
        .map(|e| e.id.clone())
        .collect();
    let answer = library.ask(struck).await;
    assert_eq!(
        (answer.total.works, answer.interpretation.expansions.len()),
        (0, 0)
    );
}

#[tokio::test]
async fn snippets_have_their_diacritics_and_their_passage() {
    let library = library().await;
    let answer = library.ask(SearchRequest::for_text("vui choi")).await;
    let snippet = &answer.hits[0].snippets[0];
    assert_eq!(snippet.field, TextField::Body);
    assert_eq!(snippet.passage.unwrap().paragraph, 1);
    let lit: Vec<_> = snippet
        .fragment
        .highlights
        .iter()
        .map(|range| &snippet.fragment.text[range.clone()])
        .collect();
    assert_eq!(lit, ["vui", "chơi"]);
}
