//! Forms that people post: their fields, and the holder of the session who posted them.
//!
//! A page of another site cannot post a form in the name of a session: the origin is checked before
//! (`interfaces::http::authentication`), and each form carries the token of its session in the field `csrf`. Behind the
//! token stands the account for which the form was shown, so that what was typed is not lost with a session
//! ([`RefusedForm`]).

use std::marker::PhantomData;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};
use futures_util::future::LocalBoxFuture;

use crate::clock::Clock;
use crate::domain::access::Actor;
use crate::interfaces::http::authentication::session_cookie::{self, CookieText};
use crate::interfaces::http::extract::body::{config_of, expect_media_type, read_body};
use crate::interfaces::http::extract::guard::RequiredPermission;
use crate::interfaces::http::problem::Problem;
use crate::services::accounts::{RepeatableRequest, Session};
use crate::services::works::IdempotentRequest;
use crate::storage::blobs::Hasher;

const MEDIA_TYPE: &str = "application/x-www-form-urlencoded";

/// The field with the token of the session.
pub const TOKEN_FIELD: &str = "csrf";

/// The field of a form that is shown again, filled, instead of being acted on.
pub const RESUME_FIELD: &str = "resume";

/// The field with the random key of a page, by which a form that is sent twice is recognised.
pub const KEY_FIELD: &str = "key";

/// Fields that no page carries on.
const SECRET_FIELDS: [&str; 6] = [
    TOKEN_FIELD,
    RESUME_FIELD,
    "password",
    "current",
    "again",
    "code",
];

/// How much longer a form for signing in may be than others: it carries such a form, encrypted and in Base64.
const CARRIED_GROWTH: u64 = 3;

/// The fields of a form, in their order.
#[derive(Debug, Clone, Default)]
pub struct FormFields(Vec<(String, String)>);

impl FormFields {
    /// These fields.
    pub const fn new(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    #[cfg(test)]
    pub(super) fn from_pairs(pairs: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self(pairs.iter().map(owned).collect())
    }

    /// The text of a field, without space around it; empty when it was not sent.
    pub fn text(&self, name: &str) -> &str {
        self.all(name).next().unwrap_or_default()
    }

    /// A password as it was typed: a space may belong to it.
    pub fn password(&self, name: &str) -> &str {
        let mut fields = self.0.iter().filter(|(known, _)| known == name);
        fields.next().map_or("", |(_, value)| value)
    }

    /// What makes a form act once that is sent twice, by a double click or after going back: the key of its page together
    /// with what it asks for. Another request of the same page is another.
    pub fn idempotent_request(&self, wanted: &str) -> IdempotentRequest {
        let mut hasher = Hasher::new();
        hasher.update(format!("{}\n{wanted}", self.text(KEY_FIELD)).as_bytes());
        let request = hasher.finish();
        IdempotentRequest {
            key: format!("form-{request}"),
            request,
        }
    }

    /// The same for requests about accounts: of these fields.
    pub fn repeatable_request(&self, names: &[&str]) -> RepeatableRequest {
        let wanted = names
            .iter()
            .flat_map(|name| self.all(name).map(move |value| (name, value)));
        let wanted: Vec<String> = wanted
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let IdempotentRequest { key, request } = self.idempotent_request(&wanted.join("\n"));
        RepeatableRequest { key, request }
    }

    /// The texts of all fields with this name.
    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        let fields = self.0.iter().filter(move |(known, _)| known == name);
        fields.map(|(_, value)| value.trim())
    }

    /// All of them.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// Whether the field was sent.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// The fields without passwords, codes and tokens.
    fn without_secrets(&self) -> Vec<(String, String)> {
        let fields = self.0.iter();
        let open = fields.filter(|(name, _)| !SECRET_FIELDS.contains(&name.as_str()));
        open.cloned().collect()
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
    /// The session.
    pub session: Session,
    /// What was filled in.
    pub fields: FormFields,
    permission: PhantomData<P>,
}

impl<P> PostedForm<P> {
    /// Whether the form is to be shown again with what was typed, after its session had ended, and not acted on.
    pub fn is_resumed(&self) -> bool {
        self.fields.has(RESUME_FIELD)
    }
}

/// A form that was not taken because its session has ended, in the extensions of its request:
/// `session::keep_typed` carries it on.
#[derive(Debug)]
pub struct RefusedForm {
    /// The account for which the form was shown.
    pub account: String,
    /// What was typed, without passwords.
    pub fields: Vec<(String, String)>,
    /// Where it is shown again, when that is elsewhere than where it was sent.
    pub path: Option<String>,
}

impl FromRequest for OpenForm {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move { read(&request, payload, CARRIED_GROWTH).await.map(Self) })
    }
}

impl<P: RequiredPermission> FromRequest for PostedForm<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let session = session_of(&request);
            if let Some(session) = &session
                && !session.actor.may(P::PERMISSION)
            {
                return Err(Problem::Forbidden);
            }
            let fields = read(&request, payload, 1).await?;
            let session = accepted(&request, session, &fields).inspect_err(|_| {
                keep_refused(&request, &fields, None);
            })?;
            Ok(Self {
                actor: session.actor.clone(),
                session,
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
    let session = session_of(request);
    session
        .map(|session| session.actor)
        .ok_or(Problem::Unauthenticated)
}

/// The token that the forms of a page carry.
pub fn token(session: &Session, cookie: &CookieText, clock: &Clock) -> String {
    let token = session_cookie::csrf_token(&cookie.0, clock);
    format!("{token}.{}", session.account)
}

/// Whether a form belongs to the session of its request.
///
/// # Errors
/// [`Problem::CrossSite`].
pub fn check_token(request: &HttpRequest, token: &str) -> Result<(), Problem> {
    let (token, _) = token.split_once('.').unwrap_or((token, ""));
    let extensions = request.extensions();
    let cookie = extensions.get::<CookieText>();
    if cookie.is_some_and(|cookie| session_cookie::is_token(token, &cookie.0)) {
        Ok(())
    } else {
        Err(Problem::CrossSite)
    }
}

/// Keeps what was typed when its session has ended, or was replaced by another of the same account.
pub fn keep_refused(request: &HttpRequest, fields: &FormFields, path: Option<String>) {
    let token = fields.text(TOKEN_FIELD);
    let Some((_, account)) = token.split_once('.') else {
        return;
    };
    if session_of(request).is_none_or(|session| session.account == account) {
        let refused = RefusedForm {
            account: account.to_owned(),
            fields: fields.without_secrets(),
            path,
        };
        request.extensions_mut().insert(refused);
    }
}

fn accepted(
    request: &HttpRequest,
    session: Option<Session>,
    fields: &FormFields,
) -> Result<Session, Problem> {
    let session = session.ok_or(Problem::Unauthenticated)?;
    check_token(request, fields.text(TOKEN_FIELD))?;
    Ok(session)
}

/// The complete session of a request.
fn session_of(request: &HttpRequest) -> Option<Session> {
    let extensions = request.extensions();
    let session = extensions.get::<Session>();
    session.filter(|session| !session.is_pending).cloned()
}

async fn read(request: &HttpRequest, payload: Payload, growth: u64) -> Result<FormFields, Problem> {
    expect_media_type(request, MEDIA_TYPE)?;
    let config = config_of(request)?;
    let limit = config.server.max_json_bytes.saturating_mul(growth);
    let bytes = read_body(request, payload, &config, limit).await?;
    let fields = serde_html_form::from_bytes(&bytes);
    fields
        .map(FormFields)
        .map_err(|_| Problem::MalformedRequest)
}
