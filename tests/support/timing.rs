//! Whether two kinds of input can be told apart by the time that they take.
//!
//! This is the method of dudect (Reparaz, Balasch, Verbauwhede: "Dude, is my code constant time?", DATE 2017). Inputs of the
//! two kinds come at random, each call is measured, and Welch's t says how sure it is that the means differ. What
//! interrupts a call makes it longer, and hides a difference; so the test is made again and again without the longest
//! calls, and the greatest |t| counts. Below [`LIMIT`] nothing was found, which holds for that number of samples.
//!
//! The clock is the processor's time of this thread or process: others on the machine do not count.

use std::ffi::{c_int, c_long};

/// From here on, a difference was found.
pub const LIMIT: f64 = 4.5;

/// From here on, a difference was found that no other program on the machine explains.
pub const GROSS: f64 = 20.0;

/// How often it is tested without the longest calls.
const CROPS: u32 = 100;

/// So many calls of each kind have to be left.
const LEAST: usize = 100;

/// A kind of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    One,
    Other,
}

/// What is measured.
#[allow(dead_code, reason = "each test file uses its share of this one")]
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// This thread.
    Thread,
    /// All threads of this program.
    Process,
}

impl Clock {
    fn nanoseconds(self) -> f64 {
        let mut time = Time::default();
        let clock = match self {
            Self::Process => 2,
            Self::Thread => 3,
        };
        assert_eq!(clock_gettime(clock, &mut time), 0, "Linux has these clocks");
        time.seconds as f64 * 1e9 + time.nanoseconds as f64
    }
}

/// `struct timespec` of a 64-bit Linux.
#[derive(Default)]
#[repr(C)]
struct Time {
    seconds: c_long,
    nanoseconds: c_long,
}

// SAFETY: this is its signature (POSIX); it writes to the second argument, which is valid.
unsafe extern "C" {
    safe fn clock_gettime(clock: c_int, time: &mut Time) -> c_int;
}

/// What was measured: the greatest t, and the medians.
#[derive(Clone, Debug)]
pub struct Measured {
    pub t: f64,
    pub samples: usize,
    medians: [f64; 2],
}

impl Measured {
    pub fn is_difference(&self) -> bool {
        self.t.abs() >= LIMIT
    }

    pub fn is_gross(&self) -> bool {
        self.t.abs() >= GROSS
    }

    /// By how much the medians differ, as a part of the greater one.
    #[allow(
        dead_code,
        reason = "a hash of a password hides what is measured by it"
    )]
    pub fn part(&self) -> f64 {
        let [one, other] = self.medians;
        (one - other).abs() / one.max(other)
    }
}

impl std::fmt::Display for Measured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            t,
            samples,
            medians: [one, other],
        } = self;
        write!(
            f,
            "t = {t:.2}, {samples} samples, medians {one:.0} and {other:.0} ns"
        )
    }
}

/// Makes so many calls. `prepare` makes an input, which is not measured; it should do the same for both kinds.
pub fn measure<I, O>(
    samples: usize,
    clock: Clock,
    mut prepare: impl FnMut(Kind) -> I,
    mut call: impl FnMut(I) -> O,
) -> Measured {
    let mut chance = Chance(0x9E37_79B9_7F4A_7C15);
    // The first calls warm up.
    for _ in 0..samples / 100 + 10 {
        drop(std::hint::black_box(call(prepare(chance.kind()))));
    }
    let calls = (0..samples).map(|_| {
        let kind = chance.kind();
        let input = std::hint::black_box(prepare(kind));
        let begun = clock.nanoseconds();
        let output = std::hint::black_box(call(input));
        let time = clock.nanoseconds() - begun;
        drop(output);
        (kind, time)
    });
    judge(&calls.collect::<Vec<_>>())
}

/// Judges what calls took.
pub fn judge(calls: &[(Kind, f64)]) -> Measured {
    let mut times: Vec<f64> = calls.iter().map(|(_, time)| *time).collect();
    times.sort_by(f64::total_cmp);
    let bounds = (1..=CROPS).filter_map(|crop| {
        // More and more closely below the longest, as in dudect.
        let part = 1.0 - 0.5_f64.powf(10.0 * f64::from(crop) / f64::from(CROPS));
        times.get((part * times.len() as f64) as usize).copied()
    });
    let all = std::iter::once(f64::INFINITY);
    let t = all.chain(bounds).filter_map(|bound| welch(calls, bound));
    let median = |kind| {
        let of = calls.iter().filter(|(other, _)| *other == kind);
        let mut of: Vec<f64> = of.map(|(_, time)| *time).collect();
        of.sort_by(f64::total_cmp);
        of.get(of.len() / 2).copied().unwrap_or_default()
    };
    Measured {
        t: t.max_by(|one, other| one.abs().total_cmp(&other.abs()))
            .unwrap_or_default(),
        samples: calls.len(),
        medians: [median(Kind::One), median(Kind::Other)],
    }
}

