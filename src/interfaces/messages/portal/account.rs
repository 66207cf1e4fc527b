//! Texts of the account of the holder.

use crate::domain::access::Permission;
use crate::interfaces::messages::Language;

super::texts! {
    /// Texts of the account of the holder.
    AccountTexts {
        title: "Tài khoản của tôi", "My account";
        not_done: "Chưa làm được", "Not done";
        login: "Tên đăng nhập", "Login name";
        role: "Vai trò", "Role";
        body: "Cơ quan", "Body";
        profile: "Tên hiển thị và ngôn ngữ", "Display line and language";
        display: "Dòng hiển thị, ví dụ tên phòng hoặc chức danh", "The line you are shown as, such as an office or a post";
        mail_language: "Ngôn ngữ của thư báo", "Language of messages by mail";
        save: "Lưu", "Save";
        password: "Mật khẩu", "Password";
        current: "Mật khẩu hiện nay", "Present password";
        new_password: "Mật khẩu mới", "New password";
        again: "Mật khẩu mới, nhập lại", "New password, again";
        password_rule: "Từ mười ký tự, khó đoán. Các phiên khác sẽ kết thúc.", "Ten characters or more, hard to guess. Your other sessions end.";
        change_password: "Đổi mật khẩu", "Change the password";
        prove: "Xác nhận đúng là bạn", "Prove that it is you";
        prove_why: "Lớp bảo vệ thứ hai, khóa đăng nhập và mã truy cập chỉ đổi được trong mười phút sau khi xác nhận.",
            "Second factor, passkeys and tokens can be changed within ten minutes after that.";
        code: "Mã sáu chữ số, hoặc mã khôi phục", "Six-digit code, or a recovery code";
        confirm: "Xác nhận", "Confirm";
        second_factor: "Lớp bảo vệ thứ hai", "Second factor";
        has_totp: "Đang bật: đăng nhập cần mã của ứng dụng.", "On: signing in needs a code of your generator.";
        no_totp: "Đang tắt: đăng nhập chỉ cần mật khẩu.", "Off: signing in needs the password only.";
        begin_totp: "Bật bằng ứng dụng tạo mã", "Set up a one-time password generator";
        totp_how: "Mở liên kết trên điện thoại có ứng dụng tạo mã, hoặc gõ khóa này vào ứng dụng. Sau đó gõ mã mà ứng dụng hiện ra.",
            "Open the link on a phone with a generator, or type this key into it. Then type the code that it shows.";
        totp_link: "Mở trong ứng dụng tạo mã", "Open in the generator";
        totp_key: "Khóa", "Key";
        totp_code: "Mã sáu chữ số của ứng dụng", "Six-digit code of the generator";
        turn_on: "Bật", "Turn on";
        remove_totp: "Tắt lớp bảo vệ thứ hai", "Turn the second factor off";
        renew_codes: "Làm mã khôi phục mới", "Make new recovery codes";
        codes: "Mã khôi phục", "Recovery codes";
        codes_once: "Chỉ hiện một lần. Hãy in hoặc chép lại, cất nơi an toàn. Mỗi mã dùng một lần.",
            "Shown this once. Print or write them down and keep them safe. Each can be used once.";
        passkeys: "Khóa đăng nhập (passkey)", "Passkeys";
        no_passkeys: "Chưa có khóa nào.", "No passkeys yet.";
        passkey_needs: "Thêm khóa cần trình duyệt bật JavaScript và địa chỉ https.", "Adding one needs JavaScript and an https address.";
        passkey_name: "Đặt tên cho khóa", "What to call it";
        add_passkey: "Thêm khóa", "Add a passkey";
        passkey_failed: "Chưa thêm được khóa.", "The passkey was not added.";
        remove: "Gỡ", "Remove";
        sessions: "Các phiên đang mở", "Open sessions";
        this_session: "phiên này", "this session";
        since: "Từ", "Since";
        last_used: "Dùng lần cuối", "Last used";
        end: "Kết thúc", "End";
        end_others: "Kết thúc mọi phiên khác", "End all other sessions";
        tokens: "Mã truy cập cho chương trình", "Tokens for programs";
        no_tokens: "Chưa có mã nào.", "No tokens yet.";
        token_for: "Dùng để làm gì", "What it is for";
        token_scopes: "Được làm gì (bỏ trống: như tài khoản)", "What it may do (none chosen: as the account)";
        token_lasts: "Mã có hạn chín mươi ngày.", "It is valid for ninety days.";
        create_token: "Tạo mã", "Create a token";
        token_once: "Mã mới, chỉ hiện một lần", "The new token, shown this once";
        expires: "Hết hạn", "Expires";
        ended: "đã hết", "ended";
        rotate: "Thay mã", "Replace the secret";
        revoke: "Thu hồi", "Revoke";
        choose_password: "Chọn mật khẩu", "Choose a password";
        link_rule: "Mật khẩu có ít nhất mười ký tự và khó đoán.", "A password has ten characters or more and is hard to guess.";
        use_password: "Dùng mật khẩu này", "Use this password";
        password_chosen: "Đã chọn mật khẩu", "The password is chosen";
        can_sign_in: "Bạn có thể đăng nhập bằng mật khẩu này.", "You can sign in with this password.";
        sign_in: "Đăng nhập", "Sign in";
        forgotten: "Quên mật khẩu", "Forgotten password";
        forgotten_how: "Nếu tài khoản có địa chỉ thư, bạn sẽ nhận một liên kết dùng một lần để chọn mật khẩu mới.",
            "If the account has an address of mail, you get a one-time link to choose a new password.";
        send_link: "Gửi liên kết", "Send the link";
        link_sent: "Nếu có tài khoản với tên đó, thư đang được gửi.", "If there is an account with this name, a message is on its way.";
        no_mail: "Kho này không gửi thư. Hãy nhờ người quản trị đặt lại mật khẩu.", "This archive sends no mail. Please ask an administrator for a reset.";
    }
}

/// What a permission allows.
pub const fn permission(permission: Permission, language: Language) -> &'static str {
    match permission {
        Permission::Read => language.pick("đọc", "read"),
        Permission::KeepSearches => language.pick("lưu tìm kiếm", "save searches"),
        Permission::FollowUp => language.pick("theo dõi việc duyệt", "follow the review"),
        Permission::Deposit => language.pick("gửi tác phẩm", "deposit works"),
        Permission::Review => language.pick("duyệt", "review"),
        Permission::Curate => language.pick("công bố và rút", "publish and withdraw"),
        Permission::Inspect => language.pick("xem số liệu vận hành", "see operational figures"),
        Permission::Audit => language.pick("đọc nhật ký kiểm tra", "read the audit trail"),
        Permission::Administer => language.pick("quản trị", "administer"),
    }
}
