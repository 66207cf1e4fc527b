//! The way of a work to the public: return with reasons, acceptance, second approval, correction; and the
//! checklist that says what is missing.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::support::{Answer, Archive, Client, atom, eventually};

fn complete() -> Value {
    json!({
        "titles": { "vi": "Ngày hội đọc sách" },
        "descriptions": { "vi": "Tường thuật từ Pleiku." },
        "kind": "article",
        "organisation": "dic",
        "languages": ["vi"],
        "strand": "educate",
        "themes": ["international-law"],
        "body": "Ngày hội mở cửa lúc bảy giờ.",
        "credit_line": "DIC",
        "reuse_terms": "cc-by-4.0",
        "people_shown": "none-identifiable",
    })
}

fn with(changes: &Value) -> Value {
    let mut work = complete();
    json_patch::merge(&mut work, changes);
    work
}

/// A work on its way, followed by its entity tag.
struct OnItsWay {
    path: String,
    etag: String,
}

impl OnItsWay {
    fn create(client: &Client, work: &Value) -> Self {
        let made = client.post_json("/api/v1/assets", work);
        assert_eq!(made.status, 201, "{}", made.text());
        Self {
            path: format!("/api/v1/assets/{}", made.json()["id"].as_str().unwrap()),
            etag: made.header("etag").to_owned(),
        }
    }

    fn step(&mut self, client: &Client, step: &str, body: &Value) -> Answer {
        let answer = client.put_json(&format!("{}/{step}", self.path), &self.etag, body);
        if answer.status == 200 {
            self.etag = answer.header("etag").to_owned();
        }
        answer
    }

    /// A step that succeeds; the state afterwards.
    fn go(&mut self, client: &Client, step: &str, body: &Value) -> String {
        let answer = self.step(client, step, body);
        assert_eq!(answer.status, 200, "{step}: {}", answer.text());
        answer.json()["state"].as_str().unwrap().to_owned()
    }

    fn change(&mut self, client: &Client, changes: &Value) -> Answer {
        let answer = client.patch(&self.path, &self.etag, changes);
        if answer.status == 200 {
            self.etag = answer.header("etag").to_owned();
        }
        answer
    }

    fn checklist(&self, client: &Client) -> Value {
        let answer = client.get(&format!("{}/checklist", self.path));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}

/// The refused conditions as `pointer code`.
fn refused(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 422, "{}", answer.text());
    let problem = answer.json();
    let errors = problem["errors"].as_array().unwrap().iter();
    errors
        .map(|error| {
            let text = |name: &str| error[name].as_str().unwrap().to_owned();
            format!("{} {}", text("pointer"), text("rule"))
        })
        .collect()
}

/// The states of the conditions by requirement and pointer.
fn states(checklist: &Value) -> BTreeMap<String, String> {
    let conditions = checklist["conditions"].as_array().unwrap().iter();
    conditions
        .map(|condition| {
            let text = |name: &str| condition[name].as_str().unwrap().to_owned();
            (
                format!("{} {}", text("requirement"), text("pointer")),
                text("state"),
            )
        })
        .collect()
}

fn missing(checklist: &Value) -> Vec<String> {
    let states = states(checklist).into_iter();
    let missing = states.filter(|(_, state)| state == "missing");
    missing.map(|(condition, _)| condition).collect()
}

#[test]
fn a_returned_work_comes_back_with_its_reasons_and_goes_again() {
    let archive = Archive::start();
    let (author, editor) = (archive.holder("contributor"), archive.holder("editor"));
    let reviewer = archive.holder("reviewer");
    let mut work = OnItsWay::create(&author, &complete());
    let reasons = json!({ "reasons": [
        { "pointer": "/credit_line", "requirement": "credit-line" },
        { "pointer": "/body", "text": "Ghi rõ ngày." },
        { "text": "Thiếu ảnh." },
    ]});
    let early = work.step(&editor, "return", &reasons);
    assert_eq!(
        (early.status, early.problem().as_str()),
        (409, "wrong-state")
    );
    assert_eq!(work.go(&author, "submission", &json!({})), "submitted");
    assert_eq!(work.step(&author, "return", &reasons).status, 403);
    assert_eq!(work.go(&reviewer, "return", &reasons), "returned");

    let read = author.get(&work.path).json();
    assert_eq!(
        read["return_reasons"],
        json!([
            { "pointer": "/credit_line", "requirement": "credit-line" },
            { "pointer": "/body", "text": "Ghi rõ ngày." },
            { "pointer": "", "text": "Thiếu ảnh." },
        ])
    );
    let returned = author.get("/api/v1/assets?state=returned").json();
    assert_eq!(returned["items"].as_array().unwrap().len(), 1);
    assert_eq!(archive.anybody().get(&work.path).status, 404);

    let changed = work.change(&author, &json!({ "body": "Ngày 5 tháng 9 năm 2026." }));
    assert_eq!(changed.json()["state"], "returned", "{}", changed.text());
    assert_eq!(work.go(&author, "submission", &json!({})), "submitted");
    let read = author.get(&work.path).json();
    assert!(read.get("return_reasons").is_none());
    assert_eq!(work.go(&editor, "acceptance", &json!({})), "accepted");
    // What was accepted is not changed any more by its author; a change by an editor voids the acceptance.
    assert_eq!(
        work.change(&author, &json!({ "body": "Khác." })).status,
        403
    );
    let changed = work.change(&editor, &json!({ "body": "Ngày 6 tháng 9 năm 2026." }));
    assert_eq!(changed.json()["state"], "submitted");
    let list = work.checklist(&editor);
    assert!(list.get("accepted").is_none(), "{list}");
    assert_eq!(work.go(&editor, "acceptance", &json!({})), "accepted");
    assert_eq!(work.go(&editor, "publication", &json!({})), "published");
    assert_eq!(archive.anybody().get(&work.path).status, 200);
}

