//! The JSON form of saved searches, and the parameters of their list and feeds.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::domain::SavedSearch;
use crate::interfaces::http::BaseAddress;
use crate::interfaces::http::pagination::address;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::schemas;
use crate::interfaces::http::search::parameters::SearchParameters;
use crate::interfaces::wire::SavedSearchDto;

/// A saved search.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SavedSearch)]
pub struct SavedSearchView {
    /// Its id, which never changes.
    #[schema(format = "uuid")]
    id: String,
    /// Its revision.
    revision: u64,
    /// Its titles, parameters and visibility.
    #[serde(flatten)]
    search: SavedSearchDto,
    /// The organisation that owns it.
    #[serde(skip_serializing_if = "Option::is_none")]
    organisation: Option<String>,
    /// When it was saved.
    #[schema(format = DateTime)]
    created_at: String,
    /// Address of its feed.
    #[schema(format = "uri")]
    feed: String,
    /// Address of what it finds.
    #[schema(format = "uri")]
    results: String,
}

/// One page of saved searches.
#[derive(Debug, Serialize, ToSchema)]
pub struct SavedSearchList {
    /// The searches, oldest first.
    pub items: Vec<SavedSearchView>,
    /// Cursor of the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// Which saved searches to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListQuery {
    /// Go on after this id, as the `next` link does.
    #[param(format = "uuid")]
    pub after: Option<String>,
    /// The number of searches, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    pub limit: Option<usize>,
}

/// The page of a feed.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FeedQuery {
    /// Go on after this cursor, as the `next` link does.
    after: Option<String>,
    /// The number of works, at most 100. By default the saved number, else 20.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<usize>,
    /// Language of titles and labels. By default the saved one, else that of `Accept-Language`.
    #[param(value_type = Option<schemas::LabelLanguage>, inline)]
    lang: Option<String>,
}

impl FeedQuery {
    /// The parameters of the address, without the cursor.
    pub fn without_cursor(&self) -> Vec<(&'static str, String)> {
        let limit = self.limit.map(|limit| ("limit", limit.to_string()));
        let lang = self.lang.clone().map(|lang| ("lang", lang));
        limit.into_iter().chain(lang).collect()
    }

    /// The parameters of the saved search, overridden by those of this query.
    ///
    /// # Errors
    /// [`Problem::InvalidParameter`] for an invalid value of this query; an invalid saved parameter is an
    /// internal error.
    pub fn parameters(
        &self,
        search: &SavedSearch,
        language: &str,
    ) -> Result<SearchParameters, Problem> {
        SearchParameters::of_pairs(saved(search), language).map_err(Problem::internal)?;
        let mut own = self.without_cursor();
        own.extend(self.after.clone().map(|after| ("after", after)));
        let is_replaced = |name: &str| own.iter().any(|(own, _)| *own == name);
        let saved = saved(search).filter(|(name, _)| !is_replaced(name));
        let own = own.iter().map(|(name, value)| (*name, value.as_str()));
        SearchParameters::of_pairs(saved.chain(own), language)
    }
}

impl SavedSearchView {
    /// The same for everybody who may read it.
    pub fn render(search: &SavedSearch, base: &BaseAddress) -> Self {
        let query: Vec<_> = saved(search)
            .map(|(name, value)| (name, value.to_owned()))
            .collect();
        Self {
            id: search.id.to_string(),
            revision: search.revision.0,
            search: search.into(),
            organisation: search.organisation.as_ref().map(ToString::to_string),
            created_at: search.created_at.to_string(),
            feed: address(base, &feed_path(search), &[]),
            results: address(base, "/api/v1/search", &query),
        }
    }
}

/// The path of the feed of a saved search.
pub fn feed_path(search: &SavedSearch) -> String {
    format!("/api/v1/searches/{}/feed", search.id)
}

fn saved(search: &SavedSearch) -> impl Iterator<Item = (&str, &str)> {
    let parameters = search.parameters.iter();
    parameters.map(|(name, value)| (name.as_str(), value.as_str()))
}
