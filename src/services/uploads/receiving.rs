//! A part of an upload on its way in.

use tokio::task::JoinHandle;

use super::UploadsError;
use super::holding::Hold;
use crate::storage::blobs::{Appending, Arrived, BlobError, DigestAlgorithm, PartialFiles};

/// What a client says about the bytes of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checksum {
    /// How it was made.
    pub algorithm: DigestAlgorithm,
    /// The digest.
    pub digest: Vec<u8>,
}

/// A part on its way in. Dropping it keeps what has arrived, unless the part has a checksum, which only the whole part can
/// have; it goes on until that is durable, and only then the next request gets the upload.
#[derive(Debug)]
pub struct Receiving {
    part: Option<Part>,
}

#[derive(Debug)]
struct Part {
    appending: Appending,
    target: Target,
}

/// The upload that a part belongs to.
#[derive(Debug)]
struct Target {
    hold: Hold,
    files: PartialFiles,
    name: String,
    /// What had arrived before the part.
    before: Arrived,
    /// The announced number of bytes.
    length: u64,
    checksum: Option<Checksum>,
    /// More came than the upload may have.
    is_too_long: bool,
}

impl Receiving {
    /// Makes ready to append to the upload of this name, of which `before` has arrived.
    ///
    /// # Errors
    /// The disk fails.
    pub(super) async fn begin(
        files: PartialFiles,
        name: String,
        (before, length): (Arrived, u64),
        hold: Hold,
        checksum: Option<Checksum>,
    ) -> Result<Self, BlobError> {
        match &checksum {
            Some(_) => files.mark_verified(&name, before.length).await?,
            None => files.count_all(&name).await?,
        }
        Ok(Self {
            part: Some(Part {
                appending: files.append(&name, before.clone(), length),
                target: Target {
                    hold,
                    files,
                    name,
                    before,
                    length,
                    checksum,
                    is_too_long: false,
                },
            }),
        })
    }

    /// Waits until another request wants the upload: this part should be dropped then.
    pub async fn wanted(&mut self) {
        match &mut self.part {
            Some(part) => part.target.hold.wanted().await,
            None => std::future::pending().await,
        }
    }

    /// Takes in the next bytes; waits while the disk is behind.
    ///
    /// # Errors
    /// [`UploadsError::TooLong`], [`UploadsError::Blobs`]. Nothing of the part is kept then.
    pub async fn write(&mut self, chunk: &[u8]) -> Result<(), UploadsError> {
        let Some(part) = &mut self.part else {
            return Err(UploadsError::Held);
        };
        if chunk.len() as u64 > part.appending.room() {
            part.target.is_too_long = true;
            let length = part.target.length;
            return Err(UploadsError::TooLong { length });
        }
        Ok(part.appending.write(chunk).await?)
    }

    /// Ends the part: everything is durable, and has its checksum. Gives the number of bytes of the upload that have arrived.
    ///
    /// # Errors
    /// [`UploadsError::WrongChecksum`], [`UploadsError::Blobs`]. Nothing of the part is kept then.
    pub async fn finish(mut self) -> Result<u64, UploadsError> {
        let Some(part) = self.part.take() else {
            return Err(UploadsError::Held);
        };
        // Goes on when the client does not wait for it.
        let ended: JoinHandle<_> = tokio::spawn(part.end(true));
        match ended.await {
            Ok(result) => result,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(UploadsError::Held),
            },
        }
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        let Some(part) = self.part.take() else {
            return;
        };
        // Without a runtime the process is ending, and the length of the file is looked up at the next start.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async {
                if let Err(error) = part.end(false).await {
                    tracing::debug!(%error, "a part of an upload was given up");
                }
            });
        }
    }
}

impl Part {
    /// Makes durable what has arrived and counts it, or cuts it off; then gives the upload back.
    async fn end(self, is_whole: bool) -> Result<u64, UploadsError> {
        let Self {
            appending,
            mut target,
        } = self;
        *target.hold.arrived = None;
        let ended = match appending.finish().await {
            Ok(_) if target.is_too_long => Err(UploadsError::TooLong {
                length: target.length,
            }),
            Ok(arrived) => target.verify(is_whole, arrived).await,
            Err(error) => Err(error.into()),
        };
        match ended {
            Ok(arrived) => {
                let length = arrived.length;
                *target.hold.arrived = Some(arrived);
                Ok(length)
            }
            Err(error) => {
                let before = target.before;
                target.files.cut(&target.name, before.length).await?;
                *target.hold.arrived = Some(before);
                Err(error)
            }
        }
    }
}

impl Target {
    /// What has arrived, if it has the checksum of the part.
    async fn verify(&self, is_whole: bool, arrived: Arrived) -> Result<Arrived, UploadsError> {
        let Some(Checksum { algorithm, digest }) = &self.checksum else {
            return Ok(arrived);
        };
        let (name, start) = (&self.name, self.before.length);
        let is_right = if !is_whole {
            false
        } else if arrived.length > start {
            self.files.digest(name, start, *algorithm).await? == *digest
        } else {
            let empty = algorithm.digest(std::io::empty());
            empty.is_ok_and(|empty| empty == *digest)
        };
        if !is_right {
            return Err(UploadsError::WrongChecksum);
        }
        self.files.mark_verified(name, arrived.length).await?;
        Ok(arrived)
    }
}