#[test]
fn a_return_says_why() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let mut work = OnItsWay::create(&editor, &complete());
    work.go(&editor, "submission", &json!({}));
    for (body, expected) in [
        (json!({}), vec!["/reasons required"]),
        (json!({ "reasons": [] }), vec!["/reasons required"]),
        (
            json!({ "reasons": [{ "pointer": "/body" }] }),
            vec!["/reasons/0/text required"],
        ),
        (
            json!({ "reasons": [{ "pointer": "body", "text": "a" }] }),
            vec!["/reasons/0/pointer malformed"],
        ),
        (
            json!({ "reasons": [{ "requirement": "colour", "text": "a" }, { "text": "a\u{7}" }] }),
            vec![
                "/reasons/0/requirement not-one-of",
                "/reasons/1/text forbidden-characters",
            ],
        ),
    ] {
        // The bodies are not those that the description allows, so the client's check of requests is passed by.
        let answer = work.step(&editor, "return", &body);
        assert_eq!(refused(&answer), expected, "{body}");
    }
    assert_eq!(editor.get(&work.path).json()["state"], "submitted");
}

#[test]
fn minors_and_the_gated_theme_need_a_second_post() {
    let archive = Archive::start();
    let (first, second) = (archive.holder("editor"), archive.holder("reviewer"));
    let minors = json!({
        "people_shown": "minor-with-guardian-consent", "minors_shown": true,
    });
    let theme = json!({
        "themes": ["abuse-of-rights-law-violations"], "review_on": "2099-06-30",
    });
    for (changes, pointer) in [(minors, "/minors_shown"), (theme, "/themes")] {
        let mut work = OnItsWay::create(&first, &with(&changes));
        let needs_second = [format!("{pointer} second-approval-missing")];
        let alone = work.step(&first, "publication", &json!({}));
        assert_eq!(refused(&alone), needs_second);
        let early = work.step(&second, "approval", &json!({}));
        assert_eq!(
            (early.status, early.problem().as_str()),
            (409, "wrong-state")
        );
        work.go(&first, "submission", &json!({}));
        work.go(&first, "acceptance", &json!({}));
        let own = work.step(&first, "approval", &json!({}));
        assert_eq!(refused(&own), [" same-approver"]);
        let alone = work.step(&first, "publication", &json!({}));
        assert_eq!(refused(&alone), needs_second);
        assert_eq!(work.go(&second, "approval", &json!({})), "accepted");

        let list = work.checklist(&second);
        assert_eq!((&list["is_met"], missing(&list).len()), (&json!(true), 0));
        assert_eq!(list["accepted"]["role"], "editor");
        assert_eq!(list["approved"]["role"], "reviewer");
        assert_ne!(list["accepted"]["by"], list["approved"]["by"]);
        let condition = list["conditions"].as_array().unwrap().iter();
        let approval = condition
            .filter(|condition| condition["requirement"] == "second-approval")
            .collect::<Vec<_>>();
        assert_eq!(approval[0]["decision"], list["approved"]);
        assert_eq!(work.go(&first, "publication", &json!({})), "published");

        // Two posts released these words: one alone does not change them, but may fix the credit.
        let alone = work.change(&first, &json!({ "body": "Lời khác." }));
        assert_eq!(refused(&alone), needs_second);
        let correction = json!({ "note": "Sửa lời.", "changes": { "body": "Lời khác." } });
        let alone = work.step(&first, "correction", &correction);
        assert_eq!(refused(&alone), needs_second);
        let credit = work.change(&first, &json!({ "credit_line": "DIC 2026" }));
        assert_eq!(credit.status, 200, "{}", credit.text());
    }
}

