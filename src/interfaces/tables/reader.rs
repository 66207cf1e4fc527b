//! Reads the rows of a table.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use super::columns::{Column, Columns, fold};
use crate::domain::asset::{AssetId, FileRole, State};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{LanguageMap, Rule, Violations};
use crate::interfaces::messages::tables::{DRAFT, NO, SUBMITTED, YES, of_violations};
use crate::interfaces::wire::{parse_file_description, parse_part_of_work};
use crate::services::intake::RowRequest;
use crate::services::table_imports::{ReadRow, RowFile, RowWithFiles, Table, TableRow};

/// The scheme of own ids of which the table names none.
const OWN_ID_SCHEME: &str = "own-id";

/// Properties with several values, and the scheme of those that are concepts.
const LISTS: [(&str, Option<&str>); 7] = [
    ("languages", Some("language")),
    ("themes", Some("theme")),
    ("instruments", Some("instrument")),
    ("rights_groups", Some("rights-group")),
    ("audiences", Some("audience")),
    ("places", Some("place")),
    ("creators", None),
];

/// Properties with one concept, and its scheme.
const CONCEPTS: [(&str, &str); 4] = [
    ("kind", "product-kind"),
    ("strand", "strand"),
    ("organisation", "organisation"),
    ("reuse_terms", "reuse-terms"),
];

/// The states that a row can ask for.
const STATES: &[&str] = &["draft", "submitted"];

/// Reads rows with these columns.
pub struct Reader<'v> {
    columns: Columns,
    vocabularies: &'v Vocabularies,
    /// Concepts by scheme and folded name; none where two have it.
    concepts: HashMap<(&'v str, String), Option<&'v str>>,
}

/// What a row says, before it is parsed.
#[derive(Debug, Default)]
struct Said {
    work: Map<String, Value>,
    own_id: Option<String>,
    own_id_scheme: Option<String>,
    id: Option<AssetId>,
    state: Option<State>,
    files: Vec<(FileRole, String)>,
    alt: BTreeMap<String, String>,
    broken: Violations,
}

impl<'v> Reader<'v> {
    /// For tables with these columns.
    pub fn new(columns: Columns, vocabularies: &'v Vocabularies) -> Self {
        let mut concepts = HashMap::new();
        for label in vocabularies.labels() {
            let key = (label.scheme.as_str(), fold(label.text));
            let slug = label.slug.as_str();
            let known = concepts.entry(key).or_insert(Some(slug));
            if *known != Some(slug) {
                *known = None;
            }
        }
        Self {
            columns,
            vocabularies,
            concepts,
        }
    }

    /// Reads all rows of a table.
    pub fn read(&self, table: Table) -> Vec<ReadRow> {
        let rows = table.rows.into_iter();
        rows.map(|TableRow { line, cells }| ReadRow {
            line,
            request: self.row(&cells).map_err(|broken| of_violations(&broken)),
            cells,
        })
        .collect()
    }

    fn row(&self, cells: &[String]) -> Result<RowWithFiles, Violations> {
        let mut said = Said::default();
        for (column, cell) in self.columns.cells(cells) {
            self.cell(&mut said, column, cell);
        }
        if let Some(value) = said.own_id.take() {
            let scheme = said.own_id_scheme.take();
            let scheme = scheme.unwrap_or_else(|| OWN_ID_SCHEME.to_owned());
            let own = json!([{ "scheme": scheme, "value": value }]);
            said.work.insert("identifiers".to_owned(), own);
        }
        let alt = self.alt(&mut said);
        let mut broken = said.broken;
        let names: Vec<String> = said.work.keys().cloned().collect();
        let deposit = parse_part_of_work(&Value::Object(said.work), self.vocabularies);
        let work = match deposit {
            Ok(deposit) => deposit.work,
            Err(more) => {
                for violation in more.listed() {
                    broken.push(&violation.pointer, violation.rule.clone());
                }
                return Err(broken);
            }
        };
        if broken.total() > 0 {
            return Err(broken);
        }
        let file = |(role, path): (FileRole, String)| RowFile {
            path,
            role,
            alt: match role {
                FileRole::Original => alt.clone(),
                _ => LanguageMap::default(),
            },
        };
        Ok(RowWithFiles {
            row: RowRequest {
                id: said.id,
                work,
                said: names,
                state: said.state,
            },
            files: said.files.into_iter().map(file).collect(),
        })
    }

    fn alt(&self, said: &mut Said) -> LanguageMap {
        let alt = json!({ "alt": std::mem::take(&mut said.alt) });
        match parse_file_description(&alt, self.vocabularies) {
            Ok(description) => description.alt,
            Err(more) => {
                for violation in more.listed() {
                    said.broken.push(&violation.pointer, violation.rule.clone());
                }
                LanguageMap::default()
            }
        }
    }

