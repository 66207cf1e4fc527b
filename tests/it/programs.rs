//! Programs of others: what a confined one cannot do, and how its end is told. The stand-ins are small Python
//! programs, each of which tries one thing.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use khochung::services::programs::{
    Availability, Invocation, Limits, Output, Program, ProgramError, Programs, Settings,
};
use tempfile::TempDir;

use crate::support::{Archive, eventually};

/// What begins every stand-in: it answers the question for its version.
const HEAD: &str = "#!/usr/bin/python3
import sys
if sys.argv[1:] == ['-v']:
    print('stand-in 99.1')
    sys.exit()
";

/// A folder for programs, and a stand-in for `pdftotext` beside it.
struct Bench {
    dir: TempDir,
    programs: Programs,
}

impl Bench {
    fn new(script: &str, bubblewrap: bool) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("stand-in");
        fs::write(&path, format!("{HEAD}{script}")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let settings = Settings {
            paths: [(Program::Pdftotext, path)].into(),
            ..settings(dir.path(), bubblewrap)
        };
        let programs = Programs::open(settings).unwrap();
        Self { dir, programs }
    }

    async fn run(&self, limits: Limits, arguments: &[&str]) -> Result<Output, ProgramError> {
        let workspace = self.programs.workspace().await?;
        workspace.give_bytes("given.txt", b"given".to_vec()).await?;
        let invocation = Invocation::new(Program::Pdftotext).within(limits);
        self.programs
            .run(&workspace, invocation.arguments(arguments))
            .await
    }

    /// Nothing of the private folders is left.
    fn assert_clean(&self) {
        eventually("the private folders are gone", || {
            let left = fs::read_dir(self.dir.path().join("programs")).unwrap();
            (left.count() == 0).then_some(())
        });
    }
}

fn settings(dir: &Path, bubblewrap: bool) -> Settings {
    Settings {
        launcher: PathBuf::from(env!("CARGO_BIN_EXE_khochung")),
        bubblewrap,
        ..Settings::new(dir.join("programs")).unwrap()
    }
}

fn short() -> Limits {
    Limits {
        processor_time: Duration::from_secs(2),
        time: Duration::from_secs(20),
        memory_bytes: 256 << 20,
        output_bytes: 1 << 20,
        output_files: 50,
        printed_bytes: 1000,
    }
}

/// Each line tries something and prints `refused` or what came of it.
const ATTEMPTS: &str = r"
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def attempt(name, do):
    try:
        print(name, 'done:', do())
    except OSError as error:
        print(name, 'refused')
def call(name, *arguments):
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)
outside, port, server = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
attempt('read-outside', lambda: open(outside).read())
attempt('list-outside', lambda: os.listdir(os.path.dirname(outside)))
attempt('write-outside', lambda: open(outside + '.new', 'w'))
attempt('read-passwords', lambda: open('/etc/passwd').read())
attempt('read-environment', lambda: open('/proc/%d/environ' % server).read())
attempt('connect', lambda: socket.create_connection(('127.0.0.1', port)))
attempt('unix-socket', lambda: socket.socket(socket.AF_UNIX))
attempt('fork', lambda: os.fork() and 'a child')
attempt('spawn', lambda: os.posix_spawn('/bin/sleep', ['sleep', '60'], {}))
attempt('new-session', lambda: os.setsid())
attempt('new-group', lambda: os.setpgid(0, 0))
attempt('signal', lambda: os.kill(server, 0))
attempt('trace', lambda: call('ptrace', 16, server, 0, 0))
attempt('write-input', lambda: open('in/given.txt', 'r+').write('x'))
attempt('truncate-input', lambda: os.truncate('in/given.txt', 0))
attempt('chmod-input', lambda: os.chmod('in/given.txt', 0o666))
attempt('delete-input', lambda: os.remove('in/given.txt'))
attempt('link-input', lambda: os.link('in/given.txt', 'out/link'))
attempt('io-uring', lambda: call('syscall', 425, 1, 0))
attempt('namespace', lambda: call('unshare', 0x10000000))
print('input', open('in/given.txt').read())
open('out/mine.txt', 'w').write('mine')
import threading
thread = threading.Thread(target=lambda: print('thread ran'))
thread.start(); thread.join()
";

