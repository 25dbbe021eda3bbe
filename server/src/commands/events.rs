//! `gatepost-server events`: what came of requests, and why.

use std::io::{self, BufWriter, Write};
use std::net::IpAddr;
use std::path::Path;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Args;
use ipnet::IpNet;
use serde::Serialize;

use super::check::json::ascii;
use super::exit::{Code, Undone};
use super::printable::printable;
use super::said::said;
use super::table::{Column, Table};
use super::tools::{Done, Places};
use super::when::{Clock, Shown};
use crate::config::{Config, Overrides};
use crate::observe::audit::{Bounds, History, Tail};
use crate::observe::event::{Ending, Event, Filter};

/// Which events to show, and how.
#[derive(Args, Clone, Debug)]
pub(super) struct EventsFlags {
    /// Where settings and data are.
    #[command(flatten)]
    places: Places,
    /// One event, with what was found and what can be done: its number in the list, or the one that a refusal shows
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["follow", "last"])]
    number: Option<String>,
    /// Events of this client: its id, or a part of its name
    #[arg(long, value_name = "CLIENT")]
    client: Option<String>,
    /// Events of this account
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Events from this address, from a network such as 192.0.2.0/24, or from an `unknown` address
    #[arg(long, value_name = "ADDRESS", value_parser = place)]
    address: Option<String>,
    /// Events that have this code among their findings, or this error code in the answer
    #[arg(long, value_name = "CODE")]
    code: Option<String>,
    /// Refused requests only
    #[arg(long)]
    refused: bool,
    /// Events with this text anywhere
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// Events of so long ago at most: 30m, 1h, 2d
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    since: Option<u64>,
    /// How many events are shown, the last ones
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    last: usize,
    /// Go on with events as they come, until Ctrl-C
    #[arg(long)]
    follow: bool,
    #[command(flatten)]
    shown: Shown,
}

/// The columns of the table: the reason is what somebody looks for, and is not cut.
const COLUMNS: &[Column] = &[
    Column::whole("TIME"),
    Column::whole("NUMBER"),
    Column::cut("WHO"),
    Column::cut("REQUEST"),
    Column::whole("OUTCOME"),
];

/// How often new events are looked for.
const PAUSE: Duration = Duration::from_millis(500);

/// What is said of an address that is not known.
const UNKNOWN: &str = "unknown";

/// How wide lines of text are, in columns.
const WIDTH: usize = 80;

/// Shows events, which the server may be writing.
pub(super) fn run(flags: EventsFlags) -> Done {
    let config = Config::load(&Overrides {
        config: flags.places.config.clone(),
        data: flags.places.data.clone(),
        ..Overrides::default()
    })?;
    let Some(path) = config.audit_log() else {
        let said = "audit.enabled is false in the settings, so that no events are kept";
        return Err(Undone::Mistake(said.to_owned()).into());
    };
    if !path.is_file() {
        return Err(Undone::Mistake(format!(
            "there is no audit log at {}: name the server's data folder with --data, or its configuration file with --config",
            path.display()
        ))
        .into());
    }
    let filter = flags.filter(gatepost_directory::now());
    let is_found = match (&flags.number, flags.follow) {
        (Some(number), _) => one(&path, &filter, number, flags.shown)?,
        (None, true) => follow(&path, &filter, &flags)?,
        (None, false) => list(&path, &filter, &flags)?,
    };
    Ok(match is_found {
        true => ExitCode::SUCCESS,
        false => Code::NotFound.into(),
    })
}

impl EventsFlags {
    fn filter(&self, now: u64) -> Filter {
        Filter {
            number: self.number.clone(),
            client: self.client.clone(),
            account: self.account.clone(),
            address: self.address.clone(),
            outcome: self.refused.then_some(Ending::Refused),
            code: self.code.clone(),
            reason: None,
            since: self.since.map(|ago| now.saturating_sub(ago)),
            text: self.text.clone(),
        }
    }
}

/// The last events, the latest at the end: it is what a reader of a terminal sees first.
fn list(path: &Path, filter: &Filter, flags: &EventsFlags) -> io::Result<bool> {
    let found = History::of(path).find(filter, None, &everything(flags.last))?;
    let latest_last = found.events.iter().rev();
    let mut is_for_a_person = false;
    match flags.shown.json {
        true => {
            let mut out = BufWriter::new(io::stdout().lock());
            for event in latest_last {
                json(&mut out, event)?;
            }
            out.flush()?;
        }
        false => {
            let clock = flags.shown.zone.clock();
            let mut table = Table::on_stdout(COLUMNS);
            is_for_a_person = table.is_for_a_person();
            for event in latest_last {
                table.row(cells(event, &clock))?;
            }
            table.show()?;
        }
    }
    if found.events.is_empty() && flags.last > 0 {
        said("no event is like that");
    } else if found.has_more {
        said(&format!(
            "there are more: --last {} shows as many again",
            2 * flags.last
        ));
    }
    if is_for_a_person && !found.events.is_empty() {
        said("--number NUMBER shows one of them, with what was found and what can be done");
    }
    Ok(true)
}

