//! The query parameters that the description names for the operations of one path. Others are refused, for
//! every operation alike, except those that trackers append to links.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, web};
use utoipa::Path;
use utoipa::openapi::RefOr;
use utoipa::openapi::path::{HttpMethod, ParameterIn};
use utoipa::openapi::schema::{Object, Schema};

use super::problem::Problem;

/// The described query parameters of the operations of one path.
#[derive(Clone, Default)]
pub(super) struct DescribedParameters(Vec<(HttpMethod, Vec<DescribedParameter>)>);

/// One parameter.
#[derive(Debug, Clone)]
struct DescribedParameter {
    name: String,
    /// The values that it can have: a closed list, a range or a form.
    values: Option<String>,
    /// It is a number or a boolean, so no value is empty.
    is_scalar: bool,
}

impl DescribedParameters {
    /// Adds the operation of a handler.
    pub(super) fn add<P: Path>(&mut self) {
        let operation = P::operation();
        let parameters = operation.parameters.into_iter().flatten();
        let in_query = parameters.filter_map(|parameter| match parameter {
            RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Query => {
                Some(DescribedParameter {
                    name: parameter.name,
                    values: parameter.schema.as_ref().and_then(values),
                    is_scalar: parameter.schema.as_ref().is_some_and(is_scalar),
                })
            }
            _ => None,
        });
        let in_query: Vec<_> = in_query.collect();
        for method in P::methods() {
            self.0.push((method, in_query.clone()));
        }
    }

    /// Refuses unknown parameters; of values that a handler refuses, the problem names those allowed.
    ///
    /// # Errors
    /// Those of the handler.
    pub(super) async fn check(
        self,
        request: ServiceRequest,
        next: Next<BoxBody>,
    ) -> Result<ServiceResponse<BoxBody>, Error> {
        let Some(known) = self.of_method(request.method()) else {
            return next.call(request).await;
        };
        let pairs = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
        let pairs = pairs.map(web::Query::into_inner).unwrap_or_default();
        request
            .extensions_mut()
            .insert(AllowedValues(known.to_vec()));
        for (name, value) in pairs {
            let parameter = known.iter().find(|parameter| parameter.name == name);
            let problem = match parameter {
                None if is_tracking(&name) => continue,
                None => Problem::UnknownParameter {
                    name,
                    known: known.iter().map(|known| known.name.clone()).collect(),
                },
                Some(parameter) if parameter.is_scalar && value.is_empty() => {
                    Problem::parameter(name)
                }
                Some(_) => continue,
            };
            return Ok(request.error_response(problem));
        }
        next.call(request).await
    }

    fn of_method(&self, method: &Method) -> Option<&[DescribedParameter]> {
        let wanted = match *method {
            Method::GET | Method::HEAD => HttpMethod::Get,
            Method::POST => HttpMethod::Post,
            Method::PUT => HttpMethod::Put,
            Method::PATCH => HttpMethod::Patch,
            Method::DELETE => HttpMethod::Delete,
            _ => return None,
        };
        let mut operations = self.0.iter();
        let operation = operations.find(|(method, _)| *method == wanted)?;
        Some(&operation.1)
    }
}

/// The values that the parameters of a request can have.
#[derive(Debug)]
pub(super) struct AllowedValues(Vec<DescribedParameter>);

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
    if let Some(values) = schema.get("enum") {
        return listed(values);
    }
    if let (Some(least), Some(most)) = (schema.get("minimum"), schema.get("maximum")) {
        return Some(format!("{least}–{most}"));
    }
    if let Some(least) = schema.get("minimum") {
        return Some(format!("≥ {least}"));
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

fn has_type(schema: &serde_json::Value, name: &str) -> bool {
    let kind = &schema["type"];
    let mut kinds = kind.as_array().into_iter().flatten();
    kind == name || kinds.any(|kind| kind == name)
}

fn listed(values: &serde_json::Value) -> Option<String> {
    let values = values.as_array()?.iter();
    let names: Vec<&str> = values.filter_map(|value| value.as_str()).collect();
    Some(names.join(", "))
}