#[tokio::test]
async fn a_confined_program_reaches_nothing_but_its_folder() {
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret.txt");
    fs::write(&secret, "secret").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let server = std::process::id().to_string();
    for bubblewrap in [true, false] {
        let bench = Bench::new(ATTEMPTS, bubblewrap);
        let protection = bench.programs.protection().await;
        assert!(protection.is_complete(), "{protection:?}");
        assert_eq!(protection.namespaces, bubblewrap);
        let arguments = [secret.to_str().unwrap(), &port, &server];
        let output = bench.run(short(), &arguments).await.unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let tried = printed
            .lines()
            .filter(|line| line.ends_with("refused"))
            .count();
        assert!(!printed.contains("done"), "{printed}");
        assert_eq!(tried, 20, "{printed}");
        assert!(printed.ends_with("input given\nthread ran\n"), "{printed}");
        assert_eq!(output.version.to_string(), "99.1.0");
        bench.assert_clean();
    }
}

/// How an error is named in these tests.
fn name_of(error: &ProgramError) -> &'static str {
    match error {
        ProgramError::Missing(_) => "missing",
        ProgramError::MissingData { .. } => "missing data",
        ProgramError::TooOld { .. } => "too old",
        ProgramError::TimedOut(_) => "timed out",
        ProgramError::Killed { .. } => "killed",
        ProgramError::OutputTooLarge(_) => "output too large",
        ProgramError::Failed { .. } => "failed",
        ProgramError::NothingWritten(_) => "nothing written",
        ProgramError::NotConfined { .. } => "not confined",
        ProgramError::Folder(_) => "folder",
    }
}

#[tokio::test]
async fn every_bad_end_has_its_name() {
    let cases = [
        ("sys.exit(3)", "failed"),
        ("print('no', file=sys.stderr); sys.exit(1)", "failed"),
        // Exits well and has written nothing, or an empty file.
        ("pass", "nothing written"),
        ("open('out/wanted', 'w')", "nothing written"),
        ("while True: pass", "timed out"),
        ("import time; time.sleep(600)", "timed out"),
        ("x = []\nwhile True: x.append(bytearray(1 << 20))", "killed"),
        ("import os; os.abort()", "killed"),
        (
            "f = open('out/wanted', 'wb')\nwhile True: f.write(bytes(1 << 16))",
            "failed or output too large",
        ),
        (
            "n = 0\nwhile True:\n    n += 1\n    open('out/%d' % n, 'w')",
            "output too large",
        ),
        (
            "n = 0\nwhile True:\n    n += 1\n    open('tmp/%d' % n, 'wb').write(bytes(1 << 19))",
            "output too large",
        ),
        ("while True: print('endless')", "timed out"),
        (
            "import os; os.close(1); os.close(2); import time; time.sleep(600)",
            "timed out",
        ),
    ];
    for bubblewrap in [true, false] {
        for (script, wanted) in cases {
            let bench = Bench::new(script, bubblewrap);
            let workspace = bench.programs.workspace().await.unwrap();
            let invocation = Invocation::new(Program::Pdftotext).expecting("wanted");
            let limits = Limits {
                processor_time: Duration::from_secs(1),
                time: Duration::from_secs(3),
                ..short()
            };
            let started = Instant::now();
            let ended = bench
                .programs
                .run(&workspace, invocation.within(limits))
                .await;
            let error = ended.map(drop).unwrap_err();
            let name = name_of(&error);
            assert!(wanted.contains(name), "{script}: {name}, {error:?}");
            assert!(error.is_caused_by_input(), "{script}");
            assert!(started.elapsed() < Duration::from_secs(30), "{script}");
            drop(workspace);
            bench.assert_clean();
        }
    }
}

