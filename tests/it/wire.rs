//! Works as JSON: what is refused and where, what is normalised, what comes out again.

use khochung::domain::vocabulary::Vocabularies;
use khochung::domain::{Rule, Violations};
use khochung::interfaces::wire::{
    WorkDto, parse_file_description, parse_import_line, parse_json, parse_work, patch_work, schema,
};
use khochung::storage::vocabulary;
use serde_json::{Value, json};

use crate::archive::complete_work;

fn vocabularies() -> Vocabularies {
    vocabulary::load(None).unwrap()
}

/// The broken rules as `pointer Rule`, sorted: objects have no order.
fn broken<T: std::fmt::Debug>(result: Result<T, Violations>) -> Vec<String> {
    let mut lines: Vec<String> = result
        .unwrap_err()
        .listed()
        .iter()
        .map(|violation| format!("{} {:?}", violation.pointer, violation.rule))
        .collect();
    lines.sort();
    lines
}

#[test]
fn every_broken_rule_is_reported_with_its_pointer() {
    let work = json!({
        "titles": {"vi": "  ", "xx_y": "a", "en": 5, "fr": "a\u{202E}b"},
        "descriptions": [],
        "kind": "poem",
        "creators": [{"name": "A", "note": 1}, {"role": "x"}, "B"],
        "organisation": 3,
        "languages": ["vi", "VI", "tiếng Việt"],
        "themes": ["international-law", "international-law", "x/y~z"],
        "made": "12/5/2024",
        "minors_shown": "no",
        "access": "everybody",
        "embargo_until": "2026-12-01",
        "relations": [{"type": "copy-of", "target": "?"}, {}],
        "identifiers": [{"scheme": "Số", "value": "1"}],
        "a/b": 1,
        "body": "TUYỆT MẬT\nnội dung"
    });
    let expected = [
        "/access NotOneOf { allowed: [\"public\", \"partner\", \"state-internal\"] }",
        "/a~1b UnknownProperty",
        "/body SecrecyMark",
        "/creators/0/note UnknownProperty",
        "/creators/1/name Required",
        "/creators/2 WrongType { expected: \"object\" }",
        "/descriptions WrongType { expected: \"object\" }",
        "/embargo_until InvalidTimestamp",
        "/identifiers/0/scheme Malformed",
        "/kind UnknownConcept { scheme: \"product-kind\", slug: \"poem\" }",
        "/languages/1 Duplicate",
        "/languages/2 InvalidLanguageTag",
        "/made InvalidDate",
        "/minors_shown WrongType { expected: \"boolean\" }",
        "/organisation WrongType { expected: \"string\" }",
        "/relations/0/target Malformed",
        "/relations/0/type NotOneOf { allowed: [\"translation-of\", \"part-of\", \"version-of\", \"clarifies\"] }",
        "/relations/1/target Required",
        "/relations/1/type Required",
        "/themes/1 Duplicate",
        "/themes/2 UnknownConcept { scheme: \"theme\", slug: \"x/y~z\" }",
        "/titles/en WrongType { expected: \"string\" }",
        "/titles/fr ForbiddenCharacters",
        "/titles/xx_y InvalidLanguageTag",
    ];
    assert_eq!(broken(parse_work(&work, &vocabularies())), expected);
}

#[test]
fn a_work_is_an_object_with_a_title() {
    let vocabularies = vocabularies();
    for (value, expected) in [
        (json!({}), vec!["/titles Required"]),
        (json!({"titles": {"vi": "  "}}), vec!["/titles Required"]),
        (
            json!({"titles": {}, "state": null}),
            vec!["/state UnknownProperty", "/titles Required"],
        ),
        (json!({"titles": null}), vec!["/titles Required"]),
        (
            json!("x"),
            vec![" WrongType { expected: \"object\" }", "/titles Required"],
        ),
    ] {
        assert_eq!(
            broken(parse_work(&value, &vocabularies)),
            expected,
            "{value}"
        );
    }
}

#[test]
fn a_work_without_title_is_called_by_the_beginning_of_its_text() {
    let long = "Sáng nay, tại Pleiku, hơn hai trăm đại biểu dự hội nghị về quyền trẻ em.";
    for (given, language, title) in [
        (
            json!({"titles": {"vi": ""}, "body": format!("\n{long}\nĐoạn sau."), "languages": ["vi"]}),
            "vi",
            "Sáng nay, tại Pleiku, hơn hai trăm đại biểu dự hội nghị…",
        ),
        (
            json!({"descriptions": {"en": "Children at school"}, "body": long}),
            "en",
            "Children at school",
        ),
        (json!({"body": "Ngắn gọn"}), "vi", "Ngắn gọn"),
    ] {
        let work = parse_work(&given, &vocabularies()).unwrap().work;
        let titles: Vec<_> = work
            .titles
            .iter()
            .map(|(tag, t)| (tag.as_str(), t))
            .collect();
        assert_eq!(titles, [(language, title)]);
    }
}

