//! The texts of mail.

use super::Language;
use crate::domain::account::AccountLanguage;
use crate::domain::notification::NotificationKind;
use crate::services::mail::{AccessAnswer, Letter, LinkPurpose, MessageText, News};

/// Writes a message in a language.
pub fn compose(letter: &Letter, language: AccountLanguage) -> MessageText {
    let language = Language::of_tag(language.tag());
    match letter {
        Letter::AccountLink {
            purpose,
            login,
            address,
            until,
        } => account_link(*purpose, login, address, &until.to_string(), language),
        Letter::News {
            news,
            is_digest,
            unsubscribe,
        } => notifications(news, *is_digest, unsubscribe, language),
        Letter::AccessAnswer {
            answer,
            body,
            address,
        } => access_answer(answer, body, address),
        Letter::Test => test_message(language),
    }
}

fn account_link(
    purpose: LinkPurpose,
    login: &str,
    address: &str,
    until: &str,
    language: Language,
) -> MessageText {
    let [subject, why, otherwise] = match purpose {
        LinkPurpose::Invitation => language.pick(
            [
                "Kho Chung: lời mời mở tài khoản",
                "Một tài khoản đã được tạo cho đơn vị của bạn trong Kho Chung.",
                "Nếu thư này không dành cho bạn, hãy bỏ qua: tài khoản không dùng được khi chưa có mật khẩu.",
            ],
            [
                "Kho Chung: your account is ready to be opened",
                "An account was created for your post in Kho Chung.",
                "If this message is not for you, ignore it: the account cannot be used without a password.",
            ],
        ),
        LinkPurpose::Reset => language.pick(
            [
                "Kho Chung: chọn mật khẩu mới",
                "Người quản trị đã xóa mật khẩu và lớp xác thực thứ hai của tài khoản này.",
                "Nếu bạn không yêu cầu việc này, hãy hỏi người quản trị.",
            ],
            [
                "Kho Chung: choose a new password",
                "An administrator took the password and the second factor of this account away.",
                "If you did not ask for this, ask the administrator.",
            ],
        ),
        LinkPurpose::Forgotten => language.pick(
            [
                "Kho Chung: chọn mật khẩu mới",
                "Có người vừa báo đã quên mật khẩu của tài khoản này.",
                "Nếu không phải bạn, hãy bỏ qua thư này: mật khẩu hiện nay vẫn dùng được.",
            ],
            [
                "Kho Chung: choose a new password",
                "Somebody said that the password of this account was forgotten.",
                "If it was not you, ignore this message: the present password stays valid.",
            ],
        ),
    };
    let [name, choose, valid] = language.pick(
        [
            "Tên đăng nhập",
            "Mở địa chỉ sau để chọn mật khẩu:",
            "Địa chỉ này dùng được một lần, đến",
        ],
        [
            "Login name",
            "Open this address to choose a password:",
            "The address can be used once, until",
        ],
    );
    MessageText {
        subject: subject.to_owned(),
        body: format!(
            "{why}\n\n{name}: {login}\n\n{choose}\n\n{address}\n\n{valid} {until}.\n\n{otherwise}\n"
        ),
    }
}

/// What a notification says.
pub const fn happened(kind: NotificationKind, language: Language) -> &'static str {
    match kind {
        NotificationKind::Returned => language.pick(
            "Tác phẩm bạn nộp đã được trả lại",
            "A work that you deposited was returned",
        ),
        NotificationKind::Assigned => language.pick(
            "Một tác phẩm được giao cho bạn",
            "A work was assigned to you",
        ),
        NotificationKind::Withdrawn => language.pick(
            "Tác phẩm bạn nộp đã bị thu hồi",
            "A work that you deposited was withdrawn",
        ),
        NotificationKind::ConsentEnding => language.pick(
            "Đồng ý cho đăng tác phẩm bạn nộp sắp hết hạn",
            "The consent for a work that you deposited ends in a month",
        ),
    }
}

fn notifications(
    news: &[News],
    is_digest: bool,
    unsubscribe: &str,
    language: Language,
) -> MessageText {
    let [daily, gone, end] = language.pick(
        [
            "việc mới trong ngày",
            "(tác phẩm không còn nữa)",
            "Không muốn nhận thư này nữa",
        ],
        [
            "news of the day",
            "(the work is gone)",
            "To get no more of these messages",
        ],
    );
    let single = news.first().filter(|_| !is_digest);
    let subject = single.map_or(daily, |news| happened(news.kind, language));
    let lines = news.iter().map(|news| {
        let title = news.title.as_deref().unwrap_or(gone);
        let what = happened(news.kind, language);
        format!("{what}: {title}\n{}\n{}\n\n", news.at, news.address)
    });
    let lines: String = lines.collect();
    MessageText {
        subject: format!("Kho Chung: {subject}"),
        body: format!("{lines}{end}:\n{unsubscribe}\n"),
    }
}

/// In both languages: nobody asked the office which one it reads.
fn access_answer(answer: &AccessAnswer, body: &str, address: &str) -> MessageText {
    let (subject, what) = match answer {
        AccessAnswer::Granted => (
            "Kho Chung: yêu cầu truy cập được chấp thuận / access granted",
            [
                "Yêu cầu truy cập đã được chấp thuận. Người quản trị kho sẽ trao cho đơn vị một đường dẫn dùng một lần để lấy mã truy cập; đường dẫn không được gửi qua thư.".to_owned(),
                "The request for access was granted. The administrator of the archive hands a one-time link over, with which the token is fetched; it is never mailed.".to_owned(),
            ],
        ),
        AccessAnswer::Refused { reason } => (
            "Kho Chung: yêu cầu truy cập bị từ chối / access refused",
            [
                format!("Yêu cầu truy cập đã bị từ chối. Lý do: {reason}"),
                format!("The request for access was refused. Reason: {reason}"),
            ],
        ),
    };
    let [vi, en] = what;
    MessageText {
        subject: subject.to_owned(),
        body: format!(
            "{body}\n\n{vi}\n\n{en}\n\n\
             Xem yêu cầu bằng mã biên nhận / With the receipt code the request is shown at:\n{address}\n"
        ),
    }
}

fn test_message(language: Language) -> MessageText {
    let [subject, body] = language.pick(
        [
            "Kho Chung: thư thử",
            "Thư này cho biết Kho Chung gửi thư được.\n",
        ],
        [
            "Kho Chung: test message",
            "This message shows that Kho Chung can send mail.\n",
        ],
    );
    MessageText {
        subject: subject.to_owned(),
        body: body.to_owned(),
    }
}
