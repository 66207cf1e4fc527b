//! `khochung check`: one line for each point, what to do, and an exit code.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::support::{Archive, command};

/// Exit code and lines of a check.
fn check(data: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String) {
    let mut check = command();
    check.arg("check").args(arguments).arg("--data").arg(data);
    check.envs(environment.iter().copied());
    if !arguments.contains(&"--bind") {
        check.args(["--bind", "127.0.0.1:0"]);
    }
    let output = check.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code().unwrap(), text)
}

/// The line about a subject.
fn line<'a>(text: &'a str, subject: &str) -> &'a str {
    let about = format!("  {subject}: ");
    let found = text.lines().find(|line| line.contains(&about));
    assert!(found.is_some(), "no line about {subject} in\n{text}");
    found.unwrap()
}

/// A folder that nobody else may enter, as a data folder should be.
fn private_folder() -> tempfile::TempDir {
    let data = tempfile::tempdir().unwrap();
    fs::set_permissions(data.path(), fs::Permissions::from_mode(0o750)).unwrap();
    data
}

#[test]
fn a_missing_folder_is_right_and_not_made() {
    let folder = private_folder();
    let data = folder.path().join("kho");
    let (code, text) = check(&data, &[], &[]);
    assert_eq!(code, 0, "{text}");
    assert!(line(&text, "folder").starts_with("ok "), "{text}");
    assert!(!data.exists());
}

#[test]
fn a_check_leaves_a_folder_as_it_was() {
    let data = private_folder();
    let (code, text) = check(data.path(), &[], &[]);
    assert_eq!(code, 0, "{text}");
    assert!(line(&text, "writing").starts_with("ok "), "{text}");
    assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0);
}

