//! Redacted regions: what an editor redacts, nobody else sees again.

use std::io::Cursor;
use std::time::{Duration, Instant};

use image::{ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use super::archive::complete_work_but;
use super::support::{Answer, Archive, Client, eventually};

/// Where the face is: a red square on a blue ground.
const FACE: (u32, u32, u32, u32) = (200, 120, 80, 60);

fn photo(width: u32, height: u32) -> Vec<u8> {
    let (x, y, w, h) = FACE;
    let image = RgbImage::from_fn(width, height, |column, row| {
        let is_face = (x..x + w).contains(&column) && (y..y + h).contains(&row);
        if is_face {
            Rgb([220, 20, 20])
        } else {
            Rgb([20, 60, (column % 200) as u8])
        }
    });
    let mut png = Cursor::new(Vec::new());
    image.write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

/// Whether any pixel is as red as the face.
fn shows_face(bytes: &[u8]) -> bool {
    let image = image::load_from_memory(bytes).unwrap().into_rgb8();
    image
        .pixels()
        .any(|Rgb([red, green, blue])| *red > 150 && *green < 100 && *blue < 100)
}

fn face() -> Value {
    let (x, y, width, height) = FACE;
    json!({ "x": x, "y": y, "width": width, "height": height })
}

fn work(changes: &Value) -> Value {
    let mut work = complete_work_but(&json!({
        "titles": { "vi": "Ngày hội đọc sách" },
        "kind": "archival-photo",
        "body": null,
        "people_shown": "public-event",
    }));
    json_patch::merge(&mut work, changes);
    work
}

/// A work with one photo: its path, the path of the photo, its entity tag.
struct Photo {
    path: String,
    file: String,
    etag: String,
}

impl Photo {
    fn deposit(editor: &Client, work: &Value, bytes: &[u8]) -> Self {
        let path = format!(
            "/api/v1/assets/{}",
            editor.create(work)["id"].as_str().unwrap()
        );
        let query = format!("{path}/files?name=anh.png&alt=%7B%22vi%22%3A%22%E1%BA%A3nh%22%7D");
        let added = editor.send("POST", &query, &[("content-type", "image/png")], bytes);
        assert_eq!(added.status, 201, "{}", added.text());
        Self {
            file: format!("{path}/files/{}", added.json()["sha256"].as_str().unwrap()),
            etag: added.header("etag").to_owned(),
            path,
        }
    }

    fn published(editor: &Client) -> Self {
        let mut photo = Self::deposit(editor, &work(&json!({})), &photo(800, 600));
        let published = photo.put(editor, "publication", &json!({}));
        assert_eq!(published.status, 200, "{}", published.text());
        photo
    }

    fn put(&mut self, client: &Client, step: &str, body: &Value) -> Answer {
        let answer = client.put_json(&format!("{}/{step}", self.path), &self.etag, body);
        if answer.status == 200 {
            self.etag = answer.header("etag").to_owned();
        }
        answer
    }

    fn redact(&mut self, client: &Client, regions: &Value) -> Answer {
        let address = format!("{}/redacted-regions", self.file);
        let answer = client.put_json(&address, &self.etag, &json!({ "regions": regions }));
        if answer.status == 200 {
            self.etag = answer.header("etag").to_owned();
        }
        answer
    }

    /// The photo and its previews, as far as the client gets them.
    fn copies(&self, client: &Client) -> Vec<Vec<u8>> {
        let record = client.get(&self.path).json();
        let previews = record["files"][0]["available"]["previews"].as_object();
        let addresses = previews.into_iter().flatten().map(|(_, address)| {
            let (_, path) = address.as_str().unwrap().split_once("/api/").unwrap();
            format!("/api/{path}")
        });
        let addresses = addresses.chain([self.file.clone()]);
        let answers = addresses.map(|address| client.get(&address));
        answers
            .filter(|answer| answer.status == 200)
            .map(|answer| answer.body)
            .collect()
    }
}

#[test]
fn a_redacted_face_is_in_no_copy_from_the_answer_on() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let partner = archive.holder("partner");
    let mut photo = Photo::published(&editor);
    let before = photo.copies(&anybody);
    assert!(
        before.len() >= 3 && before.iter().all(|copy| shows_face(copy)),
        "{}",
        before.len()
    );

    let redacted = photo.redact(&editor, &json!([face()]));
    assert_eq!(redacted.status, 200, "{}", redacted.text());
    assert_eq!(
        redacted.json()["files"][0]["redacted_regions"],
        json!([face()])
    );
    let until = Instant::now() + Duration::from_secs(30);
    let mut copies = Vec::new();
    while copies.len() < before.len() {
        assert!(Instant::now() < until, "the copies are not made");
        copies = photo.copies(&anybody);
        copies.extend(photo.copies(&partner));
        assert!(!copies.iter().any(|copy| shows_face(copy)));
    }
    // The rest of the photo is there.
    let public = image::load_from_memory(&anybody.get(&photo.file).body)
        .unwrap()
        .into_rgb8();
    assert_eq!(public.dimensions(), (800, 600));
    let Rgb([red, green, _]) = *public.get_pixel(20, 20);
    assert!(red < 50 && (40..90).contains(&green));
    assert_eq!(public.get_pixel(240, 150), &Rgb([128, 128, 128]));
    // Staff has the original; others do not learn where it is redacted.
    assert!(shows_face(&editor.get(&photo.file).body));
    let record = anybody.get(&photo.path).json();
    assert_eq!(record["files"][0].get("redacted_regions"), None, "{record}");
}

#[test]
fn other_regions_are_other_copies_and_none_shows_it_as_before() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let mut photo = Photo::published(&editor);
    let whole = json!([{ "x": 0, "y": 0, "width": 800, "height": 600 }]);
    for regions in [json!([face()]), whole, json!([face()]), json!([])] {
        assert_eq!(photo.redact(&editor, &regions).status, 200);
        let shows = eventually("the copies are made", || photo.copies(&anybody).pop());
        assert_eq!(shows_face(&shows), regions == json!([]), "{regions}");
    }
    // The same bytes in another work are that work's decision.
    assert_eq!(photo.redact(&editor, &json!([face()])).status, 200);
    let other = Photo::published(&editor);
    assert!(other.copies(&anybody).iter().all(|copy| shows_face(copy)));
    eventually("the redacted copies", || photo.copies(&anybody).pop());
    assert!(!photo.copies(&anybody).iter().any(|copy| shows_face(copy)));
}

