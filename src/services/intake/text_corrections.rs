//! Texts that a person typed in place of what was read from a file.
//!
//! A correction is a blob of its own that the file of the work refers to. What was read stays a rendition of the file, and
//! comes back when the correction is dropped.

use super::Intake;
use crate::domain::access::{Actor, Operation};
use crate::domain::asset::{
    Asset, AssetId, File, Revision, TextCorrection, TransitionError, secrecy,
};
use crate::domain::text::{self, Limit};
use crate::domain::{Rule, Sha256, Violations};
use crate::services::media::full_text::{self, formats};
use crate::services::media::text::builder::{MAX_TEXT_BYTES, PAGE_BREAK};
use crate::services::works::ChangeError;
use crate::storage::blocking;
use crate::storage::catalog::EventKind;

impl Intake {
    /// Puts a text, page by page, in the place of what was read from a file. The same text again changes nothing.
    ///
    /// # Errors
    /// [`ChangeError::Transition`] when there is no such file; [`ChangeError::Invalid`] for a file without text, for
    /// forbidden characters and marks of state secrecy, for other than the pages that were read, and for more than 4 MiB;
    /// [`ChangeError::Stale`].
    pub async fn correct_text(
        &self,
        actor: &Actor,
        id: AssetId,
        expected: Option<Revision>,
        sha256: Sha256,
        pages: Vec<String>,
    ) -> Result<Asset, ChangeError> {
        let present = self
            .works
            .find_for_change(actor, id, expected, Operation::Edit)
            .await?;
        let file = present.file(sha256);
        let file = file.ok_or(TransitionError::NoSuchFile(sha256))?;
        if !formats::has_text(file, present.work.kind.as_ref()) {
            return Err(ChangeError::invalid("", Rule::FileWithoutText));
        }
        self.check_pages(file, pages.len()).await?;
        let text = blocking(move || joined(&pages)).await?;
        let staged = self.staging.stage(text.into_bytes()).await?;
        let correction = TextCorrection {
            blob: staged.key,
            size: staged.size,
            at: self.works.now(),
        };
        if file
            .text_correction
            .is_some_and(|known| known.blob == correction.blob)
        {
            return Ok(self.works.shown_to(actor, present).await?);
        }
        self.blobs.put(staged).await?;
        let (vocabularies, now) = (&self.works.vocabularies, self.works.now());
        let next = present.correct_text(sha256, Some(correction), vocabularies, now)?;
        let event = EventKind::TextCorrected;
        let changes = self.works.change_set(actor, &present, next.clone(), event);
        let made = (next.id, next.revision);
        self.works.commit(actor, changes, made, event).await?;
        Ok(self.works.shown_to(actor, next).await?)
    }

    /// A text that was read has pages, and so has its correction; where nothing was read there may be any number.
    async fn check_pages(&self, file: &File, given: usize) -> Result<(), ChangeError> {
        let renditions = self.works.catalog.renditions(&[file.sha256]).await?;
        let renditions = renditions.into_iter().flatten().collect::<Vec<_>>();
        let Some(read) = full_text::current(file, &renditions) else {
            return Ok(());
        };
        let bytes = self.blobs.read(read.blob, 0..read.size).await?;
        let expected = full_text::pages(&String::from_utf8_lossy(&bytes)).count();
        match given == expected {
            true => Ok(()),
            false => Err(ChangeError::invalid(
                "/pages",
                Rule::OtherNumberOfPages { expected },
            )),
        }
    }
}

/// The text of these pages in the form in which texts are kept.
fn joined(pages: &[String]) -> Result<String, ChangeError> {
    let mut violations = Violations::default();
    let mut text = String::new();
    for (number, page) in pages.iter().enumerate() {
        match text::prose(page, Limit::Bytes(MAX_TEXT_BYTES)) {
            Ok(page) => {
                text.push_str(&page);
                text.push('\n');
            }
            // An empty page.
            Err(Rule::Required) => {}
            Err(rule) => violations.push(format!("/pages/{number}"), rule),
        }
        if pages.len() > 1 {
            text.push(PAGE_BREAK);
        }
    }
    if text.len() > MAX_TEXT_BYTES {
        violations.push(
            "/pages",
            Rule::TooLong {
                max: MAX_TEXT_BYTES,
            },
        );
    }
    if secrecy::is_marked(&text) {
        violations.push("/pages", Rule::SecrecyMark);
    }
    violations.into_result(text).map_err(ChangeError::Invalid)
}
