//! What whoever airs a recording should know about it, in words, and why its sound could not be measured.

use super::Language;
use crate::domain::sound::{CopyFailure, Decibels, SoundFailure, SoundNote};

/// One note in one sentence.
pub fn sentence(note: SoundNote, language: Language) -> String {
    match language {
        Language::Vietnamese => vietnamese(note),
        Language::English => english(note),
    }
}

fn vietnamese(note: SoundNote) -> String {
    match note {
        SoundNote::Silent => "không có âm thanh, hoặc quá ngắn để đo độ lớn.".into(),
        SoundNote::Short => "ngắn hơn 3 giây nên số đo độ lớn chưa chắc chắn.".into(),
        SoundNote::TooQuiet { loudness } => {
            let loudness = loudness.to_string().replace('.', ",");
            format!("quá nhỏ: {loudness} LUFS, trong khi phát thanh cần khoảng -23 LUFS.")
        }
        SoundNote::Clipped { first_ms, places } => {
            let at = moment(first_ms);
            format!("bị vỡ tiếng từ {at} ({places} chỗ); hãy tìm bản gốc không bị vỡ tiếng.")
        }
        SoundNote::SilentBeginning { length_ms } => {
            format!(
                "im lặng {} giây ở đầu.",
                seconds(length_ms).replace('.', ",")
            )
        }
        SoundNote::SilentEnd { length_ms } => {
            format!(
                "im lặng {} giây ở cuối.",
                seconds(length_ms).replace('.', ",")
            )
        }
        SoundNote::Gap {
            longest_at_ms,
            length_ms,
            count,
        } => {
            let (at, length) = (moment(longest_at_ms), seconds(length_ms).replace('.', ","));
            format!("có {count} đoạn im lặng ở giữa; đoạn dài nhất {length} giây, từ {at}.")
        }
        SoundNote::Offset => "tín hiệu bị lệch khỏi mức không (DC), có thể do thiết bị ghi.".into(),
        SoundNote::OneChannel { is_left } => {
            let (heard, silent) = if is_left {
                ("trái", "phải")
            } else {
                ("phải", "trái")
            };
            format!("chỉ có tiếng ở kênh {heard}, kênh {silent} im lặng.")
        }
        SoundNote::AntiPhase => {
            "hai kênh ngược pha: sẽ mất tiếng khi phát qua một loa; hãy đảo dây một kênh.".into()
        }
        SoundNote::LowRate { rate_hz, is_mono } => {
            let mono = if is_mono { ", một kênh" } else { "" };
            format!(
                "{} kHz{mono}: thiếu âm cao.",
                kilohertz(rate_hz).replace('.', ",")
            )
        }
        SoundNote::PartlyDamaged { parts } => {
            format!("{parts} phần của tệp bị hỏng và không đọc được.")
        }
    }
}

fn english(note: SoundNote) -> String {
    match note {
        SoundNote::Silent => "there is no sound in it, or it is too short for a loudness.".into(),
        SoundNote::Short => "shorter than 3 seconds, so its loudness is uncertain.".into(),
        SoundNote::TooQuiet { loudness } => {
            format!("too quiet: {loudness} LUFS; broadcasting needs about -23 LUFS.")
        }
        SoundNote::Clipped { first_ms, places } => {
            let at = moment(first_ms);
            format!("clipped at {at} (places: {places}); look for a recording that is not.")
        }
        SoundNote::SilentBeginning { length_ms } => {
            format!("{} seconds of silence at the beginning.", seconds(length_ms))
        }
        SoundNote::SilentEnd { length_ms } => {
            format!("{} seconds of silence at the end.", seconds(length_ms))
        }
        SoundNote::Gap { longest_at_ms, length_ms, count } => {
            let (at, length) = (moment(longest_at_ms), seconds(length_ms));
            format!("silences within it: {count}; the longest is {length} seconds, from {at}.")
        }
        SoundNote::Offset => "the signal is off zero (DC), perhaps by the recorder.".into(),
        SoundNote::OneChannel { is_left } => {
            let (heard, silent) = if is_left { ("left", "right") } else { ("right", "left") };
            format!("only the {heard} channel has sound, the {silent} one is silent.")
        }
        SoundNote::AntiPhase => {
            "its channels are in opposite phase: on one loudspeaker it is not heard; swap the wires of one channel.".into()
        }
        SoundNote::LowRate { rate_hz, is_mono } => {
            let mono = if is_mono { " mono" } else { "" };
            format!("{} kHz{mono}: high tones are missing.", kilohertz(rate_hz))
        }
        SoundNote::PartlyDamaged { parts } => {
            format!("parts of the file that are damaged and cannot be read: {parts}.")
        }
    }
}

