//! The settings and the callers that every case runs under.

use gatepost::{Caller, Context};

use super::cases;

/// When every request is made, in seconds since 1970.
pub const NOW: u64 = 1_790_000_000;

const ENTROPY: [u8; 32] = [7; 32];

/// As the table has it, and as a stranger, who is held to the mail profile.
pub fn settings() -> [(bool, String); 2] {
    let open = format!("{}anonymous = true\n", cases::SETTINGS);
    [(false, cases::SETTINGS.to_owned()), (true, open)]
}

/// A caller with a name and an address, so that these cross the boundaries too.
pub fn context(anonymous: bool) -> Context<'static> {
    Context {
        now: Some(NOW),
        entropy: Some(&ENTROPY),
        caller: if anonymous {
            Caller {
                address: Some("192.0.2.1"),
                ..Caller::anonymous()
            }
        } else {
            Caller {
                account: Some("desk"),
                address: Some("2001:db8::1"),
                ..Caller::with_permissions(&cases::PERMISSIONS)
            }
        },
        ..Context::default()
    }
}
