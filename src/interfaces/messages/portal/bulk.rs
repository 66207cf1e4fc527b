//! Texts of acts on many works.

use super::format;
use crate::interfaces::messages::Language;

super::texts! {
    /// Texts of acts on many works.
    BulkTexts {
        title: "Sửa hàng loạt", "Change many works";
        nothing: "Chưa chọn tác phẩm nào. Hãy chọn ở hàng chờ duyệt hoặc ở trang tìm kiếm.", "No works are selected. Please select some in the review queue or by a search.";
        all_found: "Mọi tác phẩm khớp tìm kiếm", "All works that the search finds";
        act: "Làm gì với mỗi tác phẩm", "What is done to each work";
        fields: "Các mục sẽ ghi", "Fields to write";
        fields_hint: "Chỉ những mục được chọn mới bị ghi; mục khác giữ nguyên.", "Only chosen fields are written; all others stay.";
        keep: "giữ nguyên", "keep";
        set: "đặt là", "set to";
        add: "thêm", "add";
        value: "Giá trị", "Value";
        choose: "Chọn…", "Choose…";
        reason: "Lý do (khi trả lại: cho người gửi; khi rút: cho công chúng)", "Why (returning: for the contributor; withdrawing: for the public)";
        preview: "Xem trước", "Preview";
        preview_title: "Xem trước khi ghi", "Before anything is written";
        run: "Thực hiện", "Do it";
        edit: "Sửa lại", "Change the form";
        work: "Tác phẩm", "Work";
        outcome: "Kết quả", "Result";
        why: "Vì sao", "Why";
        only_first: "Chỉ hiện một phần; những tác phẩm bị từ chối đứng trước.", "Only a part is shown; refused works stand first.";
        refused_form: "Chưa làm được", "Not done";
        number_changed: "Số tác phẩm khớp tìm kiếm đã khác. Hãy xem lại.", "The number of works that the search finds has changed. Please look again.";
        running: "Đang làm. Tải lại trang để xem tiếp.", "In progress. Reload the page to see more.";
        reload: "Tải lại", "Reload";
        undo: "Hoàn tác", "Undo";
        undo_until: "Hoàn tác được đến", "Can be undone until";
        not_undone_yet: "Chưa hoàn tác được: việc này còn đang chạy. Hãy đợi xong rồi hoàn tác.", "Not undone: the act is still in progress. Please wait until it is done.";
        undone: "Đã hoàn tác.", "Undone.";
        next: "Trang tiếp theo", "Next page";
    }
}

/// What an act is called.
pub fn act(name: &str, language: Language) -> &'static str {
    let (vietnamese, english) = match name {
        "describe" => ("ghi các mục đã chọn", "write the chosen fields"),
        "submit" => ("gửi cho biên tập", "submit to the editors"),
        "publish" => ("công bố", "publish"),
        "return" => ("trả lại", "return"),
        _ => ("rút lại", "withdraw"),
    };
    language.pick(vietnamese, english)
}

/// What came, or would come, of a work.
pub fn outcome(name: &str, language: Language) -> &'static str {
    let (vietnamese, english) = match name {
        "changed" => ("thay đổi", "changes"),
        "unchanged" => ("đã như vậy", "is like that"),
        "refused" => ("bị từ chối", "refused"),
        "undone" => ("đã hoàn tác", "undone"),
        "not-undone" => ("không hoàn tác được", "not undone"),
        _ => ("đang chờ", "waiting"),
    };
    language.pick(vietnamese, english)
}

/// How many works there are.
pub fn works(number: usize, language: Language) -> String {
    let count = format::number(number as u64, language);
    match (language, number) {
        (Language::Vietnamese, _) => format!("{count} tác phẩm"),
        (Language::English, 1) => format!("{count} work"),
        (Language::English, _) => format!("{count} works"),
    }
}