#[test]
fn limits_are_those_promised() {
    let vocabularies = vocabularies();
    let places = || (0..201).map(|_| json!("chu-se")).collect::<Vec<_>>();
    for (work, expected) in [
        (
            json!({"titles": {"vi": "ạ".repeat(1001)}}),
            vec!["/titles/vi TooLong { max: 1000 }"],
        ),
        (
            json!({"titles": {"vi": "a"}, "descriptions": {"vi": "ạ".repeat(20_001)}}),
            vec!["/descriptions/vi TooLong { max: 20000 }"],
        ),
        (
            json!({"titles": {"vi": "a"}, "body": "a".repeat(4 * 1024 * 1024 + 1)}),
            vec!["/body TooLong { max: 4194304 }"],
        ),
        (
            json!({"titles": {"vi": "a"}, "places": places()}),
            vec!["/places TooLong { max: 200 }"],
        ),
        (
            json!({"titles": {"vi": "a"}, "consent": {"channels": ["radio"], "ends_on": "mai", "by": "x"}}),
            vec![
                "/consent/by UnknownProperty",
                "/consent/channels/0 UnknownConcept { scheme: \"channel\", slug: \"radio\" }",
                "/consent/ends_on InvalidDate",
            ],
        ),
        (
            json!({"titles": {"vi": "a"}, "languages": vec!["vi"; 51]}),
            vec!["/languages TooLong { max: 50 }"],
        ),
    ] {
        assert_eq!(broken(parse_work(&work, &vocabularies)), expected);
    }
    let longest = json!({"titles": {"vi": "ạ".repeat(1000)}, "body": "a".repeat(4 * 1024 * 1024)});
    assert!(parse_work(&longest, &vocabularies).is_ok());
}

#[test]
fn texts_are_brought_to_nfc_and_tags_to_canonical_case() {
    let work = json!({
        "titles": {"VI": " Quye\u{302}\u{300}n con ngu\u{31B}o\u{31B}\u{300}i "},
        "languages": ["JRA"],
        "body": "một\r\nhai",
        "embargo_until": "2026-12-01T00:00:00+07:00",
        "review_on": "2027-06",
        "made": "2023/2024-06"
    });
    let deposit = parse_work(&work, &vocabularies()).unwrap();
    let document = WorkDto::from(deposit.work).into_json();
    assert_eq!(document["titles"], json!({"vi": "Quyền con người"}));
    assert_eq!(document["languages"], json!(["jra"]));
    assert_eq!(document["body"], "một\nhai");
    assert_eq!(document["embargo_until"], "2026-12-01T00:00:00.000+07:00");
    assert_eq!(document["made"], "2023/2024-06");
    assert_eq!(document["reuse_terms"], "rights-not-reviewed");
    assert_eq!(document["people_shown"], "not-assessed");
    assert!(document.get("kind").is_none());
}

#[test]
fn what_goes_out_comes_in_again() {
    let vocabularies = vocabularies();
    let mut work = complete_work();
    work["creators"] = json!([{"name": "Nay Bướng", "role": "camera"}]);
    work["relations"] =
        json!([{"type": "part-of", "target": "01890a5d-ac96-774b-bcce-b302099a8057"}]);
    work["identifiers"] = json!([{"scheme": "document-number", "value": "155/KH-UBND"}]);
    work["consent"] =
        json!({"channels": ["online"], "languages": ["jra"], "ends_on": "2027-06-30"});
    let first = parse_work(&work, &vocabularies).unwrap();
    let mut sent = first.work.clone();
    sent.relations = vec![khochung::domain::asset::Relation {
        kind: khochung::domain::asset::RelationType::PartOf,
        target: "01890a5d-ac96-774b-bcce-b302099a8057".parse().unwrap(),
    }];
    let again = parse_work(&WorkDto::from(sent).into_json(), &vocabularies).unwrap();
    assert_eq!(again, first);
}

