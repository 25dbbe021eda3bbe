//! What a stranger may use up, and what the others may feel of it.

use crate::measure::Sizes;
use crate::people::Felt;
use crate::scene::{ANONYMOUS, Phase};

const MEBIBYTE: u64 = 1 << 20;

/// What does not hold of what a stranger may use up.
pub fn broken(phase: &Phase) -> Vec<String> {
    let one = phase.addresses == 1;
    let grown = |of: fn(&Sizes) -> u64| of(&phase.after).saturating_sub(of(&phase.before));
    let now = |table: &str| phase.after.rows.get(table).copied().unwrap_or_default();
    let new = |table: &str| {
        let before = phase.before.rows.get(table).copied().unwrap_or_default();
        now(table).saturating_sub(before)
    };
    let networks = u64::from(phase.addresses);
    let rounds = u64::from(phase.rounds);
    let mut bounds = vec![
        // Of one address, an allowance of lines, and then one line that counts the others.
        (
            "the audit log grows by bytes",
            grown(|sizes| sizes.audit),
            if one { 2 * MEBIBYTE } else { 32 * MEBIBYTE },
        ),
        (
            "a line of the audit log has bytes",
            phase.longest_line as u64,
            20 << 10,
        ),
        (
            "standard error grows by bytes",
            grown(|sizes| sizes.log),
            4 * MEBIBYTE,
        ),
        (
            "the directory grows by bytes",
            grown(|sizes| sizes.directory),
            if one { 8 * MEBIBYTE } else { 48 * MEBIBYTE },
        ),
        (
            "memory at the most, beyond what it was, in bytes",
            phase.after.peak.saturating_sub(phase.before.memory),
            200 * MEBIBYTE,
        ),
        ("device requests in all", now("device_request"), 10_000),
        ("new device requests", new("device_request"), 20 * networks),
        // The user's and the administrator's own, who sign in once before and then in rounds.
        ("new sessions", new("browser_session"), rounds + 4),
        ("new grants", new("oauth_grant"), rounds + 4),
        ("new tokens", new("oauth_token"), 8 * rounds + 16),
        // With the two of the administrator's.
        ("clients in all", now("oauth_client"), ANONYMOUS + 2),
        // The list has a row for each client, and so has what is searched in.
        (
            "clients in the list",
            now("oauth_client_listed"),
            ANONYMOUS + 2,
        ),
        (
            "clients to search in",
            now("oauth_client_searched"),
            ANONYMOUS + 2,
        ),
        (
            "networks that are counted",
            new("registrations_by_network"),
            // Each, and the wider one around it.
            2 * (networks.min(ANONYMOUS) + 1),
        ),
        ("new ids of assertions", new("assertion"), 0),
        // An eighth of what there may be in all, and of a proxy those that it passes on; and some that are being turned
        // away.
        (
            "connections held at once",
            phase.held as u64,
            if one { 1_500 } else { u64::MAX },
        ),
    ];
    let known: Vec<&str> = [
        "device_request",
        "browser_session",
        "oauth_grant",
        "oauth_token",
        "oauth_client",
        "oauth_client_listed",
        "oauth_client_searched",
        "registrations_by_network",
        "assertion",
    ]
    .into();
    for table in phase
        .after
        .rows
        .keys()
        .filter(|table| !known.contains(&table.as_str()))
    {
        bounds.push(("rows of another table", new(table), networks + rounds + 10));
    }
    let broken = bounds.into_iter().filter(|(_, found, most)| found > most);
    let who = if one { "one address" } else { "many addresses" };
    broken
        .map(|(what, found, most)| format!("{who}: {what}: {found}, at most {most}"))
        .collect()
}

/// Who did not get the right answer within a second often enough: 99 times of a hundred, or, of few, all but two times.
pub fn unfelt(phases: &[&Phase]) -> Vec<String> {
    let mut broken = Vec::new();
    for person in 0..3 {
        let mut felt = Felt::default();
        for phase in phases {
            felt.add(&phase.felt[person].1);
        }
        let (name, _) = phases[0].felt[person];
        if felt.asked.saturating_sub(felt.in_time) > (felt.asked / 100).max(2) {
            broken.push(format!(
                "{name}: {} of {} requests in time: {}",
                felt.in_time,
                felt.asked,
                felt.wrong.join("; ")
            ));
        }
    }
    broken
}
