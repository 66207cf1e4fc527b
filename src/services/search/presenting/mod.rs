//! From a page of ranked ids to the response.
//!
//! [`respond`] reads the works at their current revision and checks the access policy once more, so a
//! work that was withdrawn a moment ago is not shown although the index still contains it. [`hits`]
//! adds snippets ([`highlighter`]) and groups near-duplicates ([`duplicates`]); [`facets`] adds labels and
//! [`interpretation`] reports the repairs.

pub(crate) mod duplicates;
pub(crate) mod facets;
pub(crate) mod highlighter;
pub(crate) mod hits;
pub(crate) mod interpretation;
pub(crate) mod respond;
pub(crate) mod visible_works;
