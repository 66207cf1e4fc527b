//! The comparison of two states of a work, on one thread and within the share of whoever asks for it.

use std::time::{Duration, Instant};

use crate::interfaces::http::problem::Problem;
use crate::interfaces::wire::{AssetDto, FieldChangeDto, compare_works};
use crate::services::search::Search;
use crate::services::search::admission::requester::Requester;

/// How long texts are compared; the rest is reported as removed and added.
const LONGEST_COMPARISON: Duration = Duration::from_millis(500);

/// The fields that differ between an earlier state, if there is one, and a later one.
///
/// # Errors
/// Those of the records; [`Problem::Busy`] and [`Problem::TooManyRequests`] when others are served first.
pub async fn compare(
    search: &Search,
    requester: &Requester,
    records: impl Future<Output = Result<(Option<AssetDto>, AssetDto), Problem>> + Send + 'static,
) -> Result<Vec<FieldChangeDto>, Problem> {
    let compared = async move {
        let (earlier, later) = records.await?;
        let deadline = Instant::now() + LONGEST_COMPARISON;
        Ok(compare_works(earlier.as_ref(), &later, deadline))
    };
    search.admission().run(requester, compared).await?
}
