//! Dates as people type them.

/// A date as Vietnamese write it, `28/8/2024` or `8/2024`, as ISO 8601; other texts as they are.
pub fn iso_date(text: &str) -> String {
    let parts: Option<Vec<u16>> = text
        .split(['/', '-', '.'])
        .map(|part| part.trim().parse().ok())
        .collect();
    match parts.as_deref() {
        Some([day, month, year]) if *day <= 31 && *year > 31 => {
            format!("{year:04}-{month:02}-{day:02}")
        }
        Some([month, year]) if *month <= 12 && *year > 31 => format!("{year:04}-{month:02}"),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::iso_date;

    #[test]
    fn dates_are_typed_with_the_day_first() {
        for (typed, iso) in [
            ("28/8/2024", "2024-08-28"),
            ("1-2-2024", "2024-02-01"),
            ("8/2024", "2024-08"),
            ("2024", "2024"),
            ("2024-08-28", "2024-08-28"),
            ("hôm qua", "hôm qua"),
            ("2023/2024", "2023/2024"),
        ] {
            assert_eq!(iso_date(typed), iso, "{typed}");
        }
    }
}
