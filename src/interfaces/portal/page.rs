//! The request for a page, and the response with it.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, EntityTag};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, web};
use askama::Template;
use sha2::{Digest as _, Sha256};

use super::form;
use super::href::Href;
use super::layout::Layout;
use super::place::{self, Place};
use crate::app::Archive;
use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::domain::hex;
use crate::interfaces::http::BaseAddress;
use crate::interfaces::http::authentication::session_cookie::CookieText;
use crate::interfaces::http::extract::precondition::matches_if_none_match;
use crate::interfaces::http::extract::query;
use crate::interfaces::http::frame::{EMBEDDED_PAGE_POLICY, KeepBody, PAGE_POLICY};
use crate::interfaces::http::no_store::NO_STORE;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::Language;
use crate::services::accounts::Session;

/// The request for a page.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// The language of the page.
    pub language: Language,
    /// The public address of the archive.
    pub base: BaseAddress,
    clock: Clock,
    request: HttpRequest,
}

impl FromRequest for PageRequest {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let base = request.app_data::<web::Data<BaseAddress>>();
        let archive = request.app_data::<web::Data<Archive>>();
        let (Some(base), Some(archive)) = (base, archive) else {
            let why = "the server was started without an archive";
            return ready(Err(Problem::internal(why)));
        };
        ready(Ok(Self {
            language: place::language_of(request.path()).unwrap_or_default(),
            base: BaseAddress::clone(base),
            clock: archive.clock.clone(),
            request: request.clone(),
        }))
    }
}

impl PageRequest {
    /// What surrounds a page with this title at this place.
    pub fn layout(&self, title: impl Into<String>, place: Place) -> Layout {
        let query = self.request.query_string();
        let base = self.base.as_str();
        let layout = Layout::new(self.language, title.into(), place, query, base);
        let extensions = self.request.extensions();
        let session = extensions
            .get::<Session>()
            .filter(|session| !session.is_pending);
        match (session, extensions.get::<CookieText>()) {
            (Some(session), Some(cookie)) => {
                let token = form::token(session, cookie, &self.clock);
                layout.for_holder(&session.actor, token)
            }
            _ => layout,
        }
    }

    /// A parameter of the query.
    pub fn parameter(&self, name: &str) -> Option<String> {
        let pairs: Vec<(String, String)> = query::parse(self.query()).ok()?;
        let mut pairs = pairs.into_iter().filter(|(known, _)| known == name);
        pairs.next().map(|(_, value)| value)
    }

    /// The response to a form that leads on, so that reloading the next page sends nothing again.
    pub fn redirect(&self, to: &Href) -> HttpResponse {
        HttpResponse::SeeOther()
            .insert_header((header::LOCATION, to.to_string()))
            .insert_header(NO_STORE)
            .finish()
    }

    /// Whether a script of a page asks, which reads JSON.
    pub fn is_of_script(&self) -> bool {
        let accepted = self.request.headers().get(header::ACCEPT);
        accepted.is_some_and(|accepted| accepted == "application/json")
    }

    /// The query string as sent.
    pub fn query(&self) -> &str {
        self.request.query_string()
    }

    /// The response with a page; 304 when an anonymous reader has it already.
    ///
    /// # Errors
    /// The template fails.
    pub fn respond(&self, page: &impl Template) -> Result<HttpResponse, Problem> {
        self.respond_with(StatusCode::OK, page)
    }

    /// The response with a page that stands within pages of other sites: the same for everybody.
    ///
    /// # Errors
    /// The template fails.
    pub fn respond_embedded(
        &self,
        status: StatusCode,
        page: &impl Template,
    ) -> Result<HttpResponse, Problem> {
        let mut response = self.respond_with(status, page)?;
        let policy = header::HeaderValue::from_static(EMBEDDED_PAGE_POLICY);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        Ok(response)
    }

    /// As [`PageRequest::respond`], with another status than 200.
    ///
    /// # Errors
    /// The template fails.
    pub fn respond_with(
        &self,
        status: StatusCode,
        page: &impl Template,
    ) -> Result<HttpResponse, Problem> {
        let html = page.render().map_err(Problem::internal)?;
        Ok(self.respond_text(status, "text/html; charset=utf-8", html))
    }

    /// Whether a list of addresses for a download program is asked for.
    pub fn is_list(&self) -> bool {
        self.parameter("format").as_deref() == Some("list")
    }

    /// The response with addresses on this site, one in a line.
    pub fn respond_list(&self, addresses: impl IntoIterator<Item = String>) -> HttpResponse {
        let base = self.base.as_str();
        let lines = addresses.into_iter();
        let lines: String = lines.map(|address| format!("{base}{address}\n")).collect();
        self.respond_text(StatusCode::OK, "text/plain; charset=utf-8", lines)
    }

    /// No cache keeps what is shown to those who are signed in.
    fn respond_text(&self, status: StatusCode, media_type: &str, text: String) -> HttpResponse {
        let is_public = {
            let extensions = self.request.extensions();
            let actor = extensions.get::<Actor>();
            matches!(actor, None | Some(Actor::Anonymous)) && !extensions.contains::<Session>()
        };
        let mut response = HttpResponse::build(status);
        if is_public && status == StatusCode::OK {
            let etag = etag(&text);
            if matches_if_none_match(&self.request, &etag) {
                let mut unchanged = HttpResponse::NotModified();
                return unchanged.insert_header((header::ETAG, etag)).finish();
            }
            response.insert_header((header::ETAG, etag));
        } else {
            response.insert_header(NO_STORE);
        }
        let mut response = response
            .content_type(media_type)
            .insert_header((header::CONTENT_LANGUAGE, self.language.tag()))
            .insert_header((header::CONTENT_SECURITY_POLICY, PAGE_POLICY))
            .insert_header((header::VARY, "Cookie"))
            .body(text);
        response.extensions_mut().insert(KeepBody);
        response
    }
}

fn etag(text: &str) -> EntityTag {
    let hash = Sha256::digest(text.as_bytes());
    EntityTag::new_strong(hex(&hash[..12]))
}