#[test]
fn a_public_work_does_not_come_to_show_minors_by_one_post_alone() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let mut work = OnItsWay::create(&editor, &complete());
    work.go(&editor, "publication", &json!({}));
    let shows_minors = json!({
        "people_shown": "minor-with-guardian-consent", "minors_shown": true,
    });
    let alone = work.change(&editor, &shows_minors);
    assert_eq!(refused(&alone), ["/minors_shown second-approval-missing"]);
}

#[test]
fn the_gated_theme_is_published_until_a_day() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let gated = |review_on: Value| {
        with(&json!({
            "themes": ["abuse-of-rights-law-violations"], "review_on": review_on,
        }))
    };
    for (day, expected) in [
        (Value::Null, "/review_on required"),
        (json!("2026-11-01"), "/review_on review-is-due"),
    ] {
        let mut work = OnItsWay::create(&editor, &gated(day));
        work.go(&editor, "submission", &json!({}));
        let refusal = work.step(&editor, "acceptance", &json!({}));
        assert_eq!(refused(&refusal), [expected]);
    }
}

#[test]
fn an_unfinished_work_is_not_accepted_and_its_checklist_says_why() {
    let archive = Archive::start();
    let (author, editor) = (archive.holder("contributor"), archive.holder("editor"));
    let mut work = OnItsWay::create(&author, &json!({ "titles": { "vi": "Tin ngắn" } }));
    let list = work.checklist(&author);
    let expected = [
        "content /files",
        "credit-line /credit_line",
        "kind /kind",
        "languages /languages",
        "people-assessed /people_shown",
        "rights-reviewed /reuse_terms",
        "strand /strand",
        "theme /themes",
    ];
    assert_eq!(missing(&list), expected);
    assert_eq!(list["is_met"], false);
    let states = states(&list);
    for (condition, state) in [
        ("title /titles", "met"),
        ("organisation /organisation", "met"),
        ("no-secrecy-mark ", "met"),
        ("second-approval /minors_shown", "not-applicable"),
        ("guardian-consent /people_shown", "not-applicable"),
        ("review-date /review_on", "not-applicable"),
        ("terms-allow-files /files", "not-applicable"),
        ("public-copy /files", "not-applicable"),
    ] {
        assert_eq!(states[condition], state, "{condition}");
    }
    for condition in list["conditions"].as_array().unwrap() {
        for language in ["vi", "en"] {
            let how = condition["how"][language].as_str().unwrap();
            assert!(how.len() > 10, "{condition}");
        }
        let is_missing = condition["state"] == "missing";
        assert_eq!(condition["rule"].is_string(), is_missing, "{condition}");
    }
    work.go(&author, "submission", &json!({}));
    let refusal = work.step(&editor, "acceptance", &json!({}));
    assert_eq!(refused(&refusal).len(), expected.len());
    // The gate is the checklist with nothing missing.
    let mut finished = OnItsWay::create(&author, &complete());
    let list = finished.checklist(&author);
    assert_eq!((&list["is_met"], missing(&list).len()), (&json!(true), 0));
    finished.go(&editor, "publication", &json!({}));
    let rights = finished.checklist(&editor);
    let conditions = rights["conditions"].as_array().unwrap().iter();
    let reviewed: Vec<&Value> = conditions
        .filter(|condition| condition["requirement"] == "rights-reviewed")
        .collect();
    assert_eq!(reviewed[0]["decision"]["role"], "editor");
    assert!(reviewed[0]["decision"]["at"].is_string());
}

