//! What belongs to a body passes to its successor on a day.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::archive::complete_work_but;
use crate::sign_in::{LOGIN, PASSWORD, archive_with};
use crate::support::browser::Browser;
use crate::support::{Archive, Client, command, eventually, path_of};

pub(crate) const SUCCESSIONS: &str = "/api/v1/successions";
/// `docst` follows `dic` in the vocabulary and exists since 2025-03-01.
const TO: &str = "docst";

pub(crate) fn plan(client: &Client, more: &Value) -> Value {
    let mut body =
        json!({ "from": ["dic"], "to": TO, "on": "2025-03-01", "reason": "Nghị quyết 1" });
    json_patch::merge(&mut body, more);
    let answer = client.post_json(SUCCESSIONS, &body);
    assert!(matches!(answer.status, 200 | 201), "{}", answer.text());
    answer.json()
}

pub(crate) fn done(client: &Client, id: &Value) -> Value {
    let path = format!("{SUCCESSIONS}/{}", id.as_str().unwrap());
    eventually("the succession to be done", || {
        let state = client.get(&path).json();
        (state["state"] == "done").then_some(state)
    })
}

fn published(client: &Client, work: &Value) -> Value {
    let draft = client.create(work);
    let path = format!("{}/publication", path_of(&draft));
    let answer = client.put_json(&path, "\"1\"", &json!({}));
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

#[test]
#[expect(
    clippy::too_many_lines,
    clippy::cognitive_complexity,
    reason = "one day of a body from preview to history"
)]
fn works_accounts_tokens_and_searches_pass_and_drafts_stay_open() {
    let archive = archive_with("contributor");
    let operator = archive.operator();
    let mut browser = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    let own = json!({ "label": "máy quét" });
    let own = browser.send("POST", "/api/v1/account/tokens", &own).json();
    let own = archive
        .anybody()
        .with_token(own["secret"].as_str().unwrap());
    let contributor = archive.holder("contributor");
    let successor = archive.holder_of("contributor", Some(TO));
    let public = published(
        &operator,
        &complete_work_but(&json!({ "organisation": "dic" })),
    );
    let draft = contributor.create(&json!({ "titles": { "vi": "Nháp" } }));
    let other = successor.create(&json!({ "titles": { "vi": "Khác" } }));
    let search =
        json!({ "titles": { "vi": "Tìm" }, "query": { "q": "trẻ em" }, "visibility": "private" });
    assert_eq!(
        contributor.post_json("/api/v1/searches", &search).status,
        201
    );
    let assigned = json!({ "role": "contributor", "organisation": "dic" });
    let assignment = format!("{}/assignment", path_of(&draft));
    assert_eq!(
        operator.put_json(&assignment, "\"0\"", &assigned).status,
        200
    );
    assert_eq!(successor.get(&path_of(&draft)).status, 404);

    let preview = plan(&operator, &json!({ "dry_run": true }));
    let expected = json!({ "works": 2, "accounts": 1, "tokens": 1, "saved_searches": 1 });
    assert_eq!(preview["would_pass"], expected);
    assert_eq!(
        (&preview["unpublished_works"], &preview["refusals"]),
        (&json!(1), &json!([]))
    );
    let planned = plan(&operator, &json!({}));
    let state = done(&operator, &planned["id"]);
    assert_eq!(state["passed"], expected);
    assert!(state["finished_at"].is_string(), "{state}");

    // The draft is open for the successor and for the token that has passed, with the same words.
    for client in [&successor, &contributor, &own] {
        let work = client.get(&path_of(&draft));
        assert_eq!(work.status, 200, "{}", work.text());
        assert_eq!(work.json()["organisation"], TO);
        assert_eq!(work.json()["issued_by"], "dic");
        assert_eq!(
            (&work.json()["state"], &work.json()["revision"]),
            (&json!("draft"), &json!(2))
        );
    }
    let edit = json!({ "titles": { "vi": "Nháp hai" } });
    assert_eq!(
        successor.patch(&path_of(&draft), "\"2\"", &edit).status,
        200
    );
    assert_eq!(own.get("/api/v1/me").json()["organisation"], TO);
    let searches = contributor.get("/api/v1/searches").json();
    assert_eq!(searches["items"].as_array().unwrap().len(), 1);
    let mine = successor.get("/api/v1/assignments?mine=true").json();
    assert_eq!(mine["items"].as_array().unwrap().len(), 1, "{mine}");
    // The session ended; signing in gives the new body.
    assert_eq!(browser.get("/api/v1/account").status, 401);
    let mut browser = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    assert_eq!(browser.get("/api/v1/account").json()["organisation"], TO);
    // What was the successor's own stays as it was.
    let untouched = successor.get(&path_of(&other)).json();
    assert_eq!(
        (&untouched["revision"], &untouched["issued_by"]),
        (&json!(1), &Value::Null)
    );

    // History keeps the body before, with the reason; the public sees one more change.
    let revisions = operator
        .get(&format!("{}/revisions", path_of(&public)))
        .json();
    assert_eq!(revisions["items"][0]["kind"], "passed-on");
    assert_eq!(revisions["items"][0]["reason"], "Nghị quyết 1");
    let before = operator
        .get(&format!("{}/revisions/2", path_of(&public)))
        .json();
    assert_eq!(before["asset"]["organisation"], "dic");
    let path = format!("{}?include=citation", path_of(&public));
    let cited = archive.anybody().get(&path).json();
    let citation = cited["citation"]["vi"].as_str().unwrap();
    assert!(
        citation.contains("Sở Thông tin và Truyền thông"),
        "{citation}"
    );
    assert_eq!(cited["state"], "published");
    // Restoring what was written before does not give it back.
    let path = format!("{}/revisions/1/restore", path_of(&draft));
    let restored = operator.send("POST", &path, &[("if-match", "\"3\"")], &[]);
    assert_eq!(restored.status, 200, "{}", restored.text());
    assert_eq!(restored.json()["titles"]["vi"], "Nháp");
    assert_eq!(
        (
            &restored.json()["organisation"],
            &restored.json()["issued_by"]
        ),
        (&json!(TO), &json!("dic"))
    );
    let trail = operator.get("/api/v1/audit?limit=200").text();
    for act in ["succession-planned", "succession-done", "account-changed"] {
        assert!(trail.contains(act), "{act}");
    }
}

