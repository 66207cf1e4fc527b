//! What can be wrong with a configuration.

use super::{Config, ConfigProblem, MailSecurity, Network};

/// Whether a setting is a secret, which must not be shown.
pub fn is_secret(key: &str) -> bool {
    ["_token", "_secret", "_password", ".password"]
        .iter()
        .any(|ending| key.ends_with(ending))
}

/// The problems of values with the right type.
pub fn impossible(config: &Config) -> Vec<ConfigProblem> {
    let mut problems = out_of_range(config);
    if !is_host_and_port(&config.server.bind) {
        problems.push(malformed("server.bind", "HOST:PORT"));
    }
    let public = &config.server.public_address;
    if !public.is_empty() && !is_base_address(public) {
        problems.push(malformed("server.public_address", "http(s)://HOST[/PATH]"));
    }
    let tls = [&config.server.tls_certificate, &config.server.tls_key];
    let [has_certificate, has_key] = tls.map(|path| !path.as_os_str().is_empty());
    if has_certificate != has_key {
        let key = if has_key {
            "server.tls_certificate"
        } else {
            "server.tls_key"
        };
        problems.push(malformed(key, "PATH"));
    }
    let proxies = &config.server.trusted_proxies;
    if proxies
        .iter()
        .any(|proxy| proxy.parse::<Network>().is_err())
    {
        problems.push(malformed("server.trusted_proxies", "ADDRESS[/LENGTH], …"));
    }
    if config.storage.data_dir.as_os_str().is_empty() {
        problems.push(malformed("storage.data_dir", "PATH"));
    }
    if tracing_subscriber::EnvFilter::try_new(&config.log.filter).is_err() {
        problems.push(malformed("log.filter", "info, khochung=debug,info"));
    }
    problems.extend(impossible_mail(config));
    problems
}

/// Links in messages lead to the public address, and a password is never sent unprotected.
fn impossible_mail(config: &Config) -> Vec<ConfigProblem> {
    let mail = &config.mail;
    if !mail.is_configured() {
        return Vec::new();
    }
    let mut problems = Vec::new();
    let address = mail.from.rsplit_once('<').map_or(&*mail.from, |(_, to)| to);
    if !address.contains('@') || mail.from.contains(char::is_control) {
        problems.push(malformed("mail.from", "NAME <ADDRESS@DOMAIN>"));
    }
    if config.server.public_address.is_empty() {
        problems.push(malformed("server.public_address", "http(s)://HOST[/PATH]"));
    }
    let is_local = ["localhost", "127.0.0.1", "::1"].contains(&mail.host.as_str());
    if mail.security == MailSecurity::None && !mail.user.is_empty() && !is_local {
        problems.push(malformed("mail.security", "starttls | tls"));
    }
    if !mail.password.is_empty() && !mail.password_file.as_os_str().is_empty() {
        problems.push(malformed("mail.password_file", "\"\""));
    }
    problems
}

fn out_of_range(config: &Config) -> Vec<ConfigProblem> {
    const MIB: u64 = 1024 * 1024;
    const LARGEST: u64 = i64::MAX.unsigned_abs();
    let Config {
        server,
        storage,
        intake,
        quotas,
        access_requests,
        media,
        search,
        jobs,
        mail,
        notifications,
        ..
    } = config;
    #[rustfmt::skip]
    let ranges = [
        ("server.workers", server.workers as u64, 0, 1024),
        ("server.header_timeout_seconds", server.header_timeout_seconds, 1, 600),
        ("server.body_timeout_seconds", server.body_timeout_seconds, 1, 3600),
        ("server.write_timeout_seconds", server.write_timeout_seconds, 1, 3600),
        ("server.keep_alive_seconds", server.keep_alive_seconds, 1, 3600),
        ("server.shutdown_seconds", server.shutdown_seconds, 0, 3600),
        ("server.max_json_bytes", server.max_json_bytes, 1024, 64 * MIB),
        ("storage.cache_bytes", storage.cache_bytes, MIB, LARGEST),
        ("storage.segment_bytes", storage.segment_bytes, MIB, 4096 * MIB),
        ("intake.max_file_bytes", intake.max_file_bytes, 1, LARGEST),
        ("intake.max_line_bytes", intake.max_line_bytes, 1024, 64 * MIB),
        ("intake.max_uploads_of_caller", intake.max_uploads_of_caller as u64, 1, 10_000),
        ("intake.max_open_uploads_of_caller", intake.max_open_uploads_of_caller as u64, 1, 10_000),
        ("intake.keep_uploads_hours", intake.keep_uploads_hours.into(), 1, 8760),
        ("quotas.works", quotas.works, 0, LARGEST),
        ("quotas.bytes", quotas.bytes, 0, LARGEST),
        ("quotas.requests_per_minute", quotas.requests_per_minute, 0, 1_000_000),
        ("access_requests.decide_within_working_days", access_requests.decide_within_working_days.into(), 1, 365),
        ("access_requests.keep_contact_days", access_requests.keep_contact_days.into(), 0, 3650),
        ("media.max_pixels", media.max_pixels, 1_000_000, 4_000_000_000),
        ("media.max_decode_bytes", media.max_decode_bytes, 16 * MIB, LARGEST),
        ("search.writer_memory_bytes", search.writer_memory_bytes as u64, 15 * MIB, 4095 * MIB),
        ("search.cache_bytes", search.cache_bytes as u64, MIB, 16 * 1024 * MIB),
        ("search.writer_threads", search.writer_threads as u64, 1, 8),
        ("search.max_commit_delay_ms", search.max_commit_delay_ms, 0, 60_000),
        ("search.time_budget_ms", search.time_budget_ms, 0, 60_000),
        ("search.max_waiting", search.max_waiting as u64, 1, 100_000),
        ("search.max_waiting_of_caller", search.max_waiting_of_caller as u64, 1, 100_000),
        ("search.max_wait_ms", search.max_wait_ms, 1, 60_000),
        ("search.caller_cpu_ms_per_second", search.caller_cpu_ms_per_second, 0, 1_000_000),
        ("search.caller_window_seconds", search.caller_window_seconds, 1, 86_400),
        ("jobs.audit_bytes_per_second", jobs.audit_bytes_per_second, 1024, LARGEST),
        ("mail.port", u64::from(mail.port), 1, 65_535),
        ("mail.timeout_seconds", mail.timeout_seconds, 1, 600),
        ("notifications.keep_days", u64::from(notifications.keep_days), 1, 3_650),
        ("jobs.workers", jobs.workers as u64, 1, 64),
    ];
    ranges.into_iter().filter_map(beyond).collect()
}

fn beyond((key, value, least, most): (&'static str, u64, u64, u64)) -> Option<ConfigProblem> {
    let is_within = (least..=most).contains(&value);
    let key = key.to_owned();
    (!is_within).then_some(ConfigProblem::OutOfRange { key, least, most })
}

fn malformed(key: &str, wanted: &'static str) -> ConfigProblem {
    ConfigProblem::Malformed {
        key: key.to_owned(),
        wanted,
    }
}

fn is_host_and_port(bind: &str) -> bool {
    bind.rsplit_once(':')
        .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

fn is_base_address(address: &str) -> bool {
    let rest = address
        .strip_prefix("http://")
        .or_else(|| address.strip_prefix("https://"));
    rest.is_some_and(|rest| {
        let clean = |c: char| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '"' | '<' | '>');
        !rest.is_empty() && !rest.starts_with('/') && rest.chars().all(clean)
    })
}
