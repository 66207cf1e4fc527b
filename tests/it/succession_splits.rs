//! A body is split: several successors get what belongs to it, by places and by lists.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::sign_in::{LOGIN, PASSWORD, archive_with};
use crate::successions::{SUCCESSIONS, done, plan};
use crate::support::browser::Browser;
use crate::support::{Archive, Client, command, eventually, path_of};

/// The main successor, and that of the part.
const MAIN: &str = "docst";
const OTHER: &str = "dof";

fn draft(client: &Client, title: &str, places: &[&str]) -> Value {
    let work = json!({ "titles": { "vi": title }, "organisation": "dic", "places": places });
    client.create(&work)
}

fn id_of(work: &Value) -> String {
    work["id"].as_str().unwrap().to_owned()
}

fn body_of(client: &Client, work: &Value) -> Value {
    client.get(&path_of(work)).json()["organisation"].clone()
}

/// The works that the succession says have passed: successor by id, read in pages of `limit`.
fn passed_works(client: &Client, succession: &Value, limit: usize) -> BTreeMap<String, String> {
    let path = format!("{SUCCESSIONS}/{}/works", succession["id"].as_str().unwrap());
    let (mut found, mut after) = (BTreeMap::new(), String::new());
    loop {
        let page = client.get(&format!("{path}?limit={limit}{after}"));
        assert_eq!(page.status, 200, "{}", page.text());
        let page = page.json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= limit);
        for item in items {
            let text = |name: &str| item[name].as_str().unwrap().to_owned();
            assert_eq!(found.insert(text("id"), text("to")), None);
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return found,
        }
    }
}

