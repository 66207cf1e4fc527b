//! Passwords: which are accepted, and how they are hashed.
//!
//! Argon2id (RFC 9106) with the memory that OWASP's Password Storage Cheat Sheet recommends (19 MiB, one
//! lane) and as many passes as take [`TARGET`] on this machine, two at least. A hash made with fewer passes is
//! made again at the next sign-in. At most as many run at once as half the processors, and few wait: a storm of
//! sign-ins holds up nobody else and uses bounded memory.
//!
//! Accepted is what has [`MIN_CHARACTERS`] and is hard to guess by zxcvbn, whose lists have the common passwords
//! (ASVS 5.0, 6.2). There are no rules about which characters it has, and it never expires.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization as _;
use zxcvbn::{Score, zxcvbn};

use crate::clock::Clock;
use crate::domain::Rule;
use crate::storage::blocking;

/// The fewest characters of a password.
pub const MIN_CHARACTERS: usize = 10;
/// The most bytes of a password.
const MAX_BYTES: usize = 1_024;

/// Memory of one hash, in KiB.
const MEMORY_KIB: u32 = 19 * 1_024;
/// The fewest and most passes.
const PASSES: std::ops::RangeInclusive<u32> = 2..=10;
/// How long a hash should take.
const TARGET: Duration = Duration::from_millis(80);
/// Hashes that wait for a permit, at most.
const MAX_WAITING: usize = 64;
/// How long callers beyond this number have to wait.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// Words of passwords that are common here and in no English list.
const COMMON_HERE: [&str; 12] = [
    "matkhau",
    "mật khẩu",
    "khochung",
    "gialai",
    "vietnam",
    "anhyeuem",
    "emyeuanh",
    "khongbiet",
    "iloveyou",
    "quantri",
    "admin",
    "nhanquyen",
];

/// Hashes and verifies passwords.
#[derive(Debug, Clone)]
pub struct Passwords {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    setup: OnceLock<Setup>,
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
    clock: Clock,
}

/// What is measured and made at the first use, so that starting the archive does not wait for it.
#[derive(Debug)]
struct Setup {
    hasher: Argon2<'static>,
    passes: u32,
    /// The hash of no password, verified for login names that nobody has.
    decoy: String,
}

/// Too many passwords wait to be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many sign-ins at once")]
pub struct Overload {
    /// When to try again.
    pub retry_after: Duration,
}

/// What verifying came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verified {
    /// It is another password.
    Wrong,
    /// It is this one.
    Right,
    /// It is this one, and this stronger hash should replace the stored one.
    RightRehashed(String),
}

impl Passwords {
    /// Chooses the number of passes at the first use.
    pub fn new(clock: Clock) -> Self {
        Self::with(OnceLock::new(), clock)
    }

    fn with(setup: OnceLock<Setup>, clock: Clock) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let shared = Shared {
            setup,
            permits: Arc::new(Semaphore::new((processors / 2).max(1))),
            waiting: AtomicUsize::new(0),
            clock,
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Hashes a password that was [`check`]ed.
    ///
    /// # Errors
    /// [`Overload`].
    pub(super) async fn hash(&self, password: &str) -> Result<String, Overload> {
        let password = normalised(password);
        self.run(move |shared| {
            let hasher = &shared.setup().hasher;
            hash_with(hasher, password.as_bytes(), &shared.clock).unwrap_or_default()
        })
        .await
    }

    /// Compares a password with a stored hash; without one in the same time with none.
    ///
    /// # Errors
    /// [`Overload`].
    pub(super) async fn verify(
        &self,
        password: &str,
        stored: Option<String>,
    ) -> Result<Verified, Overload> {
        if password.len() > MAX_BYTES {
            return Ok(Verified::Wrong);
        }
        let password = normalised(password);
        self.run(move |shared| shared.verify(password.as_bytes(), stored))
            .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> T + Send + 'static,
    ) -> Result<T, Overload> {
        let shared = Arc::clone(&self.shared);
        let waiting = Waiting::enter(&shared.waiting)?;
        let permit = Arc::clone(&shared.permits).acquire_owned().await;
        drop(waiting);
        // The permit is held until the work ends, also when the caller has gone.
        let done = blocking(move || {
            let _permit = permit;
            work(&shared)
        });
        Ok(done.await)
    }
}

impl Setup {
    /// Measures the machine and chooses the number of passes. Blocks for some [`TARGET`]s.
    fn measured(clock: &Clock) -> Self {
        let fewest = *PASSES.start();
        let start = Instant::now();
        let mut out = [0; 32];
        let probe = hasher(fewest).hash_password_into(b"calibration", &[0; 16], &mut out);
        let each = start.elapsed() / fewest;
        let wanted = TARGET.as_secs_f64() / each.as_secs_f64().max(1e-6);
        let passes = if probe.is_ok() { wanted as u32 } else { fewest };
        Self::with_passes(passes.clamp(fewest, *PASSES.end()), clock)
    }

    fn with_passes(passes: u32, clock: &Clock) -> Self {
        let hasher = hasher(passes);
        let decoy = hash_with(&hasher, b"", clock).unwrap_or_default();
        Self {
            hasher,
            passes,
            decoy,
        }
    }
}

impl Shared {
    fn setup(&self) -> &Setup {
        self.setup.get_or_init(|| Setup::measured(&self.clock))
    }

