//! Receiving bytes: counted, hashed and made durable before anything refers to them.
//!
//! [`Staging::begin`] gives an [`Incoming`]; chunks go into it as the network brings them, and
//! [`Incoming::finish`] turns it into a [`Staged`] blob. A file that fits one buffer is hashed and
//! written in one go; a longer one runs through the stages of [`super::pipeline`].

use super::hash::Hasher;
use super::pipeline::{BUFFER_BYTES, Destination, Pipeline, Written};
use super::staging::{Announced, Staging, StagingError, seal};
use super::{Discarded, Staged, head_of};

impl Staging {
    /// Makes ready to receive at most `limit` bytes.
    ///
    /// # Errors
    /// [`StagingError::TooLarge`] when more are announced.
    pub fn begin(&self, announced: Announced, limit: u64) -> Result<Incoming, StagingError> {
        if announced.length.is_some_and(|length| length > limit) {
            return Err(StagingError::TooLarge { limit });
        }
        Ok(Incoming {
            staging: self.clone(),
            announced,
            limit,
            received: 0,
            buffer: Vec::new(),
            long: None,
        })
    }
}

/// Bytes on their way in. Dropping it deletes what has arrived.
#[derive(Debug)]
pub struct Incoming {
    staging: Staging,
    announced: Announced,
    limit: u64,
    received: u64,
    buffer: Vec<u8>,
    long: Option<Long>,
}

/// More bytes than one buffer has.
#[derive(Debug)]
struct Long {
    head: Vec<u8>,
    pipeline: Pipeline<Discarded>,
}

impl Incoming {
    /// Takes in the next bytes; waits while the disk or the hash is behind.
    ///
    /// # Errors
    /// [`StagingError::TooLarge`], [`StagingError::WrongLength`] as soon as the bytes are too many;
    /// [`StagingError::Store`]. The upload is lost then.
    pub async fn write(&mut self, mut chunk: &[u8]) -> Result<(), StagingError> {
        self.count(chunk.len() as u64)?;
        loop {
            let room = BUFFER_BYTES - self.buffer.len();
            let (fitting, rest) = chunk.split_at(chunk.len().min(room));
            self.buffer.extend_from_slice(fitting);
            if rest.is_empty() {
                return Ok(());
            }
            self.pass_on_buffer().await?;
            chunk = rest;
        }
    }

    /// Completes the upload: every byte written, hashed, compared with what was announced, fsynced.
    ///
    /// # Errors
    /// [`StagingError::WrongLength`], [`StagingError::WrongDigest`], [`StagingError::Store`].
    pub async fn finish(mut self) -> Result<Staged, StagingError> {
        if let Some(announced) = self.announced.length
            && announced != self.received
        {
            return Err(StagingError::WrongLength {
                announced,
                received: self.received,
            });
        }
        let last = std::mem::take(&mut self.buffer);
        let staged = match self.long.take() {
            None => self.staging.stage(last).await?,
            Some(long) => long.finish(last, self.received).await?,
        };
        match self.announced.sha256 {
            Some(announced) if announced != staged.key => Err(StagingError::WrongDigest {
                announced,
                received: staged.key,
            }),
            _ => Ok(staged),
        }
    }

    fn count(&mut self, more: u64) -> Result<(), StagingError> {
        self.received = self.received.saturating_add(more);
        if self.received > self.limit {
            return Err(StagingError::TooLarge { limit: self.limit });
        }
        match self.announced.length {
            Some(announced) if self.received > announced => Err(StagingError::WrongLength {
                announced,
                received: self.received,
            }),
            _ => Ok(()),
        }
    }

    async fn pass_on_buffer(&mut self) -> Result<(), StagingError> {
        let full = std::mem::take(&mut self.buffer);
        let long = match &mut self.long {
            Some(running) => running,
            none => none.insert(Long::start(
                self.staging.clone(),
                self.announced.length,
                head_of(&full),
            )),
        };
        self.buffer = long.pipeline.exchange(full).await?;
        Ok(())
    }
}

impl Long {
    fn start(staging: Staging, length: Option<u64>, head: Vec<u8>) -> Self {
        let open = move || {
            let (guard, file) = staging.create()?;
            Ok(Destination {
                file,
                offset: 0,
                length,
                hasher: Hasher::new(),
                sync: seal,
                guard,
            })
        };
        Self {
            head,
            pipeline: Pipeline::start(open),
        }
    }

