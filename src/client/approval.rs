//! Says which clients wait for an administrator's approval.

use crate::config::{Approval, Policy};

use super::record::By;

/// Whether a client waits for an administrator's approval after it was registered, or changed, by itself. Nobody
/// changes a client ID metadata document through the server: an administrator lists the hosts that it may come from.
pub(crate) const fn must_wait(by: By, policy: &Policy) -> bool {
    match by {
        By::Stranger => !matches!(policy.approval, Approval::Off),
        By::Key => matches!(policy.approval, Approval::All),
        By::Administrator | By::Document => false,
    }
}
