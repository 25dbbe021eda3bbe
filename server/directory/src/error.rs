//! What goes wrong in a directory.

use thiserror::Error;

use crate::client::Abandoned;
use crate::pem::PemError;

/// Why the directory did not do what it was asked.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DirectoryError {
    /// More is waiting to be written than is reasonable. A moment later there may be room.
    #[error("the directory's queue is full")]
    Busy,
    /// A client id was issued twice. What is stored under it stays.
    #[error("there is a client with this id already")]
    ClientExists,
    /// A change to a client that is not there.
    #[error("there is no client with this id")]
    NoSuchClient,
    /// A key for an account that is not there.
    #[error("there is no account of this name")]
    NoSuchAccount,
    /// A key that was to be made with one that is revoked.
    #[error("the key to make it with is no longer good")]
    NoSuchKey,
    /// The request of a device was answered already, or is over.
    #[error("no device waits for this answer")]
    NoSuchDevice,
    /// A token was issued already: whoever asks has asked before.
    #[error("this was granted already")]
    GrantedBefore,
    /// The disk is full, the file is damaged, and the like.
    #[error("the directory failed: {0}")]
    Failed(String),
}

/// Why there is no directory to work with.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The folder or file cannot be made.
    #[error("cannot create {path}")]
    Create {
        /// Which one.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The file is an SQLite database of some other program.
    #[error("{0} is not a directory of this program")]
    Foreign(String),
    /// The file was written by a later version of this program.
    #[error("{path} has version {found}, and this program knows versions up to {known}")]
    TooNew {
        /// Which file.
        path: String,
        /// Its version.
        found: usize,
        /// The latest version this program knows.
        known: usize,
    },
    /// The file was written by an earlier version, and is not to be changed now.
    #[error("{path} is of an earlier version; start the server once to bring it up to date")]
    TooOld {
        /// Which file.
        path: String,
    },
    /// The database refuses.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The way to the database cannot be encrypted.
    #[error("cannot speak TLS to the database")]
    Tls(#[from] TlsError),
    /// SQLite refuses.
    #[error("cannot open {path}")]
    Sqlite {
        /// Which file.
        path: String,
        /// Why.
        source: rusqlite::Error,
    },
}

/// Why a decision was not carried out.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum DecideError {
    /// The judge made no decision. It knows why.
    #[error("no decision was made")]
    Abandoned,
    /// The directory failed.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
}

impl From<Abandoned> for DecideError {
    fn from(Abandoned: Abandoned) -> Self {
        Self::Abandoned
    }
}

/// Why TLS cannot be spoken to a database.
#[derive(Debug, Error)]
pub enum TlsError {
    /// The file of the authority is of no use.
    #[error(transparent)]
    File(#[from] PemError),
    /// A certificate in it is not what it should be.
    #[error("the certificate cannot be used")]
    Certificate(#[from] rustls::Error),
    /// Nobody could be trusted.
    #[error("the operating system has no certificates of authorities")]
    NoAuthorities,
}
