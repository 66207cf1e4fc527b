//! Imports of tables: what is checked, what is imported, and what a second import changes.

use std::io::{Cursor, Read as _, Write as _};
use std::net::TcpStream;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{Answer, Archive, Client, command, eventually};

const IMPORTS: &str = "/api/v1/table-imports";

/// Two works with files, as an officer writes them in Excel.
const TABLE: &str = "\u{feff}Mã riêng;TIEU DE;Title (en);Loại;Ngày làm;Chủ đề;Tệp;Tệp kèm;Ghi chú riêng\r\n\
    A-1;Áp phích một;Poster one;Tranh cổ động;14/9/2022;international-law;anh/a1.txt|anh/a2.txt;;x\r\n\
    A-2;Bài hai;;;2023;;;phu luc.txt;\r\n";

pub(crate) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// The id of a finished upload.
pub(crate) fn upload(client: &Client, bytes: &[u8], name: &str) -> String {
    let length = bytes.len().to_string();
    let metadata = format!("filename {}", BASE64.encode(name));
    let headers = [
        ("tus-resumable", "1.0.0"),
        ("upload-length", length.as_str()),
        ("upload-metadata", metadata.as_str()),
        ("content-type", "application/offset+octet-stream"),
    ];
    let made = client.send("POST", "/api/v1/uploads", &headers, bytes);
    assert_eq!(made.status, 201, "{}", made.text());
    made.header("location")
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned()
}

fn try_check(client: &Client, table: &[u8], query: &str) -> Answer {
    let kind = [("content-type", "application/octet-stream")];
    client.send("POST", &format!("{IMPORTS}?{query}"), &kind, table)
}

pub(crate) fn check(client: &Client, table: &[u8], query: &str) -> Value {
    let answer = try_check(client, table, query);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

fn path(import: &Value) -> String {
    format!("{IMPORTS}/{}", import["id"].as_str().unwrap())
}

fn rows(client: &Client, import: &Value) -> Vec<Value> {
    let list = client
        .get(&format!("{}/rows?limit=200", path(import)))
        .json();
    list["items"].as_array().unwrap().clone()
}

pub(crate) fn start(client: &Client, import: &Value) {
    let answer = client.send("POST", &format!("{}/start", path(import)), &[], &[]);
    assert_eq!(answer.status, 202, "{}", answer.text());
}

pub(crate) fn finished(client: &Client, import: &Value) -> Value {
    eventually("the import is done", || {
        let state = client.get(&path(import)).json();
        (state["state"] == "done").then_some(state)
    })
}

fn counts(created: u32, changed: u32, unchanged: u32, refused: u32) -> Value {
    json!({ "created": created, "changed": changed, "unchanged": unchanged, "refused": refused })
}

fn works(client: &Client) -> Vec<Value> {
    let list = client.get("/api/v1/assets?limit=200").json();
    list["items"].as_array().unwrap().clone()
}

fn titled<'w>(works: &'w [Value], title: &str) -> &'w Value {
    let mut works = works.iter();
    works.find(|work| work["titles"]["vi"] == title).unwrap()
}

/// Ids and revisions; what is read from files comes later and is no revision.
fn revisions(works: &[Value]) -> Vec<(&Value, &Value)> {
    works
        .iter()
        .map(|work| (&work["id"], &work["revision"]))
        .collect()
}

fn with_files(client: &Client) -> String {
    let files = zip(&[
        ("anh/a1.txt", "Một".as_bytes()),
        ("anh/a2.txt", "Hai".as_bytes()),
        ("Phu luc.txt", "Ba".as_bytes()),
    ]);
    format!(
        "name=bang.csv&archive={}",
        upload(client, &files, "tep.zip")
    )
}

