//! Attaches the files of an imported work and makes the transitions to its state.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};

use serde_json::{Value, json};
use unicode_normalization::UnicodeNormalization as _;

use super::lines::Record;
use crate::interfaces::cli::Failure;
use crate::interfaces::cli::connection::Connection;
use crate::storage::blobs::Hasher;

/// Attaches the files that are not there yet, then takes the steps to the state.
///
/// # Errors
/// The first refusal; what was done before it stays done.
pub(crate) fn complete(
    connection: &Connection,
    folder: &Path,
    id: &str,
    record: &Record,
) -> Result<(), Failure> {
    let mut work = read(connection, id)?;
    for file in &record.files {
        let path = inside(folder, file["path"].as_str().unwrap_or_default())?;
        let sha256 = hash_of(&path)?;
        let attached = work["files"].as_array().into_iter().flatten();
        if attached
            .into_iter()
            .any(|known| known["sha256"] == sha256.as_str())
        {
            continue;
        }
        upload(connection, id, &work, file, &path)?;
        work = read(connection, id)?;
    }
    let wanted = record.state.as_deref().unwrap_or("draft");
    for step in steps(work["state"].as_str().unwrap_or_default(), wanted) {
        let body = match *step {
            "withdrawal" => json!({ "reason": record.withdrawal_reason }),
            _ => json!({}),
        };
        let kind = ("content-type", "application/json");
        let path = format!("/api/v1/assets/{id}/{step}");
        let etag = etag(&work);
        let headers = [kind, ("if-match", etag.as_str())];
        connection
            .call("PUT", &path, &headers, body.to_string())?
            .into_success()?;
        work = read(connection, id)?;
    }
    Ok(())
}

fn read(connection: &Connection, id: &str) -> Result<Value, Failure> {
    connection.json("GET", &format!("/api/v1/assets/{id}"), &Value::Null)
}

fn etag(work: &Value) -> String {
    format!("\"{}\"", work["revision"])
}

/// The ordinary steps from one state to another.
fn steps(present: &str, wanted: &str) -> &'static [&'static str] {
    match (present, wanted) {
        ("draft", "submitted") => &["submission"],
        ("draft" | "submitted", "published") => &["publication"],
        ("draft" | "submitted", "withdrawn") => &["publication", "withdrawal"],
        ("published", "withdrawn") => &["withdrawal"],
        _ => &[],
    }
}

/// A path that stays below the folder: a list of works may come from anywhere.
pub(super) fn inside(folder: &Path, relative: &str) -> Result<PathBuf, Failure> {
    let path = Path::new(relative);
    let is_plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    if relative.is_empty() || !path.components().all(is_plain) {
        return Err(Failure::Usage {
            vi: format!("đường dẫn tệp phải nằm trong thư mục: {relative:?}"),
            en: format!("a file must lie below the folder: {relative:?}"),
        });
    }
    let mut found = folder.to_owned();
    for part in path.components() {
        if let Component::Normal(name) = part {
            found = entry(&found, name);
        }
    }
    Ok(found)
}

/// The entry of a folder with this name, or with the same name in another Unicode normalization: some
/// systems decompose names.
fn entry(folder: &Path, name: &OsStr) -> PathBuf {
    let exact = folder.join(name);
    if exact.symlink_metadata().is_ok() {
        return exact;
    }
    let composed = |name: &OsStr| name.to_string_lossy().nfc().collect::<String>();
    let wanted = composed(name);
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names = entries.map(|entry| entry.file_name());
    names
        .find(|name| composed(name) == wanted)
        .map_or(exact, |name| folder.join(name))
}

fn hash_of(path: &Path) -> Result<String, Failure> {
    let failed = |error| Failure::io(path.display(), error);
    let mut file = File::open(path).map_err(failed)?;
    let mut hasher = Hasher::new();
    let mut piece = vec![0; 256 * 1024];
    loop {
        match file.read(&mut piece).map_err(failed)? {
            0 => return Ok(hasher.finish().to_hex()),
            length => hasher.update(&piece[..length]),
        }
    }
}

fn upload(
    connection: &Connection,
    id: &str,
    work: &Value,
    file: &Value,
    path: &Path,
) -> Result<(), Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut query = format!("name={}", encoded(&name));
    for property in ["role", "language"] {
        if let Some(value) = file[property].as_str() {
            query.push_str(&format!("&{property}={}", encoded(value)));
        }
    }
    for property in ["title", "alt"] {
        if file[property].is_object() {
            query.push_str(&format!(
                "&{property}={}",
                encoded(&file[property].to_string())
            ));
        }
    }
    let bytes = File::open(path).map_err(|error| Failure::io(path.display(), error))?;
    let etag = etag(work);
    let headers = [
        ("content-type", "application/octet-stream"),
        ("if-match", etag.as_str()),
    ];
    let address = format!("/api/v1/assets/{id}/files?{query}");
    connection
        .call("POST", &address, &headers, bytes)?
        .into_success()?;
    Ok(())
}

pub(super) fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::inside;

    #[test]
    fn a_name_is_found_in_any_normalization() {
        let folder = tempfile::tempdir().unwrap();
        // "Áp phích.txt", decomposed and composed, from Python's unicodedata.
        let decomposed = folder.path().join("A\u{301}p phi\u{301}ch.txt");
        std::fs::write(&decomposed, b"x").unwrap();
        assert_eq!(
            inside(folder.path(), "\u{c1}p ph\u{ed}ch.txt").unwrap(),
            decomposed
        );
    }

    #[test]
    fn files_outside_the_folder_are_refused() {
        let folder = Path::new("/f");
        assert_eq!(
            inside(folder, "images/a.jpg").unwrap(),
            Path::new("/f/images/a.jpg")
        );
        assert_eq!(inside(folder, "./a.jpg").unwrap(), Path::new("/f/a.jpg"));
        for outside in ["", "../a", "/etc/passwd", "images/../../a"] {
            assert!(inside(folder, outside).is_err(), "{outside}");
        }
    }
}
