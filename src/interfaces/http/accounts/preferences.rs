//! `/api/v1/account/preferences`: what the holder of an account chooses.

use actix_web::http::header;
use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Archive;
use crate::domain::account::AccountLanguage;
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::fields::Fields;
use crate::interfaces::http::extract::session::FullSession;
use crate::interfaces::http::problem::Problem;
use crate::services::accounts::{Preferences, PreferencesChange};

/// The names of languages, for messages.
pub(super) const LANGUAGES: [&str; 2] = ["vi", "en"];

/// A language of messages.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum LanguageName {
    /// Vietnamese.
    Vi,
    /// English.
    En,
}

/// What the holder has chosen.
#[derive(Debug, Serialize, ToSchema)]
pub struct PreferencesView {
    /// The language of messages by mail.
    #[schema(inline)]
    language: LanguageName,
}

/// What changes in the preferences.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct PreferencesPatch {
    /// The language of messages by mail.
    #[schema(inline)]
    language: Option<LanguageName>,
}

/// Returns the preferences.
#[utoipa::path(
    get, path = "/api/v1/account/preferences", operation_id = "readPreferences", tag = "accounts",
    summary = "Read your preferences",
    responses((status = 200, description = "The preferences.", body = PreferencesView)),
    security(("session" = []))
)]
pub async fn read(
    session: FullSession,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let preferences = archive.accounts.preferences.read(&session).await?;
    Ok(answer(&preferences))
}

/// Changes the preferences.
#[utoipa::path(
    patch, path = "/api/v1/account/preferences", operation_id = "changePreferences", tag = "accounts",
    summary = "Change your preferences",
    request_body = PreferencesPatch,
    responses((status = 200, description = "The preferences.", body = PreferencesView)),
    security(("session" = []))
)]
pub async fn patch(
    session: FullSession,
    archive: web::Data<Archive>,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new(&body.value, &["language"]);
    let change = PreferencesChange {
        language: fields.choice("language", &AccountLanguage::NAMES, &LANGUAGES),
    };
    let change = fields.finish(change)?;
    let changed = archive
        .accounts
        .preferences
        .change(&session, change)
        .await?;
    Ok(answer(&changed))
}

fn answer(preferences: &Preferences) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(PreferencesView {
            language: match preferences.language {
                AccountLanguage::Vietnamese => LanguageName::Vi,
                AccountLanguage::English => LanguageName::En,
            },
        })
}