/// The works of [`TABLE`], as they have to be in the archive.
fn check_works(made: &[Value]) {
    assert_eq!(made.len(), 2);
    let poster = titled(made, "Áp phích một");
    assert_eq!(poster["kind"], "propaganda-poster");
    assert_eq!(
        (&poster["made"], &poster["titles"]["en"]),
        (&json!("2022-09-14"), &json!("Poster one"))
    );
    assert_eq!(
        (&poster["revision"], &poster["organisation"]),
        (&json!(1), &json!("dic"))
    );
    let files = poster["files"].as_array().unwrap().iter();
    let files: Vec<&str> = files.map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(files, ["a1.txt", "a2.txt"]);
    let second = titled(made, "Bài hai");
    assert_eq!(second["files"][0]["role"], "attachment");
    assert_eq!(second["files"][0]["name"], "phu luc.txt");
}

#[test]
fn a_table_is_checked_then_imported_and_changes_only_what_it_says_the_second_time() {
    let archive = Archive::start();
    let contributor = archive.holder("contributor");
    let import = check(&contributor, TABLE.as_bytes(), &with_files(&contributor));
    assert_eq!(
        import["checked"],
        counts(2, 0, 0, 0),
        "{:?}",
        rows(&contributor, &import)
    );
    assert_eq!(import["unknown_columns"], json!(["Ghi chú riêng"]));
    assert_eq!(works(&contributor).len(), 0, "a check changes nothing");

    start(&contributor, &import);
    start(&contributor, &import);
    let done = finished(&contributor, &import);
    assert_eq!(done["imported"], counts(2, 0, 0, 0));
    let made = works(&contributor);
    check_works(&made);
    let poster = titled(&made, "Áp phích một");

    // The uploads of an import without refused rows are ended; the same table sent again changes nothing.
    let again = check(&contributor, TABLE.as_bytes(), &with_files(&contributor));
    assert_eq!(
        again["checked"],
        counts(0, 0, 2, 0),
        "{:?}",
        rows(&contributor, &again)
    );
    start(&contributor, &again);
    assert_eq!(
        finished(&contributor, &again)["imported"],
        counts(0, 0, 2, 0)
    );
    assert_eq!(
        revisions(&works(&contributor)),
        revisions(&made),
        "no revision without a change"
    );

    let id = poster["id"].as_str().unwrap();
    let change = format!("id,description\n{id},Mô tả mới\n");
    let changed = check(&contributor, change.as_bytes(), "name=b.csv");
    let report = rows(&contributor, &changed);
    assert_eq!(
        report[0]["differences"],
        json!([{ "field": "descriptions", "before": "", "after": "Mô tả mới" }])
    );
    start(&contributor, &changed);
    finished(&contributor, &changed);
    let now = contributor.get(&format!("/api/v1/assets/{id}")).json();
    assert_eq!(
        (&now["revision"], &now["descriptions"]["vi"]),
        (&json!(2), &json!("Mô tả mới"))
    );
    assert_eq!(now["titles"], poster["titles"]);
}

/// Which column of which row is refused.
fn check_report(report: &[Value]) {
    let column = |row: &Value| {
        let number = row["row"].as_u64().unwrap();
        (number, row["reasons"][0]["column"].clone())
    };
    let columns: Vec<_> = report.iter().map(column).collect();
    assert_eq!(
        columns,
        [
            (2, Value::Null),
            (3, json!("Kind")),
            (4, json!("Files")),
            (5, Value::Null),
            (6, json!("Title")),
            (7, json!("State")),
        ]
    );
}

