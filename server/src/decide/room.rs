//! Room for the clients of strangers: those that no user has authorised give way to new ones.
//!
//! The plugin decides who gives way (`lifecycle`, with the number of clients), so that it is in the audit log like any
//! other removal. Then the registration is decided again. These are transactions of their own: if somebody else takes
//! the place that was made, it is tried once more, and no more clients are stored than there may be.

use std::sync::Arc;

use gatepost_directory::{Inquiry, Registrant};
use gatepost_plugin::{Caller, Effect, Operation};
use tokio::sync::Mutex;

use super::after::needs_room;
use super::{CarriedOut, Case, Decider, Undecided};

/// Who makes room. One at a time does, so that no more clients give way than new ones come.
pub(super) type Room = Mutex<()>;

/// How long no client gives way after its registration, in seconds. The plugin keeps them as long, too.
const KEPT: u64 = 3600;

/// How many clients are looked at that could give way: the plugin may keep some.
const CANDIDATES: u32 = 8;

/// How often room is made for one registration. Others may take it.
const ATTEMPTS: u32 = 3;

impl Decider {
    /// Decides a registration, and makes room for it if that is all that it lacks.
    pub(super) async fn register_or_make_room(
        &self,
        inquiry: Inquiry,
        case: &mut Arc<Case>,
    ) -> Result<CarriedOut, Undecided> {
        let mut decided = self.register_once(&inquiry, case).await?;
        let until = inquiry.now.saturating_sub(KEPT);
        // Nobody waits for a turn where there is nothing to be had.
        if !needs_room(&decided.0) || self.directory.provisional(until, 1).await?.is_empty() {
            return Ok(decided);
        }
        let _only = self.room.lock().await;
        for _ in 0..ATTEMPTS {
            // There may be room by now.
            decided = self.register_once(&inquiry, case).await?;
            if !needs_room(&decided.0) || !self.make_room(until, inquiry.now).await? {
                return Ok(decided);
            }
        }
        self.register_once(&inquiry, case).await
    }

    async fn register_once(
        &self,
        inquiry: &Inquiry,
        case: &mut Arc<Case>,
    ) -> Result<CarriedOut, Undecided> {
        self.carry_out(inquiry.clone(), case, |_| Vec::new()).await
    }

    /// Has a client removed that gives way, and says whether there was one.
    async fn make_room(&self, until: u64, now: u64) -> Result<bool, Undecided> {
        for client_id in self.directory.provisional(until, CANDIDATES).await? {
            let inquiry = Inquiry {
                client_id: Some(client_id.clone()),
                // So that the clients are counted.
                registrant: Some(Registrant::default()),
                revision: None,
                counts_tokens: true,
                now,
            };
            let operation = Operation::Lifecycle { client_id };
            let decision = self.decide(inquiry, Caller::default(), operation).await?;
            if matches!(decision.effect, Effect::Remove(_)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
