//! Responses that are feeds: the document with its validators and cache rules.

use actix_web::http::header::{self, EntityTag};
use actix_web::{HttpRequest, HttpResponse};

use super::parameters::SearchParameters;
use crate::domain::{Slug, Timestamp};
use crate::interfaces::http::BaseAddress;
use crate::interfaces::http::delivery::conditions::{Condition, Validators, evaluate};
use crate::interfaces::http::pagination::address;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::{Language, feeds};
use crate::services::delivery::Cacheability;
use crate::services::search::Cursor;
use crate::services::sharing::{Channel, FeedId, Feeds, Page};
use crate::storage::blobs::Hasher;

/// The media type of feeds.
pub const MEDIA_TYPE: &str = "application/atom+xml; charset=utf-8";

/// A feed and its address.
#[derive(Debug)]
pub struct FeedSource<'a> {
    /// Its permanent id.
    pub id: FeedId,
    /// Its title.
    pub title: String,
    /// The organisation that keeps it.
    pub kept_by: Option<Slug>,
    /// The update time of an empty feed.
    pub created_at: Timestamp,
    /// Its path, without the query.
    pub path: String,
    /// The parameters of its address, without the cursor.
    pub query: Vec<(&'a str, String)>,
    /// Who may cache it.
    pub cacheability: Cacheability,
}

/// Responds with one page of a feed, or with 304 to callers that have it.
///
/// # Errors
/// [`Problem::StaleRevision`] when `If-Match` names another entity tag.
pub fn respond(
    request: &HttpRequest,
    feeds: &Feeds,
    source: &FeedSource<'_>,
    parameters: &SearchParameters,
    page: &Page,
    base: &BaseAddress,
) -> Result<HttpResponse, Problem> {
    let channel = source.channel(parameters, page, base);
    let document = feeds
        .atom(&channel, page, base.as_str())
        .map_err(Problem::internal)?;
    let validators = Validators {
        etag: etag(&document),
        // When the archive last changed tells of works that the reader may not see, and when one of the
        // entries changed does not tell that another is gone.
        last_modified: None,
    };
    let condition = evaluate(request.headers(), &validators);
    let mut response = match condition {
        Condition::Failed => return Err(Problem::StaleRevision { current: None }),
        Condition::NotModified => HttpResponse::NotModified(),
        Condition::Met => HttpResponse::Ok(),
    };
    response
        // Weak, because the bytes on the wire may be compressed (RFC 9110, section 8.8.1).
        .insert_header((header::ETAG, as_weak(&validators.etag)))
        .insert_header((header::CACHE_CONTROL, source.cache_control()))
        .append_header((header::VARY, "Authorization, Accept-Language"));
    if condition == Condition::NotModified {
        return Ok(response.finish());
    }
    if let Some(next) = &channel.next_page {
        response.append_header((header::LINK, format!("<{next}>; rel=\"next\"")));
    }
    Ok(response
        .insert_header((header::CONTENT_LANGUAGE, channel.language))
        .content_type(MEDIA_TYPE)
        .body(document))
}

impl FeedSource<'_> {
    /// A withdrawn work must disappear at once, so every copy is revalidated for every use.
    const fn cache_control(&self) -> &'static str {
        match self.cacheability {
            Cacheability::Public => "public, no-cache",
            Cacheability::Private => "private, no-cache",
        }
    }

    fn channel(&self, parameters: &SearchParameters, page: &Page, base: &BaseAddress) -> Channel {
        let first_page = address(base, &self.path, &self.query);
        let page_after = |cursor: &Cursor| {
            let mut query = self.query.clone();
            query.push(("after", cursor.to_text()));
            address(base, &self.path, &query)
        };
        let after = parameters.request.after.as_ref();
        let language = Language::of_tag(&parameters.request.language);
        Channel {
            id: self.id,
            title: self.title.clone(),
            kept_by: self.kept_by.clone(),
            language: parameters.request.language.clone(),
            correction_label: feeds::correction(language).to_owned(),
            created_at: self.created_at,
            this_page: after.map_or_else(|| first_page.clone(), page_after),
            next_page: page.next.as_ref().map(page_after),
            first_page,
            results: address(base, "/api/v1/search", &parameters.without_cursor()),
        }
    }
}

fn as_weak(etag: &EntityTag) -> EntityTag {
    EntityTag::new_weak(etag.tag().to_owned())
}

fn etag(document: &[u8]) -> EntityTag {
    let mut hasher = Hasher::new();
    hasher.update(document);
    let digest = hasher.finish().to_hex();
    EntityTag::new_strong(digest[..32].to_owned())
}
