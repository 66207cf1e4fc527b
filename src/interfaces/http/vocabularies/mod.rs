//! `/api/v1/vocabularies`: the lists catalogues choose from, as JSON and as SKOS in JSON-LD.
//!
//! Open to everybody: the lists contain nothing about works, and every harvester of the archive needs
//! them. [`dto`] writes plain JSON with everything known, [`skos`] what SKOS has words for;
//! `Accept` or `?format=` choose. The permanent addresses of concepts, `/vocab/{scheme}/{slug}`,
//! lead here.

pub mod details;
pub mod dto;
pub mod negotiation;
pub mod skos;
pub mod texts;

use actix_web::http::header::{self, EntityTag};
use actix_web::{HttpRequest, HttpResponse, web};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::IntoParams;

use self::dto::{ConceptList, ConceptView, Reader, SchemeList};
use self::negotiation::Form;
use super::extract::precondition;
use super::extract::query::Query;
use super::problem::Problem;
use super::{BaseAddress, schemas};
use crate::domain::vocabulary::{Concept, Direction, Scheme, Vocabularies};
use crate::domain::{LanguageTag, WorkDate, hex};
use crate::services::sharing::Addresses;

/// The parameters of the response.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VocabularyQuery {
    /// Language of the labels (BCP 47). Vietnamese when absent or missing.
    #[param(example = "en")]
    lang: Option<String>,
    /// Instead of the `Accept` header.
    #[param(value_type = Option<schemas::VocabularyForm>, inline)]
    format: Option<String>,
    /// Only what was valid at this date: `YYYY`, `YYYY-MM` or `YYYY-MM-DD`. Plain JSON only.
    #[param(example = "2025-06-30", format = "work-date")]
    as_of: Option<String>,
    /// Also give what is reached in this direction. For one concept, in plain JSON only.
    #[param(value_type = Option<schemas::DirectionName>, inline)]
    expand: Option<String>,
}

/// Lists the schemes.
#[utoipa::path(
    get, path = "/api/v1/vocabularies", operation_id = "listVocabularies", tag = "vocabularies",
    summary = "List the vocabularies",
    params(VocabularyQuery),
    responses(
        (status = 200, description = "The schemes, without their concepts.",
         content((SchemeList = "application/json"), (serde_json::Value = "application/ld+json")),
         headers(("ETag" = String, description = "Changes with the content."))),
        (status = 304, description = "The caller has it already."),
    )
)]
pub async fn list(
    request: HttpRequest,
    vocabularies: web::Data<Vocabularies>,
    base: web::Data<BaseAddress>,
    query: Query<VocabularyQuery>,
) -> Result<HttpResponse, Problem> {
    let options = ResponseOptions::new(&request, &query.0)?;
    let reader = options.reader(&base);
    match options.form {
        Form::Json => {
            let items = vocabularies
                .schemes()
                .map(|scheme| reader.scheme(scheme))
                .collect();
            options.answer(&request, &SchemeList { items })
        }
        Form::JsonLd => options.answer(
            &request,
            &skos::schemes(&reader.addresses, vocabularies.schemes()),
        ),
    }
}

/// Reads a scheme with its concepts.
#[utoipa::path(
    get, path = "/api/v1/vocabularies/{scheme}", operation_id = "readVocabulary",
    tag = "vocabularies", summary = "Read a vocabulary",
    params(("scheme" = String, Path, description = "Name of the scheme.", example = "theme"), VocabularyQuery),
    responses(
        (status = 200, description = "The scheme and its concepts, in Vietnamese order.",
         content((ConceptList = "application/json"), (serde_json::Value = "application/ld+json")),
         headers(("ETag" = String, description = "Changes with the content."))),
        (status = 304, description = "The caller has it already."),
    )
)]
pub async fn read_scheme(
    request: HttpRequest,
    vocabularies: web::Data<Vocabularies>,
    base: web::Data<BaseAddress>,
    query: Query<VocabularyQuery>,
) -> Result<HttpResponse, Problem> {
    let options = ResponseOptions::new(&request, &query.0)?;
    let scheme = named_scheme(&request, &vocabularies)?;
    let reader = options.reader(&base);
    match options.form {
        Form::Json => {
            let concepts: ConceptList = reader.concepts(scheme, options.as_of.as_ref());
            options.answer(&request, &concepts)
        }
        Form::JsonLd => options.answer(&request, &skos::scheme(&reader.addresses, scheme)),
    }
}

/// Reads a concept.
#[utoipa::path(
    get, path = "/api/v1/vocabularies/{scheme}/{slug}", operation_id = "readConcept",
    tag = "vocabularies", summary = "Read a concept",
    description = "With `expand` also what is reached from it: the successors of a place, its parts.",
    params(
        ("scheme" = String, Path, description = "Name of the scheme.", example = "place"),
        ("slug" = String, Path, description = "Name of the concept; may contain `/`, also as `%2F`.", example = "chu-se"),
        VocabularyQuery
    ),
    responses(
        (status = 200, description = "The concept.",
         content((ConceptView = "application/json"), (serde_json::Value = "application/ld+json")),
         headers(("ETag" = String, description = "Changes with the content."))),
        (status = 304, description = "The caller has it already."),
    )
)]
pub async fn read_concept(
    request: HttpRequest,
    vocabularies: web::Data<Vocabularies>,
    base: web::Data<BaseAddress>,
    query: Query<VocabularyQuery>,
) -> Result<HttpResponse, Problem> {
    let options = ResponseOptions::new(&request, &query.0)?;
    let scheme = named_scheme(&request, &vocabularies)?;
    let concept = named_concept(&request, scheme)?;
    let reader = options.reader(&base);
    match options.form {
        Form::Json => {
            let expand =
                |direction| reader.expansion(scheme, concept, direction, options.as_of.as_ref());
            let expansion = options.expand.map(expand);
            let view = ConceptView {
                expansion,
                ..reader.concept(scheme, concept)
            };
            options.answer(&request, &view)
        }
        Form::JsonLd => {
            options.answer(&request, &skos::concept(&reader.addresses, scheme, concept))
        }
    }
}

