//! The modules of the workspace, and the file that a path leads to.

use std::collections::BTreeMap;

use super::code::{Code, Module, Path};
use super::{Files, packages};

/// How many names may stand for another on the way of one path: a bound for circles.
const NAMES: usize = 6;

#[derive(Default)]
pub struct Workspace {
    pub sources: Vec<Source>,
    modules: BTreeMap<Place, Id>,
    /// The root module of each library, by the name that other packages import it by.
    libraries: BTreeMap<String, Id>,
}

pub struct Source {
    pub file: String,
    pub code: Code,
    place: Place,
}

/// A package's `src/`, and a module's path there.
type Place = (String, Path);

/// A module: its source's index, and its own there.
type Id = (usize, usize);

/// Where a path leads.
#[derive(Clone, Copy)]
enum Target {
    Module(Id),
    /// Something in this module that is no module.
    Item(Id),
}

/// A path that leads to a file of the workspace.
pub struct Import<'w> {
    pub file: &'w str,
    pub line: usize,
    pub path: String,
    pub target: &'w str,
    /// Where the `use` leads that brings the path's first name.
    pub brought: Option<&'w str>,
}

impl Workspace {
    /// Reads the source files of all packages.
    pub fn read(files: &Files) -> Self {
        let mut workspace = Self::default();
        for package in packages(&files["Cargo.toml"]) {
            let folder = format!("{package}src/");
            let is_library = files.contains_key(&format!("{folder}lib.rs"));
            for (file, text) in files {
                if let Some(inside) = file.strip_prefix(&folder) {
                    let place = (folder.clone(), module(inside, is_library));
                    workspace.add(file, text, place);
                }
            }
            if is_library {
                let name = library(&files[&format!("{package}Cargo.toml")]);
                let root = workspace.modules[&(folder, Path::new())];
                workspace.libraries.insert(name, root);
            }
        }
        workspace
    }

    fn add(&mut self, file: &str, text: &str, place: Place) {
        let code = Code::read(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        for (index, module) in code.modules.iter().enumerate() {
            let path = [&*place.1, &*module.path].concat();
            let id = (self.sources.len(), index);
            self.modules.insert((place.0.clone(), path), id);
        }
        let file = file.to_owned();
        self.sources.push(Source { file, code, place });
    }

    pub fn imports(&self) -> Vec<Import<'_>> {
        let mut imports = Vec::new();
        for (index, source) in self.sources.iter().enumerate() {
            for mention in &source.code.mentions {
                let module = (index, mention.module);
                let Some(target) = self.resolve(module, &mention.path, NAMES) else {
                    continue;
                };
                let brought = self.get(module).names.get(&mention.path[0]);
                let brought = brought.and_then(|path| self.resolve(module, path, NAMES));
                imports.push(Import {
                    file: &source.file,
                    line: mention.line,
                    path: mention.path.join("::"),
                    target: self.file(target),
                    brought: brought.map(|target| self.file(target)),
                });
            }
        }
        imports
    }

    /// Where a path in a module leads, unless it leads out of the workspace.
    fn resolve(&self, module: Id, path: &[String], names: usize) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "" => {
                let (library, rest) = rest.split_first()?;
                self.walk(self.library(library)?, rest, names)
            }
            "crate" => {
                let (package, _) = self.place(module);
                self.walk(self.at((package, Path::new()))?, rest, names)
            }
            "self" | "super" => self.walk(Target::Module(module), path, names),
            name => {
                let named = self.named(module, name, names);
                self.walk(named.or_else(|| self.library(name))?, rest, names)
            }
        }
    }

    /// Follows a path from a module, as far as modules and names of others go.
    fn walk(&self, mut target: Target, path: &[String], names: usize) -> Option<Target> {
        for segment in path {
            let Target::Module(module) = target else {
                break;
            };
            target = match segment.as_str() {
                "self" => target,
                "super" => {
                    let (package, mut path) = self.place(module);
                    path.pop()?;
                    self.at((package, path))?
                }
                name => self
                    .named(module, name, names)
                    .unwrap_or(Target::Item(module)),
            };
        }
        Some(target)
    }

    /// What a name in a module stands for: a module in it, or what a `use` brings.
    fn named(&self, module: Id, name: &str, names: usize) -> Option<Target> {
        let (package, mut path) = self.place(module);
        path.push(name.to_owned());
        if let Some(inner) = self.at((package, path)) {
            return Some(inner);
        }
        let names = names.checked_sub(1)?;
        let here = self.get(module);
        if let Some(path) = here.names.get(name) {
            return self.resolve(module, path, names);
        }
        here.globs
            .iter()
            .find_map(|path| match self.resolve(module, path, names)? {
                Target::Module(module) => self.named(module, name, names),
                Target::Item(_) => None,
            })
    }

    fn library(&self, name: &str) -> Option<Target> {
        self.libraries.get(name).copied().map(Target::Module)
    }

    fn at(&self, place: Place) -> Option<Target> {
        self.modules.get(&place).copied().map(Target::Module)
    }

    fn place(&self, module: Id) -> Place {
        let (package, file) = &self.sources[module.0].place;
        (package.clone(), [file, &*self.get(module).path].concat())
    }

    fn get(&self, (source, module): Id) -> &Module {
        &self.sources[source].code.modules[module]
    }

    fn file(&self, target: Target) -> &str {
        let (Target::Module((source, _)) | Target::Item((source, _))) = target;
        &self.sources[source].file
    }
}

/// A file's module, from its path below `src/`. A program beside a library is a module of its own.
fn module(file: &str, is_library: bool) -> Path {
    let path = file.strip_suffix(".rs").unwrap_or(file);
    match path.strip_suffix("/mod").unwrap_or(path) {
        "lib" => Path::new(),
        "main" if !is_library => Path::new(),
        path => path.split('/').map(str::to_owned).collect(),
    }
}

/// The name that other packages import a package's library by.
fn library(manifest: &str) -> String {
    let manifest: toml::Table = manifest.parse().expect("Cargo.toml is TOML");
    let name = manifest.get("lib").and_then(|library| library.get("name"));
    let name = name.unwrap_or_else(|| &manifest["package"]["name"]);
    name.as_str().expect("a name is text").replace('-', "_")
}
