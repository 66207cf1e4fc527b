//! Assignments of works and comments on them: for those who work on a work, and for nobody else.

use serde_json::{Value, json};

use super::support::{Answer, Archive, Client};

fn draft(client: &Client, title: &str) -> String {
    let work = client.create(&json!({ "titles": { "vi": title }, "organisation": "dic" }));
    format!("/api/v1/assets/{}", work["id"].as_str().unwrap())
}

fn comment(client: &Client, path: &str, text: &str) -> Answer {
    client.post_json(&format!("{path}/comments"), &json!({ "text": text }))
}

fn handling(client: &Client, path: &str) -> Answer {
    let read = client.get(&format!("{path}/handling"));
    assert_eq!(read.status, 200, "{}", read.text());
    read
}

fn texts(handling: &Value) -> Vec<&str> {
    let comments = handling["comments"].as_array().unwrap().iter();
    comments
        .map(|comment| comment["text"].as_str().unwrap())
        .collect()
}

#[test]
fn comments_are_read_by_those_who_work_on_a_work_and_by_nobody_else() {
    let archive = Archive::start();
    let (author, editor) = (archive.holder("contributor"), archive.holder("editor"));
    let path = draft(&author, "Bản nháp");
    let first = author.post_json(
        &format!("{path}/comments"),
        &json!({ "pointer": "/body", "text": "Ảnh gửi sau.\nĐã hẹn." }),
    );
    assert_eq!(first.status, 201, "{}", first.text());
    assert_eq!(comment(&editor, &path, "Còn thiếu nguồn.").status, 201);
    let read = handling(&author, &path).json();
    assert_eq!(texts(&read), ["Ảnh gửi sau.\nĐã hẹn.", "Còn thiếu nguồn."]);
    let (first, second) = (&read["comments"][0], &read["comments"][1]);
    assert_eq!(
        (&first["number"], &first["pointer"]),
        (&json!(1), &json!("/body"))
    );
    assert_eq!(first["written"]["role"], "contributor");
    assert_eq!(first["written"]["organisation"], "dic");
    assert_eq!(second["written"]["role"], "editor");
    // They are no part of the work.
    let work = editor.get(&path);
    assert_eq!(work.json()["revision"], 1);
    assert!(!work.text().contains("nguồn"));
    assert_eq!(handling(&archive.holder("inspector"), &path).json(), read);

    let elsewhere = archive.holder_of("contributor", Some("dofa"));
    for (client, status) in [
        (archive.anybody(), 401),
        (archive.holder("partner"), 403),
        (elsewhere, 404),
    ] {
        assert_eq!(client.get(&format!("{path}/handling")).status, status);
        assert_eq!(comment(&client, &path, "Tôi đọc được.").status, status);
    }
    assert_eq!(
        comment(&archive.holder("inspector"), &path, "Tôi.").status,
        403
    );
}

#[test]
fn a_comment_sent_twice_with_one_key_is_written_once() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = draft(&editor, "Bản nháp");
    let send = |key: &str, text: &str| {
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key),
        ];
        let body = json!({ "text": text }).to_string();
        editor.send(
            "POST",
            &format!("{path}/comments"),
            &headers,
            body.as_bytes(),
        )
    };
    let (first, again) = (send("k1", "Một."), send("k1", "Một."));
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.json(), again.json());
    assert_eq!(again.header("idempotent-replayed"), "true");
    let other = send("k1", "Hai.");
    assert_eq!(
        (other.status, other.problem().as_str()),
        (422, "key-reused")
    );
    assert_eq!(send("k2", "Một.").status, 201);
    assert_eq!(texts(&handling(&editor, &path).json()), ["Một.", "Một."]);
}

#[test]
fn comments_written_at_once_are_all_there() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = draft(&editor, "Bản nháp");
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let (editor, path) = (&editor, &path);
            scope.spawn(move || {
                for number in 0..5 {
                    let written = comment(editor, path, &format!("{writer}.{number}"));
                    assert_eq!(written.status, 201, "{}", written.text());
                }
            });
        }
    });
    let read = handling(&editor, &path).json();
    let mut written = texts(&read);
    written.sort_unstable();
    let expected: Vec<String> = (0..4)
        .flat_map(|writer| (0..5).map(move |number| format!("{writer}.{number}")))
        .collect();
    assert_eq!(written, expected);
    let numbers = read["comments"].as_array().unwrap().iter();
    let numbers: Vec<u64> = numbers.map(|c| c["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=20).collect::<Vec<u64>>());
}

#[test]
fn a_deleted_work_takes_its_comments_along() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = draft(&editor, "Bản nháp");
    assert_eq!(comment(&editor, &path, "Sẽ xóa.").status, 201);
    let etag = handling(&editor, &path).header("etag").to_owned();
    let assignment = json!({ "role": "reviewer" });
    let assigned = editor.put_json(&format!("{path}/assignment"), &etag, &assignment);
    assert_eq!(assigned.status, 200, "{}", assigned.text());
    let deleted = editor.send("DELETE", &path, &[("if-match", "\"1\"")], &[]);
    assert_eq!(deleted.status, 204, "{}", deleted.text());
    assert_eq!(editor.get(&format!("{path}/handling")).status, 410);
    assert_eq!(comment(&editor, &path, "Còn không?").status, 410);
    let assigned = editor.get("/api/v1/assignments").json();
    assert_eq!(assigned["items"], json!([]));
}

