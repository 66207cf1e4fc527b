//! The background task that applies new events to the live index and rebuilds it on request.

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use tokio::sync::watch;

use super::index::projector::{Progress, ProjectionError, Projector};
use super::state::SearchState;
use crate::storage::blocking;
use crate::telemetry::error_chain;

/// Runs until closing: rebuilds on request, otherwise follows the event log.
pub(crate) async fn follow(state: Arc<SearchState>) {
    let mut closing = state.closing.subscribe();
    let mut rebuild_requests = state.rebuild_requests.subscribe();
    let mut done_rebuilds = 0;
    loop {
        let requested = *rebuild_requests.borrow_and_update();
        let result = if requested > done_rebuilds {
            tokio::select! {
                result = rebuild(&state) => result.inspect(|()| done_rebuilds = requested),
                _ = closing.wait_for(|closing| *closing) => return,
            }
        } else {
            follow_events(&state, &mut closing, &mut rebuild_requests).await
        };
        match result {
            Ok(()) if *closing.borrow() => return,
            Ok(()) => {}
            Err(error) => {
                tracing::error!(
                    error = error_chain(&error),
                    "the search index cannot follow the catalogue; trying again"
                );
                tokio::select! {
                    () = tokio::time::sleep(state.settings.max_commit_delay) => {}
                    _ = closing.wait_for(|closing| *closing) => return,
                }
                if matches!(error, ProjectionError::Index(_)) {
                    recover_from_failed_write(&state).await;
                }
            }
        }
    }
}

/// Deletes an unfinished next generation and creates a new writer for the live index.
async fn recover_from_failed_write(state: &Arc<SearchState>) {
    let (store, live) = (state.store.clone(), state.live());
    let renewed = blocking(move || {
        store.remove_others(&live);
        live.renew_writer()
    });
    if let Err(error) = renewed.await {
        let error = error_chain(&error);
        tracing::error!(error, "the search index still cannot be written");
    }
}

/// Builds the next generation and makes it the live index.
async fn rebuild(state: &Arc<SearchState>) -> Result<(), ProjectionError> {
    state.rebuilding.send_replace(Some(0));
    let store = state.store.clone();
    let next = Arc::new(blocking(move || store.create_next()).await?);
    let mut projector = Projector::new(
        Arc::clone(&state.catalog),
        Arc::clone(&state.blobs),
        Arc::clone(&state.thesaurus),
        Arc::clone(&next),
    );
    let event = projector
        .rebuild(|done| {
            state.rebuilding.send_replace(Some(done));
        })
        .await?;
    let (store, index) = (state.store.clone(), Arc::clone(&next));
    blocking(move || store.make_live(&index)).await?;
    let old = std::mem::replace(
        &mut *state.live.write().unwrap_or_else(PoisonError::into_inner),
        Arc::clone(&next),
    );
    state.publish_commit(event);
    let store = state.store.clone();
    blocking(move || {
        let closed = old.close();
        drop(old);
        store.remove_others(&next);
        closed
    })
    .await?;
    state.rebuilding.send_replace(None);
    Ok(())
}

/// Applies and commits events until closing or until a rebuild is requested.
async fn follow_events(
    state: &Arc<SearchState>,
    closing: &mut watch::Receiver<bool>,
    rebuild_requests: &mut watch::Receiver<u64>,
) -> Result<(), ProjectionError> {
    let mut events = state.catalog.watch_events();
    let mut projector = Projector::new(
        Arc::clone(&state.catalog),
        Arc::clone(&state.blobs),
        Arc::clone(&state.thesaurus),
        state.live(),
    );
    let max_delay = state.settings.max_commit_delay;
    let mut is_commit_requested = false;
    loop {
        events.borrow_and_update();
        let progress = projector.step().await?;
        let is_due = projector
            .due(max_delay)
            .is_some_and(|due| due <= Instant::now());
        let is_closing = *closing.borrow();
        let must_commit = projector.is_urgent() || is_due || is_commit_requested || is_closing;
        if projector.has_pending() && must_commit {
            state.publish_commit(projector.commit().await?);
            is_commit_requested = false;
        }
        // After a removal, or postponed by a crash, a full disk or the rebuild of this index.
        if projector.must_purge() && !projector.has_pending() {
            projector.purge().await?;
        }
        if is_closing || rebuild_requests.has_changed().unwrap_or(true) {
            return Ok(());
        }
        if progress == Progress::More {
            continue;
        }
        let due = projector.due(max_delay);
        let until_due = async {
            match due {
                Some(due) => tokio::time::sleep_until(due.into()).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            changed = events.changed() => if changed.is_err() { return Ok(()) },
            () = until_due => {}
            () = state.commit_requested.notified() => is_commit_requested = true,
            _ = closing.changed() => {}
            _ = rebuild_requests.changed() => return Ok(()),
        }
    }
}
