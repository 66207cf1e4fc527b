//! Texts of administration.

use super::format;
use crate::domain::access::Role;
use crate::domain::account::AccountState;
use crate::interfaces::messages::Language;
use crate::services::access_requests::RequestState;

super::texts! {
    /// Texts of administration.
    AdminTexts {
        title: "Quản trị", "Administration";
        not_done: "Chưa làm được", "Not done";
        prove: "Xác nhận đúng là bạn trước khi đổi tài khoản và quyền truy cập", "Prove that it is you before you change accounts and access";
        link: "Liên kết dùng một lần, chỉ hiện một lần. Hãy đưa tận tay người giữ tài khoản.", "The one-time link, shown this once. Please hand it over to the holder.";
        granted: "Mã nhận quyền, chỉ hiện một lần. Hãy đưa tận tay cơ quan đã hỏi: chương trình của họ gửi mã này trong mục link tới địa chỉ dưới đây để nhận mã truy cập, trong vòng ba ngày.",
            "The code of the grant, shown this once. Please hand it over to the body that asked: within three days its program fetches its token by sending the code as link to the address below.";
        mailed: "Liên kết dùng một lần được gửi tới", "The one-time link is mailed to";
        health: "Tình trạng", "Health";
        catalogue: "Danh mục", "Catalogue";
        writable: "nhận thay đổi", "takes changes";
        read_only: "chỉ đọc đến khi khởi động lại", "read-only until a restart";
        damaged: "Chỗ hỏng", "Damaged places";
        index: "Chỉ mục tìm kiếm", "Search index";
        current: "đầy đủ", "current";
        rebuilding: "đang dựng lại", "being rebuilt";
        behind: "Sự kiện chưa vào chỉ mục", "Events not searchable yet";
        free: "Đĩa còn trống", "Free disk space";
        works: "Tác phẩm", "Works";
        programs: "Chương trình còn thiếu", "Programs that are missing";
        none: "không", "none";
        requests: "Yêu cầu truy cập", "Requests for access";
        no_requests: "Không có yêu cầu nào.", "There are no requests.";
        purpose: "Để làm gì", "Purpose";
        contact: "Liên hệ", "Contact";
        due: "Hạn", "Due";
        overdue: "quá hạn", "overdue";
        review: "Đang xem xét", "Take into review";
        body: "Cơ quan", "Body";
        choose: "Chọn…", "Choose…";
        grant: "Cấp quyền", "Grant";
        reason: "Lý do từ chối", "Why it is refused";
        refuse: "Từ chối", "Refuse";
        accounts: "Tài khoản", "Accounts";
        invite: "Mời tài khoản mới", "Invite a new account";
        login: "Tên đăng nhập: địa chỉ thư của phòng hoặc chức danh", "Login name: the mail address of an office or post";
        display: "Dòng hiển thị", "Display line";
        role: "Vai trò", "Role";
        send: "Mời", "Invite";
        reset: "Đặt lại", "Reset";
        close: "Đóng", "Close";
        jobs: "Công việc nền", "Background jobs";
        no_jobs: "Không có công việc nào bị bỏ.", "No jobs were given up.";
        failures: "lần hỏng", "failures";
        retry: "Làm lại", "Try again";
        audit: "Nhật ký kiểm tra, mới nhất", "Audit trail, newest";
        export: "Tải nhật ký: CSV", "Download the trail: CSV";
        when: "Lúc", "When";
        who: "Ai", "Who";
        what: "Việc", "What";
        about: "Về", "About";
        next: "Trang tiếp theo", "Next page";
    }
}

/// What a role is called.
pub const fn role(role: Role, language: Language) -> &'static str {
    match role {
        Role::Admin => language.pick("quản trị", "administrator"),
        Role::Editor => language.pick("biên tập viên", "editor"),
        Role::Reviewer => language.pick("người duyệt thứ hai", "second approver"),
        Role::Contributor => language.pick("người gửi", "contributor"),
        Role::Station => language.pick("đài phát thanh", "station"),
        Role::Partner => language.pick("đối tác", "partner"),
        Role::Inspector => language.pick("thanh tra", "inspector"),
    }
}

/// What the state of an account is called.
pub const fn account_state(state: AccountState, language: Language) -> &'static str {
    match state {
        AccountState::Invited => language.pick("đã mời", "invited"),
        AccountState::Active => language.pick("đang dùng", "active"),
        AccountState::Closed { .. } => language.pick("đã đóng", "closed"),
    }
}

/// What the state of a request is called.
pub const fn request_state(state: RequestState, language: Language) -> &'static str {
    match state {
        RequestState::Received => language.pick("mới nhận", "received"),
        RequestState::InReview => language.pick("đang xem xét", "in review"),
        RequestState::Granted => language.pick("đã cấp", "granted"),
        RequestState::Refused => language.pick("đã từ chối", "refused"),
        RequestState::Withdrawn => language.pick("đã rút", "withdrawn"),
    }
}

/// For how many working days a request waits.
pub fn working_days(days: u32, language: Language) -> String {
    let number = format::number(days.into(), language);
    match (language, days) {
        (Language::Vietnamese, _) => format!("đã {number} ngày làm việc"),
        (Language::English, 1) => "1 working day".to_owned(),
        (Language::English, _) => format!("{number} working days"),
    }
}
