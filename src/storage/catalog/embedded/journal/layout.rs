//! Which files in the folder are the journal.
//!
//! Every segment has to be there once, whole, and to begin where the one before it ends. A segment
//! may be there in both forms: a kill between the last two steps of sealing leaves them, and so
//! does a copy of the folder made at two moments. Then the better one is taken and the other set
//! aside, never overwritten:
//!
//! | plain | sealed | taken |
//! |---|---|---|
//! | a prefix of the sealed text, or equal | readable | sealed; plain is deleted |
//! | goes on behind the sealed text, or differs from it | readable | the one whose end meets the next segment |
//! | whole | unreadable | plain |
//!
//! Missing numbers are reported at the start, not by the first read that needs them.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use super::damage::{bad_line, foreign, missing, unreadable};
use super::line::Envelope;
use super::names::{Form, Layout, is_unfinished, parse, path_of, set_aside};
use super::scan::check_text;
use super::segment::Segment;
use crate::storage::catalog::CatalogError;
use crate::storage::disk::Disk;

/// What stands in a folder, each segment in one or both forms.
type Found = BTreeMap<u64, Vec<Form>>;

/// Looks into a folder that is not being written and clears away what is superfluous in it:
/// unfinished sealings, segments without a line, the worse of two forms.
///
/// # Errors
/// [`CatalogError::Damaged`] when a segment is missing, short, not what its name says, or there in
/// two forms of which neither is the right one; those of the file system.
pub(crate) fn tidy(disk: &dyn Disk, dir: &Path) -> Result<Layout, CatalogError> {
    let layout = choose_forms(disk, dir)?;
    check_chain(disk, dir, &layout)?;
    Ok(layout)
}

/// Like [`tidy`], without the check that the segments meet: for whoever looks for damage.
///
/// # Errors
/// As [`tidy`], but for missing and short segments.
pub(crate) fn choose_forms(disk: &dyn Disk, dir: &Path) -> Result<Layout, CatalogError> {
    disk.create_dir_all(dir).map_err(CatalogError::Io)?;
    let found = find(disk, dir).map_err(CatalogError::Io)?;
    let mut layout = Layout::new();
    let mut firsts = found.keys().copied().skip(1);
    for (&first, forms) in &found {
        let next = firsts.next();
        let form = match forms.as_slice() {
            [form] => *form,
            _ => choose(disk, dir, first, next)?,
        };
        layout.insert(first, form);
    }
    Ok(layout)
}

/// Looks into a folder that may be written meanwhile, and changes nothing in it. Of two forms the
/// sealed one is given: it is complete before the plain one goes.
///
/// # Errors
/// Those of the file system.
pub(crate) fn look(disk: &dyn Disk, dir: &Path) -> io::Result<Layout> {
    let entries = disk.entries(dir)?;
    let mut layout = Layout::new();
    for (first, form) in entries.iter().filter_map(|entry| parse(&entry.name)) {
        let best = layout.entry(first).or_insert(form);
        *best = form.max(*best);
    }
    Ok(layout)
}

fn find(disk: &dyn Disk, dir: &Path) -> io::Result<Found> {
    let mut found = Found::new();
    for entry in disk.entries(dir)?.into_iter().filter(|entry| entry.is_file) {
        if is_unfinished(&entry.name) {
            disk.remove_file(&dir.join(&entry.name))?;
        } else if let Some((first, form)) = parse(&entry.name) {
            let path = path_of(dir, first, form);
            // Rotation was interrupted before the first line. Nothing is lost by starting again.
            if form == Form::Plain && disk.len(&path)? == Some(0) {
                disk.remove_file(&path)?;
                continue;
            }
            found.entry(first).or_default().push(form);
        }
    }
    Ok(found)
}

/// Decides between two forms of one segment; the other one leaves the folder or is set aside.
fn choose(
    disk: &dyn Disk,
    dir: &Path,
    first: u64,
    next: Option<u64>,
) -> Result<Form, CatalogError> {
    let path = |form| path_of(dir, first, form);
    let text = |form| {
        let text = Segment::open(disk, dir, first, form).and_then(|segment| segment.text());
        match text {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.raw_os_error().is_some() => Err(CatalogError::Io(error)),
            Err(_) => Ok(None),
        }
    };
    let plain = text(Form::Plain)?.unwrap_or_default();
    let sealed = text(Form::Sealed)?.unwrap_or_default();
    if !sealed.is_empty() && sealed.starts_with(&plain) {
        disk.remove_file(&path(Form::Plain))
            .and_then(|()| disk.sync_dir(dir))
            .map_err(CatalogError::Io)?;
        return Ok(Form::Sealed);
    }
    let meets = |text: &[u8]| {
        let (last, broken) = check_text(text, first);
        match next {
            Some(next) => broken.is_none() && last + 1 == next,
            None => last >= first,
        }
    };
    let (taken, other) = match (meets(&plain), meets(&sealed)) {
        (true, false) => (Form::Plain, Form::Sealed),
        (false, true) => (Form::Sealed, Form::Plain),
        // The last segment, written on after a sealed copy of it was made.
        (true, true) if plain.starts_with(&sealed) => (Form::Plain, Form::Sealed),
        _ => {
            return Err(CatalogError::Damaged(format!(
                "{} and {} have different texts and nothing shows which is the right one; \
                 restore the right one from a backup and move the other out of the folder",
                path(Form::Plain).display(),
                path(Form::Sealed).display(),
            )));
        }
    };
    let aside = set_aside(disk, &path(other), "superseded")
        .and_then(|aside| disk.sync_dir(dir).map(|()| aside))
        .map_err(CatalogError::Io)?;
    tracing::warn!(
        taken = %path(taken).display(), aside = %aside.display(),
        "a journal segment was there in two forms: the incomplete one was set aside"
    );
    Ok(taken)
}

/// Checks that the segments begin with 1 and each begins where the one before it ends. Reads one
/// line at the beginning and one at the end of each.
fn check_chain(disk: &dyn Disk, dir: &Path, layout: &Layout) -> Result<(), CatalogError> {
    let mut expected = 1;
    let last = layout.keys().next_back().copied();
    for (&first, &form) in layout {
        let path = path_of(dir, first, form);
        let failed = |error| unreadable(&path, error);
        let segment = Segment::open(disk, dir, first, form).map_err(failed)?;
        let begins_with = Envelope::decode(&segment.first_line().map_err(failed)?);
        // A first line that is damaged is reported by the scan, with its place.
        if let Ok(envelope) = begins_with
            && (envelope.seq != first || first < expected)
        {
            return Err(foreign(&path, envelope.seq));
        }
        if first != expected {
            return Err(missing(dir, expected, first));
        }
        if Some(first) == last {
            return Ok(());
        }
        expected = match Envelope::decode(&segment.last_line().map_err(failed)?) {
            Ok(end) if end.part + 1 == end.of => end.seq + 1,
            _ => return Err(broken_end(&path, first, &segment.text().map_err(failed)?)),
        };
    }
    Ok(())
}

/// The error for a closed segment that does not end with a whole change set.
fn broken_end(path: &Path, first: u64, text: &[u8]) -> CatalogError {
    let (_, broken) = check_text(text, first);
    match broken {
        Some(broken) => bad_line(path, text, broken.at, broken.why),
        None => unreadable(path, io::ErrorKind::UnexpectedEof.into()),
    }
}
