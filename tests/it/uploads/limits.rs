//! What uploads count for, and how many there can be.

use serde_json::{Value, json};

use super::{
    Archive, TUS, announce, append, claim, create, head, named, new_work, path_in, uploaded,
};
use crate::support::Client;

const QUOTA: &str = "/api/v1/organisations/dic/quota";

fn set_bytes(archive: &Archive, bytes: u64) {
    let headers = [("content-type", "application/json")];
    let body = json!({ "bytes": bytes }).to_string();
    let set = archive
        .operator()
        .send("PUT", QUOTA, &headers, body.as_bytes());
    assert_eq!(set.status, 200, "{}", set.text());
}

fn used_bytes(client: &Client) -> u64 {
    let usage = client.get("/api/v1/organisations/dic/usage").json();
    usage["bytes"]["used"].as_u64().unwrap()
}

#[test]
fn an_upload_counts_as_announced_from_its_creation_on() {
    let archive = Archive::start();
    set_bytes(&archive, 1000);
    let token = archive.holder("contributor").token().unwrap().to_owned();
    let contributor = archive.anybody().with_token(&token);
    let path = create(&contributor, 600, "");
    assert_eq!(used_bytes(&contributor), 600);
    let refused = announce(&contributor, 401, &[]);
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (507, "quota-exceeded")
    );
    assert_eq!(
        (&refused.json()["limit"], &refused.json()["used"]),
        (&json!(1000), &json!(600))
    );
    // Nor by the other door.
    let work = new_work(&contributor);
    let files = format!("/api/v1/assets/{work}/files?name=a.txt");
    let plain = [("content-type", "text/plain")];
    assert_eq!(
        contributor
            .send("POST", &files, &plain, &[b'a'; 401])
            .status,
        507
    );
    // Others are not concerned, and whoever has no body counts for none.
    create(&archive.holder_of("contributor", Some("doj")), 5000, "");
    create(&archive.holder("editor"), 5000, "");

    // A restart forgets nothing of it; deleting gives it back.
    let archive = Archive::start_in(archive.kill(), &[]);
    let contributor = archive.anybody().with_token(&token);
    assert_eq!(used_bytes(&contributor), 600);
    assert_eq!(contributor.send("DELETE", &path, &[TUS], &[]).status, 204);
    assert_eq!(used_bytes(&contributor), 0);

    // Exactly the whole quota: the claim moves it to the work.
    let path = uploaded(&contributor, &[b'a'; 1000], "a.txt");
    assert_eq!(announce(&contributor, 1, &[]).status, 507);
    let claimed = claim(&contributor, &work, &path);
    assert_eq!(claimed.status, 201, "{}", claimed.text());
    assert_eq!(used_bytes(&contributor), 1000);
    assert_eq!(contributor.send("DELETE", &path, &[TUS], &[]).status, 204);
    assert_eq!(used_bytes(&contributor), 1000, "it is the work that counts");
    let data = archive.stop();
    let verified = crate::support::command()
        .args(["verify", "--data"])
        .arg(data.path())
        .output();
    assert!(verified.unwrap().status.success());
}

#[test]
fn an_upload_of_one_body_counts_for_the_work_of_another_once_it_is_its_file() {
    let archive = Archive::start();
    set_bytes(&archive, 3);
    let editor = archive.holder("editor");
    // An editor of the archive has no body, so nothing is refused before the claim.
    let path = uploaded(&editor, b"Xin.\n", "tin.txt");
    let work = new_work(&editor);
    let refused = claim(&editor, &work, &path);
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (507, "quota-exceeded")
    );
    set_bytes(&archive, 5);
    assert_eq!(claim(&editor, &work, &path).status, 201);
    assert_eq!(used_bytes(&archive.operator()), 5);
}

#[test]
fn a_caller_has_so_many_uploads_at_most() {
    let archive = Archive::start_with(&[("KHOCHUNG__INTAKE__MAX_OPEN_UPLOADS_OF_CALLER", "3")]);
    let editor = archive.holder("editor");
    let paths: Vec<String> = (0..3).map(|_| create(&editor, 10, "")).collect();
    let refused = announce(&editor, 10, &[]);
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (409, "limit-reached")
    );
    assert_eq!(refused.json()["limit"], 3);
    create(&archive.holder("editor"), 10, "");
    assert_eq!(editor.send("DELETE", &paths[1], &[TUS], &[]).status, 204);
    create(&editor, 10, "");
    // One that is a file of a work does not count any more.
    assert_eq!(
        append(&editor, &paths[0], 0, "Xin bạn".as_bytes()).status,
        204
    );
    assert_eq!(append(&editor, &paths[0], 9, b".").status, 204);
    let work = new_work(&editor);
    assert_eq!(claim(&editor, &work, &paths[0]).status, 201);
    create(&editor, 10, "");
    assert_eq!(announce(&editor, 10, &[]).status, 409);
}

#[test]
fn a_creation_with_a_key_can_be_repeated() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let create = |client: &Client, length: u64, metadata: &str| {
        let more = [("idempotency-key", "an-7"), ("upload-metadata", metadata)];
        announce(client, length, &more)
    };
    let name = named("tin.txt");
    let first = create(&editor, 5, &name);
    let path = path_in(&first);
    assert_eq!(first.header("idempotent-replayed"), "");
    assert_eq!(append(&editor, &path, 0, b"Xi").status, 204);
    let again = create(&editor, 5, &name);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.header("upload-offset"), "2");
    for other in [create(&editor, 6, &name), create(&editor, 5, "")] {
        assert_eq!(
            (other.status, other.problem().as_str()),
            (422, "key-reused")
        );
    }
    // The keys of others are others.
    let theirs = path_in(&create(&archive.holder("editor"), 5, &name));
    assert_ne!(theirs, path);
    assert_eq!(head(&editor, &theirs).status, 404);
}

/// 20 GiB are announced, of which the archive has nothing: neither memory nor disk is taken for them.
#[test]
fn announcing_takes_nothing() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = create(&editor, 20 * 1024 * 1024 * 1024, "");
    assert_eq!(
        append(&editor, &path, 0, &vec![b'a'; 1_000_000]).status,
        204
    );
    let file = archive
        .data()
        .join(format!("partial/{}", path.rsplit('/').next().unwrap()));
    let blocks = std::os::unix::fs::MetadataExt::blocks(&std::fs::metadata(file).unwrap());
    assert!(blocks * 512 < 2_000_000, "{blocks} blocks");
    let status = std::fs::read_to_string(format!("/proc/{}/status", archive.pid())).unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let peak: Value = serde_json::from_str(peak.trim().trim_end_matches(" kB")).unwrap();
    assert!(peak.as_u64().unwrap() < 1_000_000, "{peak} kB");
}