    async fn finish(self, last: Vec<u8>, size: u64) -> Result<Staged, StagingError> {
        let Written { guard, hasher, .. } = self.pipeline.finish(last).await?;
        Ok(Staged {
            path: guard.path().to_owned(),
            key: hasher.finish(),
            size,
            head: self.head,
            _guard: guard,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;
    use std::time::SystemTime;

    use super::super::staging::{Announced, STALE_AFTER, Staging, StagingError};
    use super::BUFFER_BYTES;
    use crate::domain::Sha256;

    const NO_LIMIT: u64 = u64::MAX;

    fn staged_files(data: &tempfile::TempDir) -> Vec<PathBuf> {
        fs::read_dir(data.path().join("staging"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect()
    }

    fn open() -> (tempfile::TempDir, Staging) {
        let data = tempfile::tempdir().unwrap();
        let staging = Staging::open(data.path(), SystemTime::now()).unwrap();
        (data, staging)
    }

    /// Values from `head -c N /dev/zero | sha256sum`.
    #[tokio::test(flavor = "multi_thread")]
    async fn files_of_every_length_are_written_whole_and_hashed() {
        let (_data, staging) = open();
        let cases = [
            (
                0,
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            ),
            (
                524_288,
                "07854d2fef297a06ba81685e660c332de36d5d18d546927d30daad6d7fda1541",
            ),
            (
                524_289,
                "eda6e9fb7e8bed184a10de09683556f9fc1720ffc1af5fa73f4891c7dec70bca",
            ),
            (
                10_000_000,
                "f5e02aa71e67f41d79023a128ca35bad86cf7b6656967bfe0884b3a3c4325eaf",
            ),
        ];
        for (length, hash) in cases {
            let announced = Announced {
                length: Some(length as u64),
                sha256: Some(hash.parse().unwrap()),
            };
            let mut incoming = staging.begin(announced, NO_LIMIT).unwrap();
            for chunk in vec![0; length].chunks(70_001) {
                incoming.write(chunk).await.unwrap();
            }
            let staged = incoming.finish().await.unwrap();
            assert_eq!(staged.key.to_hex(), hash);
            assert_eq!(staged.size, length as u64);
            assert_eq!(staged.head, vec![0; length.min(8192)]);
            assert_eq!(fs::metadata(&staged.path).unwrap().len(), length as u64);
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_long_file_keeps_its_order_through_the_pipeline() {
        let (_data, staging) = open();
        let bytes: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut incoming = staging.begin(Announced::default(), NO_LIMIT).unwrap();
        incoming.write(&bytes).await.unwrap();
        let staged = incoming.finish().await.unwrap();
        assert!(fs::read(&staged.path).unwrap() == bytes);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn wrong_lengths_wrong_hashes_and_excess_are_refused_and_leave_nothing() {
        let (data, staging) = open();
        let other = Sha256::from_bytes([7; 32]);
        for size in [10, 3 * BUFFER_BYTES] {
            let bytes = vec![1; size];
            let size = size as u64;
            let announce = |length, sha256| Announced { length, sha256 };
            let cases = [
                (announce(Some(size - 1), None), NO_LIMIT, "WrongLength"),
                (announce(Some(size + 1), None), NO_LIMIT, "WrongLength"),
                (announce(None, Some(other)), NO_LIMIT, "WrongDigest"),
                (announce(None, None), size - 1, "TooLarge"),
                (announce(Some(size), None), size - 1, "TooLarge"),
            ];
            for (announced, limit, expected) in cases {
                let refused = receive(&staging, announced, limit, &bytes).await;
                let name = format!("{:?}", refused.unwrap_err());
                assert!(name.starts_with(expected), "{name} for {announced:?}");
            }
        }
        // Writers that were given up end by themselves; opening again waits for nothing.
        wait_until(|| staged_files(&data).is_empty()).await;
    }

    async fn receive(
        staging: &Staging,
        announced: Announced,
        limit: u64,
        bytes: &[u8],
    ) -> Result<super::Staged, StagingError> {
        let mut incoming = staging.begin(announced, limit)?;
        incoming.write(bytes).await?;
        incoming.finish().await
    }

    async fn wait_until(holds: impl Fn() -> bool) {
        for _ in 0..1_000_000 {
            if holds() {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("it never came to hold");
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn dropping_an_upload_at_any_time_deletes_its_file() {
        let (data, staging) = open();
        let mut incoming = staging.begin(Announced::default(), NO_LIMIT).unwrap();
        incoming.write(&vec![1; 2 * BUFFER_BYTES]).await.unwrap();
        drop(incoming);
        wait_until(|| staged_files(&data).is_empty()).await;

        // The writer of the dropped upload may have begun its file only now.
        let staged = staging.stage(vec![1, 2, 3]).await.unwrap();
        wait_until(|| staged_files(&data) == std::slice::from_ref(&staged.path)).await;
        drop(staged);
        wait_until(|| staged_files(&data).is_empty()).await;
    }

    #[test]
    fn leftovers_go_after_a_day_and_not_before() {
        let (data, _) = open();
        let now = SystemTime::now();
        for (name, age) in [("upload-0", STALE_AFTER), ("upload-1", STALE_AFTER / 2)] {
            let file = fs::File::create(data.path().join("staging").join(name)).unwrap();
            file.set_modified(now - age).unwrap();
        }
        let staging = Staging::open(data.path(), now).unwrap();
        let kept = data.path().join("staging/upload-1");
        assert_eq!(staged_files(&data), std::slice::from_ref(&kept));
        // From a clock that was ahead: a day counts from now.
        let ahead = fs::File::open(&kept).unwrap();
        ahead.set_modified(now + 3650 * STALE_AFTER).unwrap();
        let staging = {
            drop(staging);
            Staging::open(data.path(), now).unwrap()
        };
        assert_eq!(fs::metadata(&kept).unwrap().modified().unwrap(), now);
        // A new upload takes no name that is in use.
        let staged = staging.write_at_once(b"new").unwrap();
        let next = staging.write_at_once(b"next").unwrap();
        assert!(staged.path != kept && next.path != kept);
        assert_eq!(fs::read(kept).unwrap(), b"");
    }

    #[test]
    fn what_others_left_in_the_folder_stays_and_stops_nothing() {
        let (data, _) = open();
        let folder = data.path().join("staging");
        fs::create_dir(folder.join("lost+found")).unwrap();
        fs::create_dir(folder.join("upload-1")).unwrap();
        fs::write(folder.join(".DS_Store"), "x").unwrap();
        std::os::unix::fs::symlink("/nonexistent", folder.join("upload-2")).unwrap();
        let later = SystemTime::now() + 2 * STALE_AFTER;
        let staging = Staging::open(data.path(), later).unwrap();
        assert_eq!(staged_files(&data).len(), 4);
        let staged: Vec<_> = [b"a", b"b", b"c"]
            .map(|bytes| staging.write_at_once(bytes).unwrap())
            .into();
        assert_eq!(staged_files(&data).len(), 4 + staged.len());
    }
}