fn one(path: &Path, filter: &Filter, number: &str, shown: Shown) -> io::Result<bool> {
    let found = History::of(path).find(filter, None, &everything(1))?;
    let mut out = BufWriter::new(io::stdout().lock());
    match found.events.first() {
        Some(event) if shown.json => json(&mut out, event)?,
        Some(event) => out.write_all(details(event, &shown.zone.clock()).as_bytes())?,
        None => {
            said(&format!(
                "there is no event {}: it is written within a second, so that it may come yet; it may be older than the \
                 audit log, or come from a network that sent so many requests that they were only counted",
                printable(number, WIDTH)
            ));
            return Ok(false);
        }
    }
    out.flush()?;
    Ok(true)
}

/// What is there, and then what comes.
fn follow(path: &Path, filter: &Filter, flags: &EventsFlags) -> io::Result<bool> {
    let clock = flags.shown.zone.clock();
    let mut tail = Tail::of(path)?;
    let found = History::of(path).find(filter, None, &everything(flags.last))?;
    let mut table = Table::on_stdout(COLUMNS);
    // Events that came in between are in both.
    let last: Vec<String> = found.events.iter().map(|e| e.number.clone()).collect();
    for event in found.events.iter().rev() {
        show(&mut table, event, &clock, flags.shown.json)?;
    }
    table.show()?;
    loop {
        for event in tail.events()? {
            if filter.matches(&event) && !last.contains(&event.number) {
                show(&mut table, &event, &clock, flags.shown.json)?;
            }
        }
        table.show()?;
        thread::sleep(PAUSE);
    }
}

fn show(
    table: &mut Table<io::StdoutLock<'static>>,
    event: &Event,
    clock: &Clock,
    is_json: bool,
) -> io::Result<()> {
    match is_json {
        // The table has the lock of standard output, and this thread may take it again.
        true => json(&mut io::stdout(), event),
        false => table.row(cells(event, clock)),
    }
}

const fn everything(events: usize) -> Bounds {
    Bounds {
        events,
        bytes: u64::MAX,
        time: Duration::MAX,
    }
}

fn cells(event: &Event, clock: &Clock) -> Vec<String> {
    let asker = event.account.as_deref().or(event.address.as_deref());
    let outcome = match (event.outcome, event.reason()) {
        (Ending::Refused, "") => "refused".to_owned(),
        (Ending::Refused, reason) => format!("refused: {reason}"),
        (Ending::Accepted, _) => "accepted".to_owned(),
    };
    vec![
        clock.short(event.at),
        event.number.clone(),
        match (event.client(), event.claimed()) {
            (None, Some(claimed)) => claimed,
            (client, _) => client.or(asker).unwrap_or(UNKNOWN).to_owned(),
        },
        asked(event),
        outcome,
    ]
}

/// What was asked for: what was decided or done, or else the request that was refused before.
fn asked(event: &Event) -> String {
    match &event.operation {
        Some(operation) => operation.clone(),
        None => format!("{} {}", event.method, event.route),
    }
}

/// An event as a program reads it.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    event: &'a Event,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    advice: Vec<&'static str>,
}

fn json(out: &mut impl Write, event: &Event) -> io::Result<()> {
    let told = Told {
        event,
        advice: event.advice(),
    };
    writeln!(out, "{}", ascii(&serde_json::to_value(told)?))
}

/// An event as a person reads it, with all that explains it.
fn details(event: &Event, clock: &Clock) -> String {
    let mut text = format!(
        "{} at {}: {}\n",
        event.number,
        clock.second(event.at),
        event.outcome.name()
    );
    for advice in event.advice() {
        paragraph(&mut text, "What to do: ", advice);
    }
    for finding in &event.findings {
        let place = finding.pointer.strip_prefix('/').unwrap_or_default();
        let source = [place, &finding.reference]
            .into_iter()
            .filter(|part| !part.is_empty());
        let source = source.collect::<Vec<_>>().join(", ");
        paragraph(
            &mut text,
            &format!("{}[{}]: ", finding.severity, finding.code),
            &finding.message,
        );
        if !source.is_empty() {
            paragraph(&mut text, "  = ", &source);
        }
    }
    for difference in &event.differences {
        text.push_str(&format!("{}\n", printable(&difference.what, WIDTH)));
        for (name, values) in [
            ("asked", &difference.asked),
            ("registered", &difference.registered),
        ] {
            for value in values {
                text.push_str(&format!("  {name:<12}{}\n", printable(value, usize::MAX)));
            }
        }
    }
    let answer = event
        .status
        .map_or_else(|| "none".to_owned(), |status| status.to_string());
    let answer = [Some(&*answer), event.error.as_deref()]
        .into_iter()
        .flatten();
    let mut answer = answer.collect::<Vec<_>>().join(" ");
    if let Some(description) = &event.description {
        answer.push_str(&format!(": {description}"));
    }
    let request = match &event.operation {
        Some(operation) => format!("{} {} ({operation})", event.method, event.route),
        None => format!("{} {}", event.method, event.route),
    };
    let key = event.key.map(|number| number.to_string());
    for (name, value) in [
        ("client", event.client_name.as_deref()),
        ("says it is", event.claimed_name.as_deref()),
        ("client id", event.client_id.as_deref()),
        ("asked by", event.asked_by.as_deref()),
        ("account", event.account.as_deref()),
        ("API key", key.as_deref()),
        ("address", Some(event.address.as_deref().unwrap_or(UNKNOWN))),
        ("request", Some(&*request)),
        ("answer", Some(&*answer)),
    ] {
        if let Some(value) = value {
            paragraph(&mut text, &format!("{name:<12}"), value);
        }
    }
    text
}

