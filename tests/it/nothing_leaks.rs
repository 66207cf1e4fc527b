//! Nothing of works that a caller may not see shows in what it gets.

use serde_json::{Value, json};

use super::support::{Answer, Archive, Client, path_of};

fn article(title: &str) -> Value {
    json!({
        "titles": { "vi": title },
        "kind": "article",
        "organisation": "dic",
        "languages": ["vi"],
        "strand": "educate",
        "themes": ["international-law"],
        "body": "Một câu chung của mọi bài.",
        "credit_line": "DIC",
        "reuse_terms": "cc-by-4.0",
        "people_shown": "none-identifiable",
    })
}

fn publish(editor: &Client, work: &Value) -> String {
    let path = path_of(work);
    let etag = editor.get(&path).header("etag").to_owned();
    let published = editor.send(
        "PUT",
        &format!("{path}/publication"),
        &[("if-match", &etag)],
        &[],
    );
    assert_eq!(published.status, 200, "{}", published.text());
    path
}

fn import(client: &Client, work: &Value) -> Value {
    let kind = [("content-type", "application/x-ndjson")];
    let line = format!("{work}\n");
    client
        .send("POST", "/api/v1/imports", &kind, line.as_bytes())
        .json()
}

#[test]
fn relations_to_hidden_works_are_shown_to_nobody_else() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let draft = editor.create(&article("Bản thảo kín"));
    let draft = draft["id"].as_str().unwrap();
    let open = publish(&editor, &editor.create(&article("Công khai khác")));
    let open = open.rsplit('/').next().unwrap();
    let mut work = article("Công khai");
    work["relations"] = json!([
        { "type": "part-of", "target": draft },
        { "type": "part-of", "target": open },
    ]);
    let path = publish(&editor, &editor.create(&work));
    let event = editor.get("/readyz").json()["last_event"].as_u64().unwrap();
    let search = format!("/api/v1/search?q=cong+khai&event={event}");
    for address in [
        path.as_str(),
        "/api/v1/assets",
        &search,
        &format!("{path}/similar"),
    ] {
        let answer = anybody.get(address);
        assert_eq!(answer.status, 200);
        assert!(
            !answer.text().contains(draft),
            "{address}: {}",
            answer.text()
        );
    }
    assert_eq!(
        anybody.get(&path).json()["relations"],
        json!([{ "type": "part-of", "target": open }])
    );
    let whole = editor.get(&path).json();
    assert_eq!(whole["relations"].as_array().unwrap().len(), 2);
}

#[test]
fn readers_with_other_bytes_get_other_tags() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let draft = editor.create(&article("Bản thảo"));
    let mut work = article("Thẻ");
    work["relations"] = json!([{ "type": "part-of", "target": draft["id"] }]);
    let path = publish(&editor, &editor.create(&work));
    let (whole, shown) = (editor.get(&path), anybody.get(&path));
    assert_ne!(whole.body, shown.body);
    assert_ne!(whole.header("etag"), shown.header("etag"));
    let with = |client: &Client, tag: &str, coding: &str| {
        let headers = [("if-none-match", tag), ("accept-encoding", coding)];
        client.send("GET", &path, &headers, &[])
    };
    assert_eq!(with(&anybody, whole.header("etag"), "identity").status, 200);
    assert_eq!(with(&anybody, shown.header("etag"), "identity").status, 304);
    assert!(shown.header("vary").contains("Authorization"));

    // Each coding is a representation of its own.
    let tag_in = |coding: &str| with(&anybody, "\"none\"", coding).header("etag").to_owned();
    let (plain, zipped) = (tag_in("identity"), tag_in("gzip"));
    assert_ne!(plain, zipped);
    assert_eq!(with(&anybody, &zipped, "gzip").status, 304);
    // The revision in any of them is what a change is based on.
    let patched = editor.patch(&path, &zipped, &json!({ "credit_line": "DIC 2" }));
    assert_eq!(patched.status, 200, "{}", patched.text());
    let late = editor.patch(&path, &plain, &json!({ "credit_line": "DIC 3" }));
    assert_eq!(late.status, 412);
}

#[test]
fn every_answer_of_the_interface_varies_by_caller() {
    let archive = Archive::start();
    for path in [
        "/api/v1/search?q=a",
        "/api/v1/assets",
        "/api/v1/changes",
        "/api/v1/suggest?q=a",
    ] {
        let answer = archive.anybody().get(path);
        assert!(answer.header("vary").contains("Authorization"), "{path}");
    }
}

