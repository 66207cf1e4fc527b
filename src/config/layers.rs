//! Merges file, environment and flags over the defaults and records the source of each value.

use std::collections::BTreeMap;
use std::path::Path;

use toml::{Table, Value};

use super::problem::{ConfigProblem, Problems};
use super::renamed::{RenamedSetting, renamed};
use super::source::Source;
use super::{Config, check};

/// The configuration in force and the source of each value.
#[derive(Debug, Clone)]
pub struct Effective {
    /// The values.
    pub config: Config,
    /// `section.key` with its value as TOML text and its source, in order of the keys.
    pub settings: BTreeMap<String, (Value, Source)>,
    /// Settings that were given by their old name.
    pub renamed: Vec<RenamedSetting>,
}

impl Effective {
    /// The values to show: secrets are masked.
    pub fn shown(&self) -> impl Iterator<Item = (&str, String, Source)> {
        self.settings.iter().map(|(key, (value, source))| {
            let hidden = check::is_secret(key) && value.as_str() != Some("");
            let text = if hidden {
                "\"********\"".to_owned()
            } else {
                value.to_string()
            };
            (key.as_str(), text, *source)
        })
    }
}

/// What the environment variables of settings begin with.
const PREFIX: &str = "KHOCHUNG__";

/// Builds the configuration from its layers.
///
/// `environment` may hold any variables; those of settings are picked out. `flags` name settings
/// as `section.key`.
///
/// # Errors
/// Every unknown key, value of a wrong type and impossible value at once.
pub fn load(
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
    flags: &[(&str, String)],
) -> Result<Effective, Problems> {
    let mut layers = Layers::new();
    if let Some(path) = file {
        layers.lay_file(path);
    }
    for (name, text) in environment {
        if let Some(name) = name.strip_prefix(PREFIX) {
            let key = name.to_ascii_lowercase().replacen("__", ".", 1);
            layers.lay_text(&key, &text, Source::Environment);
        }
    }
    for (key, text) in flags {
        layers.lay_text(key, text, Source::Flag);
    }
    layers.finish()
}

struct Layers {
    defaults: BTreeMap<String, Value>,
    settings: BTreeMap<String, (Value, Source)>,
    renamed: Vec<RenamedSetting>,
    problems: Problems,
}

impl Layers {
    fn new() -> Self {
        let defaults = flattened(&Table::try_from(Config::default()).unwrap_or_default());
        let settings = defaults
            .iter()
            .map(|(key, value)| (key.clone(), (value.clone(), Source::Default)))
            .collect();
        Self {
            defaults,
            settings,
            renamed: Vec::new(),
            problems: Problems::default(),
        }
    }

    fn lay_file(&mut self, path: &Path) {
        let shown = path.display().to_string();
        match std::fs::read_to_string(path) {
            Err(error) => self.problems.0.push(ConfigProblem::Unreadable {
                file: shown,
                reason: error.to_string(),
            }),
            Ok(text) => match text.parse::<Table>() {
                Err(error) => self.problems.0.push(ConfigProblem::NotToml {
                    file: shown,
                    reason: error.to_string().trim_end().to_owned(),
                }),
                Ok(table) => {
                    for (key, value) in flattened(&table) {
                        self.lay(&key, value, Source::File);
                    }
                }
            },
        }
    }

    /// A value that is only text: parsed as the type of its default.
    fn lay_text(&mut self, key: &str, text: &str, source: Source) {
        let current = renamed(key, source).map_or(key, |renamed| renamed.new);
        let value = match self.defaults.get(current) {
            Some(Value::Array(_)) if !text.trim_start().starts_with('[') => Value::Array(
                text.split(',')
                    .map(|part| Value::String(part.trim().to_owned()))
                    .filter(|part| part.as_str() != Some(""))
                    .collect(),
            ),
            Some(Value::String(_)) | None => Value::String(text.to_owned()),
            Some(_) => format!("value = {text}")
                .parse::<Table>()
                .ok()
                .and_then(|mut table| table.remove("value"))
                .unwrap_or_else(|| Value::String(text.to_owned())),
        };
        self.lay(key, value, source);
    }

    fn lay(&mut self, key: &str, value: Value, source: Source) {
        if let Some(renamed) = renamed(key, source) {
            let new = renamed.new;
            self.renamed.push(renamed);
            // Within one layer the new name wins, whatever their order.
            let is_given_by_new_name = self.settings.get(new).is_some_and(|(_, s)| *s == source);
            if !is_given_by_new_name {
                self.lay(new, value, source);
            }
            return;
        }
        if !self.defaults.contains_key(key) {
            let nearest = nearest(key, self.defaults.keys());
            self.problems.0.push(ConfigProblem::UnknownKey {
                key: key.to_owned(),
                source,
                nearest,
            });
            return;
        }
        // This setting alone over the defaults: a failure is caused by it.
        let alone = self
            .defaults
            .iter()
            .map(|(name, default)| (name, if name == key { &value } else { default }));
        match nested(alone).try_into::<Config>() {
            Ok(_) => {
                self.settings.insert(key.to_owned(), (value, source));
            }
            Err(error) => self.problems.0.push(ConfigProblem::WrongValue {
                key: key.to_owned(),
                source,
                reason: error.message().to_owned(),
            }),
        }
    }

    fn finish(mut self) -> Result<Effective, Problems> {
        let values = self.settings.iter().map(|(key, (value, _))| (key, value));
        match nested(values).try_into::<Config>() {
            Ok(config) => {
                self.problems.0.extend(check::impossible(&config));
                if self.problems.0.is_empty() {
                    return Ok(Effective {
                        config,
                        settings: self.settings,
                        renamed: self.renamed,
                    });
                }
            }
            Err(error) => self.problems.0.push(ConfigProblem::WrongValue {
                key: String::new(),
                source: Source::Default,
                reason: error.message().to_owned(),
            }),
        }
        Err(self.problems)
    }
}

/// `[section] key = value` as `section.key`.
fn flattened(table: &Table) -> BTreeMap<String, Value> {
    let mut flat = BTreeMap::new();
    for (section, value) in table {
        match value {
            Value::Table(keys) => {
                for (key, value) in keys {
                    flat.insert(format!("{section}.{key}"), value.clone());
                }
            }
            lone => {
                flat.insert(section.clone(), lone.clone());
            }
        }
    }
    flat
}

fn nested<'a>(flat: impl Iterator<Item = (&'a String, &'a Value)>) -> Table {
    let mut table = Table::new();
    for (name, value) in flat {
        if let Some((section, key)) = name.split_once('.') {
            let section = table
                .entry(section)
                .or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(keys) = section {
                keys.insert(key.to_owned(), value.clone());
            }
        }
    }
    table
}

/// The most similar known key, if any is similar.
fn nearest<'a>(key: &str, known: impl Iterator<Item = &'a String>) -> Option<String> {
    known
        .map(|name| (strsim::jaro_winkler(key, name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name.clone())
}
