//! What is to be seen of the program while it runs: the audit log with its events, the log on standard error, the metrics.

pub mod audit;
pub mod event;
pub mod log;
pub mod metrics;
pub mod moment;
pub mod replay;
pub mod tally;
pub mod watch;