#[test]
fn both_names_find_what_was_issued_before() {
    let archive = Archive::start();
    let operator = archive.operator();
    let work = complete_work_but(&json!({ "organisation": "dic", "credit_line": "x" }));
    let work = published(&operator, &work);
    let planned = plan(&operator, &json!({}));
    done(&operator, &planned["id"]);
    let event = operator.get("/readyz").json()["last_event"].clone();
    for name in [
        "Sở Thông tin và Truyền thông",
        "Sở Văn hóa, Thể thao và Du lịch",
    ] {
        let name = utf8_percent_encode(name, NON_ALPHANUMERIC);
        let found = archive
            .anybody()
            .get(&format!("/api/v1/search?q={name}&event={event}"));
        assert_eq!(
            found.json()["items"][0]["asset"]["id"],
            work["id"],
            "{}",
            found.text()
        );
    }
    let found = archive
        .anybody()
        .get(&format!("/api/v1/search?organisation={TO}&event={event}"));
    assert_eq!(found.json()["total"]["works"], 1);
}

#[test]
fn it_goes_on_after_a_kill_and_passes_each_work_once() {
    let archive = Archive::start();
    let operator = archive.operator();
    let lines: Vec<String> = (0..300)
        .map(|number| {
            json!({ "organisation": "dic", "titles": { "vi": format!("Bài {number}") } })
                .to_string()
        })
        .collect();
    let headers = [("content-type", "application/x-ndjson")];
    let imported = operator.send(
        "POST",
        "/api/v1/imports",
        &headers,
        lines.join("\n").as_bytes(),
    );
    assert_eq!(imported.text().matches("\"created\"").count(), 300);
    let planned = plan(&operator, &json!({}));
    let path = format!("{SUCCESSIONS}/{}", planned["id"].as_str().unwrap());
    eventually("some works to have passed", || {
        let state = operator.get(&path).json();
        (state["passed"]["works"].as_u64() > Some(0)).then_some(())
    });
    let archive = Archive::start_in(archive.kill(), &[]);
    let operator = archive.operator();
    let state = done(&operator, &planned["id"]);
    assert_eq!(state["passed"]["works"], 300);
    let mut after = String::new();
    let mut seen = 0;
    loop {
        let page = operator
            .get(&format!("/api/v1/assets?limit=200{after}"))
            .json();
        for item in page["items"].as_array().unwrap() {
            assert_eq!(
                (&item["organisation"], &item["revision"]),
                (&json!(TO), &json!(2))
            );
            seen += 1;
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(seen, 300);
    let usage = |body: &str| {
        operator
            .get(&format!("/api/v1/organisations/{body}/usage"))
            .json()
    };
    assert_eq!(
        (&usage("dic")["works"]["used"], &usage(TO)["works"]["used"]),
        (&json!(0), &json!(300))
    );
}

#[test]
fn it_can_be_cancelled_until_its_day_and_wrong_plans_are_refused() {
    let archive = Archive::start();
    let operator = archive.operator();
    let contributor = archive.holder("contributor");
    let draft = contributor.create(&json!({ "titles": { "vi": "Nháp" } }));
    let planned = plan(&operator, &json!({ "on": "2999-01-01" }));
    assert_eq!(planned["state"], "planned");
    let refused = |more: &Value| -> Vec<(String, String)> {
        let mut body = json!({ "from": ["dof"], "to": TO, "on": "2999-01-01" });
        json_patch::merge(&mut body, more);
        let answer = operator.post_json(SUCCESSIONS, &body);
        assert_eq!(answer.status, 422, "{}", answer.text());
        let errors = answer.json()["errors"].as_array().unwrap().clone();
        let pair = |error: &Value| {
            let part = |name: &str| error[name].as_str().unwrap().to_owned();
            (part("pointer"), part("rule"))
        };
        errors.iter().map(pair).collect()
    };
    for (more, pointer, rule) in [
        (json!({ "from": ["dic"] }), "/from/0", "already-planned"),
        (json!({ "from": [TO] }), "/from/0", "self-reference"),
        (json!({ "from": ["dof", "dof"] }), "/from/1", "duplicate"),
        (json!({ "from": ["nobody"] }), "/from/0", "unknown-concept"),
        (json!({ "from": [] }), "/from", "required"),
        (json!({ "to": "nobody" }), "/to", "unknown-concept"),
        // The vocabulary says that it ended on 2025-02-28.
        (json!({ "to": "dpi" }), "/to", "not-in-force"),
        (json!({ "on": "2999" }), "/on", "invalid-date"),
        (json!({ "on": "mai" }), "/on", "invalid-date"),
        (json!({ "on": null }), "/on", "required"),
    ] {
        assert_eq!(
            refused(&more),
            [(pointer.to_owned(), rule.to_owned())],
            "{more}"
        );
    }
    let preview = plan(&operator, &json!({ "dry_run": true, "on": "2999-01-01" }));
    assert_eq!(preview["refusals"][0]["rule"], "already-planned");
    let path = format!("{SUCCESSIONS}/{}", planned["id"].as_str().unwrap());
    let delete = || operator.send("DELETE", &path, &[], b"").status;
    assert_eq!((delete(), delete()), (204, 409));
    assert_eq!(operator.get(&path).json()["state"], "cancelled");
    assert_eq!(
        contributor.get(&path_of(&draft)).json()["organisation"],
        "dic"
    );
    for role in ["editor", "inspector", "contributor"] {
        assert_eq!(archive.holder(role).get(SUCCESSIONS).status, 403, "{role}");
    }
    assert_eq!(archive.anybody().get(SUCCESSIONS).status, 401);
    assert_eq!(
        operator.get("/api/v1/successions/s-000000000000").status,
        404
    );
}

#[test]
fn several_bodies_merge_on_the_command_line() {
    let archive = Archive::start();
    for body in ["dic", "dpi"] {
        let client = archive.holder_of("contributor", Some(body));
        client.create(&json!({ "titles": { "vi": body } }));
    }
    let run = |arguments: &[&str]| {
        let output = command()
            .arg("organisation")
            .args(arguments)
            .arg("--data")
            .arg(archive.data())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let plan = [
        "succeed",
        "--from",
        "dic",
        "--from",
        "dpi",
        "--to",
        "dof",
        "--on",
        "2025-03-01",
    ];
    assert_eq!(
        run(&[plan.as_slice(), &["--dry-run"]].concat()),
        "2\t0\t2\t0\n"
    );
    assert!(run(&plan).contains("\tdic,dpi\tdof\t2025-03-01\t"));
    eventually("the succession to be done", || {
        run(&["successions"])
            .contains("\tdone\t2\t0\t2\t0\n")
            .then_some(())
    });
}

#[test]
fn a_link_fetched_after_a_succession_makes_a_token_of_the_successor() {
    let archive = Archive::start();
    let operator = archive.operator();
    let wanted = json!({ "role": "station", "body": "Đài", "purpose": "Phát lại", "contact": "a@b.example" });
    let asked = archive
        .anybody()
        .post_json("/api/v1/access-requests", &wanted)
        .json();
    let id = asked["request"]["id"].as_str().unwrap();
    let decision = json!({ "decision": "granted", "organisation": "dic" }).to_string();
    let headers = [("content-type", "application/json")];
    let path = format!("/api/v1/access-requests/{id}/decision");
    let granted = operator.send("PUT", &path, &headers, decision.as_bytes());
    assert_eq!(granted.status, 200, "{}", granted.text());
    let preview = plan(&operator, &json!({ "dry_run": true }));
    assert_eq!(preview["would_pass"]["tokens"], 1);
    let planned = plan(&operator, &json!({}));
    assert_eq!(done(&operator, &planned["id"])["passed"]["tokens"], 1);
    let link = json!({ "link": granted.json()["link"] });
    let token = archive
        .anybody()
        .post_json("/api/v1/access-handovers", &link);
    assert_eq!(token.status, 201, "{}", token.text());
    assert_eq!(token.json()["organisation"], TO);
}

#[test]
fn a_chain_in_which_works_would_stay_on_the_way_is_refused() {
    let archive = Archive::start();
    let operator = archive.operator();
    plan(
        &operator,
        &json!({ "from": ["dof"], "to": "doj", "on": "2999-01-10" }),
    );
    for (from, to, on, pointer) in [
        // The successor has given everything away by then.
        ("dic", "dof", "2999-01-10", Some("/to")),
        ("dic", "dof", "2999-02-01", Some("/to")),
        ("dic", "dof", "2999-01-09", None),
        // The body still gets something then.
        ("doj", TO, "2999-01-10", Some("/from/0")),
        ("doj", TO, "2025-03-01", Some("/from/0")),
        ("doj", TO, "2999-01-11", None),
    ] {
        let wanted = json!({ "from": [from], "to": to, "on": on, "dry_run": true });
        let preview = plan(&operator, &wanted);
        let refusals = preview["refusals"].as_array().unwrap().iter();
        let pointers: Vec<_> = refusals
            .map(|one| (one["pointer"].as_str().unwrap(), &one["rule"]))
            .collect();
        let rule = json!("already-planned");
        let expected: Vec<_> = pointer.iter().map(|pointer| (*pointer, &rule)).collect();
        assert_eq!(pointers, expected, "{wanted}");
    }
}
