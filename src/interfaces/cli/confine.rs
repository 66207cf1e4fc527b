//! `confine`: the second start of this binary, which becomes a program of others.

use super::Failure;
use super::args::Confine;
use super::output::print;
use crate::services::programs::confinement::{self, Confinement};

/// Confines this process and becomes the program, or reports what confines it.
///
/// # Errors
/// [`Failure::NotConfined`]; when all went well there is nobody to return to.
pub(crate) fn run(arguments: Confine) -> Result<(), Failure> {
    let confinement = Confinement {
        folder: arguments.folder,
        processor_seconds: arguments.processor_seconds,
        memory_bytes: arguments.memory_bytes,
        file_bytes: arguments.file_bytes,
        readable: arguments.readable,
        has_lifeline: arguments.lifeline,
    };
    let mut command = arguments.command.into_iter();
    match command.next() {
        Some(program) if !arguments.report => {
            let error =
                confinement::become_program(&confinement, program.as_ref(), command.collect());
            Err(Failure::NotConfined(error))
        }
        _ => {
            let protection = confinement::enter(&confinement).map_err(Failure::NotConfined)?;
            print(&serde_json::to_string(&protection).map_err(Failure::inside)?);
            Ok(())
        }
    }
}
