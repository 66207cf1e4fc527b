//! The shipped vocabularies keep every rule and say what is known of the province's two
//! administrative states, its bodies and the instruments.

use std::collections::BTreeSet;
use std::fs;

use khochung::domain::WorkDate;
use khochung::domain::vocabulary::details::{InstrumentStatus, PlaceType, ReuseAudience};
use khochung::domain::vocabulary::{Direction, LabelKind, Scheme, Vocabularies};
use khochung::storage::vocabulary::{FileFault, check, load};

fn shipped() -> Vocabularies {
    load(None).unwrap()
}

fn date(text: &str) -> WorkDate {
    text.parse().unwrap()
}

fn slugs_along(scheme: &Scheme, slug: &str, direction: Direction, as_of: &str) -> BTreeSet<String> {
    let as_of = as_of.parse().ok();
    let reached = scheme.expand(slug, direction, as_of.as_ref());
    reached
        .iter()
        .map(|concept| concept.slug.to_string())
        .collect()
}

fn set(slugs: &[&str]) -> BTreeSet<String> {
    slugs.iter().map(ToString::to_string).collect()
}

/// How many units of these types lie within a place on a day.
fn units(places: &Scheme, within: &str, types: &[PlaceType], day: &str) -> usize {
    let day = date(day);
    let is_wanted = |place_type: PlaceType| types.contains(&place_type);
    let parts = places.expand(within, Direction::Narrower, Some(&day));
    let of_type = parts.iter().filter(|concept| {
        let types = concept.place().unwrap().types.iter();
        types
            .filter(|entry| entry.period.covers(&day))
            .any(|entry| is_wanted(entry.value))
    });
    of_type.count()
}

#[test]
fn shipped_vocabularies_keep_every_rule() {
    let all = shipped();
    for (scheme, size) in [
        ("theme", 6),
        ("strand", 3),
        ("product-kind", 48),
        ("audience", 31),
        ("rights-group", 26),
        ("udhr-article", 30),
        ("reuse-terms", 18),
        ("language", 35),
        ("people-shown", 5),
        ("channel", 8),
        ("access", 3),
        ("relation-type", 4),
        ("file-role", 5),
    ] {
        assert_eq!(all.scheme(scheme).map(Scheme::len), Some(size), "{scheme}");
    }
    for scheme in all.schemes() {
        for concept in scheme.concepts() {
            for language in ["vi", "en"] {
                let tags = concept.labels.iter().map(|(tag, _)| tag.as_str());
                assert_eq!(
                    tags.filter(|tag| *tag == language).count(),
                    1,
                    "{}",
                    concept.slug
                );
            }
        }
    }
}

#[test]
fn both_administrative_states_have_the_published_numbers_of_units() {
    const DISTRICTS: &[PlaceType] = &[PlaceType::District, PlaceType::Town, PlaceType::City];
    const COMMUNES: &[PlaceType] = &[PlaceType::Commune, PlaceType::Ward, PlaceType::Township];
    let all = shipped();
    let places = all.scheme("place").unwrap();
    let (old, new) = ("gia-lai-province", "gia-lai-province-2025");
    for (within, types, day, expected) in [
        (old, DISTRICTS, "2025-06-30", 17),
        (old, &DISTRICTS[..1], "2025-06-30", 14),
        ("binh-dinh-province", DISTRICTS, "2025-06-30", 11),
        (old, COMMUNES, "2025-06-30", 218),
        (old, &COMMUNES[..1], "2025-06-30", 180),
        (old, &COMMUNES[1..2], "2025-06-30", 24),
        (old, &COMMUNES[2..], "2025-06-30", 14),
        (old, COMMUNES, "2023-12-31", 220),
        (new, COMMUNES, "2025-07-01", 135),
        (new, &COMMUNES[..1], "2025-07-01", 110),
        (new, &COMMUNES[1..2], "2025-07-01", 25),
        (new, DISTRICTS, "2025-07-01", 0),
        (old, COMMUNES, "2025-07-01", 0),
    ] {
        assert_eq!(
            units(places, within, types, day),
            expected,
            "{within} {types:?} {day}"
        );
    }
}

