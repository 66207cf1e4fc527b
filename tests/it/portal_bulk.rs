//! One act on many works as pages: only chosen fields, a preview, a result for each work, undoing.

use serde_json::{Value, json};

use crate::sign_in::{LOGIN, archive_with};
use crate::support::reader::{Reader, location};
use crate::support::{Client, eventually};

fn make(editor: &Client, title: &str) -> String {
    let work = json!({
        "titles": { "vi": title }, "organisation": "dic",
        "kind": "song", "themes": ["international-law"], "credit_line": "Giữ nguyên",
    });
    editor.create(&work)["id"].as_str().unwrap().to_owned()
}

fn read(editor: &Client, id: &str) -> Value {
    editor.get(&format!("/api/v1/assets/{id}")).json()
}

/// Sends what the preview has.
fn run(reader: &mut Reader, page: &str) -> String {
    page.clone_into(&mut reader.page);
    let mut fields: Vec<(String, String)> = Vec::new();
    let form = page.split("class=\"sticky row\"").nth(1).unwrap();
    for input in form.split("<input type=\"hidden\" name=\"").skip(1) {
        let mut parts = input.split('"');
        let (name, value) = (parts.next().unwrap(), parts.nth(1).unwrap());
        fields.push((name.to_owned(), value.to_owned()));
    }
    fields.push(("step".to_owned(), "run".to_owned()));
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    location(&reader.post("/hang-loat", &fields))
}

#[test]
fn only_chosen_fields_are_written_once_and_undone() {
    let archive = archive_with("editor");
    let editor = archive.holder("editor");
    let [one, two] = ["Một", "Hai"].map(|title| make(&editor, title));
    let mut reader = Reader::signed_in(&archive, LOGIN);
    let selection = format!("/hang-loat?work={one}&work={two}");
    assert_eq!(reader.get(&selection).status, 200);
    assert!(reader.page.contains("2 tác phẩm"), "{}", reader.page);
    let fields = [
        ("work", one.as_str()),
        ("work", &two),
        ("act", "describe"),
        ("step", "preview"),
        ("mode-kind", "set"),
        ("value-kind", "article"),
        ("mode-themes", "add"),
        ("value-themes", "policy-and-law"),
        // Not chosen: not written, whatever stands in it.
        ("mode-credit_line", ""),
        ("value-credit_line", "Không được ghi"),
    ];
    assert_eq!(reader.post_form("/hang-loat", &fields).status, 200);
    let preview = reader.page.clone();
    assert!(preview.contains("<b>2</b> thay đổi"), "{preview}");
    assert_eq!(
        read(&editor, &one)["kind"],
        "song",
        "a preview writes nothing"
    );
    let result = run(&mut reader, &preview);
    assert_eq!(run(&mut reader, &preview), result, "sent twice, done once");
    eventually("every work has a result", || {
        reader.get(&result);
        reader.page.contains("id=\"hoan-tac\"").then_some(())
    });
    for id in [&one, &two] {
        let work = read(&editor, id);
        assert_eq!(
            (&work["kind"], &work["revision"]),
            (&json!("article"), &json!(2))
        );
        assert_eq!(
            work["themes"],
            json!(["international-law", "policy-and-law"])
        );
        assert_eq!(work["credit_line"], "Giữ nguyên");
    }
    location(&reader.post_form(&result, &[]));
    reader.get(&selection);
    location(&reader.post_form(&result, &[]));
    eventually("it is undone", || {
        reader.get(&result);
        reader.page.contains("Đã hoàn tác.").then_some(())
    });
    assert_eq!(read(&editor, &one)["kind"], "song");
}

#[test]
fn undoing_an_act_that_still_runs_says_so() {
    let archive = archive_with("editor");
    let editor = archive.holder("editor");
    let ids: Vec<String> = (0..80)
        .map(|number| make(&editor, &format!("Bài {number}")))
        .collect();
    let mut reader = Reader::signed_in(&archive, LOGIN);
    reader.get(&format!("/hang-loat?work={}", ids[0]));
    let mut fields: Vec<(&str, &str)> = ids.iter().map(|id| ("work", id.as_str())).collect();
    fields.extend([
        ("act", "describe"),
        ("step", "preview"),
        ("mode-kind", "set"),
        ("value-kind", "article"),
    ]);
    reader.post_form("/hang-loat", &fields);
    let preview = reader.page.clone();
    let result = run(&mut reader, &preview);
    let undone = reader.post_form(&result, &[]);
    if undone.status == 200 {
        let page = &reader.page;
        assert!(
            page.contains("Chưa hoàn tác được: việc này còn đang chạy"),
            "{page}"
        );
        return;
    }
    // It was done by then: so it is undone.
    assert_eq!(undone.status, 303, "{}", undone.text());
    eventually("it is undone", || {
        reader.get(&result);
        reader.page.contains("Đã hoàn tác.").then_some(())
    });
}

#[test]
fn a_preview_says_which_works_refuse_and_why() {
    let archive = archive_with("editor");
    let editor = archive.holder("editor");
    let id = make(&editor, "Chưa đủ");
    let mut reader = Reader::signed_in(&archive, LOGIN);
    reader.get(&format!("/en/bulk?work={id}"));
    let fields = [
        ("work", id.as_str()),
        ("act", "publish"),
        ("step", "preview"),
    ];
    reader.post_form("/en/bulk", &fields);
    let page = &reader.page;
    assert!(page.contains("<b>1</b> refused"), "{page}");
    assert!(page.contains("<bdi>Chưa đủ</bdi>"), "{page}");
    let why = page.split("data-l=\"Why\">").nth(1).unwrap();
    let why = why.split("</td>").next().unwrap();
    assert!(why.len() > 10, "{why}");
    // Without a reason nothing is returned, and the form says so.
    let fields = [
        ("work", id.as_str()),
        ("act", "return"),
        ("step", "preview"),
    ];
    reader.post_form("/en/bulk", &fields);
    assert!(reader.page.contains("role=\"alert\""), "{}", reader.page);
}

#[test]
fn all_works_of_a_search_are_changed_and_a_changed_number_is_shown_first() {
    let archive = archive_with("editor");
    let editor = archive.holder("editor");
    make(&editor, "Cồng chiêng một");
    let mut reader = Reader::signed_in(&archive, LOGIN);
    let found = |number: usize| {
        eventually("the index has them", || {
            let answer = editor
                .get("/api/v1/search?q=cong+chieng&state=draft")
                .json();
            let items = answer["items"].as_array().unwrap().len();
            (items == number).then_some(())
        });
    };
    found(1);
    reader.get("/hang-loat?q=cong+chieng&state=draft&cursor=x");
    let search = reader.field("search");
    assert!(search.contains("state=draft") && !search.contains("cursor"));
    let search = search.replace("&#38;", "&");
    let fields = [
        ("search", search.as_str()),
        ("act", "describe"),
        ("step", "preview"),
        ("mode-kind", "set"),
        ("value-kind", "article"),
    ];
    reader.post_form("/hang-loat", &fields);
    assert!(reader.page.contains("<b>1</b> thay đổi"), "{}", reader.page);
    let key = reader.field("key");
    let token = reader.field("csrf");
    make(&editor, "Cồng chiêng hai");
    found(2);
    let mut run = fields.to_vec();
    run[2] = ("step", "run");
    run.extend([("total", "1"), ("key", &key), ("csrf", &token)]);
    assert_eq!(reader.post("/hang-loat", &run).status, 200);
    assert!(
        reader.page.contains("<b>2</b> thay đổi") && reader.page.contains("role=\"alert\""),
        "{}",
        reader.page
    );
}
