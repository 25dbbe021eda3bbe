//! What is to be seen of the program while it runs: its audit log and its metrics.

pub mod audit;
pub mod log;
pub mod metrics;
pub mod watch;
