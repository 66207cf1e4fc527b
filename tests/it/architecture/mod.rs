//! The architecture holds: dependencies run downwards and never in a circle, crates stay in their
//! modules, files and folders stay readable.
//!
//! The sources are read as tokens, so comments and strings do not count. [`sources`] resolves every
//! path that begins with `crate`, `super`, `self`, a child module or an imported name to the file that
//! defines the item, through re-exports.

mod rules;
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use sources::{Source, dependencies, files_below, read_sources};

/// Layers from bottom to top; each may use itself and those before it.
const LAYERS: [&str; 4] = ["domain", "storage", "services", "interfaces"];

/// Services in order; each may use those before it.
const SERVICES: [&str; 19] = [
    "jobs",
    "audit",
    "mail",
    "accounts",
    "notifications",
    "access_requests",
    "quotas",
    "programs",
    "media",
    "works",
    "renditions",
    "uploads",
    "intake",
    "curation",
    "table_imports",
    "search",
    "delivery",
    "sharing",
    "successions",
];

/// Crates that may be named only below these paths.
const CRATE_MODULES: [(&str, &[&str]); 22] = [
    ("actix_web", &["interfaces/"]),
    ("actix_multipart", &["interfaces/"]),
    ("utoipa", &["interfaces/"]),
    ("clap", &["interfaces/cli/"]),
    (
        "ureq",
        &["interfaces/cli/", "services/accounts/oidc/client/"],
    ),
    ("webauthn_rp", &["services/accounts/passkeys/ceremony.rs"]),
    ("openidconnect", &["services/accounts/oidc/client/"]),
    ("lettre", &["services/mail/"]),
    ("calamine", &["services/table_imports/workbook.rs"]),
    ("rust_xlsxwriter", &["interfaces/tables/"]),
    ("tantivy", &["services/search/"]),
    ("sled", &["storage/catalog/embedded/"]),
    ("zstd", &["storage/catalog/embedded/"]),
    ("image", &["services/media/"]),
    ("symphonia", &["services/media/sound/"]),
    ("ebur128", &["services/media/sound/"]),
    (
        "quick_xml",
        &["services/sharing/", "services/media/full_text/xml.rs"],
    ),
    ("landlock", &["services/programs/confinement.rs"]),
    ("seccompiler", &["services/programs/syscalls.rs"]),
    ("libc", &["services/programs/"]),
    ("getrandom", &["clock.rs"]),
    ("libmimalloc_sys", &["memory.rs"]),
];

/// Lines that a source file may have.
const MAX_LINES: usize = 600;

/// Source files that a folder may have, those of its subfolders not counted.
const MAX_FILES: usize = 20;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn assert_none(problem: &str, found: &[String]) {
    assert!(found.is_empty(), "{problem}:\n{}", found.join("\n"));
}

/// The layer of a module path or file path.
fn layer_of(path: &str) -> Option<usize> {
    let first = path.split('/').next();
    LAYERS.iter().position(|layer| first == Some(layer))
}

fn service_of(path: &str) -> Option<usize> {
    let name = path.strip_prefix("services/")?.split('/').next()?;
    SERVICES.iter().position(|service| *service == name)
}

#[test]
fn dependencies_between_layers_run_down() {
    let sources = read_sources();
    let mut wrong = Vec::new();
    for (from, to) in pairs(&dependencies(&sources)) {
        let Some(own) = layer_of(from) else { continue };
        let is_upward = layer_of(to).is_some_and(|used| used > own);
        let uses_composition_root = to.starts_with("app/") && own < 3;
        if is_upward || uses_composition_root {
            wrong.push(format!("{from} uses {to}"));
        }
    }
    assert_none("dependencies that run up", &wrong);
}

#[test]
fn services_use_only_services_before_them() {
    let sources = read_sources();
    let mut wrong = Vec::new();
    for (from, to) in pairs(&dependencies(&sources)) {
        if let (Some(own), Some(used)) = (service_of(from), service_of(to))
            && used > own
        {
            wrong.push(format!("{from} uses {to}"));
        }
    }
    assert_none("services out of order", &wrong);
}

