//! What the page shows.

use askama::Template;

use super::outcome::{HandedOver, Outcome};
use super::rows::{AccountRow, AuditRow, Figure, JobRow, RequestRow, figures};
use crate::app::Archive;
use crate::domain::access::{AccountId, Actor, Permission, Role};
use crate::domain::hex;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::portal::admin::{self as texts, AdminTexts};
use crate::interfaces::portal::choices;
use crate::interfaces::portal::form::FormFields;
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::layout::Layout;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;
use crate::storage::catalog::JobState;

/// Accounts on one page.
const ACCOUNTS: usize = 100;
/// Jobs that are shown.
const JOBS: usize = 50;
/// Entries of the audit trail that are shown.
const ENTRIES: u64 = 30;

/// Administration.
#[derive(Template)]
#[template(path = "admin/page.html")]
pub(super) struct AdminPage {
    layout: Layout,
    t: &'static AdminTexts,
    action: Href,
    prove: Href,
    is_recent: bool,
    handed_over: Option<HandedOver>,
    /// Where a granted token is fetched.
    handovers: String,
    refusal: Vec<String>,
    figures: Vec<Figure>,
    audit: Vec<AuditRow>,
    export: Href,
    /// For administrators.
    administrator: Option<AdministratorView>,
}

/// What only administrators see.
struct AdministratorView {
    key: String,
    login: String,
    display: String,
    roles: Vec<(&'static str, &'static str, bool)>,
    bodies: Vec<(String, String)>,
    body: String,
    requests: Vec<RequestRow>,
    accounts: Vec<AccountRow>,
    next: Option<Href>,
    jobs: Vec<JobRow>,
}

impl AdminPage {
    /// Reads the state of the archive.
    ///
    /// # Errors
    /// Those of the services.
    pub(super) async fn read(
        actor: &Actor,
        is_recent: bool,
        page: &PageRequest,
        archive: &Archive,
        outcome: Outcome,
    ) -> Result<Self, Problem> {
        let (t, language) = (AdminTexts::of(page.language), page.language);
        let health = archive.health().await;
        let health = health.map_err(|error| Problem::Unavailable(error.into()))?;
        let audit = archive.audit.newest(actor, ENTRIES).await?;
        let administrator = if actor.may(Permission::Administer) {
            Some(AdministratorView::read(actor, page, archive, &outcome.typed).await?)
        } else {
            None
        };
        let audit = audit.into_iter().rev();
        Ok(Self {
            layout: page.layout(t.title, Place::Admin),
            t,
            action: Place::Admin.href(language),
            prove: Place::Account.href(language).at("xac-nhan"),
            is_recent,
            handed_over: outcome.handed_over,
            handovers: format!("{}/api/v1/access-handovers", page.base.as_str()),
            refusal: outcome.refusal,
            figures: figures(&health, language),
            audit: audit.map(|entry| AuditRow::new(entry, language)).collect(),
            export: Href::own("/api/v1/audit?format=csv&limit=1000"),
            administrator,
        })
    }
}

impl AdministratorView {
    async fn read(
        actor: &Actor,
        page: &PageRequest,
        archive: &Archive,
        typed: &FormFields,
    ) -> Result<Self, Problem> {
        let language = page.language;
        let after: Option<AccountId> = page.parameter("after").and_then(|id| id.parse().ok());
        let administration = &archive.accounts.administration;
        let accounts = administration.list(actor, after, ACCOUNTS).await?;
        let last = accounts.last().filter(|_| accounts.len() == ACCOUNTS);
        let next = last.map(|last| {
            let id = last.id.to_string();
            Place::Admin
                .href_with(language, [("after", id.as_str())])
                .at("tai-khoan")
        });
        let dead = Some(JobState::Dead);
        let jobs = archive.jobs.list(actor, dead, None, JOBS).await?;
        let requests = archive.access_requests.list(actor).await?;
        let vocabularies = &archive.vocabularies;
        let chosen = typed.text("role");
        let role = |(name, role)| (name, texts::role(role, language), name == chosen);
        Ok(Self {
            key: hex(&archive.clock.random_bytes::<16>()),
            login: typed.text("login").to_owned(),
            display: typed.text("display").to_owned(),
            roles: Role::NAMES.into_iter().map(role).collect(),
            bodies: choices::of("organisation", language, archive),
            body: typed.text("organisation").to_owned(),
            requests: requests
                .into_iter()
                .map(|request| RequestRow::new(request, language))
                .collect(),
            accounts: accounts
                .into_iter()
                .map(|account| AccountRow::new(account, vocabularies, language))
                .collect(),
            next,
            jobs: jobs
                .into_iter()
                .map(|job| JobRow::new(job, language))
                .collect(),
        })
    }
}
