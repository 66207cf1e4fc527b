//! Follows an import by server-sent events (HTML, section 9.2).

use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::stream;
use tokio::time::sleep;

use super::view::TableImportView;
use crate::app::Archive;
use crate::domain::access::Actor;
use crate::interfaces::http::extract::guard::{Allowed, Deposit};
use crate::interfaces::http::extract::query::path_part;
use crate::interfaces::http::problem::Problem;
use crate::services::table_imports::{Phase, TableImportId, TableImportState};

/// The media type of server-sent events.
const MEDIA_TYPE: &str = "text/event-stream";

/// How often the import is looked at.
const INTERVAL: Duration = Duration::from_secs(1);

/// Looks after which an answer ends; the browser asks again.
const MAX_LOOKS: u32 = 15 * 60;

/// Follows an import.
#[utoipa::path(
    get, path = "/api/v1/table-imports/{id}/events", operation_id = "followTableImport", tag = "works",
    summary = "Follow the import of a table",
    description = "Server-sent events named `progress`, each with the import as JSON, whenever it goes on; the last one says that nothing \
        more will come. After a quarter of an hour the answer ends, and an `EventSource` asks again.",
    params(("id" = String, Path, description = "Id of the import.", format = "uuid")),
    responses((status = 200, description = "Events until the import ends.", body = String, content_type = "text/event-stream")),
    security(("token" = []))
)]
pub async fn events(
    actor: Allowed<Deposit>,
    request: HttpRequest,
    archive: web::Data<Archive>,
) -> Result<HttpResponse, Problem> {
    let id = path_part(&request, "id")?;
    let state = archive.table_imports.read(&actor, id).await?;
    let following = Following {
        archive: archive.into_inner(),
        actor: actor.clone(),
        id,
        next: Some(state),
        last: None,
        looks: 0,
    };
    let events = stream::unfold(following, |mut following| async move {
        let event = following.next().await?;
        Some((Ok::<Bytes, Problem>(event), following))
    });
    Ok(HttpResponse::Ok()
        .content_type(MEDIA_TYPE)
        .insert_header((header::CACHE_CONTROL, "no-store"))
        // Proxies that collect answers would hold events back.
        .insert_header(("X-Accel-Buffering", "no"))
        .insert_header((header::CONTENT_ENCODING, "identity"))
        .streaming(events))
}

/// An import that somebody follows.
struct Following {
    archive: std::sync::Arc<Archive>,
    actor: Actor,
    id: TableImportId,
    /// What was read already.
    next: Option<TableImportState>,
    /// What was sent last.
    last: Option<TableImportState>,
    looks: u32,
}

impl Following {
    /// The next event, once there is something new; a comment keeps the connection alive meanwhile.
    async fn next(&mut self) -> Option<Bytes> {
        if self.last.as_ref().is_some_and(|state| !is_moving(state)) || self.looks > MAX_LOOKS {
            return None;
        }
        self.looks += 1;
        let state = match self.next.take() {
            Some(state) => state,
            None => {
                sleep(INTERVAL).await;
                self.archive
                    .table_imports
                    .read(&self.actor, self.id)
                    .await
                    .ok()?
            }
        };
        if self.last.as_ref() == Some(&state) {
            return Some(Bytes::from_static(b": \n\n"));
        }
        let view = serde_json::to_string(&TableImportView::from(state.clone())).ok()?;
        self.last = Some(state);
        Some(format!("event: progress\ndata: {view}\n\n").into())
    }
}

/// Whether something can still come. A checked table waits for its start, which another request tells.
fn is_moving(state: &TableImportState) -> bool {
    matches!(state.import.phase, Phase::Checking | Phase::Running)
}
