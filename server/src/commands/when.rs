//! Times as a person reads and writes them.

use clap::Args;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// How a command that tells something shows it.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(super) struct Shown {
    /// Show it as JSON, with an object in a line for each thing, and times in seconds since 1970
    #[arg(long)]
    pub(super) json: bool,
    #[command(flatten)]
    pub(super) zone: Zone,
}

/// In which zone times are shown.
#[derive(Args, Clone, Copy, Debug, Default)]
pub(super) struct Zone {
    /// Show times in UTC [default: in the zone of this machine, or of the variable TZ]
    #[arg(long)]
    utc: bool,
}

impl Zone {
    pub(super) fn clock(self) -> Clock {
        Clock(match self.utc {
            true => TimeZone::UTC,
            false => TimeZone::system(),
        })
    }
}

/// Tells times in a zone, with the offset.
pub(super) struct Clock(TimeZone);

impl Clock {
    #[cfg(test)]
    pub(super) fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// A moment in seconds since 1970, such as `2026-11-27 17:40 +01:00`.
    pub(super) fn time(&self, seconds: u64) -> String {
        self.told("%Y-%m-%d %H:%M %:z", seconds)
    }

    /// The same to the second.
    pub(super) fn second(&self, seconds: u64) -> String {
        self.told("%Y-%m-%d %H:%M:%S %:z", seconds)
    }

    /// The same without the year.
    pub(super) fn short(&self, seconds: u64) -> String {
        self.told("%m-%d %H:%M:%S %:z", seconds)
    }

    fn told(&self, format: &str, seconds: u64) -> String {
        let moment = i64::try_from(seconds)
            .ok()
            .and_then(|seconds| Timestamp::from_second(seconds).ok());
        match moment {
            Some(moment) => {
                let zoned = moment.to_zoned_datetime(self.0.clone());
                zoned.strftime(format).to_string()
            }
            None => format!("{seconds} seconds after 1970"),
        }
    }

    /// The same, where there may be none.
    pub(super) fn time_if(&self, seconds: Option<u64>) -> String {
        seconds.map_or_else(|| "never".to_owned(), |seconds| self.time(seconds))
    }
}

/// Reads a moment: a date, a date and a time, or seconds since 1970. Without an offset it is one of this machine's zone.
pub(super) fn moment(text: &str) -> Result<u64, String> {
    moment_in(text, TimeZone::system())
}

fn moment_in(text: &str, zone: TimeZone) -> Result<u64, String> {
    let seconds = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        text.parse().ok()
    } else if let Ok(moment) = text.parse::<Timestamp>() {
        Some(moment.as_second())
    } else {
        let civil = text.parse::<DateTime>().ok();
        let zoned = civil.and_then(|civil| civil.to_zoned_datetime(zone).ok());
        zoned.map(|zoned| zoned.timestamp().as_second())
    };
    seconds
        .and_then(|seconds| u64::try_from(seconds).ok())
        .filter(|seconds| (1..=1 << 40).contains(seconds))
        .ok_or_else(|| {
            "write a date such as 2027-01-31, a time such as 2027-01-31T18:00:00+01:00 (RFC 3339), or seconds since 1970"
                .to_owned()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> TimeZone {
        TimeZone::fixed(jiff::tz::offset(2))
    }

    #[test]
    fn times_are_told_with_their_offset() {
        for (seconds, utc, east) in [
            (0, "1970-01-01 00:00 +00:00", "1970-01-01 02:00 +02:00"),
            (
                1_795_797_640,
                "2026-11-27 16:40 +00:00",
                "2026-11-27 18:40 +02:00",
            ),
        ] {
            assert_eq!(Clock(TimeZone::UTC).time(seconds), utc);
            assert_eq!(Clock(zone()).time(seconds), east);
        }
        let east = Clock(zone());
        assert_eq!(east.second(1_795_797_641), "2026-11-27 18:40:41 +02:00");
        assert_eq!(east.short(1_795_797_641), "11-27 18:40:41 +02:00");
        assert_eq!(Clock(TimeZone::UTC).time_if(None), "never");
        let far = Clock(TimeZone::UTC).time(u64::MAX);
        assert_eq!(far, "18446744073709551615 seconds after 1970");
    }

    #[test]
    fn moments() {
        for (text, expected) in [
            ("1795797640", Some(1_795_797_640)),
            ("2026-11-27T16:40:40Z", Some(1_795_797_640)),
            ("2026-11-27T17:40:40+01:00", Some(1_795_797_640)),
            ("2026-11-27T18:40:40", Some(1_795_797_640)),
            ("2026-11-27 18:40:40", Some(1_795_797_640)),
            ("2026-11-27", Some(1_795_730_400)),
            ("1970-01-02", Some(79_200)),
            ("1969-12-31", None),
            ("0", None),
            ("99999999999999", None),
            ("27.11.2026", None),
            ("tomorrow", None),
            ("2026-02-30", None),
            ("-5", None),
            ("", None),
        ] {
            assert_eq!(moment_in(text, zone()).ok(), expected, "{text}");
        }
    }
}
