//! Renditions made again: of all works by the administrator, of one file by those who work on it.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::json;

use crate::public_media::{attach, work};
use crate::support::signal::Signal;
use crate::support::{Archive, Client, command, eventually, eventually_within, path_of};

/// How many jobs of each kind are done; nothing while any other is due.
fn done(admin: &Client) -> Option<BTreeMap<String, usize>> {
    let jobs = admin.get("/api/v1/jobs?limit=200").json();
    let mut done = BTreeMap::new();
    for job in jobs["items"].as_array().unwrap() {
        let kind = job["kind"].as_str().unwrap().to_owned();
        let is_media =
            ["read-text", "render-previews", "rebuild-renditions"].contains(&kind.as_str());
        match job["state"].as_str().unwrap() {
            "done" if is_media => *done.entry(kind).or_default() += 1,
            "waiting" if is_media => return None,
            _ => {}
        }
    }
    Some(done)
}

/// How many renditions were recorded so far.
fn rendered(client: &Client) -> usize {
    let changes = client.get("/api/v1/changes?after=0&limit=200").json();
    let changes = changes["items"].as_array().unwrap().iter();
    changes
        .filter(|change| change["kind"] == "rendered")
        .count()
}

fn count(done: &BTreeMap<String, usize>, kind: &str) -> usize {
    done.get(kind).copied().unwrap_or_default()
}

/// Three works: two texts and an image, all processed.
fn filled(archive: &Archive) -> Vec<String> {
    let editor = archive.holder("editor");
    let files: [(&str, &[u8]); 3] = [
        ("a.txt", "Một văn bản".as_bytes()),
        ("b.txt", "Hai văn bản".as_bytes()),
        ("c.png", include_bytes!("../fixtures/media/upright.png")),
    ];
    let mut paths = Vec::new();
    for (name, bytes) in files {
        let work = path_of(&editor.create(&json!({"titles": {"vi": name}})));
        paths.push(attach(&editor, &work, name, bytes).0);
    }
    paths
}

#[test]
fn an_administrator_has_all_texts_made_again_and_nothing_else() {
    let archive = Archive::start();
    filled(&archive);
    let admin = archive.holder("admin");
    let before = eventually("all files are processed", || {
        done(&admin).filter(|done| count(done, "read-text") == 2)
    });
    let made = rendered(&admin);
    let all = json!({"kinds": ["texts"], "scope": "all"});
    let answer = admin.post_json("/api/v1/renditions", &all);
    assert_eq!(answer.status, 202, "{}", answer.text());
    let job = &answer.json()["jobs"][0];
    let address = format!("/api/v1/jobs/{job}");
    assert_eq!(admin.get(&address).json()["kind"], "rebuild-renditions");
    let after = eventually("the texts are read again", || {
        done(&admin).filter(|done| count(done, "read-text") == 4)
    });
    assert_eq!(
        count(&after, "render-previews"),
        count(&before, "render-previews")
    );
    assert_eq!(rendered(&admin), made + 2, "one for each text");
    // Nothing is missing now.
    let missing = admin.post_json("/api/v1/renditions", &json!({}));
    assert_eq!(missing.status, 202, "{}", missing.text());
    let last = eventually("the catalogue was walked through", || {
        done(&admin)
            .filter(|done| count(done, "rebuild-renditions") > count(&after, "rebuild-renditions"))
    });
    assert_eq!(count(&last, "read-text"), 4);
    let refused = archive
        .holder("editor")
        .post_json("/api/v1/renditions", &all);
    assert_eq!(refused.status, 403);
}

#[test]
fn the_command_line_asks_the_running_archive() {
    let archive = Archive::start();
    filled(&archive);
    let admin = archive.holder("admin");
    eventually("all files are processed", || {
        done(&admin).filter(|done| count(done, "read-text") == 2)
    });
    let rebuild = |arguments: &[&str]| {
        let mut rebuild = command();
        rebuild.args(["renditions", "rebuild"]).args(arguments);
        rebuild.arg("--data").arg(archive.data()).output().unwrap()
    };
    let output = rebuild(&["--kind", "texts"]);
    assert!(output.status.success(), "{output:?}");
    eventually("the texts are read again", || {
        done(&admin).filter(|done| count(done, "read-text") == 4)
    });
    assert_eq!(rebuild(&["--kind", "smells"]).status.code(), Some(64));
}

