//! What the forms of the page do.

use super::outcome::HandedOver;
use crate::app::Archive;
use crate::domain::access::{AccountId, Role};
use crate::domain::{Rule, Slug, Violations};
use crate::interfaces::http::BaseAddress;
use crate::interfaces::http::extract::guard::Administer;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::portal::form::{FormFields, PostedForm};
use crate::services::access_requests::Grant;
use crate::services::accounts::{self, HandOver, Invite, NewAccount};
use crate::storage::catalog::JobId;

/// What an invitation says.
const INVITE_FIELDS: [&str; 4] = ["login", "display", "role", "organisation"];

/// What a form of the page asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    Invite,
    Reset,
    Close,
    ReviewRequest,
    GrantRequest,
    RefuseRequest,
    RetryJob,
}

/// What came of it.
pub(super) enum Done {
    /// It is written; the page leads to this section.
    Written(&'static str),
    /// There is something to hand over.
    HandedOver(HandedOver),
}

impl Act {
    const NAMES: [(&'static str, Self); 7] = [
        ("invite", Self::Invite),
        ("reset", Self::Reset),
        ("close", Self::Close),
        ("review", Self::ReviewRequest),
        ("grant", Self::GrantRequest),
        ("refuse", Self::RefuseRequest),
        ("retry", Self::RetryJob),
    ];

    /// The act with this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(known, _)| *known == name);
        found.map(|(_, act)| *act)
    }

    /// Does it.
    ///
    /// # Errors
    /// Those of the services; [`Problem::ReauthenticationRequired`].
    pub(super) async fn make(
        self,
        form: &PostedForm<Administer>,
        is_recent: bool,
        base: &BaseAddress,
        archive: &Archive,
    ) -> Result<Done, Problem> {
        let (actor, fields) = (&form.actor, &form.fields);
        let id = fields.text("id");
        match self {
            Self::RetryJob => {
                let job = id.parse().map_err(|_| Problem::NotFound)?;
                archive.jobs.requeue(actor, JobId(job)).await?;
                Ok(Done::Written("viec"))
            }
            Self::ReviewRequest => {
                archive.access_requests.review(actor, id).await?;
                Ok(Done::Written("yeu-cau"))
            }
            _ if !is_recent => Err(Problem::ReauthenticationRequired),
            Self::Invite | Self::Reset | Self::Close => {
                self.change_account(form, base, archive).await
            }
            _ => self.decide(form, archive).await,
        }
    }

    async fn change_account(
        self,
        form: &PostedForm<Administer>,
        base: &BaseAddress,
        archive: &Archive,
    ) -> Result<Done, Problem> {
        let (actor, fields) = (&form.actor, &form.fields);
        let administration = &archive.accounts.administration;
        let handed_over = match self {
            Self::Invite => {
                let wanted = wanted(fields)?;
                let how = Invite {
                    repeatable: Some(fields.repeatable_request(&INVITE_FIELDS)),
                    ..Invite::default()
                };
                let invited = administration.invite(actor, wanted, &how).await?;
                invited.handed_over
            }
            Self::Reset => {
                let id = account(fields)?;
                let reset = administration.reset(actor, &id, HandOver::default());
                reset.await?
            }
            _ => {
                administration.close(actor, &account(fields)?).await?;
                return Ok(Done::Written("tai-khoan"));
            }
        };
        Ok(match handed_over {
            accounts::HandedOver::Link(link) => {
                let address = format!("{}/account-links/{}", base.as_str(), link.reveal());
                Done::HandedOver(HandedOver::Address(address))
            }
            accounts::HandedOver::Mailed(login) => {
                Done::HandedOver(HandedOver::Mailed(login.to_string()))
            }
            accounts::HandedOver::Before => Done::Written("tai-khoan"),
        })
    }

    async fn decide(
        self,
        form: &PostedForm<Administer>,
        archive: &Archive,
    ) -> Result<Done, Problem> {
        let (actor, fields) = (&form.actor, &form.fields);
        let (requests, id) = (&archive.access_requests, fields.text("id"));
        if self == Self::RefuseRequest {
            requests.refuse(actor, id, fields.text("reason")).await?;
            return Ok(Done::Written("yeu-cau"));
        }
        let grant = Grant {
            organisation: body(fields)?,
            permissions: None,
            expires_at: None,
        };
        let (link, _) = requests.grant(actor, id, grant).await?;
        let code = link.reveal().to_owned();
        Ok(Done::HandedOver(HandedOver::Grant(code)))
    }
}

fn account(fields: &FormFields) -> Result<AccountId, Problem> {
    fields.text("id").parse().map_err(|_| Problem::NotFound)
}

fn wanted(fields: &FormFields) -> Result<NewAccount, Problem> {
    let display = Some(fields.text("display")).filter(|display| !display.is_empty());
    Ok(NewAccount {
        login: fields.text("login").to_owned(),
        display: display.map(str::to_owned),
        role: Role::of_name(fields.text("role")).ok_or_else(|| missing("/role"))?,
        organisation: body(fields)?,
    })
}

fn body(fields: &FormFields) -> Result<Option<Slug>, Problem> {
    match fields.text("organisation") {
        "" => Ok(None),
        slug => Slug::parse(slug)
            .map(Some)
            .map_err(|_| missing("/organisation")),
    }
}

fn missing(pointer: &str) -> Problem {
    let mut broken = Violations::default();
    broken.push(pointer, Rule::Required);
    Problem::Invalid(broken)
}