#[test]
fn numbers_of_one_body_mean_nothing_to_another() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let ours = archive.holder_of("contributor", Some("dic"));
    let theirs = archive.holder_of("contributor", Some("provincial-police"));
    let mut work = article("Bài có số");
    work["identifiers"] = json!([{ "scheme": "sample", "value": "1" }]);
    assert_eq!(import(&ours, &work)["outcome"], "created");
    let mut other = work.clone();
    other["organisation"] = "provincial-police".into();
    // As for a number that nobody has.
    assert_eq!(import(&theirs, &other)["outcome"], "created");
    for (client, record) in [(&ours, &work), (&theirs, &other), (&editor, &work)] {
        assert_eq!(import(client, record)["outcome"], "unchanged");
    }
    work["credit_line"] = "DIC 2".into();
    assert_eq!(import(&ours, &work)["outcome"], "updated");
}

#[test]
fn counts_are_shown_to_staff_and_metrics_to_this_machine() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let through_proxy = [("x-forwarded-for", "203.0.113.7")];
    let readiness = |client: &Client| client.send("GET", "/readyz", &through_proxy, &[]).json();
    let outside = readiness(&anybody);
    assert_eq!(outside["status"], "ready");
    assert!(outside.get("last_event").is_none() && outside.get("index_lag_events").is_none());
    assert!(readiness(&editor)["last_event"].is_u64());
    assert!(anybody.get("/readyz").json()["last_event"].is_u64());

    assert_eq!(anybody.get("/metrics").status, 200);
    let refused = anybody.send("GET", "/metrics", &through_proxy, &[]);
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (403, "forbidden")
    );
    let head = anybody.send("HEAD", "/metrics", &[], &[]);
    assert_eq!(head.status, 200);
}

#[test]
fn only_staff_learn_how_long_a_search_took() {
    let archive = Archive::start();
    let times = |client: &Client| {
        let took = client.get("/api/v1/search?q=quyen+tre+em").json()["took"].clone();
        ["waiting_ms", "finding_ms", "showing_ms"].map(|name| took[name].as_f64().unwrap())
    };
    for time in times(&archive.anybody()) {
        assert!(time % 100.0 == 0.0, "{time}");
    }
    assert!(
        times(&archive.holder("editor"))
            .iter()
            .any(|time| time % 100.0 != 0.0)
    );
}

/// The scores of the hits of a search, for everybody.
fn scores(answer: &Answer) -> Vec<f64> {
    let found = answer.json();
    let hits = found["items"].as_array().unwrap().iter();
    hits.map(|hit| hit["score"].as_f64().unwrap()).collect()
}

#[test]
fn drafts_do_not_shape_the_scores_of_others() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let mut event = 0;
    let mut ask = || {
        event = editor.get("/readyz").json()["last_event"].as_u64().unwrap();
        let found = anybody.get(&format!(
            "/api/v1/search?q=nh%C3%A0+r%C3%B4ng&event={event}&all_words=true"
        ));
        assert_eq!(found.json()["stale"], false);
        scores(&found)
    };
    for n in 0..12 {
        let mut work = article(&format!("Nhà rông số {n}"));
        work["state"] = "published".into();
        assert_eq!(import(&editor, &work)["outcome"], "created");
    }
    // One draft makes the statistics those of visible works only.
    editor.create(&article("Nháp"));
    let before = ask();
    assert_eq!(before.len(), 12);
    for n in 0..20 {
        editor.create(&article(&format!("Nhà rông kín {n}")));
    }
    let after = ask();
    for (before, after) in before.iter().zip(&after) {
        let ratio = after / before;
        assert!((0.9..1.1).contains(&ratio), "{before} {after}");
    }
}

#[test]
fn the_token_is_checked_before_anything_else_of_a_request() {
    let archive = Archive::start();
    let anybody = archive.anybody();
    let invalid = anybody.with_token("no-such-token");
    let work = "/api/v1/assets/01890000-0000-7000-8000-000000000000";
    for (method, path) in [
        ("POST", "/api/v1/assets".to_owned()),
        ("PATCH", work.to_owned()),
        ("DELETE", work.to_owned()),
        ("PUT", format!("{work}/publication")),
        ("PUT", format!("{work}/withdrawal")),
        ("POST", format!("{work}/files?role=nonsense")),
        ("DELETE", format!("{work}/files/nonsense")),
        ("POST", "/api/v1/imports".to_owned()),
        ("POST", "/api/v1/searches".to_owned()),
        ("POST", "/api/v1/tokens".to_owned()),
        ("GET", "/api/v1/jobs?limit=many".to_owned()),
    ] {
        let headers = [
            ("content-type", "text/nonsense"),
            ("idempotency-key", "\u{20}"),
        ];
        let refused = anybody.send(method, &path, &headers, b"{");
        assert_eq!(refused.status, 401, "{method} {path}: {}", refused.text());
        let refused = invalid.send(method, &path, &headers, b"{");
        assert_eq!(refused.problem(), "invalid-token", "{method} {path}");
    }
    for path in [
        "/api/v1/search?limit=0",
        "/api/v1/assets?limit=many",
        "/api/v1/nothing",
    ] {
        assert_eq!(invalid.get(path).problem(), "invalid-token", "{path}");
    }
}

