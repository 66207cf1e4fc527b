//! A Bloom filter (Bloom 1970) of the words of a segment.
//!
//! Correcting one word looks up some hundred candidates, most of which do not exist. The filter
//! rejects nearly all of them in the time of two memory reads, without a look-up in the dictionary.

use fastbloom::BloomFilter;
use tantivy::SegmentReader;
use tantivy::schema::Field;

/// Share of missing words that pass the filter and cost a look-up.
const FALSE_POSITIVES: f64 = 0.01;

/// The words of a segment, with false positives.
#[derive(Debug)]
pub(crate) struct WordFilter(BloomFilter);

impl WordFilter {
    /// Builds the filter from the terms of a field.
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

    /// False when the segment certainly does not contain the word.
    pub(crate) fn may_contain(&self, word: &str) -> bool {
        self.0.contains(word.as_bytes())
    }
}
