//! One broken example for each rule.

use super::{Fault, Problem};
use crate::domain::vocabulary::details::{
    Organisation, OrganisationLevel, Place, PlaceCode, ProductKind,
};
use crate::domain::vocabulary::{
    Concept, Dated, Details, Event, EventKind, Note, Period, Scheme, SchemeHead, Vocabularies,
};
use crate::domain::{LanguageMap, LanguageTag, Slug};

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn vi() -> LanguageTag {
    LanguageTag::parse("vi").unwrap()
}

fn in_vietnamese(text: &str) -> LanguageMap {
    [(vi(), text.to_owned())].into_iter().collect()
}

fn period(from: &str, to: &str) -> Period {
    Period {
        from: from.parse().ok(),
        to: to.parse().ok(),
    }
}

fn concept(name: &str) -> Concept {
    Concept {
        slug: slug(name),
        labels: in_vietnamese(&format!("Nhãn {name}")),
        alternative_labels: Vec::new(),
        notation: Vec::new(),
        validity: Period::ALWAYS,
        broader: Vec::new(),
        related: Vec::new(),
        replaced_by: Vec::new(),
        notes: Vec::new(),
        sensitive: false,
        verified: true,
        details: Details::Plain,
    }
}

fn with_code(name: &str, from: &str, to: &str) -> Concept {
    let code = PlaceCode {
        scheme: "vn-province".into(),
        value: "52".into(),
    };
    let codes = vec![Dated {
        value: code,
        period: period(from, to),
    }];
    Concept {
        details: Details::Place(Place {
            codes,
            ..Place::default()
        }),
        ..concept(name)
    }
}

fn body(area: &str, instrument: Period) -> Details {
    Details::Organisation(Organisation {
        level: OrganisationLevel::Province,
        names: vec![Dated {
            value: in_vietnamese("Sở"),
            period: instrument,
        }],
        areas: vec![Dated::always(slug(area))],
        task: LanguageMap::default(),
        assigned_instruments: Vec::new(),
    })
}

fn event(from: &[&str], to: &[&str]) -> Event {
    Event {
        date: "2025-07-01".parse().unwrap(),
        kind: EventKind::Merge,
        legal_basis: None,
        from: from.iter().map(|s| slug(s)).collect(),
        to: to.iter().map(|s| slug(s)).collect(),
        verified: true,
        note: LanguageMap::default(),
    }
}

fn problems_of(concepts: Vec<Concept>, events: Vec<Event>) -> Vec<Problem> {
    let head = SchemeHead {
        slug: slug("place"),
        version: "1".into(),
        licence: "https://example.org/licence".into(),
        title: in_vietnamese("Danh mục"),
        description: LanguageMap::default(),
        source: None,
    };
    let scheme = Scheme::new(head, concepts, events);
    Vocabularies::new(vec![scheme]).err().unwrap_or_default()
}

/// Expects exactly these faults, each as `concept: message`.
fn expect(concepts: Vec<Concept>, events: Vec<Event>, expected: &[&str]) {
    let found = problems_of(concepts, events);
    let found: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert_eq!(found, expected);
}

#[test]
fn sound_data_has_no_problem() {
    let part = Concept {
        broader: vec![Dated::always(slug("a"))],
        ..concept("b")
    };
    let next = Concept {
        replaced_by: vec![slug("a")],
        ..concept("c")
    };
    let related = Concept {
        related: vec![slug("c")],
        ..concept("d")
    };
    expect(
        vec![concept("a"), part, next, related],
        vec![event(&["b"], &["c"])],
        &[],
    );
}

#[test]
fn a_slug_is_used_once() {
    let other = Concept {
        labels: in_vietnamese("Khác"),
        ..concept("a")
    };
    expect(
        vec![concept("a"), other],
        vec![],
        &["place/a: the slug is used twice"],
    );
}

#[test]
fn a_concept_has_a_label_of_its_own() {
    let nameless = Concept {
        labels: LanguageMap::default(),
        ..concept("a")
    };
    expect(vec![nameless], vec![], &["place/a: there is no label"]);
    let same = Concept {
        labels: in_vietnamese("Nhãn a"),
        ..concept("b")
    };
    let message = "place/b: label \"Nhãn a\" (vi) is also that of a";
    expect(vec![concept("a"), same], vec![], &[message]);
}

#[test]
fn an_alternative_label_differs_from_the_label() {
    let alternative_labels = vec![(vi(), "Nhãn a".to_owned()), (vi(), "Biệt danh".to_owned())];
    let message = "place/a: alternative label \"Nhãn a\" (vi) is the same as the label";
    expect(
        vec![Concept {
            alternative_labels,
            ..concept("a")
        }],
        vec![],
        &[message],
    );
}

