//! Which plugin decides.

use std::fmt;
use std::path::PathBuf;

use gatepost_plugin::{LoadError, Source};

/// Which plugin decides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PluginChoice {
    /// The one that is linked into this program.
    #[default]
    Linked,
    /// The component that this program was built with.
    Component,
    /// The one in a file: a component or a C library.
    File(PathBuf),
}

impl PluginChoice {
    /// The word that names the component that this program was built with. A file of that name is `./component`.
    pub const COMPONENT: &str = "component";

    /// Every value of the label.
    pub const LABELS: [&str; 3] = ["linked", Self::COMPONENT, "file"];

    /// What it is called in metrics.
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Linked => Self::LABELS[0],
            Self::Component => Self::LABELS[1],
            Self::File(_) => Self::LABELS[2],
        }
    }

    /// Where it is loaded from.
    pub(super) fn source(&self) -> Result<Source, LoadError> {
        match self {
            Self::Linked => Ok(Source::Linked),
            Self::Component => Ok(Source::default()),
            Self::File(path) => Source::recognise(path),
        }
    }
}

/// What an administrator writes: the word, or a path.
impl From<PathBuf> for PluginChoice {
    fn from(written: PathBuf) -> Self {
        match written.to_str() {
            Some(Self::COMPONENT) => Self::Component,
            _ => Self::File(written),
        }
    }
}

/// As the log says it.
impl fmt::Display for PluginChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Linked => f.write_str("the plugin that is linked into the server"),
            Self::Component => f.write_str("the built-in component"),
            Self::File(path) => write!(f, "the plugin in {}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written() {
        for (written, expected) in [
            ("component", PluginChoice::Component),
            ("./component", PluginChoice::File("./component".into())),
            (
                "components/gatepost.wasm",
                PluginChoice::File("components/gatepost.wasm".into()),
            ),
            ("Component", PluginChoice::File("Component".into())),
            ("", PluginChoice::File(PathBuf::new())),
        ] {
            assert_eq!(PluginChoice::from(PathBuf::from(written)), expected);
        }
    }
}
