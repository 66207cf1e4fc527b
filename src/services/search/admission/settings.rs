//! The limits of admission.

use std::time::Duration;

use super::budget::Budget;

/// How much may run and wait at once, and what each caller may use.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdmissionSettings {
    /// Requests that run at the same time.
    pub running: usize,
    /// Cores that callers share.
    pub cores: usize,
    /// Requests that wait, of all callers and of one.
    pub waiting: usize,
    /// Requests of one caller that wait.
    pub waiting_of_one: usize,
    /// The longest wait.
    pub longest_wait: Duration,
    /// How long a refusal is held back, so that a client that tries again at once does not keep the archive
    /// busy with refusing.
    pub refusal_delay: Duration,
    /// The budget of each caller.
    pub budget: Budget,
}

/// Requests that run at the same time for each core: some of them wait for the disk.
const RUNNING_PER_CORE: usize = 4;

impl Default for AdmissionSettings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            running: RUNNING_PER_CORE * cores,
            cores,
            waiting: 512,
            waiting_of_one: 64,
            longest_wait: Duration::from_secs(5),
            refusal_delay: Duration::from_millis(250),
            budget: Budget {
                each_second: Duration::from_millis(500) * u32::try_from(cores).unwrap_or(1),
                window: Duration::from_secs(300),
            },
        }
    }
}
