//! Payloads of jobs: small JSON texts with ids. Each kind of job has one serde type, used by the
//! service that enqueues the job and by the handler that runs it.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::handler::JobFailure;
use crate::storage::catalog::Job;

/// The payload as the catalogue stores it.
///
/// # Panics
/// Never: payloads are structs of texts, which always have a JSON form.
#[expect(clippy::expect_used, reason = "payloads are structs of texts")]
pub fn to_text(payload: &impl Serialize) -> String {
    serde_json::to_string(payload).expect("structs of texts have a JSON form")
}

/// Reads the payload of a job.
///
/// # Errors
/// [`JobFailure::GiveUp`]: another attempt would read the same text.
pub fn parse<T: DeserializeOwned>(job: &Job) -> Result<T, JobFailure> {
    serde_json::from_str(&job.payload).map_err(JobFailure::give_up)
}

/// Serialises an id as its text, for `#[serde(with = "payload::as_text")]`.
pub mod as_text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    /// Writes the text of an id.
    ///
    /// # Errors
    /// Those of the serialiser.
    pub fn serialize<S: Serializer>(id: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(id)
    }

    /// Reads an id from its text.
    ///
    /// # Errors
    /// The text is not an id.
    pub fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
    where
        D: Deserializer<'de>,
        T: FromStr<Err: Display>,
    {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}