/// District code, slug, communes before the reform and communes now, as counted from the
/// resolution's lists.
#[test]
fn districts_have_the_known_communes_and_successors() {
    let all = shipped();
    let places = all.scheme("place").unwrap();
    for (code, slug, before, now) in [
        ("622", "pleiku-city", 21, 7),
        ("623", "an-khe-town", 11, 3),
        ("624", "ayun-pa-town", 8, 3),
        ("625", "kbang", 13, 6),
        ("626", "dak-doa", 17, 7),
        ("627", "chu-pah", 14, 5),
        ("628", "ia-grai", 13, 6),
        ("629", "mang-yang", 12, 5),
        ("630", "kong-chro", 14, 6),
        ("631", "duc-co", 10, 6),
        ("632", "chu-prong", 20, 8),
        ("633", "chu-se", 15, 5),
        ("634", "dak-po", 8, 3),
        ("635", "ia-pa", 9, 3),
        ("637", "krong-pa", 14, 4),
        ("638", "phu-thien", 10, 3),
        ("639", "chu-puh", 9, 4),
    ] {
        let district = places.find(slug).unwrap();
        assert_eq!(district.place().unwrap().codes[0].value.value, code);
        assert_eq!(
            slugs_along(places, slug, Direction::Narrower, "2025-06-30").len(),
            before,
            "{slug}"
        );
        let successors = slugs_along(places, slug, Direction::Successors, "2025-07-01");
        assert_eq!(successors.len(), now, "{slug}");
    }
    let chu_se = ["al-ba", "bo-ngoong", "chu-se", "ia-hru", "ia-ko"];
    let chu_se: Vec<_> = chu_se
        .iter()
        .map(|name| format!("{name}-commune-2025"))
        .collect();
    let expected = chu_se.iter().cloned().collect();
    assert_eq!(
        slugs_along(places, "chu-se", Direction::Successors, ""),
        expected
    );
}

#[test]
fn places_follow_each_other_through_several_reforms() {
    let all = shipped();
    let places = all.scheme("place").unwrap();
    let tan_son = slugs_along(places, "tan-son-commune", Direction::Successors, "");
    assert_eq!(tan_son, set(&["bien-ho-commune", "bien-ho-commune-2025"]));
    let now = slugs_along(
        places,
        "tan-son-commune",
        Direction::Successors,
        "2026-01-01",
    );
    assert_eq!(now, set(&["bien-ho-commune-2025"]));
    for split in [
        "an-nghia-commune-an-lao",
        "canh-hiep-commune",
        "canh-lien-commune",
    ] {
        assert_eq!(
            slugs_along(places, split, Direction::Successors, "").len(),
            2,
            "{split}"
        );
    }
    let before = slugs_along(
        places,
        "bien-ho-commune-2025",
        Direction::Predecessors,
        "2025-06-30",
    );
    let communes = before
        .iter()
        .filter(|slug| slug.contains("-commune"))
        .count();
    assert_eq!(
        (communes, before.len()),
        (4, 7),
        "4 communes of 3 districts: {before:?}"
    );
    let provinces = slugs_along(places, "gia-lai-province-2025", Direction::Predecessors, "");
    assert_eq!(provinces, set(&["binh-dinh-province", "gia-lai-province"]));
}

#[test]
fn units_the_reform_left_alone_keep_their_slug_and_change_their_whole() {
    let all = shipped();
    let places = all.scheme("place").unwrap();
    let untouched = [
        "ia-o-commune-ia-grai",
        "nhon-chau-commune",
        "ia-puch-commune",
        "ia-mo-commune",
        "ia-pnon-commune",
        "ia-nan-commune",
        "ia-dom-commune",
        "ia-chia-commune",
        "krong-commune",
    ];
    for slug in untouched {
        let unit = places.find(slug).unwrap();
        assert!(unit.is_valid_at(&date("2023-01-01")) && unit.is_valid_at(&date("2026-01-01")));
    }
    let whole = |day| slugs_along(places, "krong-commune", Direction::Broader, day);
    assert_eq!(
        whole("2025-06-30"),
        set(&["kbang", "gia-lai-province", "viet-nam"])
    );
    assert_eq!(
        whole("2025-07-01"),
        set(&["gia-lai-province-2025", "viet-nam"])
    );
    let krong = places.find("krong-commune").unwrap();
    assert_eq!(krong.name_at(&date("2024"), "vi"), Some("Xã KRong"));
    assert_eq!(krong.name_at(&date("2026"), "vi"), Some("Xã Krong"));
}

