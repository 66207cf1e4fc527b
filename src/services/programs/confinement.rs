//! What is put on a process before it becomes a program: the part that runs in the second start of our binary.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, LandlockStatus, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::process::{
    Resource, Rlimit, Signal, getpid, getrlimit, nice, set_parent_process_death_signal, setrlimit,
    setsid,
};
use rustix::time::Timespec;
use serde::{Deserialize, Serialize};

use super::private_folder::{INPUT, OUTPUT, SCRATCH};
use super::syscalls;

/// What every program may read: itself, its libraries, fonts and language data, and what it needs to know of the machine.
const READABLE: [&str; 14] = [
    "/usr",
    "/bin",
    "/lib",
    "/lib64",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/dev/null",
    "/dev/random",
    "/dev/urandom",
    "/dev/zero",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
];

/// Files that a process may have open.
const OPEN_FILES: u64 = 256;

/// Niceness: requests go first.
const NICENESS: i32 = 10;

/// What the archive writes before a message of its own, to tell it from those of the program.
pub(super) const MESSAGE: &str = "khochung: confine: ";

/// The exit code of a confinement that failed, as `env` and `timeout` have it.
pub const FAILED: u8 = 125;

/// What a program is confined to.
#[derive(Debug, Clone)]
pub struct Confinement {
    /// Its private folder.
    pub folder: PathBuf,
    /// Seconds of processor time.
    pub processor_seconds: u64,
    /// Bytes of address space.
    pub memory_bytes: u64,
    /// Bytes of one file.
    pub file_bytes: u64,
    /// Further folders and files that it may read.
    pub readable: Vec<PathBuf>,
    /// The standard input is a pipe of which the archive holds the other end.
    pub has_lifeline: bool,
}

/// What holds on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Protection {
    /// Own namespaces of files, processes and network (bubblewrap).
    pub namespaces: bool,
    /// The version of Landlock that the kernel offers; 0 for none.
    pub landlock: u32,
    /// Dangerous system calls are refused (seccomp).
    pub seccomp: bool,
}

impl Protection {
    /// Whether a program can reach neither files of others nor the network.
    pub const fn is_complete(self) -> bool {
        (self.landlock > 0 || self.namespaces) && self.seccomp
    }

    /// Whether a program cannot write to its input, even if that is a link.
    pub(super) const fn protects_input(self) -> bool {
        self.landlock > 0 && self.seccomp
    }
}

/// Why a process was not confined.
#[derive(Debug, thiserror::Error)]
pub enum ConfinementError {
    /// The archive that asked for it has ended.
    #[error("the archive has ended")]
    Orphan,
    /// A limit was refused.
    #[error("{what} failed")]
    System {
        /// Which call.
        what: &'static str,
        /// What the system says.
        #[source]
        error: io::Error,
    },
    /// Landlock is there and failed.
    #[error("Landlock failed")]
    Landlock(#[from] RulesetError),
    /// The program cannot be started.
    #[error("{} cannot be started", .0.display())]
    Program(PathBuf, #[source] io::Error),
}

/// Confines this process. What the kernel does not offer is left out, and is false in the result.
///
/// # Errors
/// [`ConfinementError`]: what the kernel offers and then refuses.
pub fn enter(confinement: &Confinement) -> Result<Protection, ConfinementError> {
    die_with_parent(confinement.has_lifeline)?;
    // Fails in a process that leads its group already, as the first one of a namespace does.
    let _is_leader = setsid();
    let _stays_as_it_is = nice(NICENESS);
    set_limits(confinement)?;
    let landlock = restrict_files(confinement)?;
    let process = getpid().as_raw_nonzero().get().unsigned_abs();
    let seccomp = syscalls::refuse(process).is_ok();
    Ok(Protection {
        namespaces: false,
        landlock,
        seccomp,
    })
}

/// Confines this process and makes it the program. Returns only when that failed.
pub fn become_program(
    confinement: &Confinement,
    program: &Path,
    arguments: Vec<OsString>,
) -> ConfinementError {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&confinement.folder);
    command.stdin(Stdio::null());
    match enter(confinement) {
        Ok(_) => ConfinementError::Program(program.to_owned(), command.exec()),
        Err(error) => error,
    }
}

/// The kernel kills the process when its parent ends: the archive, or the first process of a namespace, which ends with
/// the archive. Either may have ended before the kernel was asked; then the lifeline is closed.
fn die_with_parent(has_lifeline: bool) -> Result<(), ConfinementError> {
    let system = |what| {
        move |error: Errno| ConfinementError::System {
            what,
            error: error.into(),
        }
    };
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(system("prctl"))?;
    if !has_lifeline {
        return Ok(());
    }
    let input = io::stdin();
    let mut polled = [PollFd::new(&input, PollFlags::empty())];
    poll(&mut polled, Some(&Timespec::default())).map_err(system("poll"))?;
    let is_open = polled[0].revents().is_empty();
    is_open.then_some(()).ok_or(ConfinementError::Orphan)
}

fn set_limits(confinement: &Confinement) -> Result<(), ConfinementError> {
    let seconds = confinement.processor_seconds.max(1);
    for (resource, soft, hard) in [
        (Resource::Core, 0, 0),
        (Resource::Nofile, OPEN_FILES, OPEN_FILES),
        // SIGXCPU, and a second later SIGKILL.
        (Resource::Cpu, seconds, seconds + 1),
        (
            Resource::Fsize,
            confinement.file_bytes,
            confinement.file_bytes,
        ),
        (
            Resource::As,
            confinement.memory_bytes,
            confinement.memory_bytes,
        ),
    ] {
        // Nobody may raise a limit that the archive itself was started with.
        let ceiling = getrlimit(resource).maximum.unwrap_or(u64::MAX);
        let limit = Rlimit {
            current: Some(soft.min(ceiling)),
            maximum: Some(hard.min(ceiling)),
        };
        setrlimit(resource, limit).map_err(|error| ConfinementError::System {
            what: "setrlimit",
            error: error.into(),
        })?;
    }
    Ok(())
}

/// Gives the version of Landlock that holds; 0 for none.
fn restrict_files(confinement: &Confinement) -> Result<u32, RulesetError> {
    // What a later kernel offers beyond this version is not asked for; what an earlier one lacks is left out.
    let version = ABI::V7;
    let folder = &confinement.folder;
    let readable = READABLE.map(PathBuf::from);
    let readable = readable.iter().chain(&confinement.readable).cloned();
    let readable = readable.chain([folder.join(INPUT)]);
    let writable = [folder.join(OUTPUT), folder.join(SCRATCH)];
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(version))?
        .handle_access(AccessNet::from_all(version))?
        .scope(Scope::from_all(version))?
        .create()?
        .add_rules(path_beneath_rules(readable, AccessFs::from_read(version)))?
        .add_rules(path_beneath_rules(writable, AccessFs::from_all(version)))?
        .add_rules(path_beneath_rules(["/dev/null"], AccessFs::WriteFile))?
        .restrict_self()?;
    let offered = match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => effective_abi as u32,
        _ => 0,
    };
    let holds = status.ruleset != RulesetStatus::NotEnforced;
    Ok(if holds { offered } else { 0 })
}
