//! The man pages, and the completions of shells: made from the command line itself, so that they cannot say something else.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::Command;
use clap_complete::Shell;
use clap_mangen::Man;
use jiff::Timestamp;

use super::exit::CODES;
use super::tools::Done;

/// What the program's own page has besides.
const END: &str = include_str!("../../../packaging/man/gatepost-server.end");

const PROGRAM: &str = "gatepost-server";

/// Prints what a shell needs to complete commands.
pub(super) fn complete(mut command: Command, shell: Shell) -> Done {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, PROGRAM, &mut script);
    io::stdout().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a page for the program and one for each command into a folder.
pub(super) fn write_pages(command: Command, folder: &Path) -> Done {
    fs::create_dir_all(folder)
        .map_err(|error| format!("cannot create {}: {error}", folder.display()))?;
    let mut command = command.disable_help_subcommand(true);
    command.build();
    write_page(&command, folder, &date())?;
    Ok(ExitCode::SUCCESS)
}

fn write_page(command: &Command, folder: &Path, date: &str) -> Result<(), Box<dyn Error>> {
    let below = command
        .get_subcommands()
        .filter(|below| !below.is_hide_set());
    for below in below {
        write_page(below, folder, date)?;
    }
    let man = Man::new(command.clone())
        .section("8")
        .date(date)
        .source(format!("{PROGRAM} {}", env!("CARGO_PKG_VERSION")))
        .manual("System administration");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let mut page = String::from_utf8(page)?;
    if let Some(example) = command.get_after_help() {
        let example = example.to_string();
        let example = example.trim_start_matches("Example:\n");
        page.push_str(&format!(".SH EXAMPLES\n{}", as_it_is(example)));
    }
    match command.get_name() == PROGRAM {
        true => {
            let codes = CODES.split_once('\n').map_or(CODES, |(_, codes)| codes);
            page.push_str(&format!(".SH \"EXIT STATUS\"\n{}{END}", as_it_is(codes)));
        }
        false => page.push_str(&format!(
            ".SH \"EXIT STATUS\"\nSee\n.BR {PROGRAM} (8).\n.SH \"SEE ALSO\"\n.BR {PROGRAM} (8)\n"
        )),
    }
    let path = folder.join(man.get_filename());
    fs::write(&path, page).map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    Ok(())
}

/// Lines that are not filled.
fn as_it_is(text: &str) -> String {
    let lines: String = text
        .lines()
        .map(|line| format!("\\&{}\n", line.replace('\\', "\\e").replace('-', "\\-")))
        .collect();
    format!(".EX\n{lines}.EE\n")
}

/// The day of the page: that of the source, where a package is built.
fn date() -> String {
    let of_source = env::var("SOURCE_DATE_EPOCH").ok();
    let of_source = of_source.and_then(|text| text.parse().ok());
    let of_source = of_source.and_then(|seconds| Timestamp::from_second(seconds).ok());
    let day = of_source.unwrap_or_else(Timestamp::now);
    day.strftime("%Y-%m-%d").to_string()
}