#[tokio::test]
async fn what_it_prints_about_a_failure_is_kept_in_part() {
    let bench = Bench::new(
        "print('Syntax Error: broken' * 1000, file=sys.stderr); sys.exit(7)",
        false,
    );
    let error = bench.run(short(), &[]).await.unwrap_err();
    let ProgramError::Failed { code, printed, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(code, 7);
    assert!(printed.starts_with("Syntax Error: broken"), "{printed}");
    assert!(printed.len() <= 500);
}

#[tokio::test]
async fn a_missing_or_old_program_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let missing = Settings {
        paths: [(Program::Tesseract, dir.path().join("none"))].into(),
        ..settings(dir.path(), false)
    };
    let programs = Programs::open(missing).unwrap();
    let error = programs.version(Program::Tesseract).await.unwrap_err();
    assert!(error.needs_installation());
    assert_eq!(name_of(&error), "missing");
    let availability = programs.availability();
    assert!(availability.contains(&(Program::Tesseract, Availability::Missing)));

    let old = dir.path().join("old");
    fs::write(&old, "#!/bin/sh\necho tesseract 3.04.01\n").unwrap();
    fs::set_permissions(&old, fs::Permissions::from_mode(0o755)).unwrap();
    let old = Settings {
        paths: [(Program::Tesseract, old)].into(),
        ..settings(dir.path(), false)
    };
    let programs = Programs::open(old).unwrap();
    let error = programs.version(Program::Tesseract).await.unwrap_err();
    assert_eq!(name_of(&error), "too old", "{error:?}");
    assert_eq!(error.to_string(), "tesseract 3.4.1 is older than 4.1.0");
}

/// Whether some process was started with this word among its arguments.
fn is_running(word: &str) -> bool {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let mut lines = processes.filter_map(|process| fs::read(process.path().join("cmdline")).ok());
    lines.any(|line| {
        String::from_utf8_lossy(&line)
            .split('\0')
            .any(|part| part == word)
    })
}

#[tokio::test]
async fn a_dropped_run_is_killed() {
    for (bubblewrap, word) in [(true, "dropped-wrapped"), (false, "dropped-plain")] {
        let bench = Bench::new("import time; time.sleep(600)", bubblewrap);
        // So that the version is known.
        bench.programs.version(Program::Pdftotext).await.unwrap();
        let arguments = [word];
        let run = bench.run(Limits::default(), &arguments);
        let timeout = tokio::time::timeout(Duration::from_millis(700), run).await;
        assert!(timeout.is_err());
        eventually("the program is killed", || {
            (!is_running(word)).then_some(())
        });
        bench.assert_clean();
    }
}

/// The test itself, started again, is the archive that is killed.
#[tokio::test]
async fn a_program_does_not_outlive_a_killed_archive() {
    const FOLDER: &str = "KHOCHUNG_TEST_KILLED_FOLDER";
    if let Ok(folder) = std::env::var(FOLDER) {
        let stand_in = PathBuf::from(&folder).join("stand-in");
        let settings = Settings {
            paths: [(Program::Pdftotext, stand_in)].into(),
            ..settings(Path::new(&folder), folder.ends_with("wrapped"))
        };
        let programs = Programs::open(settings).unwrap();
        let workspace = programs.workspace().await.unwrap();
        let invocation = Invocation::new(Program::Pdftotext).argument(folder);
        drop(programs.run(&workspace, invocation).await);
        return;
    }
    for kind in ["wrapped", "plain"] {
        let bench = Bench::new("import time; time.sleep(600)", false);
        let folder = bench.dir.path().join(kind);
        fs::create_dir(&folder).unwrap();
        fs::copy(bench.dir.path().join("stand-in"), folder.join("stand-in")).unwrap();
        let folder = folder.to_str().unwrap();
        let name = "programs::a_program_does_not_outlive_a_killed_archive";
        let mut archive = Command::new(std::env::current_exe().unwrap())
            .args([name, "--exact"])
            .env(FOLDER, folder)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        eventually("the program runs", || is_running(folder).then_some(()));
        archive.kill().unwrap();
        archive.wait().unwrap();
        eventually("the program is killed", || {
            (!is_running(folder)).then_some(())
        });
        // The next start deletes what was left.
        let left = || fs::read_dir(format!("{folder}/programs")).unwrap().count();
        assert!(left() > 0);
        drop(Programs::open(settings(Path::new(folder), false)).unwrap());
        assert_eq!(left(), 0);
    }
}

