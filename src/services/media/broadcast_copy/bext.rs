//! The `bext` chunk of Broadcast WAV (EBU Tech 3285, version 2) and the WAV around it.

use crate::domain::sound::Decibels;
use crate::domain::text::nfc;

/// Length of the fixed part of the chunk.
const FIXED_BYTES: usize = 602;
/// A loudness that was not measured.
const UNKNOWN: i16 = 0x7FFF;
const VERSION: u16 = 2;

/// What the chunk says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::services::media) struct Bext {
    /// What the recording is, at most 256 bytes.
    pub(in crate::services::media) description: String,
    /// Who made it, at most 32 bytes.
    pub(in crate::services::media) originator: String,
    /// The name that the maker gives it, at most 32 bytes.
    pub(in crate::services::media) reference: String,
    /// Integrated loudness.
    pub(in crate::services::media) loudness: Option<Decibels>,
    /// Loudness range.
    pub(in crate::services::media) range: Option<Decibels>,
    /// True peak.
    pub(in crate::services::media) true_peak: Option<Decibels>,
    /// How it was coded before and now: one line each.
    pub(in crate::services::media) history: Vec<String>,
}

/// What the samples of a WAV are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::services::media) struct PcmFormat {
    pub(in crate::services::media) rate_hz: u32,
    pub(in crate::services::media) channels: u16,
    pub(in crate::services::media) bits: u16,
}

impl Bext {
    /// The content of the chunk.
    pub(in crate::services::media) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(FIXED_BYTES);
        bytes.extend(field::<256>(&self.description));
        bytes.extend(field::<32>(&self.originator));
        bytes.extend(field::<32>(&self.reference));
        // Date and time of origin are not known of bytes alone; the sequence begins at midnight.
        bytes.extend([0; 10 + 8 + 4 + 4]);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend([0; 64]);
        let momentary_and_short_term = [None, None];
        for level in [self.loudness, self.range, self.true_peak]
            .into_iter()
            .chain(momentary_and_short_term)
        {
            bytes.extend(hundredths(level).to_le_bytes());
        }
        bytes.extend([0; 180]);
        for line in &self.history {
            bytes.extend(line.bytes());
            bytes.extend(b"\r\n");
        }
        bytes
    }
}

/// The beginning of a Broadcast WAV, up to its samples; `None` when it would be longer than a WAV can be.
pub(in crate::services::media) fn wav_head(
    format: PcmFormat,
    data_bytes: u64,
    bext: &Bext,
) -> Option<Vec<u8>> {
    let block = format.channels.checked_mul(format.bits / 8)?;
    let data_bytes = u32::try_from(data_bytes).ok()?;
    let mut chunks = b"WAVE".to_vec();
    chunk(&mut chunks, b"bext", &bext.to_bytes());
    let mut fmt = 1_u16.to_le_bytes().to_vec();
    fmt.extend(format.channels.to_le_bytes());
    fmt.extend(format.rate_hz.to_le_bytes());
    fmt.extend(format.rate_hz.checked_mul(block.into())?.to_le_bytes());
    fmt.extend(block.to_le_bytes());
    fmt.extend(format.bits.to_le_bytes());
    chunk(&mut chunks, b"fmt ", &fmt);
    chunks.extend(b"data");
    chunks.extend(data_bytes.to_le_bytes());
    let padded = data_bytes.checked_add(data_bytes % 2)?;
    let length = u32::try_from(chunks.len()).ok()?.checked_add(padded)?;
    let mut head = b"RIFF".to_vec();
    head.extend(length.to_le_bytes());
    head.extend(chunks);
    Some(head)
}

fn chunk(to: &mut Vec<u8>, name: &[u8; 4], content: &[u8]) {
    to.extend(name);
    to.extend((content.len() as u32).to_le_bytes());
    to.extend(content);
    if content.len() % 2 == 1 {
        to.push(0);
    }
}

/// Text of at most so many bytes, cut at a character and filled up with zeros.
fn field<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
    let text = nfc(text);
    let mut end = text.len().min(LENGTH);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut field = [0; LENGTH];
    field[..end].copy_from_slice(&text.as_bytes()[..end]);
    field
}

fn hundredths(level: Option<Decibels>) -> i16 {
    let number = level.and_then(|level| i16::try_from(level.hundredths()).ok());
    number.unwrap_or(UNKNOWN)
}

#[cfg(test)]
mod tests {
    use super::{Bext, Decibels, PcmFormat, wav_head};

    fn bext() -> Bext {
        Bext {
            // 86 characters of three bytes are 258 bytes.
            description: "ế".repeat(86),
            originator: "Đài Phát thanh".into(),
            reference: "0123456789abcdef0123456789abcdefXYZ".into(),
            loudness: Decibels::rounded(-22.97),
            range: Decibels::rounded(4.1),
            true_peak: Decibels::rounded(-1.27),
            history: vec!["A=PCM,F=48000,W=16,M=mono,T=x".into()],
        }
    }

    /// The places of the fields are those of EBU Tech 3285, version 2 (2011), 2.3.
    #[test]
    fn fields_lie_where_the_standard_has_them() {
        let bytes = bext().to_bytes();
        let description = std::str::from_utf8(&bytes[..255]).unwrap();
        assert_eq!(description, "ế".repeat(85), "cut at a character");
        assert_eq!(bytes[255], 0);
        assert!(bytes[256..288].starts_with("Đài Phát thanh\0".as_bytes()));
        assert_eq!(&bytes[288..320], b"0123456789abcdef0123456789abcdef");
        assert_eq!(bytes[346..348], [2, 0], "version");
        let level = |at: usize| i16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let levels = [412, 414, 416, 418, 420].map(level);
        assert_eq!(levels, [-2297, 410, -127, 0x7FFF, 0x7FFF]);
        assert!(bytes[422..602].iter().all(|byte| *byte == 0));
        assert_eq!(&bytes[602..], b"A=PCM,F=48000,W=16,M=mono,T=x\r\n");
    }

    #[test]
    fn a_wav_is_as_long_as_it_says() {
        let format = PcmFormat {
            rate_hz: 48_000,
            channels: 2,
            bits: 16,
        };
        let head = wav_head(format, 4_000, &bext()).unwrap();
        let number = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().unwrap());
        assert_eq!(number(4) as usize, head.len() - 8 + 4_000);
        assert_eq!(&head[8..16], b"WAVEbext");
        // The chunk has an odd length and a byte of padding.
        assert_eq!(number(16), 633);
        let format_at = 20 + 634;
        assert_eq!(&head[format_at..format_at + 4], b"fmt ");
        assert_eq!(number(format_at + 16), 192_000, "bytes a second");
        assert_eq!(number(head.len() - 4), 4_000);
        assert_eq!(wav_head(format, u64::from(u32::MAX), &bext()), None);
    }
}
