//! The body of a file's answer: spans of its bytes, and text between them when there are several.
//!
//! At most one piece is under way for an answer. What the kernel has in memory is read on the
//! worker's own thread into one buffer that is used again and again; what it has not is fetched
//! by the blocking pool, after which the kernel has read ahead.

use std::collections::VecDeque;
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use actix_web::body::{BodySize, MessageBody};
use bytes::{Bytes, BytesMut};

use crate::services::delivery::Content;
use crate::storage::blobs::BlobError;

/// Bytes copied at once from the kernel's memory: what the server's write buffer keeps between
/// answers. Greater pieces would have it allocate anew each time.
const READY_PIECE_BYTES: u64 = 128 * 1024;
/// Bytes fetched at once from the disk.
const FETCHED_PIECE_BYTES: u64 = 1024 * 1024;

/// One part of a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// These bytes.
    Text(Bytes),
    /// These bytes of the file.
    Span(Range<u64>),
}

impl Part {
    fn size(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Span(span) => span.end - span.start,
        }
    }
}

/// Parts of an open file, one after another.
pub struct FileBody {
    content: Arc<Content>,
    left: VecDeque<Part>,
    size: u64,
    /// What was sent last; its memory is taken for the next piece.
    sent: Bytes,
    fetching: Option<Fetching>,
}

type Fetching = Pin<Box<dyn Future<Output = Result<Bytes, BlobError>> + Send>>;

impl FileBody {
    /// Sends these parts of `content`; spans lie within it.
    pub fn new(content: Content, parts: Vec<Part>) -> Self {
        Self {
            content: Arc::new(content),
            size: parts.iter().map(Part::size).sum(),
            left: parts.into(),
            sent: Bytes::new(),
            fetching: None,
        }
    }

    /// The next piece of the first span, if it is in memory.
    fn ready_piece(&mut self, span: &Range<u64>) -> Option<Bytes> {
        let length = READY_PIECE_BYTES.min(span.end - span.start) as usize;
        let sent = std::mem::take(&mut self.sent);
        let mut buffer = sent.try_into_mut().unwrap_or_else(|_| BytesMut::new());
        buffer.resize(length, 0);
        let read = self.content.read_ready(span.start, &mut buffer)?;
        buffer.truncate(read);
        self.sent = buffer.freeze();
        Some(self.sent.clone())
    }

    fn fetch(&self, span: &Range<u64>) -> Fetching {
        let end = span.end.min(span.start + FETCHED_PIECE_BYTES);
        Box::pin(Arc::clone(&self.content).read(span.start..end))
    }

    /// Takes a piece off the first span.
    fn advance(&mut self, piece: &Bytes) {
        if let Some(Part::Span(span)) = self.left.front_mut() {
            span.start += piece.len() as u64;
        }
    }
}

impl MessageBody for FileBody {
    type Error = BlobError;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.size)
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BlobError>>> {
        loop {
            if let Some(fetching) = &mut self.fetching {
                let fetched = ready!(fetching.as_mut().poll(context));
                self.fetching = None;
                return Poll::Ready(Some(fetched.inspect(|piece| self.advance(piece))));
            }
            let span = match self.left.pop_front() {
                None => return Poll::Ready(None),
                Some(Part::Text(text)) => return Poll::Ready(Some(Ok(text))),
                Some(Part::Span(span)) if span.is_empty() => continue,
                Some(Part::Span(span)) => span,
            };
            self.left.push_front(Part::Span(span.clone()));
            if let Some(piece) = self.ready_piece(&span) {
                self.advance(&piece);
                return Poll::Ready(Some(Ok(piece)));
            }
            self.fetching = Some(self.fetch(&span));
        }
    }
}

/// The body of an answer to `HEAD`: as long as that of `GET`, and never sent.
pub struct Unsent(pub u64);

impl MessageBody for Unsent {
    type Error = BlobError;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.0)
    }

    fn poll_next(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BlobError>>> {
        Poll::Ready(None)
    }
}