#[test]
fn refused_rows_come_back_as_a_table_that_is_mended_and_sent_again() {
    let archive = Archive::start();
    let contributor = archive.holder("contributor");
    let table = "Own id,Title,Kind,Files,State\n\
        1,Good,article,,submitted\n\
        2,Unknown kind,spaceship,,\n\
        3,No file,article,missing.txt,\n\
        1,Same id,article,,\n\
        5,,,,\n\
        6,State,article,,published\n";
    let import = check(&contributor, table.as_bytes(), "name=works.csv");
    assert_eq!(import["checked"], counts(1, 0, 0, 5));
    check_report(&rows(&contributor, &import));
    let in_english = [("accept-language", "en")];
    let rows_path = format!("{}/rows", path(&import));
    let english = contributor.send("GET", &rows_path, &in_english, &[]);
    let english = english.json();
    assert_eq!(
        english["items"][3]["reasons"][0]["detail"],
        "Row 2 is about the same work (the same id)."
    );
    start(&contributor, &import);
    assert_eq!(
        finished(&contributor, &import)["imported"],
        counts(1, 0, 0, 5)
    );
    assert_eq!(titled(&works(&contributor), "Good")["state"], "submitted");

    let result_path = format!("{}/result", path(&import));
    let result = contributor.send("GET", &result_path, &in_english, &[]);
    let result = result.text();
    let lines: Vec<&str> = result.lines().collect();
    assert_eq!(lines.len(), 6, "{result}");
    assert_eq!(lines[0], "\u{feff}Row,Reason,Own id,Title,Kind,Files,State");
    assert!(
        lines[1].starts_with("3,") && lines[1].ends_with(",2,Unknown kind,spaceship,,"),
        "{result}"
    );
    let mended = result
        .replace("spaceship", "article")
        .replace("missing.txt", "")
        .replace("published", "draft");
    let mended = mended
        .replace("5,,,,", "5,Five,,,")
        .replace(",1,Same id", ",4,Same id");
    let again = check(&contributor, mended.as_bytes(), "name=mended.csv");
    assert_eq!(
        again["checked"],
        counts(5, 0, 0, 0),
        "{:?}",
        rows(&contributor, &again)
    );
    assert_eq!(again["unknown_columns"], Value::Null);
    start(&contributor, &again);
    assert_eq!(
        finished(&contributor, &again)["imported"],
        counts(5, 0, 0, 0)
    );
}

#[test]
fn workbooks_and_open_documents_are_read_like_texts() {
    let archive = Archive::start();
    let contributor = archive.holder("contributor");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let date = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
    for (column, name) in ["Mã riêng", "Tên tác phẩm", "Ngày làm"]
        .into_iter()
        .enumerate()
    {
        sheet
            .write_string(0, u16::try_from(column).unwrap(), name)
            .unwrap();
    }
    sheet.write_number(2, 0, 17.0).unwrap();
    sheet.write_string(2, 1, "Từ Excel").unwrap();
    // Day 44818 of Excel is 2022-09-14, by Python's datetime from 1899-12-30.
    sheet
        .write_number_with_format(2, 2, 44818.0, &date)
        .unwrap();
    let import = check(&contributor, &book.save_to_buffer().unwrap(), "name=a.xlsx");
    assert_eq!(import["checked"], counts(1, 0, 0, 0));
    assert_eq!(rows(&contributor, &import)[0]["row"], 3);
    start(&contributor, &import);
    finished(&contributor, &import);
    let made = works(&contributor);
    let work = titled(&made, "Từ Excel");
    assert_eq!(
        (&work["made"], &work["identifiers"][0]["value"]),
        (&json!("2022-09-14"), &json!("17"))
    );

    // OpenDocument 1.3, part 3, clause 9: an empty cell that is repeated, and a million empty rows as LibreOffice writes them.
    let content = "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
        xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">\
        <office:body><office:spreadsheet><table:table table:name=\"Bảng\">\
        <table:table-row><table:table-cell table:number-columns-repeated=\"2\"/><table:table-cell><text:p>Title</text:p></table:table-cell></table:table-row>\
        <table:table-row><table:table-cell table:number-columns-repeated=\"2\"/><table:table-cell><text:p>Từ LibreOffice</text:p></table:table-cell></table:table-row>\
        <table:table-row table:number-rows-repeated=\"1048574\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>\
        </table:table></office:spreadsheet></office:body></office:document-content>";
    let ods = zip(&[
        (
            "mimetype",
            b"application/vnd.oasis.opendocument.spreadsheet",
        ),
        ("content.xml", content.as_bytes()),
    ]);
    let import = check(&contributor, &ods, "name=a.ods");
    assert_eq!(
        import["checked"],
        counts(1, 0, 0, 0),
        "{:?}",
        rows(&contributor, &import)
    );
}

