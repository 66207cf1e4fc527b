//! `/api/v1/account/preferences`: what the holder of an account chooses.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Archive;
use crate::domain::account::AccountLanguage;
use crate::domain::notification::{NotificationKind, NotificationWay};
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::fields::Fields;
use crate::interfaces::http::extract::session::FullSession;
use crate::interfaces::http::no_store;
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
    /// How notifications of each kind reach you.
    notifications: NotificationWaysView,
}

/// How notifications reach the holder of an account.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum NotificationWayName {
    /// In the inbox.
    Inbox,
    /// In the inbox, and at once by mail.
    Mail,
    /// In the inbox, and once a day by mail, all together.
    Digest,
    /// Not at all.
    None,
}

/// How notifications of each kind reach the holder.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationWaysView {
    /// A work that you deposited was returned.
    #[schema(inline)]
    returned: NotificationWayName,
    /// A work was assigned to you or your post.
    #[schema(inline)]
    assigned: NotificationWayName,
    /// A work that you deposited was withdrawn.
    #[schema(inline)]
    withdrawn: NotificationWayName,
    /// The consent for a published work that you deposited ends in a month.
    #[serde(rename = "consent-ending")]
    #[schema(inline)]
    consent_ending: NotificationWayName,
}

/// How notifications of some kinds are to reach the holder.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct NotificationWaysPatch {
    /// A work that you deposited was returned.
    #[schema(inline)]
    returned: Option<NotificationWayName>,
    /// A work was assigned to you or your post.
    #[schema(inline)]
    assigned: Option<NotificationWayName>,
    /// A work that you deposited was withdrawn.
    #[schema(inline)]
    withdrawn: Option<NotificationWayName>,
    /// The consent for a published work that you deposited ends in a month.
    #[serde(rename = "consent-ending")]
    #[schema(inline)]
    consent_ending: Option<NotificationWayName>,
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
    /// How notifications reach you, for the kinds that change.
    notifications: Option<NotificationWaysPatch>,
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
    let mut fields = Fields::new(&body.value, &["language", "notifications"]);
    let change = PreferencesChange {
        language: fields.choice("language", &AccountLanguage::NAMES, &LANGUAGES),
        ways: ways_in(&mut fields),
    };
    let change = fields.finish(change)?;
    let changed = archive
        .accounts
        .preferences
        .change(&session, change)
        .await?;
    Ok(answer(&changed))
}

const KINDS: [&str; 4] = ["returned", "assigned", "withdrawn", "consent-ending"];
const WAYS: [&str; 4] = ["inbox", "mail", "digest", "none"];

/// The chosen ways, by kind.
fn ways_in(fields: &mut Fields) -> BTreeMap<NotificationKind, NotificationWay> {
    let Some(mut inner) = fields.object("notifications", &KINDS) else {
        return BTreeMap::new();
    };
    let chosen = NotificationKind::NAMES.iter().filter_map(|(name, kind)| {
        let way = inner.choice(name, &NotificationWay::NAMES, &WAYS)?;
        Some((*kind, way))
    });
    let chosen: BTreeMap<_, _> = chosen.collect();
    fields.take_over("notifications", inner);
    chosen
}

impl From<NotificationWay> for NotificationWayName {
    fn from(way: NotificationWay) -> Self {
        match way {
            NotificationWay::Inbox => Self::Inbox,
            NotificationWay::Mail => Self::Mail,
            NotificationWay::Digest => Self::Digest,
            NotificationWay::None => Self::None,
        }
    }
}

fn answer(preferences: &Preferences) -> HttpResponse {
    no_store::ok(PreferencesView {
        language: match preferences.language {
            AccountLanguage::Vietnamese => LanguageName::Vi,
            AccountLanguage::English => LanguageName::En,
        },
        notifications: NotificationWaysView {
            returned: preferences.way(NotificationKind::Returned).into(),
            assigned: preferences.way(NotificationKind::Assigned).into(),
            withdrawn: preferences.way(NotificationKind::Withdrawn).into(),
            consent_ending: preferences.way(NotificationKind::ConsentEnding).into(),
        },
    })
}