#[test]
fn regions_must_lie_within_the_image() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let mut photo = Photo::deposit(&editor, &work(&json!({})), &photo(800, 600));
    for (regions, pointer) in [
        (
            json!([face(), { "x": 790, "y": 0, "width": 11, "height": 5 }]),
            "/regions/1",
        ),
        (
            json!([{ "x": 0, "y": 0, "width": 0, "height": 5 }]),
            "/regions/0",
        ),
        (
            json!([{ "x": -1, "y": 0, "width": 4, "height": 5 }]),
            "/regions/0/x",
        ),
        (json!([{ "x": 0, "y": 0, "width": 4 }]), "/regions/0/height"),
        (
            json!([{ "x": 0, "y": 0, "width": 4, "height": 1, "of": "A" }]),
            "/regions/0/of",
        ),
        (json!(vec![face(); 201]), "/regions"),
        (json!("all"), "/regions"),
    ] {
        let refused = photo.redact(&editor, &regions);
        assert_eq!(refused.status, 422, "{}", refused.text());
        assert_eq!(
            refused.json()["errors"][0]["pointer"],
            pointer,
            "{}",
            refused.text()
        );
    }
    let missing = photo
        .file
        .replace(&photo.file[photo.file.len() - 8..], "00000000");
    let body = json!({ "regions": [] });
    let none = editor.put_json(&format!("{missing}/redacted-regions"), &photo.etag, &body);
    assert_eq!(none.status, 404);
    // A text has no regions.
    let text = editor.send(
        "POST",
        &format!("{}/files?name=a.txt", photo.path),
        &[],
        b"xin chao",
    );
    let address = text
        .header("location")
        .split_once("/api/")
        .unwrap()
        .1
        .to_owned();
    let body = json!({ "regions": [{ "x": 0, "y": 0, "width": 1, "height": 1 }] });
    let etag = text.header("etag").to_owned();
    let refused = editor.put_json(&format!("/api/{address}/redacted-regions"), &etag, &body);
    assert_eq!(refused.status, 422);
    // Nor may somebody redact what they may not edit.
    let station = archive.holder("station");
    let refused = station.put_json(&format!("{}/redacted-regions", photo.file), &etag, &body);
    assert_eq!(refused.status, 403);
}

#[test]
fn a_new_version_keeps_its_regions_or_is_refused() {
    let archive = Archive::start();
    let (editor, anybody) = (archive.holder("editor"), archive.anybody());
    let mut photo = Photo::published(&editor);
    assert_eq!(photo.redact(&editor, &json!([face()])).status, 200);
    let replace = |photo: &Photo, bytes: &[u8]| {
        let address = format!("{}/versions", photo.file);
        let headers = [
            ("content-type", "image/png"),
            ("if-match", photo.etag.as_str()),
        ];
        editor.send("POST", &address, &headers, bytes)
    };
    let other_size = replace(&photo, &self::photo(640, 480));
    assert_eq!(other_size.status, 422, "{}", other_size.text());
    let mut same_size = self::photo(800, 600);
    // Another file with the same pixels: a text chunk that no reader needs follows the header.
    let text = b"\0\0\0\x04tEXta\0bc\x1f\x1d\x0e\xf3";
    same_size.splice(33..33, text.iter().copied());
    let replaced = replace(&photo, &same_size);
    assert!(matches!(replaced.status, 200 | 201), "{}", replaced.text());
    photo.file = format!(
        "{}/files/{}",
        photo.path,
        replaced.json()["sha256"].as_str().unwrap()
    );
    let copy = eventually("the copy of the new version", || {
        photo.copies(&anybody).pop()
    });
    assert!(!shows_face(&copy));
}

#[test]
fn a_published_work_that_two_approved_shows_more_only_after_both_again() {
    let archive = Archive::start();
    let (editor, reviewer) = (archive.holder("editor"), archive.holder("reviewer"));
    let minor = work(&json!({
        "people_shown": "minor-with-guardian-consent", "minors_shown": true
    }));
    let mut photo = Photo::deposit(&editor, &minor, &self::photo(800, 600));
    assert_eq!(photo.redact(&editor, &json!([face()])).status, 200);
    for (client, step) in [
        (&editor, "submission"),
        (&editor, "acceptance"),
        (&reviewer, "approval"),
        (&editor, "publication"),
    ] {
        let answer = photo.put(client, step, &json!({}));
        assert_eq!(answer.status, 200, "{step}: {}", answer.text());
    }
    let refused = photo.redact(&editor, &json!([]));
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert_eq!(
        refused.json()["errors"][0]["rule"],
        "second-approval-missing"
    );
    let more = json!([{ "x": 190, "y": 110, "width": 120, "height": 90 }]);
    assert_eq!(photo.redact(&editor, &more).status, 200);
}
