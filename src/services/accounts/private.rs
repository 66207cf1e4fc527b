//! The private part of accounts, and what else is to be forgotten: encrypted with the key of the account (AES-256-GCM), so that deleting the key
//! deletes it from every copy of the journal; and the hash under which a login name is found (HMAC-SHA-256).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::secret::Secret;
use crate::clock::Clock;
use crate::domain::account::Login;
use crate::domain::hex;
use crate::storage::keys::Key;

/// The private part cannot be read: wrong key, or changed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the private part of an account cannot be decrypted with its key")]
pub struct Unreadable;

/// Encrypts: nonce, then ciphertext with its tag, in Base64. `id` is authenticated with it, so that the part of
/// one account is none of another.
pub(in crate::services) fn seal<T: Serialize>(
    private: &T,
    id: &str,
    key: &Key,
    clock: &Clock,
) -> Result<String, Unreadable> {
    let nonce = clock.random_bytes::<NONCE_LEN>();
    let mut bytes = serde_json::to_vec(private).map_err(|_| Unreadable)?;
    cipher(key)?
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(id.as_bytes()),
            &mut bytes,
        )
        .map_err(|_| Unreadable)?;
    Ok(STANDARD.encode([nonce.as_slice(), &bytes].concat()))
}

/// Decrypts what [`seal`] made.
pub(in crate::services) fn open<T: DeserializeOwned>(
    sealed: &str,
    id: &str,
    key: &Key,
) -> Result<T, Unreadable> {
    let bytes = STANDARD.decode(sealed).map_err(|_| Unreadable)?;
    let (nonce, ciphertext) = bytes.split_at_checked(NONCE_LEN).ok_or(Unreadable)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unreadable)?;
    let mut ciphertext = ciphertext.to_vec();
    let plain = cipher(key)?
        .open_in_place(nonce, Aad::from(id.as_bytes()), &mut ciphertext)
        .map_err(|_| Unreadable)?;
    serde_json::from_slice(plain).map_err(|_| Unreadable)
}

/// Encrypts what a browser keeps for the archive, so that nothing is stored for those who never come back. No text for
/// another purpose is taken for it.
pub(super) fn seal_for_browser<T: Serialize>(
    kept: &T,
    purpose: &str,
    master: &Key,
    clock: &Clock,
) -> Result<Secret, Unreadable> {
    let key = keyed_hash(master, purpose);
    seal(kept, purpose, &key, clock).map(Secret::from_text)
}

/// Decrypts what [`seal_for_browser`] made.
pub(super) fn open_from_browser<T: DeserializeOwned>(
    text: &str,
    purpose: &str,
    master: &Key,
) -> Result<T, Unreadable> {
    open(text, purpose, &keyed_hash(master, purpose))
}

fn cipher(key: &Key) -> Result<LessSafeKey, Unreadable> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| Unreadable)?;
    Ok(LessSafeKey::new(key))
}

/// The key under which the account with this login name is found. The name cannot be learned from it without
/// the master key.
pub(super) fn login_key(login: &Login, master: &Key) -> String {
    hex(&keyed_hash(master, login.as_str()))
}

/// HMAC-SHA-256: nobody without the key can make or guess it.
pub(super) fn keyed_hash(key: &Key, text: &str) -> [u8; 32] {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    let mut hash = [0; 32];
    hash.copy_from_slice(hmac::sign(&key, text.as_bytes()).as_ref());
    hash
}

#[cfg(test)]
mod tests {
    use super::{Unreadable, open, seal};
    use crate::clock::Clock;
    use crate::services::accounts::stored::PrivateV1;

    #[test]
    fn only_the_key_and_id_of_the_account_open_it() {
        let private = PrivateV1 {
            login: "phong.vh@gialai.example".into(),
            display: "Phòng Văn hoá".into(),
            password: None,
            totp: None,
            recovery_codes: Vec::new(),
        };
        let sealed = seal(&private, "a-1", &[7; 32], &Clock::system()).unwrap();
        assert!(!sealed.contains("gialai"));
        assert_eq!(open(&sealed, "a-1", &[7; 32]), Ok(private.clone()));
        let opened = |text, id, key| open::<PrivateV1>(text, id, key);
        assert_eq!(opened(&sealed, "a-2", &[7; 32]), Err(Unreadable));
        assert_eq!(opened(&sealed, "a-1", &[8; 32]), Err(Unreadable));
        assert_eq!(opened(&sealed[..20], "a-1", &[7; 32]), Err(Unreadable));
        let again = seal(&private, "a-1", &[7; 32], &Clock::system()).unwrap();
        assert_ne!(again, sealed);
    }
}
