//! Black-box tests, one file per behaviour.

mod architecture;
