//! Query parameters and parts of the path; a refusal names the invalid one.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;

use crate::domain::asset::AssetId;
use crate::interfaces::http::problem::Problem;

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
            Err(_) => Err(Problem::parameter(invalid_parameter::<T>(query))),
        })
    }
}

/// The parameter without which the query can be read; `query` when several are invalid.
fn invalid_parameter<T: DeserializeOwned>(query: &str) -> String {
    let pairs: Vec<&str> = query.split('&').take(64).collect();
    let is_valid_without = |skipped: usize| {
        let others = pairs.iter().enumerate().filter(|(n, _)| *n != skipped);
        let rest: Vec<&str> = others.map(|(_, pair)| *pair).collect();
        web::Query::<T>::from_query(&rest.join("&")).is_ok()
    };
    (0..pairs.len())
        .find(|skipped| is_valid_without(*skipped))
        .and_then(|n| pairs[n].split('=').next())
        .unwrap_or("query")
        .to_owned()
}

/// The part `id` of the path as the id of a work. Any other text is not found.
#[derive(Debug, Clone, Copy)]
pub struct WorkId(pub AssetId);

impl FromRequest for WorkId {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(path_part(request, "id").map(Self))
    }
}

/// A part of the path as a typed value.
///
/// # Errors
/// [`Problem::NotFound`]: nothing exists at an address of another form.
pub fn path_part<T: FromStr>(request: &HttpRequest, name: &str) -> Result<T, Problem> {
    let text = request.match_info().get(name).unwrap_or_default();
    text.parse().map_err(|_| Problem::NotFound)
}
