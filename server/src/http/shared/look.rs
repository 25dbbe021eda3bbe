//! Whether the directory is well, for however many ask.

use std::time::{Duration, Instant};

use gatepost_directory::Directory;
use tokio::sync::Mutex;

/// How long an answer holds for others that ask.
const HOLDS: Duration = Duration::from_secs(1);

/// What was found when the directory was last looked at. It is looked at once for all who ask meanwhile: anybody may ask, and
/// looking takes a place among those that write.
#[derive(Default)]
pub(in crate::http) struct LastLook(Mutex<Option<(Instant, bool)>>);

impl LastLook {
    pub(in crate::http) async fn is_well(&self, directory: &dyn Directory) -> bool {
        let mut last = self.0.lock().await;
        if let Some((at, is_well)) = *last
            && at.elapsed() < HOLDS
        {
            return is_well;
        }
        let found = directory.check().await;
        if let Err(error) = &found {
            tracing::error!(%error, "the directory is not healthy");
        }
        *last = Some((Instant::now(), found.is_ok()));
        found.is_ok()
    }
}