#[test]
fn every_target_exists() {
    let lost = Concept {
        broader: vec![Dated::always(slug("x"))],
        related: vec![slug("y")],
        replaced_by: vec![slug("z")],
        ..concept("a")
    };
    let messages = [
        "place/a: broader or part_of names x, which does not exist",
        "place/a: related names y, which does not exist",
        "place/a: replaced_by names z, which does not exist",
        "place: events[0].from names old, which does not exist",
        "place: events[0].to names new, which does not exist",
    ];
    expect(vec![lost], vec![event(&["old"], &["new"])], &messages);
    let stray = Concept {
        details: body("nowhere", Period::ALWAYS),
        ..concept("b")
    };
    expect(
        vec![stray],
        vec![],
        &["place/b: areas names nowhere, which does not exist"],
    );
}

#[test]
fn a_hierarchy_has_no_circle() {
    let part = |name: &str, whole: &str| Concept {
        broader: vec![Dated::always(slug(whole))],
        ..concept(name)
    };
    expect(
        vec![part("a", "a")],
        vec![],
        &["place/a: it is broader than itself"],
    );
    let circle = vec![
        part("a", "b"),
        part("b", "c"),
        part("c", "a"),
        part("d", "a"),
    ];
    let message = |name| format!("place/{name}: it is broader than itself");
    let messages: Vec<_> = ["a", "b", "c"].map(message).to_vec();
    expect(
        circle,
        vec![],
        &messages.iter().map(String::as_str).collect::<Vec<_>>(),
    );
}

#[test]
fn related_excludes_broader_and_narrower_even_far_off() {
    let b = Concept {
        broader: vec![Dated::always(slug("a"))],
        ..concept("b")
    };
    let c = Concept {
        broader: vec![Dated::always(slug("b"))],
        related: vec![slug("a")],
        ..concept("c")
    };
    let message = "place/c: a is both related and broader or narrower";
    expect(vec![concept("a"), b, c], vec![], &[message]);
}

#[test]
fn a_period_ends_after_it_begins() {
    let backwards = period("2025-07-01", "2025-06-30");
    let concepts = vec![
        Concept {
            validity: backwards,
            ..concept("a")
        },
        Concept {
            details: body("a", backwards),
            ..concept("b")
        },
    ];
    let messages = [
        "place/a: valid_from to valid_to ends before it begins",
        "place/b: names ends before it begins",
    ];
    expect(concepts, vec![], &messages);
}

#[test]
fn a_code_names_one_place_at_a_time() {
    let old = with_code("old", "", "2025-06-30");
    let new = with_code("new", "2025-07-01", "");
    expect(vec![old.clone(), new], vec![], &[]);
    let early = with_code("early", "2025-06-30", "");
    let message = "place/early: code vn-province:52 is at the same time that of old";
    expect(vec![old, early], vec![], &[message]);
}

#[test]
fn texts_are_nfc_without_blanks_around() {
    let decomposed = "To\u{302}\u{309}";
    for text in [decomposed, " Tổ", "Tổ ", ""] {
        let notes = vec![Note {
            text: in_vietnamese(text),
            source: None,
        }];
        for concept in [
            Concept {
                labels: in_vietnamese(text),
                ..concept("a")
            },
            Concept {
                notes,
                ..concept("a")
            },
            Concept {
                notation: vec![text.to_owned()],
                ..concept("a")
            },
        ] {
            let found = problems_of(vec![concept], vec![]);
            let faults: Vec<_> = found.into_iter().map(|problem| problem.fault).collect();
            assert_eq!(faults, [Fault::UncleanText(text.to_owned())]);
        }
    }
}

#[test]
fn a_kind_of_work_has_a_dcmi_type() {
    let kind = ProductKind {
        dcmi_types: Vec::new(),
        named_in_plan: false,
    };
    let untyped = Concept {
        details: Details::Kind(kind),
        ..concept("a")
    };
    expect(vec![untyped], vec![], &["place/a: there is no DCMI type"]);
}

#[test]
fn an_event_has_an_origin() {
    let message = "place: event 0 has nothing under from";
    expect(vec![concept("a")], vec![event(&[], &["a"])], &[message]);
}

#[test]
fn all_problems_are_reported_at_once() {
    let bad = Concept {
        labels: LanguageMap::default(),
        ..concept("a")
    };
    let worse = Concept {
        related: vec![slug("x")],
        notation: vec![String::new()],
        ..concept("b")
    };
    assert_eq!(
        problems_of(vec![bad, worse], vec![event(&[], &["y"])]).len(),
        5
    );
}
