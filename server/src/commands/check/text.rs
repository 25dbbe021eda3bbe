//! The findings for a person: shown as a compiler shows its own.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use gatepost_plugin::{Outcome, Severity};

use super::excerpt::Excerpt;
use super::locate::{Aim, line_and_column};
use super::registered::Difference;
use super::report::{Finding, Report, Stopping, severity_name};
use super::secrets::secrets;
use crate::commands::printable::printable;
use crate::config::{Mistake, Written};

/// How things look. Without styles, the text is the same.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::commands) struct Styles {
    error: Style,
    warning: Style,
    note: Style,
    accepted: Style,
    message: Style,
    margin: Style,
}

impl Styles {
    pub(super) const fn coloured() -> Self {
        const fn bold(color: AnsiColor) -> Style {
            color.on_default().bold()
        }
        Self {
            error: bold(AnsiColor::Red),
            warning: bold(AnsiColor::Yellow),
            note: bold(AnsiColor::Cyan),
            accepted: bold(AnsiColor::Green),
            message: Style::new().bold(),
            margin: bold(AnsiColor::Blue),
        }
    }

    pub(super) fn document(&self, report: &Report<'_>) -> String {
        let mut text = String::new();
        let hidden = secrets(report.document);
        let name = match report.path {
            "-" => "<stdin>".to_owned(),
            path => printable(path, ROOM),
        };
        for Finding { said, place } in &report.findings {
            let style = self.of(said.severity);
            let severity = severity_name(said.severity);
            let code = printable(&said.code, ROOM);
            self.message(
                &mut text,
                &format!("{style}{severity}[{code}]{style:#}"),
                &said.message,
            );
            let digits = match place {
                Some(place) => {
                    let (line, column) = report.line_and_column(place);
                    let excerpt = Excerpt::new(report.document, &place.span, &hidden);
                    let label = label(&said.pointer, &place.aim);
                    self.excerpt(&mut text, &name, (line, column), &excerpt, style, &label)
                }
                None => 0,
            };
            self.footnote(&mut text, digits, &printable(&said.reference, ROOM));
            text.push('\n');
        }
        let (style, outcome) = match report.outcome {
            Outcome::Accept => (self.accepted, "accepted"),
            Outcome::Refuse => (self.error, "refused"),
        };
        let counts = counts(report.findings.iter().map(|finding| finding.said.severity));
        line(
            &mut text,
            format_args!("{name}: {style}{outcome}{style:#}, {counts}"),
        );
        if let Some(difference) = &report.difference {
            difference.list(&mut text);
        }
        text
    }

    /// What is wrong with a configuration, or unwise.
    pub(in crate::commands) fn settings(
        &self,
        file: Option<&Written>,
        found: &[Mistake],
    ) -> String {
        let mut text = String::new();
        let name = file.map_or_else(
            || "the configuration".to_owned(),
            |file| printable(&file.path.to_string_lossy(), ROOM),
        );
        let hidden = file.map_or_else(Vec::new, |file| file.secrets(found));
        for Mistake { finding, span } in found {
            let style = self.of(finding.severity);
            let path = printable(&finding.path, ROOM);
            let severity = severity_name(finding.severity);
            let head = match path.is_empty() {
                true => format!("{style}{severity}{style:#}"),
                false => format!("{style}{severity}[{path}]{style:#}"),
            };
            self.message(&mut text, &head, &finding.message);
            let digits = match (file, span) {
                (Some(file), Some(span)) => {
                    let document = file.text.as_bytes();
                    let place = line_and_column(document, span.start);
                    let excerpt = Excerpt::new(document, span, &hidden);
                    self.excerpt(&mut text, &name, place, &excerpt, style, "")
                }
                _ => 0,
            };
            if let Some(allowed) = &finding.allowed {
                let allowed = printable(allowed, MESSAGE_ROOM);
                self.footnote(&mut text, digits, &format!("allowed: {allowed}"));
            }
            text.push('\n');
        }
        let counts = counts(found.iter().map(|mistake| mistake.finding.severity));
        line(&mut text, format_args!("{name}: {counts}"));
        text
    }

