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
        refused: "Chưa làm được", "Not done";
        done: "Đã ghi quyết định.", "The decision is recorded.";
        next_page: "Trang tiếp theo", "Next page";
        not_applicable: "không cần", "not needed";
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
