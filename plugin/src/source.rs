//! Where a plugin comes from, and what kind it is.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::error::LoadError;

/// Where a plugin comes from.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "embedded")] {
/// use gatepost_plugin::Source;
///
/// let plugin_file: Option<&str> = None; // what the administrator's settings name
/// let source = match plugin_file {
///     Some(path) => Source::recognise(path)?,
///     None => Source::default(),
/// };
/// assert!(matches!(source, Source::Component(_)));
/// # }
/// # Ok::<(), gatepost_plugin::LoadError>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Source {
    /// A component in memory.
    Component(Cow<'static, [u8]>),
    /// A component in a file. It is read when it is loaded.
    ComponentFile(PathBuf),
    /// A C library in a file. It runs with all the rights of this process.
    Library(PathBuf),
    /// The core of this version, linked into this program. It exists with the feature `linked` only.
    ///
    /// Nothing is compiled when it is loaded, and a call costs no more than what it decides. Its rules
    /// are safe Rust without I/O. [`Limits`](crate::Limits) have no effect: nothing but the bounds on what it
    /// reads limits its time, memory and stack.
    ///
    /// A panic is [`PluginError::Trapped`](crate::PluginError::Trapped), as a component's is, unless the program's
    /// profile has `panic = "abort"`: that ends the process. Its message goes to the program's panic hook too.
    #[cfg(feature = "linked")]
    #[cfg_attr(docsrs, doc(cfg(feature = "linked")))]
    Linked,
}

#[cfg(feature = "embedded")]
impl Default for Source {
    /// The component that this crate has inside, [`COMPONENT`](crate::COMPONENT). It exists with the
    /// feature `embedded` only.
    fn default() -> Self {
        Self::Component(Cow::Borrowed(crate::embedded::COMPONENT))
    }
}

impl Source {
    /// How large a component may be, in bytes: 32 MiB, more than ten times what Gatepost's has. Of a
    /// larger file no more than that is read, and nothing is compiled.
    pub const MAX_COMPONENT: u64 = 32 << 20;

    /// Tells by a file's first bytes what it is. Its name does not matter.
    ///
    /// A WASM component begins with its own preamble; a shared library is ELF or Mach-O.
    ///
    /// # Errors
    ///
    /// [`LoadError::Unreadable`] if the file cannot be read, [`LoadError::NotAPlugin`] if it is something
    /// else, such as a core WASM module.
    ///
    /// # Examples
    ///
    /// ```
    /// use gatepost_plugin::{LoadError, Source};
    ///
    /// let error = Source::recognise("Cargo.toml").unwrap_err();
    /// assert!(matches!(error, LoadError::NotAPlugin { .. }));
    /// let error = Source::recognise("missing.wasm").unwrap_err();
    /// assert!(matches!(error, LoadError::Unreadable { .. }));
    /// ```
    pub fn recognise(path: impl Into<PathBuf>) -> Result<Self, LoadError> {
        let path = path.into();
        let mut head = Vec::with_capacity(8);
        let read = File::open(&path).and_then(|file| file.take(8).read_to_end(&mut head));
        if let Err(source) = read {
            return Err(LoadError::Unreadable { path, source });
        }
        match Kind::of(&head) {
            Ok(Kind::Component) => Ok(Self::ComponentFile(path)),
            Ok(Kind::Library) => Ok(Self::Library(path)),
            Err(reason) => Err(LoadError::NotAPlugin { path, reason }),
        }
    }
}

/// The bytes of a component in a file, up to one more than there may be.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(Source::MAX_COMPONENT + 1).read_to_end(&mut bytes))
        .map_err(|source| LoadError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
    Ok(bytes)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Component,
    Library,
}

impl Kind {
    fn of(head: &[u8]) -> Result<Self, &'static str> {
        match head {
            [0, b'a', b's', b'm', _, _, 1, 0] => Ok(Self::Component),
            [0, b'a', b's', b'm', ..] => Err("it is a core WASM module"),
            [0x7f, b'E', b'L', b'F', ..] => Ok(Self::Library),
            // Mach-O for one processor, and for several.
            [0xcf, 0xfa, 0xed, 0xfe, ..] | [0xca, 0xfe, 0xba, 0xbe, ..] => Ok(Self::Library),
            [b'M', b'Z', ..] => Ok(Self::Library),
            [] => Err("it is empty"),
            _ => Err("its first bytes are of neither"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        let cases: &[(&str, &[u8], Result<Kind, &str>)] = &[
            ("component", b"\0asm\x0d\0\x01\0", Ok(Kind::Component)),
            #[cfg(feature = "embedded")]
            (
                "embedded component",
                &crate::embedded::COMPONENT[..8],
                Ok(Kind::Component),
            ),
            (
                "core module",
                b"\0asm\x01\0\0\0",
                Err("it is a core WASM module"),
            ),
            ("truncated", b"\0asm", Err("it is a core WASM module")),
            ("elf", b"\x7fELF\x02\x01\x01\0", Ok(Kind::Library)),
            ("mach-o", b"\xcf\xfa\xed\xfe\x0c\0\0\x01", Ok(Kind::Library)),
            ("pe", b"MZ\x90\0\x03\0\0\0", Ok(Kind::Library)),
            ("empty", b"", Err("it is empty")),
            ("text", b"(component", Err("its first bytes are of neither")),
        ];
        for (name, head, kind) in cases {
            assert_eq!(Kind::of(head), *kind, "{name}");
        }
    }

    #[cfg(feature = "embedded")]
    #[test]
    fn the_name_does_not_matter() {
        let path = std::env::temp_dir().join(format!("gatepost-{}.so", std::process::id()));
        std::fs::write(&path, crate::embedded::COMPONENT)
            .expect("the temporary folder can be written");
        let source = Source::recognise(&path);
        std::fs::remove_file(&path).expect("the file was just written");
        assert!(matches!(source, Ok(Source::ComponentFile(_))), "{source:?}");
    }
}
