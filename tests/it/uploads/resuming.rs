//! Broken connections, dead connections, several at once, and restarts: what arrived is kept, and nothing is mixed up.

use std::io::Write as _;
use std::net::Shutdown;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use super::{
    Archive, BYTES, TUS, answer_of, append, append_with, begin, begin_part, claim, create,
    files_of, head, long_text, new_work, offset_of, sha256sum,
};
use crate::support::Client;

/// Sends the rest of an upload and makes it a file; the archive has exactly these bytes.
fn finish(client: &Client, path: &str, bytes: &[u8]) {
    let offset = offset_of(client, path);
    let rest = &bytes[usize::try_from(offset).unwrap()..];
    let appended = append(client, path, offset, rest);
    assert_eq!(appended.status, 204, "{}", appended.text());
    let work = new_work(client);
    let claimed = claim(client, &work, path);
    assert_eq!(claimed.status, 201, "{}", claimed.text());
    let sha256 = sha256sum(bytes);
    assert_eq!(claimed.json()["sha256"], sha256.as_str());
    let file = client.get(&format!("/api/v1/assets/{work}/files/{sha256}"));
    assert!(file.body == bytes, "other bytes");
}

/// What a server has read of a connection and not yet handed on when the connection breaks off, in bytes; that may be lost.
const READ_AHEAD: usize = 128 * 1024;

#[test]
fn a_part_that_breaks_off_keeps_what_arrived() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let bytes = long_text(100_000);
    let length = bytes.len() as u64;
    for kept in [1, 1000, 300_000, 3_000_001] {
        let path = create(&editor, length, "");
        let mut socket = begin_part(&archive, &editor, &path, (0, length));
        socket.write_all(&bytes[..kept]).unwrap();
        socket.shutdown(Shutdown::Write).unwrap();
        answer_of(socket);
        let arrived = usize::try_from(offset_of(&editor, &path)).unwrap();
        let least = kept.saturating_sub(READ_AHEAD);
        assert!((least..=kept).contains(&arrived), "{arrived} of {kept}");
        finish(&editor, &path, &bytes);
    }
}

/// The line of the client is dead and nobody told the server.
#[test]
fn a_dead_connection_does_not_hold_up_a_new_one() {
    let archive = Archive::start_with(&[("KHOCHUNG__SERVER__BODY_TIMEOUT_SECONDS", "600")]);
    let editor = archive.holder("editor");
    let bytes = long_text(20_000);
    let length = bytes.len() as u64;
    let path = create(&editor, length, "");
    let mut sockets = Vec::new();
    for round in 1..=3 {
        let offset = usize::try_from(offset_of(&editor, &path)).unwrap();
        let mut socket = begin_part(
            &archive,
            &editor,
            &path,
            (offset as u64, length - offset as u64),
        );
        socket.write_all(&bytes[offset..offset + 100_000]).unwrap();
        sockets.push(socket);
        // Asks again at once, as a client does whose network has changed.
        let asked = Instant::now();
        let arrived = offset_of(&editor, &path);
        assert!(
            asked.elapsed() < Duration::from_secs(10),
            "{:?}",
            asked.elapsed()
        );
        assert!(arrived <= round * 100_000, "{arrived}");
    }
    finish(&editor, &path, &bytes);
    for socket in sockets {
        let answer = answer_of(socket);
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 423"),
            "{answer}"
        );
    }
}

#[test]
fn a_second_part_at_the_same_time_is_refused_and_the_first_goes_on() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let path = create(&editor, 10, "");
    let mut first = begin_part(&archive, &editor, &path, (0, 10));
    first.write_all(b"01234").unwrap();
    let refused = loop {
        // The first part may not have begun yet: then this one is the first, and has no bytes.
        let second = append(&editor, &path, 0, b"");
        if second.status != 204 {
            break second;
        }
    };
    assert_eq!(
        (refused.status, refused.problem().as_str()),
        (423, "upload-held")
    );
    first.write_all(b"56789").unwrap();
    first.shutdown(Shutdown::Write).unwrap();
    let answer = answer_of(first);
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    assert_eq!(offset_of(&editor, &path), 10);
}

