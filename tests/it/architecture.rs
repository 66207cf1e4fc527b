//! The house keeps its shape: arrows run down, crates stay in their rooms, files stay readable.
//!
//! Reads the sources as text. What counts as an arrow is every path that begins with `crate::`,
//! in a `use` or anywhere else outside comments.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Layers from bottom to top; each may use itself and those before it.
const LAYERS: [&str; 4] = ["domain", "storage", "services", "interfaces"];

/// Services in order; each may use those before it.
const SERVICES: [&str; 9] = [
    "jobs", "accounts", "media", "intake", "curation", "search", "delivery", "sharing", "reports",
];

/// Crates that may be named only below one path.
const ROOMS: [(&str, &str); 12] = [
    ("actix_web", "interfaces/"),
    ("actix_multipart", "interfaces/"),
    ("utoipa", "interfaces/"),
    ("clap", "interfaces/cli/"),
    ("ureq", "interfaces/cli/"),
    ("tantivy", "services/search/"),
    ("sled", "storage/catalog/embedded/"),
    ("zstd", "storage/catalog/embedded/"),
    ("image", "services/media/"),
    ("quick_xml", "services/sharing/"),
    ("getrandom", "clock.rs"),
    ("libmimalloc_sys", "memory.rs"),
];

/// Lines a source file may have.
const MAX_LINES: usize = 600;

struct Source {
    /// Path below `src/`, with forward slashes.
    path: String,
    /// The text without comment lines.
    code: Vec<String>,
    lines: usize,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|e| e == extension) {
                found.push(entry);
            }
        }
    }
    found.sort();
    found
}

fn sources() -> Vec<Source> {
    let src = root().join("src");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let code = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        Source {
            path: path
                .strip_prefix(&src)
                .unwrap()
                .to_string_lossy()
                .replace('\\', "/"),
            code: code.map(str::to_owned).collect(),
            lines: text.lines().count(),
        }
    };
    files_below(&src, "rs").into_iter().map(read).collect()
}

/// Module paths named in the code after `crate::`, as far as identifiers and `::` go. A group
/// (`crate::a::{b, c}`) counts as its members, one level deep, which is how the house writes.
fn crate_paths(source: &Source) -> BTreeSet<String> {
    let text = source.code.join("\n");
    let mut paths = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
        let stem = &rest[..end.unwrap_or(rest.len())];
        paths.insert(stem.trim_end_matches(':').to_owned());
        if let Some(group) = rest[stem.len()..].strip_prefix('{') {
            let members = group.split('}').next().unwrap_or_default();
            for member in members
                .split([',', '{'])
                .map(str::trim)
                .filter(|m| !m.is_empty())
            {
                paths.insert(format!("{stem}{member}"));
            }
        }
    }
    paths
}

fn layer_of(path: &str) -> Option<usize> {
    LAYERS
        .iter()
        .position(|layer| path.split(['/', ':']).next() == Some(layer))
}

fn service_of(path: &str) -> Option<usize> {
    let name = path
        .strip_prefix("services")?
        .trim_start_matches(['/', ':']);
    let name = name.split(['/', ':', ' ']).next()?;
    SERVICES
        .iter()
        .position(|service| *service == name.trim_end_matches(".rs"))
}

fn mentions_crate(line: &str, name: &str) -> bool {
    let path = format!("{name}::");
    line.match_indices(&path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
    })
}

#[test]
fn arrows_between_layers_run_down() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(own) = layer_of(&source.path) else {
            continue;
        };
        for path in crate_paths(&source) {
            let upward = layer_of(&path).is_some_and(|used| used > own);
            let composition = path.split("::").next() == Some("app") && own < 3;
            if upward || composition {
                wrong.push(format!("{} uses crate::{path}", source.path));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "arrows that run up:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn services_use_only_services_before_them() {
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(own) = service_of(&source.path) else {
            continue;
        };
        for path in crate_paths(&source) {
            if service_of(&path).is_some_and(|used| used > own) {
                wrong.push(format!("{} uses crate::{path}", source.path));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "services out of order:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn crates_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for source in sources() {
        for (name, room) in ROOMS
            .iter()
            .filter(|(_, room)| !source.path.starts_with(room))
        {
            if source.code.iter().any(|line| mentions_crate(line, name)) {
                wrong.push(format!(
                    "{} names {name}, whose room is {room}",
                    source.path
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "crates outside their rooms:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn every_service_has_its_place_in_the_order() {
    let services = fs::read_dir(root().join("src/services")).unwrap();
    for entry in services.map(|entry| entry.unwrap()) {
        let name = entry
            .file_name()
            .to_string_lossy()
            .trim_end_matches(".rs")
            .to_owned();
        assert!(
            name == "mod" || SERVICES.contains(&name.as_str()),
            "src/services/{name} has no place in the order"
        );
    }
}

#[test]
fn files_stay_readable() {
    let long: Vec<_> = sources()
        .into_iter()
        .filter(|source| source.lines > MAX_LINES)
        .map(|source| format!("{}: {} lines", source.path, source.lines))
        .collect();
    assert!(
        long.is_empty(),
        "files over {MAX_LINES} lines:\n{}",
        long.join("\n")
    );
}

#[test]
fn paths_named_in_the_how_to_pages_exist() {
    let mut missing = Vec::new();
    for page in files_below(&root().join("docs/how-to"), "md") {
        let text = fs::read_to_string(&page).unwrap();
        for quoted in text.split('`').skip(1).step_by(2) {
            let is_path = ["src/", "schema/", "tests/", "docs/", "api/", "benches/"]
                .iter()
                .any(|folder| quoted.starts_with(folder));
            // A name in capitals stands for what the reader will write.
            let placeholder = quoted.chars().any(char::is_uppercase) || quoted.contains('<');
            if is_path && !placeholder && !root().join(quoted).exists() {
                missing.push(format!("{}: {quoted}", page.display()));
            }
        }
    }
    assert!(
        missing.is_empty(),
        "how-to pages name what is not there:\n{}",
        missing.join("\n")
    );
}

#[test]
fn the_reader_of_paths_sees_groups_and_single_names() {
    let source = Source {
        path: String::new(),
        code: vec![
            "use crate::domain::{Slug, access::Actor};".into(),
            "crate::app::x()".into(),
        ],
        lines: 2,
    };
    let expected = ["app::x", "domain", "domain::Slug", "domain::access::Actor"];
    assert_eq!(crate_paths(&source), expected.map(str::to_owned).into());
    assert_eq!(service_of("services::search::Search"), Some(5));
    assert_eq!(layer_of("storage/mod.rs"), Some(1));
    assert!(mentions_crate("use sled::Tree;", "sled"));
    assert!(!mentions_crate("use x_sled::Tree;", "sled"));
}
