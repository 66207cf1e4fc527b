//! `verify`, `reindex`, `rebuild`, `vocab check`: work on a data folder that nobody else has open.

use std::path::Path;

use super::output::print;
use super::serving::{opening_failed, texts};
use super::{Failure, progress, runtime};
use crate::app::maintenance::{self, Finding, MaintenanceError};
use crate::config::Config;
use crate::interfaces::messages::Language;
use crate::storage::vocabulary;

/// Checks the folder and prints what is wrong with it.
///
/// # Errors
/// [`Failure::Findings`] when something is.
pub(crate) fn verify(config: Config, deep: bool, language: Language) -> Result<(), Failure> {
    must_exist(&config)?;
    let bar = progress::spinner(language.pick("kiểm tra", "verify"));
    let checked =
        runtime::start()?.block_on(maintenance::verify(&config, deep, |n| bar.set_position(n)));
    bar.finish_and_clear();
    let report = checked.map_err(|error| failed(error, &config.storage.data_dir))?;
    for finding in &report.findings {
        print(&sentence(finding, language));
    }
    let [sets, blobs, problems] = language.pick(
        ["giao dịch", "tệp", "vấn đề"],
        ["change sets", "files", "problems"],
    );
    print(&format!(
        "{} {sets}, {} {blobs}, {} {problems}",
        report.change_sets,
        report.blobs,
        report.findings.len()
    ));
    if report.findings.is_empty() {
        Ok(())
    } else {
        Err(Failure::Findings)
    }
}

fn sentence(finding: &Finding, language: Language) -> String {
    match finding {
        Finding::Catalogue(place) => {
            let wrong = language.pick("danh mục bị hỏng", "catalogue damaged");
            format!("{wrong}: {place}")
        }
        Finding::Missing(key) => format!("{}: {key}", language.pick("thiếu tệp", "missing")),
        Finding::WrongLength(key) => {
            format!("{}: {key}", language.pick("sai độ dài", "wrong length"))
        }
        Finding::Damaged(key) => {
            let damaged = language.pick("bị hỏng, đã cách ly", "damaged, set aside");
            format!("{damaged}: {key}")
        }
    }
}

/// Builds the catalogue's index anew; where that is wanted, from what stands in the journal before
/// its first damage.
///
/// # Errors
/// The folder is in use or its journal damaged.
pub(crate) fn rebuild(
    config: Config,
    discard_after_damage: bool,
    language: Language,
) -> Result<(), Failure> {
    must_exist(&config)?;
    let runtime = runtime::start()?;
    let data = &config.storage.data_dir;
    if discard_after_damage {
        let salvaged = runtime.block_on(maintenance::discard_after_damage(&config));
        let salvage = salvaged.map_err(|error| opening_failed(error, data))?;
        let [kept, missing, set_aside] = language.pick(
            ["giao dịch được giữ lại", "giao dịch bị mất", "đã để riêng"],
            ["change sets kept", "change sets missing", "set aside"],
        );
        print(&format!("{} {kept}", salvage.kept));
        if salvage.missing > 0 {
            print(&format!("{} {missing}", salvage.missing));
        }
        for path in salvage.set_aside {
            print(&format!("{set_aside}: {}", path.display()));
        }
    }
    let built = runtime.block_on(maintenance::rebuild(&config));
    built.map_err(|error| opening_failed(error, data))?;
    print(language.pick(
        "Đã dựng lại danh mục.",
        "The catalogue's index was built anew.",
    ));
    Ok(())
}

/// Builds the search index anew.
///
/// # Errors
/// The folder is in use, or the build failed.
pub(crate) fn reindex(config: Config, language: Language) -> Result<(), Failure> {
    must_exist(&config)?;
    let data = config.storage.data_dir.clone();
    let bar = progress::spinner(language.pick("lập chỉ mục", "index"));
    let built = runtime::start()?.block_on(maintenance::reindex(config, texts(), |n| {
        bar.set_position(n)
    }));
    bar.finish_and_clear();
    built.map_err(|error| failed(error, &data))?;
    print(language.pick(
        "Đã lập lại chỉ mục tìm kiếm.",
        "The search index was built anew.",
    ));
    Ok(())
}

fn failed(error: MaintenanceError, data: &Path) -> Failure {
    match error {
        MaintenanceError::Open(error) => opening_failed(error, data),
        other => Failure::inside(other),
    }
}

/// Checks the vocabulary files of a folder, or those built in.
///
/// # Errors
/// [`Failure::SomeFailed`] when some are wrong; each fault is printed.
pub(crate) fn check_vocabularies(dir: Option<&Path>, language: Language) -> Result<(), Failure> {
    let problems = match dir {
        Some(dir) => vocabulary::check(dir),
        None => vocabulary::load(None)
            .err()
            .map_or_else(Vec::new, |faulty| faulty.0),
    };
    for problem in &problems {
        eprintln!("{problem}");
    }
    if problems.is_empty() {
        print(language.pick("Từ vựng hợp lệ.", "The vocabularies are right."));
        Ok(())
    } else {
        Err(Failure::SomeFailed)
    }
}

/// A mistyped folder is reported, not made.
///
/// # Errors
/// [`Failure::Usage`].
pub(super) fn must_exist(config: &Config) -> Result<(), Failure> {
    let data = &config.storage.data_dir;
    if data.join("catalog").is_dir() {
        return Ok(());
    }
    Err(Failure::Usage {
        vi: format!("không có kho nào trong {}", data.display()),
        en: format!("there is no archive in {}", data.display()),
    })
}
