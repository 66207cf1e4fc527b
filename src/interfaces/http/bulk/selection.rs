//! The works of a search, for an act on all of them.

use std::collections::BTreeMap;

use crate::domain::access::Actor;
use crate::domain::{Rule, Violations};
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::search::parameters::SearchParameters;
use crate::interfaces::wire::MAX_WORKS;
use crate::services::curation::bulk::Selected;
use crate::services::search::admission::requester::Requester;
use crate::services::search::{Order, Search, SearchRequest};

/// All works that a search finds and the actor may see, each at its present revision. Only works with all
/// words are selected: a search shows others when few have all, and nobody means those.
///
/// # Errors
/// [`Problem::InvalidParameter`]; [`Problem::Invalid`] when there are more than [`MAX_WORKS`];
/// [`Problem::Busy`] when a search takes too long.
pub async fn works_of_search(
    search: &Search,
    actor: &Actor,
    requester: &Requester,
    parameters: BTreeMap<String, String>,
    language: &str,
) -> Result<Vec<Selected>, Problem> {
    let pairs = parameters.iter();
    let pairs = pairs.map(|(name, value)| (name.as_str(), value.as_str()));
    let parameters = SearchParameters::of_pairs(pairs, language)?;
    let mut request = SearchRequest {
        requester: requester.clone(),
        order: Order::Oldest,
        limit: SearchRequest::MAX_LIMIT,
        facets: Vec::new(),
        all_words: true,
        group_duplicates: false,
        with_snippets: false,
        ..parameters.request
    };
    let mut works = Vec::new();
    loop {
        let found = search.search(actor, request.clone()).await?;
        if found.is_partial {
            return Err(Problem::Busy {
                retry_after_seconds: 1,
            });
        }
        works.extend(found.hits.iter().map(|hit| Selected {
            id: hit.asset.id,
            revision: Some(hit.asset.revision),
        }));
        if works.len() > MAX_WORKS {
            let mut violations = Violations::default();
            violations.push("/search", Rule::TooLong { max: MAX_WORKS });
            return Err(Problem::Invalid(violations));
        }
        match found.next {
            Some(next) => request.after = Some(next),
            None => return Ok(works),
        }
    }
}
