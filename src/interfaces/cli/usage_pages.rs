//! `completions` and `man`: the command line in the form that shells and `man` read.

use std::io::Write as _;
use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;
use clap_mangen::Man;

use super::Failure;
use super::args::Arguments;

/// Prints the completions of a shell.
///
/// # Errors
/// None; in the signature of every command.
pub(crate) fn completions(shell: Shell) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "khochung", &mut script);
    print(&script);
    Ok(())
}

/// Prints the manual page of the whole command, or writes one page for each command to a folder.
///
/// # Errors
/// The folder cannot be written to.
pub(crate) fn manual(folder: Option<&Path>) -> Result<(), Failure> {
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder)
            .and_then(|()| clap_mangen::generate_to(Arguments::command(), folder))
            .map_err(|error| Failure::io(folder.display(), error))
    } else {
        let mut page = Vec::new();
        Man::new(Arguments::command())
            .render(&mut page)
            .map_err(Failure::inside)?;
        print(&page);
        Ok(())
    }
}

/// Writes to standard output. A reader that went away is no failure of ours.
fn print(text: &[u8]) {
    drop(std::io::stdout().lock().write_all(text));
}
