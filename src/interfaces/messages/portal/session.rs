//! Texts of signing in and out.

super::texts! {
    /// Texts of signing in and out.
    SessionTexts {
        title: "Đăng nhập", "Sign in";
        error: "Lỗi", "Error";
        not_needed: "Đọc, tìm và tải thì không cần đăng nhập.", "Reading, searching and downloading need no account.";
        login: "Tên đăng nhập hoặc thư điện tử", "Login name or e-mail address";
        password: "Mật khẩu", "Password";
        sign_in: "Đăng nhập", "Sign in";
        wrong_password: "Tên hoặc mật khẩu không đúng. Hãy gõ lại.", "Wrong name or password. Please type them again.";
        failed: "Chưa đăng nhập được", "Not signed in";
        code: "Mã sáu chữ số, hoặc mã khôi phục", "Six-digit code, or a recovery code";
        code_hint: "Từ ứng dụng tạo mã của bạn.", "From your one-time password generator.";
        wrong_code: "Mã không đúng hoặc đã dùng rồi.", "The code is wrong, or was used before.";
        go_on: "Tiếp tục", "Continue";
    }
}
