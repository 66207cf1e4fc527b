//! The address: is it free, do links lead to it, do tokens travel unread; and the running archive.

use std::net::{TcpListener, ToSocketAddrs as _};

use serde_json::Value;

use super::finding::Finding;
use crate::config::Config;
use crate::interfaces::cli::connection::Connection;
use crate::interfaces::http::tls::Tls;
use crate::interfaces::messages::Language;
use crate::telemetry::error_chain;

/// The address to listen on and the one that people use.
pub(super) fn check(config: &Config, is_running: bool, language: Language) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !is_running {
        findings.push(bind(&config.server.bind, language));
    }
    findings.extend(certificate(config, language));
    findings.push(public_address(config, language));
    findings
}

/// Whether certificate and key can be read and belong together.
fn certificate(config: &Config, language: Language) -> Option<Finding> {
    let [subject, remedy] = language.pick(
        [
            "chứng chỉ",
            "cấp quyền đọc cho người dùng chạy kho, và dùng khoá của chính chứng chỉ này",
        ],
        [
            "certificate",
            "let the user the archive runs as read both, and use the key of this certificate",
        ],
    );
    match Tls::of(&config.server) {
        Ok(tls) => {
            tls.map(|_| Finding::ok(subject, config.server.tls_certificate.display().to_string()))
        }
        Err(error) => Some(Finding::fail(subject, error_chain(&error), remedy)),
    }
}

/// Whether it can be listened on, tried out.
fn bind(bind: &str, language: Language) -> Finding {
    let [subject, free, remedy] = language.pick(
        [
            "địa chỉ",
            "còn trống",
            "dừng chương trình đang dùng cổng, hoặc đổi server.bind; cổng dưới 1024 cần socket của systemd",
        ],
        [
            "address",
            "is free",
            "stop what uses the port, or change server.bind; ports below 1024 need a socket of systemd",
        ],
    );
    match TcpListener::bind(bind) {
        Ok(_) => Finding::ok(subject, format!("{bind} {free}")),
        Err(error) => Finding::fail(subject, format!("{bind}: {error}"), remedy),
    }
}

/// Links are built from it; a wrong one leads readers and feeds nowhere.
fn public_address(config: &Config, language: Language) -> Finding {
    let [subject, local, unset, set] = language.pick(
        [
            "địa chỉ công khai",
            "chưa đặt, chỉ máy này dùng được",
            "server.public_address chưa đặt",
            "đặt địa chỉ mà mọi người dùng, ví dụ https://kho.example.vn",
        ],
        [
            "public address",
            "not set, for this machine only",
            "server.public_address is not set",
            "set the address that people use, such as https://kho.example.vn",
        ],
    );
    let [plain, proxy] = language.pick(
        [
            "không mã hoá: mã truy cập có thể bị đọc trên đường truyền",
            "dùng https:// qua proxy có TLS (docs/operate/proxy.md)",
        ],
        [
            "is not encrypted: tokens can be read on their way",
            "use https:// through a proxy with TLS (docs/operate/proxy.md)",
        ],
    );
    let public = &config.server.public_address;
    let listens_locally = is_loopback(&config.server.bind);
    if public.is_empty() && listens_locally {
        Finding::ok(subject, local)
    } else if public.is_empty() {
        Finding::warn(subject, unset, set)
    } else if public.starts_with("http://") && !is_local_address(public) {
        Finding::warn(subject, format!("{public} {plain}"), proxy)
    } else {
        Finding::ok(subject, public.clone())
    }
}

fn is_loopback(bind: &str) -> bool {
    let addresses = bind.to_socket_addrs();
    addresses.is_ok_and(|mut addresses| addresses.all(|address| address.ip().is_loopback()))
}

fn is_local_address(public: &str) -> bool {
    let host = public.trim_start_matches("http://");
    ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|local| host.starts_with(local))
}

/// What the archive that runs on the folder says of itself.
pub(super) fn running(running: Option<&Connection>, language: Language) -> Finding {
    let [subject, none, failed, look] = language.pick(
        [
            "máy chủ",
            "không chạy",
            "không sẵn sàng",
            "xem /readyz và docs/operate/mending.md",
        ],
        [
            "server",
            "not running",
            "not ready",
            "see /readyz and docs/operate/mending.md",
        ],
    );
    let Some(connection) = running else {
        return Finding::ok(subject, none);
    };
    let answer = connection.call("GET", "/readyz", &[], Vec::new());
    let status = answer
        .as_ref()
        .ok()
        .and_then(|answer| answer.body.get("status"))
        .and_then(Value::as_str)
        .unwrap_or_default();
    match status {
        "ready" => Finding::ok(subject, status),
        "degraded" | "starting" => Finding::warn(subject, status, look),
        _ => Finding::fail(subject, format!("{failed} {status}"), look),
    }
}
