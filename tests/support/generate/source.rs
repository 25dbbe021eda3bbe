//! Bytes as a source of choices: those of a seed, of a fuzzer, or of a file.

use arbitrary::Unstructured;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// How many bytes a seed stands for: more than a sequence of calls uses.
const LENGTH: usize = 16 << 10;

/// What is inserted into a text, so that a reader may take it for something else.
const HOSTILE: &[&str] = &[
    "%",
    "#",
    "?",
    "@",
    "\\",
    "/",
    "//",
    ":",
    "*",
    " ",
    "\"",
    "'",
    "&",
    "=",
    "+",
    ";",
    ",",
    "{",
    "}",
    "[",
    "]",
    "%00",
    "%2e",
    "%2F",
    "%5c",
    "%C0%AF",
    "..",
    "/../",
    ":0",
    ":65536",
    "\0",
    "\t",
    "\n",
    "\r\n",
    "\u{7f}",
    "\u{85}",
    "\u{a0}",
    "\u{ad}",
    "\u{200b}",
    "\u{202e}",
    "\u{2028}",
    "\u{feff}",
    "\u{fffd}",
    "\u{3002}",
    "\u{ff0e}",
    "\u{ff0f}",
    "\u{131}",
    "\u{17f}",
    "\u{430}",
    "\u{308}",
    "\u{e000}",
    "\u{1f600}",
    "\u{10ffff}",
    "é",
    "xn--",
    "0x7f",
    "1e400",
    "null",
    "\\u0000",
    "\\ud800",
    "${",
    "<script>",
];

/// The bytes that a seed stands for.
pub fn bytes(seed: u64) -> Vec<u8> {
    let mut bytes = vec![0; LENGTH];
    ChaCha8Rng::seed_from_u64(seed).fill_bytes(&mut bytes);
    bytes
}

/// Choices that follow from bytes. When they are used up, the first of all choices is made, which is the plain
/// one, so that less bytes make simpler calls.
pub struct Source<'a>(Unstructured<'a>);

impl<'a> Source<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(Unstructured::new(bytes))
    }

    pub fn is_used_up(&self) -> bool {
        self.0.is_empty()
    }

    /// A number from 0 to the bound, which it does not reach.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0.int_in_range(0..=bound - 1).unwrap_or_default()
    }

    /// What happens seldom.
    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == times - 1
    }

    pub fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    pub fn pick_text(&mut self, choices: &[&str]) -> String {
        self.pick(choices).to_owned()
    }

    pub fn byte(&mut self) -> u8 {
        self.0.arbitrary().unwrap_or_default()
    }

    pub fn number(&mut self) -> u64 {
        self.0.arbitrary().unwrap_or_default()
    }

    /// Bytes of this source, as many as there are.
    pub fn take(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.byte()).collect()
    }

    /// A text that is nothing in particular.
    pub fn any_text(&mut self) -> String {
        let count = self.below(24);
        String::from_utf8_lossy(&self.take(count)).into_owned()
    }

    /// The text with one thing wrong with it, perhaps.
    pub fn hurt(&mut self, text: &str) -> String {
        let mut hurt: Vec<char> = text.chars().collect();
        let at = self.below(hurt.len() + 1);
        let rest = hurt.split_off(at);
        let next = rest.first().copied();
        let after = rest.get(1..).unwrap_or_default();
        match self.below(8) {
            0 | 1 => {
                hurt.extend(self.pick(HOSTILE).chars());
                hurt.extend(&rest);
            }
            2 => {
                hurt.extend(self.pick(HOSTILE).chars());
                hurt.extend(after);
            }
            3 => hurt.extend(after),
            4 => {
                hurt.extend(next.map(|next| match next.is_lowercase() {
                    true => next.to_ascii_uppercase(),
                    false => next.to_ascii_lowercase(),
                }));
                hurt.extend(after);
            }
            5 => {
                let encoded = next.map(|next| format!("%{:02x}", u32::from(next)));
                hurt.extend(encoded.iter().flat_map(|encoded| encoded.chars()));
                hurt.extend(after);
            }
            6 => {
                hurt.extend(&rest);
                hurt.extend(&rest);
            }
            _ => {}
        }
        hurt.into_iter().collect()
    }

    /// The text, which is hurt once in so many times.
    pub fn hurt_one_in(&mut self, times: usize, text: String) -> String {
        match self.one_in(times) {
            true => self.hurt(&text),
            false => text,
        }
    }
}
