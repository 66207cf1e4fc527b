//! Reads an NDJSON file in batches, and parts each work from its files and its state.

use std::io::BufRead;

use serde_json::Value;

/// One line of the file.
#[derive(Debug)]
pub(crate) struct Record {
    /// Its number in the file, from 1.
    pub(crate) line: u64,
    /// The files to attach, as the line lists them.
    pub(crate) files: Vec<Value>,
    /// The requested state.
    pub(crate) state: Option<String>,
    /// Why it is withdrawn.
    pub(crate) withdrawal_reason: Option<String>,
}

/// Lines that are sent together.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// What is sent: one line for each record.
    pub(crate) body: Vec<u8>,
    /// The records, in order.
    pub(crate) records: Vec<Record>,
}

/// So few and short that the answers fit into the buffers of the connection: they are read only
/// when everything is sent.
const BATCH_LINES: usize = 100;
const BATCH_BYTES: usize = 256 * 1024;

/// The batches of a file.
pub(crate) struct Lines<R> {
    reader: R,
    line: u64,
}

impl<R: BufRead> Lines<R> {
    /// Reads from the beginning.
    pub(crate) const fn new(reader: R) -> Self {
        Self { reader, line: 0 }
    }

    fn next_batch(&mut self) -> std::io::Result<Batch> {
        let mut batch = Batch::default();
        let mut line = Vec::new();
        while batch.records.len() < BATCH_LINES && batch.body.len() < BATCH_BYTES {
            line.clear();
            if self.reader.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            self.line += 1;
            if !line.trim_ascii().is_empty() {
                batch.push(self.line, line.trim_ascii_end());
            }
        }
        Ok(batch)
    }
}

impl<R: BufRead> Iterator for Lines<R> {
    type Item = std::io::Result<Batch>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.next_batch() {
            Ok(batch) if batch.records.is_empty() => None,
            other => Some(other),
        }
    }
}

impl Batch {
    /// A work with files reaches its state only after they are attached, so its state is not sent. A line
    /// that is not a JSON object is sent as it is: the archive reports what is wrong.
    fn push(&mut self, number: u64, line: &[u8]) {
        let mut record = Record {
            line: number,
            files: Vec::new(),
            state: None,
            withdrawal_reason: None,
        };
        let parsed = serde_json::from_slice::<Value>(line);
        if let Ok(Value::Object(mut work)) = parsed {
            if let Some(Value::Array(files)) = work.remove("files")
                && !files.is_empty()
            {
                let mut text = |name: &str| work.remove(name)?.as_str().map(str::to_owned);
                record.state = text("state");
                record.withdrawal_reason = text("withdrawal_reason");
                record.files = files;
            }
            self.body
                .extend(Value::Object(work).to_string().into_bytes());
        } else {
            self.body.extend(line);
        }
        self.body.push(b'\n');
        self.records.push(record);
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn a_work_is_parted_from_its_files_and_state_and_bad_lines_stay_as_they_are() {
        let file = "{\"kind\":\"poster\",\"files\":[{\"path\":\"a.jpg\"}],\"state\":\"published\"}\n\
                    \n{\"kind\":\n{\"kind\":\"article\",\"state\":\"submitted\"}";
        let batches: Vec<_> = Lines::new(file.as_bytes()).map(Result::unwrap).collect();
        let [batch] = batches.as_slice() else {
            panic!("one batch is enough for three lines");
        };
        let sent = String::from_utf8(batch.body.clone()).unwrap();
        assert_eq!(
            sent,
            "{\"kind\":\"poster\"}\n{\"kind\":\n{\"kind\":\"article\",\"state\":\"submitted\"}\n"
        );
        let numbers: Vec<u64> = batch.records.iter().map(|record| record.line).collect();
        assert_eq!(numbers, [1, 3, 4]);
        assert_eq!(batch.records[0].files.len(), 1);
        assert_eq!(batch.records[0].state.as_deref(), Some("published"));
        assert_eq!(batch.records[2].state, None);
    }
}
