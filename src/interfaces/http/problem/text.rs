//! The text of problems: a title for each type, and what the caller can do.

use super::Problem;
use crate::interfaces::messages::Language;
use crate::storage::catalog::Resource;

/// The title of the type: the same for every occurrence (RFC 9457, section 3.1.3).
pub const fn title(problem: &Problem, language: Language) -> &'static str {
    let (vietnamese, english) = match problem {
        Problem::MalformedRequest => ("Yêu cầu sai dạng", "Malformed request"),
        Problem::MalformedJson { .. } => ("JSON sai dạng", "Malformed JSON"),
        Problem::InvalidParameter { .. } | Problem::UnknownParameter { .. } => {
            ("Tham số không hợp lệ", "Invalid parameter")
        }
        Problem::WrongCursor => ("Con trỏ không thuộc danh sách này", "Wrong cursor"),
        Problem::IncompleteBody => ("Nội dung gửi lên bị thiếu", "Incomplete body"),
        Problem::DigestMismatch => ("Mã băm không khớp", "Digest mismatch"),
        Problem::Unauthenticated => ("Cần mã truy cập", "Token required"),
        Problem::InvalidToken => ("Mã truy cập không hợp lệ", "Invalid token"),
        Problem::WrongCredentials => ("Đăng nhập không đúng", "Wrong credentials"),
        Problem::CrossSite => ("Yêu cầu từ trang khác", "Cross-site request"),
        Problem::ReauthenticationRequired => ("Cần xác nhận lại", "Reauthentication required"),
        Problem::LinkNotValid => ("Liên kết không còn dùng được", "Link not valid"),
        Problem::Forbidden => ("Không có quyền", "Forbidden"),
        Problem::NotFound => ("Không tìm thấy", "Not found"),
        Problem::MethodNotAllowed => ("Phương thức không được phép", "Method not allowed"),
        Problem::NotAcceptable => ("Không có dạng được yêu cầu", "Not acceptable"),
        Problem::Timeout => ("Hết thời gian chờ", "Request timeout"),
        Problem::WrongState { .. } => ("Trạng thái không cho phép", "Wrong state"),
        Problem::IdentifierTaken { .. } => ("Định danh đã được dùng", "Identifier taken"),
        Problem::Conflict => ("Xung đột", "Conflict"),
        Problem::LimitReached { .. } => ("Đã đạt giới hạn", "Limit reached"),
        Problem::WrongOffset { .. } => ("Sai vị trí tiếp tục", "Wrong offset"),
        Problem::UploadUnfinished { .. } => ("Chưa tải lên xong", "Upload unfinished"),
        Problem::ProtocolVersion => ("Phiên bản tus khác", "Other version of tus"),
        Problem::UploadHeld => ("Lần tải lên đang được dùng", "Upload held"),
        Problem::WrongChecksum => ("Tổng kiểm tra không khớp", "Wrong checksum"),
        Problem::NoMail => ("Kho không gửi thư", "No mail"),
        Problem::QuotaExceeded { .. } => ("Vượt hạn mức", "Quota exceeded"),
        Problem::TooLate => ("Đã quá hạn", "Too late"),
        Problem::Gone { .. } => ("Tác phẩm không còn nữa", "Gone"),
        Problem::LogReplaced { .. } => ("Nhật ký đã được thay thế", "Log replaced"),
        Problem::StaleRevision { .. } => ("Phiên bản đã cũ", "Stale revision"),
        Problem::TooLarge { .. } => ("Quá lớn", "Too large"),
        Problem::AddressTooLong { .. } => ("Địa chỉ quá dài", "Address too long"),
        Problem::UnsupportedMediaType { .. } => {
            ("Kiểu nội dung không được nhận", "Unsupported media type")
        }
        Problem::RangeNotSatisfiable { .. } => {
            ("Đoạn yêu cầu nằm ngoài tệp", "Range not satisfiable")
        }
        Problem::Invalid(_) => ("Dữ liệu chưa hợp lệ", "Invalid data"),
        Problem::KeyReused => (
            "Khóa Idempotency-Key đã dùng cho yêu cầu khác",
            "Idempotency key reused",
        ),
        Problem::PreconditionRequired => ("Cần tiêu đề If-Match", "If-Match required"),
        Problem::TooManyRequests { .. } => ("Quá nhiều yêu cầu", "Too many requests"),
        Problem::Busy { .. } => ("Kho đang bận", "Busy"),
        Problem::Internal(_) => ("Lỗi của hệ thống", "Internal error"),
        Problem::Unavailable(_) => ("Tạm thời chưa phục vụ được", "Unavailable"),
        Problem::StorageFull(_) => ("Kho lưu trữ đã đầy", "Storage full"),
    };
    language.pick(vietnamese, english)
}

