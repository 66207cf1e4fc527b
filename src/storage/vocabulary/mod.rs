//! Where vocabularies come from: the files that ship with the archive, and a deployment's own.
//!
//! The shipped files are in `schema/vocabularies` and compiled into the binary, so that an
//! archive starts with nothing beside it. A folder of the deployment may hold files of the same
//! form: one for each scheme it extends or adds, named after the scheme. The form is described in
//! `schema/vocabularies/README.md`; the rules are those of [`domain::vocabulary`].
//!
//! [`domain::vocabulary`]: crate::domain::vocabulary

mod details;
mod record;
mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use crate::domain::vocabulary::{Problem, Scheme, Vocabularies};

/// File name and text of every shipped scheme.
const SHIPPED: &[(&str, &str)] = &[
    (
        "access.json",
        include_str!("../../../schema/vocabularies/access.json"),
    ),
    (
        "audience.json",
        include_str!("../../../schema/vocabularies/audience.json"),
    ),
    (
        "channel.json",
        include_str!("../../../schema/vocabularies/channel.json"),
    ),
    (
        "file-role.json",
        include_str!("../../../schema/vocabularies/file-role.json"),
    ),
    (
        "instrument.json",
        include_str!("../../../schema/vocabularies/instrument.json"),
    ),
    (
        "language.json",
        include_str!("../../../schema/vocabularies/language.json"),
    ),
    (
        "organisation.json",
        include_str!("../../../schema/vocabularies/organisation.json"),
    ),
    (
        "people-shown.json",
        include_str!("../../../schema/vocabularies/people-shown.json"),
    ),
    (
        "place.json",
        include_str!("../../../schema/vocabularies/place.json"),
    ),
    (
        "product-kind.json",
        include_str!("../../../schema/vocabularies/product-kind.json"),
    ),
    (
        "relation-type.json",
        include_str!("../../../schema/vocabularies/relation-type.json"),
    ),
    (
        "reuse-terms.json",
        include_str!("../../../schema/vocabularies/reuse-terms.json"),
    ),
    (
        "rights-group.json",
        include_str!("../../../schema/vocabularies/rights-group.json"),
    ),
    (
        "strand.json",
        include_str!("../../../schema/vocabularies/strand.json"),
    ),
    (
        "theme.json",
        include_str!("../../../schema/vocabularies/theme.json"),
    ),
    (
        "udhr-article.json",
        include_str!("../../../schema/vocabularies/udhr-article.json"),
    ),
];

/// One thing wrong with one file.
#[derive(Debug)]
pub struct FileProblem {
    /// The file: a path, or the bare name of a shipped one.
    pub file: PathBuf,
    /// What is wrong.
    pub fault: FileFault,
}

/// What can be wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// The file or folder cannot be read.
    #[error("cannot be read")]
    Unreadable(#[source] io::Error),
    /// Not JSON of the expected form; the cause names line and column.
    #[error("{0}")]
    Malformed(serde_json::Error),
    /// The file must be called like its scheme.
    #[error("holds the scheme {0}, so it must be called {0}.json")]
    Misnamed(String),
    /// A rule between concepts is broken.
    #[error("{0}")]
    Rule(Box<Problem>),
}

/// Everything wrong with a set of vocabularies.
#[derive(Debug, thiserror::Error)]
#[error("{} problem(s) in the vocabularies, the first: {}", .0.len(), first(.0))]
pub struct FaultyVocabularies(pub Vec<FileProblem>);

fn first(problems: &[FileProblem]) -> String {
    problems
        .first()
        .map(ToString::to_string)
        .unwrap_or_default()
}

impl fmt::Display for FileProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.fault)?;
        match &self.fault {
            FileFault::Unreadable(cause) => write!(f, ": {cause}"),
            _ => Ok(()),
        }
    }
}

/// The shipped vocabularies, extended by those in `own_folder`.
///
/// Reads files: call it while starting, or on the blocking pool.
///
/// # Errors
/// Every problem of every file.
pub fn load(own_folder: Option<&Path>) -> Result<Vocabularies, FaultyVocabularies> {
    let mut problems = Vec::new();
    let mut sources = Sources::default();
    for (name, text) in SHIPPED {
        sources.add(PathBuf::from(name), Ok((*text).to_owned()), &mut problems);
    }
    if let Some(folder) = own_folder {
        match json_files(folder) {
            Ok(paths) => {
                for path in paths {
                    let text = fs::read_to_string(&path);
                    sources.add(path, text, &mut problems);
                }
            }
            Err(error) => {
                let fault = FileFault::Unreadable(error);
                problems.push(FileProblem {
                    file: folder.to_owned(),
                    fault,
                });
            }
        }
    }
    let Sources { schemes, files } = sources;
    match Vocabularies::new(schemes.into_values().collect()) {
        Ok(vocabularies) if problems.is_empty() => return Ok(vocabularies),
        Ok(_) => {}
        Err(broken) => problems.extend(broken.into_iter().map(|problem| {
            let file = files
                .get(problem.scheme.as_str())
                .cloned()
                .unwrap_or_default();
            FileProblem {
                file,
                fault: FileFault::Rule(Box::new(problem)),
            }
        })),
    }
    Err(FaultyVocabularies(problems))
}

/// Checks the files of a deployment together with the shipped ones they extend.
pub fn check(own_folder: &Path) -> Vec<FileProblem> {
    load(Some(own_folder)).map_or_else(|faulty| faulty.0, |_| Vec::new())
}

/// The schemes read so far, and the last file that spoke of each.
#[derive(Default)]
struct Sources {
    schemes: BTreeMap<String, Scheme>,
    files: BTreeMap<String, PathBuf>,
}

impl Sources {
    fn add(&mut self, file: PathBuf, text: io::Result<String>, problems: &mut Vec<FileProblem>) {
        let read = text
            .map_err(FileFault::Unreadable)
            .and_then(|text| record::parse(&text).map_err(FileFault::Malformed));
        let scheme = match read {
            Ok(scheme) => scheme,
            Err(fault) => return problems.push(FileProblem { file, fault }),
        };
        let name = scheme.head.slug.as_str().to_owned();
        if file.file_stem().and_then(|stem| stem.to_str()) != Some(name.as_str()) {
            let fault = FileFault::Misnamed(name.clone());
            problems.push(FileProblem {
                file: file.clone(),
                fault,
            });
        }
        let together = match self.schemes.remove(&name) {
            Some(shipped) => shipped.extended_by(scheme),
            None => scheme,
        };
        self.schemes.insert(name.clone(), together);
        self.files.insert(name, file);
    }
}

/// The `.json` files of a folder in order of their names.
fn json_files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
