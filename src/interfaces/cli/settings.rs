//! The settings a command runs with, and the commands that show them.

use std::path::Path;

use super::Failure;
use super::args::{Folder, Listen};
use super::output::{print, terminal_language};
use crate::config::{Config, ConfigProblem, Effective, Problems, layers};
use crate::interfaces::messages::{Language, config as messages};
use crate::services::media::{can_be_recognised, usual_name};
use crate::telemetry;

/// The settings for a command that listens.
///
/// # Errors
/// Wrong settings.
pub(crate) fn for_serving(file: Option<&Path>, listen: &Listen) -> Result<Config, Failure> {
    let effective = load(file, &listen.folder, listen.bind.as_deref())?;
    telemetry::start_logging(&effective.config.log).map_err(Failure::inside)?;
    for renamed in &effective.renamed {
        tracing::warn!("{}", messages::renamed(renamed, Language::English));
    }
    Ok(effective.config)
}

/// The settings for a command that works on a data folder.
///
/// # Errors
/// Wrong settings.
pub(crate) fn for_folder(file: Option<&Path>, folder: &Folder) -> Result<Config, Failure> {
    let effective = load(file, folder, None)?;
    print_renamed(&effective, terminal_language());
    Ok(effective.config)
}

/// The settings for a command that listens, without starting the log.
///
/// # Errors
/// Everything that is wrong with them.
pub(crate) fn examine(file: Option<&Path>, listen: &Listen) -> Result<Effective, Failure> {
    load(file, &listen.folder, listen.bind.as_deref())
}

/// Prints every setting with its source; secrets are masked.
///
/// # Errors
/// Wrong settings.
pub(crate) fn show(
    file: Option<&Path>,
    folder: &Folder,
    language: Language,
) -> Result<(), Failure> {
    let effective = load(file, folder, None)?;
    print_renamed(&effective, language);
    let mut present = "";
    for (key, value, source) in effective.shown() {
        let (section, name) = key.split_once('.').unwrap_or(("", key));
        if section != present {
            print(&format!("[{section}]"));
            present = section;
        }
        print(&format!(
            "{name} = {value}  # {}",
            messages::place(source, language)
        ));
    }
    Ok(())
}

/// Says that the settings are right, or everything that is wrong with them.
///
/// # Errors
/// Wrong settings.
pub(crate) fn check(
    file: Option<&Path>,
    folder: &Folder,
    language: Language,
) -> Result<(), Failure> {
    print_renamed(&load(file, folder, None)?, language);
    print(language.pick("Cấu hình hợp lệ.", "The configuration is right."));
    Ok(())
}

/// Warns on standard error about settings given by an old name.
fn print_renamed(effective: &Effective, language: Language) {
    for renamed in &effective.renamed {
        eprintln!("khochung: {}", messages::renamed(renamed, language));
    }
}

fn load(file: Option<&Path>, folder: &Folder, bind: Option<&str>) -> Result<Effective, Failure> {
    let mut flags = Vec::new();
    if let Some(data) = &folder.data {
        flags.push(("storage.data_dir", data.to_string_lossy().into_owned()));
    }
    if let Some(bind) = bind {
        flags.push(("server.bind", bind.to_owned()));
    }
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let effective = layers::load(file, environment, &flags).map_err(Failure::Config)?;
    let never_recognised = never_recognised(&effective.config.intake.allowed_types);
    if never_recognised.is_empty() {
        Ok(effective)
    } else {
        Err(Failure::Config(Problems(never_recognised)))
    }
}

/// Accepted types that recognition cannot give: files of them would be refused all the same.
fn never_recognised(allowed: &[String]) -> Vec<ConfigProblem> {
    let unknown = allowed.iter().filter(|pattern| !can_be_recognised(pattern));
    let problem = |pattern: &String| ConfigProblem::NeverRecognised {
        key: "intake.allowed_types".to_owned(),
        media_type: pattern.clone(),
        usual: usual_name(pattern),
    };
    unknown.map(problem).collect()
}
