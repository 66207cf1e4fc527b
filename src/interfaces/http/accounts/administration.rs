//! `/api/v1/accounts`: accounts for their administrators.

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::views::AccountView;
use crate::app::Archive;
use crate::domain::access::AccountId;
use crate::domain::account::Account;
use crate::interfaces::http::BaseAddress;
use crate::interfaces::http::extract::body::{JsonBody, SmallJson};
use crate::interfaces::http::extract::fields::Fields;
use crate::interfaces::http::extract::guard::{Administer, Allowed};
use crate::interfaces::http::extract::precondition::{self, IfMatch};
use crate::interfaces::http::extract::query;
use crate::interfaces::http::extract::session::RecentlyAuthenticated;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::http::tokens::RoleName;
use crate::services::accounts::{AccountChange, NewAccount, Secret};

/// All accounts are few; more than this are an error of whoever makes them.
const MAX_LISTED: usize = 5_000;

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

/// An account with the one-time link for its holder. Shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct Invited {
    /// The account.
    account: AccountView,
    /// The secret with which the holder chooses a password (`POST /api/v1/account-links`), within three days.
    link: String,
}

/// A one-time link for the holder of an account. Shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkView {
    /// The secret with which the holder chooses a password (`POST /api/v1/account-links`), within three days.
    link: String,
}

/// All accounts.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountList {
    /// In the order of their ids.
    items: Vec<AccountView>,
}

/// Lists the accounts.
#[utoipa::path(
    get, path = "/api/v1/accounts", operation_id = "listAccounts", tag = "accounts",
    summary = "List the accounts",
    responses((status = 200, description = "All accounts.", body = AccountList)),
    security(("token" = []), ("session" = []))
)]
pub async fn list(
    actor: Allowed<Administer>,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let found = archive
        .accounts
        .administration
        .list(&actor, None, MAX_LISTED)
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(AccountList {
            items: found.into_iter().map(AccountView::from).collect(),
        }))
}

/// Creates an account.
#[utoipa::path(
    post, path = "/api/v1/accounts", operation_id = "inviteAccount", tag = "accounts",
    summary = "Create an account and invite its holder",
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
pub async fn invite(
    actor: Allowed<Administer>,
    _recent: RecentlyAuthenticated,
    archive: web::Data<Archive>,
    base: web::Data<BaseAddress>,
    body: JsonBody<SmallJson>,
) -> Result<HttpResponse, Problem> {
    let mut fields = Fields::new(&body.value, &["login", "display", "role", "organisation"]);
    let wanted = NewAccount {
        login: fields.required("login"),
        display: fields.optional("display"),
        role: fields.required_role("role"),
        organisation: fields.slug("organisation").flatten(),
    };
    let wanted = fields.finish(wanted)?;
    let (account, link) = archive
        .accounts
        .administration
        .invite(&actor, wanted)
        .await?;
    let location = format!("{}/api/v1/accounts/{}", base.as_str(), account.id);
    Ok(HttpResponse::Created()
        .insert_header((header::LOCATION, location))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(header::ETag(precondition::etag(account.revision)))
        .json(Invited {
            account: account.into(),
            link: revealed(&link),
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
    params(("id" = String, Path, description = "The account's id.")),
    responses((status = 200, description = "The one-time link for its holder.", body = LinkView)),
    security(("token" = []), ("session" = []))
)]
pub async fn reset(
    actor: Allowed<Administer>,
    _recent: RecentlyAuthenticated,
    archive: web::Data<Archive>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let link = archive
        .accounts
        .administration
        .reset(&actor, &id_in(&request)?)
        .await?;
    Ok(HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .json(LinkView {
            link: revealed(&link),
        }))
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
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header(header::ETag(precondition::etag(account.revision)))
        .json(AccountView::from(account))
}

fn revealed(link: &Secret) -> String {
    link.reveal().to_owned()
}
