//! The rules of the archive in words: one sentence for each [`Rule`] a caller can break.

use super::{Language, processing};
use crate::domain::Rule;

/// The machine-readable name of a rule, stable for clients: `unknown-concept`.
pub const fn code(rule: &Rule) -> &'static str {
    match rule {
        Rule::Required => "required",
        Rule::UnknownProperty => "unknown-property",
        Rule::WrongType { .. } => "wrong-type",
        Rule::TooLong { .. } => "too-long",
        Rule::TooShort { .. } => "too-short",
        Rule::EasyToGuess => "easy-to-guess",
        Rule::NotValid => "not-valid",
        Rule::LoginTaken => "login-taken",
        Rule::ForbiddenCharacters => "forbidden-characters",
        Rule::InvalidLanguageTag => "invalid-language-tag",
        Rule::InvalidDate => "invalid-date",
        Rule::InvalidTimestamp => "invalid-timestamp",
        Rule::OutOfRange { .. } => "out-of-range",
        Rule::TooFarAway { .. } => "too-far-away",
        Rule::NotInForce => "not-in-force",
        Rule::AlreadyPlanned => "already-planned",
        Rule::NotOfBody => "not-of-body",
        Rule::BeyondRole => "beyond-role",
        Rule::NotOneOf { .. } => "not-one-of",
        Rule::UnknownConcept { .. } => "unknown-concept",
        Rule::Duplicate => "duplicate",
        Rule::UnknownTarget => "unknown-target",
        Rule::SelfReference => "self-reference",
        Rule::Malformed => "malformed",
        Rule::RightsNotReviewed => "rights-not-reviewed",
        Rule::PeopleNotAssessed => "people-not-assessed",
        Rule::MinorWithoutGuardianConsent => "minor-without-guardian-consent",
        Rule::ConsentWithdrawn => "consent-withdrawn",
        Rule::ConsentEnded => "consent-ended",
        Rule::OutsideConsent => "outside-consent",
        Rule::RegionOutsideImage => "region-outside-image",
        Rule::FileWithoutText => "file-without-text",
        Rule::OtherNumberOfPages { .. } => "other-number-of-pages",
        Rule::NothingToPublish => "nothing-to-publish",
        Rule::MissingAltText => "missing-alt-text",
        Rule::FileDoesNotFitKind => "file-does-not-fit-kind",
        Rule::SecrecyMark => "secrecy-mark",
        Rule::LinkOnlyWithFiles => "link-only-with-files",
        Rule::EmptyFile => "empty-file",
        Rule::FileNotKept => "file-not-kept",
        Rule::FileInProcessing => "file-in-processing",
        Rule::NoPublicCopy(_) => "no-public-copy",
        Rule::SecondApprovalMissing => "second-approval-missing",
        Rule::ReviewIsDue => "review-is-due",
        Rule::SameApprover => "same-approver",
        Rule::NotUtf8 => "not-utf8",
        Rule::NoTable => "no-table",
        Rule::EmptyTable => "empty-table",
        Rule::NoArchive => "no-archive",
    }
}

/// What is wrong, in one sentence.
pub fn sentence(rule: &Rule, language: Language) -> String {
    match language {
        Language::Vietnamese => vietnamese(rule),
        Language::English => english(rule),
    }
}

