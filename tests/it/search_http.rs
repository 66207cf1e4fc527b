//! Searching over HTTP: parameters, responses, and access.

use serde_json::{Value, json};

use crate::support::{Archive, Client};

fn publish(editor: &Client, work: Value) -> u64 {
    let line = format!("{work}\n");
    let kind = [("content-type", "application/x-ndjson")];
    let answer = editor.send("POST", "/api/v1/imports", &kind, line.as_bytes());
    assert_eq!(answer.json()["outcome"], "created", "{}", answer.text());
    editor.get("/api/v1/changes?after=0&limit=200").json()["next"]
        .as_u64()
        .unwrap()
}

fn work(title: &str, kind: &str, state: &str) -> Value {
    json!({
        "titles": { "vi": title },
        "kind": kind,
        "organisation": "dic",
        "languages": ["vi"],
        "strand": "educate",
        "themes": ["international-law"],
        "body": "Nội dung <b>của</b> bài.",
        "credit_line": "DIC",
        "reuse_terms": "cc-by-4.0",
        "people_shown": "none-identifiable",
        "state": state,
    })
}

#[test]
fn a_work_is_found_without_diacritics_when_its_event_is_requested() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    publish(
        &editor,
        work("Quyền trẻ em ở làng xa", "article", "published"),
    );
    publish(&editor, work("Quyền học tập", "interview", "published"));
    let event = publish(&editor, work("Quyền trẻ em, bản nháp", "article", "draft"));

    let ask = |client: &Client, query: &str| {
        let answer = client.get(&format!("/api/v1/search?{query}&event={event}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    };
    let found = ask(&archive.anybody(), "q=quyen+tre+em&all_words=true");
    assert_eq!(found["stale"], false);
    assert_eq!(
        found["total"],
        json!({ "works": 1, "exact": true }),
        "{found}"
    );
    let hit = &found["items"][0];
    assert_eq!(hit["asset"]["titles"]["vi"], "Quyền trẻ em ở làng xa");
    assert!(
        hit["asset"].get("body").is_none(),
        "the full text stays out of hits"
    );
    let html = hit["snippets"][0]["html"].as_str().unwrap();
    assert!(html.contains("<mark>trẻ</mark> <mark>em</mark>"), "{html}");
    let seen_by_editors = ask(&editor, "q=quyen+tre+em&all_words=true");
    assert_eq!(seen_by_editors["total"]["works"], 2);

    let chosen = ask(&archive.anybody(), "kind=interview&facets=kind");
    assert_eq!(chosen["total"]["works"], 1);
    let values = chosen["facets"][0]["values"].as_array().unwrap();
    let counts: Vec<(&str, u64, bool)> = values
        .iter()
        .map(|v| {
            (
                v["value"].as_str().unwrap(),
                v["works"].as_u64().unwrap(),
                v["chosen"] == true,
            )
        })
        .collect();
    assert!(counts.contains(&("interview", 1, true)), "{counts:?}");
    assert!(
        counts.contains(&("article", 1, false)),
        "a facet does not heed its own filter"
    );
}

#[test]
fn pages_follow_their_links_and_wrong_parameters_are_named() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let mut event = 0;
    for n in 0..5 {
        event = publish(
            &editor,
            work(&format!("Bài số {n}"), "article", "published"),
        );
    }
    let mut path = format!("/api/v1/search?sort=title&limit=2&facets=none&event={event}");
    let mut titles = Vec::new();
    loop {
        let page = archive.anybody().get(&path);
        let items = page.json()["items"].clone();
        let found = items.as_array().unwrap().iter();
        titles.extend(found.map(|hit| hit["asset"]["titles"]["vi"].as_str().unwrap().to_owned()));
        let link = page.header("link");
        if link.is_empty() {
            break;
        }
        let address = link.strip_prefix('<').unwrap().split('>').next().unwrap();
        path = address.strip_prefix(archive.base()).unwrap().to_owned();
    }
    assert_eq!(
        titles,
        ["Bài số 0", "Bài số 1", "Bài số 2", "Bài số 3", "Bài số 4"]
    );
    for (query, wrong) in [
        ("colour=red", "colour"),
        ("limit=0", "limit"),
        ("after=%00", "after"),
    ] {
        let answer = archive.anybody().get(&format!("/api/v1/search?{query}"));
        assert_eq!(
            (answer.status, answer.json()["parameter"].as_str()),
            (400, Some(wrong))
        );
    }
}

#[test]
fn a_typed_prefix_is_completed_with_its_diacritics() {
    let archive = Archive::start();
    let found = archive
        .anybody()
        .get("/api/v1/suggest?q=quyen+tre&lang=vi")
        .json();
    let texts: Vec<&str> = found["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["text"].as_str().unwrap())
        .collect();
    assert!(
        texts
            .iter()
            .any(|text| text.to_lowercase().starts_with("quyền trẻ")),
        "{texts:?}"
    );
}

#[test]
fn works_similar_to_a_hidden_one_are_not_listed() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let draft = editor.create(&json!({ "titles": { "vi": "Nháp" } }));
    let path = format!("/api/v1/assets/{}/similar", draft["id"].as_str().unwrap());
    assert_eq!(archive.anybody().get(&path).status, 404);
    assert_eq!(editor.get(&path).status, 200);
}

#[test]
fn a_place_takes_the_narrower_places_with_it() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let in_place = |title: &str, place: &str| {
        let mut work = work(title, "article", "published");
        work["places"] = json!([place]);
        work
    };
    publish(&editor, in_place("Ở thị trấn", "chu-se-township"));
    publish(&editor, in_place("Ở huyện", "chu-se"));
    let event = publish(&editor, in_place("Ở nơi khác", "pleiku-city"));
    let find = |filter: &str| {
        let query = format!("/api/v1/search?{filter}&facets=place&event={event}");
        archive.anybody().get(&query).json()
    };
    // schema/vocabularies/place.json has 15 communes of the district Chư Sê.
    for (filter, works) in [
        ("place=chu-se-township", 1),
        ("place=chu-se", 2),
        ("q=place:chu-se", 2),
        ("place=gia-lai-province", 3),
        ("place=chu-se-township,pleiku-city", 2),
        ("place=binh-dinh-province", 0),
    ] {
        assert_eq!(find(filter)["total"]["works"], works, "{filter}");
    }
    let found = find("place=chu-se");
    assert_eq!(
        found["interpretation"]["places"],
        json!([{"value": "chu-se", "label": "Huyện Chư Sê", "narrower": 15}])
    );
    // Every number is that of the works found when the value is chosen.
    let all = find("q=");
    for value in all["facets"][0]["values"].as_array().unwrap() {
        let filter = format!("place={}", value["value"].as_str().unwrap());
        assert_eq!(find(&filter)["total"]["works"], value["works"], "{filter}");
    }
    assert_eq!(find("q=")["interpretation"]["places"], json!([]));
}

