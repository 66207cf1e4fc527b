//! Who asks, and whether they may: the permission stands in the handler's signature.
//!
//! `actor: Allowed<Curate>` is the whole check. A handler without a guard does not know its
//! caller, so it cannot hand anything to a service, which all ask for the actor first.

use std::marker::PhantomData;
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::future::LocalBoxFuture;

use super::problem::Problem;
use crate::clock::Clock;
use crate::domain::access::{Actor, Permission};
use crate::services::accounts::Accounts;

/// A permission as a type, to be named in signatures.
pub trait Needed: 'static {
    /// The permission.
    const PERMISSION: Permission;
}

/// [`Permission::Read`]
#[derive(Debug)]
pub struct Read;
/// [`Permission::KeepSearches`]
#[derive(Debug)]
pub struct KeepSearches;
/// [`Permission::Deposit`]
#[derive(Debug)]
pub struct Deposit;
/// [`Permission::Curate`]
#[derive(Debug)]
pub struct Curate;
/// [`Permission::Administer`]
#[derive(Debug)]
pub struct Administer;

impl Needed for Read {
    const PERMISSION: Permission = Permission::Read;
}
impl Needed for KeepSearches {
    const PERMISSION: Permission = Permission::KeepSearches;
}
impl Needed for Deposit {
    const PERMISSION: Permission = Permission::Deposit;
}
impl Needed for Curate {
    const PERMISSION: Permission = Permission::Curate;
}
impl Needed for Administer {
    const PERMISSION: Permission = Permission::Administer;
}

/// The caller, who has the permission `P`. Which works it extends to is the policy's to say.
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

impl<P: Needed> FromRequest for Allowed<P> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let actor = caller(&request).await?;
            if actor.may(P::PERMISSION) {
                return Ok(Self {
                    actor,
                    permission: PhantomData,
                });
            }
            Err(match actor {
                Actor::Anonymous => Problem::Unauthenticated,
                Actor::Holder { .. } | Actor::System => Problem::Forbidden,
            })
        })
    }
}

/// The actor behind `Authorization` (RFC 6750): nobody in particular without one.
async fn caller(request: &HttpRequest) -> Result<Actor, Problem> {
    let Some(value) = request.headers().get(header::AUTHORIZATION) else {
        return Ok(Actor::Anonymous);
    };
    let secret = bearer(value).ok_or(Problem::InvalidToken)?;
    let control = request.app_data::<web::Data<ControlSecret>>();
    if control.is_some_and(|control| control.is(secret)) {
        return Ok(Actor::System);
    }
    let accounts = request
        .app_data::<web::Data<Accounts>>()
        .ok_or_else(|| Problem::internal("the server was started without accounts"))?;
    Ok(accounts.authenticate(secret).await?)
}

/// Whether the request carries exactly this bearer token.
pub fn has_bearer(request: &HttpRequest, wanted: &str) -> bool {
    let value = request.headers().get(header::AUTHORIZATION);
    value
        .and_then(bearer)
        .is_some_and(|given| are_equal(given, wanted))
}

fn bearer(value: &header::HeaderValue) -> Option<&str> {
    let (scheme, secret) = value.to_str().ok()?.split_once(' ')?;
    let secret = secret.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !secret.is_empty()).then_some(secret)
}

/// The secret by which commands on this machine reach the running archive with the rights of its
/// operator. Lives in memory and in `run/control.json`, and dies with the process.
#[derive(Clone)]
pub struct ControlSecret([u8; 32]);

impl ControlSecret {
    /// A new secret.
    pub fn new(clock: &Clock) -> Self {
        Self(clock.random_bytes())
    }

    /// The secret as the text of a bearer token.
    pub fn as_text(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn is(&self, given: &str) -> bool {
        are_equal(given, &self.as_text())
    }
}

/// Compares secrets in a time that depends on their lengths only.
fn are_equal(given: &str, wanted: &str) -> bool {
    let differences = given
        .bytes()
        .zip(wanted.bytes())
        .fold(0, |found, (a, b)| found | (a ^ b));
    given.len() == wanted.len() && differences == 0
}
