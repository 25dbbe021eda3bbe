//! Where the data is, if not where somebody says: a mistyped name is no reason to make a folder.

use std::error::Error;
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use gatepost_directory::Store;

use super::exit::Undone;
use super::tools::Places;
use crate::config::{Config, Overrides, similar};
use crate::shell::quoted;

/// Where packages keep the data of the service.
const OF_SERVICE: &str = "/var/lib/gatepost";

/// How many names of a folder are looked at.
const MOST_NAMES: usize = 1000;

/// Whether there is a directory where these settings say. A database is asked when it is opened.
pub(super) fn is_there(config: &Config, places: &Places) -> Result<(), Box<dyn Error>> {
    let Store::Sqlite(file) = &config.store else {
        return Ok(());
    };
    let shown = file.parent().filter(|folder| *folder != Path::new(""));
    let shown = shown.unwrap_or(Path::new(".")).display();
    match fs::metadata(file) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            Err(Undone::Mistake(format!(
                "this user may not read {shown}: run the command as the user that runs the server, such as \
                 `runuser -u gatepost -- gatepost-server …`"
            ))
            .into())
        }
        Err(_) => Err(Undone::Mistake(match nearest(file, places) {
            Some(folder) => format!(
                "there is no data in {shown}; the nearest data folder is {near}: --data {near}",
                near = quoted(&folder.to_string_lossy())
            ),
            None => format!(
                "there is no data in {shown}, and no other data folder near it: name the data folder with --data; \
                 `gatepost-server setup` makes one"
            ),
        })
        .into()),
    }
}

/// The folder with a directory in it that is most likely meant.
fn nearest(file: &Path, places: &Places) -> Option<PathBuf> {
    let name = file.file_name()?;
    let folder = file.parent()?;
    let has_data = |folder: &Path| !folder.as_os_str().is_empty() && folder.join(name).is_file();
    // The folder that the configuration file names.
    let of_config = places.config.as_ref().and_then(|path| {
        let overrides = Overrides {
            config: Some(path.clone()),
            ..Overrides::default()
        };
        Config::load(&overrides).ok().map(|config| config.data)
    });
    let candidates = of_config
        .into_iter()
        .chain(folder.parent().map(Path::to_owned))
        .chain(inside(folder))
        .chain(similar(folder))
        .chain([PathBuf::from("gatepost-data")])
        .filter(|candidate| candidate != folder && has_data(candidate));
    candidates
        .chain([PathBuf::from(OF_SERVICE)].into_iter().filter(|service| {
            // Its own user alone may look into it.
            service.is_dir() && service != folder
        }))
        .next()
}

/// The folders in a folder.
fn inside(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries
        .take(MOST_NAMES)
        .map(|entry| entry.path())
        .filter(|path| path.is_dir() && path.file_name() != Some(OsStr::new("lost+found")))
        .collect();
    folders.sort();
    folders
}