/// What happened this time and what the caller can do.
pub fn detail(problem: &Problem, language: Language) -> String {
    match language {
        Language::Vietnamese => vietnamese(problem),
        Language::English => english(problem),
    }
}

/// The values that a parameter can have.
pub fn allowed(values: &str, language: Language) -> String {
    format!("{} {values}.", language.pick("Được nhận:", "Allowed:"))
}

fn names(known: &[String]) -> String {
    if known.is_empty() {
        return "—".to_owned();
    }
    known.join(", ")
}

#[expect(clippy::too_many_lines, reason = "one sentence for each problem")]
fn vietnamese(problem: &Problem) -> String {
    let fixed = match problem {
        Problem::MalformedJson { line, column } => {
            return format!("Không đọc được JSON tại dòng {line}, cột {column}.");
        }
        Problem::InvalidParameter { name } => {
            return format!("Tham số “{name}” có giá trị không hợp lệ.");
        }
        Problem::UnknownParameter { name, known } => {
            return format!("Không có tham số “{name}” ở đây; có: {}.", names(known));
        }
        Problem::WrongState { state } => {
            return format!(
                "Tác phẩm đang ở trạng thái “{}” nên không làm được bước này.",
                state.name()
            );
        }
        Problem::IdentifierTaken { owner: Some(owner) } => {
            return format!("Định danh này thuộc về tác phẩm {owner}.");
        }
        Problem::LimitReached { limit } => {
            return format!("Đã có {limit}, là số nhiều nhất; hãy xóa bớt trước khi thêm.");
        }
        Problem::WrongOffset { offset } => {
            return format!("Đã nhận {offset} byte; hãy gửi tiếp từ đó.");
        }
        Problem::UploadUnfinished { offset, length } => {
            return format!("Mới nhận {offset} trong {length} byte; hãy gửi phần còn lại trước.");
        }
        Problem::QuotaExceeded {
            resource,
            limit,
            used,
        } => {
            let unit = match resource {
                Resource::Works => "tác phẩm",
                Resource::Bytes => "byte tệp gốc",
            };
            return format!(
                "Hạn mức của cơ quan là {limit} {unit}, đang dùng {used}; hãy xóa tác phẩm không còn cần hoặc đề nghị \
                 người quản trị nâng hạn mức. Không có gì được ghi."
            );
        }
        Problem::Gone { reason: Some(why) } => return format!("Đã thu hồi: {why}"),
        Problem::LogReplaced { log } => {
            return format!("Nhật ký hiện nay là {log}; hãy đọc lại từ đầu với after=0.");
        }
        Problem::StaleRevision { current: Some(now) } => {
            return format!("Phiên bản hiện nay là {now}; hãy đọc lại rồi sửa.");
        }
        Problem::TooLarge { limit_bytes } if *limit_bytes > 0 => {
            return format!("Nhiều nhất là {limit_bytes} byte.");
        }
        Problem::AddressTooLong { limit_bytes } => {
            return format!("Địa chỉ cùng các tham số dài nhiều nhất {limit_bytes} byte.");
        }
        Problem::UnsupportedMediaType { accepted } if !accepted.is_empty() => {
            return format!("Được nhận: {}.", accepted.join(", "));
        }
        Problem::RangeNotSatisfiable { size_bytes } => {
            return format!("Tệp dài {size_bytes} byte.");
        }
        Problem::Invalid(broken) => {
            return format!("Có {} điểm cần sửa, xem danh sách errors.", broken.total());
        }
        Problem::MalformedRequest => "Không hiểu được yêu cầu.",
        Problem::WrongCursor => {
            "Con trỏ “after” thuộc danh sách khác hoặc cách sắp xếp khác; hãy đọc lại từ trang đầu."
        }
        Problem::IncompleteBody => "Nội dung kết thúc trước độ dài đã báo; không có gì được lưu.",
        Problem::DigestMismatch => "Nội dung nhận được không có mã băm đã báo; hãy gửi lại.",
        Problem::Unauthenticated => "Hãy gửi mã truy cập: Authorization: Bearer …",
        Problem::InvalidToken => "Mã truy cập không đúng, đã hết hạn hoặc đã bị thu hồi.",
        Problem::WrongCredentials => "Tên đăng nhập, mật khẩu hoặc mã xác thực không đúng.",
        Problem::CrossSite => "Thay đổi này có thể do một trang khác gửi đi; không có gì được làm.",
        Problem::ReauthenticationRequired => "Việc này cần bạn vừa chứng minh mình là ai.",
        Problem::NoMail => "Kho này không gửi thư; hãy hỏi người quản trị.",
        Problem::LinkNotValid => "Liên kết một lần này đã dùng, đã được thay hoặc đã hết hạn.",
        Problem::Forbidden => "Mã truy cập này không được phép làm việc đó.",
        Problem::NotFound => "Không có gì ở địa chỉ này.",
        Problem::MethodNotAllowed => "Địa chỉ này nhận các phương thức khác, xem tiêu đề Allow.",
        Problem::NotAcceptable => "Không có dạng nào trong số được chấp nhận.",
        Problem::Timeout => "Dữ liệu đến quá chậm.",
        Problem::IdentifierTaken { owner: None } => "Định danh này thuộc về tác phẩm khác.",
        Problem::Conflict => "Yêu cầu mâu thuẫn với trạng thái hiện nay.",
        Problem::ProtocolVersion => "Hãy gửi Tus-Resumable: 1.0.0.",
        Problem::UploadHeld => {
            "Một yêu cầu khác đang gửi vào lần tải lên này; hãy hỏi HEAD rồi gửi tiếp."
        }
        Problem::WrongChecksum => {
            "Dữ liệu nhận được không khớp tổng kiểm tra và đã bị bỏ; hãy gửi lại đoạn này."
        }
        Problem::TooLate => "Chỉ hoàn tác được trong một ngày sau khi kết thúc.",
        Problem::Gone { reason: None } => "Tác phẩm đã được thu hồi hoặc xóa.",
        Problem::StaleRevision { current: None } => "Tác phẩm đã thay đổi; hãy đọc lại rồi sửa.",
        Problem::TooLarge { .. } => "Nội dung gửi lên quá lớn.",
        Problem::UnsupportedMediaType { .. } => "Kiểu nội dung này không được nhận ở đây.",
        Problem::KeyReused => "Hãy dùng khóa mới cho yêu cầu mới.",
        Problem::PreconditionRequired => "Hãy gửi If-Match với ETag của lần đọc gần nhất.",
        Problem::TooManyRequests { .. } => {
            "Bạn gửi quá nhiều cùng lúc; hãy đợi số giây nêu trong Retry-After."
        }
        Problem::Busy { .. } => "Đang có nhiều yêu cầu; hãy đợi số giây nêu trong Retry-After.",
        Problem::Internal(_) => "Đã ghi nhận; hãy báo mã yêu cầu cho người quản trị.",
        Problem::Unavailable(_) => "Hãy thử lại sau ít phút.",
        Problem::StorageFull(_) => "Không còn chỗ lưu; không có gì được ghi, vẫn đọc được.",
    };
    fixed.to_owned()
}

