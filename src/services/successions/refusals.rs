//! Why a succession is not planned.

use super::service::{NewSuccession, Successions};
use crate::domain::{Rule, Slug, Timestamp, Violations, WorkDate, text};
use crate::storage::catalog::CatalogError;

/// The most bodies that pass to one at a time.
const MAX_FROM: usize = 20;
/// The longest reason.
const REASON: text::Limit = text::Limit::Characters(500);

/// A succession that is not over.
struct Planned {
    from: Vec<Slug>,
    to: Slug,
    begins: Timestamp,
}

impl Successions {
    pub(super) async fn refusals(
        &self,
        wanted: &NewSuccession,
    ) -> Result<Violations, CatalogError> {
        let mut broken = Violations::default();
        if wanted.from.is_empty() {
            broken.push("/from", Rule::Required);
        }
        if wanted.from.len() > MAX_FROM {
            broken.push("/from", Rule::TooLong { max: MAX_FROM });
        }
        let planned = self.planned().await?;
        let begins = self.begins(&wanted.on);
        for (position, body) in wanted.from.iter().enumerate() {
            let pointer = format!("/from/{position}");
            self.check_exists(body, &pointer, &mut broken);
            if *body == wanted.to {
                broken.push(&pointer, Rule::SelfReference);
            } else if planned.iter().any(|other| other.hinders_from(body, begins)) {
                broken.push(&pointer, Rule::AlreadyPlanned);
            }
            if wanted.from.iter().take(position).any(|other| other == body) {
                broken.push(&pointer, Rule::Duplicate);
            }
        }
        self.check_exists(&wanted.to, "/to", &mut broken);
        if planned
            .iter()
            .any(|other| other.hinders_to(&wanted.to, begins))
        {
            broken.push("/to", Rule::AlreadyPlanned);
        }
        let vocabularies = &self.successors.works.vocabularies;
        let successor = vocabularies.find("organisation", wanted.to.as_str());
        if successor.is_some_and(|successor| !successor.is_valid_at(&wanted.on)) {
            broken.push("/to", Rule::NotInForce);
        }
        if wanted.on.first_day() != wanted.on.last_day() {
            broken.push("/on", Rule::InvalidDate);
        }
        if let Some(reason) = &wanted.reason
            && let Err(rule) = text::line(reason, REASON)
        {
            broken.push("/reason", rule);
        }
        Ok(broken)
    }

    /// The moment from which a succession with this day passes on; a day that is over means now.
    pub(super) fn begins(&self, on: &WorkDate) -> Timestamp {
        Timestamp::beginning_of(on).max(self.successors.works.clock.now())
    }

    async fn planned(&self) -> Result<Vec<Planned>, CatalogError> {
        let mut planned = Vec::new();
        for read in self.records().await? {
            if !read.value.is_over() {
                planned.push(Planned {
                    from: read.value.from()?,
                    to: read.value.to()?,
                    begins: self.begins(&read.value.on()?),
                });
            }
        }
        Ok(planned)
    }

    fn check_exists(&self, body: &Slug, pointer: &str, broken: &mut Violations) {
        let vocabularies = &self.successors.works.vocabularies;
        if vocabularies.find("organisation", body.as_str()).is_none() {
            let rule = Rule::UnknownConcept {
                scheme: "organisation",
                slug: body.to_string(),
            };
            broken.push(pointer, rule);
        }
    }
}

impl Planned {
    /// Whether this body gives away what it has already, or gets something after it would have given everything away.
    fn hinders_from(&self, body: &Slug, begins: Timestamp) -> bool {
        self.from.contains(body) || (self.to == *body && begins <= self.begins)
    }

    /// Whether this body has given everything away when it would get something.
    fn hinders_to(&self, body: &Slug, begins: Timestamp) -> bool {
        self.from.contains(body) && self.begins <= begins
    }
}