#[test]
fn those_who_work_on_a_file_have_it_processed_again() {
    let archive = Archive::start();
    let paths = filled(&archive);
    let admin = archive.holder("admin");
    eventually("all files are processed", || {
        done(&admin).filter(|done| count(done, "read-text") == 2)
    });
    let renditions = format!("{}/renditions", paths[0]);
    let editor = archive.holder("editor");
    let nothing = editor.post_json(&renditions, &json!({}));
    assert_eq!(nothing.status, 202, "{}", nothing.text());
    assert_eq!(nothing.json()["jobs"], json!([]));
    let again = editor.post_json(&renditions, &json!({"scope": "all"}));
    assert_eq!(again.status, 202, "{}", again.text());
    assert_eq!(again.json()["jobs"].as_array().unwrap().len(), 1);
    eventually("the text is read again", || {
        done(&admin).filter(|done| count(done, "read-text") == 3)
    });

    let unknown = editor.post_json(&renditions, &json!({"kinds": ["texts", "smells"]}));
    assert_eq!(unknown.status, 422);
    assert_eq!(unknown.json()["errors"][0]["pointer"], "/kinds/1");
    // A draft of others does not exist for them.
    let stranger = archive
        .holder_of("contributor", Some("dic"))
        .post_json(&renditions, &json!({}));
    assert_eq!(stranger.status, 404, "{}", stranger.text());
    let no_file = renditions.replace(&paths[0][paths[0].len() - 64..], &"0".repeat(64));
    assert_eq!(editor.post_json(&no_file, &json!({})).status, 404);
}

#[test]
fn copies_for_stations_are_made_again_although_they_are_there() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let work = work(&editor, "radio-bulletin");
    let recording = Signal::silent(44_100, 1).speech(4.0, -24.0).to_wav();
    let (path, _) = attach(&editor, &work, "a.wav", &recording);
    let profiles = eventually_within(Duration::from_secs(120), "the copies are made", || {
        let file = editor.get(&work).json()["files"][0].clone();
        let copies = file["sound"]["copies"].as_array()?.clone();
        let is_done = !copies.is_empty() && copies.iter().all(|copy| copy["state"] == "made");
        is_done.then_some(copies.len())
    });
    let made = rendered(&editor);
    let wanted = |scope: &str| json!({"kinds": ["broadcast-copies"], "scope": scope});
    let rebuild = |scope: &str| {
        let answer = editor.post_json(&format!("{path}/renditions"), &wanted(scope));
        assert_eq!(answer.status, 202, "{}", answer.text());
        answer.json()["jobs"].as_array().unwrap().len()
    };
    assert_eq!(rebuild("missing"), 0);
    assert_eq!(rebuild("all"), profiles);
    // Each is a copy and the report about it.
    eventually_within(Duration::from_secs(120), "they are made again", || {
        (rendered(&editor) == made + 2 * profiles).then_some(())
    });
}

#[test]
fn neither_periodic_jobs_nor_finished_ones_are_cancelled() {
    let archive = Archive::start();
    let admin = archive.holder("admin");
    filled(&archive);
    eventually("all files are processed", || {
        done(&admin).filter(|done| count(done, "read-text") == 2)
    });
    let jobs = admin.get("/api/v1/jobs?limit=200").json();
    let jobs = jobs["items"].as_array().unwrap();
    for kind in ["find-missing-copies", "read-text"] {
        let job = jobs.iter().rfind(|job| job["kind"] == kind).unwrap();
        let address = format!("/api/v1/jobs/{}/attempts", job["id"]);
        let refused = admin.send("DELETE", &address, &[], &[]);
        assert_eq!(refused.status, 409, "{kind}: {}", refused.text());
        let forbidden = archive.holder("editor").send("DELETE", &address, &[], &[]);
        assert_eq!(forbidden.status, 403);
    }
}
