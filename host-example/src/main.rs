use std::process::ExitCode;

/// Answering a request takes hundreds of small allocations on several threads, and this one is faster at
/// them than the usual ones.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    gatepost_host::cli::run()
}
