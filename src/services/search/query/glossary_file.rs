//! The line format of the files in `schema/search/glossary/`, described in `schema/search/README.md`:
//! `head = value; value`, sorted by head.

/// A line that breaks a rule of the format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub(crate) struct MalformedLine {
    /// Counted from 1.
    line: usize,
    problem: Problem,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum Problem {
    #[error("there is no ` = `")]
    NoSeparator,
    #[error("the head or a value is empty or has spaces around it")]
    Empty,
    #[error("there are more than {MAX_VALUES} values")]
    TooManyValues,
    #[error("a value stands there twice")]
    RepeatedValue,
    #[error("the head is not greater than the one before: it is out of order or there twice")]
    OutOfOrder,
    #[error("the text is not lower case in NFC")]
    NotNormalized,
}

/// Most values of a head.
const MAX_VALUES: usize = 4;

/// A head and its values.
pub(crate) type Line<'a> = (&'a str, Vec<&'a str>);

/// Reads the lines of a file; comments begin with `#`.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = Result<Line<'_>, MalformedLine>> {
    let numbered = (1..).zip(text.lines());
    let mut previous = "";
    numbered
        .filter(|(_, line)| !line.starts_with('#'))
        .map(move |(number, line)| {
            let read = read_line(line, previous);
            if let Ok((head, _)) = &read {
                previous = head;
            }
            read.map_err(|problem| MalformedLine {
                line: number,
                problem,
            })
        })
}

fn read_line<'a>(line: &'a str, previous: &str) -> Result<Line<'a>, Problem> {
    let (head, values) = line.split_once(" = ").ok_or(Problem::NoSeparator)?;
    let values: Vec<&str> = values.split("; ").collect();
    let is_trimmed = |text: &&str| !text.is_empty() && text.trim() == *text;
    let is_repeated = |(at, value): (usize, &&str)| values[..at].contains(value);
    if !is_trimmed(&head) || !values.iter().all(is_trimmed) {
        return Err(Problem::Empty);
    }
    if values.len() > MAX_VALUES {
        return Err(Problem::TooManyValues);
    }
    if values.iter().enumerate().any(is_repeated) {
        return Err(Problem::RepeatedValue);
    }
    if head <= previous {
        return Err(Problem::OutOfOrder);
    }
    if !is_normalized(line) {
        return Err(Problem::NotNormalized);
    }
    Ok((head, values))
}

fn is_normalized(line: &str) -> bool {
    unicode_normalization::is_nfc(line) && !line.chars().any(char::is_uppercase)
}

#[cfg(test)]
mod tests {
    use super::{Problem, lines};

    #[test]
    fn a_line_that_breaks_a_rule_is_found() {
        for (line, problem) in [
            ("right: quyền", Problem::NoSeparator),
            ("right = ", Problem::Empty),
            ("right = quyền; ", Problem::Empty),
            ("right = quyền;  phải", Problem::Empty),
            ("right = a; b; c; d; e", Problem::TooManyValues),
            ("right = quyền; quyền", Problem::RepeatedValue),
            ("law = luật", Problem::OutOfOrder),
            ("legal = pháp lý", Problem::OutOfOrder),
            ("right = Quyền", Problem::NotNormalized),
            ("right = quye\u{302}\u{300}n", Problem::NotNormalized),
            ("", Problem::NoSeparator),
        ] {
            let text = format!("# remark\nlegal = pháp lý\n{line}\nzone = vùng; khu vực");
            let read: Vec<_> = lines(&text).collect();
            let found = read[1].as_ref().unwrap_err();
            assert_eq!((found.line, found.problem), (3, problem), "{line}");
            assert_eq!(read[2], Ok(("zone", vec!["vùng", "khu vực"])), "{line}");
        }
    }
}