/// Redirects from the permanent address of a scheme to the API.
#[utoipa::path(
    get, path = "/vocab/{scheme}", operation_id = "followVocabularyAddress", tag = "vocabularies",
    summary = "Permanent address of a vocabulary",
    params(("scheme" = String, Path, description = "Name of the scheme.", example = "theme")),
    responses((status = 303, description = "To the vocabulary in the API.",
        headers(("Location" = String, description = "Its address in the API."))))
)]
pub async fn forward_scheme(
    request: HttpRequest,
    vocabularies: web::Data<Vocabularies>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    named_scheme(&request, &vocabularies)?;
    Ok(forward(&request, &base))
}

/// Redirects from the permanent address of a concept to the API.
#[utoipa::path(
    get, path = "/vocab/{scheme}/{slug}", operation_id = "followConceptAddress", tag = "vocabularies",
    summary = "Permanent address of a concept",
    params(
        ("scheme" = String, Path, description = "Name of the scheme.", example = "place"),
        ("slug" = String, Path, description = "Name of the concept; may contain `/`, also as `%2F`.", example = "chu-se")
    ),
    responses((status = 303, description = "To the concept in the API.",
        headers(("Location" = String, description = "Its address in the API."))))
)]
pub async fn forward_concept(
    request: HttpRequest,
    vocabularies: web::Data<Vocabularies>,
    base: web::Data<BaseAddress>,
) -> Result<HttpResponse, Problem> {
    let scheme = named_scheme(&request, &vocabularies)?;
    named_concept(&request, scheme)?;
    Ok(forward(&request, &base))
}

fn forward(request: &HttpRequest, base: &BaseAddress) -> HttpResponse {
    let here = request.path().trim_start_matches("/vocab");
    let location = format!("{}/api/v1/vocabularies{here}", base.as_str());
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, location))
        .finish()
}

fn named_scheme<'a>(request: &HttpRequest, all: &'a Vocabularies) -> Result<&'a Scheme, Problem> {
    let name = request.match_info().get("scheme").unwrap_or_default();
    all.scheme(name).ok_or(Problem::NotFound)
}

fn named_concept<'a>(request: &HttpRequest, scheme: &'a Scheme) -> Result<&'a Concept, Problem> {
    let name = request.match_info().get("slug").unwrap_or_default();
    // Clients write the `/` of a slug as `%2F`, as a parameter of a path cannot contain it (RFC 3986).
    let name = percent_decode_str(name).decode_utf8_lossy();
    scheme.find(&name).ok_or(Problem::NotFound)
}

/// The queryes of the caller, understood.
struct ResponseOptions {
    form: Form,
    language: String,
    as_of: Option<WorkDate>,
    expand: Option<Direction>,
}

impl ResponseOptions {
    fn new(request: &HttpRequest, query: &VocabularyQuery) -> Result<Self, Problem> {
        let accept = request
            .headers()
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let form = parsed("format", &query.format, Form::of_name)?;
        let language = parsed("lang", &query.lang, |text| LanguageTag::parse(text).ok())?;
        Ok(Self {
            form: form.unwrap_or_else(|| Form::accepted_by(accept)),
            language: language.map_or_else(|| "vi".to_owned(), |tag| tag.primary().to_owned()),
            as_of: parsed("as_of", &query.as_of, |text| text.parse().ok())?,
            expand: parsed("expand", &query.expand, Direction::from_name)?,
        })
    }

    fn reader<'a>(&'a self, base: &'a BaseAddress) -> Reader<'a> {
        Reader {
            addresses: Addresses::below(base.as_str()),
            language: &self.language,
        }
    }

    /// The response with its entity tag, or 304 for a caller that has it. The tag is weak, because
    /// the bytes on the wire may be compressed (RFC 9110, section 8.8.1).
    fn answer(
        &self,
        request: &HttpRequest,
        body: &impl Serialize,
    ) -> Result<HttpResponse, Problem> {
        let bytes = serde_json::to_vec(body).map_err(Problem::internal)?;
        let digest = Sha256::digest(&bytes);
        let tag = EntityTag::new_weak(hex(&digest[..16]));
        let is_known = precondition::matches_if_none_match(request, &tag);
        let mut response = if is_known {
            HttpResponse::NotModified()
        } else {
            HttpResponse::Ok()
        };
        response
            .insert_header((header::ETAG, tag))
            .append_header((header::VARY, "Accept"))
            .insert_header((header::CACHE_CONTROL, "public, max-age=300"));
        if is_known {
            return Ok(response.finish());
        }
        Ok(response.content_type(self.form.media_type()).body(bytes))
    }
}

/// A parameter as a typed value, or the problem that names it.
fn parsed<T>(
    name: &str,
    text: &Option<String>,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let value = text
        .as_deref()
        .map(|text| parse(text).ok_or_else(|| Problem::parameter(name)));
    value.transpose()
}
