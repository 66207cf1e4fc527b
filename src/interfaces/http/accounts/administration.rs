//! `/api/v1/accounts`: accounts for their administrators.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::preferences::{LANGUAGES, LanguageName};
use super::views::AccountView;
use crate::app::Archive;
use crate::domain::access::AccountId;
use crate::domain::account::{Account, AccountLanguage};
use crate::interfaces::http::BaseAddress;
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::fields::Fields;
use crate::interfaces::http::extract::guard::{Administer, Allowed};
use crate::interfaces::http::extract::precondition::{self, IdempotencyKeyHeader, IfMatch};
use crate::interfaces::http::extract::query::{self, Query};
use crate::interfaces::http::extract::session::RecentlyAuthenticated;
use crate::interfaces::http::no_store::{self, NO_STORE};
use crate::interfaces::http::pagination;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::tokens::RoleName;
use crate::services::accounts::{
    AccountChange, HandOver, HandedOver, Invite, NewAccount, RepeatableRequest,
};

/// Which accounts to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AccountsQuery {
    /// Go on after this id, as the `next` link does.
    after: Option<String>,
    /// The number of accounts, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
}

/// How a one-time link gets to the holder of an account.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HandOverQuery {
    /// `mail`: by mail when mail is configured and the login name is an address, else with this answer.
    /// `administrator`: with this answer.
    #[param(inline)]
    hand_over: Option<HandOverName>,
}

/// How a one-time link gets to the holder of an account.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum HandOverName {
    /// By mail where that is possible.
    Mail,
    /// By the administrator.
    Administrator,
}

/// An account to create.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct NewAccountBody {
    /// The login name: the address of an office or post, in one word.
    login: String,
    /// The line to be shown as; the login name by default. Its holder can change it.
    display: Option<String>,
    /// What its holder may do.
    #[schema(inline)]
    role: RoleName,
    /// The body it acts for: a slug of the scheme `organisation`. Contributors need one.
    organisation: Option<String>,
    /// The language of messages for it; Vietnamese by default.
    #[schema(inline)]
    language: Option<LanguageName>,
}

/// What changes in an account.
#[derive(Debug, Deserialize, ToSchema)]
#[expect(
    dead_code,
    reason = "describes the body; reading it reports every broken rule"
)]
pub struct AccountPatch {
    /// What its holder may do.
    #[schema(inline)]
    role: Option<RoleName>,
    /// The body it acts for; `null` takes it away.
    organisation: Option<String>,
}

/// An account, and what became of the one-time link for its holder.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invited {
    /// The account.
    account: AccountView,
    /// The secret with which the holder chooses a password (`POST /api/v1/account-links`), within three days. Absent when it
    /// is mailed, and in the answer to a repeated request when it was used or replaced since.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// The address that the link is mailed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    mailed_to: Option<String>,
}

/// A one-time link for the holder of an account. Shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkView {
    /// The secret with which the holder chooses a password (`POST /api/v1/account-links`), within three days. Absent when it
    /// is mailed.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    /// The address that the link is mailed to.
    #[serde(skip_serializing_if = "Option::is_none")]
    mailed_to: Option<String>,
}

/// A page of accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountList {
    /// In the order of their ids.
    items: Vec<AccountView>,
    /// What to send as `after` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Lists the accounts.
