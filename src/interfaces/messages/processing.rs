//! Why no public copy of a file can be made, in words.

use super::Language;
use crate::domain::asset::ProcessingFailure;

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
    }
}