#[expect(clippy::too_many_lines, reason = "one sentence for each rule")]
fn vietnamese(rule: &Rule) -> String {
    let fixed = match rule {
        Rule::WrongType { expected } => return format!("Phải là kiểu JSON “{expected}”."),
        Rule::TooLong { max } => return format!("Quá dài: nhiều nhất là {max}."),
        Rule::OtherNumberOfPages { expected } => {
            return format!("Tệp có {expected} trang: cần đúng bấy nhiêu.");
        }
        Rule::TooShort { min } => return format!("Quá ngắn: ít nhất {min} ký tự."),
        Rule::OutOfRange { min, max } => return format!("Phải là số nguyên từ {min} đến {max}."),
        Rule::TooFarAway { days } => return format!("Chậm nhất là {days} ngày kể từ bây giờ."),
        Rule::NotOneOf { allowed } => {
            return format!("Phải là một trong: {}.", allowed.join(", "));
        }
        Rule::UnknownConcept { scheme, slug } => {
            return format!("Bộ từ vựng “{scheme}” không có khái niệm “{slug}”.");
        }
        Rule::NotUtf8 => {
            "Tệp chữ không phải UTF-8; trong Excel hãy lưu kiểu “CSV UTF-8”, hoặc gửi tệp XLSX."
        }
        Rule::NoTable => "Không đọc được bảng: phải là CSV, XLSX hoặc ODS không hỏng, không khóa.",
        Rule::EmptyTable => "Bảng không có dòng nào, hoặc không cột nào có tên mà kho nhận ra.",
        Rule::NoArchive => "Không đọc được tệp nén: phải là ZIP không hỏng, không khóa.",
        Rule::NotInForce => "Theo bộ từ vựng, cơ quan này không tồn tại vào ngày đó.",
        Rule::AlreadyPlanned => {
            "Cơ quan này đã có trong một kế hoạch kế thừa khác; hãy hủy kế hoạch đó trước."
        }
        Rule::NotOfBody => "Không thuộc cơ quan nào được chuyển giao, hoặc không còn nữa.",
        Rule::BeyondRole => "Vai trò của mã này không có quyền đó nên không thể trao.",
        Rule::Required => "Bắt buộc phải có giá trị.",
        Rule::UnknownProperty => "Không có thuộc tính này.",
        Rule::ForbiddenCharacters => {
            "Có ký tự không được phép (ký tự điều khiển hoặc đảo chiều chữ)."
        }
        Rule::InvalidLanguageTag => "Không phải mã ngôn ngữ BCP 47, ví dụ vi, en, jra.",
        Rule::InvalidDate => "Ngày phải viết YYYY, YYYY-MM, YYYY-MM-DD hoặc A/B.",
        Rule::InvalidTimestamp => {
            "Thời điểm phải theo ISO 8601 kèm múi giờ, ví dụ 2026-12-01T00:00:00+07:00."
        }
        Rule::Duplicate => "Giá trị bị lặp lại.",
        Rule::UnknownTarget => "Tác phẩm được liên kết không tồn tại.",
        Rule::SelfReference => "Không thể trỏ đến chính mình.",
        Rule::Malformed => "Giá trị viết không đúng dạng.",
        Rule::EasyToGuess => {
            "Mật khẩu dễ đoán; hãy ghép vài từ không liên quan, ví dụ một câu ngắn riêng của bạn."
        }
        Rule::NotValid => "Không đúng hoặc không còn dùng được.",
        Rule::LoginTaken => "Tên đăng nhập này đã có người dùng.",
        Rule::RightsNotReviewed => "Chưa thể công bố: quyền sử dụng lại chưa được xem xét.",
        Rule::PeopleNotAssessed => {
            "Chưa thể công bố: chưa xác định có người nhận diện được và cơ sở để đăng."
        }
        Rule::MinorWithoutGuardianConsent => {
            "Chưa thể công bố: trẻ em nhận diện được phải có đồng ý của người giám hộ."
        }
        Rule::ConsentWithdrawn => {
            "Chưa thể công bố: đồng ý đã bị rút lại; phải xác định lại cơ sở để đăng hình ảnh, giọng nói của người trong tác phẩm."
        }
        Rule::ConsentEnded => "Không thể công bố: thời hạn đồng ý của người trong tác phẩm đã hết.",
        Rule::OutsideConsent => {
            "Không thể công bố: đồng ý của người trong tác phẩm không bao gồm ngôn ngữ hoặc phạm vi này."
        }
        Rule::FileWithoutText => "Kho không đọc chữ trong loại tệp này.",
        Rule::RegionOutsideImage => "Vùng che phải nằm trong hình ảnh mà kho đọc được kích thước.",
        Rule::NothingToPublish => "Chưa thể công bố: tác phẩm chưa có nội dung hoặc tệp gốc.",
        Rule::MissingAltText => "Chưa thể công bố: hình ảnh cần có văn bản thay thế.",
        Rule::FileDoesNotFitKind => "Loại tác phẩm này không nhận loại tệp như vậy.",
        Rule::SecrecyMark => "Tác phẩm mang dấu mật; kho chung không nhận tài liệu mật.",
        Rule::LinkOnlyWithFiles => {
            "Chưa thể công bố: điều kiện chỉ cho phép dẫn liên kết nên không được kèm tệp."
        }
        Rule::EmptyFile => "Tệp gốc không có nội dung (0 byte).",
        Rule::FileNotKept => "Kho không còn giữ tệp này của phiên bản cũ.",
        Rule::FileInProcessing => {
            "Chưa thể công bố: bản sao cho công chúng của tệp này đang được tạo; hãy thử lại sau ít phút."
        }
        Rule::SecondApprovalMissing => {
            "Chưa thể công bố: tác phẩm này cần thêm một đơn vị hoặc tài khoản khác phê duyệt lần hai."
        }
        Rule::ReviewIsDue => {
            "Chưa thể công bố: ngày rà soát lại đã qua; hãy rà soát và đặt ngày mới."
        }
        Rule::SameApprover => "Người phê duyệt lần hai phải khác người phê duyệt lần đầu.",
        Rule::NoPublicCopy(failure) => {
            let reason = processing::sentence(*failure, Language::Vietnamese);
            return format!("Chưa thể công bố: {reason}");
        }
    };
    fixed.to_owned()
}