#[utoipa::path(
    get, path = "/api/v1/accounts", operation_id = "listAccounts", tag = "accounts",
    summary = "List the accounts",
    params(AccountsQuery),
    responses((
        status = 200, description = "One page.", body = AccountList,
        headers(("Link" = Option<String>, description = "`rel=\"next\"` until the end."))
    )),
    security(("token" = []), ("session" = []))
)]
pub async fn list(
    actor: Allowed<Administer>,
    archive: web::Data<Archive>,
    base: web::Data<BaseAddress>,
    Query(query): Query<AccountsQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = pagination::limit(query.limit)?;
    let after = query.after.as_deref().map(str::parse).transpose();
    let after = after.map_err(|_| Problem::WrongCursor)?;
    let administration = &archive.accounts.administration;
    // One more tells whether there is a next page.
    let mut found = administration.list(&actor, after, limit + 1).await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    let last = found.last().map(|account| account.id.to_string());
    let next = last.filter(|_| has_more);
    let mut answer = HttpResponse::Ok();
    if let Some(next) = &next {
        let query = [("limit", limit.to_string()), ("after", next.clone())];
        pagination::link_next(&mut answer, &base, "/api/v1/accounts", &query);
    }
    answer.insert_header(NO_STORE);
    Ok(answer.json(AccountList {
        items: found.into_iter().map(AccountView::from).collect(),
        next,
    }))
}

/// Creates an account.
#[utoipa::path(
    post, path = "/api/v1/accounts", operation_id = "inviteAccount", tag = "accounts",
    summary = "Create an account and invite its holder",
    description = "The one-time link for the holder is mailed, or in the answer. A repeated request with an `Idempotency-Key` gets \
        the same link while it can be used.",
    params(IdempotencyKeyHeader, HandOverQuery),
    request_body = NewAccountBody,
    responses((
        status = 201, description = "The account and the one-time link for its holder.", body = Invited,
        headers(
            ("Location" = String, description = "Address of the account."),
            ("ETag" = String, description = "For `If-Match`.")
        )
    )),
    security(("token" = []), ("session" = []))
)]
#[expect(clippy::too_many_arguments, reason = "each is one part of the request")]
pub async fn invite(
    actor: Allowed<Administer>,
    _recent: RecentlyAuthenticated,
    request: HttpRequest,
    key: IdempotencyKeyHeader,
    Query(query): Query<HandOverQuery>,
    archive: web::Data<Archive>,
    base: web::Data<BaseAddress>,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let known = ["login", "display", "role", "organisation", "language"];
    let mut fields = Fields::new(&body.value, &known);
    let wanted = NewAccount {
        login: fields.required("login"),
        display: fields.optional("display"),
        role: fields.required_role("role"),
        organisation: fields.slug("organisation").flatten(),
    };
    let repeatable = key.for_request(&request, &body.bytes);
    let how = Invite {
        hand_over: wanted_way(query.hand_over),
        language: fields.choice("language", &AccountLanguage::NAMES, &LANGUAGES),
        repeatable: repeatable.map(|request| RepeatableRequest {
            key: request.key,
            request: request.request,
        }),
    };
    let (wanted, how) = fields.finish((wanted, how))?;
    let administration = &archive.accounts.administration;
    let invited = administration.invite(&actor, wanted, &how).await?;
    let location = format!("{}/api/v1/accounts/{}", base.as_str(), invited.account.id);
    let mut answer = HttpResponse::Created();
    answer
        .insert_header((header::LOCATION, location))
        .insert_header(NO_STORE)
        .insert_header(header::ETag(precondition::etag(invited.account.revision)));
    precondition::mark_replay(&mut answer, invited.is_replay);
    let LinkView { link, mailed_to } = LinkView::from(invited.handed_over);
    Ok(answer.json(Invited {
        account: invited.account.into(),
        link,
        mailed_to,
    }))
}

/// Returns an account.
#[utoipa::path(
    get, path = "/api/v1/accounts/{id}", operation_id = "readAccount", tag = "accounts",
    summary = "Read an account",
    params(("id" = String, Path, description = "The account's id.")),
    responses((
        status = 200, description = "The account.", body = AccountView,
        headers(("ETag" = String, description = "For `If-Match`."))
    )),
    security(("token" = []), ("session" = []))
)]
pub async fn read(
    actor: Allowed<Administer>,
    archive: web::Data<Archive>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let account = archive
        .accounts
        .administration
        .read(&actor, &id_in(&request)?)
        .await?;
    Ok(of(account))
}