    /// A client that is registered, and what is wrong with it now.
    pub(in crate::commands) fn client(&self, stopping: &Stopping<'_>) -> String {
        let mut text = String::new();
        let style = self.error;
        let client_id = printable(stopping.client_id, ROOM);
        let name = match &stopping.name {
            Some(name) => format!(" ({})", printable(name, ROOM)),
            None => String::new(),
        };
        let users = stopping.users;
        line(
            &mut text,
            format_args!("{client_id}{name}: {style}would stop working{style:#}, users: {users}"),
        );
        for said in stopping.findings {
            let style = self.of(said.severity);
            let severity = severity_name(said.severity);
            let code = printable(&said.code, ROOM);
            self.message(
                &mut text,
                &format!("{style}{severity}[{code}]{style:#}"),
                &said.message,
            );
            let pointer = printable(&said.pointer, ROOM);
            let gap = if pointer.is_empty() { "" } else { ", " };
            let reference = printable(&said.reference, ROOM);
            self.footnote(&mut text, 0, &format!("{pointer}{gap}{reference}"));
        }
        text
    }

    const fn of(&self, severity: Severity) -> Style {
        match severity {
            Severity::Error => self.error,
            Severity::Warning => self.warning,
            Severity::Note => self.note,
        }
    }

    fn message(&self, text: &mut String, head: &str, message: &str) {
        let style = self.message;
        let message = printable(message, MESSAGE_ROOM);
        line(text, format_args!("{head}{style}: {message}{style:#}"));
    }

    /// Gives back how wide the margin is.
    fn excerpt(
        &self,
        text: &mut String,
        name: &str,
        (number, column): (usize, usize),
        excerpt: &Excerpt,
        style: Style,
        label: &str,
    ) -> usize {
        let margin = self.margin;
        let number_text = number.to_string();
        let digits = number_text.len();
        let pad = " ".repeat(digits);
        let carets = "^".repeat(excerpt.underline.len());
        let indent = " ".repeat(excerpt.underline.start);
        let gap = if label.is_empty() { "" } else { " " };
        line(
            text,
            format_args!("{pad}{margin}-->{margin:#} {name}:{number}:{column}"),
        );
        line(text, format_args!("{pad} {margin}|{margin:#}"));
        line(
            text,
            format_args!("{margin}{number_text} |{margin:#} {}", excerpt.text),
        );
        line(
            text,
            format_args!("{pad} {margin}|{margin:#} {indent}{style}{carets}{gap}{label}{style:#}"),
        );
        digits
    }

    fn footnote(&self, text: &mut String, digits: usize, note: &str) {
        let margin = self.margin;
        let pad = " ".repeat(digits);
        line(text, format_args!("{pad} {margin}={margin:#} {note}"));
    }
}

impl Difference {
    fn list(&self, text: &mut String) {
        for (what, members) in [
            ("added:   ", &self.added),
            ("changed: ", &self.changed),
            ("left out:", &self.left_out),
        ] {
            for member in members.iter().take(MOST_MEMBERS) {
                line(text, format_args!("  {what} {member}"));
            }
            if let more @ 1.. = members.len().saturating_sub(MOST_MEMBERS) {
                line(text, format_args!("  {what} and {more} more"));
            }
        }
    }
}

fn label(pointer: &str, aim: &Aim) -> String {
    let pointer = printable(pointer, ROOM);
    match aim {
        Aim::Target => pointer,
        Aim::Enclosing => format!("{pointer} is not there"),
        Aim::Document => String::new(),
        Aim::Syntax(said) => said.clone().unwrap_or_default(),
    }
}

/// Such as `2 errors, 1 note`.
fn counts(severities: impl Iterator<Item = Severity> + Clone) -> String {
    let counts: Vec<String> = [Severity::Error, Severity::Warning, Severity::Note]
        .into_iter()
        .filter_map(|each| {
            let count = severities.clone().filter(|found| *found == each).count();
            let name = severity_name(each);
            match count {
                0 => None,
                1 => Some(format!("1 {name}")),
                _ => Some(format!("{count} {name}s")),
            }
        })
        .collect();
    if counts.is_empty() {
        "no findings".to_owned()
    } else {
        counts.join(", ")
    }
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a string takes everything");
}

/// How many columns a name, a pointer or a reference may take, and how many a message.
const ROOM: usize = 120;
const MESSAGE_ROOM: usize = 1000;

/// How many members of one kind are listed.
const MOST_MEMBERS: usize = 20;

#[cfg(test)]
mod tests;
