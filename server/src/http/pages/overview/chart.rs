//! Counts of hours and of days as pictures, and the same in words.

use crate::http::pages::when::when;
use crate::observe::tally::Count;

/// How high a picture is, and how wide the place of a bar and the bar itself. A browser stretches it.
const HIGH: u64 = 100;
const PLACE: usize = 10;

/// A count that is not 0 is seen, however large the others are.
const LOWEST: u64 = 2;

/// The last hours or days.
pub(super) struct Period {
    pub(super) called: &'static str,
    /// What one of them is called.
    pub(super) unit: &'static str,
    pub(super) charts: [Chart; 2],
    pub(super) rows: Vec<Row>,
}

/// What was counted of one thing.
pub(super) struct Chart {
    pub(super) id: String,
    /// How it is drawn.
    pub(super) class: &'static str,
    pub(super) called: &'static str,
    /// What is seen in the picture, in a sentence.
    pub(super) described: String,
    pub(super) width: usize,
    pub(super) bars: Vec<Bar>,
    pub(super) total: u64,
    pub(super) most: u64,
}

pub(super) struct Bar {
    pub(super) x: usize,
    pub(super) y: u64,
    pub(super) height: u64,
    pub(super) when: String,
    pub(super) count: u64,
}

/// An hour or a day in words.
pub(super) struct Row {
    pub(super) when: String,
    /// The same below a picture.
    pub(super) short: String,
    pub(super) registered: u64,
    pub(super) refused: u64,
}

impl Period {
    pub(super) fn hours(counts: &[Count]) -> Self {
        let row = |when: String| {
            let short = when.get(11..16).unwrap_or_default().to_owned();
            (when, short)
        };
        Self::of("Last 24 hours", "hour", counts, row)
    }

    pub(super) fn days(counts: &[Count]) -> Self {
        let row = |when: String| {
            let day = when.get(..10).unwrap_or_default().to_owned();
            (day.clone(), day.get(5..).unwrap_or_default().to_owned())
        };
        Self::of("Last 30 days", "day", counts, row)
    }

    fn of(
        called: &'static str,
        unit: &'static str,
        counts: &[Count],
        words: impl Fn(String) -> (String, String),
    ) -> Self {
        let rows: Vec<Row> = counts
            .iter()
            .map(|count| {
                let (when, short) = words(when(count.begins));
                Row {
                    when,
                    short,
                    registered: count.registered,
                    refused: count.refused,
                }
            })
            .collect();
        let chart = |class, called, count: fn(&Row) -> u64| {
            let counts: Vec<(&str, u64)> =
                rows.iter().map(|row| (&*row.when, count(row))).collect();
            Chart::of(class, called, unit, &counts)
        };
        Self {
            charts: [
                chart("registered", "Registered clients", |row| row.registered),
                chart("refused", "Refused requests", |row| row.refused),
            ],
            called,
            unit,
            rows,
        }
    }

    /// What is said below a picture: the first, the middle and the last of its hours or days.
    pub(super) fn axis(&self) -> impl Iterator<Item = &str> {
        let places = [0, self.rows.len() / 2, self.rows.len().saturating_sub(1)];
        let rows = places.into_iter().filter_map(|place| self.rows.get(place));
        rows.map(|row| &*row.short)
    }
}

impl Chart {
    fn of(
        class: &'static str,
        called: &'static str,
        unit: &'static str,
        counts: &[(&str, u64)],
    ) -> Self {
        let total = counts.iter().map(|(_, count)| count).sum();
        let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
        let bars = counts.iter().enumerate().map(|(place, (when, count))| {
            let height = match count {
                0 => 0,
                count => {
                    let part = u128::from(*count) * u128::from(HIGH) / u128::from(most.max(1));
                    u64::try_from(part).unwrap_or(HIGH).max(LOWEST)
                }
            };
            Bar {
                x: place * PLACE + 1,
                y: HIGH - height,
                height,
                when: (*when).to_owned(),
                count: *count,
            }
        });
        let first = counts.first().map_or("", |(when, _)| when);
        let last = counts.last().map_or("", |(when, _)| when);
        Self {
            id: format!("{class}-{unit}"),
            class,
            called,
            described: format!(
                "A bar for each {unit} from {first} to {last}: {total} in all, {most} at most in one {unit}."
            ),
            width: counts.len() * PLACE,
            bars: bars.collect(),
            total,
            most,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_as_high_as_their_counts() {
        let count = |begins, registered, refused| Count {
            begins,
            registered,
            refused,
        };
        let counts = [
            count(0, 0, 10_000),
            count(3_600, 3, 5_000),
            count(7_200, 1, 1),
        ];
        let period = Period::hours(&counts);
        let heights = |chart: &Chart| -> Vec<(usize, u64, u64)> {
            let bars = chart.bars.iter();
            bars.map(|bar| (bar.x, bar.y, bar.height)).collect()
        };
        let [registered, refused] = &period.charts;
        assert_eq!(
            heights(registered),
            [(1, 100, 0), (11, 0, 100), (21, 67, 33)]
        );
        assert_eq!(heights(refused), [(1, 0, 100), (11, 50, 50), (21, 98, 2)]);
        assert_eq!((registered.total, registered.most), (4, 3));
        assert_eq!(
            refused.described,
            "A bar for each hour from 1970-01-01 00:00 UTC to 1970-01-01 02:00 UTC: 15001 in all, 10000 at most in one hour."
        );
        assert_eq!(
            period.axis().collect::<Vec<_>>(),
            ["00:00", "01:00", "02:00"]
        );
        let days = Period::days(&[count(86_400, 0, 0)]);
        assert_eq!(
            (&*days.rows[0].when, &*days.rows[0].short),
            ("1970-01-02", "01-02")
        );
        assert!(days.charts[0].bars[0].height == 0, "nothing happened");
        assert_eq!(Period::days(&[]).axis().count(), 0);
    }
}
