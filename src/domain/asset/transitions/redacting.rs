//! Redacting regions of an image of a work.

use crate::domain::asset::{Asset, Decision, File, Region, TransitionError, limits};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{Rule, Sha256, Violations};

impl Asset {
    /// The work with other redacted regions of an image, by whom and when. Copies made with other regions are not
    /// delivered any more.
    ///
    /// # Errors
    /// [`TransitionError::NoSuchFile`]; [`TransitionError::RegionsDoNotFit`] with pointers into a list `regions`;
    /// [`TransitionError::Unmet`] when it is published, would show more, and needs a second approval for that.
    pub fn redact(
        &self,
        sha256: Sha256,
        mut regions: Vec<Region>,
        vocabularies: &Vocabularies,
        by: &Decision,
    ) -> Result<Self, TransitionError> {
        let mut next = self.clone();
        let mut files = next.files.iter_mut();
        let file = files.find(|file| file.sha256 == sha256);
        let file = file.ok_or(TransitionError::NoSuchFile(sha256))?;
        check(file, &regions)?;
        regions.sort_unstable();
        regions.dedup();
        file.redacted = regions;
        if !file.redacted.is_empty() {
            // It may say what is redacted.
            file.text_correction = None;
        }
        self.changed(next, vocabularies, by.at)
    }
}

impl Asset {
    /// Whether this revision shows a part of a file that was redacted in the one before.
    pub(in crate::domain::asset) fn reveals_more_than(&self, before: &Self) -> bool {
        let shows_more = |file: &File| {
            let before = before.file(file.sha256);
            before.is_some_and(|before| !file.covers_all_of(before))
        };
        self.files.iter().any(shows_more)
    }
}

impl File {
    /// Whether every region that was redacted before still is.
    fn covers_all_of(&self, before: &Self) -> bool {
        let is_redacted = |region: &Region| self.redacted.iter().any(|wide| wide.contains(region));
        before.redacted.iter().all(is_redacted)
    }

    /// This new version of a file with the redacted regions of the version before it.
    ///
    /// # Errors
    /// [`TransitionError::RegionsDoNotFit`] when it is an image of another size: the same regions would show other
    /// parts.
    pub(super) fn redacted_like(self, before: &Self) -> Result<Self, TransitionError> {
        let size = |file: &Self| (file.facts.width_px, file.facts.height_px);
        if !before.redacted.is_empty() && size(&self) != size(before) {
            let mut violations = Violations::default();
            violations.push("", Rule::RegionOutsideImage);
            return Err(TransitionError::RegionsDoNotFit(violations));
        }
        Ok(Self {
            redacted: before.redacted.clone(),
            ..self
        })
    }
}

fn check(file: &File, regions: &[Region]) -> Result<(), TransitionError> {
    let size = match (file.facts.width_px, file.facts.height_px) {
        (Some(width), Some(height)) if file.media_type.starts_with("image/") => (width, height),
        // No region fits.
        _ => (0, 0),
    };
    let mut violations = Violations::default();
    if regions.len() > limits::REGIONS {
        let max = limits::REGIONS;
        violations.push("/regions", Rule::TooLong { max });
    }
    for (index, _) in regions
        .iter()
        .enumerate()
        .filter(|(_, region)| !region.fits(size.0, size.1))
    {
        violations.push(format!("/regions/{index}"), Rule::RegionOutsideImage);
    }
    violations
        .into_result(())
        .map_err(TransitionError::RegionsDoNotFit)
}
