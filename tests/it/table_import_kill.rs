//! `kill -9` at any row of an import: no row is lost, none is done twice, no file twice.

use std::thread::sleep;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{Archive, Client, eventually};
use crate::table_imports::{check, finished, start, upload, zip};

const ROWS: usize = 300;
const KILLS: usize = 6;

/// Rows with and without an own id, with a file each; every third is submitted, which is a second commit.
fn table() -> String {
    let mut table = "Own id,Title,Kind,Files,State\n".to_owned();
    for row in 0..ROWS {
        let own = if row % 2 == 0 {
            format!("r-{row}")
        } else {
            String::new()
        };
        let state = if row % 3 == 0 { "submitted" } else { "" };
        table += &format!("{own},Tác phẩm {row},article,f/{row}.txt,{state}\n");
    }
    table
}

fn imported(client: &Client, import: &Value) -> u64 {
    let id = import["id"].as_str().unwrap();
    let state = client.get(&format!("/api/v1/table-imports/{id}")).json();
    state["imported"]["created"].as_u64().unwrap()
}

fn all_works(client: &Client) -> Vec<Value> {
    let mut works = Vec::new();
    let mut address = "/api/v1/assets?limit=200".to_owned();
    loop {
        let page = client.get(&address).json();
        works.extend(page["items"].as_array().unwrap().iter().cloned());
        let Some(next) = page["next"].as_str() else {
            return works;
        };
        address = format!("/api/v1/assets?limit=200&after={next}");
    }
}

#[test]
fn an_import_that_is_killed_again_and_again_loses_and_doubles_nothing() {
    let mut archive = Archive::start();
    let mut client = archive.holder("contributor");
    let token = client.token().unwrap().to_owned();
    let names: Vec<(String, String)> = (0..ROWS)
        .map(|row| (format!("f/{row}.txt"), format!("Nội dung {row}")))
        .collect();
    let files: Vec<(&str, &[u8])> = names
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    let files = upload(&client, &zip(&files), "files.zip");
    let import = check(
        &client,
        table().as_bytes(),
        &format!("name=k.csv&archive={files}"),
    );
    assert_eq!(import["checked"]["created"], ROWS);
    start(&client, &import);
    let mut seen = 0;
    for kill in 0..KILLS {
        let enough = (kill * ROWS / (KILLS + 2)) as u64;
        seen = eventually("some more rows are imported", || {
            let now = imported(&client, &import);
            (now >= enough && (kill == 0 || now > seen)).then_some(now)
        });
        sleep(Duration::from_millis(7 * kill as u64));
        archive = Archive::start_in(archive.kill(), &[]);
        client = Client::new(archive.base(), Some(token.clone()));
        assert!(imported(&client, &import) >= seen, "a result was lost");
    }
    assert!(seen < ROWS as u64, "the kills came too late: {seen}");
    let done = finished(&client, &import);
    assert_eq!(
        done["imported"],
        json!({ "created": ROWS, "changed": 0, "unchanged": 0, "refused": 0 })
    );
    let works = all_works(&client);
    assert_eq!(works.len(), ROWS);
    for row in 0..ROWS {
        let title = format!("Tác phẩm {row}");
        let of_row: Vec<&Value> = works
            .iter()
            .filter(|work| work["titles"]["vi"] == title.as_str())
            .collect();
        let [work] = of_row.as_slice() else {
            panic!("{title} is there {} times", of_row.len());
        };
        assert_eq!(work["files"].as_array().unwrap().len(), 1, "{title}");
        let (state, revision) = if row % 3 == 0 {
            ("submitted", 2)
        } else {
            ("draft", 1)
        };
        assert_eq!(
            (&work["state"], &work["revision"]),
            (&json!(state), &json!(revision)),
            "{title}"
        );
    }
}
