//! Marks of state secrecy: the archive has no classified store, so a marked text is refused.
//!
//! Law 117/2025/QH15 knows three degrees: Mật, Tối mật, Tuyệt mật. They are printed as a line of
//! their own near the head of a document. The word *mật* alone also means honey, so a line in
//! lower case is not a mark.

/// How many lines from the top are looked at.
const HEAD_LINES: usize = 40;

/// The degrees as printed; without accents too, as old systems exported them (the lowest degree
/// is left out there: `MAT` is too common a syllable).
const MARKS: [&str; 5] = ["MẬT", "TỐI MẬT", "TUYỆT MẬT", "TOI MAT", "TUYET MAT"];

/// Whether one of the first lines is a mark of secrecy. Expects NFC.
pub fn is_marked(text: &str) -> bool {
    text.lines().take(HEAD_LINES).any(is_mark)
}

fn is_mark(line: &str) -> bool {
    // A mark with its label and frame is short; long lines are prose.
    if line.len() > 200 {
        return false;
    }
    let words: Vec<&str> = line
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let degree = match words.as_slice() {
        ["ĐỘ", "MẬT", rest @ ..] | ["Độ", "mật", rest @ ..] if !rest.is_empty() => rest,
        all => all,
    };
    let printed = degree.join(" ");
    let in_title_case = matches!(printed.as_str(), "Tối mật" | "Tuyệt mật");
    let labelled = degree.len() < words.len() && printed == "Mật";
    in_title_case || labelled || MARKS.contains(&printed.as_str())
}

#[cfg(test)]
mod tests {
    use super::is_marked;

    #[test]
    fn marks_are_found_in_the_head_only() {
        for marked in [
            "ỦY BAN NHÂN DÂN\nMẬT\nSố: 12",
            "TỐI MẬT",
            "[ TUYỆT  MẬT ]",
            "* Tối mật *\nKính gửi",
            "Độ mật: Mật",
            "ĐỘ MẬT: TUYỆT MẬT",
            "TOI MAT",
        ] {
            assert!(is_marked(marked), "{marked:?}");
        }
        let far_down = format!("{}MẬT", "dòng\n".repeat(60));
        for open in [
            "Mật",
            "mật ong rừng",
            "Bảo vệ bí mật nhà nước",
            "Quyền bí mật thư tín\nTối mật là một độ mật",
            "MAT",
            "Độ mật",
            &far_down,
        ] {
            assert!(!is_marked(open), "{open:?}");
        }
    }
}