/// A `mod.rs` that only declares and re-exports children depends on none of them. One that uses what it
/// re-exports does, so a child of it that uses an item of the `mod.rs` makes a circle.
#[test]
fn files_do_not_depend_on_each_other_in_circles() {
    let sources = read_sources();
    let circles = rules::circles(&dependencies(&sources));
    let wrong: Vec<String> = circles
        .into_iter()
        .map(|circle| circle.join(" <-> "))
        .collect();
    assert_none("circles of files", &wrong);
}

/// Within each folder its subfolders and files form no circle, each subfolder taken as a whole.
#[test]
fn folders_do_not_depend_on_each_other_in_circles() {
    let sources = read_sources();
    let dependencies = dependencies(&sources);
    let folders: BTreeSet<&str> = sources.iter().map(Source::folder).collect();
    let mut wrong = Vec::new();
    for folder in folders {
        let within = rules::between_children(&dependencies, folder);
        for circle in rules::circles(&within) {
            let paths = circle.iter().map(|child| format!("{folder}{child}"));
            wrong.push(paths.collect::<Vec<_>>().join(" <-> "));
        }
    }
    assert_none("circles of folders", &wrong);
}

#[test]
fn crates_stay_in_their_modules() {
    let mut wrong = Vec::new();
    for source in read_sources() {
        for (name, modules) in CRATE_MODULES {
            let is_allowed = modules.iter().any(|module| source.path.starts_with(module));
            if !is_allowed && source.names_crate(name) {
                wrong.push(format!(
                    "{} names {name}, allowed in {modules:?}",
                    source.path
                ));
            }
        }
    }
    assert_none("crates outside their modules", &wrong);
}

#[test]
fn every_service_has_its_place_in_the_order() {
    let services = fs::read_dir(root().join("src/services")).unwrap();
    let names = services.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let found: BTreeSet<String> = names.filter(|name| name != "mod.rs").collect();
    let ordered: BTreeSet<String> = SERVICES.iter().map(ToString::to_string).collect();
    assert_eq!(ordered, found);
}

#[test]
fn files_and_folders_stay_readable() {
    let sources = read_sources();
    let mut wrong = Vec::new();
    let mut files_of: BTreeMap<&str, usize> = BTreeMap::new();
    for source in &sources {
        if source.lines > MAX_LINES {
            wrong.push(format!("{}: {} lines", source.path, source.lines));
        }
        *files_of.entry(source.folder()).or_default() += 1;
    }
    for (folder, count) in files_of {
        if count > MAX_FILES {
            wrong.push(format!("{folder}: {count} files"));
        }
    }
    assert_none("too long", &wrong);
}

/// An error that is recorded as a value stands in JSON logs without its causes; `telemetry::error_chain` has them.
#[test]
fn errors_are_logged_with_their_causes() {
    let sources = files_below(&root().join("src"), "rs").into_iter();
    let without_causes = sources.filter(|path| {
        let text = fs::read_to_string(path).unwrap();
        text.contains("as &dyn std::error::Error") || text.contains("as &dyn Error")
    });
    let wrong: Vec<String> = without_causes
        .map(|path| path.display().to_string())
        .collect();
    assert_none("errors logged as values", &wrong);
}

#[test]
fn paths_named_in_the_documentation_exist() {
    let mut missing = Vec::new();
    let mut pages = files_below(&root().join("docs/how-to"), "md");
    let others = [
        "docs/ARCHITECTURE.md",
        "docs/CONVENTIONS.md",
        "docs/glossary.md",
    ];
    pages.extend(others.map(|page| root().join(page)));
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        for quoted in text.split('`').skip(1).step_by(2) {
            let is_path = ["src/", "schema/", "tests/", "docs/", "api/", "benches/"]
                .iter()
                .any(|folder| quoted.starts_with(folder));
            // A name in capitals stands for what the reader will write.
            let is_placeholder = quoted.chars().any(char::is_uppercase) || quoted.contains('<');
            if is_path && !is_placeholder && !root().join(quoted).exists() {
                missing.push(format!("{}: {quoted}", page.display()));
            }
        }
    }
    assert_none("pages name paths that do not exist", &missing);
}

fn pairs(dependencies: &BTreeMap<String, BTreeSet<String>>) -> impl Iterator<Item = (&str, &str)> {
    dependencies
        .iter()
        .flat_map(|(from, to)| to.iter().map(|to| (from.as_str(), to.as_str())))
}
