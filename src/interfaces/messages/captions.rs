//! What is wrong in captions, in words.

use super::Language;
use crate::services::media::captions::CaptionFault;

/// What is wrong with a line, and what comes of it.
pub const fn sentence(fault: CaptionFault, language: Language) -> &'static str {
    match fault {
        CaptionFault::NoSignature => language.pick(
            "Tệp WebVTT phải bắt đầu bằng dòng WEBVTT; kho đã tự thêm.",
            "A WebVTT file has to begin with the line WEBVTT; the archive added it.",
        ),
        CaptionFault::UnreadableTime => language.pick(
            "Không đọc được thời gian, ví dụ đúng là 00:01:02,500 --> 00:01:05,000; câu này không hiện.",
            "The time cannot be read; right is, for example, 00:01:02,500 --> 00:01:05,000. This caption is not shown.",
        ),
        CaptionFault::EndsBeforeStart => language.pick(
            "Câu kết thúc trước khi bắt đầu nên không hiện.",
            "The caption ends before it begins, so it is not shown.",
        ),
        CaptionFault::OutOfOrder => language.pick(
            "Câu bắt đầu trước câu ở trên; kho đã xếp lại theo thời gian.",
            "The caption begins before the one above it; the archive put it in its place.",
        ),
        CaptionFault::NoText => language.pick(
            "Có thời gian nhưng không có lời.",
            "There is a time, and no text.",
        ),
        CaptionFault::NoTime => language.pick(
            "Có lời nhưng không có thời gian nên không hiện.",
            "There is a text without a time, so it is not shown.",
        ),
        CaptionFault::Damaged => language.pick(
            "Tệp bị hỏng hoặc thiếu phần cuối; các câu trước đó vẫn hiện.",
            "The file is damaged or its end is missing; the captions before are shown.",
        ),
        CaptionFault::NoCues => language.pick(
            "Tệp không có câu phụ đề nào.",
            "The file has no captions.",
        ),
    }
}
