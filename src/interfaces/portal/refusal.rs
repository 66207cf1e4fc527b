//! Why a form was not acted on, in words, on the page of the form.

use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::problem::Problem;

/// A reason: the pointer of the field that it concerns, empty for the whole; and the words.
pub type Reason = (String, String);

/// The reasons of a refusal that the sender can do something about.
///
/// # Errors
/// The problem itself when it is none of the form.
pub fn reasons(caller: &Caller, problem: Problem) -> Result<Vec<Reason>, Problem> {
    let is_of_form = matches!(
        problem,
        Problem::Invalid(_)
            | Problem::WrongState { .. }
            | Problem::Conflict
            | Problem::Forbidden
            | Problem::LimitReached { .. }
            | Problem::StaleRevision { .. }
            | Problem::ReauthenticationRequired
            | Problem::WrongCredentials
            | Problem::KeyReused
            | Problem::NoMail
            | Problem::TooLate
    );
    if !is_of_form {
        return Err(problem);
    }
    let document = caller.document(&problem);
    if document.errors.is_empty() {
        return Ok(vec![(String::new(), document.detail)]);
    }
    let errors = document.errors.into_iter();
    Ok(errors.map(|error| (error.pointer, error.detail)).collect())
}

/// Why one of several things was not done, in a line: the reasons of any problem.
pub fn sentence(caller: &Caller, problem: &Problem) -> String {
    let document = caller.document(problem);
    let errors = document.errors.into_iter().map(|error| error.detail);
    let reasons: Vec<String> = errors.collect();
    if reasons.is_empty() {
        document.detail
    } else {
        reasons.join(" ")
    }
}

/// The words of reasons.
pub fn words(reasons: Vec<Reason>) -> Vec<String> {
    reasons.into_iter().map(|(_, words)| words).collect()
}
