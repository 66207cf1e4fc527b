//! Numbers, sizes, lengths and dates as Vietnamese and English write them.

use crate::domain::{Timestamp, WorkDate};
use crate::interfaces::messages::Language;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A whole number with its thousands apart: `1.000`, `1,000`.
pub fn number(number: u64, language: Language) -> String {
    let separator = language.pick('.', ',');
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() * 4 / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

/// A length in bytes, in decimal units (IEC 80000-13): `212 kB`, `1,2 MB`.
pub fn size(bytes: u64, language: Language) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let mut tenths = bytes.saturating_mul(10).div_ceil(1000);
    let mut unit = 0;
    while tenths >= 10_000 && unit + 1 < UNITS.len() {
        tenths = tenths.div_ceil(1000);
        unit += 1;
    }
    let name = UNITS[unit];
    if tenths >= 100 {
        return format!("{} {name}", number(tenths.div_ceil(10), language));
    }
    let comma = language.pick(',', '.');
    format!("{}{comma}{} {name}", tenths / 10, tenths % 10)
}

/// The length of a recording: `26 giây`, `3 phút 5 giây`, `1 giờ 2 phút`.
pub fn duration(ms: u64, language: Language) -> String {
    let seconds = ms.saturating_add(500) / 1000;
    let [hour, minute, second] = language.pick([" giờ", " phút", " giây"], [" h", " min", " s"]);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let parts = match (hours, minutes) {
        (0, 0) => vec![(seconds, second)],
        (0, _) => vec![(minutes, minute), (seconds, second)],
        _ => vec![(hours, hour), (minutes, minute)],
    };
    let is_shown = |(index, (count, _)): &(usize, (u64, &str))| *index == 0 || *count > 0;
    let shown = parts.into_iter().enumerate().filter(is_shown);
    let parts: Vec<String> = shown
        .map(|(_, (count, unit))| format!("{count}{unit}"))
        .collect();
    parts.join(" ")
}

/// The length of a recording to a tenth of a second: `24,5 giây`, `3 phút 5,2 giây`.
pub fn exact_duration(ms: u64, language: Language) -> String {
    let tenths = ms.saturating_add(50) / 100;
    let [minute, second] = language.pick([" phút", " giây"], [" min", " s"]);
    let comma = language.pick(',', '.');
    let seconds = format!("{}{comma}{}{second}", tenths / 10 % 60, tenths % 10);
    match tenths / 600 {
        0 => seconds,
        minutes => format!("{minutes}{minute} {seconds}"),
    }
}

/// A loudness (EBU R 128) with one decimal and a minus sign: `−16,0 LUFS`.
pub fn loudness(lufs: f64, language: Language) -> String {
    let comma = language.pick(",", ".");
    let number = format!("{lufs:.1}").replace('-', "−").replace('.', comma);
    format!("{number} LUFS")
}

