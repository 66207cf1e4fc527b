//! Imports of tables as pages: form, report, start, result; without a script.

use crate::sign_in::{LOGIN, archive_with};
use crate::support::eventually;
use crate::support::reader::{Reader, location};
use crate::table_imports::zip;

#[test]
fn a_table_with_an_archive_is_checked_shown_and_imported() {
    let archive = archive_with("editor");
    let mut reader = Reader::signed_in(&archive, LOGIN);
    assert_eq!(reader.get("/nhap-bang").status, 200);
    let table = "Tên tác phẩm,Tệp,Ghi chú\nMột,a.txt,x\n\"Hai <b>\",khong-co.txt,\n";
    let files = zip(&[("a.txt", b"A")]);
    let sent = reader.post_files(
        "/nhap-bang",
        &[
            ("bảng.csv", "text/csv", table.as_bytes()),
            ("tep.zip", "application/zip", &files),
        ],
    );
    let address = location(&sent);
    assert_eq!(reader.get(&address).status, 200);
    assert!(
        reader.page.contains("<b>1</b> tác phẩm mới"),
        "{}",
        reader.page
    );
    assert!(reader.page.contains("<b>1</b> bị từ chối"));
    assert!(reader.page.contains("Tệp: khong-co.txt: không có tệp này"));
    assert!(reader.page.contains("Ghi chú"), "unknown columns are named");
    let started = reader.post_form(&address, &[("step", "start")]);
    assert_eq!(location(&started), address);
    eventually("the import is done", || {
        reader.get(&address);
        reader.page.contains("đã nhập xong").then_some(())
    });
    let english = address.replace("/nhap-bang", "/en/tables");
    reader.get(&english);
    assert!(reader.page.contains("<b>1</b> new work"), "{}", reader.page);
    assert!(reader.page.contains("khong-co.txt: there is no such file"));
    reader.get("/nhap-bang");
    assert!(reader.page.contains("bảng.csv"));
    assert!(reader.page.contains("đã nhập xong"));
}
