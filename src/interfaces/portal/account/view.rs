//! What the page of the account shows.

use askama::Template;

use super::outcome::{Outcome, SecretsShownOnce};
use crate::app::Archive;
use crate::domain::Timestamp;
use crate::domain::access::Permission;
use crate::domain::account::AccountLanguage;
use crate::domain::hex;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::portal::account::{self as texts, AccountTexts};
use crate::interfaces::messages::portal::format;
use crate::interfaces::messages::{Language, roles};
use crate::interfaces::portal::assets;
use crate::interfaces::portal::ceremony::Ceremony;
use crate::interfaces::portal::form::FormFields;
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::layout::Layout;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;
use crate::interfaces::portal::works::label;
use crate::services::accounts::passkeys::PasskeyView;
use crate::services::accounts::{Session, Token};

/// The account of the holder.
#[derive(Template)]
#[template(path = "account/page.html")]
pub(super) struct AccountPage {
    layout: Layout,
    t: &'static AccountTexts,
    action: Href,
    script: Href,
    passkey: Ceremony,
    login: String,
    role: &'static str,
    body: Option<String>,
    display: String,
    languages: Vec<(&'static str, &'static str, bool)>,
    has_second_factor: bool,
    is_recent: bool,
    passkeys: Vec<PasskeyRow>,
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
    /// By which a form that is sent twice is recognised.
    key: String,
    /// The revision of the account.
    revision: u64,
    token_label: String,
    scopes: Vec<(&'static str, &'static str, bool)>,
    shown: Option<SecretsShownOnce>,
    refusal: Vec<String>,
}

struct PasskeyRow {
    id: String,
    label: String,
    since: String,
}

struct SessionRow {
    id: String,
    since: String,
    used: String,
    is_current: bool,
}

struct TokenRow {
    id: String,
    label: String,
    scopes: Vec<&'static str>,
    expires: Option<String>,
    used: Option<String>,
    has_ended: bool,
}

impl AccountPage {
    /// Reads the account.
    ///
    /// # Errors
    /// The catalogue fails.
    pub(super) async fn read(
        session: &Session,
        page: &PageRequest,
        archive: &Archive,
        outcome: Outcome,
    ) -> Result<Self, Problem> {
        let (accounts, language, now) = (&archive.accounts, page.language, archive.clock.now());
        let account = accounts.own.read(session).await?;
        let preferences = accounts.preferences.read(session).await?;
        let sessions = accounts.own.sessions(session).await?;
        let passkeys = accounts.passkeys.list(session).await?;
        let tokens = archive.tokens.list_own(session).await?;
        let t = AccountTexts::of(language);
        let typed = &outcome.typed;
        let body = account.organisation.as_ref();
        let vocabularies = &archive.vocabularies;
        Ok(Self {
            layout: page.layout(t.title, Place::Account),
            t,
            action: Place::Account.href(language),
            script: assets::href("passkeys.js"),
            passkey: Ceremony::of_registration(),
            login: account
                .login
                .map(|login| login.to_string())
                .unwrap_or_default(),
            role: roles::sentence(account.role, language),
            body: body.map(|slug| label(vocabularies, "organisation", slug.as_str(), language)),
            display: typed_or(typed, "display", account.display.unwrap_or_default()),
            languages: languages(typed, preferences.language),
            has_second_factor: account.has_second_factor,
            is_recent: session.is_recent(now),
            passkeys: passkeys
                .into_iter()
                .map(|one| PasskeyRow::new(one, language))
                .collect(),
            sessions: sessions
                .iter()
                .map(|one| SessionRow::new(one, session, language))
                .collect(),
            key: hex(&archive.clock.random_bytes::<16>()),
            revision: account.revision.0,
            tokens: tokens
                .iter()
                .map(|one| TokenRow::new(one, now, language))
                .collect(),
            token_label: typed.text("label").to_owned(),
            scopes: scopes(session, typed, language),
            shown: outcome.shown,
            refusal: outcome.refusal,
        })
    }
}

fn typed_or(typed: &FormFields, name: &str, present: String) -> String {
    if typed.has(name) {
        typed.text(name).to_owned()
    } else {
        present
    }
}

/// Tag, name in its own language, whether it is chosen.
fn languages(
    typed: &FormFields,
    present: AccountLanguage,
) -> Vec<(&'static str, &'static str, bool)> {
    let chosen = AccountLanguage::of_tag(typed.text("language")).unwrap_or(present);
    let row = |(tag, language)| {
        let name = match language {
            AccountLanguage::Vietnamese => "Tiếng Việt",
            AccountLanguage::English => "English",
        };
        (tag, name, language == chosen)
    };
    AccountLanguage::NAMES.into_iter().map(row).collect()
}

/// What a token of the account may be narrowed to: name, words, whether it was chosen.
fn scopes(
    session: &Session,
    typed: &FormFields,
    language: Language,
) -> Vec<(&'static str, &'static str, bool)> {
    let chosen: Vec<&str> = typed.all("scope").collect();
    let granted = Permission::NAMES.into_iter();
    let granted = granted.filter(|(_, permission)| session.actor.may(*permission));
    granted
        .map(|(name, permission)| {
            let words = texts::permission(permission, language);
            (name, words, chosen.contains(&name))
        })
        .collect()
}

impl PasskeyRow {
    fn new(passkey: PasskeyView, language: Language) -> Self {
        Self {
            id: passkey.id,
            label: passkey.label,
            since: format::moment(passkey.created_at, language),
        }
    }
}

impl SessionRow {
    fn new(session: &Session, current: &Session, language: Language) -> Self {
        Self {
            id: session.id.clone(),
            since: format::moment(session.created_at, language),
            used: format::moment(session.used_at, language),
            is_current: session.id == current.id,
        }
    }
}

impl TokenRow {
    fn new(token: &Token, now: Timestamp, language: Language) -> Self {
        let record = &token.record;
        let words = |permission: Permission| texts::permission(permission, language);
        let narrowed = record.permissions.iter();
        Self {
            id: record.id.0.clone(),
            label: record.label.clone(),
            scopes: narrowed.flat_map(|set| set.iter().map(words)).collect(),
            expires: record
                .expires_at
                .map(|at| format::date(&at.day(), language)),
            used: token.last_used_on.map(|day| format::date(&day, language)),
            has_ended: record.has_ended(now),
        }
    }
}
