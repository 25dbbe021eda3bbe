//! Generated calls, which every boundary must answer with the bytes of the Rust library. A difference is shown with the
//! seed that makes it again.

mod planted;

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use gatepost::{Registrar, SettingFinding, SettingsError};
use gatepost_plugin::{Limits, LoadError, Options, Source};

use crate::generate::{World, bytes};
use crate::library;
use crate::replay::CReplay;
use crate::step::{Answer, Boundary, Step};
use crate::through::{self, Through};

/// How many calls a sequence has at most.
const STEPS: usize = 16;

/// The calls of the short form.
const SHORT: u64 = 2_000;

/// The calls of the long form.
const LONG: u64 = 1_000_000;

#[test]
fn every_boundary_answers_generated_calls_alike() {
    let mut c = CReplay::spawn(&library(), "");
    let mut calls = 0;
    for seed in seed().map_or(0..=u64::MAX, |seed| seed..=seed) {
        match sequence(seed, |settings| boundaries(settings, &mut c, seed)) {
            Ok(more) => calls += more,
            Err(difference) => panic!("{difference}"),
        }
        if calls >= SHORT {
            break;
        }
    }
}

/// It goes on where it was stopped. After its end it begins again, with other seeds.
#[test]
#[ignore = "it takes minutes: cargo test --release -p gatepost-plugin --test boundaries a_million -- --ignored --nocapture"]
fn a_million_generated_calls_are_answered_alike() {
    /// Between two of them, what was reached is written down.
    const SEEDS: u64 = 512;

    let begun = Instant::now();
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("differential.json");
    let kept = std::fs::read(&path).ok();
    let kept = kept.and_then(|kept| serde_json::from_slice(&kept).ok());
    let (mut first, mut calls): (u64, u64) = kept.unwrap_or((SHORT, 0));
    println!("from seed {first} on, after {calls} calls");
    while calls < LONG {
        let next = AtomicU64::new(first);
        let end = first + SEEDS;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        calls += std::thread::scope(|scope| {
            let work = || {
                let mut c = CReplay::spawn(&library(), "");
                let mut calls = 0;
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return calls;
                    }
                    match sequence(seed, |settings| boundaries(settings, &mut c, seed)) {
                        Ok(more) => calls += more,
                        Err(difference) => panic!("{difference}"),
                    }
                }
            };
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let ended = workers.into_iter().map(|worker| worker.join());
            ended
                .map(|calls| calls.expect("its message is above"))
                .sum::<u64>()
        });
        first = end;
        std::fs::write(&path, format!("[{first},{calls}]")).expect("the folder is cargo's");
    }
    println!(
        "{calls} calls until seed {first}, the last of them in {:?}",
        begun.elapsed()
    );
    std::fs::write(&path, format!("[{first},0]")).expect("the folder is cargo's");
}

/// The seed that is to be looked at again.
fn seed() -> Option<u64> {
    let seed = std::env::var("GATEPOST_SEED").ok()?;
    Some(seed.parse().expect("GATEPOST_SEED is a number"))
}

/// Asks every boundary the calls of a seed, and says how many they were.
fn sequence<'b>(
    seed: u64,
    boundaries: impl FnOnce(&str) -> Vec<(&'static str, Box<dyn Boundary + 'b>)>,
) -> Result<u64, Box<Difference>> {
    let bytes = bytes(seed);
    let mut world = World::new(&bytes);
    let mut rust = compiled(&world.settings);
    let mut boundaries = boundaries(&world.settings);
    for calls in 1..=STEPS {
        let step = world.step();
        let expected = rust.perform(&step);
        for (name, boundary) in &mut boundaries {
            let found = boundary.perform(&step);
            if found != expected {
                return Err(Box::new(Difference {
                    seed,
                    name,
                    settings: world.settings,
                    step,
                    expected,
                    found,
                }));
            }
        }
        if world.is_over() || matches!(expected, Answer::Refused(_)) {
            return Ok(calls as u64);
        }
        world.learn(&step, &expected);
    }
    Ok(STEPS as u64)
}

/// A boundary that answered otherwise than the Rust library.
#[derive(Debug)]
struct Difference {
    seed: u64,
    name: &'static str,
    settings: String,
    step: Step,
    expected: Answer,
    found: Answer,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seed,
            name,
            settings,
            step,
            expected,
            found,
        } = self;
        writeln!(
            f,
            "{name} answers otherwise than the Rust library, under\n{settings}"
        )?;
        writeln!(
            f,
            "asked:    {step:?}\nexpected: {expected:?}\nfound:    {found:?}"
        )?;
        writeln!(f, "Again, from the workspace's folder:")?;
        write!(
            f,
            "    GATEPOST_SEED={seed} cargo test --release -p gatepost-plugin --test boundaries generated_calls_alike"
        )
    }
}

fn library() -> PathBuf {
    library::installed().join("lib/libgatepost.so")
}

/// Every boundary but HTTP, by its name. The component is a new one for each call of every eighth seed, so that one
/// that keeps something from the call before is found.
fn boundaries<'b>(
    settings: &str,
    c: &'b mut CReplay,
    seed: u64,
) -> Vec<(&'static str, Box<dyn Boundary + 'b>)> {
    settings.clone_into(&mut c.settings);
    let options = Options::default();
    let component = Options {
        isolate: seed.is_multiple_of(8),
        // A busy machine is no defect.
        limits: Limits {
            deadline: Duration::from_secs(60),
            ..options.limits
        },
    };
    vec![
        (
            "the component",
            loaded(&Source::default(), settings, &component),
        ),
        ("C", Box::new(Borrowed(c))),
        (
            "the library in this loader",
            loaded(&Source::Library(library()), settings, &options),
        ),
        (
            "the linked core",
            loaded(&Source::Linked, settings, &options),
        ),
    ]
}

fn loaded(source: &Source, settings: &str, options: &Options) -> Box<dyn Boundary> {
    match gatepost_plugin::load(source, settings, options) {
        Ok(plugin) => Box::new(Through(plugin)),
        Err(LoadError::Settings(mistakes)) => Box::new(Refused(through::findings(mistakes))),
        Err(error) => panic!("{error:?}"),
    }
}

fn compiled(settings: &str) -> Box<dyn Boundary> {
    match Registrar::compile(settings) {
        Ok(registrar) => Box::new(registrar),
        Err(SettingsError(mistakes)) => Box::new(Refused(mistakes)),
    }
}

/// A boundary that refused its settings.
struct Refused(Vec<SettingFinding>);

impl Boundary for Refused {
    fn perform(&mut self, _: &Step) -> Answer {
        Answer::Refused(self.0.clone())
    }
}

/// One that is used again after this sequence.
struct Borrowed<'b>(&'b mut CReplay);

impl Boundary for Borrowed<'_> {
    fn perform(&mut self, step: &Step) -> Answer {
        self.0.perform(step)
    }
}