/// Adds text in lines that fit a terminal, with what it is called before it. What is one word is not broken.
fn paragraph(text: &mut String, name: &str, said: &str) {
    let indent = match name.len() {
        long if long > 20 => 2,
        short => short,
    };
    let mut line = name.to_owned();
    let mut is_empty = true;
    for word in said.split_whitespace() {
        let word = printable(word, usize::MAX);
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            text.push_str(line.trim_end());
            text.push('\n');
            line = " ".repeat(indent);
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(&word);
        is_empty = false;
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

/// Reads where events come from, which the filter takes as it is written.
fn place(text: &str) -> Result<String, String> {
    let is_known = text.eq_ignore_ascii_case(UNKNOWN)
        || text.parse::<IpAddr>().is_ok()
        || text.parse::<IpNet>().is_ok();
    match is_known {
        true => Ok(text.to_owned()),
        false => Err(
            "write an address such as 192.0.2.7, a network such as 192.0.2.0/24, or `unknown`"
                .to_owned(),
        ),
    }
}

/// Reads a time such as `1h`.
fn seconds(text: &str) -> Result<u64, String> {
    let units = [
        ("s", 1),
        ("m", 60),
        ("h", 3_600),
        ("d", 86_400),
        ("w", 7 * 86_400),
    ];
    let read = units.iter().find_map(|(name, unit)| {
        let number: u64 = text.strip_suffix(name)?.parse().ok()?;
        number.checked_mul(*unit)
    });
    read.ok_or_else(|| {
        "write a number with s, m, h, d or w behind it, such as 30m, 1h or 2d".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_long_ago() {
        for (text, expected) in [
            ("30m", Some(1_800)),
            ("1h", Some(3_600)),
            ("2d", Some(172_800)),
            ("1w", Some(604_800)),
            ("90s", Some(90)),
            ("1", None),
            ("h", None),
            ("-1h", None),
            ("1 h", None),
            ("99999999999999999999d", None),
            ("9999999999999999999d", None),
        ] {
            assert_eq!(seconds(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn where_events_come_from() {
        for (text, is_right) in [
            ("192.0.2.7", true),
            ("192.0.2.0/24", true),
            ("2001:db8::1", true),
            ("2001:db8::/32", true),
            ("unknown", true),
            ("Unknown", true),
            ("nonsense", false),
            ("192.0.2", false),
            ("192.0.2.0/33", false),
            ("mail.example.org", false),
            ("", false),
        ] {
            assert_eq!(place(text).is_ok(), is_right, "{text}");
        }
    }

    #[test]
    fn what_was_asked_is_in_the_list() {
        let named = Event::example();
        assert_eq!(cells(&named, &Clock::utc())[3], "authorize");
        let unnamed = Event {
            operation: None,
            ..named
        };
        assert_eq!(cells(&unnamed, &Clock::utc())[3], "GET /auth/authorize");
        assert_eq!(cells(&unnamed, &Clock::utc()).len(), COLUMNS.len());
    }

    #[test]
    fn an_event_is_told_in_lines_that_fit() {
        let event = Event {
            at: 951_782_399,
            client_name: Some("Example\u{202e} Mail".to_owned()),
            ..Event::example()
        };
        let told = details(&event, &Clock::utc());
        for line in [
            "0a1b2c3d-1f at 2000-02-28 23:59:59 +00:00: refused",
            "  = redirect_uri, RFC 9700 §4.1.3",
            "redirect_uri",
            "  asked       https://other.example/cb",
            "  registered  http://127.0.0.1/callback",
            "client      Example\\u{202e} Mail",
            "client id   gpc_1",
            "address     192.0.2.7",
            "request     GET /auth/authorize (authorize)",
        ] {
            assert!(told.lines().any(|told| told == line), "{line:?} in\n{told}");
        }
        assert!(
            told.contains("What to do: The redirect URI has to be one that the client registered")
        );
        let long = told.lines().find(|line| line.chars().count() > WIDTH);
        assert_eq!(long, None);
    }
}
