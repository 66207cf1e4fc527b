//! Where things are kept: two ports and their back ends.
//!
//! [`catalog`] holds what is known about works (metadata, the event log, jobs, tokens);
//! [`blobs`] holds bytes under their SHA-256. Blobs are safe before metadata names them.
//! [`vocabulary`] reads the lists of concepts from files.

pub mod blobs;
pub mod catalog;
pub mod vocabulary;

/// Runs blocking work (disk, hashing, image work, index) on the blocking pool, keeping the
/// caller's tracing span. The only way from async code to blocking code.
///
/// # Panics
/// Carries a panic of `work` on to the caller, where the server contains it.
pub async fn blocking<T, F>(work: F) -> T
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    let span = tracing::Span::current();
    match tokio::task::spawn_blocking(move || span.in_scope(work)).await {
        Ok(value) => value,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime is shutting down and will drop this task at its next await.
            Err(_) => std::future::pending().await,
        },
    }
}
