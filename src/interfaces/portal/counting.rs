//! Searches that count works, for pages with figures.

use crate::app::Archive;
use crate::domain::access::Actor;
use crate::interfaces::http::problem::Problem;
use crate::services::search::admission::requester::Requester;
use crate::services::search::{SearchRequest, SearchResponse};

/// A search for counts alone.
pub fn request(requester: Requester) -> SearchRequest {
    let mut request = SearchRequest::for_text("");
    (request.requester, request.limit) = (requester, 1);
    (request.group_duplicates, request.with_snippets) = (false, false);
    request
}

/// The counts of such a search: all of them, as a part of a sum is none.
///
/// # Errors
/// Those of the search; [`Problem::Busy`] when it takes too long.
pub async fn counts(
    actor: &Actor,
    request: SearchRequest,
    archive: &Archive,
) -> Result<SearchResponse, Problem> {
    let found = archive.search.search(actor, request).await?;
    if found.is_partial {
        return Err(Problem::Busy {
            retry_after_seconds: 1,
        });
    }
    Ok(found)
}
