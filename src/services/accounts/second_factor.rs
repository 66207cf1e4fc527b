//! Second factors: one-time passwords by time (TOTP, RFC 6238: SHA-1, 6 digits, 30 seconds, one step of skew) and
//! recovery codes, each accepted once.

use totp_rs::{Algorithm, Builder, Totp};

use super::repeatable::RepeatableRequest;
use super::secret::{self, Secret};
use super::stored::{PrivateV1, TotpV1};
use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::storage::keys::Key;

/// Recovery codes that are made at once.
const RECOVERY_CODES: usize = 10;

/// What authenticator programs show before the login name.
const ISSUER: &str = "Kho Chung";

/// A generator that its holder has not confirmed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTotp {
    /// The shared secret in Base32, for typing.
    pub secret: Secret,
    /// The same as an `otpauth://` address, for a QR code.
    pub address: Secret,
}

/// Begins with a new generator. It counts once a code of it was entered.
pub(super) fn begin(private: &mut PrivateV1, clock: &Clock) -> Option<NewTotp> {
    let totp = generator(clock.random_bytes::<20>().to_vec(), &private.login)?;
    let secret = totp.secret().to_base32();
    private.totp = Some(TotpV1 {
        secret: secret.clone(),
        is_confirmed: false,
        last_step: 0,
    });
    Some(NewTotp {
        secret: Secret::from_text(secret),
        address: Secret::from_text(totp.to_url().ok()?),
    })
}

/// Whether the code is right now and newer than the last that was accepted, which it becomes.
pub(super) fn accept_code(private: &mut PrivateV1, code: &str, now: Timestamp) -> bool {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let login = private.login.clone();
    let Some(stored) = private.totp.as_mut() else {
        return false;
    };
    let secret = totp_rs::Secret::try_from_base32(&stored.secret).ok();
    let totp = secret.and_then(|secret| generator(secret.as_ref().to_vec(), &login));
    let seconds = u64::try_from(now.as_millis() / 1_000).unwrap_or_default();
    let step = totp.and_then(|totp| totp.check(&code, seconds));
    match step {
        Some(step) if step > stored.last_step => {
            stored.last_step = step;
            true
        }
        _ => false,
    }
}

/// Recovery codes that are made at once.
pub(super) struct RecoveryCodes(Vec<Secret>);

impl RecoveryCodes {
    pub(super) fn random(clock: &Clock) -> Self {
        let codes = (0..RECOVERY_CODES).map(|_| recovery_code(&clock.random_bytes::<16>()));
        Self(codes.collect())
    }

    /// Those that only equal requests of this account get.
    pub(super) fn derived(request: &RepeatableRequest, account: &str, master: &Key) -> Self {
        let code = |number: usize| {
            let bits = request.bits(account, &format!("recovery-code\n{number}"), master);
            recovery_code(&bits[..16])
        };
        Self((0..RECOVERY_CODES).map(code).collect())
    }

    /// They replace those that the account has.
    pub(super) fn replace(&self, private: &mut PrivateV1) {
        private.recovery_codes = self.hashes().collect();
    }

    /// Whether the account has one of them.
    pub(super) fn are_in(&self, private: &PrivateV1) -> bool {
        self.hashes()
            .any(|hash| private.recovery_codes.contains(&hash))
    }

    /// The codes, for the one response that shows them.
    pub(super) fn reveal(self) -> Vec<Secret> {
        self.0
    }

    fn hashes(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|code| code.hash().to_hex())
    }
}

/// Whether this is a recovery code, which is none any more then.
pub(super) fn use_recovery_code(private: &mut PrivateV1, code: &str) -> bool {
    let plain: String = code
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let hash = secret::hash(&grouped(&plain)).to_hex();
    let before = private.recovery_codes.len();
    private.recovery_codes.retain(|stored| *stored != hash);
    private.recovery_codes.len() < before
}

/// 80 random bits as four groups of four letters and digits that cannot be mistaken for each other.
fn recovery_code(letters: &[u8]) -> Secret {
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567890";
    let letter = |byte: &u8| char::from(ALPHABET[usize::from(byte % 32)]);
    let plain: String = letters.iter().map(letter).collect();
    Secret::from_text(grouped(&plain))
}

fn grouped(plain: &str) -> String {
    let letters: Vec<char> = plain.chars().collect();
    let groups = letters
        .chunks(4)
        .map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join("-")
}

fn generator(secret: Vec<u8>, login: &str) -> Option<Totp> {
    // A colon separates issuer and name in the address.
    let name = login.replace(':', "_");
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(secret)
        .with_account_name(name)
        .with_issuer(Some(ISSUER))
        .build()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::{RecoveryCodes, accept_code, begin, use_recovery_code};
    use crate::clock::Clock;
    use crate::domain::Timestamp;
    use crate::services::accounts::stored::{PrivateV1, TotpV1};

    fn private(secret: &str) -> PrivateV1 {
        PrivateV1 {
            login: "a@b.example".into(),
            display: "A".into(),
            password: None,
            totp: Some(TotpV1 {
                secret: secret.into(),
                is_confirmed: true,
                last_step: 0,
            }),
            recovery_codes: Vec::new(),
        }
    }

    /// RFC 6238, appendix B: the secret is `12345678901234567890`; the last six of the eight digits.
    #[test]
    fn codes_are_those_of_rfc_6238_within_a_step_and_accepted_once() {
        const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_234_567_890, "005924"),
            (20_000_000_000, "353130"),
        ] {
            for (skew, is_accepted) in [(-30, true), (0, true), (30, true), (90, false)] {
                let mut private = private(SECRET);
                let now = Timestamp::from_millis((seconds + skew) * 1_000);
                assert_eq!(
                    accept_code(&mut private, code, now),
                    is_accepted,
                    "{code} {skew}"
                );
                assert!(!accept_code(&mut private, code, now), "a second time");
            }
        }
        assert!(!accept_code(
            &mut private(SECRET),
            "",
            Timestamp::from_millis(59_000)
        ));
    }

    #[test]
    fn the_address_for_qr_codes_names_issuer_and_login() {
        let mut private = private("");
        let new = begin(&mut private, &Clock::system()).unwrap();
        let address = new.address.reveal();
        assert!(
            address.starts_with("otpauth://totp/Kho%20Chung:a%40b.example?"),
            "{address}"
        );
        assert!(
            address.contains(&format!("secret={}", new.secret.reveal())),
            "{address}"
        );
        assert!(!private.totp.unwrap().is_confirmed);
    }

    #[test]
    fn a_recovery_code_is_used_once_however_it_is_typed() {
        let mut private = private("");
        let codes = RecoveryCodes::random(&Clock::system());
        codes.replace(&mut private);
        let codes = codes.reveal();
        assert_eq!(codes.len(), 10);
        let typed = codes[3].reveal().to_uppercase().replace('-', " ");
        assert!(use_recovery_code(&mut private, &typed));
        assert!(!use_recovery_code(&mut private, &typed));
        assert!(!use_recovery_code(&mut private, "aaaa-aaaa-aaaa-aaaa"));
        assert_eq!(private.recovery_codes.len(), 9);
    }
}
