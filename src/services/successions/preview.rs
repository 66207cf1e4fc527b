//! What a succession would do if it were today.

use super::allocation::Allocation;
use super::counts::{Counts, Tally};
use super::passed::Kind;
use super::service::{NewSuccession, SuccessionError, Successions, administers};
use crate::domain::access::Actor;
use crate::domain::asset::StateName;
use crate::domain::{Slug, Violations};
use crate::storage::catalog::CatalogError;

/// What a succession would do now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// What would pass, to all successors.
    pub counts: Counts,
    /// What the successor of each part would get.
    pub of_parts: Vec<(Slug, Counts)>,
    /// The works among them that are not published.
    pub unpublished_works: u64,
    /// Why it would be refused; pointers are into its wire form.
    pub refusals: Violations,
}

impl Successions {
    /// What the succession would pass on if it were today, and why it would be refused.
    ///
    /// # Errors
    /// [`SuccessionError::Forbidden`]; those of the catalogue.
    pub async fn preview(
        &self,
        actor: &Actor,
        wanted: &NewSuccession,
    ) -> Result<Preview, SuccessionError> {
        administers(actor)?;
        let vocabularies = &self.successors.works.vocabularies;
        let allocation = Allocation::new(wanted.to.clone(), &wanted.parts, vocabularies);
        let mut tally = Tally::default();
        for (kind, ids) in self.successors.subjects_of(&wanted.from).await? {
            for id in ids {
                let to = allocation.of(kind, &id);
                if !wanted.from.contains(to) {
                    tally.add(kind, to.as_str());
                }
            }
        }
        let unpublished_works = self
            .tally_works(&wanted.from, &allocation, &mut tally)
            .await?;
        let of_part = |to: &Slug| (to.clone(), tally.of(to.as_str()));
        Ok(Preview {
            counts: tally.total(),
            of_parts: wanted.parts.iter().map(|part| of_part(&part.to)).collect(),
            unpublished_works,
            refusals: self.refusals(wanted).await?,
        })
    }

    /// Counts the works that leave these bodies. Gives the number of those that are not published.
    async fn tally_works(
        &self,
        bodies: &[Slug],
        allocation: &Allocation,
        tally: &mut Tally,
    ) -> Result<u64, CatalogError> {
        let (mut unpublished, mut after) = (0, None);
        loop {
            let page = self.successors.works_of(bodies, after).await?;
            for work in &page.works {
                let to = allocation.of_work(work);
                if bodies.contains(to) {
                    continue;
                }
                tally.add(Kind::Work, to.as_str());
                unpublished += u64::from(work.state.kind() != StateName::Published);
            }
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(unpublished),
            }
        }
    }
}
