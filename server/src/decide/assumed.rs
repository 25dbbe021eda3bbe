//! Facts that a decision is made for before they are known for certain.

use gatepost_directory::Facts;
use gatepost_plugin::Usage;

/// How many registrations may come in between two looks at the counters, and not be worth a second
/// decision.
const MARGIN: u64 = 8192;

/// The facts with counters that are higher than they are. What is accepted with these is accepted, and
/// the same, with lower ones, because counters are for limits alone (`usage` in `wit/registrar.wit`).
pub(super) fn assume(facts: &Facts) -> Facts {
    let raised = |counter: Option<u64>| counter.map(|counter| counter.saturating_add(MARGIN));
    let Usage {
        account_clients,
        address_registrations,
        wider_registrations,
        key_registrations,
        anonymous_clients,
        total_clients,
    } = facts.usage;
    Facts {
        usage: Usage {
            account_clients: raised(account_clients),
            address_registrations: raised(address_registrations),
            wider_registrations: raised(wider_registrations),
            key_registrations: raised(key_registrations),
            anonymous_clients: raised(anonymous_clients),
            total_clients: raised(total_clients),
        },
        ..facts.clone()
    }
}

/// Whether the facts are still those that were assumed, and no counter is higher. A client that makes room for another
/// does so even if there is room again in the meantime.
pub(super) fn is_covered(facts: &Facts, assumed: &Facts) -> bool {
    let is_within = |counter: Option<u64>, assumed: Option<u64>| match (counter, assumed) {
        (Some(counter), Some(assumed)) => counter <= assumed,
        (None, None) => true,
        _ => false,
    };
    let (now, then) = (&facts.usage, &assumed.usage);
    is_within(now.account_clients, then.account_clients)
        && is_within(now.address_registrations, then.address_registrations)
        && is_within(now.wider_registrations, then.wider_registrations)
        && is_within(now.key_registrations, then.key_registrations)
        && is_within(now.anonymous_clients, then.anonymous_clients)
        && is_within(now.total_clients, then.total_clients)
        && facts.record == assumed.record
        && facts.revision == assumed.revision
        && facts.activity == assumed.activity
}
