//! Why no public copy of a file can be made, or its text cannot be read, in words.

use super::Language;
use crate::domain::asset::ProcessingFailure;
use crate::services::programs::Program;

/// The reason and what to do about it, in one sentence.
pub const fn sentence(failure: ProcessingFailure, language: Language) -> &'static str {
    match (failure, language) {
        (ProcessingFailure::Damaged, Language::Vietnamese) => {
            "tệp bị hỏng hoặc chưa đầy đủ nên không tạo được bản sao cho công chúng; hãy xuất lại tệp và tải lên lần nữa."
        }
        (ProcessingFailure::Damaged, Language::English) => {
            "the file is damaged or incomplete, so no public copy can be made; export it again and upload it."
        }
        (ProcessingFailure::Unsupported, Language::Vietnamese) => {
            "kho chưa tạo được bản sao cho công chúng từ định dạng này; hãy tải lên bản JPEG, PNG, MP4, MP3 hoặc WAV thay cho tệp này."
        }
        (ProcessingFailure::Unsupported, Language::English) => {
            "the archive cannot make a public copy of this format; upload it as JPEG, PNG, MP4, MP3 or WAV in place of this file."
        }
        (ProcessingFailure::TooLarge, Language::Vietnamese) => {
            "tệp quá lớn để tạo bản sao cho công chúng; hãy tải lên một bản nhỏ hơn."
        }
        (ProcessingFailure::TooLarge, Language::English) => {
            "the file is too large for a public copy; upload a smaller version."
        }
        (ProcessingFailure::PlaceRemains, Language::Vietnamese) => {
            "tệp chứa toạ độ nơi ghi ở chỗ không thể xoá; hãy xuất lại tệp không kèm vị trí rồi tải lên."
        }
        (ProcessingFailure::PlaceRemains, Language::English) => {
            "the file contains the coordinates of a place where they cannot be removed; export it without location and upload it."
        }
        (ProcessingFailure::Encrypted, Language::Vietnamese) => {
            "tệp có mật khẩu nên không tạo được bản sao cho công chúng; hãy bỏ mật khẩu rồi tải lên lần nữa."
        }
        (ProcessingFailure::Encrypted, Language::English) => {
            "the file has a password, so no public copy can be made; take the password off and upload it again."
        }
    }
}

/// Why the text of a file cannot be read, and what to do about it.
pub const fn text_sentence(failure: ProcessingFailure, language: Language) -> &'static str {
    match failure {
        ProcessingFailure::Encrypted => language.pick(
            "tệp có mật khẩu nên không đọc được chữ trong tệp và không tìm được theo nội dung; hãy bỏ mật khẩu rồi tải lên lần nữa.",
            "the file has a password, so its text cannot be read or searched; take the password off and upload it again.",
        ),
        ProcessingFailure::TooLarge => language.pick(
            "tệp quá lớn hoặc quá phức tạp nên không đọc được chữ trong tệp; hãy chia nhỏ tệp hoặc xuất lại rồi tải lên.",
            "the file is too large or too complex for its text to be read; split it or export it again, and upload it.",
        ),
        ProcessingFailure::Unsupported => language.pick(
            "kho chưa đọc được chữ trong định dạng này; hãy xuất tệp thành DOCX, ODT hoặc PDF rồi tải lên.",
            "the archive cannot read the text of this format; export it as DOCX, ODT or PDF and upload it.",
        ),
        ProcessingFailure::Damaged | ProcessingFailure::PlaceRemains => language.pick(
            "tệp bị hỏng hoặc chưa đầy đủ nên không đọc được chữ trong tệp; hãy xuất lại tệp và tải lên lần nữa.",
            "the file is damaged or incomplete, so its text cannot be read; export it again and upload it.",
        ),
    }
}

/// What the text of a file waits for.
pub fn text_waits(program: Program, language: Language) -> String {
    let (before, after) = language.pick(
        (
            "chữ trong tệp sẽ được đọc khi máy chủ có chương trình",
            "người quản trị máy chủ cần cài đặt",
        ),
        (
            "the text of the file will be read once the server has the program",
            "whoever runs the server has to install",
        ),
    );
    format!("{before} {program}; {after} {}.", program.packages())
}