#[tokio::test]
async fn a_large_input_is_protected_where_it_lies() {
    let script = r"
import os
for do in [lambda: open('in/large', 'r+'), lambda: os.truncate('in/large', 0), lambda: os.chmod('in/large', 0o666)]:
    try:
        do()
        print('done')
    except OSError:
        print('refused')
";
    for bubblewrap in [true, false] {
        let bench = Bench::new(script, bubblewrap);
        let source = bench.dir.path().join("blob");
        fs::write(&source, vec![7; 5 << 20]).unwrap();
        let workspace = bench.programs.workspace().await.unwrap();
        workspace.give("large", &source).await.unwrap();
        let invocation = Invocation::new(Program::Pdftotext);
        let output = bench.programs.run(&workspace, invocation).await.unwrap();
        assert_eq!(output.stdout, b"refused\nrefused\nrefused\n");
        assert_eq!(fs::read(&source).unwrap(), vec![7; 5 << 20]);
    }
}

#[tokio::test]
async fn only_plain_files_are_taken_out() {
    let script = "
import os
os.symlink('/etc/passwd', 'out/link')
os.mkfifo('out/pipe')
open('out/plain', 'w').write('plain')
";
    let bench = Bench::new(script, false);
    let workspace = bench.programs.workspace().await.unwrap();
    let invocation = Invocation::new(Program::Pdftotext).expecting("plain");
    bench.programs.run(&workspace, invocation).await.unwrap();
    assert_eq!(workspace.read("plain", 3).await.unwrap(), b"pla");
    for name in ["link", "pipe", "missing", "../in", ".", ""] {
        assert!(workspace.read(name, 10).await.is_err(), "{name}");
    }
}

/// The programs themselves, as Debian has them.
#[tokio::test]
async fn the_programs_run_confined() {
    for bubblewrap in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        let programs = Programs::open(settings(dir.path(), bubblewrap)).unwrap();
        for (name, program) in Program::NAMES {
            let version = programs.version(program).await;
            assert!(version.is_ok(), "{name}: {version:?}");
        }
        let workspace = programs.workspace().await.unwrap();
        let tone = [
            "-nostdin",
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            "sine=d=1",
            "out/tone.wav",
        ];
        let encode = Invocation::new(Program::Ffmpeg)
            .arguments(tone)
            .expecting("tone.wav");
        programs.run(&workspace, encode).await.unwrap();
        workspace.pass_on("tone.wav", "tone.wav").await.unwrap();
        let probe = [
            "-v",
            "error",
            "-show_entries",
            "format=duration",
            "in/tone.wav",
        ];
        let probe = Invocation::new(Program::Ffprobe).arguments(probe);
        let probed = programs.run(&workspace, probe).await.unwrap();
        let printed = String::from_utf8(probed.stdout).unwrap();
        assert!(printed.contains("duration=1.000000"), "{printed}");
        let languages = Invocation::new(Program::Tesseract).argument("--list-langs");
        let listed = programs.run(&workspace, languages).await.unwrap();
        let listed = String::from_utf8(listed.stdout).unwrap();
        assert!(listed.lines().any(|line| line == "vie"), "{listed}");
    }
}

#[test]
fn readiness_names_missing_programs_to_staff() {
    let archive = Archive::start_with(&[("KHOCHUNG__PROGRAMS__PDFTOTEXT", "/nowhere/pdftotext")]);
    let programs = eventually("the confinement is known", || {
        let ready = archive.operator().get("/readyz").json();
        let is_known = ready["programs"]["confinement"] != "unknown";
        is_known.then(|| ready["programs"].clone())
    });
    assert_eq!(programs["missing"], serde_json::json!(["pdftotext"]));
    assert_eq!(programs["confinement"], "complete");
}
