//! Forms that people post: their fields, and the holder of the session who posted them.
//!
//! A page of another site cannot post a form in the name of a session: the origin is checked before
//! (`interfaces::http::authentication`), and each form carries the token of its session in the field `csrf`.

use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::future::LocalBoxFuture;

use crate::domain::access::Actor;
use crate::interfaces::http::authentication::session_cookie::{self, CookieText};
use crate::interfaces::http::extract::body::{config_of, expect_media_type, read_body};
use crate::interfaces::http::extract::guard::RequiredPermission;
use crate::interfaces::http::problem::Problem;
use crate::services::accounts::Session;

const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// The field with the token of the session.
pub const TOKEN_FIELD: &str = "csrf";

/// The fields of a form, in their order.
#[derive(Debug, Clone, Default)]
pub struct FormFields(Vec<(String, String)>);

impl FormFields {
    #[cfg(test)]
    pub(super) fn from_pairs(pairs: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(pairs.iter().map(owned).collect())
    }

    /// The text of a field, without space around it; empty when it was not sent.
    pub fn text(&self, name: &str) -> &str {
        let mut fields = self.0.iter().filter(|(known, _)| known == name);
        fields.next().map_or("", |(_, value)| value.trim())
    }
}

/// A form that needs no session.
#[derive(Debug)]
pub struct OpenForm(pub FormFields);

/// A form that the holder of a complete session posted, who has the permission `P`.
#[derive(Debug)]
pub struct PostedForm<P> {
    /// The holder.
    pub actor: Actor,
    /// What was filled in.
    pub fields: FormFields,
    permission: PhantomData<P>,
}

impl FromRequest for OpenForm {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { read(&request, payload).await.map(Self) })
    }
}

impl<P: RequiredPermission> FromRequest for PostedForm<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let actor = holder(&request)?;
            if !actor.may(P::PERMISSION) {
                return Err(Problem::Forbidden);
            }
            let fields = read(&request, payload).await?;
            check_token(&request, fields.text(TOKEN_FIELD))?;
            Ok(Self {
                actor,
                fields,
                permission: PhantomData,
            })
        })
    }
}

/// The holder of the complete session of a request.
///
/// # Errors
/// [`Problem::Unauthenticated`].
pub fn holder(request: &HttpRequest) -> Result<Actor, Problem> {
    let extensions = request.extensions();
    let session = extensions.get::<Session>();
    let session = session.filter(|session| !session.is_pending);
    let actor = session.map(|session| session.actor.clone());
    actor.ok_or(Problem::Unauthenticated)
}

/// Whether a form belongs to the session of its request.
///
/// # Errors
/// [`Problem::CrossSite`].
pub fn check_token(request: &HttpRequest, token: &str) -> Result<(), Problem> {
    let extensions = request.extensions();
    let cookie = extensions.get::<CookieText>();
    if cookie.is_some_and(|cookie| session_cookie::is_token(token, &cookie.0)) {
        Ok(())
    } else {
        Err(Problem::CrossSite)
    }
}

async fn read(request: &HttpRequest, payload: Payload) -> Result<FormFields, Problem> {
    expect_media_type(request, MEDIA_TYPE)?;
    let config = config_of(request)?;
    let limit = config.server.max_json_bytes;
    let bytes = read_body(request, payload, &config, limit).await?;
    let fields = serde_html_form::from_bytes(&bytes);
    fields
        .map(FormFields)
        .map_err(|_| Problem::MalformedRequest)
}
