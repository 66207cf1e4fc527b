//! Vietnamese as people type it.

use khochung::services::search::{Facet, MatchMode, SearchRequest, TextField};

use super::{Library, numbers, work};

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
    let interpretation = &answer.interpretation.expansions[0];
    assert!(
        interpretation
            .added
            .iter()
            .any(|name| name == "Ủy ban nhân dân"),
        "{interpretation:?}"
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

/// A collection of works that differ in one text.
async fn library_of(texts: &[&str]) -> Library {
    let works = texts.iter().zip(1..);
    Library::with(works.map(|(text, number)| work(number, &format!("Bài {number}"), text))).await
}

#[tokio::test]
async fn english_queries_find_vietnamese_works_by_translations_of_any_form() {
    let library = library_of(&[
        "Trẻ em có quyền được học tập ở trường học.",
        "Nước sạch và vệ sinh ở nông thôn.",
        "Nội chiến kết thúc, các quốc gia ký hiệp định hòa bình.",
        "Tháng 1 là mùa lễ hội.",
        "Đồng xu được tìm thấy ở đền thờ.",
    ])
    .await;
    for (text, expected) in [
        ("children studying", 1),
        ("clean water", 2),
        ("civil wars in the countries", 3),
        ("what happened in January", 4),
        ("coins found in temples", 5),
        ("lễ hội January festival", 4),
    ] {
        let mut request = SearchRequest::for_text(text);
        request.filters.add(Facet::Language, "vi");
        let response = library.ask(request).await;
        assert_eq!(numbers(&response).first(), Some(&expected), "{text}");
        let added = &response.interpretation.expansions;
        assert!(!added.is_empty(), "{text}");
    }
}

#[tokio::test]
async fn a_right_word_is_not_doubted_though_few_works_contain_it() {
    let library = library_of(&[
        "Lễ hội cồng chiêng vào tháng 5 năm 2023, không khí vui tươi.",
        "Phí tài liệu được miễn cho học sinh.",
        "Ai hàn lại mái nhà rông.",
        "Người giàu giúp người nghèo.",
    ])
    .await;
    for text in [
        "tháng 5 năm 2024",
        "phim tài liệu",
        "phim tai lieu",
        "anh ve khong khi le hoi",
        "ai hát quốc ca",
        "WSE là gì",
    ] {
        let interpretation = library
            .ask(SearchRequest::for_text(text))
            .await
            .interpretation;
        assert_eq!(
            (
                interpretation.showing_results_for,
                interpretation.did_you_mean
            ),
            (None, None),
            "{text}"
        );
    }
    let mistyped = library.ask(SearchRequest::for_text("cồng chiênng")).await;
    assert_eq!(
        mistyped.interpretation.showing_results_for.as_deref(),
        Some("cồng chiêng")
    );
}

#[tokio::test]
async fn a_name_is_recognised_only_when_it_is_written_so() {
    let library = library_of(&["Huyện KBang ở phía đông của tỉnh."]).await;
    for (text, expected) in [
        ("lao dong cuong buc", None),
        ("lao động cưỡng bức", None),
        ("chính sách Trung Đông", None),
        ("chính sách", None),
        ("sự sống", None),
        ("su song", None),
        ("trạng thái", None),
        ("an toàn giao thông", None),
        ("dieu tri benh", None),
        ("hòa bình", None),
        ("đông", None),
        ("Đông nam", None),
        ("xã Đông", Some("place/dong-commune")),
        ("chợ ở Đông", Some("place/dong-commune")),
        ("đọc sách", Some("product-kind/book")),
        ("phường Hòa Bình", Some("place/hoa-binh-ward")),
        ("kbang", Some("place/kbang")),
        ("K bang", Some("place/kbang")),
        ("huyen K Bang", Some("place/kbang")),
        ("đak đoa", Some("place/dak-doa")),
        ("dak doa", Some("place/dak-doa")),
    ] {
        let interpretation = library
            .ask(SearchRequest::for_text(text))
            .await
            .interpretation;
        let ids: Vec<&str> = interpretation
            .expansions
            .iter()
            .map(|e| e.id.as_str())
            .collect();
        match expected {
            Some(id) => assert!(ids.contains(&id), "{text}: {ids:?}"),
            None => assert_eq!(ids, Vec::<&str>::new(), "{text}"),
        }
    }
    assert_eq!(library.found("K bang").await, [1]);
}

#[tokio::test]
async fn a_telephone_number_is_found_without_its_spaces() {
    let library = library_of(&["Gọi tổng đài 1800 1567.", "Gọi 1800 1599."]).await;
    let response = library.ask(SearchRequest::for_text("18001567")).await;
    assert_eq!(numbers(&response).first(), Some(&1));
    let interpretation = response.interpretation.showing_results_for;
    assert_eq!(interpretation.as_deref(), Some("1800 1567"));
}

#[tokio::test]
async fn a_large_number_is_found_without_its_separators() {
    let library = library_of(&[
        "Hỗ trợ 1.250.000 đồng mỗi tháng.",
        "Hỗ trợ 1,200 suất quà.",
        "Có 250 000 lượt xem, 1 250 bài.",
    ])
    .await;
    for (typed, expected) in [("1250000", 1), ("1200", 2), ("250000", 3)] {
        let found = library.found(typed).await;
        assert_eq!(found.first(), Some(&expected), "{typed}");
    }
    // As it is written somewhere, it is not taken apart.
    let library = library_of(&["Năm 2024.", "Mã 2 024."]).await;
    assert_eq!(library.found("2024").await, [1]);
}
