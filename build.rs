//! Puts the sample collection into the binary, so that `khochung demo` works from any folder, and
//! the commit and its date, so that `khochung --version` says what runs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?);
    state_origin(&root);
    let sample = root.join("schema/sample");
    println!("cargo::rerun-if-changed={}", sample.display());
    let mut files = Vec::new();
    collect(&sample, &mut files)?;
    files.sort();
    let mut list = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&sample).map_err(io::Error::other)?;
        writeln!(list, "    ({name:?}, include_bytes!({file:?})),").map_err(io::Error::other)?;
    }
    list.push(']');
    let out = PathBuf::from(env::var("OUT_DIR").map_err(io::Error::other)?);
    fs::write(out.join("sample.rs"), list)
}

/// Sets `KHOCHUNG_COMMIT` and `KHOCHUNG_SOURCE_EPOCH` for the compiler; empty without git.
///
/// The date is that of the sources (`SOURCE_DATE_EPOCH`, else the commit), never that of the build,
/// so that two builds of the same sources are the same bytes.
fn state_origin(root: &Path) {
    println!("cargo::rerun-if-env-changed=SOURCE_DATE_EPOCH");
    println!("cargo::rerun-if-env-changed=KHOCHUNG_COMMIT");
    let is_checkout = git(root, &["rev-parse", "--show-toplevel"])
        .is_some_and(|top| fs::canonicalize(root).is_ok_and(|root| Path::new(&top) == root));
    let from_git = |arguments: &[&str]| is_checkout.then(|| git(root, arguments)).flatten();
    // A development build does not follow every commit: it would be linked anew each time.
    if is_checkout && env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        println!("cargo::rerun-if-changed=src");
        if let Some(log) = git(root, &["rev-parse", "--git-path", "logs/HEAD"]) {
            println!("cargo::rerun-if-changed={log}");
        }
    }
    let given = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let describe = [
        "describe",
        "--always",
        "--dirty",
        "--abbrev=12",
        "--exclude=*",
    ];
    let commit = given("KHOCHUNG_COMMIT").or_else(|| from_git(&describe));
    let epoch =
        given("SOURCE_DATE_EPOCH").or_else(|| from_git(&["log", "-1", "--format=%ct", "HEAD"]));
    println!(
        "cargo::rustc-env=KHOCHUNG_COMMIT={}",
        commit.unwrap_or_default()
    );
    println!(
        "cargo::rustc-env=KHOCHUNG_SOURCE_EPOCH={}",
        epoch.unwrap_or_default()
    );
}

/// What a git command prints; none when there is no git or it fails.
fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("git");
    let output = command.current_dir(root).args(arguments).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_owned())
}

/// Every file below a folder, except the tools that made the collection.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if !path.is_dir() {
            files.push(path);
        } else if path.file_name().is_some_and(|name| name != "tools") {
            collect(&path, files)?;
        }
    }
    Ok(())
}
