//! Texts of pages that say what went wrong.

super::texts! {
    /// Texts of pages that say what went wrong.
    ErrorTexts {
        home: "Về trang đầu", "Back to the start page";
        more: "Tìm hiểu thêm về lỗi này", "More about this problem";
        request_id: "Mã yêu cầu", "Request id";
        tell: "Khi báo lỗi, xin gửi kèm mã yêu cầu.", "When you report this, please send the request id along.";
        sign_in: "Đăng nhập", "Sign in";
        sign_in_title: "Trang này cần đăng nhập", "This page needs you to sign in";
        sign_in_text: "Sau khi đăng nhập, bạn trở lại đây.", "After signing in you come back here.";
    }
}
