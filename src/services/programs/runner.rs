//! Runs programs, and knows which are there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use tokio::sync::{OnceCell, oneshot};

use super::confinement::{FAILED, MESSAGE, Protection};
use super::error::ProgramError;
use super::invocation::{Invocation, Output};
use super::launch::Launch;
use super::limits::Limits;
use super::private_folder::{PrivateFolder, remove_leftovers};
use super::process::{self, Ended, How};
use super::program::{Program, Version};
use super::settings::{self, Settings};
use super::workspace::Workspace;
use crate::storage::blocking;
use crate::telemetry::error_chain;

/// The longest message of a program that is kept, in bytes.
const MESSAGE_BYTES: usize = 500;

/// What programs print when they get no more memory.
const OUT_OF_MEMORY: [&str; 4] = [
    "bad_alloc",
    "annot allocate memory",
    "ut of memory",
    "MemoryError",
];

/// Runs programs of others. Clones share what is known of them.
#[derive(Debug, Clone)]
pub struct Programs {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: Settings,
    protection: OnceCell<Protection>,
    versions: Mutex<BTreeMap<Program, DetectedVersion>>,
    /// Programs that were without their data when last asked.
    without_data: Mutex<BTreeSet<Program>>,
}

/// The version of a file, as long as it is the same file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct DetectedVersion {
    path: PathBuf,
    modified: Option<SystemTime>,
    version: Version,
}

/// Whether a program is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Availability {
    /// It is not installed, or its data is not.
    Missing,
    /// It is there, and has not been used yet.
    Installed,
    /// It is there in this version.
    Used(Version),
}

