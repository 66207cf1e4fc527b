//! Keys of the index. See [`super::Table`] for which table has which.

use crate::domain::Timestamp;
use crate::domain::asset::{AssetId, Identifier, Revision};
use crate::storage::catalog::{BlobKey, CatalogError, IdempotencyKey, JobId, JobKind, JobState};

/// The one key of [`super::Table::Meta`].
pub(crate) const STATE: &[u8] = b"state";

/// The beginning of the keys of all works that carry this identifier.
pub(crate) fn identifier(identifier: &Identifier) -> Vec<u8> {
    joined(&[
        &sized(identifier.scheme.as_str()),
        &sized(&identifier.value),
    ])
}

/// One work under an identifier.
pub(crate) fn identifier_of(of: &Identifier, id: AssetId) -> Vec<u8> {
    joined(&[&identifier(of), id.as_bytes()])
}

/// A revision of a work; later ones sort before earlier ones.
pub(crate) fn revision(id: AssetId, revision: Revision) -> Vec<u8> {
    joined(&[id.as_bytes(), &number(!revision.0)])
}

/// The revision in the last 8 bytes of a key.
pub(crate) fn revision_in(key: &[u8]) -> Option<Revision> {
    number_in(key).map(|complement| Revision(!complement))
}

/// A file that only earlier revisions of a work have.
pub(crate) fn former_file(id: AssetId, blob: BlobKey) -> Vec<u8> {
    joined(&[id.as_bytes(), blob.as_bytes()])
}

/// The blob in the last 32 bytes of a key.
pub(crate) fn blob_in(key: &[u8]) -> Option<BlobKey> {
    key.last_chunk::<32>()
        .map(|bytes| BlobKey::from_bytes(*bytes))
}

/// The blob that is a key of the table of blobs.
///
/// # Errors
/// [`CatalogError::Damaged`] when the key is not one.
pub(crate) fn blob(key: &[u8]) -> Result<BlobKey, CatalogError> {
    <[u8; 32]>::try_from(key)
        .map(BlobKey::from_bytes)
        .map_err(|_| CatalogError::Damaged("a blob key of another length".into()))
}

/// One work under a blob.
pub(crate) fn blob_asset(blob: BlobKey, id: AssetId) -> Vec<u8> {
    joined(&[blob.as_bytes(), id.as_bytes()])
}

/// A rendition of a blob.
pub(crate) fn rendition(of: BlobKey, recipe: &str) -> Vec<u8> {
    joined(&[of.as_bytes(), &sized(recipe)])
}

/// An event or a job.
pub(crate) fn number(number: u64) -> [u8; 8] {
    number.to_be_bytes()
}

/// The beginning of the keys of waiting jobs of a kind.
pub(crate) fn jobs_of(kind: &JobKind) -> Vec<u8> {
    sized(&kind.0)
}

/// A waiting job.
pub(crate) fn job_due(kind: &JobKind, run_at: Timestamp, id: JobId) -> Vec<u8> {
    joined(&[&sized(&kind.0), &moment(run_at), &number(id.0)])
}

/// A job by its state.
pub(crate) fn job_in(state: JobState, id: JobId) -> Vec<u8> {
    joined(&[&state_byte(state), &number(id.0)])
}

/// The byte of a state.
pub(crate) fn state_byte(state: JobState) -> [u8; 1] {
    match state {
        JobState::Waiting => [0],
        JobState::Done => [1],
        JobState::Dead => [2],
    }
}

/// The unique key of a waiting job.
pub(crate) fn job_unique(kind: &JobKind, unique_key: &str) -> Vec<u8> {
    joined(&[&sized(&kind.0), &sized(unique_key)])
}

/// A finished job.
pub(crate) fn job_finished(at: Timestamp, id: JobId) -> Vec<u8> {
    joined(&[&moment(at), &number(id.0)])
}

/// The keys of a table of keyed records that begin with this; a whole key is one record.
pub(crate) fn record(table: &str, key: &str) -> Vec<u8> {
    joined(&[&sized(table), key.as_bytes()])
}

/// A remembered answer.
pub(crate) fn answer(key: &IdempotencyKey) -> Vec<u8> {
    joined(&[&sized(&key.scope), &sized(&key.key)])
}

/// A remembered answer by its moment.
pub(crate) fn answer_at(at: Timestamp, key: &IdempotencyKey) -> Vec<u8> {
    joined(&[&moment(at), &answer(key)])
}

/// A moment such that earlier ones sort first, also before 1970.
pub(crate) fn moment(at: Timestamp) -> [u8; 8] {
    (at.as_millis() ^ i64::MIN).to_be_bytes()
}

/// The moment in the first 8 bytes of a key.
pub(crate) fn moment_in(key: &[u8]) -> Option<Timestamp> {
    let bytes = key.first_chunk::<8>()?;
    Some(Timestamp::from_millis(
        i64::from_be_bytes(*bytes) ^ i64::MIN,
    ))
}

/// The number in the last 8 bytes of a key.
pub(crate) fn number_in(key: &[u8]) -> Option<u64> {
    key.last_chunk::<8>()
        .map(|bytes| u64::from_be_bytes(*bytes))
}

/// The asset id in the last 16 bytes of a key.
pub(crate) fn asset_in(key: &[u8]) -> Option<AssetId> {
    key.last_chunk::<16>().map(|id| AssetId::from_bytes(*id))
}

fn sized(text: &str) -> Vec<u8> {
    let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
    joined(&[&length.to_be_bytes(), text.as_bytes()])
}

fn joined(parts: &[&[u8]]) -> Vec<u8> {
    parts.concat()
}

#[cfg(test)]
mod tests {
    use super::{identifier, job_due, moment, moment_in};
    use crate::domain::asset::Identifier;
    use crate::domain::{Slug, Timestamp};
    use crate::storage::catalog::{JobId, JobKind};

    #[test]
    fn no_identifier_swallows_another() {
        let key = |scheme: &str, value: &str| {
            identifier(&Identifier {
                scheme: Slug::parse(scheme).unwrap(),
                value: value.into(),
            })
        };
        let keys = [
            key("a", "bc"),
            key("ab", "c"),
            key("a", "b"),
            key("a", "bcd"),
        ];
        for (i, one) in keys.iter().enumerate() {
            for (j, other) in keys.iter().enumerate() {
                assert_eq!(one.starts_with(other), i == j);
            }
        }
    }

    #[test]
    fn keys_sort_as_moments_do() {
        let at = Timestamp::from_millis;
        let moments = [i64::MIN, -1, 0, 1, 1_795_395_600_000, i64::MAX].map(at);
        assert!(moments.map(moment).is_sorted());
        assert_eq!(moments.map(|m| moment_in(&moment(m))), moments.map(Some));
        let kind = JobKind("k".into());
        assert!(job_due(&kind, at(1), JobId(9)) < job_due(&kind, at(2), JobId(1)));
    }
}