/// "52" was Bình Định and is now Gia Lai; "Phường Nhơn Phú" and "Phường Quy Nhơn Bắc" share 21553.
#[test]
fn recycled_codes_are_distinguished_by_their_dates() {
    let all = shipped();
    let places = all.scheme("place").unwrap();
    let bearers = |scheme: &str, value: &str, day: &str| -> Vec<String> {
        let day = date(day);
        let bears = places.concepts().filter(|concept| {
            concept.place().unwrap().codes.iter().any(|code| {
                code.value.scheme == scheme && code.value.value == value && code.period.covers(&day)
            })
        });
        bears.map(|concept| concept.slug.to_string()).collect()
    };
    assert_eq!(
        bearers("vn-province", "52", "2025-06-30"),
        ["binh-dinh-province"]
    );
    assert_eq!(
        bearers("vn-province", "52", "2025-07-01"),
        ["gia-lai-province-2025"]
    );
    assert_eq!(bearers("vn-province", "64", "2023"), ["gia-lai-province"]);
    assert_eq!(bearers("iso-3166-2", "VN-30", "2023"), ["gia-lai-province"]);
    assert_eq!(bearers("vn-commune", "21553", "2024"), ["nhon-phu-ward"]);
    assert_eq!(
        bearers("vn-commune", "21553", "2026"),
        ["quy-nhon-bac-ward-2025"]
    );
}

#[test]
fn instruments_carry_dated_statements_and_disputes() {
    let all = shipped();
    let instrument = |slug| {
        all.find("instrument", slug)
            .and_then(|c| c.instrument())
            .unwrap()
    };
    let acceded: Vec<_> = instrument("icerd")
        .statements(InstrumentStatus::Acceded)
        .collect();
    assert_eq!(acceded.len(), 1);
    assert!(acceded[0].disputed && !acceded[0].note.is_empty());
    assert_eq!(acceded[0].date, "1982-06-09".parse().ok());
    for slug in ["cmw", "cped", "ilo-c087"] {
        let only = &instrument(slug).status;
        assert_eq!(only.len(), 1, "{slug}");
        assert_eq!(only[0].status, InstrumentStatus::NotParty, "{slug}");
    }
    let in_force = instrument("cat")
        .statements(InstrumentStatus::InForce)
        .next()
        .unwrap();
    assert_eq!(in_force.date, "2015-03-07".parse().ok());
    let instruments = all.scheme("instrument").unwrap();
    let seven = instruments.concepts().filter(|c| {
        ["1", "2", "3", "4", "5", "6", "7"].contains(&c.notation.first().map_or("", |n| n))
    });
    let seven: Vec<_> = seven.map(|c| c.slug.to_string()).collect();
    assert_eq!(
        seven,
        ["iccpr", "icescr", "cedaw", "icerd", "crc", "crpd", "cat"]
    );
    let ilo = instruments.expand("ilo-conventions", Direction::Narrower, None);
    assert_eq!(ilo.len(), 10);
}

#[test]
fn bodies_have_dated_names_tasks_and_successors() {
    let all = shipped();
    let bodies = all.scheme("organisation").unwrap();
    let party = bodies.find("party-propaganda").unwrap();
    assert_eq!(
        party.name_at(&date("2023-01-18"), "vi"),
        Some("Ban Tuyên giáo Tỉnh ủy")
    );
    assert_eq!(
        party.name_at(&date("2026"), "vi"),
        Some("Ban Tuyên giáo và Dân vận Tỉnh ủy")
    );
    let after = |slug| slugs_along(bodies, slug, Direction::Successors, "");
    assert_eq!(after("dic"), set(&["docst", "dost"]));
    assert_eq!(after("newspaper"), set(&["newspaper-radio-tv"]));
    assert_eq!(after("radio-tv"), set(&["newspaper-radio-tv"]));
    assert_eq!(
        bodies
            .expand("district-pc", Direction::Narrower, None)
            .len(),
        17
    );
    let assigned = |slug: &str, day: &str| -> BTreeSet<String> {
        let day = date(day);
        let body = bodies.find(slug).unwrap().organisation().unwrap();
        let holds = body
            .assigned_instruments
            .iter()
            .filter(|a| a.instrument.period.covers(&day));
        holds.map(|a| a.instrument.value.to_string()).collect()
    };
    assert!(assigned("dolisa", "2024").is_superset(&set(&["cedaw", "crc", "crpd", "cmw"])));
    assert_eq!(assigned("ethnic-affairs", "2024"), set(&["icerd"]));
    assert_eq!(assigned("ethnic-affairs", "2026"), set(&[]));
    assert_eq!(
        assigned("ethnic-religious-affairs", "2026"),
        set(&["icerd"])
    );
    assert!(!bodies.find("dic").unwrap().verified);
}

