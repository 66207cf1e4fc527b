//! What each role may do, in one sentence.

use super::Language;
use crate::domain::access::Role;

/// What the role may do.
pub const fn sentence(role: Role, language: Language) -> &'static str {
    let (vietnamese, english) = match role {
        Role::Admin => (
            "Vận hành kho: tài khoản, mã truy cập, công việc nền, và mọi việc của biên tập viên.",
            "Runs the archive: accounts, tokens, jobs, and all an editor may.",
        ),
        Role::Editor => (
            "Kiểm tra, gắn thẻ, công bố, đính chính và thu hồi tác phẩm của cơ quan mình và trực thuộc, hoặc của mọi cơ quan nếu không thuộc cơ quan nào.",
            "Checks, tags, publishes, corrects and withdraws works of its body and of those below it; without a body, of all.",
        ),
        Role::Contributor => (
            "Nộp và sửa tác phẩm của cơ quan mình và trực thuộc.",
            "Deposits and edits works of its body and of those below it.",
        ),
        Role::Reviewer => (
            "Người duyệt thứ hai: trả lại bài đã gửi, cho phê duyệt lần hai.",
            "The second approver: returns submissions, gives second approvals.",
        ),
        Role::Inspector => (
            "Thanh tra: chỉ đọc, kèm số liệu và nhật ký kiểm tra.",
            "Reads only, with figures and the audit trail.",
        ),
        Role::Station => (
            "Đài phát thanh, loa truyền thanh: lấy những gì dành cho đối tác.",
            "A radio or loudspeaker station: reads what is for partners.",
        ),
        Role::Partner => (
            "Hệ thống đối tác: thu thập những gì dành cho đối tác.",
            "A partner system: harvests what is for partners.",
        ),
    };
    language.pick(vietnamese, english)
}
