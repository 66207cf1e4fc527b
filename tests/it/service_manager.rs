//! Under a service manager: sockets that are bound already, and word of the state. Both as
//! sd_listen_fds(3) and sd_notify(3) describe them.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixDatagram;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{Client, command};

/// The server as a child that inherits a socket as its file descriptor 3.
fn with_inherited(socket: TcpListener) -> Command {
    // LISTEN_PID must be the number of the process that reads it, so the shell sets it and execs.
    let script = r#"LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@" 3<&0"#;
    let ready = command();
    let mut shell = Command::new("sh");
    shell.env_clear();
    for (name, value) in ready.get_envs() {
        shell.env(name, value.unwrap_or_default());
    }
    shell.args(["-c", script]).arg(ready.get_program());
    shell.stdin(Stdio::from(OwnedFd::from(socket)));
    shell
}

#[test]
fn an_inherited_socket_is_served_instead_of_the_configured_address() {
    let data = tempfile::tempdir().unwrap();
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut serve = with_inherited(socket);
    serve.args(["serve", "--data"]).arg(data.path());
    // Binding this one would fail.
    serve.args(["--bind", &taken.local_addr().unwrap().to_string()]);
    let mut child = serve.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    let stdout = child.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    assert!(line.contains(&format!("http://{address}")), "{line}");
    let client = Client::new(&format!("http://{address}"), None);
    assert_eq!(client.get("/healthz").status, 200);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn it_tells_when_it_answers_and_when_it_stops_and_lives_through_sighup() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let manager = UnixDatagram::bind(&path).unwrap();
    manager
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let notification = || {
        let mut message = [0; 256];
        let length = manager.recv(&mut message).unwrap();
        String::from_utf8(message[..length].to_vec()).unwrap()
    };
    let mut serve = command();
    serve.env("NOTIFY_SOCKET", &path);
    serve.args(["serve", "--bind", "127.0.0.1:0", "--data"]);
    serve.arg(folder.path().join("kho")).stdout(Stdio::piped());
    let mut child = serve.spawn().unwrap();
    assert_eq!(notification().trim_end(), "READY=1");
    let mut line = String::new();
    let stdout = child.stdout.take().unwrap();
    BufReader::new(stdout).read_line(&mut line).unwrap();
    let base = line
        .split_whitespace()
        .find(|word| word.starts_with("http"))
        .unwrap();
    let signal = |name: &str| {
        let pid = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([name, &pid])
                .status()
                .unwrap()
                .success()
        );
    };
    signal("-HUP");
    assert_eq!(Client::new(base, None).get("/healthz").status, 200);
    signal("-TERM");
    assert_eq!(notification().trim_end(), "STOPPING=1");
    assert!(child.wait().unwrap().success());
}
