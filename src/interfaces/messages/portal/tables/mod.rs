//! Texts of imports of tables.

use crate::interfaces::messages::Language;

super::texts! {
    /// Texts of imports of tables.
    TableTexts {
        title: "Nhập từ bảng", "Import a table";
        lead: "Mỗi dòng của bảng (Excel, LibreOffice hoặc CSV) là một tác phẩm. Kho kiểm tra trước, chưa thay đổi gì; sau đó mới nhập.", "Each row of the table (Excel, LibreOffice or CSV) is a work. The archive checks it first and changes nothing; then you start the import.";
        template: "Bảng mẫu", "Template";
        table: "Bảng (XLSX, ODS, CSV)", "Table (XLSX, ODS, CSV)";
        archive: "Các tệp của tác phẩm, trong một tệp ZIP (nếu có)", "The files of the works in a ZIP (if there are some)";
        check: "Kiểm tra", "Check";
        refused_table: "Chưa kiểm tra được", "Not checked";
        no_table: "Hãy chọn một bảng.", "Please choose a table.";
        mine: "Các lần nhập của tôi", "My imports";
        none: "Chưa có lần nhập nào trong 30 ngày qua.", "None in the last thirty days.";
        report: "Kết quả kiểm tra", "Report of the check";
        result: "Kết quả nhập", "What was imported";
        unknown: "Cột không được đọc vì kho không nhận ra tên:", "Columns that were not read, because their names mean nothing here:";
        start: "Bắt đầu nhập", "Start the import";
        cancel: "Hủy", "Cancel";
        running: "Đang nhập.", "The import is running.";
        reload: "Tải lại", "Reload";
        to_mend: "Tải các dòng cần sửa (CSV)", "Download the rows to mend (CSV)";
        row: "Dòng", "Row";
        outcome: "Kết quả", "Result";
        details: "Chi tiết", "Details";
        work: "Mở tác phẩm", "Open the work";
        all: "Tất cả", "All";
        no_rows: "Không có dòng nào như vậy.", "No such rows.";
        next: "Trang tiếp theo", "Next page";
    }
}

/// What comes, or came, of a row.
pub fn outcome(name: &str, language: Language) -> &'static str {
    let (vietnamese, english) = match name {
        "created" => ("tác phẩm mới", "new work"),
        "changed" => ("thay đổi", "changed"),
        "unchanged" => ("không đổi", "unchanged"),
        _ => ("bị từ chối", "refused"),
    };
    language.pick(vietnamese, english)
}

/// How far an import is.
pub fn phase(name: &str, language: Language) -> &'static str {
    let (vietnamese, english) = match name {
        "checking" => ("đang kiểm tra", "being checked"),
        "checked" => ("đã kiểm tra, chưa nhập", "checked, not imported"),
        "running" => ("đang nhập", "running"),
        "done" => ("đã nhập xong", "done"),
        _ => ("đã hủy", "cancelled"),
    };
    language.pick(vietnamese, english)
}
