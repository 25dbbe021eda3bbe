//! The embedded component's code, which is compiled once in a process.
//!
//! To compile it takes two seconds of the processor's time, and a mail server loads it again whenever its
//! settings change. Its code depends on nothing that a loader can choose, so one engine serves all plugins
//! of it: the one that is in force, the one that is about to replace it, and those of other domains.
//! Each has room in it for as many instances as its limits allow. One that finds no room is compiled on
//! its own.

use std::sync::Arc;

use once_cell::sync::OnceCell;

use super::budget::Budget;
use super::code::{self, Code};
use super::engine::Limiter;
use crate::embedded::COMPONENT;
use crate::error::LoadError;
use crate::wit;

/// How many instances the engine has room for: those of sixteen plugins with the default limits, and about
/// as many as wasmtime has room for by default.
const ROOM: u32 = 1024;

struct Shared {
    template: wit::PluginPre<Limiter>,
    room: Arc<Budget>,
}

/// A failure is not kept: addresses or threads that are missing now may be there the next time.
static SHARED: OnceCell<Shared> = OnceCell::new();

/// The embedded component's code, if there is room for so many instances.
pub(super) fn code(instances: u32) -> Result<Option<Code>, LoadError> {
    if instances > ROOM {
        return Ok(None);
    }
    let shared = SHARED.get_or_try_init(|| {
        Ok(Shared {
            template: code::compile(COMPONENT, ROOM)?,
            room: Budget::new(ROOM),
        })
    })?;
    Ok(shared.room.lend(instances).map(|room| Code {
        template: shared.template.clone(),
        _room: Some(room),
    }))
}

#[cfg(test)]
mod tests {
    use wasmtime::Engine;

    use super::*;

    #[test]
    fn it_is_compiled_once_for_all_that_find_room() {
        let of = |instances| Code::of(COMPONENT, instances).expect("it is compiled");
        let shares = |code: &Code| {
            let shared = SHARED.get().expect("it was compiled");
            Engine::same(code.template.engine(), shared.template.engine())
        };

        let first = of(64);
        assert!(shares(&first));
        let second = of(ROOM - 64);
        assert!(shares(&second));
        assert!(!shares(&of(1)), "there was no room left");
        drop(first);
        assert!(shares(&of(64)), "there is room again");
        assert!(!shares(&of(ROOM + 1)), "there is never so much room");
    }
}
