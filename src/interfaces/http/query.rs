//! Query parameters and path parts, refused with the name of the one that is wrong.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;

use super::problem::Problem;
use crate::domain::asset::AssetId;

/// The query of a request as a typed value.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = request.query_string();
        ready(match web::Query::<T>::from_query(query) {
            Ok(value) => Ok(Self(value.into_inner())),
            Err(_) => Err(Problem::parameter(culprit::<T>(query))),
        })
    }
}

/// The parameter without which the query could be read; the whole query when several are wrong.
fn culprit<T: DeserializeOwned>(query: &str) -> String {
    let pairs: Vec<&str> = query.split('&').take(64).collect();
    let reads_without = |skipped: usize| {
        let others = pairs.iter().enumerate().filter(|(n, _)| *n != skipped);
        let rest: Vec<&str> = others.map(|(_, pair)| *pair).collect();
        web::Query::<T>::from_query(&rest.join("&")).is_ok()
    };
    (0..pairs.len())
        .find(|skipped| reads_without(*skipped))
        .and_then(|n| pairs[n].split('=').next())
        .unwrap_or("query")
        .to_owned()
}

/// A path part named `id` that is the id of a work. Anything else is simply not found.
#[derive(Debug, Clone, Copy)]
pub struct WorkId(pub AssetId);

impl FromRequest for WorkId {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(part(request, "id").map(Self))
    }
}

/// A part of the path as a typed value.
///
/// # Errors
/// [`Problem::NotFound`]: there can be nothing under a name of another form.
pub fn part<T: FromStr>(request: &HttpRequest, name: &str) -> Result<T, Problem> {
    let text = request.match_info().get(name).unwrap_or_default();
    text.parse().map_err(|_| Problem::NotFound)
}
