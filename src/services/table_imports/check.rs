//! The check of a row: what would come of it, and what it would change.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::record::{DifferenceV1, ReasonV1, RequestV1, RowFileV1, RowOutcome, TableRowV1};
use super::sources::Sources;
use super::words::Words;
use crate::domain::access::Actor;
use crate::domain::asset::{Asset, FileRole, State, Work, file_name};
use crate::domain::{LanguageMap, LanguageTag, Rule};
use crate::services::intake::{FileDetails, ImportedAs, Intake, RowPlan, RowRequest};
use crate::services::works::{ChangeError, FindError};
use crate::storage::catalog::CatalogError;
use crate::storage::catalog::record::WorkV1;

/// Characters of a value that a difference shows.
const SHOWN: usize = 200;

/// A row as it was read from a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadRow {
    /// The number that a spreadsheet shows beside it.
    pub line: u32,
    /// The cells as sent.
    pub cells: Vec<String>,
    /// What it asks for, or why it cannot be read.
    pub request: Result<RowWithFiles, Vec<ReasonV1>>,
}

/// What a row asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowWithFiles {
    /// The work.
    pub row: RowRequest,
    /// Its files.
    pub files: Vec<RowFile>,
}

/// A file that a row names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFile {
    /// Its name, with folders.
    pub path: String,
    /// What it is to the work.
    pub role: FileRole,
    /// Text alternative.
    pub alt: LanguageMap,
}

/// Checks the rows of one import, one after the other.
pub(super) struct Checker<'a> {
    pub(super) intake: &'a Intake,
    pub(super) actor: &'a Actor,
    pub(super) sources: &'a Sources,
    pub(super) words: Words,
    /// The line of the row that has a work, by its id or own id.
    lines: HashMap<String, u32>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(
        intake: &'a Intake,
        actor: &'a Actor,
        sources: &'a Sources,
        words: Words,
    ) -> Self {
        Self {
            intake,
            actor,
            sources,
            words,
            lines: HashMap::new(),
        }
    }

    /// What would come of a row.
    ///
    /// # Errors
    /// Those of the catalogue.
    pub(super) async fn check(
        &mut self,
        (import, position): (&str, u32),
        read: ReadRow,
    ) -> Result<TableRowV1, CatalogError> {
        let mut stored = TableRowV1 {
            import: import.to_owned(),
            position,
            line: read.line,
            cells: read.cells,
            request: None,
            outcome: RowOutcome::Refused,
            asset: None,
            differences: Vec::new(),
            reasons: Vec::new(),
        };
        let asked = match read.request {
            Ok(asked) => asked,
            Err(reasons) => {
                stored.reasons = reasons;
                return Ok(stored);
            }
        };
        stored.request = Some(stored_request(&asked));
        stored.reasons = self.refused_files(&asked.files);
        stored.reasons.extend(self.repeated(&asked.row, read.line));
        match self.intake.plan_row(self.actor, &asked.row, &[]).await {
            Ok(plan) => {
                stored.asset = plan.present().map(|asset| asset.id.to_string());
                if stored.reasons.is_empty() {
                    stored.differences = differences(&plan, &asked.files, self.sources);
                    stored.outcome = match plan.outcome().outcome {
                        ImportedAs::Created => RowOutcome::Created,
                        _ if stored.differences.is_empty() => RowOutcome::Unchanged,
                        _ => RowOutcome::Changed,
                    };
                }
            }
            Err(ChangeError::Catalog(failure) | ChangeError::Find(FindError::Catalog(failure))) => {
                return Err(failure);
            }
            Err(refusal) => stored.reasons.extend((self.words.change)(refusal)),
        }
        Ok(stored)
    }

    fn refused_files(&self, files: &[RowFile]) -> Vec<ReasonV1> {
        let mut reasons = Vec::new();
        for file in files {
            match self.sources.length(&file.path) {
                Err(refusal) => reasons.push((self.words.file)(&file.path, refusal)),
                Ok(0) if file.role == FileRole::Original => {
                    let empty = ChangeError::invalid("/files", Rule::EmptyFile);
                    reasons.extend((self.words.change)(empty));
                }
                Ok(_) => {}
            }
        }
        reasons
    }

    /// Two rows of one work would undo each other.
    fn repeated(&mut self, row: &RowRequest, line: u32) -> Option<ReasonV1> {
        let own = row.work.identifiers.first();
        let own = own.map(|own| {
            let body = row.work.organisation.as_ref().map(ToString::to_string);
            let body = body.unwrap_or_default();
            format!("{body}/{}:{}", own.scheme, own.value)
        });
        let keys = row.id.map(|id| id.to_string()).into_iter().chain(own);
        let mut first = None;
        for key in keys {
            let known = *self.lines.entry(key).or_insert(line);
            if known != line {
                first.get_or_insert(known);
            }
        }
        first.map(self.words.twice)
    }
}

