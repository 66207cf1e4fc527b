//! The description of the interface: the committed one is what the code says, and it keeps the
//! rules that clients and generators depend on.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::support::{Archive, command};

fn committed() -> Value {
    serde_json::from_str(&fs::read_to_string("api/openapi.json").unwrap()).unwrap()
}

/// Method, path and operation of everything described.
fn operations(api: &Value) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            found.push((method.clone(), path.clone(), operation.clone()));
        }
    }
    found
}

#[test]
fn the_committed_description_is_what_the_code_says() {
    let output = command().arg("openapi").output().unwrap();
    let present = String::from_utf8(output.stdout).unwrap();
    let committed = fs::read_to_string("api/openapi.json").unwrap();
    assert!(
        present.trim_end() == committed.trim_end(),
        "api/openapi.json is stale: khochung openapi > api/openapi.json"
    );
}

#[test]
fn the_served_description_is_the_committed_one_and_its_page_works() {
    let archive = Archive::start();
    let anybody = archive.anybody();
    let served = anybody.get("/api/openapi.json");
    assert_eq!(served.header("content-type"), "application/json");
    assert_eq!(served.json(), committed());
    let page = anybody.get("/api/docs/");
    assert_eq!(page.status, 200);
    let html = page.text();
    for part in html
        .split(['"', '\''])
        .filter(|part| part.ends_with(".js") || part.ends_with(".css"))
    {
        let file = part.trim_start_matches("./");
        assert!(!file.contains("//"), "nothing comes from elsewhere: {part}");
        assert_eq!(
            anybody.get(&format!("/api/docs/{file}")).status,
            200,
            "{file}"
        );
    }
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self';"), "{policy}");
    assert!(
        !html.contains("<script>"),
        "the policy forbids scripts inside the page"
    );
}

#[test]
fn it_is_openapi_3_1_without_leftovers_of_3_0() {
    let api = committed();
    assert!(api["openapi"].as_str().unwrap().starts_with("3.1"));
    let text = api.to_string();
    assert!(!text.contains("\"nullable\""), "3.1 says nullable by type");
}

#[test]
fn every_operation_is_named_once_described_and_tagged() {
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations(&committed()) {
        let context = format!("{method} {path}");
        let name = operation["operationId"].as_str().unwrap().to_owned();
        assert!(name.chars().all(|c| c.is_ascii_alphanumeric()), "{name}");
        assert!(names.insert(name.clone()), "{name} twice");
        assert!(operation["summary"].is_string(), "{context}");
        assert_eq!(
            operation["tags"].as_array().map(Vec::len),
            Some(1),
            "{context}"
        );
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let described = parameter["description"].as_str().unwrap_or_default();
            assert!(!described.is_empty(), "{context}: {parameter}");
            assert!(parameter["schema"].is_object(), "{context}: {parameter}");
        }
        for part in path.split('/').filter_map(|part| part.strip_prefix('{')) {
            let wanted = part.trim_end_matches('}');
            let mut all = operation["parameters"].as_array().into_iter().flatten();
            let named = all.find(|p| p["name"] == wanted && p["in"] == "path");
            assert_eq!(
                named.map(|p| &p["required"]),
                Some(&Value::Bool(true)),
                "{context}: {part}"
            );
        }
    }
}

#[test]
fn every_answer_that_can_come_is_described_and_failures_are_problems() {
    for (method, path, operation) in operations(&committed()) {
        let context = format!("{method} {path}");
        let answers = operation["responses"].as_object().unwrap();
        let has_header = |name: &str| {
            let mut all = operation["parameters"].as_array().into_iter().flatten();
            all.any(|p| p["in"] == "header" && p["name"] == name)
        };
        let mut expected = vec!["500", "503"];
        let ways = operation["security"].as_array().unwrap();
        if !ways.is_empty() {
            expected.push("401");
        }
        if !ways.is_empty() && !ways.contains(&serde_json::json!({})) {
            expected.push("403");
        }
        if path.contains('{') {
            expected.push("404");
        }
        if operation["requestBody"].is_object() {
            expected.extend(["400", "408", "413", "415", "422"]);
        }
        if matches!(method.as_str(), "patch" | "put" | "delete") && path.contains("/assets/") {
            assert!(has_header("If-Match"), "{context}");
            expected.extend(["409", "412", "428"]);
        }
        for status in expected {
            assert!(answers.contains_key(status), "{context}: {status}");
        }
        for (status, answer) in answers {
            assert!(answer["description"].is_string(), "{context} {status}");
            if status.as_str() >= "400" {
                let kinds = answer["content"].as_object().unwrap();
                assert!(
                    kinds.contains_key("application/problem+json"),
                    "{context} {status}"
                );
            }
        }
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let api = committed();
    let mut open = vec![&api];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref") {
                    let pointer = target.strip_prefix('#').unwrap();
                    assert!(api.pointer(pointer).is_some(), "{target}");
                }
                open.extend(members.values());
            }
            Value::Array(entries) => open.extend(entries),
            _ => {}
        }
    }
}

/// `allOf` of a text and an object allows nothing, so a generated client could not be used.
#[test]
fn no_schema_is_a_text_and_an_object_at_once() {
    let api = committed();
    let mut open = vec![&api];
    while let Some(value) = open.pop() {
        match value {
            Value::Object(members) => {
                let parts = members.get("allOf").and_then(Value::as_array);
                let kinds = parts
                    .into_iter()
                    .flatten()
                    .filter_map(|part| part["type"].as_str());
                let kinds: BTreeSet<&str> = kinds.collect();
                assert!(kinds.len() <= 1, "{value}");
                open.extend(members.values());
            }
            Value::Array(entries) => open.extend(entries),
            _ => {}
        }
    }
}

/// Every described path is a route, with exactly the described methods.
#[test]
fn every_described_path_serves_exactly_the_described_methods() {
    let archive = Archive::start();
    let api = committed();
    for (path, item) in api["paths"].as_object().unwrap() {
        let mut described: BTreeSet<String> = item
            .as_object()
            .unwrap()
            .keys()
            .map(|method| method.to_uppercase())
            .collect();
        if described.contains("GET") {
            described.insert("HEAD".to_owned());
        }
        let address = path.replace(['{', '}'], "");
        let answer = archive.anybody().send("LOCK", &address, &[], &[]);
        assert_eq!(answer.status, 405, "{path} is not a route");
        let allowed = answer.header("allow").split(',');
        let served: BTreeSet<String> = allowed.map(|method| method.trim().to_owned()).collect();
        assert_eq!(served, described, "{path}");
    }
}

/// Routes come from the list that the description comes from; pages from a list of their own.
#[test]
fn no_route_is_registered_outside_the_list_of_operations() {
    let mut folders = vec![std::path::PathBuf::from("src/interfaces")];
    let mut registering = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = fs::read_to_string(&path).unwrap();
            let ways = ["web::resource", "web::scope", ".route(", "web::service"];
            if ways.iter().any(|way| text.contains(way)) {
                registering.push(path.file_name().unwrap().to_owned());
            }
        }
    }
    registering.sort();
    assert_eq!(registering, ["operations.rs", "routes.rs"]);
}
