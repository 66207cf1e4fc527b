//! The query parameters that the description names for the operations of one path. Others are refused, for
//! every operation alike, except those that trackers append to links.

use std::ops::RangeInclusive;
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, web};
use utoipa::Path;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{HttpMethod, ParameterIn};
use utoipa::openapi::schema::{Object, Schema};
use utoipa::openapi::security::SecurityRequirement;

use super::problem::Problem;
use crate::domain::access::Actor;

/// The described query parameters of the operations of one path.
#[derive(Default)]
pub(super) struct DescribedParameters(Vec<Operation>);

/// The parameters of one operation.
struct Operation {
    method: HttpMethod,
    /// Anonymous callers may use it.
    is_open: bool,
    parameters: Arc<[DescribedParameter]>,
}

/// One parameter.
#[derive(Debug)]
struct DescribedParameter {
    name: String,
    /// The values that it can have: a closed list, a range or a form.
    values: Option<String>,
    /// It is a number or a boolean, so no value is empty.
    is_scalar: bool,
    /// The numbers that it can be.
    range: Option<RangeInclusive<i128>>,
    /// The names that it can be.
    names: Option<Vec<String>>,
}

impl DescribedParameter {
    fn new(name: String, schema: Option<&RefOr<Schema>>) -> Self {
        let described = serde_json::to_value(schema).unwrap_or_default();
        Self {
            name,
            values: schema.and_then(values),
            is_scalar: schema.is_some_and(is_scalar),
            range: range_of(&described),
            names: described.get("enum").and_then(names_of),
        }
    }

    /// Whether every handler would have to refuse this value.
    fn refuses(&self, value: &str) -> bool {
        let is_missing = self.is_scalar && value.is_empty();
        let is_outside = self.range.as_ref().is_some_and(|range| {
            let number = value.parse::<i128>();
            number.is_ok_and(|number| !range.contains(&number))
        });
        let is_unknown = self
            .names
            .as_ref()
            .is_some_and(|names| !names.iter().any(|name| name == value));
        is_missing || is_outside || is_unknown
    }
}

impl DescribedParameters {
    /// Adds the operation of a handler.
    pub(super) fn add<P: Path>(&mut self) {
        let operation = P::operation();
        let parameters = operation.parameters.into_iter().flatten();
        let in_query = parameters.filter_map(|parameter| match parameter {
            RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => Some(
                DescribedParameter::new(parameter.name, parameter.schema.as_ref()),
            ),
            _ => None,
        });
        let parameters: Arc<[_]> = in_query.collect();
        let needs_nothing = |scheme: &SecurityRequirement| {
            serde_json::to_value(scheme).is_ok_and(|value| value == serde_json::json!({}))
        };
        let is_open = operation
            .security
            .is_none_or(|schemes| schemes.iter().any(needs_nothing));
        for method in P::methods() {
            self.0.push(Operation {
                method,
                is_open,
                parameters: Arc::clone(&parameters),
            });
        }
    }

    /// Refuses unknown parameters; of values that a handler refuses, the problem names those allowed.
    ///
    /// # Errors
    /// Those of the handler.
    pub(super) async fn check(
        self: Arc<Self>,
        request: ServiceRequest,
        next: Next<BoxBody>,
    ) -> Result<ServiceResponse<BoxBody>, Error> {
        let Some(Operation {
            is_open,
            parameters: known,
            ..
        }) = self.of_method(request.method())
        else {
            return next.call(request).await;
        };
        // The handler refuses callers without the permission first.
        let is_refused = !is_open && is_anonymous(&request);
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        let pairs = pairs.map(web::Query::into_inner).unwrap_or_default();
        request
            .extensions_mut()
            .insert(AllowedValues(Arc::clone(known)));
        for (name, value) in pairs {
            let parameter = known.iter().find(|parameter| parameter.name == name);
            let problem = match parameter {
                None if is_tracking(&name) => continue,
                None => Problem::UnknownParameter {
                    name,
                    known: known.iter().map(|known| known.name.clone()).collect(),
                },
                Some(parameter) if !is_refused && parameter.refuses(&value) => refused(name),
                Some(_) => continue,
            };
            return Ok(request.error_response(problem));
        }
        next.call(request).await
    }