#[test]
fn tables_that_cannot_be_read_and_bombs_are_refused() {
    let archive = Archive::start();
    let contributor = archive.holder("contributor");
    let row = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Title</t></is></c></row>";
    let bomb = row.to_owned() + &" ".repeat(80 << 20);
    let bomb = zip(&[
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/worksheets/sheet1.xml", bomb.as_bytes()),
    ]);
    for (table, rule) in [
        (&b"Ti\xeau,T\xebp\n1,2\n"[..], "not-utf8"),
        (b"Tri\n1\n", "empty-table"),
        (b"Title\n", "empty-table"),
        (b"PK\x03\x04 and no more", "no-table"),
        (&bomb, "too-long"),
    ] {
        let refused = try_check(&contributor, table, "name=x");
        assert_eq!(refused.status, 422, "{rule}: {}", refused.text());
        assert_eq!(refused.json()["errors"][0]["rule"], rule);
    }
    let no_zip = upload(&contributor, b"not a zip", "x.zip");
    let refused = try_check(&contributor, TABLE.as_bytes(), &format!("archive={no_zip}"));
    assert_eq!(refused.json()["errors"][0]["rule"], "no-archive");
    let anybody = archive.anybody();
    assert_eq!(try_check(&anybody, TABLE.as_bytes(), "name=x").status, 401);
    assert_eq!(anybody.get(IMPORTS).status, 401);
}

/// Puts another name of the same length into an archive.
fn renamed(mut archive: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    for at in 0..archive.len() - from.len() {
        if archive[at..].starts_with(from.as_bytes()) {
            archive[at..at + to.len()].copy_from_slice(to.as_bytes());
        }
    }
    archive
}

#[test]
fn hostile_archives_give_nothing_but_the_files_inside() {
    let archive = Archive::start();
    let contributor = archive.holder("contributor");
    let files = zip(&[
        ("good.txt", b"good"),
        ("xx/evil.txt", b"evil"),
        ("twice_1.txt", b"one"),
        ("twice_2.txt", b"two"),
        ("Case.txt", b"upper"),
        ("case.txt", b"lower"),
    ]);
    let files = renamed(files, "xx/evil.txt", "../evil.txt");
    let files = renamed(files, "twice_2.txt", "twice_1.txt");
    let files = upload(&contributor, &files, "x.zip");
    let single = upload(&contributor, b"single", "Lẻ.txt");
    let table = "Title,Files\n\
        a,good.txt\nb,../evil.txt\nc,evil.txt\nd,twice_1.txt\ne,case.txt\nf,CASE.TXT\ng,lẻ.TXT\nh,/etc/passwd\n";
    let import = check(
        &contributor,
        table.as_bytes(),
        &format!("archive={files}&file={single}"),
    );
    let outcomes: Vec<_> = rows(&contributor, &import)
        .iter()
        .map(|row| row["outcome"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        outcomes,
        [
            "created", "refused", "refused", "created", "created", "refused", "created", "refused"
        ]
    );
    start(&contributor, &import);
    let done = finished(&contributor, &import);
    assert_eq!(done["imported"], counts(4, 0, 0, 4));
    let made = works(&contributor);
    // Of two entries with one name the later counts, as for unzip.
    assert_eq!(titled(&made, "d")["files"].as_array().unwrap().len(), 1);
    let lower = titled(&made, "e")["files"][0].clone();
    assert_eq!(lower["size"], 5);
    assert_eq!(
        titled(&made, "g")["files"][0]["name"],
        "Lẻ.txt".replace('L', "l").replace(".txt", ".TXT")
    );
}

#[test]
fn an_import_belongs_to_who_checked_it_and_can_be_cancelled() {
    let archive = Archive::start();
    let contributor = archive.holder("contributor");
    let import = check(&contributor, b"Title\nOne\n", "name=one.csv");
    let other = archive.holder_of("contributor", Some("ppc"));
    assert_eq!(other.get(&path(&import)).status, 404);
    assert_eq!(
        other
            .send("POST", &format!("{}/start", path(&import)), &[], &[])
            .status,
        404
    );
    assert_eq!(other.get(IMPORTS).json()["items"], json!([]));
    let editor = archive.holder("editor");
    assert_eq!(editor.get(&path(&import)).status, 200);
    assert_eq!(
        editor
            .send("POST", &format!("{}/start", path(&import)), &[], &[])
            .status,
        403
    );
    let listed = contributor.get(IMPORTS).json();
    assert_eq!(listed["items"][0]["id"], import["id"]);

    let cancelled = contributor.send("POST", &format!("{}/cancel", path(&import)), &[], &[]);
    assert_eq!(cancelled.json()["state"], "cancelled");
    let refused = contributor.send("POST", &format!("{}/start", path(&import)), &[], &[]);
    assert_eq!(refused.status, 409);
    let result = contributor.get(&format!("{}/result", path(&import))).text();
    assert!(result.ends_with("One\n"), "{result}");
    assert_eq!(works(&contributor).len(), 0);
}

#[test]
fn the_end_of_an_import_is_the_end_of_its_events() {
    let archive = Archive::start();
    let contributor = archive.holder("contributor");
    let import = check(&contributor, b"Title\nOne\nTwo\n", "name=two.csv");
    start(&contributor, &import);
    let host = archive.base().trim_start_matches("http://").to_owned();
    let mut socket = TcpStream::connect(&host).unwrap();
    let token = contributor.token().unwrap();
    let request = format!(
        "GET {}/events HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n",
        path(&import)
    );
    socket.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("text/event-stream"), "{answer}");
    assert!(answer.contains("event: progress\ndata: {"), "{answer}");
    assert!(answer.contains("\"state\":\"done\""), "{answer}");
}

