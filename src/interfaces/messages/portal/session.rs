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
        session_ended: "Phiên làm việc đã hết. Hãy đăng nhập lại bằng cùng tài khoản.", "Your session has ended. Please sign in again with the same account.";
        signed_in_again: "Bạn đã đăng nhập lại", "You are signed in again";
        text_is_kept: "Chữ bạn đã gõ vẫn còn nguyên.", "What you typed is kept, to the letter.";
        back_to_form: "Trở lại biểu mẫu", "Back to the form";
        text_of_other: "Chữ gõ trước đó thuộc tài khoản khác nên không hiện ở đây.", "The text that was typed before belongs to another account and is not shown here.";
        home: "Về trang đầu", "Back to the start page";
        forgotten: "Quên mật khẩu?", "Forgotten your password?";
        with_passkey: "Đăng nhập bằng khóa (passkey)", "Sign in with a passkey";
        passkey_failed: "Chưa đăng nhập được bằng khóa.", "Signing in with the passkey failed.";
        go_on: "Tiếp tục", "Continue";
    }
}
