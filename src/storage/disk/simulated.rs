//! A disk in memory that fails as disks do, for tests.
//!
//! Every file has what was written and what is durable; [`SimulatedDisk::power_cut`] throws away
//! what was not synced, or leaves any part of it: whole 512-byte sectors, in any order, others as
//! they were or full of zeros. Names behave the same: a created, renamed or removed entry is
//! durable once its folder was synced, and before that it may be there or not. Calls fail with a
//! given probability, once or for the rest of the run. Everything is decided by one seed.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{DirEntry, Disk, DiskFile};

const SECTOR: usize = 512;

/// Numbers that look random and are the same for the same seed (SplitMix64).
#[derive(Debug, Clone)]
pub(crate) struct Random(u64);

impl Random {
    /// Begins with a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    /// True once in `times`.
    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

/// What a file holds, whatever it is called.
#[derive(Debug, Default)]
struct Content {
    written: Vec<u8>,
    durable: Vec<u8>,
}

type Inode = Arc<Mutex<Content>>;
/// Files by name; folders need not be made.
type Names = BTreeMap<PathBuf, Inode>;

#[derive(Debug)]
struct State {
    names: Names,
    durable_names: Names,
    random: Random,
    /// A call that changes something fails once in so many; 0 for never.
    fault_rate: u64,
    /// Calls that change something until the power goes; none when it does not.
    calls_left: Option<u64>,
}

/// The disk. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct SimulatedDisk(Arc<Mutex<State>>);

/// What becomes of a call.
enum Fate {
    Good,
    Fails(io::Error),
}

impl SimulatedDisk {
    /// An empty disk.
    pub(crate) fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(State {
            names: Names::new(),
            durable_names: Names::new(),
            random: Random::new(seed),
            fault_rate: 0,
            calls_left: None,
        })))
    }

    /// From now on a call that changes something fails once in `rate`; 0 for never.
    pub(crate) fn set_fault_rate(&self, rate: u64) {
        self.state().fault_rate = rate;
    }

    /// After so many more calls that change something everything fails: the power is gone.
    pub(crate) fn set_calls_left(&self, calls: Option<u64>) {
        self.state().calls_left = calls;
    }

    /// Whether the power is gone.
    pub(crate) fn is_dead(&self) -> bool {
        self.state().calls_left == Some(0)
    }

    /// The machine goes down and up again: of what was not synced any part may be there.
    pub(crate) fn power_cut(&self) {
        let mut state = self.state();
        state.calls_left = None;
        let State {
            names,
            durable_names,
            random,
            ..
        } = &mut *state;
        let mut after = durable_names.clone();
        for (path, inode) in names.iter() {
            let is_new = !durable_names.contains_key(path);
            if is_new && random.one_in(2) {
                after.insert(path.clone(), Arc::clone(inode));
            }
        }
        for (path, _) in durable_names.iter() {
            let is_gone = !names.contains_key(path);
            if is_gone && random.one_in(2) {
                after.remove(path);
            }
        }
        for inode in after.values() {
            let mut content = lock(inode);
            content.durable = torn(&content, random);
            content.written = content.durable.clone();
        }
        *names = after.clone();
        *durable_names = after;
    }

    /// The process is killed: what was written stays.
    pub(crate) fn kill(&self) {
        self.state().calls_left = None;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides about a call that changes something.
    fn fate(&self) -> Fate {
        let mut state = self.state();
        if let Some(left) = &mut state.calls_left {
            if *left <= 1 {
                *left = 0;
                return Fate::Fails(io::Error::from_raw_os_error(5));
            }
            *left -= 1;
        }
        let rate = state.fault_rate;
        if rate > 0 && state.random.one_in(rate) {
            // EIO, ENOSPC, EMFILE.
            let errno = [5, 28, 24][state.random.below(3) as usize];
            return Fate::Fails(io::Error::from_raw_os_error(errno));
        }
        Fate::Good
    }

    fn check(&self) -> io::Result<()> {
        match self.fate() {
            Fate::Good => Ok(()),
            Fate::Fails(error) => Err(error),
        }
    }

    fn handle(&self, inode: &Inode) -> Arc<dyn DiskFile> {
        Arc::new(SimulatedFile {
            disk: self.clone(),
            target: Target::File(Arc::clone(inode)),
        })
    }

    fn find(&self, path: &Path) -> io::Result<Inode> {
        let state = self.state();
        let inode = state.names.get(path).cloned();
        inode.ok_or_else(|| io::Error::from_raw_os_error(2))
    }
}

fn lock(inode: &Inode) -> MutexGuard<'_, Content> {
    inode.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a power cut leaves of a file: each sector that changed since the last sync is old, new, or
