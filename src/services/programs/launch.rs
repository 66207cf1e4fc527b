//! The command line that starts a program confined.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::confinement::Protection;
use super::invocation::Invocation;
use super::limits::Limits;
use super::private_folder::{INPUT, SCRATCH};
use super::settings::Settings;

/// What of the system a namespace shows: programs and libraries, read-only.
const SHOWN: [&str; 8] = [
    "/usr",
    "/bin",
    "/lib",
    "/lib64",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/sys/devices/system/cpu",
];

/// A program that is started in a private folder.
pub(super) struct Launch<'l> {
    pub(super) settings: &'l Settings,
    pub(super) protection: Protection,
    pub(super) folder: &'l Path,
    /// The file of the program.
    pub(super) path: &'l Path,
}

impl Launch<'_> {
    /// The command for a call.
    pub(super) fn command(&self, invocation: &Invocation) -> Command {
        let mut command = self.confined(&invocation.limits);
        command.envs(
            invocation
                .environment
                .iter()
                .map(|(name, value)| (name, value)),
        );
        command.arg("--").arg(self.path).args(&invocation.arguments);
        command
    }

    /// The command that only reports what confines it.
    pub(super) fn report(&self) -> Command {
        let mut command = self.confined(&Limits::default());
        command.arg("--report");
        command
    }

    fn confined(&self, limits: &Limits) -> Command {
        let plain = || Command::new(&self.settings.launcher);
        let mut command = self.bubblewrap().unwrap_or_else(plain);
        command.arg("confine").arg(self.folder);
        for (flag, value) in [
            ("--processor-seconds", limits.processor_time.as_secs()),
            ("--memory-bytes", limits.memory_bytes),
            ("--file-bytes", limits.output_bytes),
        ] {
            command.arg(flag).arg(value.to_string());
        }
        for readable in self.readable() {
            command.arg("--readable").arg(readable);
        }
        command.arg("--lifeline");
        self.set_environment(&mut command);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// What this program reads beyond what all programs do.
    fn readable(&self) -> impl Iterator<Item = PathBuf> {
        let further = self.settings.readable.iter().cloned();
        further.chain([self.path.to_owned()])
    }

    /// bubblewrap with new namespaces, in which our binary is started; none where it does not work.
    fn bubblewrap(&self) -> Option<Command> {
        let wrapper = self
            .protection
            .namespaces
            .then(|| super::settings::find("bwrap"))??;
        let mut command = Command::new(wrapper);
        command.args(["--unshare-all", "--die-with-parent", "--new-session"]);
        command.args(["--proc", "/proc", "--dev", "/dev"]);
        let mut bind = |how: &str, path: &Path| {
            command.arg(how).arg(path).arg(path);
        };
        SHOWN
            .iter()
            .for_each(|path| bind("--ro-bind-try", Path::new(path)));
        self.readable()
            .for_each(|path| bind("--ro-bind-try", &path));
        bind("--ro-bind", &self.settings.launcher);
        bind("--bind", self.folder);
        bind("--ro-bind", &self.folder.join(INPUT));
        command.arg("--").arg(&self.settings.launcher);
        // Its processes die with it; it is no member of our group, which gets the signals of the terminal.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        Some(command)
    }

    fn set_environment(&self, command: &mut Command) {
        let scratch = OsString::from(self.folder.join(SCRATCH));
        command.env_clear();
        command
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8");
        command.env("HOME", &scratch).env("TMPDIR", &scratch);
        // One job, one core: with more, threads of busy machines wait for each other.
        command.env("OMP_THREAD_LIMIT", "1");
    }
}
