//! Ids of uploads.

use std::fmt;
use std::str::FromStr;

/// The id of an upload: 32 hexadecimal digits. It is the name of its partial file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UploadId([u8; 16]);

/// The text is no id of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the id of an upload is 32 hexadecimal digits")]
pub struct InvalidUploadId;

impl UploadId {
    /// The id with these bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for UploadId {
    type Err = InvalidUploadId;

    fn from_str(text: &str) -> Result<Self, InvalidUploadId> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != 32 || !text.bytes().all(is_digit) {
            return Err(InvalidUploadId);
        }
        let mut bytes = [0; 16];
        for (at, byte) in bytes.iter_mut().enumerate() {
            let digits = &text[2 * at..2 * at + 2];
            *byte = u8::from_str_radix(digits, 16).map_err(|_| InvalidUploadId)?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::UploadId;

    #[test]
    fn the_text_of_an_id_is_32_hexadecimal_digits() {
        let text = "00ff10a0000000000000000000000001";
        assert_eq!(text.parse::<UploadId>().unwrap().to_string(), text);
        for wrong in [
            "",
            "00ff",
            "00FF10A0000000000000000000000001",
            "../f10a0000000000000000000000001",
            "ế0ff10a000000000000000000000001",
        ] {
            assert!(wrong.parse::<UploadId>().is_err(), "{wrong}");
        }
    }
}