/// What a plan and the files of a row would change of the work; nothing for a new one.
fn differences(plan: &RowPlan, files: &[RowFile], sources: &Sources) -> Vec<DifferenceV1> {
    let (Some(present), Some(latest)) = (plan.present(), plan.latest()) else {
        return Vec::new();
    };
    let mut differences = differences_of_works(&present.work, &latest.work);
    if present.state != latest.state {
        differences.push(DifferenceV1 {
            field: "state".to_owned(),
            before: present.state.name().to_owned(),
            after: latest.state.name().to_owned(),
        });
    }
    for file in files {
        let length = sources.length(&file.path).unwrap_or_default();
        if !has_file(present, file, length) {
            differences.push(DifferenceV1 {
                field: "files".to_owned(),
                before: String::new(),
                after: file.path.clone(),
            });
        }
    }
    differences
}

/// Whether the work has a file of this name, role and length. The bytes are compared when the row is imported.
fn has_file(asset: &Asset, file: &RowFile, length: u64) -> bool {
    let name = file_name::clean(last_part(&file.path));
    let mut files = asset.files.iter();
    files.any(|other| other.name == name && other.role == file.role && other.size == length)
}

/// The fields that differ, by the names under which they are stored.
fn differences_of_works(before: &Work, after: &Work) -> Vec<DifferenceV1> {
    let fields = |work: &Work| match serde_json::to_value(WorkV1::from(work.clone())) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (before, after) = (fields(before), fields(after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let differing = names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name));
    differing
        .map(|name| DifferenceV1 {
            field: name.clone(),
            before: shown(before.get(name)),
            after: shown(after.get(name)),
        })
        .collect()
}

/// A value in one line.
fn shown(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(entries)) => {
            let entries: Vec<String> = entries.iter().map(|entry| shown(Some(entry))).collect();
            entries.join(" | ")
        }
        Some(Value::Object(fields)) => {
            let fields = fields.values().map(|field| shown(Some(field)));
            fields.collect::<Vec<_>>().join(" / ")
        }
        Some(other) => other.to_string(),
    };
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

fn stored_request(asked: &RowWithFiles) -> RequestV1 {
    let file = |file: &RowFile| RowFileV1 {
        path: file.path.clone(),
        role: role_name(file.role).to_owned(),
        alt: file
            .alt
            .iter()
            .map(|(language, text)| (language.to_string(), text.to_owned()))
            .collect(),
    };
    RequestV1 {
        id: asked.row.id.map(|id| id.to_string()),
        work: Box::new(asked.row.work.clone().into()),
        said: asked.row.said.clone(),
        is_submitted: asked.row.state == Some(State::Submitted),
        files: asked.files.iter().map(file).collect(),
    }
}

/// What a stored row asks for.
///
/// # Errors
/// [`CatalogError::NewerVersion`] when a newer version wrote it.
pub(super) fn request_of(stored: &RequestV1) -> Result<RowRequest, CatalogError> {
    let work = Work::try_from((*stored.work).clone());
    let id = stored.id.as_deref().map(str::parse).transpose();
    Ok(RowRequest {
        id: id.map_err(|_| unreadable("work"))?,
        work: work.map_err(|_| unreadable("value"))?,
        said: stored.said.clone(),
        state: stored.is_submitted.then_some(State::Submitted),
    })
}

/// What a stored row says of a file.
///
/// # Errors
/// As [`request_of`].
pub(super) fn details_of(stored: &RowFileV1) -> Result<FileDetails, CatalogError> {
    let mut roles = FileRole::NAMES.iter();
    let role = roles.find(|(name, _)| *name == stored.role);
    Ok(FileDetails {
        name: last_part(&stored.path).to_owned(),
        role: role.ok_or_else(|| unreadable("role"))?.1,
        alt: language_map(&stored.alt)?,
        ..FileDetails::default()
    })
}

fn language_map(stored: &BTreeMap<String, String>) -> Result<LanguageMap, CatalogError> {
    let mut map = LanguageMap::default();
    for (language, text) in stored {
        let language = LanguageTag::parse(language).map_err(|_| unreadable("language"))?;
        map.insert(language, text.clone());
    }
    Ok(map)
}

fn role_name(role: FileRole) -> &'static str {
    let mut names = FileRole::NAMES.iter();
    names
        .find(|(_, other)| *other == role)
        .map_or("", |(name, _)| name)
}

fn unreadable(what: &str) -> CatalogError {
    CatalogError::NewerVersion(format!("an import of a table ({what})"))
}