/// zeros where there was nothing; the length is any between.
fn torn(content: &Content, random: &mut Random) -> Vec<u8> {
    let Content { written, durable } = content;
    if written == durable {
        return durable.clone();
    }
    let (least, most) = (
        written.len().min(durable.len()),
        written.len().max(durable.len()),
    );
    let len = match random.below(3) {
        0 => durable.len(),
        1 => written.len(),
        _ => least + random.below((most - least + 1) as u64) as usize,
    };
    let mut bytes = vec![0; len];
    for start in (0..len).step_by(SECTOR) {
        let end = (start + SECTOR).min(len);
        let source = if random.one_in(2) { written } else { durable };
        if let Some(there) = source.get(start..end.min(source.len())) {
            bytes[start..start + there.len()].copy_from_slice(there);
        }
    }
    bytes
}

impl Disk for SimulatedDisk {
    fn open(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        Ok(self.handle(&self.find(path)?))
    }

    fn open_for_writing(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        self.check()?;
        self.open(path)
    }

    fn create_new(&self, path: &Path) -> io::Result<Arc<dyn DiskFile>> {
        self.check()?;
        let inode = Inode::default();
        let mut state = self.state();
        if state.names.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.names.insert(path.to_owned(), Arc::clone(&inode));
        drop(state);
        Ok(self.handle(&inode))
    }

    fn open_dir(&self, dir: &Path) -> io::Result<Arc<dyn DiskFile>> {
        Ok(Arc::new(SimulatedFile {
            disk: self.clone(),
            target: Target::Dir(dir.to_owned()),
        }))
    }

    fn create_dir_all(&self, _dir: &Path) -> io::Result<()> {
        Ok(())
    }

    fn entries(&self, dir: &Path) -> io::Result<Vec<DirEntry>> {
        let state = self.state();
        let inside = state.names.keys().filter(|path| path.parent() == Some(dir));
        let entry = |path: &PathBuf| DirEntry {
            name: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            is_file: true,
        };
        Ok(inside.map(entry).collect())
    }

    fn len(&self, path: &Path) -> io::Result<Option<u64>> {
        let state = self.state();
        Ok(state
            .names
            .get(path)
            .map(|inode| lock(inode).written.len() as u64))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.check()?;
        let mut state = self.state();
        let inode = state.names.remove(from);
        let inode = inode.ok_or_else(|| io::Error::from_raw_os_error(2))?;
        state.names.insert(to.to_owned(), inode);
        Ok(())
    }

    fn remove_file(&self, path: &Path) -> io::Result<()> {
        self.check()?;
        let removed = self.state().names.remove(path);
        removed
            .map(drop)
            .ok_or_else(|| io::Error::from_raw_os_error(2))
    }
}

/// An open file or folder.
#[derive(Debug)]
struct SimulatedFile {
    disk: SimulatedDisk,
    target: Target,
}

#[derive(Debug)]
enum Target {
    File(Inode),
    Dir(PathBuf),
}

impl SimulatedFile {
    fn content(&self) -> io::Result<MutexGuard<'_, Content>> {
        match &self.target {
            Target::File(inode) => Ok(lock(inode)),
            Target::Dir(_) => Err(io::ErrorKind::IsADirectory.into()),
        }
    }

    /// Makes the entries of a folder what they are now, durably.
    fn sync_names(&self, dir: &Path) {
        let mut state = self.disk.state();
        let State {
            names,
            durable_names,
            ..
        } = &mut *state;
        durable_names.retain(|path, _| path.parent() != Some(dir));
        let now = names.iter().filter(|(path, _)| path.parent() == Some(dir));
        durable_names.extend(now.map(|(path, inode)| (path.clone(), Arc::clone(inode))));
    }
}

impl DiskFile for SimulatedFile {
    fn len(&self) -> io::Result<u64> {
        Ok(self.content()?.written.len() as u64)
    }

    fn read_exact_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let content = self.content()?;
        let start = offset as usize;
        let source = content.written.get(start..start + bytes.len());
        bytes.copy_from_slice(source.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let checked = self.disk.check();
        let mut kept = bytes.len();
        if checked.is_err() {
            kept = self.disk.state().random.below(bytes.len() as u64 + 1) as usize;
        }
        let mut content = self.content()?;
        let end = offset as usize + kept;
        if content.written.len() < end {
            content.written.resize(end, 0);
        }
        content.written[offset as usize..end].copy_from_slice(&bytes[..kept]);
        checked
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.disk.check()?;
        self.content()?.written.resize(len as usize, 0);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        self.sync_all()
    }

    fn sync_all(&self) -> io::Result<()> {
        self.disk.check()?;
        match &self.target {
            Target::File(_) => {
                let mut content = self.content()?;
                content.durable = content.written.clone();
            }
            Target::Dir(dir) => self.sync_names(dir),
        }
        Ok(())
    }

    fn try_lock(&self) -> io::Result<bool> {
        Ok(true)
    }

    fn unlock(&self) -> io::Result<()> {
        Ok(())
    }
}
