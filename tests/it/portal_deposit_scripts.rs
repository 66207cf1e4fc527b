//! What the scripts of the deposit form send: files while one types, and the description as it is.

use crate::portal_forms::DESCRIPTION;
use crate::sign_in::{LOGIN, add_account, archive_with};
use crate::support::reader::{Reader, encoded, location};

/// Uploads as `tus-js-client` does, and gives the id of the upload.
pub(crate) fn upload(reader: &mut Reader, metadata: &str, bytes: &[u8]) -> String {
    let token = reader.field("csrf");
    let token = token.split('.').next().unwrap();
    let length = bytes.len().to_string();
    let headers = [
        ("accept", "*/*"),
        ("sec-fetch-site", "same-origin"),
        ("tus-resumable", "1.0.0"),
        ("x-csrf-token", token),
        ("upload-length", length.as_str()),
        ("upload-metadata", metadata),
        ("content-type", "application/offset+octet-stream"),
    ];
    let made = reader.send("POST", "/api/v1/uploads", &headers, bytes);
    assert_eq!(made.status, 201, "{}", made.text());
    made.header("location")
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned()
}

#[test]
fn uploads_named_by_the_form_become_files_of_the_draft() {
    let archive = archive_with("contributor");
    let mut officer = Reader::signed_in(&archive, LOGIN);
    officer.get("/gui");
    let photo = crate::picture_copies::picture("photo.jpg");
    // `printf anh.jpg | base64`, `printf image/jpeg | base64`
    let picture = upload(
        &mut officer,
        "filename YW5oLmpwZw==,filetype aW1hZ2UvanBlZw==",
        &photo,
    );
    // `printf x.bin | base64`
    let bad = upload(&mut officer, "filename eC5iaW4=", &[0, 1, 2, 3]);
    let alt = format!("alt-{picture}");
    let name = format!("name-{bad}");
    let mut fields = vec![
        ("upload", bad.as_str()),
        (name.as_str(), "x.bin"),
        ("upload", picture.as_str()),
        (alt.as_str(), "Trẻ em \"đi học\""),
    ];
    fields.extend(DESCRIPTION);
    let form = officer.page.clone();
    // One bad file stops no other, and is named.
    assert_eq!(officer.post_form("/gui", &fields).status, 200);
    let page = &officer.page;
    assert!(
        page.contains("x.bin: ") && page.contains("anh.jpg: JPEG"),
        "{page}"
    );
    // Sent again: the same draft, the file once.
    officer.page = form;
    officer.post_form("/gui", &fields);
    assert_eq!(officer.page.matches("anh.jpg: JPEG").count(), 1);
    // With an error in a field the form keeps the uploads.
    officer.get("/gui");
    let wrong = [("made", "hôm qua"), ("upload", picture.as_str())];
    officer.post_form("/gui", &wrong);
    let kept = format!("name=\"upload\" value=\"{picture}\"");
    assert!(officer.page.contains(&kept), "{}", officer.page);
}

