//! Keys that encrypt what must be forgotten one day.
//!
//! The journal is never rewritten, so what is private in an account is stored encrypted, with a key of its
//! own that lies here. Deleting the key makes every copy of it unreadable, those in old segments included.
//! One file, `secrets/keys.json`, mode 0600, replaced as a whole: an archive has some hundred accounts.
//! It belongs into every backup (`docs/operate/backup.md`), apart from the rest where that is possible.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::domain::hex;

/// 256 random bits.
pub type Key = [u8; 32];

/// The file below the data folder.
pub const FILE: &str = "secrets/keys.json";

/// The open store of keys. Calls that write block.
#[derive(Debug)]
pub struct KeyStore {
    path: PathBuf,
    keys: Mutex<Keys>,
}

#[derive(Clone, Serialize, Deserialize)]
enum Stored {
    #[serde(rename = "v1")]
    V1(Keys),
}

/// Keys in hexadecimal digits.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    /// Makes search keys of login names.
    master: HexKey,
    /// The key of each account.
    accounts: BTreeMap<String, HexKey>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
struct HexKey(Key);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} keys", self.accounts.len())
    }
}

impl From<HexKey> for String {
    fn from(key: HexKey) -> Self {
        hex(&key.0)
    }
}

impl TryFrom<String> for HexKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let invalid = "a key is 64 hexadecimal digits";
        if text.len() != 64 || !text.is_ascii() {
            return Err(invalid);
        }
        let mut key = Key::default();
        for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| invalid)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| invalid)?;
        }
        Ok(Self(key))
    }
}

impl KeyStore {
    /// Opens the store of a data folder. `new_master` becomes the master key of a new one. Blocks.
    ///
    /// # Errors
    /// Those of the file system; [`io::ErrorKind::InvalidData`] when the file is no store of keys.
    pub fn open(data_dir: &Path, new_master: Key) -> io::Result<Self> {
        let path = data_dir.join(FILE);
        let keys = match read(&path) {
            Ok(Stored::V1(keys)) => keys,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let keys = Keys {
                    master: HexKey(new_master),
                    accounts: BTreeMap::new(),
                };
                write(&path, &keys)?;
                keys
            }
            Err(error) => return Err(error),
        };
        Ok(Self {
            path,
            keys: Mutex::new(keys),
        })
    }

    /// The key that all accounts share.
    pub fn master(&self) -> Key {
        self.keys().master.0
    }

    /// The key of an account; none when it was deleted.
    pub fn of(&self, account: &str) -> Option<Key> {
        self.keys().accounts.get(account).map(|key| key.0)
    }

    /// Stores the key of a new account, durably, unless it has one. Gives the key that it has then. Blocks.
    ///
    /// # Errors
    /// Those of the file system; nothing has changed then.
    pub fn ensure(&self, account: &str, key: Key) -> io::Result<Key> {
        let mut kept = key;
        self.change(|accounts| {
            let entry = accounts.entry(account.to_owned());
            kept = entry.or_insert(HexKey(key)).0;
        })?;
        Ok(kept)
    }

    /// Deletes the key of an account, durably. Blocks.
    ///
    /// # Errors
    /// Those of the file system; nothing has changed then.
    pub fn remove(&self, account: &str) -> io::Result<()> {
        self.change(|accounts| {
            accounts.remove(account);
        })
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<String, HexKey>)) -> io::Result<()> {
        let mut keys = self.keys();
        let mut next = keys.clone();
        change(&mut next.accounts);
        write(&self.path, &next)?;
        *keys = next;
        Ok(())
    }

    fn keys(&self) -> MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Copies the store of one folder to another, if it has one, durably. Blocks.
///
/// # Errors
/// Those of the file system; [`io::ErrorKind::InvalidData`] when the file is no store of keys.
pub fn copy(from: &Path, to: &Path) -> io::Result<()> {
    let path = from.join(FILE);
    if path.try_exists()? {
        let Stored::V1(keys) = read(&path)?;
        write(&to.join(FILE), &keys)?;
    }
    Ok(())
}

fn read(path: &Path) -> io::Result<Stored> {
    serde_json::from_slice(&fs::read(path)?).map_err(|error| {
        let what = format!("{} cannot be read: {error}", path.display());
        io::Error::new(io::ErrorKind::InvalidData, what)
    })
}

/// Replaces the file durably: whole or not at all.
fn write(path: &Path, keys: &Keys) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let bytes = serde_json::to_vec(&Stored::V1(keys.clone()))?;
    let part = path.with_extension("part");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&part)?;
    file.write_all(&bytes)?;
    file.sync_all()?;
    fs::rename(&part, path)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    use super::{FILE, KeyStore};

    #[test]
    fn keys_survive_a_restart_until_they_are_removed() {
        let dir = tempfile::tempdir().unwrap();
        let store = KeyStore::open(dir.path(), [1; 32]).unwrap();
        assert_eq!(store.ensure("a", [7; 32]).unwrap(), [7; 32]);
        assert_eq!(store.ensure("a", [9; 32]).unwrap(), [7; 32]);
        store.ensure("b", [8; 32]).unwrap();
        store.remove("b").unwrap();
        drop(store);
        let store = KeyStore::open(dir.path(), [2; 32]).unwrap();
        assert_eq!(store.master(), [1; 32]);
        assert_eq!(store.of("a"), Some([7; 32]));
        assert_eq!(store.of("b"), None);
        let bytes = fs::read_to_string(dir.path().join(FILE)).unwrap();
        assert!(!bytes.contains(&"08".repeat(32)));
        let mode = fs::metadata(dir.path().join(FILE))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_damaged_file_is_refused_and_stays() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("secrets")).unwrap();
        fs::write(
            dir.path().join(FILE),
            "{\"v1\":{\"master\":\"00\",\"accounts\":{}}}",
        )
        .unwrap();
        let error = KeyStore::open(dir.path(), [1; 32]).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
        assert!(
            fs::read_to_string(dir.path().join(FILE))
                .unwrap()
                .contains("\"00\"")
        );
    }
}
