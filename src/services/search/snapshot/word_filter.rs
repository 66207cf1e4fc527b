//! Which words a segment may have, told without its dictionary.
//!
//! Correcting one word asks for some hundred others of which hardly any exists. A Bloom filter
//! (Bloom 1970) says no to nearly all of them in the time of two reads from memory.

use fastbloom::BloomFilter;
use tantivy::SegmentReader;
use tantivy::schema::Field;

/// Share of words that are let through though they do not exist: these cost a look-up.
const FALSE_POSITIVES: f64 = 0.01;

/// The words of a segment, and some others.
#[derive(Debug)]
pub(crate) struct KnownWords(BloomFilter);

impl KnownWords {
    /// Reads the terms of a field.
    pub(crate) fn read(reader: &SegmentReader, field: Field) -> tantivy::Result<Self> {
        let index = reader.inverted_index(field)?;
        let terms = index.terms();
        let mut words = BloomFilter::with_false_pos(FALSE_POSITIVES)
            .seed(&0)
            .expected_items(terms.num_terms());
        let mut stream = terms.stream()?;
        while stream.advance() {
            words.insert(stream.key());
        }
        Ok(Self(words))
    }

    /// False when the segment surely does not have the word.
    pub(crate) fn may_have(&self, word: &str) -> bool {
        self.0.contains(word.as_bytes())
    }
}