/// The cases of RFC 7396, section 3 in the words of this archive: replace, add, remove, leave.
#[test]
fn a_merge_patch_changes_what_it_names() {
    let vocabularies = vocabularies();
    let present = parse_work(&complete_work(), &vocabularies).unwrap().work;
    let patch = json!({
        "titles": {"en": null, "jra": "Tơlơi"},
        "themes": ["policy-and-law"],
        "body": null,
        "minors_shown": false
    });
    let patched = patch_work(&present, &patch, &vocabularies).unwrap().work;
    let document = WorkDto::from(patched).into_json();
    assert_eq!(
        document["titles"],
        json!({"vi": "Quyền học tập", "jra": "Tơlơi"})
    );
    assert_eq!(document["themes"], json!(["policy-and-law"]));
    assert!(document.get("body").is_none());
    assert_eq!(document["credit_line"], "Sở Thông tin và Truyền thông");
    for (patch, expected) in [
        (json!([]), " WrongType { expected: \"object\" }"),
        (json!({"titles": null}), "/titles Required"),
        (json!({"revision": 4}), "/revision UnknownProperty"),
    ] {
        let refused = patch_work(&present, &patch, &vocabularies);
        assert_eq!(broken(refused), [expected], "{patch}");
    }
}

#[test]
fn import_lines_carry_a_state() {
    let vocabularies = vocabularies();
    let line = |extra: Value| {
        let mut line = complete_work();
        json_patch::merge(&mut line, &extra);
        parse_import_line(&line, &vocabularies)
    };
    assert_eq!(line(json!({})).unwrap().state, None);
    let published = line(json!({"state": "published"})).unwrap().state;
    assert_eq!(published.unwrap().name(), "published");
    for (extra, expected) in [
        (json!({"state": "withdrawn"}), "/withdrawal_reason Required"),
        (
            json!({"state": "lost"}),
            "/state NotOneOf { allowed: [\"draft\", \"submitted\", \"published\", \"withdrawn\"] }",
        ),
        (
            json!({"state": "withdrawn", "withdrawal_reason": "a\nb"}),
            "/withdrawal_reason ForbiddenCharacters",
        ),
        (json!({"files": []}), "/files UnknownProperty"),
    ] {
        assert_eq!(broken(line(extra.clone())), [expected], "{extra}");
    }
}

#[test]
fn words_about_a_file_are_read_like_works() {
    let words = json!({"role": "transcript", "alt": {"vi": "Ảnh"}, "language": "bdq"});
    let words = parse_file_description(&words, &vocabularies()).unwrap();
    assert_eq!(words.language.unwrap().as_str(), "bdq");
    let bad = json!({"role": "cover", "path": "x", "title": {"vi": 1}});
    let expected = [
        "/path UnknownProperty",
        "/role NotOneOf { allowed: [\"original\", \"transcript\", \"captions\", \"accessible\", \"attachment\"] }",
        "/title/vi WrongType { expected: \"string\" }",
    ];
    assert_eq!(
        broken(parse_file_description(&bad, &vocabularies())),
        expected
    );
}

#[test]
fn what_is_not_json_is_refused_with_its_place() {
    let error = parse_json(b"{\"a\":\n 1,}").unwrap_err();
    assert_eq!((error.line, error.column), (2, 4));
    assert!(parse_json(b"\"\xFF\"").is_err());
    assert!(parse_json("[".repeat(100_000).as_bytes()).is_err());
}

/// Write it anew with `KHOCHUNG_BLESS=1 cargo test the_published_schema`.
#[test]
fn the_published_schema_is_the_one_of_the_code() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/asset.schema.json");
    let current = format!("{:#}\n", schema::asset_schema());
    if std::env::var_os("KHOCHUNG_BLESS").is_some() {
        std::fs::write(&path, &current).unwrap();
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), current);
}

#[test]
fn the_schema_names_every_property_a_work_can_have() {
    let schema = schema::asset_schema();
    let properties = schema["$defs"]["Work"]["properties"].as_object().unwrap();
    for (name, _) in properties {
        let refused = parse_work(&json!({"titles": {"vi": "a"}, name: 1}), &vocabularies());
        let unknown = |rule: &Rule| *rule == Rule::UnknownProperty;
        assert!(
            !refused.is_err_and(|v| v.listed().iter().any(|violation| unknown(&violation.rule))),
            "{name} is in the schema but not read"
        );
    }
    for name in complete_work().as_object().unwrap().keys() {
        assert!(
            properties.contains_key(name),
            "{name} is read but not in the schema"
        );
    }
    assert_eq!(properties.len(), 25);
}
