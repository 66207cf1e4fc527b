//! The overview of works: numbers of the caller's bodies, each with its works.

use serde_json::json;

use crate::portal_forms::DESCRIPTION;
use crate::sign_in::{LOGIN, add_account, archive_with};
use crate::support::eventually;
use crate::support::reader::{Reader, location};

const EDITOR: &str = "bien.tap@gialai.example";

/// Deposited, published, returned, waiting of the line with this name.
fn numbers(page: &str, name: &str) -> Vec<String> {
    let line = page.split("<tr class=\"num4\">").find(|line| {
        let head = line.split("</th>").next().unwrap();
        head.ends_with(&format!(">{name}"))
    });
    let line = line.unwrap_or_default().split("</tr>").next().unwrap();
    let cells = line.split("data-l=\"").skip(1);
    let text = |cell: &str| {
        let inner = cell
            .split_once('>')
            .unwrap()
            .1
            .split("</td>")
            .next()
            .unwrap();
        inner
            .split('>')
            .nth(1)
            .unwrap()
            .split('<')
            .next()
            .unwrap()
            .to_owned()
    };
    cells.map(text).collect()
}

#[test]
fn each_number_leads_to_its_works() {
    let archive = archive_with("contributor");
    add_account(&archive, EDITOR, "editor");
    let mut officer = Reader::signed_in(&archive, LOGIN);
    officer.get("/gui");
    let draft = location(&officer.post_form("/gui", &DESCRIPTION));
    officer.get(&draft);
    location(&officer.post_form(&format!("{draft}/nop"), &[]));
    let other =
        json!({ "titles": { "vi": "Của cơ quan khác" }, "organisation": "dost", "kind": "song" });
    let other = archive.holder("editor").create(&other);
    let path = format!(
        "/api/v1/assets/{}/submission",
        other["id"].as_str().unwrap()
    );
    let submitted = archive
        .holder("editor")
        .put_json(&path, "\"1\"", &json!({}));
    assert_eq!(submitted.status, 200, "{}", submitted.text());
    // The officer sees the works of its own body, and no draft of nobody.
    eventually("the work is counted", || {
        officer.get("/tong-quan");
        (numbers(&officer.page, "Tổng") == ["1", "0", "0", "1"]).then_some(())
    });
    assert!(
        !officer.page.contains("organisation=dost"),
        "{}",
        officer.page
    );
    assert!(!officer.page.contains("kind=song"), "{}", officer.page);
    officer.get("/tong-quan?body=dost");
    assert_eq!(numbers(&officer.page, "Tổng"), ["1", "0", "0", "1"]);
    // The department sees both, and chooses one.
    let mut editor = Reader::signed_in(&archive, EDITOR);
    eventually("both works are counted", || {
        editor.get("/en/overview");
        (numbers(&editor.page, "Total") == ["2", "0", "0", "2"]).then_some(())
    });
    editor.get("/en/overview?body=dost");
    assert_eq!(numbers(&editor.page, "Total"), ["1", "0", "0", "1"]);
    // Months are a table of their own.
    assert!(editor.page.contains("Month made"), "{}", editor.page);
    let href = editor
        .page
        .split("<tfoot>")
        .nth(1)
        .and_then(|foot| foot.split("href=\"").nth(1))
        .unwrap();
    let href = href.split('"').next().unwrap().replace("&#38;", "&");
    assert_eq!(editor.get(&href).status, 200);
    assert!(
        editor.page.contains("Của cơ quan khác") && !editor.page.contains("Lễ khai giảng"),
        "{href}: {}",
        editor.page
    );
}

#[test]
fn the_overview_is_for_those_who_follow_works() {
    let archive = archive_with("station");
    let mut station = Reader::signed_in(&archive, LOGIN);
    assert_eq!(station.get("/tong-quan").status, 403);
    assert_eq!(Reader::new(&archive).get("/en/overview").status, 401);
}
