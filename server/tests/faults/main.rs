//! What goes wrong around the server: its process ends, the disk is full, the plugin misbehaves or is written half, rows and
//! bytes are damaged, too many come at once. Nothing that was acknowledged is lost, nothing is accepted that is wrong, and the
//! server recovers without being started again.
//!
//! Databases that fail are in `postgres.rs`, floods in `flood/`, new settings under load in `reload.rs`, a clock that is set
//! back in `flows/clock.rs`, a second server in one folder in `commands/harm.rs`.

#[path = "../common/mod.rs"]
mod common;
mod connections;
mod damaged;
mod disk;
mod entries;
#[expect(
    dead_code,
    reason = "the rest of it is for those who call the plugin themselves"
)]
#[path = "../../../plugin/tests/hostile/mod.rs"]
mod hostile;
mod killed;
mod plugin;
#[path = "../../../tests/support/generate/source.rs"]
#[expect(dead_code, reason = "bytes are changed, and nothing is made of them")]
mod source;