#[test]
fn a_running_archive_is_ready() {
    let archive = Archive::start();
    let (code, text) = check(archive.data(), &[], &[]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(line(&text, "server"), "ok    server: ready");
    // Its own port is no obstacle to itself.
    assert!(!text.contains("  address: "), "{text}");
}

#[test]
fn a_taken_port_fails_with_what_to_do() {
    let data = private_folder();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = listener.local_addr().unwrap().to_string();
    let (code, text) = check(data.path(), &["--bind", &taken], &[]);
    assert_eq!(code, 1, "{text}");
    let line = line(&text, "address");
    assert!(line.starts_with("fail  "), "{line}");
    assert!(line.contains("-> stop what uses the port"), "{line}");
}

#[test]
fn wrong_settings_fail_one_by_one() {
    let data = private_folder();
    let environment = [
        ("KHOCHUNG__SERVER__BNID", "x"),
        ("KHOCHUNG__JOBS__WORKERS", "1000"),
    ];
    let (code, text) = check(data.path(), &[], &environment);
    assert_eq!(code, 1);
    assert_eq!(text.matches("fail  settings: ").count(), 2, "{text}");
    assert!(text.contains("jobs.workers: must lie between 1 and 64"));
}

#[test]
fn too_little_room_fails() {
    let data = private_folder();
    let everything = [("KHOCHUNG__STORAGE__MIN_FREE_BYTES", "9000000000000000000")];
    let (code, text) = check(data.path(), &[], &everything);
    assert_eq!(code, 1);
    assert!(line(&text, "disk").starts_with("fail  "), "{text}");
}

#[test]
fn a_file_in_the_place_of_the_folder_fails() {
    let folder = private_folder();
    let file = folder.path().join("tin.txt");
    fs::write(&file, "a text").unwrap();
    let (code, text) = check(&file, &[], &[]);
    assert_eq!(code, 1);
    assert!(line(&text, "folder").contains("is not a folder"), "{text}");
}

#[test]
fn a_folder_of_other_files_is_warned_of_and_left_alone() {
    let data = private_folder();
    fs::write(data.path().join("thesis.odt"), "text").unwrap();
    drop(chown(data.path().join("thesis.odt"), Some(65_534), None));
    let (code, text) = check(data.path(), &[], &[]);
    assert_eq!(code, 0, "{text}");
    assert!(line(&text, "folder").starts_with("warn  "), "{text}");
    assert!(!text.contains("chown"), "{text}");
}

#[test]
fn a_folder_open_to_every_user_is_warned_of() {
    let data = private_folder();
    fs::set_permissions(data.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let (code, text) = check(data.path(), &[], &[]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("every user of this machine may enter it -> chmod o= "));
}

#[test]
fn a_clock_behind_the_last_change_fails() {
    let data = Archive::start().stop();
    let journal = data.path().join("catalog/journal");
    let segment = fs::read_dir(journal).unwrap().next().unwrap().unwrap();
    let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
    let file = fs::File::open(segment.path()).unwrap();
    file.set_modified(tomorrow).unwrap();
    let (code, text) = check(data.path(), &[], &[]);
    assert_eq!(code, 1, "{text}");
    assert!(
        line(&text, "clock").contains("is behind the last change"),
        "{text}"
    );
}

#[test]
fn a_folder_on_another_file_system_fails() {
    let data = private_folder();
    fs::create_dir(data.path().join("catalog")).unwrap();
    symlink("/proc", data.path().join("blobs")).unwrap();
    let (code, text) = check(data.path(), &[], &[]);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("blobs is on another file system"), "{text}");
}

#[test]
fn a_file_of_another_user_fails_where_the_tester_may_make_one() {
    let data = private_folder();
    fs::create_dir(data.path().join("catalog")).unwrap();
    let foreign = data.path().join("staging");
    fs::create_dir(&foreign).unwrap();
    // Only root may give files away; others see that the folder is theirs.
    let is_root = chown(&foreign, Some(65_534), Some(65_534)).is_ok();
    let (code, text) = check(data.path(), &[], &[]);
    if is_root {
        assert_eq!(code, 1, "{text}");
        assert!(
            line(&text, "permissions").contains("-> chown -R "),
            "{text}"
        );
    } else {
        assert!(line(&text, "permissions").starts_with("ok "), "{text}");
    }
}

#[test]
fn tokens_in_the_clear_are_warned_of() {
    let data = private_folder();
    let warned = |address: &str| {
        let public = [("KHOCHUNG__SERVER__PUBLIC_ADDRESS", address)];
        let (_, text) = check(data.path(), &[], &public);
        line(&text, "public address").starts_with("warn  ")
    };
    assert!(warned("http://kho.example.vn"));
    assert!(!warned("https://kho.example.vn"));
    assert!(!warned("http://127.0.0.1:8080"));
}

#[test]
fn it_speaks_vietnamese_by_flag_and_by_locale() {
    let data = private_folder();
    for (arguments, locale) in [
        (&["--language", "vi"][..], "en_US.UTF-8"),
        (&[], "vi_VN.UTF-8"),
    ] {
        let (_, text) = check(data.path(), arguments, &[("LC_ALL", locale)]);
        assert!(line(&text, "đồng hồ").contains("+07:00"), "{text}");
        assert!(!text.contains("clock"), "{text}");
    }
    let (_, text) = check(data.path(), &["--language", "en"], &[("LC_ALL", "vi_VN")]);
    assert!(text.contains("  clock: "), "{text}");
}

#[test]
fn programs_are_named_with_their_version_or_how_to_install_them() {
    let data = private_folder();
    let missing = [("KHOCHUNG__PROGRAMS__PDFTOTEXT", "/nowhere/pdftotext")];
    let (code, text) = check(data.path(), &[], &missing);
    assert_eq!(code, 0, "{text}");
    assert!(line(&text, "confinement").starts_with("ok "), "{text}");
    for program in ["ffmpeg", "ffprobe", "pdftoppm", "tesseract"] {
        assert!(line(&text, program).starts_with("ok "), "{text}");
    }
    let told = line(&text, "pdftotext");
    assert!(told.starts_with("warn "), "{told}");
    assert!(told.ends_with("apt install poppler-utils"), "{told}");
}

#[test]
fn tesseract_without_vietnamese_is_warned_of() {
    let data = private_folder();
    let program = data.path().join("tesseract");
    let script = "#!/usr/bin/python3\nimport sys\nprint('tesseract 5.3.0' if sys.argv[1] == '--version' else 'eng')\n";
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let path = program.to_str().unwrap();
    let (_, text) = check(data.path(), &[], &[("KHOCHUNG__PROGRAMS__TESSERACT", path)]);
    let told = line(&text, "tesseract");
    assert!(told.starts_with("warn "), "{told}");
    assert!(told.contains("(vie)"), "{told}");
    assert!(told.contains("tesseract-ocr-vie"), "{told}");
}
