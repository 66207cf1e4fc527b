//! What the pages about imports of tables show.

use askama::Template;

use crate::app::Archive;
use crate::domain::Timestamp;
use crate::domain::access::Actor;
use crate::interfaces::http::problem::Problem;
use crate::interfaces::messages::Language;
use crate::interfaces::messages::portal::format;
use crate::interfaces::messages::portal::review::field;
use crate::interfaces::messages::portal::tables::{self as texts, TableTexts};
use crate::interfaces::portal::assets;
use crate::interfaces::portal::href::Href;
use crate::interfaces::portal::layout::Layout;
use crate::interfaces::portal::page::PageRequest;
use crate::interfaces::portal::place::Place;
use crate::interfaces::tables::Columns;
use crate::services::table_imports::{
    CountsV1, Phase, RowOutcome, RowResultV1, TableImportId, TableImportV1, TableRowV1,
};

/// Rows on one page.
const ROWS: usize = 100;

/// Imports on the page.
const IMPORTS: usize = 50;

/// The form, and the imports of the caller.
#[derive(Template)]
#[template(path = "tables/form.html")]
pub(super) struct TablesPage {
    layout: Layout,
    t: &'static TableTexts,
    action: Href,
    templates: [(Href, &'static str); 2],
    refusal: Vec<String>,
    imports: Vec<Listed>,
}

struct Listed {
    href: Href,
    name: String,
    state: &'static str,
    at: String,
    rows: u32,
}

/// An import.
#[derive(Template)]
#[template(path = "tables/import.html")]
pub(super) struct ImportPage {
    layout: Layout,
    t: &'static TableTexts,
    here: Href,
    name: String,
    state: &'static str,
    is_checked: bool,
    is_running: bool,
    is_started: bool,
    unknown: String,
    done: u32,
    total: u32,
    sums: Vec<(&'static str, u32, &'static str, Href)>,
    has_rows_to_mend: bool,
    to_mend: Href,
    rows: Vec<Row>,
    next: Option<Href>,
    events: Href,
    script: Href,
}

struct Row {
    line: u32,
    sign: &'static str,
    outcome: &'static str,
    details: Vec<String>,
    work: Option<Href>,
}

impl TablesPage {
    pub(super) async fn read(
        actor: &Actor,
        page: &PageRequest,
        archive: &Archive,
        refusal: Vec<String>,
    ) -> Result<Self, Problem> {
        let (t, language) = (TableTexts::of(page.language), page.language);
        let imports = archive.table_imports.list(actor, IMPORTS).await?;
        let listed = |import: TableImportV1| Listed {
            href: link(&import.id, language),
            state: texts::phase(import.phase.name(), language),
            at: format::moment(Timestamp::from_millis(import.created_at_ms), language),
            rows: import.total,
            name: import.name,
        };
        let template = |format: &str| {
            let tag = language.tag();
            let path = "/api/v1/table-imports/template";
            Href::own(format!("{path}?format={format}&language={tag}"))
        };
        Ok(Self {
            layout: page.layout(t.title, Place::Tables),
            t,
            action: Place::Tables.href(language),
            templates: [(template("xlsx"), "XLSX"), (template("csv"), "CSV")],
            refusal,
            imports: imports.into_iter().map(listed).collect(),
        })
    }
}

/// The page of an import, by the text of its id.
fn link(id: &str, language: Language) -> Href {
    let place = id.parse().map_or(Place::Tables, Place::TableImport);
    place.href(language)
}

impl ImportPage {
    pub(super) async fn read(
        actor: &Actor,
        id: TableImportId,
        page: &PageRequest,
        archive: &Archive,
    ) -> Result<Self, Problem> {
        let (t, language) = (TableTexts::of(page.language), page.language);
        let imports = &archive.table_imports;
        let state = imports.read(actor, id).await?;
        let (import, here) = (state.import, Place::TableImport(id));
        let is_started = import.started_at_ms.is_some();
        let counts = if is_started {
            state.imported
        } else {
            import.checked
        };
        let only = outcome(page.parameter("outcome").as_deref(), &counts);
        let after = page.parameter("after").and_then(|after| after.parse().ok());
        let rows = imports.rows(actor, id, only, (after, ROWS)).await?;
        let last = rows.last().filter(|_| rows.len() == ROWS);
        let next = last.map(|(row, _)| {
            let (only, after) = (
                only.map_or("all", RowOutcome::name),
                row.position.to_string(),
            );
            here.href_with(language, [("outcome", only), ("after", &after)])
        });
        let columns = Columns::of(&import.header);
        let api = |part: &str| Href::own(format!("/api/v1/table-imports/{id}/{part}"));
        Ok(Self {
            layout: page.layout(t.title, here),
            t,
            here: here.href(language),
            state: texts::phase(import.phase.name(), language),
            is_checked: import.phase == Phase::Checked,
            is_running: import.phase == Phase::Running,
            is_started,
            unknown: columns.unknown(&import.header).join(", "),
            done: state.imported.total(),
            total: import.total,
            sums: sums(&counts, here, language),
            has_rows_to_mend: counts.refused > 0 || import.phase == Phase::Cancelled,
            to_mend: api("result"),
            rows: rows
                .into_iter()
                .map(|row| Row::new(row, (&columns, &import.header), language))
                .collect(),
            next,
            events: api("events"),
            script: assets::href("imports.js"),
            name: import.name,
        })
    }
}

/// The rows that are shown: those asked for, else refused ones if there are some.
fn outcome(asked: Option<&str>, counts: &CountsV1) -> Option<RowOutcome> {
    let mut names = RowOutcome::NAMES.iter();
    match asked {
        None => (counts.refused > 0).then_some(RowOutcome::Refused),
        Some(asked) => names
            .find(|(name, _)| *name == asked)
            .map(|(_, found)| *found),
    }
}

fn sums(
    counts: &CountsV1,
    here: Place,
    language: Language,
) -> Vec<(&'static str, u32, &'static str, Href)> {
    let all = [
        (RowOutcome::Created, counts.created),
        (RowOutcome::Changed, counts.changed),
        (RowOutcome::Unchanged, counts.unchanged),
        (RowOutcome::Refused, counts.refused),
    ];
    let sum = |(outcome, number): (RowOutcome, u32)| {
        let href = here.href_with(language, [("outcome", outcome.name())]);
        let words = texts::outcome(outcome.name(), language);
        (sign(outcome), number, words, href)
    };
    all.into_iter().map(sum).collect()
}

const fn sign(outcome: RowOutcome) -> &'static str {
    match outcome {
        RowOutcome::Created | RowOutcome::Changed => "yes",
        RowOutcome::Unchanged => "if",
        RowOutcome::Refused => "ask",
    }
}

impl Row {
    fn new(
        (row, result): (TableRowV1, Option<RowResultV1>),
        (columns, header): (&Columns, &[String]),
        language: Language,
    ) -> Self {
        let outcome = result.as_ref().map_or(row.outcome, |result| result.outcome);
        let reasons = result
            .as_ref()
            .map_or(&row.reasons, |result| &result.reasons);
        let reasons = reasons.iter().map(|reason| {
            let words = language.pick(&reason.vi, &reason.en);
            match columns.at(&reason.pointer, header) {
                Some(column) => format!("{column}: {words}"),
                None => words.clone(),
            }
        });
        let differences = row.differences.iter().map(|difference| {
            let name = field(&difference.field, language);
            format!("{name}: {} → {}", difference.before, difference.after)
        });
        let details = reasons.chain(differences).collect();
        let asset = result.as_ref().and_then(|result| result.asset.as_ref());
        let asset = asset.or(row.asset.as_ref()).and_then(|id| id.parse().ok());
        Self {
            line: row.line,
            sign: sign(outcome),
            outcome: texts::outcome(outcome.name(), language),
            details,
            work: asset.map(|id| Place::Work(id).href(language)),
        }
    }
}
