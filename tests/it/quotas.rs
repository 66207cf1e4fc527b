//! Quotas of bodies: works, bytes and requests.

use khochung::domain::Slug;
use khochung::domain::access::Actor;
use khochung::services::audit::AuditTrail;
use khochung::services::quotas::{Quota, Quotas};
use serde_json::{Value, json};

use crate::archive;
use crate::support::{Answer, Archive, Client};

const QUOTA: &str = "/api/v1/organisations/dic/quota";
const USAGE: &str = "/api/v1/organisations/dic/usage";

fn set(archive: &Archive, quota: &Value) -> Value {
    let headers = [("content-type", "application/json")];
    let body = quota.to_string();
    let answer = archive
        .operator()
        .send("PUT", QUOTA, &headers, body.as_bytes());
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

fn create(client: &Client) -> Answer {
    client.post_json("/api/v1/assets", &json!({ "titles": { "vi": "Nháp" } }))
}

fn attach(client: &Client, id: &str, bytes: &[u8], name: &str) -> Answer {
    let path = format!("/api/v1/assets/{id}/files?name={name}");
    client.send("POST", &path, &[("content-type", "text/plain")], bytes)
}

fn id_of(answer: &Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_str().unwrap().to_owned()
}

#[test]
fn works_beyond_the_quota_are_refused_and_deleting_makes_room() {
    let archive = Archive::start();
    let usage = set(&archive, &json!({ "works": 2 }));
    assert_eq!(usage["works"], json!({ "used": 0, "limit": 2 }));
    assert_eq!(usage["is_own_quota"], true);
    let contributor = archive.holder("contributor");
    let first = id_of(&create(&contributor));
    id_of(&create(&contributor));
    let refused = create(&contributor);
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (507, "quota-exceeded")
    );
    let told = refused.json();
    assert_eq!((&told["limit"], &told["used"]), (&json!(2), &json!(2)));
    assert!(
        told["detail"].as_str().unwrap().contains("2 tác phẩm"),
        "{told}"
    );
    // An import refuses the lines beyond it, and takes the others.
    let path = format!("/api/v1/assets/{first}");
    let deleted = contributor.send("DELETE", &path, &[("if-match", "\"1\"")], b"");
    assert_eq!(deleted.status, 204);
    let line = |number: u8| json!({ "titles": { "vi": format!("Dòng {number}") } }).to_string();
    let lines = [line(1), line(2), line(3)].join("\n");
    let headers = [("content-type", "application/x-ndjson")];
    let imported = contributor.send("POST", "/api/v1/imports", &headers, lines.as_bytes());
    let text = imported.text();
    assert_eq!(text.matches("\"created\"").count(), 1, "{text}");
    assert_eq!(text.matches("quota-exceeded").count(), 2, "{text}");
    // Others are not concerned; without a record the default holds, which is no limit.
    id_of(&create(&archive.holder_of("contributor", Some("doj"))));
    let removed = archive.operator().send("DELETE", QUOTA, &[], b"").json();
    assert_eq!(
        (&removed["works"]["limit"], &removed["is_own_quota"]),
        (&Value::Null, &json!(false))
    );
    id_of(&create(&contributor));
    assert_eq!(archive.operator().get(USAGE).json()["works"]["used"], 3);
}

#[test]
fn uploads_at_the_same_time_do_not_exceed_the_bytes_together() {
    let archive = Archive::start();
    set(&archive, &json!({ "bytes": 2500 }));
    let contributor = archive.holder("contributor");
    let ids: Vec<String> = (0..6).map(|_| id_of(&create(&contributor))).collect();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let threads: Vec<_> = ids
            .iter()
            .enumerate()
            .map(|(number, id)| {
                let contributor = &contributor;
                let bytes = format!("{number}{}", "a".repeat(999));
                scope.spawn(move || attach(contributor, id, bytes.as_bytes(), "a.txt").status)
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let granted = statuses.iter().filter(|status| **status == 201).count();
    assert_eq!(granted, 2, "{statuses:?}");
    assert!(
        statuses.iter().all(|status| matches!(status, 201 | 507)),
        "{statuses:?}"
    );
    let usage = contributor.get(USAGE).json();
    assert_eq!(usage["bytes"], json!({ "used": 2000, "limit": 2500 }));
    // The count is that of the works, also after a kill and a rebuild of the index.
    let data = archive.kill();
    let rebuilt = crate::support::command()
        .args(["rebuild", "--data"])
        .arg(data.path())
        .output()
        .unwrap();
    assert!(rebuilt.status.success(), "{rebuilt:?}");
    let archive = Archive::start_in(data, &[]);
    let usage = archive.operator().get(USAGE).json();
    assert_eq!(usage["bytes"], json!({ "used": 2000, "limit": 2500 }));
    assert_eq!(usage["works"]["used"], 6);
}

#[test]
fn a_full_body_is_refused_before_its_bytes_are_received() {
    let archive = Archive::start();
    set(&archive, &json!({ "bytes": 10 }));
    let contributor = archive.holder("contributor");
    let id = id_of(&create(&contributor));
    assert_eq!(
        attach(&contributor, &id, b"0123456789", "a.txt").status,
        201
    );
    let refused = attach(&contributor, &id, b"x", "b.txt");
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (507, "quota-exceeded")
    );
    assert_eq!(refused.json()["used"], 10);
    // A detached file counts as long as its work has it in an earlier revision.
    let files = contributor.get(&format!("/api/v1/assets/{id}")).json()["files"].clone();
    let file = files[0]["sha256"].as_str().unwrap();
    let path = format!("/api/v1/assets/{id}/files/{file}");
    assert_eq!(
        contributor
            .send("DELETE", &path, &[("if-match", "\"2\"")], b"")
            .status,
        200
    );
    assert_eq!(attach(&contributor, &id, b"x", "b.txt").status, 507);
}

#[test]
fn requests_of_a_body_are_counted_together() {
    let archive = Archive::start();
    set(&archive, &json!({ "requests_per_minute": 3 }));
    let (one, other) = (
        archive.holder("contributor"),
        archive.holder_of("station", Some("dic")),
    );
    let first = one.get("/api/v1/me");
    assert_eq!(
        first.header("ratelimit-policy"),
        "\"body-requests\";q=3;w=60"
    );
    assert_eq!(first.header("ratelimit"), "\"body-requests\";r=2;t=20");
    assert_eq!(other.get("/api/v1/me").status, 200);
    let third = one.get("/api/v1/search?q=x");
    assert_eq!(third.status, 200);
    let policies = third.header("ratelimit-policy");
    assert!(policies.contains("\"processor-time\";") && policies.contains(", \"body-requests\";"));
    let refused = other.get("/api/v1/me");
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (429, "too-many-requests")
    );
    let seconds: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=20).contains(&seconds), "{seconds}");
    assert!(refused.header("ratelimit").contains(";r=0;"), "{refused:?}");
    // Others are not held up.
    assert_eq!(
        archive
            .holder_of("station", Some("doj"))
            .get("/api/v1/me")
            .status,
        200
    );
}

