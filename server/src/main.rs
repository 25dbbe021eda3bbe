use std::process::ExitCode;

fn main() -> ExitCode {
    gatepost_server::commands::run()
}
