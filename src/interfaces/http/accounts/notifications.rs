//! `/api/v1/account/notifications`: what the holder of an account is told.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::Archive;
use crate::domain::notification::NotificationKind;
use crate::interfaces::http::BaseAddress;
use crate::interfaces::http::extract::query::{self, Query};
use crate::interfaces::http::extract::session::FullSession;
use crate::interfaces::http::frame::Caller;
use crate::interfaces::http::no_store::NO_STORE;
use crate::interfaces::http::pagination;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::{Language, mail};
use crate::services::notifications::ShownNotification;

/// Which notifications to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NotificationsQuery {
    /// Go on after this id, as the `next` link does.
    after: Option<String>,
    /// The number of notifications, at most 200.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<usize>,
}

/// What happened.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum NotificationKindName {
    /// A work that you deposited was returned.
    Returned,
    /// A work was assigned to you or your post.
    Assigned,
    /// A work that you deposited was withdrawn.
    Withdrawn,
    /// The consent for a published work that you deposited ends in a month.
    ConsentEnding,
}

/// A notification.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationView {
    /// Its id.
    id: String,
    /// What happened.
    #[schema(inline)]
    kind: NotificationKindName,
    /// The same in words.
    text: &'static str,
    /// The id of the work.
    #[schema(format = "uuid")]
    work: String,
    /// Its title; absent when you may only know that it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// When.
    #[schema(format = DateTime)]
    at: String,
    /// Your own mark.
    is_read: bool,
}

/// A page of notifications.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationList {
    /// Newest first.
    items: Vec<NotificationView>,
    /// How many of all have no mark.
    unread: usize,
    /// What to send as `after` for the next page; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Lists the notifications of the holder.
#[utoipa::path(
    get, path = "/api/v1/account/notifications", operation_id = "listNotifications", tag = "accounts",
    summary = "List your notifications",
    description = "What you see of a work is decided now: notifications about works that you may not see any more are left out.",
    params(NotificationsQuery),
    responses((
        status = 200, description = "One page, newest first.", body = NotificationList,
        headers(("Link" = Option<String>, description = "`rel=\"next\"` until the end."))
    )),
    security(("session" = []))
)]
pub async fn list(
    session: FullSession,
    archive: web::Data<Archive>,
    base: web::Data<BaseAddress>,
    caller: web::ReqData<Caller>,
    Query(query): Query<NotificationsQuery>,
) -> Result<HttpResponse, Problem> {
    let limit = pagination::limit(query.limit)?;
    let after = query.after.as_deref();
    let page = archive
        .inbox
        .list(&session.actor, &session.account, after, limit)
        .await?;
    let mut answer = HttpResponse::Ok();
    if let Some(next) = &page.next {
        let query = [("limit", limit.to_string()), ("after", next.clone())];
        pagination::link_next(&mut answer, &base, "/api/v1/account/notifications", &query);
    }
    answer.insert_header(NO_STORE);
    let items = page.items.into_iter();
    Ok(answer.json(NotificationList {
        items: items.map(|shown| view(shown, caller.language)).collect(),
        unread: page.unread,
        next: page.next,
    }))
}

/// Marks a notification as read.
#[utoipa::path(
    put, path = "/api/v1/account/notifications/{id}/read", operation_id = "markNotification", tag = "accounts",
    summary = "Mark a notification as read",
    params(("id" = String, Path, description = "The notification's id.")),
    responses((status = 204, description = "It is marked.")),
    security(("session" = []))
)]
pub async fn mark(
    session: FullSession,
    archive: web::Data<Archive>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    set_mark(&session, &archive, &request, true).await
}

/// Takes the mark of a notification away.
#[utoipa::path(
    delete, path = "/api/v1/account/notifications/{id}/read", operation_id = "unmarkNotification", tag = "accounts",
    summary = "Mark a notification as unread",
    params(("id" = String, Path, description = "The notification's id.")),
    responses((status = 204, description = "The mark is gone.")),
    security(("session" = []))
)]
pub async fn unmark(
    session: FullSession,
    archive: web::Data<Archive>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    set_mark(&session, &archive, &request, false).await
}

/// Marks all notifications as read.
#[utoipa::path(
    post, path = "/api/v1/account/notifications/read", operation_id = "markAllNotifications", tag = "accounts",
    summary = "Mark all notifications as read",
    responses((status = 204, description = "All are marked.")),
    security(("session" = []))
)]
pub async fn mark_all(
    session: FullSession,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let marked = archive.inbox.mark_all(&session.actor, &session.account);
    marked.await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn set_mark(
    session: &FullSession,
    archive: &Archive,
    request: &HttpRequest,
    is_read: bool,
) -> Result<HttpResponse, Problem> {
    let id: String = query::path_part(request, "id")?;
    let inbox = &archive.inbox;
    let marked = inbox.mark(&session.actor, &session.account, &id, is_read);
    marked.await?;
    Ok(HttpResponse::NoContent().finish())
}

fn view(shown: ShownNotification, language: Language) -> NotificationView {
    let title = shown
        .titles
        .as_ref()
        .and_then(|titles| titles.best(language.tag()));
    NotificationView {
        id: shown.id,
        kind: match shown.kind {
            NotificationKind::Returned => NotificationKindName::Returned,
            NotificationKind::Assigned => NotificationKindName::Assigned,
            NotificationKind::Withdrawn => NotificationKindName::Withdrawn,
            NotificationKind::ConsentEnding => NotificationKindName::ConsentEnding,
        },
        text: mail::happened(shown.kind, language),
        work: shown.work.to_string(),
        title: title.map(str::to_owned),
        at: shown.at.to_string(),
        is_read: shown.is_read,
    }
}
