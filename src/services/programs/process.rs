//! Starts a process and watches it to its end, on a thread of its own.
//!
//! The thread matters: the kernel kills the process when the thread that started it ends, and threads of a
//! runtime come and go.

use std::io::{self, PipeReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{ChildStderr, ChildStdout, Command, ExitStatus};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid,
};
use rustix::time::Timespec;

use super::limits::Limits;
use super::private_folder::PrivateFolder;

/// How often limits are looked at.
const INTERVAL: Duration = Duration::from_millis(100);

/// How often, when it is about to end.
const SHORT_INTERVAL: Duration = Duration::from_millis(2);

/// How a process ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) how: How,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: Vec<u8>,
}

/// Why a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// With this exit code.
    Code(i32),
    /// By this signal.
    Signal(i32),
    /// It was killed for having taken too long.
    TooLong,
    /// It was killed for having written too much.
    TooMuchWritten,
    /// It was killed because nobody waits for it any more.
    Abandoned,
}

/// Runs a command to its end, or kills it at its limits or when the other end of `lifeline` is closed. Blocks.
///
/// # Errors
/// The process cannot be started.
pub(super) fn supervise(
    command: &mut Command,
    limits: &Limits,
    folder: &PrivateFolder,
    lifeline: &PipeReader,
) -> io::Result<Ended> {
    // Held open as long as the archive lives.
    let (input, _held) = io::pipe()?;
    let mut child = command.stdin(input).spawn()?;
    let mut watched = Watched {
        pid: Pid::from_child(&child),
        stdout: Stream::new(child.stdout.take(), limits.printed_bytes),
        stderr: Stream::new(child.stderr.take(), limits.printed_bytes),
        deadline: Instant::now() + limits.time,
        limits,
        folder,
    };
    let stopped = watched.wait(lifeline);
    // Also what it left behind, while its number is still taken.
    let _has_no_group = kill_process_group(watched.pid, Signal::KILL);
    let _has_ended = kill_process(watched.pid, Signal::KILL);
    let status = child.wait()?;
    watched.stdout.drain();
    watched.stderr.drain();
    Ok(Ended {
        how: stopped.unwrap_or_else(|| how(status)),
        stdout: watched.stdout.kept,
        stderr: watched.stderr.kept,
    })
}

fn how(status: ExitStatus) -> How {
    match (status.code(), status.signal()) {
        (Some(code), _) => How::Code(code),
        (None, signal) => How::Signal(signal.unwrap_or_default()),
    }
}

struct Watched<'w> {
    pid: Pid,
    stdout: Stream<ChildStdout>,
    stderr: Stream<ChildStderr>,
    deadline: Instant,
    limits: &'w Limits,
    folder: &'w PrivateFolder,
}

impl Watched<'_> {
    /// Waits until the process has ended by itself (none), or has to be killed.
    fn wait(&mut self, lifeline: &PipeReader) -> Option<How> {
        let mut last_measured = Instant::now();
        loop {
            let is_silent = self.stdout.is_closed() && self.stderr.is_closed();
            let pause = if is_silent { SHORT_INTERVAL } else { INTERVAL };
            let is_abandoned = self.poll(lifeline, pause);
            if self.has_ended() {
                return None;
            }
            if is_abandoned {
                return Some(How::Abandoned);
            }
            if Instant::now() >= self.deadline {
                return Some(How::TooLong);
            }
            if last_measured.elapsed() >= INTERVAL {
                last_measured = Instant::now();
                if self.has_written_too_much() {
                    return Some(How::TooMuchWritten);
                }
            }
        }
    }

    /// Reads what was printed. Gives true when nobody waits any more.
    fn poll(&mut self, lifeline: &PipeReader, pause: Duration) -> bool {
        let timeout = Timespec {
            tv_sec: 0,
            tv_nsec: i64::from(pause.subsec_nanos()),
        };
        let open = PollFlags::IN;
        let mut polled = vec![PollFd::new(lifeline, PollFlags::empty())];
        polled.extend(
            self.stdout
                .open
                .as_ref()
                .map(|pipe| PollFd::new(pipe, open)),
        );
        polled.extend(
            self.stderr
                .open
                .as_ref()
                .map(|pipe| PollFd::new(pipe, open)),
        );
        if poll(&mut polled, Some(&timeout)).is_err() {
            return false;
        }
        let has_news: Vec<bool> = polled.iter().map(|one| !one.revents().is_empty()).collect();
        drop(polled);
        let mut news = has_news.into_iter();
        let is_abandoned = news.next().unwrap_or_default();
        if self.stdout.open.is_some() && news.next().unwrap_or_default() {
            self.stdout.read();
        }
        if self.stderr.open.is_some() && news.next().unwrap_or_default() {
            self.stderr.read();
        }
        is_abandoned
    }

    /// Whether it has ended; its number stays taken.
    fn has_ended(&self) -> bool {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        waitid(WaitId::Pid(self.pid), options).is_ok_and(|status| status.is_some())
    }

    fn has_written_too_much(&self) -> bool {
        let (bytes, files) = self.folder.written();
        bytes > self.limits.output_bytes || files > self.limits.output_files
    }
}

/// What a process prints: read to its end, kept up to a limit.
struct Stream<R> {
    open: Option<R>,
    kept: Vec<u8>,
    limit: usize,
}

impl<R: io::Read> Stream<R> {
    const fn new(pipe: Option<R>, limit: usize) -> Self {
        Self {
            open: pipe,
            kept: Vec::new(),
            limit,
        }
    }

    const fn is_closed(&self) -> bool {
        self.open.is_none()
    }

    /// Reads once; the pipe has something or is closed.
    fn read(&mut self) {
        let mut buffer = [0; 16 * 1024];
        let Some(pipe) = &mut self.open else { return };
        match pipe.read(&mut buffer) {
            Ok(0) => self.open = None,
            Ok(length) => {
                let room = self.limit.saturating_sub(self.kept.len());
                self.kept.extend(&buffer[..length.min(room)]);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => self.open = None,
        }
    }

    /// Reads what is left; nobody has the other end any more.
    fn drain(&mut self) {
        if let Some(pipe) = self.open.take() {
            let room = self.limit.saturating_sub(self.kept.len()) as u64;
            drop(pipe.take(room).read_to_end(&mut self.kept));
        }
    }
}
