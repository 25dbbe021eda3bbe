//! What a C header declares.

/// The names of its functions, in order.
pub fn functions(header: &str) -> Vec<&str> {
    header
        .lines()
        .filter(|line| !line.starts_with([' ', '#', '/']))
        .filter_map(|line| line.split_once('(')?.0.split([' ', '*']).next_back())
        .collect()
}
