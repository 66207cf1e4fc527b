//! The `khochung` command.
fn main() {}