#[test]
fn templates_have_columns_that_are_read_again() {
    let archive = Archive::start();
    let contributor = archive.holder("contributor");
    for language in ["vi", "en"] {
        let template = contributor
            .get(&format!("{IMPORTS}/template?language={language}"))
            .text();
        let header = template.trim_end().split(',').count();
        let row = ",".repeat(header - 1);
        let table = format!("{template}{row}\n").replace(
            &format!("{row}\n"),
            &format!("1,,,Tên{}\n", ",".repeat(header - 4)),
        );
        let import = check(&contributor, table.as_bytes(), "name=t.csv");
        assert_eq!(import["unknown_columns"], Value::Null, "{template}");
        assert_eq!(
            import["checked"],
            counts(1, 0, 0, 0),
            "{:?}",
            rows(&contributor, &import)
        );
        let book = contributor.get(&format!(
            "{IMPORTS}/template?format=xlsx&language={language}"
        ));
        assert!(book.body.starts_with(b"PK"));
    }
}

#[test]
fn the_command_line_imports_a_table_with_a_folder() {
    let archive = Archive::start();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("anh")).unwrap();
    for (name, text) in [
        ("anh/a1.txt", "Một"),
        ("anh/a2.txt", "Hai"),
        ("phu luc.txt", "Ba"),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let table = TABLE
        .replace("\r\n", ";dic\r\n")
        .replacen(";dic", ";Cơ quan", 1)
        + "A-3;;;nope;;;;;;dic\r\n";
    let file = folder.path().join("bang.csv");
    std::fs::write(&file, table).unwrap();
    let to_mend = folder.path().join("can-sua.csv");
    let run = |more: &[&str]| {
        let mut import = command();
        import
            .arg("import")
            .arg(&file)
            .arg("--result")
            .arg(&to_mend);
        let output = import
            .args(more)
            .arg("--data")
            .arg(archive.data())
            .env("LANG", "en_US.UTF-8")
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(
        run(&["--dry-run"]),
        "2 created, 0 changed, 0 unchanged, 1 refused\n"
    );
    let editor = archive.holder("editor");
    assert_eq!(works(&editor).len(), 0);
    assert_eq!(run(&[]), "2 created, 0 changed, 0 unchanged, 1 refused\n");
    assert_eq!(
        titled(&works(&editor), "Áp phích một")["files"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(
        std::fs::read_to_string(&to_mend).unwrap().lines().count(),
        2
    );
    assert_eq!(run(&[]), "0 created, 0 changed, 2 unchanged, 1 refused\n");
}