/// Why the sound of a file could not be measured.
pub const fn failure(failure: SoundFailure, language: Language) -> &'static str {
    match (failure, language) {
        (SoundFailure::Damaged, Language::Vietnamese) => {
            "tệp bị hỏng nên không đo được âm thanh; hãy xuất lại tệp và tải lên lần nữa."
        }
        (SoundFailure::Damaged, Language::English) => {
            "the file is damaged, so its sound cannot be measured; export it again and upload it."
        }
        (SoundFailure::Unsupported, Language::Vietnamese) => {
            "kho chưa đọc được âm thanh ở định dạng này; hãy tải lên bản WAV, FLAC hoặc MP3."
        }
        (SoundFailure::Unsupported, Language::English) => {
            "the archive cannot read sound in this format; upload it as WAV, FLAC or MP3."
        }
        (SoundFailure::TooLarge, Language::Vietnamese) => {
            "bản ghi quá dài hoặc quá lớn để đo âm thanh; hãy chia thành nhiều tệp."
        }
        (SoundFailure::TooLarge, Language::English) => {
            "the recording is too long or too large to be measured; split it into several files."
        }
    }
}

/// Why no copy for stations can be made of a sound.
pub const fn copy_failure(failure: CopyFailure, language: Language) -> &'static str {
    match (failure, language) {
        (CopyFailure::Silent, Language::Vietnamese) => {
            "không có âm thanh, hoặc quá ngắn, nên không tạo được bản để phát."
        }
        (CopyFailure::Silent, Language::English) => {
            "there is no sound in it, or too little, so there is no copy to air."
        }
        (CopyFailure::Damaged, Language::Vietnamese) => {
            "tệp bị hỏng nên không tạo được bản để phát; hãy xuất lại tệp và tải lên lần nữa."
        }
        (CopyFailure::Damaged, Language::English) => {
            "the file is damaged, so no copy to air can be made; export it again and upload it."
        }
        (CopyFailure::TooLarge, Language::Vietnamese) => {
            "bản ghi quá dài để tạo bản để phát ở định dạng này; hãy chia thành nhiều tệp."
        }
        (CopyFailure::TooLarge, Language::English) => {
            "the recording is too long for a copy in this format; split it into several files."
        }
    }
}

/// A program that must be installed before a copy can be made.
pub fn missing_program(program: &str, language: Language) -> String {
    match language {
        Language::Vietnamese => {
            format!("đang chờ: máy chủ chưa cài {program}; hãy báo cho người quản trị.")
        }
        Language::English => {
            format!("waiting: {program} is not installed on the server; tell its administrator.")
        }
    }
}

/// A copy that did not become what its profile asks for, with its loudness and true peak.
pub fn off_target(
    (loudness, true_peak): (Option<Decibels>, Option<Decibels>),
    language: Language,
) -> String {
    let number = |level: Option<Decibels>| level.map_or("?".to_owned(), |level| level.to_string());
    let (loudness, true_peak) = (number(loudness), number(true_peak));
    match language {
        Language::Vietnamese => {
            let (loudness, true_peak) = (loudness.replace('.', ","), true_peak.replace('.', ","));
            format!("không đạt đúng mức: bản này có độ lớn {loudness} LUFS, đỉnh {true_peak} dBTP.")
        }
        Language::English => {
            format!(
                "could not be reached: this copy has {loudness} LUFS and a peak of {true_peak} dBTP."
            )
        }
    }
}

/// Minutes and seconds, with hours when there are any: `02:14`.
fn moment(millis: u64) -> String {
    let seconds = millis / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours == 0 {
        format!("{minutes:02}:{seconds:02}")
    } else {
        format!("{hours}:{minutes:02}:{seconds:02}")
    }
}

fn seconds(millis: u64) -> String {
    format!("{:.1}", millis as f64 / 1000.0)
}

/// Without a fraction of nothing: `22.05`, `8`.
fn kilohertz(rate_hz: u32) -> String {
    (f64::from(rate_hz) / 1000.0).to_string()
}

#[cfg(test)]
mod tests {
    use super::{Language, sentence};
    use crate::domain::sound::{Decibels, SoundNote};

    #[test]
    fn notes_name_moments_and_numbers_as_people_write_them() {
        let clipped = |first_ms| SoundNote::Clipped {
            first_ms,
            places: 7,
        };
        let quiet = SoundNote::TooQuiet {
            loudness: Decibels::from_hundredths(-4105),
        };
        let narrow = SoundNote::LowRate {
            rate_hz: 22_050,
            is_mono: true,
        };
        for (note, vietnamese, english) in [
            (clipped(134_999), "từ 02:14", "clipped at 02:14"),
            (clipped(3_600_000), "từ 1:00:00", "clipped at 1:00:00"),
            (quiet, "-41,05 LUFS", "-41.05 LUFS"),
            (narrow, "22,05 kHz, một kênh", "22.05 kHz mono"),
            (
                SoundNote::SilentEnd { length_ms: 2_500 },
                "2,5 giây",
                "2.5 seconds",
            ),
        ] {
            let said = sentence(note, Language::Vietnamese);
            assert!(said.contains(vietnamese), "{said}");
            let said = sentence(note, Language::English);
            assert!(said.contains(english), "{said}");
        }
    }
}