#[test]
fn a_cursor_of_another_order_or_list_is_refused_as_such() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    publish(&editor, work("Quyền trẻ em", "article", "published"));
    publish(&editor, work("Quyền học tập", "article", "published"));
    let event = publish(&editor, work("Quyền bầu cử", "article", "published"));
    let anybody = archive.anybody();
    let cursor = |query: &str| {
        let page = anybody.get(&format!("/api/v1/search?{query}&limit=1&event={event}"));
        page.json()["next"].as_str().unwrap().to_owned()
    };
    let list = anybody.get("/api/v1/assets?limit=1").json()["next"].clone();
    let list = list.as_str().unwrap();
    let (by_title, by_relevance) = (cursor("q=quyen&sort=title"), cursor("q=quyen"));
    for path in [
        format!("/api/v1/search?q=quyen&sort=newest&after={by_title}"),
        format!("/api/v1/search?q=quyen&after={by_title}"),
        format!("/api/v1/search?q=quyen&sort=title&after={by_relevance}"),
        format!("/api/v1/search?q=quyen&after={list}"),
        format!("/api/v1/search/feed?q=quyen&after={by_title}"),
        format!("/api/v1/assets?after={by_title}"),
        format!("/api/v1/changes?after={by_title}"),
        format!("/api/v1/searches?after={by_title}"),
    ] {
        let refused = anybody.get(&path);
        assert_eq!(
            (refused.status, refused.problem().as_str()),
            (400, "wrong-cursor"),
            "{path}"
        );
        assert_eq!(refused.json()["parameter"], "after", "{path}");
    }
    let next = anybody.get(&format!(
        "/api/v1/search?q=quyen&sort=title&after={by_title}"
    ));
    assert_eq!(next.status, 200, "{}", next.text());
}

#[test]
fn a_link_that_is_too_long_for_a_header_is_left_out() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    publish(&editor, work("Quyền trẻ em", "article", "published"));
    let event = publish(&editor, work("Quyền học tập", "article", "published"));
    let longest = |words: usize| {
        let words = "quyen+".repeat(words);
        let path = format!("/api/v1/search?q={words}&limit=1&event={event}");
        archive.anybody().get(&path)
    };
    let page = longest(10);
    assert!(
        page.header("link").contains("rel=\"next\""),
        "{:?}",
        page.headers
    );
    let page = longest(400);
    assert_eq!(page.header("link"), "");
    assert!(page.json()["next"].is_string(), "the cursor is in the body");
}