#[expect(clippy::too_many_lines, reason = "one sentence for each rule")]
fn english(rule: &Rule) -> String {
    let fixed = match rule {
        Rule::WrongType { expected } => return format!("Must be of the JSON type {expected:?}."),
        Rule::TooLong { max } => return format!("Too long: {max} at most."),
        Rule::OtherNumberOfPages { expected } => {
            return format!("The file has {expected} pages: send as many.");
        }
        Rule::TooShort { min } => return format!("Too short: {min} characters at least."),
        Rule::OutOfRange { min, max } => {
            return format!("Must be a whole number from {min} to {max}.");
        }
        Rule::TooFarAway { days } => return format!("At most {days} days from now."),
        Rule::NotOneOf { allowed } => return format!("Must be one of: {}.", allowed.join(", ")),
        Rule::UnknownConcept { scheme, slug } => {
            return format!("The scheme {scheme:?} has no concept {slug:?}.");
        }
        Rule::NotUtf8 => {
            "The text is not UTF-8; in Excel save it as “CSV UTF-8”, or send an XLSX file."
        }
        Rule::NoTable => {
            "No table that can be read: an undamaged CSV, XLSX or ODS without a password."
        }
        Rule::EmptyTable => {
            "The table has no rows, or no column with a name that the archive knows."
        }
        Rule::NoArchive => "No archive that can be read: an undamaged ZIP without a password.",
        Rule::NotInForce => "The vocabulary says that this body does not exist on that day.",
        Rule::AlreadyPlanned => {
            "Another succession that was planned before has this body; cancel that one first."
        }
        Rule::NotOfBody => "It does not belong to a body that passes on, or not any more.",
        Rule::BeyondRole => "The role does not have this permission, so the token cannot have it.",
        Rule::Required => "A value is required.",
        Rule::UnknownProperty => "There is no such property.",
        Rule::ForbiddenCharacters => {
            "Contains characters that cannot stand here (control or direction override)."
        }
        Rule::InvalidLanguageTag => "Not a BCP 47 language tag such as vi, en, jra.",
        Rule::InvalidDate => "A date is written YYYY, YYYY-MM, YYYY-MM-DD or A/B.",
        Rule::InvalidTimestamp => {
            "A moment is written in ISO 8601 with its offset: 2026-12-01T00:00:00+07:00."
        }
        Rule::Duplicate => "The same value stands twice.",
        Rule::UnknownTarget => "The related work does not exist.",
        Rule::SelfReference => "It cannot refer to itself.",
        Rule::Malformed => "Not well-formed.",
        Rule::EasyToGuess => {
            "Easy to guess; join some unrelated words, for example a short sentence of your own."
        }
        Rule::NotValid => "Not right, or not valid any more.",
        Rule::LoginTaken => "Another account has this login name.",
        Rule::RightsNotReviewed => "Cannot be published: its reuse rights were not reviewed.",
        Rule::PeopleNotAssessed => {
            "Cannot be published: nobody has said whether people can be recognised, and the basis."
        }
        Rule::MinorWithoutGuardianConsent => {
            "Cannot be published: an identifiable minor needs a guardian's consent on file."
        }
        Rule::ConsentWithdrawn => {
            "Cannot be published: the consent was withdrawn; say anew on what basis people are shown."
        }
        Rule::ConsentEnded => "Cannot be published: the consent to show people has ended.",
        Rule::OutsideConsent => {
            "Cannot be published: the consent to show people does not cover this language or audience."
        }
        Rule::FileWithoutText => "The archive reads no text in files of this kind.",
        Rule::RegionOutsideImage => {
            "A redacted region must lie within an image whose size the archive can read."
        }
        Rule::NothingToPublish => "Cannot be published: it has neither text nor an original file.",
        Rule::MissingAltText => "Cannot be published: an image needs a text alternative.",
        Rule::FileDoesNotFitKind => "This kind of work does not take such a file.",
        Rule::SecrecyMark => "It carries a mark of state secrecy; the archive takes no secrets.",
        Rule::LinkOnlyWithFiles => {
            "Cannot be published: terms that allow only a link forbid attached files."
        }
        Rule::EmptyFile => "The original file is empty (0 bytes).",
        Rule::FileNotKept => {
            "The archive does not have this file of the earlier revision any more."
        }
        Rule::FileInProcessing => {
            "Cannot be published yet: the public copy of this file is being made; try again in a few minutes."
        }
        Rule::SecondApprovalMissing => {
            "Cannot be published: it needs a second approval, by another token or account."
        }
        Rule::ReviewIsDue => {
            "Cannot be published: the day of its review has passed; review it and set another."
        }
        Rule::SameApprover => "The second approval must come from another post than the first.",
        Rule::NoPublicCopy(failure) => {
            let reason = processing::sentence(*failure, Language::English);
            return format!("Cannot be published: {reason}");
        }
    };
    fixed.to_owned()
}