#[test]
fn uploads_beyond_the_limit_are_refused_by_name() {
    let archive = archive_with("contributor");
    let mut officer = Reader::signed_in(&archive, LOGIN);
    officer.get("/gui");
    let ids: Vec<String> = (1..=52).map(|number| format!("{number:032x}")).collect();
    let names: Vec<(String, String)> = ids
        .iter()
        .zip(1..)
        .map(|(id, number): (_, u32)| (format!("name-{id}"), format!("tep-{number}.txt")))
        .collect();
    let mut fields: Vec<(&str, &str)> = ids.iter().map(|id| ("upload", id.as_str())).collect();
    fields.extend(
        names
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    fields.extend(DESCRIPTION);
    assert_eq!(officer.post_form("/gui", &fields).status, 200);
    let refused = |name: &str| {
        let line = officer.page.split("<li>").find(|line| line.contains(name));
        line.unwrap_or_default().to_owned()
    };
    assert!(
        refused("tep-50.txt: ").contains("tep-50.txt"),
        "{}",
        officer.page
    );
    assert!(!refused("tep-50.txt: ").contains("nhiều nhất 50 tệp"));
    for beyond in ["tep-51.txt: ", "tep-52.txt: "] {
        let line = refused(beyond);
        assert!(line.contains("nhiều nhất 50 tệp"), "{line}");
    }
}

#[test]
fn what_the_script_has_just_saved_is_no_conflict_when_the_form_sends_it_again() {
    let archive = archive_with("contributor");
    let editor = archive.operator();
    let mut officer = Reader::signed_in(&archive, LOGIN);
    officer.get("/gui");
    let draft = location(&officer.post_form("/gui", &DESCRIPTION));
    officer.get(&draft);
    let form = officer.page.clone();
    let typed = [("title", "Tên mới"), ("made", "28/8/2024")];
    location(&officer.post_form(&draft, &typed));
    let path = draft.replace("/gui/", "/api/v1/assets/");
    let revision = editor.get(&path).json()["revision"].clone();
    assert_eq!(revision, 2);
    // The form still names the revision that it was shown for.
    officer.page.clone_from(&form);
    location(&officer.post_form(&draft, &typed));
    assert_eq!(editor.get(&path).json()["revision"], revision);
    officer.page.clone_from(&form);
    let other = [("title", "Tên khác nữa"), ("made", "28/8/2024")];
    assert_eq!(officer.post_form(&draft, &other).status, 200);
    assert!(
        officer.page.contains("<bdi>Tên mới</bdi>"),
        "{}",
        officer.page
    );
}

#[test]
fn nobody_takes_the_upload_of_another_account() {
    let archive = archive_with("contributor");
    add_account(&archive, "khac@gialai.example", "contributor");
    let mut officer = Reader::signed_in(&archive, LOGIN);
    officer.get("/gui");
    let own = upload(&mut officer, "filename YS50eHQ=", b"Ghi ch\xc3\xa9p");
    let mut other = Reader::signed_in(&archive, "khac@gialai.example");
    other.get("/gui");
    let mut fields = vec![("upload", own.as_str())];
    fields.extend(DESCRIPTION);
    assert_eq!(other.post_form("/gui", &fields).status, 200);
    assert!(!other.page.contains("a.txt"), "{}", other.page);
}

#[test]
fn a_script_saves_while_one_types_into_one_draft() {
    let archive = archive_with("contributor");
    let mut officer = Reader::signed_in(&archive, LOGIN);
    officer.get("/gui");
    let (token, key) = (officer.field("csrf"), officer.field("key"));
    let headers = [
        ("accept", "application/json"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
    ];
    let first = encoded(&[("csrf", &token), ("key", &key), ("title", "Đang gõ")]);
    let mut save = |path: &str, body: &str| officer.send("POST", path, &headers, body.as_bytes());
    let made = save("/gui", &first);
    assert_eq!(made.status, 200, "{}", made.text());
    let made = made.json();
    assert_eq!(made["revision"], 1);
    // The answer was lost: sent again, it is the same draft.
    assert_eq!(save("/gui", &first).json(), made);
    let draft = made["draft"].as_str().unwrap();
    let typed = |revision: &str, made: &str| {
        encoded(&[
            ("csrf", &token),
            ("revision", revision),
            ("title", "Đang gõ tiếp"),
            ("made", made),
        ])
    };
    let next = save(draft, &typed("1", ""));
    assert_eq!(next.json()["revision"], 2, "{}", next.text());
    // What is half typed is refused in words, and what is saved stays.
    let half = save(draft, &typed("2", "28/"));
    assert_eq!((half.status, half.problem().as_str()), (422, "invalid"));
    let stale = save(draft, &typed("1", "2024"));
    assert_eq!(stale.status, 412, "{}", stale.text());
    officer.get(draft);
    assert!(officer.page.contains("value=\"Đang gõ tiếp\""));
    officer.cookie.clear();
    let ended = officer.send("POST", draft, &headers, typed("2", "").as_bytes());
    assert_eq!(ended.status, 401);
    assert_eq!(ended.problem(), "unauthenticated");
}