/// Changes role or body.
#[utoipa::path(
    patch, path = "/api/v1/accounts/{id}", operation_id = "changeAccount", tag = "accounts",
    summary = "Change role or body of an account",
    description = "All sessions of the account end.",
    params(("id" = String, Path, description = "The account's id."), IfMatch),
    request_body = AccountPatch,
    responses((
        status = 200, description = "The account.", body = AccountView,
        headers(("ETag" = String, description = "For `If-Match`."))
    )),
    security(("token" = []), ("session" = []))
)]
pub async fn patch(
    actor: Allowed<Administer>,
    _recent: RecentlyAuthenticated,
    archive: web::Data<Archive>,
    request: HttpRequest,
    expected: IfMatch,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new(&body.value, &["role", "organisation"]);
    let change = AccountChange {
        role: fields.role("role"),
        organisation: fields.slug("organisation"),
    };
    let change = fields.finish(change)?;
    let id = id_in(&request)?;
    let changed = archive
        .accounts
        .administration
        .change(&actor, &id, expected.0, change);
    Ok(of(changed.await?))
}

/// Gives a new one-time link.
#[utoipa::path(
    post, path = "/api/v1/accounts/{id}/reset", operation_id = "resetAccount", tag = "accounts",
    summary = "Take password and second factor away and give a one-time link",
    description = "All sessions of the account end; an earlier link is not valid any more.",
    params(("id" = String, Path, description = "The account's id."), HandOverQuery),
    responses((status = 200, description = "The one-time link for its holder.", body = LinkView)),
    security(("token" = []), ("session" = []))
)]
pub async fn reset(
    actor: Allowed<Administer>,
    _recent: RecentlyAuthenticated,
    archive: web::Data<Archive>,
    request: HttpRequest,
    Query(query): Query<HandOverQuery>,
) -> Result<HttpResponse, Problem> {
    let id = id_in(&request)?;
    let wanted = wanted_way(query.hand_over);
    let administration = &archive.accounts.administration;
    let handed_over = administration.reset(&actor, &id, wanted).await?;
    Ok(no_store::ok(LinkView::from(handed_over)))
}

/// Closes an account.
#[utoipa::path(
    post, path = "/api/v1/accounts/{id}/close", operation_id = "closeAccount", tag = "accounts",
    summary = "Close an account at once",
    description = "Decisions stay attributed to its id, role and body; the rest is deleted after 30 days.",
    params(("id" = String, Path, description = "The account's id.")),
    responses((
        status = 200, description = "The closed account.", body = AccountView,
        headers(("ETag" = String, description = "For `If-Match`."))
    )),
    security(("token" = []), ("session" = []))
)]
pub async fn close(
    actor: Allowed<Administer>,
    _recent: RecentlyAuthenticated,
    archive: web::Data<Archive>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let account = archive
        .accounts
        .administration
        .close(&actor, &id_in(&request)?)
        .await?;
    Ok(of(account))
}

fn id_in(request: &HttpRequest) -> Result<AccountId, Problem> {
    let id: String = query::path_part(request, "id")?;
    id.parse().map_err(|_| Problem::NotFound)
}

fn of(account: Account) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header(NO_STORE)
        .insert_header(header::ETag(precondition::etag(account.revision)))
        .json(AccountView::from(account))
}

fn wanted_way(name: Option<HandOverName>) -> HandOver {
    match name {
        None | Some(HandOverName::Mail) => HandOver::Mail,
        Some(HandOverName::Administrator) => HandOver::Administrator,
    }
}

impl From<HandedOver> for LinkView {
    fn from(handed_over: HandedOver) -> Self {
        let link = handed_over.link().map(|link| link.reveal().to_owned());
        let mailed_to = match handed_over {
            HandedOver::Mailed(login) => Some(login.to_string()),
            HandedOver::Link(_) | HandedOver::Before => None,
        };
        Self { link, mailed_to }
    }
}