#[test]
fn a_work_is_assigned_to_a_post_or_a_holder_until_a_day() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let reviewer = archive.holder("reviewer");
    let contributor = archive.holder("contributor");
    let paths = ["Một", "Hai", "Ba"].map(|title| draft(&editor, title));
    let reviewer_id = reviewer.get("/api/v1/me").json()["token"].clone();
    let assign = |path: &str, etag: &str, body: &Value| {
        editor.put_json(&format!("{path}/assignment"), etag, body)
    };
    for (path, assignment) in [
        (
            &paths[0],
            json!({ "role": "contributor", "organisation": "dic", "due_on": "2026-12-10" }),
        ),
        (
            &paths[1],
            json!({ "role": "contributor", "organisation": "dofa" }),
        ),
        (&paths[2], json!({ "holder": reviewer_id })),
    ] {
        assert_eq!(handling(&editor, path).header("etag"), "\"0\"");
        let assigned = assign(path, "\"0\"", &assignment);
        assert_eq!(assigned.status, 200, "{}", assigned.text());
        let shown = assigned.json()["assignment"].clone();
        for (name, value) in assignment.as_object().unwrap() {
            assert_eq!(shown[name], *value);
        }
        assert_eq!(shown["assigned"]["role"], "editor");
    }
    let titles = |client: &Client, query: &str| -> Vec<String> {
        let page = client.get(&format!("/api/v1/assignments{query}")).json();
        let items = page["items"].as_array().unwrap().iter();
        items
            .map(|item| item["titles"]["vi"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(titles(&editor, ""), ["Một", "Hai", "Ba"]);
    assert_eq!(titles(&contributor, "?mine=true"), ["Một"]);
    assert_eq!(titles(&reviewer, "?mine=true"), ["Ba"]);
    assert_eq!(titles(&archive.holder("reviewer"), "?mine=true"), [""; 0]);
    let first = editor.get("/api/v1/assignments?limit=1").json();
    let rest = format!("?after={}", first["next"].as_str().unwrap());
    assert_eq!(titles(&editor, &rest), ["Hai", "Ba"]);
    let elsewhere = archive.holder_of("contributor", Some("dofa"));
    assert_eq!(titles(&elsewhere, ""), [""; 0]);

    let stale = assign(&paths[0], "\"0\"", &json!({ "role": "editor" }));
    assert_eq!(
        (stale.status, stale.problem().as_str()),
        (412, "stale-revision")
    );
    let assignment = format!("{}/assignment", paths[0]);
    let etag = [("if-match", "\"1\"")];
    assert_eq!(reviewer.send("DELETE", &assignment, &etag, &[]).status, 403);
    let taken = editor.send("DELETE", &assignment, &etag, &[]);
    assert!(taken.json().get("assignment").is_none(), "{}", taken.text());
    assert_eq!(titles(&editor, ""), ["Hai", "Ba"]);
}

#[test]
fn what_is_no_assignment_and_no_comment_is_refused_with_every_reason() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = draft(&editor, "Bản nháp");
    let refused = |answer: Answer| -> Vec<String> {
        assert_eq!(answer.status, 422, "{}", answer.text());
        let problem = answer.json();
        let errors = problem["errors"].as_array().unwrap().iter();
        errors
            .map(|error| {
                let text = |name: &str| error[name].as_str().unwrap().to_owned();
                format!("{} {}", text("pointer"), text("rule"))
            })
            .collect()
    };
    for (body, expected) in [
        (json!({}), vec!["/role required"]),
        (
            json!({ "role": "king", "due_on": "mai" }),
            vec!["/role not-one-of", "/due_on invalid-date"],
        ),
        (
            json!({ "holder": "4f9a2c", "role": "editor" }),
            vec!["/holder duplicate"],
        ),
        (
            json!({ "role": "editor", "organisation": "none", "colour": 1 }),
            vec!["/colour unknown-property", "/organisation unknown-concept"],
        ),
    ] {
        let answer = editor.put_json(&format!("{path}/assignment"), "\"0\"", &body);
        assert_eq!(refused(answer), expected, "{body}");
    }
    for (body, expected) in [
        (json!({}), vec!["/text required"]),
        (
            json!({ "text": "a", "pointer": "body" }),
            vec!["/pointer malformed"],
        ),
        (json!({ "text": "a".repeat(5_001) }), vec!["/text too-long"]),
    ] {
        let answer = editor.post_json(&format!("{path}/comments"), &body);
        assert_eq!(refused(answer), expected, "{body}");
    }
}
