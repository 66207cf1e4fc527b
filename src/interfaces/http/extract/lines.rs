//! Reads the lines of a body as they arrive, none longer than the limit.

use actix_web::dev::Payload;
use bytes::{Buf, Bytes, BytesMut};

use super::body::without_byte_order_mark;
use super::pace::{Pace, PacedBody, TooSlow};
use crate::interfaces::http::problem::Problem;

/// The lines of a body.
pub struct Lines {
    body: PacedBody<Payload>,
    buffer: BytesMut,
    number: u64,
    max_bytes: usize,
    /// Why the body was not read to its end.
    pub read_error: Option<Problem>,
}

/// One line that is not empty.
#[derive(Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// Its bytes without the line feed; `None` when it is longer than the limit.
    pub text: Option<Bytes>,
}

impl Lines {
    /// Reads `payload`, with an error when it arrives more slowly than `pace`.
    pub fn new(payload: Payload, max_bytes: usize, pace: Pace) -> Self {
        Self {
            body: PacedBody::new(payload, pace),
            buffer: BytesMut::new(),
            number: 0,
            max_bytes,
            read_error: None,
        }
    }

    /// The longest line, in bytes.
    pub const fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// The number of the next line.
    pub const fn next_number(&self) -> u64 {
        self.number + 1
    }

    /// The next line that is not empty; `None` at the end of the body or after an error.
    pub async fn next(&mut self) -> Option<Line> {
        loop {
            let mut text = self.next_line().await?;
            self.number += 1;
            if self.number == 1 {
                text = text.map(|text| text.slice_ref(without_byte_order_mark(&text)));
            }
            let is_empty = |text: &Bytes| text.trim_ascii().is_empty();
            if !text.as_ref().is_some_and(is_empty) {
                let number = self.number;
                return Some(Line { number, text });
            }
        }
    }

    /// The outer option is `None` at the end, the inner one for a line that is too long, of which no more
    /// than the limit is ever buffered.
    async fn next_line(&mut self) -> Option<Option<Bytes>> {
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
                let is_last = self.read_error.is_none() && (is_too_long || searched > 0);
                let text = self.buffer.split().freeze();
                return is_last.then(|| self.within_limit(text, is_too_long));
            }
        }
    }

    fn within_limit(&self, text: Bytes, is_too_long: bool) -> Option<Bytes> {
        (!is_too_long && text.len() <= self.max_bytes).then_some(text)
    }

    /// Buffers the next chunk of the body; false at its end.
    async fn receive(&mut self) -> bool {
        match self.body.next().await {
            Ok(Some(Ok(chunk))) => {
                self.buffer.extend_from_slice(&chunk);
                return true;
            }
            Ok(Some(Err(_))) => self.read_error = Some(Problem::IncompleteBody),
            Err(TooSlow) => self.read_error = Some(Problem::Timeout),
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
    use crate::interfaces::http::extract::pace::Pace;

    /// The lines of a body that arrives in these chunks, as (number, text or "TOO LONG").
    async fn lines(chunks: &[&'static str]) -> Vec<(u64, String)> {
        let chunks: Vec<Result<Bytes, PayloadError>> = chunks
            .iter()
            .map(|piece| Ok(Bytes::from_static(piece.as_bytes())))
            .collect();
        let payload: Payload = Payload::Stream {
            payload: Box::pin(stream::iter(chunks)),
        };
        let mut lines = Lines::new(payload, 5, Pace::with_pause(Duration::from_secs(1)));
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
    async fn lines_are_independent_of_the_chunks() {
        let expected = [(1, "ab"), (3, "cde"), (4, "f")].map(|(n, t)| (n, t.to_owned()));
        for chunks in [
            &["ab\n\ncde\nf"][..],
            &["\u{feff}ab\n\ncde\nf"],
            &["a", "b\n", "\ncd", "e\nf\n"],
            &["ab", "\n \t\n", "cde", "\n", "f"],
        ] {
            assert_eq!(lines(chunks).await, expected, "{chunks:?}");
        }
    }

    #[actix_web::test]
    async fn a_line_that_is_too_long_is_reported_and_skipped() {
        let expected = [(1, "ok"), (2, "TOO LONG"), (3, "ok")].map(|(n, t)| (n, t.to_owned()));
        for chunks in [
            &["ok\n123456\nok"][..],
            &["ok\n1234", "56", "7890", "1\nok"],
            &["ok\n", "123", "456", "\n", "ok\n"],
        ] {
            assert_eq!(lines(chunks).await, expected, "{chunks:?}");
        }
        assert_eq!(lines(&["1234567"]).await, [(1, "TOO LONG".to_owned())]);
    }
}
