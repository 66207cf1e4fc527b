//! The segments of the journal, for reading lines by their place.
//!
//! At most [`MAX_OPEN`] files are open at a time: which ones is decided by use.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use super::damage::{missing, unreadable};
use super::line::Line;
use super::names::{Form, Layout, path_of};
use super::place::Place;
use super::segment::Segment;
use crate::storage::catalog::CatalogError;
use crate::storage::disk::{Disk, DiskFile};

/// Segments open at the same time; beyond, the least recently read one is closed.
const MAX_OPEN: usize = 128;

/// The journal of one folder.
#[derive(Debug)]
pub(crate) struct Journal {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    /// The folder, open: making an entry durable must not need another file descriptor.
    dir_file: Arc<dyn DiskFile>,
    slots: RwLock<BTreeMap<u64, Slot>>,
    /// Counts readings, to know which segment was read last.
    readings: AtomicU64,
}

/// What is known of one segment.
#[derive(Debug)]
struct Slot {
    form: Form,
    open: Option<Arc<Segment>>,
    last_reading: AtomicU64,
}

impl Slot {
    fn closed(form: Form) -> Self {
        Self {
            form,
            open: None,
            last_reading: AtomicU64::new(0),
        }
    }
}

impl Journal {
    /// The journal in `dir`, which exists, without a segment so far.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn new(disk: Arc<dyn Disk>, dir: &Path) -> io::Result<Self> {
        let dir_file = disk.open_dir(dir)?;
        Ok(Self {
            disk,
            dir: dir.to_owned(),
            dir_file,
            slots: RwLock::default(),
            readings: AtomicU64::new(0),
        })
    }

    /// Sets which segments there are, before anything is read.
    pub(crate) fn set_layout(&self, layout: Layout) {
        let slot = |(first, form)| (first, Slot::closed(form));
        *self.write_slots() = layout.into_iter().map(slot).collect();
    }

    /// The disk it is on.
    pub(crate) fn disk(&self) -> &dyn Disk {
        &*self.disk
    }

    /// The folder it is in.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Makes the entries of the folder durable.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn sync_dir(&self) -> io::Result<()> {
        self.dir_file.sync_all()
    }

    /// Keeps others from writing the journal until it is unlocked or closed. The
    /// lock is on the folder, so that deleting a file does not free it.
    ///
    /// # Errors
    /// [`io::ErrorKind::ResourceBusy`] when another process has it; those of the file system.
    pub(crate) fn lock(&self) -> io::Result<()> {
        if self.dir_file.try_lock()? {
            return Ok(());
        }
        Err(io::Error::new(
            io::ErrorKind::ResourceBusy,
            format!(
                "another process has the catalogue open (journal {})",
                self.dir.display()
            ),
        ))
    }

    /// Frees the lock. Readers may still have the journal open.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn unlock(&self) -> io::Result<()> {
        self.dir_file.unlock()
    }

    /// The line at a place.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`] when it is not there or its checksum is wrong;
    /// [`CatalogError::NewerVersion`].
    pub(crate) fn read(&self, place: Place) -> Result<Line, CatalogError> {
        let segment = self.segment(place.segment)?;
        let bytes = segment
            .read(place.offset, place.offset + u64::from(place.length))
            .map_err(|error| self.unreadable(place.segment, error))?;
        Line::decode(&bytes).map_err(|why| self.bad_line(place.segment, place.offset, why))
    }

    /// The first seqs of all segments, ascending.
    pub(crate) fn firsts(&self) -> Vec<u64> {
        self.read_slots(|slots| slots.keys().copied().collect())
    }

    /// The closed segments, all but the last, with their forms.
    pub(crate) fn closed(&self) -> Vec<(u64, Form)> {
        self.read_slots(|slots| {
            let mut all: Vec<_> = slots
                .iter()
                .map(|(first, slot)| (*first, slot.form))
                .collect();
            all.pop();
            all
        })
    }

    /// The file a segment is in now.
    pub(crate) fn path_of(&self, first: u64) -> PathBuf {
        let form = self.read_slots(|slots| slots.get(&first).map(|slot| slot.form));
        path_of(&self.dir, first, form.unwrap_or(Form::Plain))
    }

    /// The last segment and its form.
    pub(crate) fn last(&self) -> Option<(u64, Form)> {
        self.read_slots(|slots| {
            let last = slots.last_key_value();
            last.map(|(first, slot)| (*first, slot.form))
        })
    }

    /// One segment, opened if it is not.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`] when it is missing or not readable; those of the file system.
    pub(crate) fn segment(&self, first: u64) -> Result<Arc<Segment>, CatalogError> {
        let reading = self.readings.fetch_add(1, Ordering::Relaxed);
        let open = self.read_slots(|slots| {
            let slot = slots.get(&first)?;
            slot.last_reading.store(reading, Ordering::Relaxed);
            slot.open.clone()
        });
        match open {
            Some(segment) => Ok(segment),
            None => self.open_segment(first),
        }
    }

    /// Adds a segment, or gives one its other form.
    pub(crate) fn put(&self, first: u64, form: Form, segment: Segment) {
        let mut slots = self.write_slots();
        let slot = slots.entry(first).or_insert_with(|| Slot::closed(form));
        slot.form = form;
        slot.open = Some(Arc::new(segment));
        close_least_recent(&mut slots, first);
    }

    /// The error for a segment that cannot be read.
    pub(crate) fn unreadable(&self, first: u64, error: io::Error) -> CatalogError {
        unreadable(&self.path_of(first), error)
    }

    fn open_segment(&self, first: u64) -> Result<Arc<Segment>, CatalogError> {
        let mut slots = self.write_slots();
        let Some(slot) = slots.get_mut(&first) else {
            return Err(missing(&self.dir, first, first + 1));
        };
        if let Some(segment) = &slot.open {
            return Ok(Arc::clone(segment));
        }
        let open = |form| Segment::open(&*self.disk, &self.dir, first, form);
        let mut opened = open(slot.form);
        // The sealer removes the plain file a moment before it tells.
        if slot.form == Form::Plain && is_missing(&opened) {
            slot.form = Form::Sealed;
            opened = open(Form::Sealed);
        }
        let path = path_of(&self.dir, first, slot.form);
        let segment = Arc::new(opened.map_err(|error| unreadable(&path, error))?);
        slot.open = Some(Arc::clone(&segment));
        close_least_recent(&mut slots, first);
        Ok(segment)
    }

    fn read_slots<T>(&self, read: impl FnOnce(&BTreeMap<u64, Slot>) -> T) -> T {
        read(&self.slots.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write_slots(&self) -> RwLockWriteGuard<'_, BTreeMap<u64, Slot>> {
        self.slots.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_missing(opened: &io::Result<Segment>) -> bool {
    matches!(opened, Err(error) if error.kind() == io::ErrorKind::NotFound)
}

/// Closes the segment that was read least recently when too many are open. Whoever reads it at the
/// moment keeps it open until then.
fn close_least_recent(slots: &mut BTreeMap<u64, Slot>, just_opened: u64) {
    if slots.values().filter(|slot| slot.open.is_some()).count() <= MAX_OPEN {
        return;
    }
    let open = slots
        .iter_mut()
        .filter(|(first, slot)| slot.open.is_some() && **first != just_opened);
    let least = open.min_by_key(|(_, slot)| slot.last_reading.load(Ordering::Relaxed));
    if let Some((_, slot)) = least {
        slot.open = None;
    }
}
