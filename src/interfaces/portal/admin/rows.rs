//! The rows of the lists.

use crate::app::Health;
use crate::domain::access::Role;
use crate::domain::account::{Account, AccountState};
use crate::domain::vocabulary::Vocabularies;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::admin::{self as texts, AdminTexts};
use crate::interfaces::messages::portal::format;
use crate::interfaces::portal::works::label;
use crate::services::access_requests::{AccessRequest, RequestState};
use crate::services::audit::AuditEntry;
use crate::services::programs::Availability;
use crate::storage::catalog::Job;

/// A figure of the health of the archive: sign, name, words.
pub(super) struct Figure {
    pub(super) sign: &'static str,
    pub(super) name: &'static str,
    pub(super) words: String,
}

/// A request for access.
pub(super) struct RequestRow {
    pub(super) id: String,
    pub(super) body: String,
    pub(super) purpose: String,
    pub(super) contact: Option<String>,
    pub(super) state: &'static str,
    pub(super) is_open: bool,
    pub(super) is_new: bool,
    pub(super) days: String,
    pub(super) due: String,
    pub(super) is_overdue: bool,
    pub(super) reason: Option<String>,
}

/// An account.
pub(super) struct AccountRow {
    pub(super) id: String,
    pub(super) login: String,
    pub(super) display: String,
    pub(super) role: &'static str,
    pub(super) body: Option<String>,
    pub(super) state: &'static str,
    pub(super) is_closed: bool,
}

/// A job that was given up.
pub(super) struct JobRow {
    pub(super) id: u64,
    pub(super) kind: String,
    pub(super) cause: String,
    pub(super) failures: u32,
    pub(super) at: String,
}

/// An entry of the audit trail.
pub(super) struct AuditRow {
    pub(super) at: String,
    pub(super) by: String,
    pub(super) act: &'static str,
    pub(super) subject: String,
}

/// What `/readyz` tells staff, and how much disk is left.
pub(super) fn figures(health: &Health, language: Language) -> Vec<Figure> {
    let t = AdminTexts::of(language);
    let number = |number: u64| format::number(number, language);
    let missing = health
        .programs
        .iter()
        .filter(|(_, is)| *is == Availability::Missing);
    let missing: Vec<&str> = missing.map(|(program, _)| program.name()).collect();
    let damaged = health.catalog.damage.len() as u64;
    let figure = |is_good: bool, name, words: String| Figure {
        sign: if is_good { "yes" } else { "ask" },
        name,
        words,
    };
    let is_writable = health.catalog.is_writable;
    let is_there = health.index_is_available;
    vec![
        figure(
            is_writable,
            t.catalogue,
            if is_writable { t.writable } else { t.read_only }.to_owned(),
        ),
        figure(damaged == 0, t.damaged, number(damaged)),
        figure(
            is_there,
            t.index,
            if is_there { t.current } else { t.rebuilding }.to_owned(),
        ),
        figure(
            health.index_lag_events == 0,
            t.behind,
            number(health.index_lag_events),
        ),
        figure(true, t.free, format::size(health.disk_free_bytes, language)),
        figure(true, t.works, number(health.counts.assets)),
        figure(
            missing.is_empty(),
            t.programs,
            if missing.is_empty() {
                t.none.to_owned()
            } else {
                missing.join(", ")
            },
        ),
    ]
}

impl RequestRow {
    pub(super) fn new(request: AccessRequest, language: Language) -> Self {
        let role = Role::of_name(&request.role);
        let role = role.map_or("", |role| texts::role(role, language));
        Self {
            id: request.id,
            body: format!("{} ({role})", request.body),
            purpose: request.purpose,
            contact: request.contact,
            state: texts::request_state(request.state, language),
            is_open: request.state.is_open(),
            is_new: request.state == RequestState::Received,
            days: texts::working_days(request.working_days, language),
            due: format::date(&request.due_on, language),
            is_overdue: request.is_overdue,
            reason: request.reason,
        }
    }
}

impl AccountRow {
    pub(super) fn new(account: Account, vocabularies: &Vocabularies, language: Language) -> Self {
        let body = account.organisation.as_ref();
        let login = account.login.map(|login| login.to_string());
        let login = login.unwrap_or_default();
        Self {
            id: account.id.to_string(),
            display: account
                .display
                .filter(|display| *display != login)
                .unwrap_or_default(),
            login,
            role: texts::role(account.role, language),
            body: body.map(|slug| label(vocabularies, "organisation", slug.as_str(), language)),
            state: texts::account_state(account.state, language),
            is_closed: matches!(account.state, AccountState::Closed { .. }),
        }
    }
}

impl JobRow {
    pub(super) fn new(job: Job, language: Language) -> Self {
        Self {
            id: job.id.0,
            kind: job.kind.0,
            cause: job.last_error.unwrap_or_default(),
            failures: job.failures,
            at: format::moment(job.finished_at.unwrap_or(job.created_at), language),
        }
    }
}

impl AuditRow {
    pub(super) fn new(entry: AuditEntry, language: Language) -> Self {
        Self {
            at: format::moment(entry.at, language),
            by: entry.by,
            act: entry.act.name(),
            subject: entry.subject,
        }
    }
}
