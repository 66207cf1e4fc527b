//! Clients in a closed loop: each sends the next request as soon as it has its response.
//!
//! All clients share one sequence of requests, so no two send the same. Throughput counts the responses
//! within the measured time; latencies are those of all requests sent within it, however late their
//! responses, so that slow ones are included.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// Duration and number of clients.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loop {
    pub(crate) clients: usize,
    /// Seconds of warm-up before the measurement.
    pub(crate) warm_up: f64,
    pub(crate) seconds: f64,
    /// Number of the first request.
    pub(crate) from: usize,
}

#[derive(Default)]
struct Timings {
    within: usize,
    partial: usize,
    seconds: Vec<f64>,
}

impl Loop {
    /// Runs the clients. `connect` makes one, which is then called with numbers of questions
    /// below `questions` and says whether the answer was whole. `pid` is the process whose CPU
    /// time is reported.
    pub(crate) fn run<C>(self, questions: usize, pid: u32, connect: impl Fn() -> C + Sync) -> Value
    where
        C: FnMut(usize) -> bool,
    {
        let next = AtomicUsize::new(self.from);
        let begin = Instant::now() + Duration::from_secs_f64(self.warm_up);
        let end = begin + Duration::from_secs_f64(self.seconds);
        let one_client = || {
            let (mut ask, mut timings) = (connect(), Timings::default());
            loop {
                let sent_at = Instant::now();
                if sent_at >= end {
                    return timings;
                }
                let is_whole = ask(next.fetch_add(1, Ordering::Relaxed) % questions);
                let answered_at = Instant::now();
                timings.within += usize::from(answered_at >= begin && answered_at < end);
                if sent_at >= begin {
                    timings.partial += usize::from(!is_whole);
                    timings.seconds.push((answered_at - sent_at).as_secs_f64());
                }
            }
        };
        thread::scope(|scope| {
            let clients: Vec<_> = (0..self.clients).map(|_| scope.spawn(one_client)).collect();
            thread::sleep(begin.saturating_duration_since(Instant::now()));
            let before = (cpu_of(pid), cpu_of(std::process::id()));
            thread::sleep(end.saturating_duration_since(Instant::now()));
            let server = cpu_of(pid) - before.0;
            let client = cpu_of(std::process::id()) - before.1;
            let all = clients.into_iter().map(|client| client.join().unwrap());
            self.report(all.collect(), server, client)
        })
    }

    fn report(self, clients: Vec<Timings>, server: f64, client: f64) -> Value {
        let answered_at: usize = clients.iter().map(|client| client.within).sum();
        let partial: usize = clients.iter().map(|client| client.partial).sum();
        let mut waits: Vec<f64> = clients.into_iter().flat_map(|c| c.seconds).collect();
        waits.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let last = waits.len().saturating_sub(1);
            1000.0 * waits.get((last as f64 * share) as usize).unwrap_or(&0.0)
        };
        let each = |seconds: f64| 1000.0 * seconds / answered_at.max(1) as f64;
        json!({
            "answered_at": answered_at,
            "sent_at": waits.len(),
            "partial": partial,
            "per_second": answered_at as f64 / self.seconds,
            "p50_ms": at(0.5),
            "p99_ms": at(0.99),
            "mean_ms": 1000.0 * waits.iter().sum::<f64>() / waits.len().max(1) as f64,
            "server_cpu_ms": each(server),
            "client_cpu_ms": each(client),
        })
    }
}

/// CPU seconds of a process and its children so far: `utime` and `stime` of proc(5), and those of
/// children that have ended; 100 ticks a second.
pub(crate) fn cpu_of(pid: u32) -> f64 {
    let own = ticks(&format!("/proc/{pid}/stat"), 4);
    let children = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    let children = children.unwrap_or_default();
    let running = children.split_whitespace();
    own + running
        .map(|child| ticks(&format!("/proc/{child}/stat"), 2))
        .sum::<f64>()
}

fn ticks(path: &str, fields: usize) -> f64 {
    let stat = std::fs::read_to_string(path).unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().skip(11).take(fields);
    ticks
        .map(|tick| tick.parse::<f64>().unwrap_or(0.0) / 100.0)
        .sum()
}