#[test]
fn usage_is_for_the_body_those_above_and_administrators() {
    let archive = Archive::start();
    let office = "/api/v1/organisations/ppc-office/usage";
    for (role, body, path, status) in [
        ("contributor", Some("ppc-office"), office, 200),
        // `ppc-office` is part of `ppc`.
        ("contributor", Some("ppc"), office, 200),
        ("contributor", Some("dic"), office, 403),
        ("editor", None, office, 403),
        ("admin", None, office, 200),
        (
            "admin",
            None,
            "/api/v1/organisations/no-such-body/usage",
            404,
        ),
    ] {
        let answer = archive.holder_of(role, body).get(path);
        assert_eq!(answer.status, status, "{role} {body:?} {path}");
    }
    assert_eq!(archive.anybody().get(office).status, 401);
    let me = archive.holder("contributor").get("/api/v1/me").json();
    assert_eq!(me["usage"]["organisation"], "dic");
    assert_eq!(me["usage"]["bytes"], json!({ "used": 0 }));
    let headers = [("content-type", "application/json")];
    for role in ["editor", "inspector", "contributor"] {
        let refused = archive.holder(role).send("PUT", QUOTA, &headers, b"{}");
        assert_eq!(refused.status, 403, "{role}");
    }
    let bad = archive
        .operator()
        .send("PUT", QUOTA, &headers, b"{\"works\": -1}");
    assert_eq!(bad.json()["errors"][0]["rule"], "out-of-range");
    set(&archive, &json!({ "works": 7 }));
    let trail = archive.operator().get("/api/v1/audit").text();
    assert!(trail.contains("quota-set"), "{trail}");
}

#[test]
fn the_default_is_a_setting_and_quotas_are_set_on_the_command_line() {
    let archive = Archive::start_with(&[("KHOCHUNG__QUOTAS__WORKS", "1")]);
    let contributor = archive.holder("contributor");
    id_of(&create(&contributor));
    assert_eq!(create(&contributor).status, 507);
    let run = |arguments: &[&str]| {
        let output = crate::support::command()
            .arg("organisation")
            .args(arguments)
            .arg("--data")
            .arg(archive.data())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(run(&["usage", "dic"]), "dic\tdefault\t1/1\t0/-\t-\n");
    let told = run(&["quota", "dic", "--works", "2", "--bytes", "1000"]);
    assert_eq!(told, "dic\town\t1/2\t0/1000\t-\n");
    id_of(&create(&contributor));
    assert_eq!(
        run(&["quota", "dic", "--default"]),
        "dic\tdefault\t2/1\t0/-\t-\n"
    );
    assert_eq!(create(&contributor).status, 507);
}

#[test]
fn a_token_that_only_administers_reads_usage() {
    let archive = Archive::start();
    let narrowed = json!({ "role": "admin", "scopes": ["administer"] });
    let made = archive.operator().post_json("/api/v1/tokens", &narrowed);
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let client = archive
        .anybody()
        .with_token(made["secret"].as_str().unwrap());
    assert_eq!(client.get(USAGE).status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn quotas_set_at_the_same_time_are_set_one_after_the_other() {
    let archive = archive::Archive::new();
    let trail = AuditTrail::new(archive.catalog.clone(), archive.clock.clone());
    let load = || {
        let (catalog, trail) = (archive.catalog.clone(), trail.clone());
        let (vocabularies, clock) = (archive.vocabularies.clone(), archive.clock.clone());
        Quotas::load(catalog, trail, vocabularies, clock, Quota::default())
    };
    let quotas = load().await.unwrap();
    let dic = Slug::parse("dic").unwrap();
    let mut setting = tokio::task::JoinSet::new();
    for works in 1..=20 {
        let (quotas, dic) = (quotas.clone(), dic.clone());
        setting.spawn(async move {
            let quota = Quota {
                works: Some(works),
                ..Quota::default()
            };
            quotas.set(&Actor::System, &dic, Some(quota)).await
        });
    }
    while let Some(set) = setting.join_next().await {
        set.unwrap().unwrap();
    }
    // Memory says what the catalogue says.
    let stored = load().await.unwrap();
    assert_eq!(
        quotas.usage(&Actor::System, &dic).await.unwrap(),
        stored.usage(&Actor::System, &dic).await.unwrap()
    );
}