/// A moment in a recording: `0:04`, `1:02:03`.
pub fn clock(ms: u64) -> String {
    let seconds = ms / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// When a work was made: `28/8/2024`, `8/2024`, `2024`, `2023 – 2024`; `28 August 2024`.
pub fn date(date: &WorkDate, language: Language) -> String {
    let text = date.to_string();
    let parts: Vec<String> = text
        .split('/')
        .map(|part| one_date(part, language))
        .collect();
    parts.join(" – ")
}

/// A moment, in Vietnamese time: `28/8/2024, 14:02`.
pub fn moment(at: Timestamp, language: Language) -> String {
    let iso = at.to_string();
    let time = iso.get(11..16).unwrap_or_default();
    format!("{}, {time}", date(&at.day(), language))
}

fn one_date(iso: &str, language: Language) -> String {
    let mut parts = iso.split('-').map(|part| part.trim_start_matches('0'));
    let (year, month, day) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let Some(month) = month else {
        return year.to_owned();
    };
    let name = month
        .parse::<usize>()
        .ok()
        .and_then(|month| MONTHS.get(month - 1));
    match (language, day, name) {
        (Language::Vietnamese, Some(day), _) => format!("{day}/{month}/{year}"),
        (Language::Vietnamese, None, _) => format!("{month}/{year}"),
        (Language::English, Some(day), Some(name)) => format!("{day} {name} {year}"),
        (Language::English, None, Some(name)) => format!("{name} {year}"),
        (Language::English, ..) => iso.to_owned(),
    }
}

/// What people call a media type: `MP3`, `JPEG`, `PDF`.
pub fn media_type(essence: &str) -> String {
    let known = match essence {
        "audio/mpeg" => "MP3",
        "audio/wav" | "audio/x-wav" | "audio/vnd.wave" => "WAV",
        "text/plain" => "TXT",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "DOCX",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "PPTX",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "XLSX",
        "video/quicktime" => "MOV",
        "audio/mp4" | "audio/x-m4a" => "M4A",
        "application/x-subrip" => "SRT",
        _ => {
            let (_, subtype) = essence.split_once('/').unwrap_or(("", essence));
            let name = subtype
                .trim_start_matches("x-")
                .split('+')
                .next()
                .unwrap_or_default();
            return name.to_uppercase();
        }
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::{clock, date, duration, exact_duration, loudness, media_type, number, size};
    use crate::interfaces::messages::Language::{English, Vietnamese};

    #[test]
    fn numbers_have_their_thousands_apart() {
        for (value, vi, en) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1000, "1.000", "1,000"),
            (1_234_567, "1.234.567", "1,234,567"),
        ] {
            assert_eq!(number(value, Vietnamese), vi);
            assert_eq!(number(value, English), en);
        }
    }

    #[test]
    fn sizes_have_two_digits_or_more() {
        for (bytes, vi, en) in [
            (0, "0 B", "0 B"),
            (999, "999 B", "999 B"),
            (1000, "1,0 kB", "1.0 kB"),
            (212_000, "212 kB", "212 kB"),
            (1_200_000, "1,2 MB", "1.2 MB"),
            (12_000_000, "12 MB", "12 MB"),
            (3_400_000_000, "3,4 GB", "3.4 GB"),
        ] {
            assert_eq!(size(bytes, Vietnamese), vi);
            assert_eq!(size(bytes, English), en);
        }
    }

    #[test]
    fn lengths_name_their_two_largest_units() {
        for (ms, vi, en) in [
            (400, "0 giây", "0 s"),
            (26_400, "26 giây", "26 s"),
            (185_000, "3 phút 5 giây", "3 min 5 s"),
            (180_000, "3 phút", "3 min"),
            (3_720_000, "1 giờ 2 phút", "1 h 2 min"),
        ] {
            assert_eq!(duration(ms, Vietnamese), vi);
            assert_eq!(duration(ms, English), en);
        }
        for (ms, vi, en) in [
            (24_470, "24,5 giây", "24.5 s"),
            (185_230, "3 phút 5,2 giây", "3 min 5.2 s"),
            (59_980, "1 phút 0,0 giây", "1 min 0.0 s"),
        ] {
            assert_eq!(exact_duration(ms, Vietnamese), vi);
            assert_eq!(exact_duration(ms, English), en);
        }
        assert_eq!(loudness(-16.04, Vietnamese), "−16,0 LUFS");
        assert_eq!(loudness(-23.0, English), "−23.0 LUFS");
        assert_eq!(clock(4_248), "0:04");
        assert_eq!(clock(3_723_000), "1:02:03");
    }

    #[test]
    fn dates_have_the_day_first() {
        for (iso, vi, en) in [
            ("2024-08-28", "28/8/2024", "28 August 2024"),
            ("2024-08", "8/2024", "August 2024"),
            ("2024", "2024", "2024"),
            ("2023/2024-06", "2023 – 6/2024", "2023 – June 2024"),
        ] {
            let made = iso.parse().unwrap();
            assert_eq!(date(&made, Vietnamese), vi);
            assert_eq!(date(&made, English), en);
        }
    }

    #[test]
    fn media_types_have_their_usual_names() {
        for (essence, name) in [
            ("audio/mpeg", "MP3"),
            ("image/jpeg", "JPEG"),
            ("image/svg+xml", "SVG"),
            ("application/pdf", "PDF"),
            ("text/vtt", "VTT"),
        ] {
            assert_eq!(media_type(essence), name);
        }
    }
}