#[test]
fn of_two_clients_at_once_one_wins() {
    let archive = Archive::start();
    let editor = archive.holder("editor");
    let (a, b) = (vec![b'a'; 700_000], vec![b'b'; 700_000]);
    for _ in 0..10 {
        let path = create(&editor, 700_000, "");
        let barrier = Barrier::new(2);
        let send = |bytes: &[u8]| {
            barrier.wait();
            append(&editor, &path, 0, bytes).status
        };
        let statuses = thread::scope(|scope| {
            let first = scope.spawn(|| send(&a));
            let second = scope.spawn(|| send(&b));
            [first.join().unwrap(), second.join().unwrap()]
        });
        let won = statuses.iter().position(|status| *status == 204).unwrap();
        // Too late, or while the other had not finished.
        assert!([409, 423].contains(&statuses[1 - won]), "{statuses:?}");
        finish(&editor, &path, [&a, &b][won]);
    }
}

#[test]
fn uploads_survive_a_restart_and_a_kill() {
    let mut archive = Archive::start();
    let token = archive.holder("editor").token().unwrap().to_owned();
    let bytes = long_text(60_000);
    let editor = archive.anybody().with_token(&token);
    let path = create(&editor, bytes.len() as u64, &super::named("bài.txt"));
    for (offset, end) in [(0, 900), (900, 700_000), (700_000, 1_500_000)] {
        let editor = archive.anybody().with_token(&token);
        assert_eq!(
            append(&editor, &path, offset as u64, &bytes[offset..end]).status,
            204
        );
        let data = if offset == 900 {
            archive.stop()
        } else {
            archive.kill()
        };
        archive = Archive::start_in(data, &[]);
        let editor = archive.anybody().with_token(&token);
        assert_eq!(offset_of(&editor, &path), end as u64);
    }
    let editor = archive.anybody().with_token(&token);
    finish(&editor, &path, &bytes);
}

/// Bytes whose checksum was never compared do not count, whatever the file has.
#[test]
fn a_killed_part_with_a_checksum_leaves_nothing() {
    let archive = Archive::start();
    let token = archive.holder("editor").token().unwrap().to_owned();
    let editor = archive.anybody().with_token(&token);
    let bytes = long_text(60_000);
    let path = create(&editor, bytes.len() as u64, "");
    let name = path.rsplit('/').next().unwrap().to_owned();
    assert_eq!(append(&editor, &path, 0, &bytes[..500_000]).status, 204);
    let headers = [
        TUS,
        BYTES,
        ("upload-offset", "500000"),
        ("upload-checksum", "sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        ("content-length", "2000000"),
    ];
    let mut socket = begin(&archive, &editor, ("PATCH", &path), &headers);
    socket.write_all(&bytes[500_000..2_400_000]).unwrap();
    let file = archive.data().join("partial").join(&name);
    crate::support::eventually("some of it is written", || {
        (std::fs::metadata(&file).unwrap().len() > 500_000).then_some(())
    });
    let archive = Archive::start_in(archive.kill(), &[]);
    let editor = archive.anybody().with_token(&token);
    assert_eq!(offset_of(&editor, &path), 500_000);
    // Broken off without a kill, it leaves nothing either.
    let mut socket = begin(&archive, &editor, ("PATCH", &path), &headers);
    socket.write_all(&bytes[500_000..1_500_000]).unwrap();
    socket.shutdown(Shutdown::Write).unwrap();
    answer_of(socket);
    assert_eq!(offset_of(&editor, &path), 500_000);
    let right = ("upload-checksum", "sha256 ");
    let wrong = append_with(&editor, &path, 500_000, b"x", &[right]);
    assert_eq!(wrong.status, 400);
    finish(&editor, &path, &bytes);
}

/// 256 kbit/s are 32 KiB a second; here a part comes in pieces with pauses, at that pace.
#[test]
fn a_slow_line_is_waited_for() {
    let archive = Archive::start_with(&[("KHOCHUNG__SERVER__BODY_TIMEOUT_SECONDS", "2")]);
    let editor = archive.holder("editor");
    let bytes = long_text(2_000);
    let path = create(&editor, bytes.len() as u64, "");
    let mut socket = begin_part(&archive, &editor, &path, (0, bytes.len() as u64));
    for piece in bytes.chunks(32 * 1024) {
        socket.write_all(piece).unwrap();
        thread::sleep(Duration::from_secs(1));
    }
    socket.shutdown(Shutdown::Write).unwrap();
    let answer = answer_of(socket);
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    // One that has stopped is given up; what arrived is kept.
    let path = create(&editor, 1000, "");
    let mut socket = begin_part(&archive, &editor, &path, (0, 1000));
    socket.write_all(&[b'a'; 400]).unwrap();
    let answer = answer_of(socket);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert_eq!(head(&editor, &path).header("upload-offset"), "400");
    assert!(files_of(&editor, &new_work(&editor)).is_empty());
}
