//! The programs of others: is each there and new enough, does it know Vietnamese, what confines it.

use super::finding::Finding;
use crate::app::programs;
use crate::config::Config;
use crate::interfaces::cli::runtime;
use crate::interfaces::messages::Language;
use crate::services::programs::{Program, ProgramError, Programs, Protection};
use crate::telemetry::error_chain;

/// One line for each program, and one for what confines them.
pub(super) fn check(config: &Config, language: Language) -> Vec<Finding> {
    let subject = language.pick("chương trình", "programs");
    let remedy = language.pick(
        "xem docs/operate/programs.md",
        "see docs/operate/programs.md",
    );
    let folder = std::env::temp_dir().join(format!("khochung-check-{}", std::process::id()));
    let opened = programs::settings(config, folder.clone()).and_then(Programs::open);
    let programs = match opened {
        Ok(programs) => programs,
        Err(error) => return vec![Finding::warn(subject, error.to_string(), remedy)],
    };
    let runtime = match runtime::start() {
        Ok(runtime) => runtime,
        Err(error) => return vec![Finding::fail(subject, error.to_string(), remedy)],
    };
    let findings = runtime.block_on(examine(&programs, language));
    drop(std::fs::remove_dir(folder));
    findings
}

async fn examine(programs: &Programs, language: Language) -> Vec<Finding> {
    let mut findings = vec![confinement(programs.protection().await, language)];
    for (name, program) in Program::NAMES {
        let found = match programs.version(program).await {
            Ok(version) => Finding::ok(name, version.to_string()),
            Err(error) => unusable(name, program, &error, language),
        };
        findings.push(found);
    }
    findings
}

fn unusable(
    name: &'static str,
    program: Program,
    error: &ProgramError,
    language: Language,
) -> Finding {
    let [missing, without_data, install, look] = language.pick(
        [
            "chưa cài đặt; tệp cần đến nó phải chờ",
            "không có dữ liệu tiếng Việt (vie)",
            "cài đặt:",
            "xem docs/operate/programs.md",
        ],
        [
            "is not installed; files that need it wait",
            "has no data for Vietnamese (vie)",
            "install it:",
            "see docs/operate/programs.md",
        ],
    );
    let install = format!("{install} apt install {}", program.packages());
    match error {
        ProgramError::Missing(_) => Finding::warn(name, missing, install),
        ProgramError::MissingData { .. } => Finding::warn(name, without_data, install),
        ProgramError::TooOld { .. } => Finding::warn(name, error_chain(error), install),
        _ => Finding::warn(name, error_chain(error), look),
    }
}

fn confinement(protection: Protection, language: Language) -> Finding {
    let [subject, remedy] = language.pick(
        [
            "cách ly chương trình",
            "dùng nhân Linux có Landlock và seccomp; xem docs/operate/programs.md",
        ],
        [
            "confinement",
            "use a kernel with Landlock and seccomp; see docs/operate/programs.md",
        ],
    );
    let Protection {
        namespaces,
        landlock,
        seccomp,
    } = protection;
    let [yes, no] = language.pick(["có", "không"], ["yes", "no"]);
    let say = |holds| if holds { yes } else { no };
    let detail = format!(
        "Landlock {landlock}, seccomp {}, bubblewrap {}",
        say(seccomp),
        say(namespaces)
    );
    if protection.is_complete() {
        Finding::ok(subject, detail)
    } else {
        Finding::warn(subject, detail, remedy)
    }
}