    fn of_method(&self, method: &Method) -> Option<&Operation> {
        let wanted: &[HttpMethod] = match *method {
            Method::GET => &[HttpMethod::Get],
            Method::HEAD => &[HttpMethod::Get, HttpMethod::Head],
            Method::POST => &[HttpMethod::Post],
            Method::PUT => &[HttpMethod::Put],
            Method::PATCH => &[HttpMethod::Patch],
            Method::DELETE => &[HttpMethod::Delete],
            Method::OPTIONS => &[HttpMethod::Options],
            _ => return None,
        };
        let mut operations = self.0.iter();
        operations.find(|operation| wanted.contains(&operation.method))
    }
}

fn is_anonymous(request: &ServiceRequest) -> bool {
    let extensions = request.extensions();
    matches!(extensions.get::<Actor>(), Some(Actor::Anonymous))
}

/// The values that the parameters of a request can have.
#[derive(Debug)]
pub(super) struct AllowedValues(Arc<[DescribedParameter]>);

impl AllowedValues {
    /// The values of this parameter, in words.
    pub(super) fn of(&self, name: &str) -> Option<&str> {
        let mut parameters = self.0.iter();
        let parameter = parameters.find(|parameter| parameter.name == name)?;
        parameter.values.as_deref()
    }
}

/// Whether a parameter is one that trackers append to links, which means nothing here.
pub(super) fn is_tracking(name: &str) -> bool {
    const NAMES: [&str; 6] = ["fbclid", "gclid", "msclkid", "zarsrc", "mc_cid", "mc_eid"];
    name.starts_with("utm_") || NAMES.contains(&name)
}

/// Why a value of this parameter is refused.
pub(super) fn refused(name: String) -> Problem {
    match name.as_str() {
        "after" => Problem::WrongCursor,
        _ => Problem::parameter(name),
    }
}

fn values(schema: &RefOr<Schema>) -> Option<String> {
    match schema {
        RefOr::T(Schema::Object(object)) => values_of(object),
        RefOr::T(Schema::Array(array)) => {
            let items = serde_json::to_value(&array.items).ok()?;
            listed(items.get("enum")?)
        }
        _ => None,
    }
}

fn values_of(object: &Object) -> Option<String> {
    let schema = serde_json::to_value(object).ok()?;
    if let Some(range) = range_of(&schema) {
        return Some(format!("{}–{}", range.start(), range.end()));
    }
    if let Some(values) = schema.get("enum") {
        return listed(values);
    }
    let form = match schema.get("format").and_then(serde_json::Value::as_str) {
        Some("uuid") => "UUID",
        Some("date-time") => "YYYY-MM-DDThh:mm:ss±hh:mm",
        Some(WORK_DATE) => "YYYY, YYYY-MM, YYYY-MM-DD",
        _ if has_type(&schema, "boolean") => "true, false",
        _ => return None,
    };
    Some(form.to_owned())
}

/// The format of the date of a work in the description: a year, a month or a day.
pub(super) const WORK_DATE: &str = "work-date";

fn is_scalar(schema: &RefOr<Schema>) -> bool {
    let schema = serde_json::to_value(schema).unwrap_or_default();
    ["integer", "number", "boolean"]
        .iter()
        .any(|name| has_type(&schema, name))
}

/// The described bounds of an integer. Handlers read unsigned numbers, which are described as signed because every
/// language has those: the upper half of the unsigned ones is refused.
fn range_of(schema: &serde_json::Value) -> Option<RangeInclusive<i128>> {
    if !has_type(schema, "integer") {
        return None;
    }
    let bound = |name: &str| schema.get(name)?.as_i64().map(i128::from);
    let of_format = match schema.get("format").and_then(serde_json::Value::as_str) {
        Some("int32") => i128::from(i32::MIN)..=i128::from(i32::MAX),
        _ => i128::from(i64::MIN)..=i128::from(i64::MAX),
    };
    let least = bound("minimum").unwrap_or(*of_format.start());
    Some(least..=bound("maximum").unwrap_or(*of_format.end()))
}

fn has_type(schema: &serde_json::Value, name: &str) -> bool {
    let kind = &schema["type"];
    let mut kinds = kind.as_array().into_iter().flatten();
    kind == name || kinds.any(|kind| kind == name)
}

fn listed(values: &serde_json::Value) -> Option<String> {
    Some(names_of(values)?.join(", "))
}

fn names_of(values: &serde_json::Value) -> Option<Vec<String>> {
    let values = values.as_array()?.iter();
    let names = values.filter_map(|value| value.as_str());
    Some(names.map(str::to_owned).collect())
}
