//! How each condition of publication is met, in words.

use super::Language;
use crate::domain::asset::Requirement;

/// What to do so that the condition is met.
pub const fn how(requirement: Requirement, language: Language) -> &'static str {
    language.pick(vietnamese(requirement), english(requirement))
}

const fn vietnamese(requirement: Requirement) -> &'static str {
    match requirement {
        Requirement::Title => "Ghi ít nhất một nhan đề.",
        Requirement::Kind => "Chọn loại tác phẩm.",
        Requirement::Organisation => "Ghi cơ quan nộp tác phẩm.",
        Requirement::Languages => "Ghi ngôn ngữ của tác phẩm.",
        Requirement::Strand => "Chọn mảng nội dung.",
        Requirement::Theme => "Chọn ít nhất một chủ đề.",
        Requirement::CreditLine => "Ghi dòng nguồn để người dùng lại trích dẫn.",
        Requirement::RightsReviewed => "Xem xét quyền và chọn điều kiện sử dụng lại.",
        Requirement::TermsAllowFiles => {
            "Gỡ các tệp, hoặc chọn điều kiện cho phép kho cung cấp tệp."
        }
        Requirement::TermsAllowAccess => {
            "Giới hạn truy cập trong cơ quan nhà nước, hoặc chọn điều kiện sử dụng rộng hơn."
        }
        Requirement::PeopleAssessed => {
            "Ghi có nhận diện được người trong tác phẩm hay không và cơ sở để đăng."
        }
        Requirement::GuardianConsent => {
            "Lưu bản đồng ý của người giám hộ và chọn “minor-with-guardian-consent”."
        }
        Requirement::ConsentHolds => "Xin gia hạn đồng ý và ghi ngày kết thúc mới.",
        Requirement::ConsentAllowsLanguages => {
            "Xin đồng ý cho mọi ngôn ngữ của tác phẩm và ghi vào phạm vi đồng ý."
        }
        Requirement::ConsentAllowsAccess => {
            "Thu hẹp phạm vi truy cập, hoặc xin đồng ý cho một kênh rộng hơn."
        }
        Requirement::SecondApproval => {
            "Chấp nhận tác phẩm, rồi để người duyệt khác phê duyệt lần hai."
        }
        Requirement::ReviewDate => "Đặt ngày rà soát lại việc công bố, không sớm hơn hôm nay.",
        Requirement::Content => "Viết toàn văn hoặc đính kèm tệp gốc.",
        Requirement::FileFitsKind => "Thay tệp, hoặc chọn loại tác phẩm phù hợp với tệp.",
        Requirement::TextAlternative => "Viết văn bản thay thế cho hình ảnh.",
        Requirement::PublicCopy => {
            "Chờ bản sao cho công chúng được tạo; nếu không tạo được thì thay tệp."
        }
        Requirement::NoSecrecyMark => {
            "Gỡ văn bản mang dấu Mật, Tối mật hoặc Tuyệt mật: kho chung không nhận tài liệu mật."
        }
    }
}

const fn english(requirement: Requirement) -> &'static str {
    match requirement {
        Requirement::Title => "Give it a title.",
        Requirement::Kind => "Choose the kind of work.",
        Requirement::Organisation => "Name the depositing organisation.",
        Requirement::Languages => "Name the languages of the work.",
        Requirement::Strand => "Choose the strand.",
        Requirement::Theme => "Choose a theme.",
        Requirement::CreditLine => "Write how a reuse credits it.",
        Requirement::RightsReviewed => "Review the rights and choose the terms of reuse.",
        Requirement::TermsAllowFiles => {
            "Detach the files, or choose terms that let the archive deliver them."
        }
        Requirement::TermsAllowAccess => {
            "Limit the access to state bodies, or choose wider terms of reuse."
        }
        Requirement::PeopleAssessed => {
            "Say whether people can be recognised, and on what basis they are shown."
        }
        Requirement::GuardianConsent => {
            "File the consent of a guardian and choose `minor-with-guardian-consent`."
        }
        Requirement::ConsentHolds => "Have the consent extended and set its new last day.",
        Requirement::ConsentAllowsLanguages => {
            "Obtain consent for every language of the work and add them to the consent."
        }
        Requirement::ConsentAllowsAccess => {
            "Narrow the access, or obtain consent for a channel that reaches more."
        }
        Requirement::SecondApproval => {
            "Accept the work, then have another reviewer give the second approval."
        }
        Requirement::ReviewDate => {
            "Set the day on which its publication is reviewed again, not before today."
        }
        Requirement::Content => "Write the text or attach an original file.",
        Requirement::FileFitsKind => "Replace the file, or choose a kind that it fits.",
        Requirement::TextAlternative => "Write a text alternative for the image.",
        Requirement::PublicCopy => {
            "Wait until its public copy is made; where none can be made, replace the file."
        }
        Requirement::NoSecrecyMark => {
            "Remove the text with a mark of state secrecy: the archive takes no secrets."
        }
    }
}
