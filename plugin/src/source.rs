//! Where a plugin comes from, and what kind it is.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::{COMPONENT, LoadError};

/// Where a plugin comes from.
#[derive(Clone, Debug)]
pub enum Source {
    /// A component in memory.
    Component(Cow<'static, [u8]>),
    /// A component in a file.
    ComponentFile(PathBuf),
    /// A C library in a file. It runs with all the rights of this process.
    Library(PathBuf),
}

impl Default for Source {
    /// The component that this program was built with.
    fn default() -> Self {
        Self::Component(Cow::Borrowed(COMPONENT))
    }
}

impl Source {
    /// Tells by a file's first bytes what it is. Its name does not matter.
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

pub(super) fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    fs::read(path).map_err(|source| LoadError::Unreadable {
        path: path.to_owned(),
        source,
    })
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
            ("embedded component", &COMPONENT[..8], Ok(Kind::Component)),
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

    #[test]
    fn the_name_does_not_matter() {
        let path = std::env::temp_dir().join(format!("gatepost-{}.so", std::process::id()));
        fs::write(&path, COMPONENT).expect("the temporary folder can be written");
        let source = Source::recognise(&path);
        fs::remove_file(&path).expect("the file was just written");
        assert!(matches!(source, Ok(Source::ComponentFile(_))), "{source:?}");
    }
}