impl Programs {
    /// Programs by these settings. Deletes what a killed archive left in their folder. Blocks.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn open(settings: Settings) -> io::Result<Self> {
        remove_leftovers(&settings.folder)?;
        let shared = Shared {
            settings,
            protection: OnceCell::new(),
            versions: Mutex::default(),
            without_data: Mutex::default(),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// An empty private folder.
    ///
    /// # Errors
    /// [`ProgramError::Folder`].
    pub async fn workspace(&self) -> Result<Workspace, ProgramError> {
        let protection = self.protection().await;
        self.new_workspace(protection).await
    }

    /// What confines programs on this machine; found out once.
    pub async fn protection(&self) -> Protection {
        let found = self
            .shared
            .protection
            .get_or_init(|| self.find_protection());
        *found.await
    }

    /// What confines programs, if it was found out already.
    pub fn known_protection(&self) -> Option<Protection> {
        self.shared.protection.get().copied()
    }

    /// Whether each program is there, without starting any. Blocks for the time of looking at some files.
    pub fn availability(&self) -> Vec<(Program, Availability)> {
        let of = |program| match self.shared.settings.path_of(program) {
            None => Availability::Missing,
            Some(_) if self.is_without_data(program) => Availability::Missing,
            Some(path) => self
                .known_version(program, &path)
                .map_or(Availability::Installed, Availability::Used),
        };
        Program::NAMES
            .map(|(_, program)| (program, of(program)))
            .to_vec()
    }

    /// Whether a program is not installed, or was without its data when last asked. Blocks for the time of looking at some files.
    pub fn is_missing(&self, program: Program) -> bool {
        self.shared.settings.path_of(program).is_none() || self.is_without_data(program)
    }

    fn is_without_data(&self, program: Program) -> bool {
        let without = self.shared.without_data.lock();
        let without = without.unwrap_or_else(PoisonError::into_inner);
        without.contains(&program)
    }

    /// The version of a program that has its data, found out once for each file.
    ///
    /// # Errors
    /// [`ProgramError::Missing`], [`ProgramError::MissingData`], [`ProgramError::TooOld`], and what can happen when it is asked.
    pub async fn version(&self, program: Program) -> Result<Version, ProgramError> {
        self.located(program).await.map(|(_, version)| version)
    }

    /// Runs a program to its end. Dropping the future kills it.
    ///
    /// # Errors
    /// [`ProgramError`].
    pub async fn run(
        &self,
        workspace: &Workspace,
        invocation: Invocation,
    ) -> Result<Output, ProgramError> {
        let program = invocation.program;
        let (path, version) = self.located(program).await?;
        let ended = self.start(workspace, &path, &invocation).await?;
        judge(program, &ended)?;
        if let Some(name) = &invocation.expected {
            let path = workspace.output(name)?;
            let has_bytes = blocking(move || fs::metadata(path).is_ok_and(|file| file.len() > 0));
            if !has_bytes.await {
                return Err(ProgramError::NothingWritten(program));
            }
        }
        Ok(Output {
            version,
            stdout: ended.stdout,
            stderr: ended.stderr,
        })
    }

    /// The file and version of a program that is new enough.
    async fn located(&self, program: Program) -> Result<(PathBuf, Version), ProgramError> {
        let path = self.shared.settings.path_of(program);
        let path = path.ok_or(ProgramError::Missing(program))?;
        let version = match self.known_version(program, &path) {
            Some(version) => version,
            None => self.ask_version(program, &path).await?,
        };
        let oldest = program.oldest();
        if version < oldest {
            return Err(ProgramError::TooOld {
                program,
                found: version,
                oldest,
            });
        }
        Ok((path, version))
    }

    fn known_version(&self, program: Program, path: &Path) -> Option<Version> {
        let versions = self.shared.versions.lock();
        let versions = versions.unwrap_or_else(PoisonError::into_inner);
        let known = versions.get(&program)?;
        let is_same = known.path == path && known.modified == modified(path);
        is_same.then_some(known.version)
    }

    async fn ask_version(&self, program: Program, path: &Path) -> Result<Version, ProgramError> {
        let modified = modified(path);
        let workspace = self.workspace().await?;
        let invocation = Invocation::new(program).argument(program.version_argument());
        let ended = self.start(&workspace, path, &invocation).await?;
        judge(program, &ended)?;
        // pdftotext prints it with its problems.
        let printed = [&ended.stdout, &ended.stderr].map(|text| String::from_utf8_lossy(text));
        let version = printed.iter().find_map(|text| Version::find(text));
        let version = version.ok_or(ProgramError::NothingWritten(program))?;
        if version >= program.oldest() {
            self.check_data(program, path).await?;
        }
        let known = DetectedVersion {
            path: path.to_owned(),
            modified,
            version,
        };
        let versions = self.shared.versions.lock();
        let mut versions = versions.unwrap_or_else(PoisonError::into_inner);
        versions.insert(program, known);
        Ok(version)
    }

    /// Whether a program has the data that is needed of it. The version is kept only when it has, so it is asked again
    /// until the data is installed.
    async fn check_data(&self, program: Program, path: &Path) -> Result<(), ProgramError> {
        let Some(language) = program.language() else {
            return Ok(());
        };
        let workspace = self.workspace().await?;
        let invocation = Invocation::new(program).argument("--list-langs");
        let ended = self.start(&workspace, path, &invocation).await?;
        judge(program, &ended)?;
        let listed = String::from_utf8_lossy(&ended.stdout);
        let has_data = listed.lines().any(|line| line.trim() == language);
        let without = self.shared.without_data.lock();
        let mut without = without.unwrap_or_else(PoisonError::into_inner);
        if has_data {
            without.remove(&program);
            return Ok(());
        }
        without.insert(program);
        Err(ProgramError::MissingData {
            program,
            data: language,
        })
    }

    async fn start(
        &self,
        workspace: &Workspace,
        path: &Path,
        invocation: &Invocation,
    ) -> Result<Ended, ProgramError> {
        let launch = Launch {
            settings: &self.shared.settings,
            protection: self.protection().await,
            folder: workspace.folder.path(),
            path,
        };
        let command = launch.command(invocation);
        let ended = run_on_thread(command, invocation.limits, Arc::clone(&workspace.folder)).await;
        ended.map_err(|error| ProgramError::NotConfined {
            program: invocation.program,
            reason: error.to_string(),
        })
    }

    async fn new_workspace(&self, protection: Protection) -> Result<Workspace, ProgramError> {
        let parent = self.shared.settings.folder.clone();
        let folder = blocking(move || PrivateFolder::create(&parent)).await;
        Ok(Workspace {
            folder: Arc::new(folder.map_err(ProgramError::Folder)?),
            protects_input: protection.protects_input(),
        })
    }

    /// Tries with namespaces first; without them when that fails.
    async fn find_protection(&self) -> Protection {
        let has_bubblewrap = self.shared.settings.bubblewrap && settings::find("bwrap").is_some();
        for namespaces in [true, false] {
            if namespaces && !has_bubblewrap {
                continue;
            }
            let wanted = Protection {
                namespaces,
                ..Protection::default()
            };
            match self.report(wanted).await {
                Ok(found) => {
                    return Protection {
                        namespaces,
                        ..found
                    };
                }
                Err(error) if namespaces => {
                    tracing::info!(
                        error,
                        "bubblewrap does not work here; programs run without it"
                    );
                }
                Err(error) => {
                    tracing::error!(error, "programs cannot be confined; none will be started");
                }
            }
        }
        Protection::default()
    }

    async fn report(&self, wanted: Protection) -> Result<Protection, String> {
        let workspace = self
            .new_workspace(wanted)
            .await
            .map_err(|error| error_chain(&error))?;
        let launch = Launch {
            settings: &self.shared.settings,
            protection: wanted,
            folder: workspace.folder.path(),
            path: &self.shared.settings.launcher,
        };
        let (command, folder) = (launch.report(), Arc::clone(&workspace.folder));
        let ended = run_on_thread(command, Limits::default(), folder).await;
        let ended = ended.map_err(|error| error_chain(&error))?;
        if ended.how != How::Code(0) {
            return Err(first_lines(&ended.stderr));
        }
        serde_json::from_slice(&ended.stdout).map_err(|error| error_chain(&error))
    }
}

/// Runs a command on a thread of its own, which kills it when this future is dropped.
async fn run_on_thread(
    mut command: Command,
    limits: Limits,
    folder: Arc<PrivateFolder>,
) -> io::Result<Ended> {
    let (lifeline, held) = io::pipe()?;
    let (sender, receiver) = oneshot::channel();
    let watch = move || {
        let ended = process::supervise(&mut command, &limits, &folder, &lifeline);
        drop(folder);
        drop(sender.send(ended));
    };
    let thread = std::thread::Builder::new().name("program".to_owned());
    thread.spawn(watch)?;
    let ended = receiver.await;
    drop(held);
    ended.unwrap_or_else(|_| Err(io::Error::other("the thread of the program ended")))
}

/// Whether a program has done what it was asked for.
fn judge(program: Program, ended: &Ended) -> Result<(), ProgramError> {
    let printed = first_lines(&ended.stderr);
    // In a namespace the signal is reported as a code, as shells do.
    let signal = match ended.how {
        How::Code(0) => return Ok(()),
        How::TooLong | How::Abandoned => return Err(ProgramError::TimedOut(program)),
        How::TooMuchWritten => return Err(ProgramError::OutputTooLarge(program)),
        How::Code(code) if code == i32::from(FAILED) && printed.starts_with(MESSAGE) => {
            let reason = printed[MESSAGE.len()..].to_owned();
            return Err(ProgramError::NotConfined { program, reason });
        }
        How::Code(code) if code > 128 => code - 128,
        How::Code(code) if OUT_OF_MEMORY.iter().any(|words| printed.contains(words)) => {
            tracing::debug!(%program, code, "out of memory");
            libc::SIGKILL
        }
        How::Code(code) => {
            return Err(ProgramError::Failed {
                program,
                code,
                printed,
            });
        }
        How::Signal(signal) => signal,
    };
    Err(match signal {
        libc::SIGXCPU => ProgramError::TimedOut(program),
        libc::SIGXFSZ => ProgramError::OutputTooLarge(program),
        _ => ProgramError::Killed { program, printed },
    })
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|file| file.modified()).ok()
}

/// The beginning of what a program printed, on one line.
fn first_lines(printed: &[u8]) -> String {
    let cut = &printed[..printed.len().min(MESSAGE_BYTES)];
    let text = String::from_utf8_lossy(cut);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let joined: Vec<&str> = lines.collect();
    joined.join(" | ").replace(char::is_control, " ")
}