fn grant_for_dic(archive: &Archive) -> String {
    let wanted = json!({ "role": "station", "body": "Đài", "purpose": "Phát lại", "contact": "a@b.example" });
    let asked = archive
        .anybody()
        .post_json("/api/v1/access-requests", &wanted)
        .json();
    let id = asked["request"]["id"].as_str().unwrap().to_owned();
    let decision = json!({ "decision": "granted", "organisation": "dic" }).to_string();
    let headers = [("content-type", "application/json")];
    let path = format!("/api/v1/access-requests/{id}/decision");
    let granted = archive
        .operator()
        .send("PUT", &path, &headers, decision.as_bytes());
    assert_eq!(granted.status, 200, "{}", granted.text());
    id
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one day of a body from preview to report"
)]
fn what_is_listed_or_lies_in_a_place_goes_to_its_successor_and_the_rest_to_the_main_one() {
    let archive = archive_with("contributor");
    let operator = archive.operator();
    let account = operator.get("/api/v1/accounts").json()["items"][0]["id"].clone();
    let contributor = archive.holder("contributor");
    let token = contributor.get("/api/v1/me").json()["token"].clone();
    let request = grant_for_dic(&archive);
    // Ia Grai lay in the province of Gia Lai, Quy Nhơn in that of Bình Định.
    let of_place = draft(&operator, "Gia Lai", &["ia-grai"]);
    let elsewhere = draft(&operator, "Quy Nhơn", &["quy-nhon-city"]);
    let listed = draft(&operator, "Liệt kê", &["quy-nhon-city"]);
    let nowhere = draft(&operator, "Không nơi nào", &[]);
    let searches: Vec<Value> = ["một", "hai"]
        .map(|title| {
            let search = json!({ "titles": { "vi": title }, "query": { "q": "trẻ em" }, "visibility": "private" });
            contributor.post_json("/api/v1/searches", &search).json()
        })
        .into();
    let assigned = json!({ "role": "contributor", "organisation": "dic" });
    for work in [&of_place, &elsewhere] {
        let path = format!("{}/assignment", path_of(work));
        assert_eq!(operator.put_json(&path, "\"0\"", &assigned).status, 200);
    }
    let parts = json!([{
        "to": OTHER, "places": ["gia-lai-province"], "works": [id_of(&listed)], "accounts": [account],
        "access_requests": [request], "saved_searches": [searches[1]["id"]],
    }]);
    let preview = plan(&operator, &json!({ "parts": parts, "dry_run": true }));
    let all = json!({ "works": 4, "accounts": 1, "tokens": 2, "saved_searches": 2 });
    let of_part = json!({ "works": 2, "accounts": 1, "tokens": 1, "saved_searches": 1 });
    assert_eq!(preview["refusals"], json!([]));
    assert_eq!(preview["would_pass"], all);
    assert_eq!(
        preview["parts"],
        json!([{ "to": OTHER, "would_pass": of_part }])
    );

    let planned = plan(&operator, &json!({ "parts": parts }));
    assert_eq!(planned["parts"][0]["places"], json!(["gia-lai-province"]));
    let state = done(&operator, &planned["id"]);
    assert_eq!(state["passed"], all);
    assert_eq!(state["parts"][0]["passed"], of_part);
    for (work, to) in [
        (&of_place, OTHER),
        (&listed, OTHER),
        (&elsewhere, MAIN),
        (&nowhere, MAIN),
    ] {
        assert_eq!(body_of(&operator, work), to, "{work}");
        let read = operator.get(&path_of(work)).json();
        assert_eq!(read["issued_by"], "dic");
    }
    // The account and the grant go to the part, the token that nobody listed to the main successor.
    let mut browser = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    assert_eq!(browser.get("/api/v1/account").json()["organisation"], OTHER);
    assert_eq!(contributor.get("/api/v1/me").json()["organisation"], MAIN);
    assert_eq!(contributor.get("/api/v1/me").json()["token"], token);
    let searches_of = |body| {
        let holder = archive.holder_of("contributor", Some(body));
        let found = holder.get("/api/v1/searches").json();
        let titles = found["items"].as_array().unwrap().iter();
        titles
            .map(|search| search["titles"]["vi"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(searches_of(MAIN), ["một"]);
    assert_eq!(searches_of(OTHER), ["hai"]);
    // A work goes together with its assignment.
    for (body, work) in [(OTHER, &of_place), (MAIN, &elsewhere)] {
        let holder = archive.holder_of("contributor", Some(body));
        let mine = holder.get("/api/v1/assignments?mine=true").json();
        assert_eq!(mine["items"].as_array().unwrap().len(), 1, "{mine}");
        assert_eq!(mine["items"][0]["asset"], work["id"]);
    }
    let expected: BTreeMap<String, String> = [
        (&of_place, OTHER),
        (&listed, OTHER),
        (&elsewhere, MAIN),
        (&nowhere, MAIN),
    ]
    .map(|(work, to)| (id_of(work), to.to_owned()))
    .into();
    for limit in [1, 3, 4, 200] {
        assert_eq!(passed_works(&operator, &planned, limit), expected);
    }
    let trail = operator.get("/api/v1/audit?limit=200").text();
    assert!(trail.contains(&format!("{MAIN} {OTHER}")), "{trail}");
}

/// A division moves to another body, and the body itself stays as it is.
#[test]
fn a_body_that_stays_gives_away_only_what_is_named() {
    let archive = archive_with("contributor");
    let operator = archive.operator();
    let contributor = archive.holder("contributor");
    let leaves = draft(&operator, "Gia Lai", &["ia-grai"]);
    let stays = draft(&operator, "Quy Nhơn", &["quy-nhon-city"]);
    let mut browser = Browser::signed_in(archive.anybody(), LOGIN, PASSWORD);
    let parts = json!([{ "to": OTHER, "places": ["gia-lai-province"] }]);
    let wanted = json!({ "to": "dic", "parts": parts, "on": "2025-02-01" });
    let preview = plan(
        &operator,
        &json!({ "to": "dic", "parts": parts, "on": "2025-02-01", "dry_run": true }),
    );
    assert_eq!(preview["refusals"], json!([]));
    let one = json!({ "works": 1, "accounts": 0, "tokens": 0, "saved_searches": 0 });
    assert_eq!(preview["would_pass"], one);

    let planned = plan(&operator, &wanted);
    let state = done(&operator, &planned["id"]);
    assert_eq!(state["passed"], one);
    assert_eq!(state["parts"][0]["passed"], one);
    assert_eq!(body_of(&operator, &leaves), OTHER);
    let stayed = operator.get(&path_of(&stays)).json();
    assert_eq!(
        (&stayed["organisation"], &stayed["revision"]),
        (&json!("dic"), &json!(1))
    );
    assert_eq!(stayed["issued_by"], Value::Null);
    assert_eq!(contributor.get("/api/v1/me").json()["organisation"], "dic");
    // Nobody had to sign in again.
    assert_eq!(browser.get("/api/v1/account").json()["organisation"], "dic");
    let expected = BTreeMap::from([(id_of(&leaves), OTHER.to_owned())]);
    assert_eq!(passed_works(&operator, &planned, 200), expected);

    // Without parts, and with several bodies, a body cannot follow itself.
    for (from, parts) in [
        (json!(["dic"]), json!([])),
        (json!(["dic", "docst"]), parts),
    ] {
        let body = json!({ "from": from, "to": "dic", "parts": parts, "on": "2025-02-01", "dry_run": true });
        let refused = operator.post_json(SUCCESSIONS, &body).json();
        assert_eq!(refused["refusals"][0]["pointer"], "/from/0", "{refused}");
    }
}

#[test]
fn it_goes_on_after_a_kill_and_every_work_gets_to_its_successor() {
    let archive = Archive::start();
    let operator = archive.operator();
    let place = |number: usize| ["chu-pah", "quy-nhon-city"][number % 2];
    let lines: Vec<String> = (0..300)
        .map(|number| {
            let title = format!("Bài {number}");
            json!({ "organisation": "dic", "titles": { "vi": title }, "places": [place(number)] })
                .to_string()
        })
        .collect();
    let headers = [("content-type", "application/x-ndjson")];
    let lines = lines.join("\n");
    let imported = operator.send("POST", "/api/v1/imports", &headers, lines.as_bytes());
    assert_eq!(imported.text().matches("\"created\"").count(), 300);
    let parts = json!([{ "to": OTHER, "places": ["gia-lai-province"] }]);
    let planned = plan(&operator, &json!({ "parts": parts }));
    let path = format!("{SUCCESSIONS}/{}", planned["id"].as_str().unwrap());
    eventually("some works to have passed to both", || {
        let state = operator.get(&path).json();
        let of_part = state["parts"][0]["passed"]["works"].as_u64().unwrap();
        let all = state["passed"]["works"].as_u64().unwrap();
        (of_part > 0 && all > of_part).then_some(())
    });
    let archive = Archive::start_in(archive.kill(), &[]);
    let operator = archive.operator();
    let state = done(&operator, &planned["id"]);
    assert_eq!(state["passed"]["works"], 300);
    assert_eq!(state["parts"][0]["passed"]["works"], 150);
    let passed = passed_works(&operator, &planned, 200);
    assert_eq!(passed.len(), 300);
    let mut after = String::new();
    loop {
        let page = operator
            .get(&format!("/api/v1/assets?limit=200{after}"))
            .json();
        for item in page["items"].as_array().unwrap() {
            let to = match item["places"][0].as_str().unwrap() {
                "chu-pah" => OTHER,
                _ => MAIN,
            };
            assert_eq!(
                (&item["organisation"], &item["revision"]),
                (&json!(to), &json!(2))
            );
            assert_eq!(passed[item["id"].as_str().unwrap()], to);
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "many small cases")]
fn a_split_in_which_something_is_unclear_is_refused_with_pointers() {
    let archive = Archive::start();
    let operator = archive.operator();
    let own = id_of(&draft(&operator, "Của mình", &[]));
    let other = operator.create(&json!({ "titles": { "vi": "Khác" }, "organisation": "doj" }));
    let other = id_of(&other);
    let unknown = "01890a5d-ac96-774b-bcce-b302099a8057";
    for (parts, expected) in [
        (json!([{ "to": OTHER, "works": [own] }]), vec![]),
        (json!([{ "to": OTHER }]), vec![("/parts/0", "required")]),
        (
            json!([{ "works": [own] }]),
            vec![("/parts/0/to", "required")],
        ),
        (json!({ "to": OTHER }), vec![("/parts", "wrong-type")]),
        (
            json!([{ "to": MAIN, "works": [own] }]),
            vec![("/parts/0/to", "duplicate")],
        ),
        (
            json!([{ "to": "dic", "works": [own] }]),
            // It ended on that day, too.
            vec![
                ("/parts/0/to", "not-in-force"),
                ("/parts/0/to", "self-reference"),
            ],
        ),
        // The vocabulary says that it ended on 2025-02-28.
        (
            json!([{ "to": "dpi", "works": [own] }]),
            vec![("/parts/0/to", "not-in-force")],
        ),
        (
            json!([{ "to": "nobody", "works": [own] }]),
            vec![("/parts/0/to", "unknown-concept")],
        ),
        (
            json!([{ "to": OTHER, "works": [own] }, { "to": "doj", "works": [own] }]),
            vec![("/parts/1/works/0", "duplicate")],
        ),
        (
            json!([{ "to": OTHER, "places": ["ia-grai", "nowhere", "ia-grai"] }]),
            vec![
                ("/parts/0/places/1", "unknown-concept"),
                ("/parts/0/places/2", "duplicate"),
            ],
        ),
        (
            json!([{ "to": OTHER, "works": [other, unknown, own], "accounts": ["a-4f9a2c0b1d2e"], "tokens": ["4f9a2c"] }]),
            vec![
                ("/parts/0/works/0", "not-of-body"),
                ("/parts/0/works/1", "not-of-body"),
                ("/parts/0/accounts/0", "not-of-body"),
                ("/parts/0/tokens/0", "not-of-body"),
            ],
        ),
        (
            json!([{ "to": OTHER, "works": ["x", 7], "accounts": ["4f9a2c"], "share": 1 }]),
            vec![
                ("/parts/0/share", "unknown-property"),
                ("/parts/0/works/0", "malformed"),
                ("/parts/0/works/1", "malformed"),
                ("/parts/0/accounts/0", "malformed"),
            ],
        ),
    ] {
        let body = json!({ "from": ["dic"], "to": MAIN, "on": "2025-03-01", "parts": parts, "dry_run": true });
        let answer = operator.post_json(SUCCESSIONS, &body).json();
        let errors = answer.get("refusals").or_else(|| answer.get("errors"));
        let errors = errors.and_then(Value::as_array).unwrap();
        let mut found: Vec<(&str, &str)> = errors
            .iter()
            .map(|error| {
                let part = |name: &str| error[name].as_str().unwrap();
                (part("pointer"), part("rule"))
            })
            .collect();
        let mut expected = expected;
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{parts}");
    }
    // A successor of a part, too, is no body that gives everything away then.
    let away = json!({ "from": [OTHER], "to": "doj", "on": "2999-01-10" });
    plan(&operator, &away);
    let body = json!({
        "on": "2999-02-01", "parts": [{ "to": OTHER, "works": [own] }], "dry_run": true,
    });
    let preview = plan(&operator, &body);
    assert_eq!(preview["refusals"][0]["pointer"], "/parts/0/to");
    assert_eq!(preview["refusals"][0]["rule"], "already-planned");
}

#[test]
fn a_body_is_split_and_reported_on_the_command_line() {
    let archive = Archive::start();
    let operator = archive.operator();
    let works = [("Gia Lai", "ia-grai"), ("Quy Nhơn", "quy-nhon-city")]
        .map(|(title, place)| id_of(&draft(&operator, title, &[place])));
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
    let file = archive.data().join("parts.json");
    let parts = json!([{ "to": OTHER, "places": ["gia-lai-province"] }]);
    std::fs::write(&file, parts.to_string()).unwrap();
    let file = file.to_str().unwrap();
    let plan = ["succeed", "--from", "dic", "--to", MAIN, "--parts", file];
    let plan = [plan.as_slice(), &["--on", "2025-03-01"]].concat();
    assert_eq!(
        run(&[plan.as_slice(), &["--dry-run"]].concat()),
        "2\t0\t0\t0\ndof\t1\t0\t0\t0\n"
    );
    let planned = run(&plan);
    assert!(
        planned.contains("\tdic\tdocst,dof\t2025-03-01\t"),
        "{planned}"
    );
    let id = planned.split('\t').next().unwrap();
    eventually("the succession to be done", || {
        run(&["successions"])
            .contains("\tdone\t2\t0\t0\t0\n")
            .then_some(())
    });
    let mut lines = [
        format!("{}\tdof\tGia Lai", works[0]),
        format!("{}\tdocst\tQuy Nhơn", works[1]),
    ];
    lines.sort();
    assert_eq!(
        run(&["passed-works", id]),
        format!("{}\n", lines.join("\n"))
    );
}

#[test]
fn the_list_of_works_is_for_administrators_and_says_what_was_deleted_since() {
    let archive = Archive::start();
    let operator = archive.operator();
    let work = draft(&operator, "Nháp", &[]);
    let planned = plan(&operator, &json!({}));
    done(&operator, &planned["id"]);
    let path = format!("{SUCCESSIONS}/{}/works", planned["id"].as_str().unwrap());
    let item = operator.get(&path).json()["items"][0].clone();
    assert_eq!(
        item,
        json!({ "id": work["id"], "to": MAIN, "titles": { "vi": "Nháp" } })
    );
    let deleted = operator.send("DELETE", &path_of(&work), &[("if-match", "\"2\"")], b"");
    assert_eq!(deleted.status, 204, "{}", deleted.text());
    let item = operator.get(&path).json()["items"][0].clone();
    assert_eq!(item, json!({ "id": work["id"], "to": MAIN }));
    for role in ["editor", "inspector", "contributor"] {
        assert_eq!(archive.holder(role).get(&path).status, 403, "{role}");
    }
    assert_eq!(archive.anybody().get(&path).status, 401);
    let unknown = format!("{SUCCESSIONS}/s-000000000000/works");
    assert_eq!(operator.get(&unknown).status, 404);
    assert_eq!(operator.get(&format!("{path}?after=x")).status, 400);
}
