//! What came of a flood, for a person to read.

use std::fmt::Write;

use crate::attack::{Counted, GUESSES, PACE};
use crate::measure::Sizes;
use crate::scene::Phase;

pub fn of(name: &str, one: &Phase, many: &Phase) -> String {
    let mut table = format!(
        "\n{name}: {} s with one address, {} s with {}, {PACE} requests and {GUESSES} guesses a \
         second at the most\n\n",
        one.seconds, many.seconds, many.addresses
    );
    let mut line = |what: &str, one: String, many: String| {
        let _ = writeln!(table, "| {what:<48} | {one:>16} | {many:>16} |");
    };
    line("", "one address".to_owned(), "many addresses".to_owned());
    line(&"-".repeat(48), "-".repeat(16), "-".repeat(16));
    let mut of_both = |what: &str, of: &dyn Fn(&Phase) -> String| line(what, of(one), of(many));
    let counted = |of: fn(&Phase) -> Counted| {
        move |phase: &Phase| {
            let Counted {
                let_in,
                refused,
                unanswered,
            } = of(phase);
            format!("{let_in} {refused} {unanswered}")
        }
    };
    of_both(
        "requests let in, refused, not answered",
        &counted(|phase| phase.requests),
    );
    of_both(
        "guesses of a password, likewise",
        &counted(|phase| phase.guesses),
    );
    of_both("connections held at once", &|phase| phase.held.to_string());
    let grown = |of: fn(&Sizes) -> u64| {
        move |phase: &Phase| {
            let grown = of(&phase.after).saturating_sub(of(&phase.before));
            format!("{} KiB", grown.div_ceil(1024))
        }
    };
    of_both("growth of the audit log", &grown(|sizes| sizes.audit));
    of_both("  its longest line but registrations, in bytes", &|phase| {
        phase.longest_line.to_string()
    });
    of_both("growth of standard error", &grown(|sizes| sizes.log));
    of_both("growth of the directory", &grown(|sizes| sizes.directory));
    of_both("growth of memory", &grown(|sizes| sizes.memory));
    of_both("  at the most", &|phase| {
        let beyond = phase.after.peak.saturating_sub(phase.before.memory);
        format!("{} KiB", beyond.div_ceil(1024))
    });
    let seconds = |of: fn(&Sizes) -> u64| {
        move |phase: &Phase| {
            let hundredths = of(&phase.after) - of(&phase.before);
            format!("{}.{:02}", hundredths / 100, hundredths % 100)
        }
    };
    of_both(
        "processor time of the server, in seconds",
        &seconds(|sizes| sizes.processor),
    );
    of_both(
        "  of all that ran on the machine",
        &seconds(|sizes| sizes.machine),
    );
    for name in many.after.rows.keys() {
        let rows = |phase: &Phase| {
            let of = |sizes: &Sizes| sizes.rows.get(name).copied().unwrap_or_default();
            (of(&phase.before), of(&phase.after))
        };
        if rows(one).0 != rows(many).1 {
            of_both(&format!("rows of {name}"), &|phase| {
                let (before, after) = rows(phase);
                format!("{before} to {after}")
            });
        }
    }
    for person in 0..3 {
        let (name, _) = one.felt[person];
        of_both(&format!("{name}: right and within 1 s"), &|phase| {
            let felt = &phase.felt[person].1;
            format!("{} of {}", felt.in_time, felt.asked)
        });
        of_both("  the slowest", &|phase| {
            format!("{:.0?}", phase.felt[person].1.slowest)
        });
    }
    table
}