#[test]
fn an_upload_is_authorised_before_its_bytes_also_with_a_key() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = editor.create(&article("Của nơi khác"));
    let police = archive.holder_of("contributor", Some("provincial-police"));
    let files = format!("{}/files", path_of(&work));
    // The body never comes: the answer does not wait for it.
    let address = archive.base().strip_prefix("http://").unwrap();
    let mut client = std::net::TcpStream::connect(address).unwrap();
    let head = format!(
        "POST {files} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: text/plain\r\n\
         Idempotency-Key: a\r\nContent-Length: 5000000000\r\n\r\nx",
        police.token().unwrap()
    );
    std::io::Write::write_all(&mut client, head.as_bytes()).unwrap();
    let mut start = [0; 12];
    std::io::Read::read_exact(&mut client, &mut start).unwrap();
    assert_eq!(&start, b"HTTP/1.1 404");

    // A repetition is answered as before, though the work takes no more files now.
    let contributor = archive.holder("contributor");
    let own = contributor.create(&article("Của mình"));
    let files = format!("{}/files", path_of(&own));
    let headers = [("content-type", "text/plain"), ("idempotency-key", "b")];
    let attach = || contributor.send("POST", &files, &headers, "Lời".as_bytes());
    assert_eq!(attach().status, 201);
    publish(&editor, &own);
    let again = attach();
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (201, "true")
    );
}

#[test]
fn an_announced_length_takes_no_space_before_its_bytes() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let files = format!("{}/files", path_of(&editor.create(&article("Lớn"))));
    let address = archive.base().strip_prefix("http://").unwrap();
    let mut client = std::net::TcpStream::connect(address).unwrap();
    let head = format!(
        "POST {files} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: text/plain\r\n\
         Content-Length: 2000000000\r\n\r\n",
        editor.token().unwrap()
    );
    std::io::Write::write_all(&mut client, head.as_bytes()).unwrap();
    std::io::Write::write_all(&mut client, &vec![b'x'; 1 << 20]).unwrap();
    let staging = archive.data().join("staging");
    let allocated = super::support::eventually("the upload is under way", || {
        use std::os::unix::fs::MetadataExt as _;
        let staged = std::fs::read_dir(&staging).unwrap().flatten().next()?;
        Some(staged.metadata().ok()?.blocks() * 512).filter(|bytes| *bytes > 0)
    });
    assert!(allocated <= 70 << 20, "{allocated}");
}

#[test]
fn lists_have_no_full_texts_unless_asked_for_and_then_short_pages() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    for n in 0..8 {
        let mut work = article(&format!("Dài {n}"));
        work["body"] = "Một câu dài. ".repeat(80_000).into();
        editor.create(&work);
    }
    let plain = editor.get("/api/v1/assets?limit=200");
    assert!(plain.json()["items"][0].get("body").is_none());
    assert_eq!(plain.json()["items"].as_array().unwrap().len(), 8);
    let mut path = "/api/v1/assets?limit=200&include=body".to_owned();
    let (mut works, mut pages) = (0, 0);
    loop {
        let page = editor.get(&path);
        assert!(page.body.len() < 8 << 20, "{}", page.body.len());
        let page = page.json();
        works += page["items"].as_array().unwrap().len();
        pages += 1;
        assert!(page["items"][0]["body"].is_string());
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("/api/v1/assets?limit=200&include=body&after={next}");
    }
    assert_eq!((works, pages > 1), (8, true));
}

#[test]
fn head_is_answered_wherever_get_is() {
    let archive = Archive::start();
    let operator = archive.operator();
    let api: Value = operator.get("/api/openapi.json").json();
    let unknown = "01890000-0000-7000-8000-000000000000";
    let described = api["paths"].as_object().unwrap().iter();
    let readable = described.filter(|(_, methods)| methods.get("get").is_some());
    let mut paths: Vec<String> = readable
        .map(|(path, _)| path.replace("{id}", unknown).replace(['{', '}'], ""))
        .collect();
    let more = [
        "/",
        "/api/openapi.json",
        "/api/docs",
        "/problems/gone",
        "/metrics",
    ];
    paths.extend(more.map(str::to_owned));
    assert!(paths.len() > 20, "{paths:?}");
    for path in paths {
        let got = operator.get(&path);
        let head = operator.send("HEAD", &path, &[], &[]);
        assert_eq!((head.status, head.body.len()), (got.status, 0), "{path}");
    }
}
