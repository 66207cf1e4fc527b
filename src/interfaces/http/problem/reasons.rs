//! Why a row of a table was refused, in both languages: reports of imports are kept, and read in either.

use super::{Problem, text};
use crate::interfaces::messages::tables::{self, in_both, of_violations};
use crate::services::table_imports::{FileRefusal, ReasonV1, Words};
use crate::services::works::ChangeError;

/// What writes the reasons.
pub fn words() -> Words {
    Words {
        change: of_change,
        file: of_file,
        twice: of_repetition,
    }
}

fn of_change(error: ChangeError) -> Vec<ReasonV1> {
    match Problem::from(error) {
        Problem::Invalid(violations) => of_violations(&violations),
        problem => vec![in_both(String::new(), |language| {
            let title = text::title(&problem, language);
            format!("{title}. {}", text::detail(&problem, language))
        })],
    }
}

fn of_file(name: &str, refusal: FileRefusal) -> ReasonV1 {
    in_both("/files".to_owned(), |language| {
        format!("{name}: {}", tables::file_refusal(refusal, language))
    })
}

fn of_repetition(line: u32) -> ReasonV1 {
    in_both(String::new(), |language| tables::repetition(line, language))
}
