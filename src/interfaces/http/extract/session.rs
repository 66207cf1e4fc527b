//! The session of the caller, for handlers about it, and the proof of identity that dangerous acts need.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};

use crate::app::Archive;
use crate::interfaces::http::problem::Problem;
use crate::services::accounts::Session;

/// The session of the caller, complete or still without its second factor.
#[derive(Debug)]
pub struct AnySession(pub Session);

/// The complete session of the caller.
#[derive(Debug)]
pub struct FullSession(pub Session);

/// The complete session of a caller who proved who it is within the last minutes.
#[derive(Debug)]
pub struct RecentSession(pub Session);

/// A caller who may do dangerous things now: a token, or a session as in [`RecentSession`].
#[derive(Debug)]
pub struct RecentlyAuthenticated;

impl Deref for AnySession {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.0
    }
}

impl Deref for FullSession {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.0
    }
}

impl Deref for RecentSession {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.0
    }
}

impl FromRequest for AnySession {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let session = session_of(request).ok_or(Problem::Unauthenticated);
        ready(session.map(Self))
    }
}

impl FromRequest for FullSession {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let session = session_of(request).filter(|session| !session.is_pending);
        ready(session.map(Self).ok_or(Problem::Unauthenticated))
    }
}

impl FromRequest for RecentSession {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let session = session_of(request).filter(|session| !session.is_pending);
        ready(session.ok_or(Problem::Unauthenticated).and_then(|session| {
            check_recent(request, &session)?;
            Ok(Self(session))
        }))
    }
}

impl FromRequest for RecentlyAuthenticated {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let checked = session_of(request).map_or(Ok(()), |session| check_recent(request, &session));
        ready(checked.map(|()| Self))
    }
}

fn session_of(request: &HttpRequest) -> Option<Session> {
    request.extensions().get::<Session>().cloned()
}

fn check_recent(request: &HttpRequest, session: &Session) -> Result<(), Problem> {
    let archive = request
        .app_data::<web::Data<Archive>>()
        .ok_or_else(|| Problem::internal("the server was started without an archive"))?;
    if session.is_recent(archive.clock.now()) {
        Ok(())
    } else {
        Err(Problem::ReauthenticationRequired)
    }
}
