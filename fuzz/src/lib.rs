//! The entries that are fuzzed. The tests of the workspace have the same, on a stable toolchain.

#[path = "../../tests/support/entries/mod.rs"]
pub mod entries;
#[path = "../../tests/support/generate/mod.rs"]
pub mod generate;
#[path = "../../tests/support/promises.rs"]
mod promises;
#[path = "../../tests/support/reading.rs"]
mod reading;
#[cfg(feature = "server")]
#[path = "../../server/tests/faults/entries.rs"]
pub mod server;
#[path = "../../tests/support/step.rs"]
mod step;

/// Makes a target of an entry: the one that has the target's name.
#[macro_export]
macro_rules! target {
    ($entries:ident) => {
        libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
            let mut entries = $crate::$entries::ENTRIES.iter();
            let entry = entries.find(|(name, _)| *name == env!("CARGO_BIN_NAME"));
            let (_, enter) = entry.expect("every target is in the table");
            enter(bytes);
        });
    };
}
