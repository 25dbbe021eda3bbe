use std::process::ExitCode;

fn main() -> ExitCode {
    gatepost_server::cli::run()
}
