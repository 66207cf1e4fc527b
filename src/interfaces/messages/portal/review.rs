//! Texts of the review queue.

use crate::domain::asset::StateName;
use crate::interfaces::messages::Language;

super::texts! {
    /// Texts of the review queue.
    ReviewTexts {
        title: "Hàng chờ duyệt", "Review queue";
        nothing: "Không có tác phẩm nào chờ.", "No works are waiting.";
        nothing_hint: "Tác phẩm mới gửi sẽ hiện ở đây.", "Works that are submitted appear here.";
        waiting: "Đang chờ", "Waiting";
        conditions: "Điều kiện công bố", "Conditions of publication";
        all_met: "Đủ mọi điều kiện.", "All conditions are met.";
        decide: "Quyết định", "Decide";
        accept: "Chấp nhận", "Accept";
        approve: "Phê duyệt lần hai", "Second approval";
        publish: "Công bố", "Publish";
        return_it: "Trả lại", "Return";
        reason: "Lý do trả lại", "Why it is returned";
        withdraw: "Rút lại", "Withdraw";
        withdraw_reason: "Lý do rút, cho công chúng", "Why it is withdrawn, for the public";
        see: "Xem trang tác phẩm", "See the page of the work";
        changed: "Tác phẩm đã thay đổi trong lúc bạn xem. Hãy xem lại rồi quyết định.",
            "The work has changed while you looked at it. Please look again, then decide.";
        changed_field: "Mục", "Field";
        changed_before: "Bạn đã thấy", "You saw";
        changed_after: "Bây giờ", "Now";
        full_text: "Toàn văn", "Full text";
        select: "Chọn", "Select";
        bulk: "Sửa các tác phẩm đã chọn", "Change the selected works";
        edit: "Sửa mô tả", "Edit the description";
        keys: "Phím tắt", "Keys";
        keys_on: "Dùng phím tắt", "Use keys";
        key_next: "tác phẩm sau, trước", "next, previous work";
        key_accept: "chấp nhận", "accept";
        key_return: "trả lại: gõ lý do rồi Enter", "return: type why, then Enter";
        key_publish: "công bố", "publish";
        key_tag: "sửa mô tả, gắn thẻ", "edit the description, tag";
        key_select: "chọn để sửa hàng loạt", "select for a bulk change";
        key_undo: "hoàn tác, ở trang kết quả sửa hàng loạt", "undo, on the page of a bulk change";
        key_help: "trợ giúp này", "this help";
        refused: "Chưa làm được", "Not done";
        previous_page: "Trang trước", "Previous page";
        next_page: "Trang tiếp theo", "Next page";
        met: "đủ", "met";
        missing: "thiếu", "missing";
    }
}

/// What a state is called.
pub const fn state(state: StateName, language: Language) -> &'static str {
    match state {
        StateName::Draft => language.pick("bản nháp", "draft"),
        StateName::Submitted => language.pick("đã gửi", "submitted"),
        StateName::Returned => language.pick("bị trả lại", "returned"),
        StateName::Accepted => language.pick("đã chấp nhận", "accepted"),
        StateName::Published => language.pick("đã công bố", "published"),
        StateName::Withdrawn => language.pick("đã rút", "withdrawn"),
    }
}

/// What a field of a work is called.
pub fn field(name: &str, language: Language) -> &str {
    let (vietnamese, english) = match name {
        "titles" => ("Tên tác phẩm", "Title"),
        "descriptions" => ("Mô tả ngắn", "Short description"),
        "body" => ("Toàn văn", "Full text"),
        "kind" => ("Loại", "Kind"),
        "languages" => ("Ngôn ngữ", "Languages"),
        "places" => ("Nơi", "Places"),
        "made" => ("Ngày làm", "Made on"),
        "strand" => ("Mạch nội dung", "Strand"),
        "themes" => ("Chủ đề", "Themes"),
        "credit_line" => ("Dòng ghi nguồn", "Credit line"),
        "reuse_terms" => ("Điều kiện dùng lại", "Terms of use"),
        "people_shown" => ("Người nhận ra được", "People who can be recognised"),
        "files" => ("Tệp", "Files"),
        "state" => ("Trạng thái", "State"),
        other => (other, other),
    };
    language.pick(vietnamese, english)
}