    fn cell(&self, said: &mut Said, column: &Column, cell: &str) {
        let name = column.property;
        if let Some((_, scheme)) = LISTS.iter().find(|(list, _)| *list == name) {
            let values = parts(cell).map(|part| match scheme {
                Some(scheme) => Value::from(self.concept(scheme, part)),
                None => json!({ "name": part }),
            });
            let values: Vec<Value> = values.collect();
            let list = said.work.entry(name).or_insert_with(|| json!([]));
            if let Value::Array(list) = list {
                list.extend(values);
            }
            return;
        }
        if let Some((_, scheme)) = CONCEPTS.iter().find(|(concept, _)| *concept == name) {
            let concept = Value::from(self.concept(scheme, cell));
            said.work.insert(name.to_owned(), concept);
            return;
        }
        match name {
            "titles" | "descriptions" => {
                let texts = said.work.entry(name).or_insert_with(|| json!({}));
                texts[&column.language] = cell.into();
            }
            "alt" => drop(said.alt.insert(column.language.clone(), cell.to_owned())),
            "own_id" => said.own_id = Some(cell.to_owned()),
            "own_id_scheme" => said.own_id_scheme = Some(cell.to_owned()),
            "made" => drop(said.work.insert(name.to_owned(), iso_date(cell).into())),
            "minors_shown" => drop(said.work.insert(name.to_owned(), flag(cell))),
            "people_shown" | "access" | "credit_line" | "body" => {
                said.work.insert(name.to_owned(), cell.into());
            }
            _ => other_cell(said, name, cell),
        }
    }

    /// The slug of a concept by slug or by name; else what the cell says, which is then refused.
    fn concept<'t>(&'t self, scheme: &'t str, cell: &'t str) -> &'t str {
        if self.vocabularies.find(scheme, cell).is_some() {
            return cell;
        }
        let known = self.concepts.get(&(scheme, fold(cell)));
        known.copied().flatten().unwrap_or(cell)
    }
}

/// A cell that is no property of the description.
fn other_cell(said: &mut Said, name: &str, cell: &str) {
    match name {
        "id" => match cell.parse() {
            Ok(id) => said.id = Some(id),
            Err(_) => said.broken.push("/id", Rule::Malformed),
        },
        "state" => {
            let state = fold(cell);
            if SUBMITTED.contains(&state.as_str()) {
                said.state = Some(State::Submitted);
            } else if !DRAFT.contains(&state.as_str()) {
                said.broken
                    .push("/state", Rule::NotOneOf { allowed: STATES });
            }
        }
        "files" => said.add_files(FileRole::Original, cell),
        "transcript" => said.add_files(FileRole::Transcript, cell),
        "captions" => said.add_files(FileRole::Captions, cell),
        "attachment" => said.add_files(FileRole::Attachment, cell),
        _ => {}
    }
}

impl Said {
    fn add_files(&mut self, role: FileRole, cell: &str) {
        self.files
            .extend(parts(cell).map(|path| (role, path.to_owned())));
    }
}

/// The files that rows of a table name, each once.
pub fn named_files(table: &Table) -> Vec<String> {
    let columns = Columns::of(&table.header);
    let is_of_files = |column: &Column| {
        let files = ["files", "transcript", "captions", "attachment"];
        files.contains(&column.property)
    };
    let cells = table.rows.iter().flat_map(|row| columns.cells(&row.cells));
    let named = cells.filter(|(column, _)| is_of_files(column));
    let mut names: Vec<String> = named
        .flat_map(|(_, cell)| parts(cell).map(str::to_owned))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The values of a cell with several: parted by `|`, `;` or line breaks.
fn parts(cell: &str) -> impl Iterator<Item = &str> {
    let parts = cell.split(['|', ';', '\n']).map(str::trim);
    parts.filter(|part| !part.is_empty())
}

fn flag(cell: &str) -> Value {
    let word = fold(cell);
    if YES.contains(&word.as_str()) {
        true.into()
    } else if NO.contains(&word.as_str()) {
        false.into()
    } else {
        cell.into()
    }
}

/// A day as it is written in Viet Nam, `14/9/2022`, `14-9-2022` or `9/2022`, in the form of ISO 8601; others are left as they are.
fn iso_date(cell: &str) -> String {
    let parts: Vec<&str> = cell.split(['/', '-', '.']).map(str::trim).collect();
    let numbers: Option<Vec<u32>> = parts.iter().map(|part| part.parse().ok()).collect();
    match (parts.as_slice(), numbers.as_deref()) {
        ([_, _, year], Some([day, month, _])) if year.len() == 4 => {
            format!("{year}-{month:02}-{day:02}")
        }
        ([first, year], Some([month, _])) if year.len() == 4 && first.len() <= 2 => {
            format!("{year}-{month:02}")
        }
        _ => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::iso_date;

    #[test]
    fn days_are_read_day_first() {
        for (cell, expected) in [
            ("14/9/2022", "2022-09-14"),
            ("14-09-2022", "2022-09-14"),
            ("9/2022", "2022-09"),
            ("2022-09-14", "2022-09-14"),
            ("2022", "2022"),
            ("2020/2022", "2020/2022"),
            ("hôm qua", "hôm qua"),
        ] {
            assert_eq!(iso_date(cell), expected);
        }
    }
}