/// Welch's t of the calls that took no longer than this; `None` if there are too few.
fn welch(calls: &[(Kind, f64)], bound: f64) -> Option<f64> {
    let of = |kind| {
        let mut moments = Moments::default();
        for (other, time) in calls {
            if *other == kind && *time <= bound {
                moments.add(*time);
            }
        }
        (moments.count >= LEAST as f64).then_some(moments)
    };
    let (one, other) = (of(Kind::One)?, of(Kind::Other)?);
    let difference = one.mean - other.mean;
    let error = (one.variance() / one.count + other.variance() / other.count).sqrt();
    Some(match error > 0.0 {
        true => difference / error,
        // Each kind always takes the same.
        false if difference == 0.0 => 0.0,
        false => f64::INFINITY.copysign(difference),
    })
}

/// Mean and variance, one value after the other (Welford).
#[derive(Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        let before = value - self.mean;
        self.mean += before / self.count;
        self.squares += before * (value - self.mean);
    }

    fn variance(&self) -> f64 {
        self.squares / (self.count - 1.0)
    }
}

/// Chance enough for an order (xorshift64*), and the same each time.
pub struct Chance(pub u64);

impl Chance {
    pub fn number(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub fn kind(&mut self) -> Kind {
        match self.number() >> 63 {
            0 => Kind::One,
            _ => Kind::Other,
        }
    }

    /// From 0 to 1.
    fn part(&mut self) -> f64 {
        (self.number() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// Times that are made up: no clock, and the same each time. A call takes 1,000 on average, and one in ten is interrupted.
fn made_up(samples: usize, difference: f64) -> Measured {
    let mut chance = Chance(7);
    let calls = (0..samples).map(|_| {
        let kind = chance.kind();
        let noise: f64 = (0..12).map(|_| chance.part()).sum::<f64>() - 6.0;
        let interrupted = match chance.part() < 0.1 {
            true => 1_000_000.0 * chance.part(),
            false => 0.0,
        };
        let extra = if kind == Kind::One { 0.0 } else { difference };
        (kind, 1_000.0 + 10.0 * noise + extra + interrupted)
    });
    judge(&calls.collect::<Vec<_>>())
}

#[test]
fn equal_times_are_not_told_apart() {
    for samples in [1_000, 10_000, 100_000] {
        let measured = made_up(samples, 0.0);
        assert!(!measured.is_difference(), "{measured}");
    }
    let always = [(Kind::One, 5.0), (Kind::Other, 5.0)].repeat(1_000);
    assert_eq!(judge(&always).t, 0.0);
}

/// The difference is a tenth of the deviation, and a hundred-thousandth of an interruption.
#[test]
fn a_small_difference_is_found_among_interruptions() {
    let measured = made_up(100_000, 1.0);
    assert!(measured.is_difference(), "{measured}");
    let always = [(Kind::One, 5.0), (Kind::Other, 6.0)].repeat(1_000);
    assert!(judge(&always).is_difference());
}

/// A comparison that ends at the first difference. It is measured by its steps, which no other program disturbs.
#[test]
fn an_early_exit_is_found() {
    let secret = b"gps_wf5JFRPEEkvd2yBjnXqryiDrRAjYRXLKJfX_JX9j_34";
    let early = |given: &[u8]| {
        let same = given
            .iter()
            .zip(secret)
            .take_while(|(one, other)| one == other);
        same.count() + 1
    };
    let constant = |given: &[u8]| given.len();
    let steps = |compare: &dyn Fn(&[u8]) -> usize| {
        let mut chance = Chance(7);
        let calls = (0..2_000).map(|_| {
            let kind = chance.kind();
            let mut given = *secret;
            let at = if kind == Kind::One {
                4
            } else {
                given.len() - 1
            };
            given[at] ^= 1;
            (kind, compare(&given) as f64)
        });
        judge(&calls.collect::<Vec<_>>())
    };
    assert!(steps(&early).is_difference());
    assert!(!steps(&constant).is_difference());
}
