//! One server for each data folder: two that sweep and count beside each other would each know half.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use gatepost_directory::Store;
use thiserror::Error;

/// The lock beside the directory's file. It ends with the program, however that ends.
const LOCK: &str = "gatepost.lock";

/// Holds the folder of a directory for this program, as long as it lives.
#[derive(Debug)]
pub struct Claim(#[expect(dead_code, reason = "the lock lasts as long as the file is open")] File);

/// Why this program may not serve from a folder.
#[derive(Debug, Error)]
pub enum ClaimError {
    /// Another server has it.
    #[error(
        "another server{} uses the data folder {}: stop it first, or name another folder with --data. Commands that \
         read and change work beside it. Several servers at once need PostgreSQL (store.url)",
        process(holder), folder.display()
    )]
    Taken {
        /// The folder.
        folder: PathBuf,
        /// The number of the other's process, if it wrote one.
        holder: String,
    },
    /// The lock cannot be made.
    #[error("cannot lock {}", path.display())]
    Failed {
        /// The lock.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

fn process(holder: &str) -> String {
    match holder.is_empty() {
        true => String::new(),
        false => format!(" (process {holder})"),
    }
}

impl Claim {
    /// Claims the folder of a directory that is a file. A database is for several servers.
    pub fn of(store: &Store) -> Result<Option<Self>, ClaimError> {
        let Store::Sqlite(file) = store else {
            return Ok(None);
        };
        let folder = match file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let path = folder.join(LOCK);
        match claim(folder, &path) {
            Ok(Ok(file)) => Ok(Some(Self(file))),
            Ok(Err(holder)) => Err(ClaimError::Taken {
                folder: folder.to_owned(),
                holder,
            }),
            Err(source) => Err(ClaimError::Failed { path, source }),
        }
    }
}

/// The lock, or who has it.
fn claim(folder: &Path, path: &Path) -> io::Result<Result<File, String>> {
    if !folder.exists() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            // Only a process number is shown of what is in there.
            let _ = (&file).take(20).read_to_string(&mut holder);
            let is_number = holder.trim().bytes().all(|byte| byte.is_ascii_digit());
            return Ok(Err(match is_number {
                true => holder.trim().to_owned(),
                false => String::new(),
            }));
        }
        Err(TryLockError::Error(error)) => return Err(error),
    }
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())?;
    Ok(Ok(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_one_server() {
        let folder = tempfile::tempdir().expect("there is room");
        let store = Store::in_folder(&folder.path().join("data"));
        let first = Claim::of(&store).expect("nobody has it");
        assert!(first.is_some());
        let second = Claim::of(&store).expect_err("it is taken").to_string();
        let number = std::process::id().to_string();
        assert!(
            second.contains(&number) && second.contains("/data"),
            "{second}"
        );
        drop(first);
        assert!(Claim::of(&store).expect("it is free again").is_some());
    }

    #[test]
    fn a_database_has_several() {
        let store = "postgres://localhost/gatepost".parse().expect("it is one");
        assert!(
            Claim::of(&store)
                .expect("there is nothing to lock")
                .is_none()
        );
    }
}
