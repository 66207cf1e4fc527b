//! Reads the lines of a body as they arrive, none longer than allowed.

use std::time::Duration;

use actix_web::dev::Payload;
use bytes::{Buf, Bytes, BytesMut};
use futures_util::StreamExt;

use super::problem::Problem;

/// The lines of a body.
pub struct Lines {
    payload: Payload,
    buffer: BytesMut,
    number: u64,
    max_bytes: usize,
    patience: Duration,
    /// Why the body ended before its end.
    pub broken_off: Option<Problem>,
}

/// One line that is not blank.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// Its bytes without the line feed; none when it is longer than allowed.
    pub text: Option<Bytes>,
}

impl Lines {
    /// Reads `payload`, giving up when no piece of it comes within `patience`.
    pub fn new(payload: Payload, max_bytes: usize, patience: Duration) -> Self {
        Self {
            payload,
            buffer: BytesMut::new(),
            number: 0,
            max_bytes,
            patience,
            broken_off: None,
        }
    }

    /// The longest line, in bytes.
    pub const fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// The number of the line that would come next.
    pub const fn next_number(&self) -> u64 {
        self.number + 1
    }

    /// The next line that is not blank; none at the end, or when the body broke off.
    pub async fn next(&mut self) -> Option<Line> {
        loop {
            let text = self.next_of_any().await?;
            self.number += 1;
            let is_blank = |text: &Bytes| text.trim_ascii().is_empty();
            if !text.as_ref().is_some_and(is_blank) {
                let number = self.number;
                return Some(Line { number, text });
            }
        }
    }

    /// The outer option is none at the end, the inner one for a line that is too long, of which
    /// no more than the allowed length is ever kept.
    async fn next_of_any(&mut self) -> Option<Option<Bytes>> {
        let mut is_too_long = false;
        let mut searched = 0;
        loop {
            if let Some(at) = self.buffer[searched..]
                .iter()
                .position(|byte| *byte == b'\n')
            {
                let text = self.buffer.split_to(searched + at).freeze();
                self.buffer.advance(1);
                return Some(self.within_limit(text, is_too_long));
            }
            if self.buffer.len() > self.max_bytes {
                is_too_long = true;
                self.buffer.clear();
            }
            searched = self.buffer.len();
            if !self.receive().await {
                let is_last = self.broken_off.is_none() && (is_too_long || searched > 0);
                let text = self.buffer.split().freeze();
                return is_last.then(|| self.within_limit(text, is_too_long));
            }
        }
    }

    fn within_limit(&self, text: Bytes, is_too_long: bool) -> Option<Bytes> {
        (!is_too_long && text.len() <= self.max_bytes).then_some(text)
    }

    /// Takes in the next piece of the body; false at its end.
    async fn receive(&mut self) -> bool {
        match tokio::time::timeout(self.patience, self.payload.next()).await {
            Ok(Some(Ok(piece))) => {
                self.buffer.extend_from_slice(&piece);
                return true;
            }
            Ok(Some(Err(_))) => self.broken_off = Some(Problem::IncompleteBody),
            Err(_) => self.broken_off = Some(Problem::Timeout),
            Ok(None) => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::dev::Payload;
    use actix_web::error::PayloadError;
    use bytes::Bytes;
    use futures_util::stream;

    use super::Lines;

    /// The lines of a body that arrives in these pieces, as (number, text or "TOO LONG").
    async fn lines(pieces: &[&'static str]) -> Vec<(u64, String)> {
        let pieces: Vec<Result<Bytes, PayloadError>> = pieces
            .iter()
            .map(|piece| Ok(Bytes::from_static(piece.as_bytes())))
            .collect();
        let payload: Payload = Payload::Stream {
            payload: Box::pin(stream::iter(pieces)),
        };
        let mut lines = Lines::new(payload, 5, Duration::from_secs(1));
        let mut found = Vec::new();
        while let Some(line) = lines.next().await {
            let text = line
                .text
                .map(|text| String::from_utf8(text.to_vec()).unwrap());
            found.push((line.number, text.unwrap_or_else(|| "TOO LONG".to_owned())));
        }
        found
    }

    #[actix_web::test]
    async fn lines_are_cut_wherever_the_pieces_are() {
        let expected = [(1, "ab"), (3, "cde"), (4, "f")].map(|(n, t)| (n, t.to_owned()));
        for pieces in [
            &["ab\n\ncde\nf"][..],
            &["a", "b\n", "\ncd", "e\nf\n"],
            &["ab", "\n \t\n", "cde", "\n", "f"],
        ] {
            assert_eq!(lines(pieces).await, expected, "{pieces:?}");
        }
    }

    #[actix_web::test]
    async fn a_line_that_is_too_long_is_told_and_skipped() {
        let expected = [(1, "ok"), (2, "TOO LONG"), (3, "ok")].map(|(n, t)| (n, t.to_owned()));
        for pieces in [
            &["ok\n123456\nok"][..],
            &["ok\n1234", "56", "7890", "1\nok"],
            &["ok\n", "123", "456", "\n", "ok\n"],
        ] {
            assert_eq!(lines(pieces).await, expected, "{pieces:?}");
        }
        assert_eq!(lines(&["1234567"]).await, [(1, "TOO LONG".to_owned())]);
    }
}
