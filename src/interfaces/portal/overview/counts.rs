//! Counts of works by the search: one search for each state, one for each month.

use std::collections::BTreeMap;

use crate::app::Archive;
use crate::domain::access::Actor;
use crate::domain::asset::StateName;
use crate::domain::{Slug, WorkDate};
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::Language;
use crate::interfaces::portal::counting;
use crate::services::search::admission::requester::Requester;
use crate::services::search::{Facet, SearchResponse};

/// The dimensions of the overview.
pub(super) const DIMENSIONS: [Facet; 4] = [
    Facet::Organisation,
    Facet::Kind,
    Facet::Language,
    Facet::Place,
];

/// Values of each dimension.
const VALUES: usize = 200;

/// Months of the overview, the present one included.
const MONTHS: i32 = 12;

/// The states that count; drafts are of nobody's concern but their body's.
pub(super) const DEPOSITED: [StateName; 4] = [
    StateName::Submitted,
    StateName::Accepted,
    StateName::Returned,
    StateName::Published,
];

/// Works by what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub(super) published: u64,
    pub(super) returned: u64,
    pub(super) waiting: u64,
}

impl Tally {
    pub(super) const fn deposited(self) -> u64 {
        self.published + self.returned + self.waiting
    }

    fn add(&mut self, state: StateName, works: u64) {
        match state {
            StateName::Published => self.published += works,
            StateName::Returned => self.returned += works,
            _ => self.waiting += works,
        }
    }
}

/// A value of a dimension.
#[derive(Debug, Clone, Default)]
pub(super) struct Row {
    pub(super) label: String,
    pub(super) tally: Tally,
}

/// All counts.
pub(super) struct Overview {
    pub(super) total: Tally,
    /// Value to row, for each of [`DIMENSIONS`].
    pub(super) dimensions: [BTreeMap<String, Row>; DIMENSIONS.len()],
    /// Newest month first.
    pub(super) months: Vec<(WorkDate, Tally)>,
}

impl Overview {
    /// Counts the works of these bodies; of all without any.
    ///
    /// # Errors
    /// Those of the search; [`Problem::Busy`] when one takes too long.
    pub(super) async fn read(
        actor: &Actor,
        requester: Requester,
        bodies: &[Slug],
        language: Language,
        archive: &Archive,
    ) -> Result<Self, Problem> {
        let mut request = counting::request(requester);
        request.facet_values = VALUES;
        language.tag().clone_into(&mut request.language);
        for body in bodies {
            request.filters.add(Facet::Organisation, body.as_str());
        }
        let mut overview = Self {
            total: Tally::default(),
            dimensions: Default::default(),
            months: Vec::new(),
        };
        for state in DEPOSITED {
            let mut of_state = request.clone();
            of_state.facets = DIMENSIONS.to_vec();
            of_state.filters.add(Facet::State, state.name());
            let found = counting::counts(actor, of_state, archive).await?;
            overview.add(state, found, bodies);
        }
        for month in months(&archive.clock.now().day()) {
            let mut of_month = request.clone();
            of_month.facets = vec![Facet::State];
            (of_month.filters.made_from, of_month.filters.made_to) = (Some(month), Some(month));
            let found = counting::counts(actor, of_month, archive).await?;
            overview.months.push((month, by_state(&found)));
        }
        Ok(overview)
    }

    fn add(&mut self, state: StateName, found: SearchResponse, bodies: &[Slug]) {
        self.total.add(state, found.total.works);
        for counts in found.facets {
            let position = DIMENSIONS.iter().position(|facet| *facet == counts.facet);
            let Some(rows) = position.map(|position| &mut self.dimensions[position]) else {
                continue;
            };
            // Values of a filtered facet are counted as if they were chosen, too.
            let is_foreign = |value: &str| {
                counts.facet == Facet::Organisation
                    && !bodies.is_empty()
                    && !bodies.iter().any(|body| body.as_str() == value)
            };
            for value in counts.values {
                if value.works == 0 || is_foreign(&value.value) {
                    continue;
                }
                let row = rows.entry(value.value).or_default();
                row.label = value.label;
                row.tally.add(state, value.works);
            }
        }
    }
}

fn by_state(found: &SearchResponse) -> Tally {
    let mut tally = Tally::default();
    let counts = found.facets.iter().flat_map(|counts| &counts.values);
    for value in counts {
        let state = StateName::from_name(&value.value);
        if let Some(state) = state.filter(|state| DEPOSITED.contains(state)) {
            tally.add(state, value.works);
        }
    }
    tally
}

/// The month of this day and those before it.
fn months(today: &WorkDate) -> Vec<WorkDate> {
    let text = today.to_string();
    let mut parts = text.split('-').map(|part| part.parse::<i32>().unwrap_or(1));
    let (year, month) = (parts.next().unwrap_or(1), parts.next().unwrap_or(1));
    let present = year * 12 + month - 1;
    let texts = (0..MONTHS).map(|back| present - back);
    let texts = texts.map(|month| format!("{:04}-{:02}", month / 12, month % 12 + 1));
    texts.filter_map(|text| text.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::months;

    #[test]
    fn the_last_twelve_months_end_with_the_present_one() {
        let months = months(&"2026-02-03".parse().unwrap());
        let months: Vec<String> = months.iter().map(ToString::to_string).collect();
        assert_eq!(months.len(), 12);
        assert_eq!(months[..3], ["2026-02", "2026-01", "2025-12"]);
        assert_eq!(months[11], "2025-03");
    }
}