#[test]
fn terms_carry_the_flags_that_gates_read() {
    let all = shipped();
    let terms = |slug| {
        all.find("reuse-terms", slug)
            .and_then(|c| c.terms())
            .unwrap()
    };
    assert!(terms("rights-not-reviewed").blocks_publication);
    assert!(terms("link-only").link_only);
    assert_eq!(terms("broadcast-only").audience, ReuseAudience::Stations);
    assert_eq!(
        terms("internal-state-use").audience,
        ReuseAudience::StateBodies
    );
    let deed = "https://creativecommons.org/licenses/by-nc-sa/4.0/";
    assert_eq!(terms("cc-by-nc-sa-4.0").deed.as_deref(), Some(deed));
    let blocking = all.scheme("reuse-terms").unwrap().concepts();
    assert_eq!(
        blocking
            .filter(|c| c.terms().unwrap().blocks_publication)
            .count(),
        1
    );
}

#[test]
fn names_in_use_are_offered_as_suggestions() {
    let all = shipped();
    let bearers = |text: &str| -> BTreeSet<(String, LabelKind)> {
        let named = all.labels().filter(|label| label.text == text);
        named
            .map(|label| (format!("{}/{}", label.scheme, label.slug), label.kind))
            .collect()
    };
    let jrai = bearers("Gia Rai");
    assert!(jrai.contains(&("language/jra".to_owned(), LabelKind::Alternative)));
    let chu_se = bearers("Chư Sê");
    for place in ["chu-se", "chu-se-township", "chu-se-commune-2025"] {
        assert!(
            chu_se.contains(&(format!("place/{place}"), LabelKind::Alternative)),
            "{place}"
        );
    }
    let bahnar = bearers("Tiếng Bahnar");
    assert!(bahnar.contains(&("language/bdq".to_owned(), LabelKind::Preferred)));
}

const OWN_THEME: &str = r#"{
  "scheme": "theme", "version": "1.1.0", "licence": "https://example.org/licence",
  "title": {"vi": "Nội dung"},
  "concepts": [
    {"slug": "local-implementation", "labels": {"vi": "Kết quả tại tỉnh"}},
    {"slug": "water", "labels": {"vi": "Nước sạch"}}
  ]
}"#;

#[test]
fn a_deployment_extends_the_shipped_lists() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("theme.json"), OWN_THEME).unwrap();
    let all = load(Some(folder.path())).unwrap();
    let themes = all.scheme("theme").unwrap();
    assert_eq!((themes.len(), themes.head.version.as_str()), (7, "1.1.0"));
    assert_eq!(
        all.label("theme", "local-implementation", "vi"),
        Some("Kết quả tại tỉnh")
    );
    assert_eq!(all.label("theme", "water", "en"), Some("Nước sạch"));
    assert!(check(folder.path()).is_empty());
}

#[test]
fn a_check_names_file_place_and_rule_of_every_problem() {
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    put(
        "theme.json",
        &OWN_THEME.replace("Nước sạch", "Luật pháp quốc tế về quyền con người"),
    );
    put("other.json", &OWN_THEME.replace("\"theme\"", "\"topic\""));
    put("broken.json", "{\n  \"scheme\": \"Broken Name\"\n}");
    put(
        "twice.json",
        &OWN_THEME.replace("{\"vi\": \"Nước sạch\"}", "{\"vi\": \"A\", \"vi\": \"B\"}"),
    );
    put(
        "unknown.json",
        &OWN_THEME.replace(
            "\"slug\": \"water\"",
            "\"slug\": \"water\", \"valid-to\": \"2025\"",
        ),
    );
    let problems = check(folder.path());
    let about = |file: &str| -> Vec<String> {
        let of_file = problems
            .iter()
            .filter(|problem| problem.file.ends_with(file));
        of_file.map(|problem| problem.fault.to_string()).collect()
    };
    let label = "label \"Luật pháp quốc tế về quyền con người\" (vi) is also that of";
    assert!(
        about("theme.json")[0].contains(label),
        "{:?}",
        about("theme.json")
    );
    assert!(about("theme.json")[0].starts_with("theme/"));
    assert_eq!(
        about("other.json"),
        ["holds the scheme topic, so it must be called topic.json"]
    );
    let broken = about("broken.json");
    assert!(
        broken[0].contains("not a slug: \"Broken Name\" at line 2"),
        "{broken:?}"
    );
    assert!(about("twice.json")[0].contains("language vi stands twice at line 6"));
    assert!(about("unknown.json")[0].contains("unknown field `valid-to`"));
    let missing = check(&folder.path().join("absent"));
    assert!(matches!(missing[0].fault, FileFault::Unreadable(_)));
}
