//! The body of a file response: ranges of its bytes, and text between them when there are several.
//!
//! A response has at most one chunk in flight. Bytes in the page cache are read on the thread of the worker
//! into one reused buffer; other bytes are read by the blocking pool, after which the kernel reads ahead.

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

/// The size of chunks from the page cache: what the write buffer of the server keeps between responses.
/// Larger chunks would make it allocate each time.
const CACHED_CHUNK_BYTES: u64 = 128 * 1024;
/// The size of chunks from the disk.
const DISK_CHUNK_BYTES: u64 = 1024 * 1024;

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

/// Parts of an open file, in order.
pub struct FileBody {
    content: Arc<Content>,
    remaining: VecDeque<Part>,
    size: u64,
    /// The last chunk; its memory is reused for the next one.
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
            remaining: parts.into(),
            sent: Bytes::new(),
            fetching: None,
        }
    }

    /// The next chunk of the first span, if it is in the page cache.
    fn cached_chunk(&mut self, span: &Range<u64>) -> Option<Bytes> {
        let length = CACHED_CHUNK_BYTES.min(span.end - span.start) as usize;
        let sent = std::mem::take(&mut self.sent);
        let mut buffer = sent.try_into_mut().unwrap_or_else(|_| BytesMut::new());
        buffer.resize(length, 0);
        let read = self.content.read_ready(span.start, &mut buffer)?;
        buffer.truncate(read);
        self.sent = buffer.freeze();
        Some(self.sent.clone())
    }

    fn fetch(&self, span: &Range<u64>) -> Fetching {
        let end = span.end.min(span.start + DISK_CHUNK_BYTES);
        Box::pin(Arc::clone(&self.content).read(span.start..end))
    }

    /// Removes a chunk from the first span.
    fn advance(&mut self, chunk: &Bytes) {
        if let Some(Part::Span(span)) = self.remaining.front_mut() {
            span.start += chunk.len() as u64;
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
                return Poll::Ready(Some(fetched.inspect(|chunk| self.advance(chunk))));
            }
            let span = match self.remaining.pop_front() {
                None => return Poll::Ready(None),
                Some(Part::Text(text)) => return Poll::Ready(Some(Ok(text))),
                Some(Part::Span(span)) if span.is_empty() => continue,
                Some(Part::Span(span)) => span,
            };
            self.remaining.push_front(Part::Span(span.clone()));
            if let Some(chunk) = self.cached_chunk(&span) {
                self.advance(&chunk);
                return Poll::Ready(Some(Ok(chunk)));
            }
            self.fetching = Some(self.fetch(&span));
        }
    }
}

/// The body of a response to `HEAD`: as long as that of `GET`, and never sent.
pub struct HeadBody(pub u64);

impl MessageBody for HeadBody {
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
