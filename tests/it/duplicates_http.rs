//! One poster taken in twice is found as one: uploads, background work, search, all over HTTP.

use serde_json::{Value, json};

use crate::picture_copies::picture;
use crate::support::{Archive, Client, eventually};

/// `{"vi":"Tranh"}`, a text alternative as it stands in an address.
const ALT: &str = "%7B%22vi%22:%22Tranh%22%7D";

/// A published poster with these files, or one for this circle; returns its id.
fn poster(editor: &Client, title: &str, files: &[&str], access: &str) -> String {
    let work = json!({
        "titles": { "vi": title },
        "kind": "propaganda-poster",
        "organisation": "dic",
        "languages": ["vi"],
        "strand": "educate",
        "themes": ["international-law"],
        "credit_line": "DIC",
        "reuse_terms": "cc-by-4.0",
        "people_shown": "none-identifiable",
        "access": access,
    });
    let mut answer = editor.post_json("/api/v1/assets", &work);
    assert_eq!(answer.status, 201, "{}", answer.text());
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    for name in files {
        let path = format!("/api/v1/assets/{id}/files?name={name}&alt={ALT}");
        let kind = if name.ends_with("png") {
            "image/png"
        } else {
            "image/jpeg"
        };
        let headers = [("content-type", kind), ("if-match", answer.header("etag"))];
        answer = editor.send("POST", &path, &headers, &picture(name));
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    let publish = format!("/api/v1/assets/{id}/publication");
    let headers = [("if-match", answer.header("etag"))];
    let published = editor.send("PUT", &publish, &headers, &[]);
    assert_eq!(published.status, 200, "{}", published.text());
    id
}

/// Waits until so many pictures were looked at, and returns the event by which that is known.
fn looked_at(archive: &Archive, pictures: usize) -> u64 {
    let operator = archive.operator();
    eventually("the previews are made", || {
        let jobs = operator.get("/api/v1/jobs?limit=200").json();
        let jobs = jobs["items"].as_array().unwrap();
        let previews = jobs.iter().filter(|job| job["kind"] == "render-previews");
        let done = previews.filter(|job| job["state"] == "done").count();
        (done == pictures).then_some(())
    });
    let changes = operator.get("/api/v1/changes?after=0&limit=200").json();
    assert_eq!(changes["at_end"], true);
    changes["next"].as_u64().unwrap()
}

fn search(client: &Client, query: &str, event: u64) -> Vec<Value> {
    let found = client.get(&format!("/api/v1/search?{query}&event={event}"));
    assert_eq!(found.json()["stale"], false, "{}", found.text());
    found.json()["items"].as_array().unwrap().clone()
}

fn duplicates(client: &Client, id: &str) -> Vec<String> {
    let similar = client.get(&format!("/api/v1/assets/{id}/similar")).json();
    let duplicates = similar["duplicates"].as_array().unwrap().iter();
    duplicates
        .map(|work| work["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_poster_that_was_shrunk_and_compressed_again_stands_under_the_first() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let first = poster(&editor, "Mọi trẻ em đến trường", &["poster.jpg"], "public");
    let copy = poster(
        &editor,
        "Tranh cổ động: đến trường",
        &["poster-quarter.png"],
        "public",
    );
    let stamped = poster(
        &editor,
        "Tranh đến trường",
        &["poster-stamped.jpg"],
        "public",
    );
    let other = poster(
        &editor,
        "Tiếng nói, đến trường",
        &["other-poster.jpg"],
        "public",
    );
    let blank = ["blank-white.png", "blank-blue.png"]
        .map(|name| poster(&editor, "Trang trắng đến trường", &[name], "public"));
    let event = looked_at(&archive, 6);
    let anybody = archive.anybody();

    let hits = search(&anybody, "q=den+truong", event);
    assert_eq!(hits.len(), 4, "{hits:?}");
    let mut family: Vec<Vec<&str>> = hits
        .iter()
        .map(|hit| {
            let duplicates = hit["duplicates"].as_array().unwrap().iter();
            let all = [&hit["asset"]["id"]].into_iter().chain(duplicates);
            all.map(|id| id.as_str().unwrap()).collect()
        })
        .filter(|family: &Vec<&str>| family.len() > 1)
        .collect();
    assert_eq!(family.len(), 1, "{hits:?}");
    let mut family = family.remove(0);
    family.sort_unstable();
    let mut expected = [first.as_str(), &copy, &stamped];
    expected.sort_unstable();
    assert_eq!(family, expected);
    assert_eq!(search(&anybody, "q=den+truong&group=false", event).len(), 6);

    let mut of_first = duplicates(&anybody, &first);
    of_first.sort_unstable();
    let mut expected = [copy, stamped];
    expected.sort_unstable();
    assert_eq!(of_first, expected);
    for alone in [&other, &blank[0], &blank[1]] {
        assert_eq!(duplicates(&anybody, alone), [] as [String; 0]);
    }

    // After a power cut it is known still.
    let archive = Archive::start_in(archive.kill(), &[]);
    let mut after = duplicates(&archive.anybody(), &first);
    after.sort_unstable();
    assert_eq!(after, expected);
}

#[test]
fn a_copy_for_others_eyes_is_not_shown() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let public = poster(&editor, "Vườn cà phê", &["photo.jpg"], "public");
    let internal = poster(
        &editor,
        "Vườn cà phê",
        &["photo-quality-50.jpg"],
        "state-internal",
    );
    let event = looked_at(&archive, 2);
    for (reader, expected) in [(archive.anybody(), vec![]), (editor, vec![internal])] {
        let hits = search(&reader, "q=vuon+ca+phe", event);
        assert_eq!(hits.len(), 1, "{hits:?}");
        let found = hits[0]["duplicates"].as_array().unwrap().len();
        assert_eq!(found, expected.len(), "{hits:?}");
        assert_eq!(duplicates(&reader, &public), expected);
    }
}
