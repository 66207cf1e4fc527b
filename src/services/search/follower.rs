//! The background task that keeps the live index level, and builds the next one when asked.

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use tokio::sync::watch;

use super::index::projector::Progress;
use super::index::projector::Projection;
use super::index::projector::ProjectionError;
use super::service::Inner;
use crate::storage::blocking;

/// The background task: rebuilds when asked, else follows the log until closing.
pub(crate) async fn follow(inner: Arc<Inner>) {
    let mut closing = inner.closing.subscribe();
    let mut rebuilds = inner.rebuild.subscribe();
    let mut done_rebuilds = 0;
    loop {
        let asked = *rebuilds.borrow_and_update();
        let result = if asked > done_rebuilds {
            tokio::select! {
                result = build_next(&inner) => result.inspect(|()| done_rebuilds = asked),
                _ = closing.wait_for(|closing| *closing) => return,
            }
        } else {
            follow_events(&inner, &mut closing, &mut rebuilds).await
        };
        match result {
            Ok(()) if *closing.borrow() => return,
            Ok(()) => {}
            Err(error) => {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the search index does not follow; trying again"
                );
                tokio::select! {
                    () = tokio::time::sleep(inner.settings.patience) => {}
                    _ = closing.wait_for(|closing| *closing) => return,
                }
                if matches!(error, ProjectionError::Index(_)) {
                    begin_afresh(&inner).await;
                }
            }
        }
    }
}

/// After a failed write: removes a half-built next index, and gives the live one a new writer.
async fn begin_afresh(inner: &Arc<Inner>) {
    let (store, live) = (inner.store.clone(), inner.live());
    let renewed = blocking(move || {
        store.remove_others(&live);
        live.renew_writer()
    });
    if let Err(error) = renewed.await {
        let error = &error as &dyn std::error::Error;
        tracing::error!(error, "the search index still cannot be written");
    }
}

/// Builds the next index and puts it in place of the live one.
async fn build_next(inner: &Arc<Inner>) -> Result<(), ProjectionError> {
    inner.rebuilding.send_replace(Some(0));
    let store = inner.store.clone();
    let next = Arc::new(blocking(move || store.create_next()).await?);
    let mut projection = Projection::new(
        Arc::clone(&inner.catalog),
        Arc::clone(&inner.blobs),
        Arc::clone(&inner.thesaurus),
        Arc::clone(&next),
    );
    let event = projection
        .rebuild(|done| {
            inner.rebuilding.send_replace(Some(done));
        })
        .await?;
    let (store, index) = (inner.store.clone(), Arc::clone(&next));
    blocking(move || store.make_live(&index)).await?;
    let old = std::mem::replace(
        &mut *inner.live.write().unwrap_or_else(PoisonError::into_inner),
        Arc::clone(&next),
    );
    inner.has_become_searchable(event);
    let store = inner.store.clone();
    blocking(move || {
        let closed = old.close();
        drop(old);
        store.remove_others(&next);
        closed
    })
    .await?;
    inner.rebuilding.send_replace(None);
    Ok(())
}

/// Follows the log until closing or until a rebuild is asked for.
async fn follow_events(
    inner: &Arc<Inner>,
    closing: &mut watch::Receiver<bool>,
    rebuilds: &mut watch::Receiver<u64>,
) -> Result<(), ProjectionError> {
    let mut events = inner.catalog.watch_events();
    let mut projection = Projection::new(
        Arc::clone(&inner.catalog),
        Arc::clone(&inner.blobs),
        Arc::clone(&inner.thesaurus),
        inner.live(),
    );
    let mut is_hurried = false;
    loop {
        events.borrow_and_update();
        let progress = projection.step().await?;
        let is_due = projection
            .due(inner.settings.patience)
            .is_some_and(|due| due <= Instant::now());
        let is_ending = *closing.borrow();
        if projection.has_pending() && (projection.is_urgent() || is_due || is_hurried || is_ending)
        {
            inner.has_become_searchable(projection.commit().await?);
            is_hurried = false;
        }
        // After a removal; or put off by a crash, by a full disk or by the build of this index.
        if projection.must_purge() && !projection.has_pending() {
            projection.purge().await?;
        }
        if is_ending || rebuilds.has_changed().unwrap_or(true) {
            return Ok(());
        }
        if progress == Progress::More {
            continue;
        }
        let due = projection.due(inner.settings.patience);
        let pause = async {
            match due {
                Some(due) => tokio::time::sleep_until(due.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = events.changed() => if changed.is_err() { return Ok(()) },
            () = pause => {}
            () = inner.hurry.notified() => is_hurried = true,
            _ = closing.changed() => {}
            _ = rebuilds.changed() => return Ok(()),
        }
    }
}
