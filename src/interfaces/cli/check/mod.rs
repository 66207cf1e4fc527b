//! `check`: whether an archive can run here, one line for each point, with what to do.
//!
//! Nothing is changed: no folder is made and no index rebuilt. Two probe files are written to an
//! existing data folder and removed, and programs of others are asked for their versions in a private folder of the system's temporary
//! one. Damage inside the archive is the business of `verify`.

mod address;
mod finding;
mod folder;
mod machine;
pub(super) mod mail;
mod programs;

use std::path::Path;

use finding::{Finding, State};

use super::args::Listen;
use super::connection::Connection;
use super::output::print;
use super::{Failure, control, settings};
use crate::config::Config;
use crate::interfaces::messages::{Language, config as config_messages};
use crate::storage::vocabulary;

/// Checks everything and prints one line for each point.
///
/// # Errors
/// [`Failure::SomeFailed`] when a line says fail.
pub(crate) fn run(file: Option<&Path>, listen: &Listen, language: Language) -> Result<(), Failure> {
    let mut findings = Vec::new();
    match settings::examine(file, listen) {
        Ok(effective) => {
            findings.extend(valid_settings(file, &effective.renamed, language));
            findings.extend(examine(&effective.config, language));
        }
        Err(Failure::Config(problems)) => {
            let [subject, remedy] = language.pick(
                ["thiết lập", "sửa thiết lập này rồi chạy lại"],
                ["settings", "mend this setting and check again"],
            );
            findings.extend(problems.0.iter().map(|problem| {
                Finding::fail(
                    subject,
                    config_messages::sentence(problem, language),
                    remedy,
                )
            }));
        }
        Err(other) => return Err(other),
    }
    for finding in &findings {
        print(&finding.to_string());
    }
    if findings.iter().any(|finding| finding.state == State::Fail) {
        return Err(Failure::SomeFailed);
    }
    Ok(())
}

fn valid_settings(
    file: Option<&Path>,
    renamed: &[crate::config::RenamedSetting],
    language: Language,
) -> Vec<Finding> {
    let [subject, right, without_file, rename] = language.pick(
        [
            "thiết lập",
            "hợp lệ",
            "hợp lệ (không có tệp cấu hình)",
            "đổi sang tên mới",
        ],
        [
            "settings",
            "valid",
            "valid (no settings file)",
            "use the new name",
        ],
    );
    let mut findings = vec![match file {
        Some(file) => Finding::ok(subject, format!("{}: {right}", file.display())),
        None => Finding::ok(subject, without_file),
    }];
    findings.extend(renamed.iter().map(|setting| {
        Finding::warn(subject, config_messages::renamed(setting, language), rename)
    }));
    findings
}

fn examine(config: &Config, language: Language) -> Vec<Finding> {
    let running = control::read(&config.storage.data_dir)
        .map(|control| Connection::to(&control, language, None))
        .filter(Connection::answers);
    let mut findings = folder::check(config, language);
    findings.push(machine::disk(config, language));
    findings.push(machine::clock(config, language));
    findings.push(machine::open_files(language));
    findings.push(machine::memory(config, language));
    findings.extend(programs::check(config, language));
    findings.push(vocabularies(config, language));
    findings.push(mail::check(config, language));
    findings.extend(address::check(config, running.is_some(), language));
    findings.push(address::running(running.as_ref(), language));
    findings
}

fn vocabularies(config: &Config, language: Language) -> Finding {
    let [subject, built_in, remedy] = language.pick(
        [
            "từ vựng",
            "từ vựng có sẵn",
            "chạy `khochung vocab check THƯ_MỤC` và sửa",
        ],
        [
            "vocabularies",
            "the built-in ones",
            "run `khochung vocab check DIR` and mend them",
        ],
    );
    let folder = &config.vocabulary.folder;
    if folder.as_os_str().is_empty() {
        return Finding::ok(subject, built_in);
    }
    match vocabulary::check(folder).first() {
        None => Finding::ok(subject, folder.display().to_string()),
        Some(problem) => Finding::fail(subject, problem.to_string(), remedy),
    }
}
