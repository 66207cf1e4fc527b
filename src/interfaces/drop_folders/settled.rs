//! Which files of a folder nobody writes any more.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

/// How names end that programs give to files they still write.
const UNFINISHED: [&str; 4] = [".part", ".tmp", ".crdownload", ".filepart"];

/// Size and time of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    length: u64,
    modified: Option<SystemTime>,
}

/// The plain files of a folder. Blocks.
pub(super) fn list(folder: &Path) -> io::Result<BTreeMap<String, Look>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        // Symbolic links may lead anywhere.
        let (kind, data) = (entry.file_type()?, entry.metadata()?);
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let is_hidden = name.starts_with(['.', '~']);
        let is_unfinished = UNFINISHED.iter().any(|ending| name.ends_with(ending));
        if kind.is_file() && !is_hidden && !is_unfinished {
            let look = Look {
                length: data.len(),
                modified: data.modified().ok(),
            };
            files.insert(name, look);
        }
    }
    Ok(files)
}

/// Since when each file looks as it does.
#[derive(Debug)]
pub(super) struct Settling {
    patience: Duration,
    known: BTreeMap<String, (Look, Instant)>,
}

/// The files of a folder.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Ready {
    /// Those that have settled.
    pub(super) names: Vec<String>,
    /// Whether some have not.
    pub(super) is_part: bool,
}

impl Settling {
    pub(super) const fn new(patience: Duration) -> Self {
        Self {
            patience,
            known: BTreeMap::new(),
        }
    }

    /// Takes note of what is there now.
    pub(super) fn look(&mut self, present: BTreeMap<String, Look>, now: Instant) -> Ready {
        let mut ready = Ready::default();
        let mut known = BTreeMap::new();
        for (name, look) in present {
            let since = match self.known.get(&name) {
                Some((before, since)) if *before == look => *since,
                _ => now,
            };
            if now.duration_since(since) >= self.patience {
                ready.names.push(name.clone());
            } else {
                ready.is_part = true;
            }
            known.insert(name, (look, since));
        }
        self.known = known;
        ready
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::time::{Duration, Instant};

    use super::{Look, Settling};

    #[test]
    fn a_file_that_grows_is_not_taken() {
        let look = |length| {
            let modified = None;
            BTreeMap::from([("a.jpg".to_owned(), Look { length, modified })])
        };
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut settling = Settling::new(10 * second);
        assert!(settling.look(look(1), start).names.is_empty());
        assert!(settling.look(look(2), start + 9 * second).names.is_empty());
        let growing = settling.look(look(2), start + 18 * second);
        assert!(growing.names.is_empty() && growing.is_part);
        let ready = settling.look(look(2), start + 19 * second);
        assert_eq!(ready.names, ["a.jpg"]);
        assert!(!ready.is_part);
    }
}