    fn verify(&self, password: &[u8], stored: Option<String>) -> Verified {
        let is_known = stored.is_some();
        let setup = self.setup();
        let stored = stored.unwrap_or_else(|| setup.decoy.clone());
        let is_right = setup
            .hasher
            .verify_password(password, stored.as_str())
            .is_ok();
        if !is_right || !is_known {
            return Verified::Wrong;
        }
        let passes = PasswordHash::new(&stored)
            .ok()
            .and_then(|hash| hash.params.get_decimal("t"));
        if passes.is_some_and(|passes| passes >= setup.passes) {
            return Verified::Right;
        }
        match hash_with(&setup.hasher, password, &self.clock) {
            Some(hash) => Verified::RightRehashed(hash),
            None => Verified::Right,
        }
    }
}

/// Counts a hash that waits, for as long as it lives.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn enter(waiting: &'a AtomicUsize) -> Result<Self, Overload> {
        let entered = Self(waiting);
        if waiting.fetch_add(1, Ordering::Relaxed) < MAX_WAITING {
            return Ok(entered);
        }
        Err(Overload {
            retry_after: RETRY_AFTER,
        })
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether a password may be chosen. `context` has words that everybody who attacks this account knows.
///
/// # Errors
/// [`Rule::TooShort`], [`Rule::TooLong`], [`Rule::EasyToGuess`].
pub(super) fn check(password: &str, context: &[&str]) -> Result<(), Rule> {
    let password = normalised(password);
    if password.len() > MAX_BYTES {
        return Err(Rule::TooLong { max: MAX_BYTES });
    }
    if password.chars().count() < MIN_CHARACTERS {
        return Err(Rule::TooShort {
            min: MIN_CHARACTERS,
        });
    }
    let known: Vec<&str> = COMMON_HERE.iter().chain(context).copied().collect();
    if zxcvbn(&password, &known).score() < Score::Three {
        return Err(Rule::EasyToGuess);
    }
    Ok(())
}

/// One password, however the keyboard composed its letters (RFC 8265, 4.2).
fn normalised(password: &str) -> String {
    password.nfc().collect()
}

fn hasher(passes: u32) -> Argon2<'static> {
    let params = Params::new(MEMORY_KIB, passes, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_with(hasher: &Argon2<'_>, password: &[u8], clock: &Clock) -> Option<String> {
    let salt = clock.random_bytes::<16>();
    let hash: PasswordHash = hasher.hash_password_with_salt(password, &salt).ok()?;
    Some(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Passwords, Setup, Verified, check};
    use crate::clock::Clock;
    use crate::domain::Rule;

    fn with_passes(passes: u32) -> Passwords {
        let clock = Clock::system();
        Passwords::with(Setup::with_passes(passes, &clock).into(), clock)
    }

    /// Made with the reference implementation: `echo -n 'trời xanh 7 quả đồi' | argon2 somesalt12345678 -id
    /// -t 2 -k 19456 -p 1 -l 32 -e`.
    const BY_REFERENCE: &str = include_str!("testdata/argon2id.phc");

    #[test]
    fn passwords_are_long_and_hard_to_guess() {
        for (password, expected) in [
            ("ngắn quá", Err(Rule::TooShort { min: 10 })),
            ("password123", Err(Rule::EasyToGuess)),
            ("matkhau123456", Err(Rule::EasyToGuess)),
            ("1234567890", Err(Rule::EasyToGuess)),
            ("phong.vh@gialai.example", Err(Rule::EasyToGuess)),
            ("trời xanh 7 quả đồi", Ok(())),
        ] {
            assert_eq!(
                check(password, &["phong.vh@gialai.example"]),
                expected,
                "{password}"
            );
        }
        assert_eq!(
            check(&"x9 ".repeat(400), &[]),
            Err(Rule::TooLong { max: 1024 })
        );
    }

    #[tokio::test]
    async fn hashes_of_the_reference_implementation_are_verified_and_made_stronger() {
        let passwords = with_passes(3);
        let stored = BY_REFERENCE.trim().to_owned();
        let verify = |password, stored| passwords.verify(password, stored);
        let wrong = verify("trời xanh 7 quả đôi", Some(stored.clone())).await;
        assert_eq!(wrong, Ok(Verified::Wrong));
        // The same text, decomposed.
        let decomposed = "trơ\u{300}i xanh 7 quả đồi";
        let right = verify(decomposed, Some(stored.clone())).await;
        let Ok(Verified::RightRehashed(stronger)) = right else {
            panic!("{right:?}");
        };
        assert!(
            stronger.starts_with("$argon2id$v=19$m=19456,t=3,p=1$"),
            "{stronger}"
        );
        let again = verify("trời xanh 7 quả đồi", Some(stronger)).await;
        assert_eq!(again, Ok(Verified::Right));
        assert_eq!(verify("", None).await, Ok(Verified::Wrong));
    }

    #[tokio::test]
    async fn a_storm_of_sign_ins_is_bounded() {
        let passwords = with_passes(2);
        let storm = (0..100).map(|_| passwords.verify("x", None));
        let results = futures_util::future::join_all(storm).await;
        let refused = results.iter().filter(|result| result.is_err()).count();
        let permits = passwords.shared.permits.available_permits();
        assert_eq!(refused, 100 - super::MAX_WAITING - permits, "{results:?}");
    }
}