#[test]
fn a_correction_is_shown_to_readers_and_the_text_before_is_named() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let mut work = OnItsWay::create(&editor, &complete());
    let correction = json!({
        "note": "Ngày hội mở cửa lúc tám giờ, không phải bảy giờ.",
        "changes": { "body": "Ngày hội mở cửa lúc tám giờ." },
    });
    let early = work.step(&editor, "correction", &correction);
    assert_eq!(
        (early.status, early.problem().as_str()),
        (409, "wrong-state")
    );
    work.go(&editor, "publication", &json!({}));
    let before = anybody.get(&work.path).json();
    assert!(before.get("corrections").is_none());
    work.go(&editor, "correction", &correction);

    let read = anybody.get(&work.path).json();
    assert_eq!(read["body"], "Ngày hội mở cửa lúc tám giờ.");
    let entry = &read["corrections"][0];
    assert_eq!(entry["note"], correction["note"]);
    assert_eq!(entry["corrected_revision"], before["revision"]);
    assert_eq!(entry["revision"], read["revision"]);
    assert_eq!(entry["at"], read["updated_at"]);
    // The text before stays citable for everybody, without who wrote it. Other revisions are not for readers.
    let cited = anybody.get(&format!(
        "{}/revisions/{}",
        work.path, entry["corrected_revision"]
    ));
    assert_eq!(cited.status, 200, "{}", cited.text());
    assert_eq!(cited.json()["asset"]["body"], before["body"]);
    assert_eq!(cited.json()["by"], "editor");
    assert_eq!(
        anybody.get(&format!("{}/revisions/1", work.path)).status,
        404
    );
    assert_eq!(anybody.get(&format!("{}/revisions", work.path)).status, 401);

    let changes = anybody.get("/api/v1/changes?after=0").json();
    let kinds: Vec<&Value> = changes["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| &change["kind"])
        .collect();
    assert!(kinds.contains(&&json!("corrected")), "{kinds:?}");
    let event = editor.get("/readyz").json()["last_event"].as_u64().unwrap();
    let found = anybody
        .get(&format!("/api/v1/search?q=ngay+hoi&event={event}"))
        .json();
    assert_eq!(found["items"][0]["asset"]["corrections"][0], *entry);
    let feed = eventually("the feed has the work", || {
        let feed = anybody.get("/api/v1/search/feed?q=ngay+hoi&lang=en");
        (!atom::read(&feed).entries.is_empty()).then_some(feed)
    });
    let day = read["updated_at"].as_str().unwrap().get(..10).unwrap();
    let expected = format!("Correction ({day}): Ngày hội mở cửa lúc tám giờ");
    assert!(feed.text().contains(&expected), "{}", feed.text());
    assert!(feed.text().contains("Tường thuật từ Pleiku."));
}

#[test]
fn a_correction_needs_a_note_and_a_change() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let mut work = OnItsWay::create(&editor, &complete());
    work.go(&editor, "publication", &json!({}));
    for (body, expected) in [
        (json!({}), vec!["/note required", "/changes required"]),
        (
            json!({ "note": " ", "changes": { "body": "Khác." } }),
            vec!["/note required"],
        ),
        (
            json!({ "note": "Sửa.", "changes": {} }),
            vec!["/changes required"],
        ),
        (
            json!({ "note": "Sửa.", "changes": { "body": null } }),
            vec!["/files nothing-to-publish"],
        ),
        (
            json!({ "note": "Sửa.", "changes": { "body": "Khác." }, "colour": 1 }),
            vec!["/colour unknown-property"],
        ),
    ] {
        let answer = work.step(&editor, "correction", &body);
        assert_eq!(refused(&answer), expected, "{body}");
    }
    let revision = editor.get(&work.path).json()["revision"].clone();
    assert_eq!(revision, 2);
}

#[test]
fn an_import_takes_works_on_and_leaves_decisions_to_editors() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let mut record = complete();
    record["identifiers"] = json!([{ "scheme": "sample", "value": "7" }]);
    let import = |state: &str| {
        let mut line = record.clone();
        line["state"] = state.into();
        let kind = [("content-type", "application/x-ndjson")];
        let body = format!("{line}\n");
        editor
            .send("POST", "/api/v1/imports", &kind, body.as_bytes())
            .json()
    };
    let first = import("submitted");
    assert_eq!(
        (&first["outcome"], &first["state"]),
        (&json!("created"), &json!("submitted"))
    );
    let path = format!("/api/v1/assets/{}", first["id"].as_str().unwrap());
    let mut work = OnItsWay {
        etag: editor.get(&path).header("etag").to_owned(),
        path,
    };
    work.go(&editor, "acceptance", &json!({}));
    let again = import("submitted");
    assert_eq!(
        (&again["outcome"], &again["state"]),
        (&json!("unchanged"), &json!("accepted"))
    );
    let reasons = json!({ "reasons": [{ "text": "Thiếu nguồn." }] });
    work.go(&editor, "return", &reasons);
    let again = import("draft");
    assert_eq!(
        (&again["outcome"], &again["state"]),
        (&json!("unchanged"), &json!("returned"))
    );
    let published = import("published");
    assert_eq!(published["state"], "published", "{published}");
    for state in ["accepted", "returned"] {
        let refused = import(state);
        let errors = &refused["problem"]["errors"];
        assert_eq!(errors[0]["pointer"], "/state", "{refused}");
    }
}