#[expect(clippy::too_many_lines, reason = "one sentence for each problem")]
fn english(problem: &Problem) -> String {
    let fixed = match problem {
        Problem::MalformedJson { line, column } => {
            return format!("The JSON cannot be read at line {line}, column {column}.");
        }
        Problem::InvalidParameter { name } => {
            return format!("The parameter {name:?} has a value it cannot have.");
        }
        Problem::UnknownParameter { name, known } => {
            return format!(
                "There is no parameter {name:?} here; there are: {}.",
                names(known)
            );
        }
        Problem::WrongState { state } => {
            return format!(
                "The work is {}, which does not allow this step.",
                state.name()
            );
        }
        Problem::IdentifierTaken { owner: Some(owner) } => {
            return format!("The identifier belongs to the work {owner}.");
        }
        Problem::LimitReached { limit } => {
            return format!("There are {limit} already, the greatest number; delete one first.");
        }
        Problem::WrongOffset { offset } => {
            return format!("{offset} bytes have arrived; go on from there.");
        }
        Problem::UploadUnfinished { offset, length } => {
            return format!("{offset} of {length} bytes have arrived; send the rest first.");
        }
        Problem::QuotaExceeded {
            resource,
            limit,
            used,
        } => {
            let unit = match resource {
                Resource::Works => "works",
                Resource::Bytes => "bytes of files as deposited",
            };
            return format!(
                "The quota of the body is {limit} {unit}, {used} are used; delete works that are no longer needed or ask \
                 the administrator for a higher quota. Nothing was written."
            );
        }
        Problem::Gone { reason: Some(why) } => return format!("Withdrawn: {why}"),
        Problem::LogReplaced { log } => {
            return format!("The present log is {log}; read again from after=0.");
        }
        Problem::StaleRevision { current: Some(now) } => {
            return format!("The present revision is {now}; read it again, then change it.");
        }
        Problem::TooLarge { limit_bytes } if *limit_bytes > 0 => {
            return format!("{limit_bytes} bytes at most.");
        }
        Problem::AddressTooLong { limit_bytes } => {
            return format!("The address with its parameters may have {limit_bytes} bytes.");
        }
        Problem::UnsupportedMediaType { accepted } if !accepted.is_empty() => {
            return format!("Accepted: {}.", accepted.join(", "));
        }
        Problem::RangeNotSatisfiable { size_bytes } => {
            return format!("The file has {size_bytes} bytes.");
        }
        Problem::Invalid(broken) => {
            return format!("{} rule(s) broken, see the list of errors.", broken.total());
        }
        Problem::MalformedRequest => "The request cannot be understood.",
        Problem::WrongCursor => {
            "The cursor \"after\" belongs to another list or order; read again from the first page."
        }
        Problem::IncompleteBody => "The body ended before its announced length; nothing was kept.",
        Problem::DigestMismatch => "The bytes received lack the announced digest; send them again.",
        Problem::Unauthenticated => "Send a token: Authorization: Bearer …",
        Problem::InvalidToken => "The token is unknown, expired or revoked.",
        Problem::WrongCredentials => "Login name, password or code is not right.",
        Problem::CrossSite => "A page of another site may have sent this change; nothing was done.",
        Problem::ReauthenticationRequired => "This needs a recent proof of who you are.",
        Problem::NoMail => "This archive sends no mail; ask an administrator.",
        Problem::LinkNotValid => "This one-time link was used, replaced, or has expired.",
        Problem::Forbidden => "This token does not allow that.",
        Problem::NotFound => "There is nothing at this address.",
        Problem::MethodNotAllowed => "This address takes other methods, see the Allow header.",
        Problem::NotAcceptable => "None of the accepted forms can be given.",
        Problem::Timeout => "The data came too slowly.",
        Problem::IdentifierTaken { owner: None } => "The identifier belongs to another work.",
        Problem::Conflict => "The request contradicts the present state.",
        Problem::ProtocolVersion => "Send Tus-Resumable: 1.0.0.",
        Problem::UploadHeld => "Another request sends to this upload; ask with HEAD, then go on.",
        Problem::WrongChecksum => {
            "The bytes lack their checksum and were dropped; send the part again."
        }
        Problem::TooLate => "It can be undone only within a day after its end.",
        Problem::Gone { reason: None } => "The work was withdrawn or deleted.",
        Problem::StaleRevision { current: None } => "The work has changed; read it again first.",
        Problem::TooLarge { .. } => "The body is too large.",
        Problem::UnsupportedMediaType { .. } => "This type of content is not taken here.",
        Problem::KeyReused => "Use a new key for a new request.",
        Problem::PreconditionRequired => "Send If-Match with the ETag of your last read.",
        Problem::TooManyRequests { .. } => {
            "You send too much at once; wait the seconds that Retry-After names."
        }
        Problem::Busy { .. } => "Many requests wait; wait the seconds that Retry-After names.",
        Problem::Internal(_) => "It was recorded; tell the operator the request id.",
        Problem::Unavailable(_) => "Try again in a few minutes.",
        Problem::StorageFull(_) => "No space left; nothing was written, reading goes on.",
    };
    fixed.to_owned()
}
