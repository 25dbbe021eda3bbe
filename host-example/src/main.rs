use std::process::ExitCode;

fn main() -> ExitCode {
    gatepost_host::cli::run()
}
