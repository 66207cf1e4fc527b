//! Authentication and permission: the signature of a handler names the required permission.
//!
//! `actor: Allowed<Curate>` is the whole check. A handler without a guard has no actor, so it cannot call
//! a service: all services take the actor first.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};

use crate::clock::Clock;
use crate::domain::access::{Actor, Permission};
use crate::domain::hex;
use crate::interfaces::http::problem::Problem;
use crate::services::accounts::Tokens;

/// A permission as a type, for signatures.
pub trait RequiredPermission: 'static {
    /// The permission.
    const PERMISSION: Permission;
}

/// [`Permission::Read`]
#[derive(Debug)]
pub struct Read;
/// [`Permission::KeepSearches`]
#[derive(Debug)]
pub struct KeepSearches;
/// [`Permission::FollowUp`]
#[derive(Debug)]
pub struct FollowUp;
/// [`Permission::Deposit`]
#[derive(Debug)]
pub struct Deposit;
/// [`Permission::Review`]
#[derive(Debug)]
pub struct Review;
/// [`Permission::Curate`]
#[derive(Debug)]
pub struct Curate;
/// [`Permission::Audit`]
#[derive(Debug)]
pub struct Audit;
/// [`Permission::Administer`]
#[derive(Debug)]
pub struct Administer;

impl RequiredPermission for Read {
    const PERMISSION: Permission = Permission::Read;
}
impl RequiredPermission for KeepSearches {
    const PERMISSION: Permission = Permission::KeepSearches;
}
impl RequiredPermission for FollowUp {
    const PERMISSION: Permission = Permission::FollowUp;
}
impl RequiredPermission for Review {
    const PERMISSION: Permission = Permission::Review;
}
impl RequiredPermission for Deposit {
    const PERMISSION: Permission = Permission::Deposit;
}
impl RequiredPermission for Curate {
    const PERMISSION: Permission = Permission::Curate;
}
impl RequiredPermission for Audit {
    const PERMISSION: Permission = Permission::Audit;
}
impl RequiredPermission for Administer {
    const PERMISSION: Permission = Permission::Administer;
}

/// The caller, who has the permission `P`. The access policy decides for which works.
#[derive(Debug)]
pub struct Allowed<P> {
    actor: Actor,
    permission: PhantomData<P>,
}

impl<P> Deref for Allowed<P> {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.actor
    }
}

impl<P: RequiredPermission> FromRequest for Allowed<P> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    /// Ready at once, so that the permission is decided before the other extractors of a handler: those
    /// that stand after it in the signature are not heard when it refuses.
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let Some(actor) = request.extensions().get::<Actor>().cloned() else {
            return ready(Err(Problem::internal("the caller was not looked up")));
        };
        if actor.may(P::PERMISSION) {
            return ready(Ok(Self {
                actor,
                permission: PhantomData,
            }));
        }
        ready(Err(match actor {
            Actor::Anonymous => Problem::Unauthenticated,
            Actor::Holder { .. } | Actor::System => Problem::Forbidden,
        }))
    }
}

/// The actor of the bearer token in `Authorization` (RFC 6750); anonymous without one.
///
/// # Errors
/// [`Problem::InvalidToken`]; the catalogue does not answer.
pub async fn authenticate(request: &HttpRequest) -> Result<Actor, Problem> {
    let Some(value) = request.headers().get(header::AUTHORIZATION) else {
        return Ok(Actor::Anonymous);
    };
    let secret = bearer(value).ok_or(Problem::InvalidToken)?;
    let control = request.app_data::<web::Data<ControlSecret>>();
    if control.is_some_and(|control| control.is(secret)) {
        return Ok(Actor::System);
    }
    let tokens = request
        .app_data::<web::Data<Tokens>>()
        .ok_or_else(|| Problem::internal("the server was started without tokens"))?;
    Ok(tokens.authenticate(secret).await?)
}

/// Whether the request carries exactly this bearer token.
pub fn has_bearer(request: &HttpRequest, expected: &str) -> bool {
    let value = request.headers().get(header::AUTHORIZATION);
    value
        .and_then(bearer)
        .is_some_and(|given| are_equal(given, expected))
}

fn bearer(value: &header::HeaderValue) -> Option<&str> {
    let (scheme, secret) = value.to_str().ok()?.split_once(' ')?;
    let secret = secret.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !secret.is_empty()).then_some(secret)
}

/// The secret with which commands on this machine call the running archive with the rights of its
/// operator. It exists in memory and in `run/control.json`, as long as the process.
#[derive(Clone)]
pub struct ControlSecret([u8; 32]);

impl ControlSecret {
    /// A new secret.
    pub fn new(clock: &Clock) -> Self {
        Self(clock.random_bytes())
    }

    /// The secret as the text of a bearer token.
    pub fn as_text(&self) -> String {
        hex(&self.0)
    }

    fn is(&self, given: &str) -> bool {
        are_equal(given, &self.as_text())
    }
}

/// Compares secrets in a time that depends only on their lengths.
fn are_equal(given: &str, expected: &str) -> bool {
    let differences = given
        .bytes()
        .zip(expected.bytes())
        .fold(0, |found, (a, b)| found | (a ^ b));
    given.len() == expected.len() && differences == 0
}
