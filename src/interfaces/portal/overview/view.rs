//! What the overview shows: tables first, then a chart of the same numbers.

use askama::Template;

use super::counts::{DEPOSITED, DIMENSIONS, Overview, Row, Tally};
use crate::app::Archive;
use crate::domain::asset::StateName;
use crate::domain::{Slug, WorkDate};
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::format;
use crate::interfaces::messages::portal::overview::{self as texts, OverviewTexts};
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::layout::Layout;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;
use crate::interfaces::portal::works::label;
use crate::services::search::Facet;

/// Rows of a table.
const ROWS: usize = 40;
/// Bars of the chart.
const BARS: usize = 12;
/// The width of the longest bar, in units of the drawing.
const LONGEST: u64 = 230;

const PUBLISHED: &[StateName] = &[StateName::Published];
const RETURNED: &[StateName] = &[StateName::Returned];
const WAITING: &[StateName] = &[StateName::Submitted, StateName::Accepted];

/// The overview.
#[derive(Template)]
#[template(path = "overview/page.html")]
pub(super) struct OverviewPage {
    layout: Layout,
    t: &'static OverviewTexts,
    /// The body, when it is of one.
    body: Option<String>,
    all: Option<Href>,
    tables: Vec<Table>,
    bars: Vec<Bar>,
    chart_height: usize,
}

struct Table {
    heading: &'static str,
    hint: Option<&'static str>,
    rows: Vec<Line>,
    total: Option<Line>,
    is_part: bool,
}

/// A line: its name, what it leads to, and deposited, published, returned, waiting.
struct Line {
    label: String,
    href: Option<Href>,
    numbers: Vec<Number>,
}

struct Number {
    heading: &'static str,
    works: String,
    /// The works; none for 0.
    href: Option<Href>,
}

/// A bar of the chart, in units of the drawing.
struct Bar {
    label: String,
    works: String,
    /// The baseline of the name, and the upper edges of the bars.
    name_y: usize,
    bar_y: usize,
    published: u64,
    others: u64,
    others_x: u64,
    number_x: u64,
    number_y: usize,
}

/// What lines of a table have in common.
struct Context<'a> {
    language: Language,
    bodies: &'a [Slug],
    t: &'static OverviewTexts,
}

impl OverviewPage {
    pub(super) fn new(
        page: &PageRequest,
        overview: Overview,
        bodies: &[Slug],
        archive: &Archive,
    ) -> Self {
        let (t, language) = (OverviewTexts::of(page.language), page.language);
        let context = Context {
            language,
            bodies,
            t,
        };
        let total = context.line(t.total.to_owned(), None, overview.total, &[]);
        let mut tables = Vec::new();
        let mut bars = Vec::new();
        for (facet, rows) in DIMENSIONS.into_iter().zip(overview.dimensions) {
            let mut rows: Vec<(String, Row)> = rows.into_iter().collect();
            rows.sort_by_key(|(_, row)| std::cmp::Reverse(row.tally.deposited()));
            if facet == Facet::Organisation {
                bars = chart(&rows, language);
            }
            tables.push(context.table(facet, rows));
        }
        if let Some(first) = tables.first_mut() {
            first.total = Some(total);
        }
        tables.push(context.months(&overview.months));
        let one = bodies.first().filter(|_| bodies.len() == 1);
        let name = |slug: &Slug| {
            label(
                &archive.vocabularies,
                "organisation",
                slug.as_str(),
                language,
            )
        };
        Self {
            layout: page.layout(t.title, Place::Overview),
            t,
            body: one.map(name),
            all: (page.parameter("body").is_some()).then(|| Place::Overview.href(language)),
            tables,
            chart_height: bars.len() * 40 + 4,
            bars,
        }
    }
}

impl Context<'_> {
    fn table(&self, facet: Facet, rows: Vec<(String, Row)>) -> Table {
        let is_part = rows.len() > ROWS;
        let line = |(value, row): (String, Row)| {
            let place = Place::Overview;
            let href = (facet == Facet::Organisation)
                .then(|| place.href_with(self.language, [("body", value.as_str())]));
            self.line(row.label, href, row.tally, &[(facet.name(), &value)])
        };
        Table {
            heading: texts::dimension(facet, self.language),
            hint: None,
            rows: rows.into_iter().take(ROWS).map(line).collect(),
            total: None,
            is_part,
        }
    }

    fn months(&self, months: &[(WorkDate, Tally)]) -> Table {
        let line = |(month, tally): &(WorkDate, Tally)| {
            let iso = month.to_string();
            let range = [("made_from", iso.as_str()), ("made_to", &iso)];
            let name = format::date(month, self.language);
            self.line(name, None, *tally, &range)
        };
        Table {
            heading: self.t.month,
            hint: Some(self.t.month_hint),
            rows: months.iter().map(line).collect(),
            total: None,
            is_part: false,
        }
    }

    fn line(
        &self,
        label: String,
        href: Option<Href>,
        tally: Tally,
        filters: &[(&str, &str)],
    ) -> Line {
        let t = self.t;
        let numbers = [
            (t.deposited, tally.deposited(), &DEPOSITED[..]),
            (t.published, tally.published, PUBLISHED),
            (t.returned, tally.returned, RETURNED),
            (t.waiting, tally.waiting, WAITING),
        ];
        let number = |(heading, works, states): (&'static str, u64, &[StateName])| Number {
            heading,
            works: format::number(works, self.language),
            href: (works > 0).then(|| self.works(filters, states)),
        };
        Line {
            label,
            href,
            numbers: numbers.into_iter().map(number).collect(),
        }
    }

    /// The search that finds the works of a number.
    fn works(&self, filters: &[(&str, &str)], states: &[StateName]) -> Href {
        let has_body = filters.iter().any(|(name, _)| *name == "organisation");
        let bodies = self.bodies.iter().filter(|_| !has_body);
        let bodies = bodies.map(|body| ("organisation", body.as_str()));
        let states = states.iter().map(|state| ("state", state.name()));
        let query = filters.iter().copied().chain(bodies).chain(states);
        Place::Search.href_with(self.language, query)
    }
}

fn chart(rows: &[(String, Row)], language: Language) -> Vec<Bar> {
    let most = rows.iter().map(|(_, row)| row.tally.deposited()).max();
    let most = most.unwrap_or(0).max(1);
    let bar = |(position, (_, row)): (usize, &(String, Row))| {
        let scaled = |works: u64| (works * LONGEST).div_ceil(most);
        let published = scaled(row.tally.published);
        let others = scaled(row.tally.deposited() - row.tally.published);
        let top = position * 40;
        Bar {
            label: row.label.chars().take(38).collect(),
            works: format::number(row.tally.deposited(), language),
            name_y: top + 16,
            bar_y: top + 22,
            published,
            others,
            others_x: published + 1,
            number_x: published + others + 8,
            number_y: top + 33,
        }
    };
    rows.iter().take(BARS).enumerate().map(bar).collect()
}
