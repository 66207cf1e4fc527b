//! Query parameters and parts of the path; a refusal names the invalid one.

use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;
use utoipa::IntoParams;
use utoipa::openapi::Required;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};

use crate::domain::asset::{AssetId, Revision};
use crate::interfaces::http::described_parameters::{is_tracking, refused};
use crate::interfaces::http::problem::Problem;

/// The query of a request as a typed value.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

/// A query as a typed value. Lists are `Vec<String>`, see [`listed`].
///
/// # Errors
/// [`Problem::InvalidParameter`] naming the invalid one, [`Problem::WrongCursor`].
pub fn parse<T: DeserializeOwned>(query: &str) -> Result<T, Problem> {
    let query = &without_tracking(query);
    serde_html_form::from_str(query).map_err(|_| refused(invalid_parameter::<T>(query)))
}

/// The values of a list, which is written with commas or by repeating the parameter.
pub fn listed(values: &Option<Vec<String>>) -> impl Iterator<Item = &str> {
    let values = values.iter().flatten();
    values
        .flat_map(|value| value.split(','))
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

/// The query without the parameters that trackers append.
fn without_tracking(query: &str) -> String {
    let name = |pair: &&str| !is_tracking(pair.split('=').next().unwrap_or_default());
    let pairs: Vec<&str> = query.split('&').filter(name).collect();
    pairs.join("&")
}

/// The parameter without which the query can be read; `query` when several are invalid.
fn invalid_parameter<T: DeserializeOwned>(query: &str) -> String {
    let pairs: Vec<&str> = query.split('&').take(64).collect();
    let is_valid_without = |skipped: usize| {
        let others = pairs.iter().enumerate().filter(|(n, _)| *n != skipped);
        let rest: Vec<&str> = others.map(|(_, pair)| *pair).collect();
        serde_html_form::from_str::<T>(&rest.join("&")).is_ok()
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

impl IntoParams for WorkId {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let uuid = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::Custom("uuid".to_owned())));
        vec![path_parameter("id", "Id of the work.", uuid)]
    }
}

/// The part `revision` of the path. Any other text is not found.
#[derive(Debug, Clone, Copy)]
pub struct RevisionNumber(pub Revision);

impl FromRequest for RevisionNumber {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(path_part(request, "revision").map(|number| Self(Revision(number))))
    }
}

impl IntoParams for RevisionNumber {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let number = ObjectBuilder::new()
            .schema_type(Type::Integer)
            .minimum(Some(1));
        vec![path_parameter(
            "revision",
            "Number of the revision.",
            number,
        )]
    }
}

/// The part `sha256` of the path, for the description.
#[derive(Debug)]
pub struct FileHash;

impl IntoParams for FileHash {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let hexadecimal = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[0-9a-fA-F]{64}$"));
        let description = "SHA-256 of the file as deposited, in hexadecimal.";
        vec![path_parameter("sha256", description, hexadecimal)]
    }
}

fn path_parameter(name: &str, description: &str, schema: ObjectBuilder) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(description))
        .schema(Some(schema))
        .build()
}

/// A part of the path as a typed value.
///
/// # Errors
/// [`Problem::NotFound`]: nothing exists at an address of another form.
pub fn path_part<T: FromStr>(request: &HttpRequest, name: &str) -> Result<T, Problem> {
    let text = request.match_info().get(name).unwrap_or_default();
    text.parse().map_err(|_| Problem::NotFound)
}
