//! One source file: the paths in it, and what is needed to follow them.
//!
//! The file is read token by token, and not as a tree of items and expressions, because the
//! tokens of a macro have no such tree. A path looks the same in both.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;
use syn::parse::discouraged::{AnyDelimiter, Speculative};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{
    LitStr, Meta, Result, Token, Type, UseTree, Visibility, WherePredicate, braced, bracketed,
    token,
};

/// A path's segments. The first of `::a` is empty.
pub type Path = Vec<String>;

#[derive(Default)]
pub struct Code {
    /// The file's own module, and the inline modules in it.
    pub modules: Vec<Module>,
    pub mentions: Vec<Mention>,
    /// The lines with a `#[path]`, which says where a module's file is.
    pub moved: Vec<usize>,
}

#[derive(Default)]
pub struct Module {
    /// From the file's own module.
    pub path: Path,
    /// The names that a `use` brings, in the module or a block of it, and what they stand for.
    pub names: BTreeMap<String, Path>,
    /// The paths of which a `use` brings every name.
    pub globs: Vec<Path>,
}

/// A path where it is written.
pub struct Mention {
    pub line: usize,
    pub module: usize,
    pub path: Path,
}

/// What is read: in an attribute, a string may be code.
#[derive(Clone, Copy, PartialEq)]
enum Text {
    Code,
    Attribute,
}

impl Code {
    /// Reads a file's text.
    pub fn read(text: &str) -> Result<Self> {
        let mut code = Self::default();
        let file = code.module(Path::new());
        (|input: ParseStream<'_>| code.tokens(input, file, Text::Code)).parse_str(text)?;
        Ok(code)
    }

    fn tokens(&mut self, input: ParseStream<'_>, module: usize, text: Text) -> Result<()> {
        while !input.is_empty() {
            self.token(input, module, text)?;
        }
        Ok(())
    }

    /// Reads one token, or several that belong together.
    fn token(&mut self, input: ParseStream<'_>, module: usize, text: Text) -> Result<()> {
        if input.peek(Token![#]) && (input.peek2(token::Bracket) || input.peek2(Token![!])) {
            self.attribute(input, module)
        } else if let Some((start, tree)) = use_tree(input) {
            self.bring(&tree, start, module);
            Ok(())
        } else if input.peek(Token![mod]) && input.peek3(token::Brace) {
            input.parse::<Token![mod]>()?;
            let mut path = self.modules[module].path.clone();
            path.push(segment(&input.call(Ident::parse_any)?));
            let inner = self.module(path);
            let body;
            braced!(body in input);
            self.tokens(&body, inner, text)
        } else if input.peek(Token![pub]) {
            // The path in `pub(in path)` is no import.
            input.parse::<Visibility>().map(drop)
        } else if input.peek(Token![$]) && !input.peek2(Token![crate]) {
            // A macro's parameter is no name of this module.
            input.parse::<Token![$]>()?;
            input.parse::<Option<Ident>>().map(drop)
        } else if input.peek(Ident::peek_any)
            || input.peek(Token![::]) && input.peek3(Ident::peek_any)
        {
            self.path(input, module)
        } else if let Ok((_, _, body)) = input.parse_any_delimiter() {
            self.tokens(&body, module, text)
        } else if text == Text::Attribute && input.peek(LitStr) {
            self.string(&input.parse()?, module)
        } else {
            input.parse::<TokenTree>().map(drop)
        }
    }

    fn attribute(&mut self, input: ParseStream<'_>, module: usize) -> Result<()> {
        let hash: Token![#] = input.parse()?;
        input.parse::<Option<Token![!]>>()?;
        let content;
        bracketed!(content in input);
        if let Ok(meta) = content.fork().parse::<Meta>() {
            if meta.path().is_ident("doc") {
                return content.parse::<TokenStream>().map(drop);
            }
            if moves(&meta) {
                self.moved.push(hash.span.start().line);
            }
        }
        self.tokens(&content, module, Text::Attribute)
    }

    /// Reads a string that is code, as in `#[serde(with = "crate::time")]`, and not a sentence.
    fn string(&mut self, string: &LitStr, module: usize) -> Result<()> {
        if string.parse::<Type>().is_ok() || string.parse::<WherePredicate>().is_ok() {
            let tokens = |input: ParseStream<'_>| self.tokens(input, module, Text::Attribute);
            string.parse_with(tokens)?;
        }
        Ok(())
    }

    fn path(&mut self, input: ParseStream<'_>, module: usize) -> Result<()> {
        let global: Option<Token![::]> = input.parse()?;
        let mut path: Path = global.iter().map(|_| String::new()).collect();
        let first = input.call(Ident::parse_any)?;
        path.push(segment(&first));
        while input.peek(Token![::]) && input.peek3(Ident::peek_any) {
            input.parse::<Token![::]>()?;
            path.push(segment(&input.call(Ident::parse_any)?));
        }
        // Where a macro's parameter goes on, as in `crate::$name`, the known part is judged.
        let goes_on = matches!(&*path[0], "crate" | "super" | "self") && input.peek(Token![::]);
        if path.len() > 1 || goes_on {
            self.mention(first.span(), path, module);
        }
        Ok(())
    }

    /// Takes a `use` apart.
    fn bring(&mut self, tree: &UseTree, mut path: Path, module: usize) {
        match tree {
            UseTree::Path(tree) => {
                path.push(segment(&tree.ident));
                self.bring(&tree.tree, path, module);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.bring(tree, path.clone(), module);
                }
            }
            UseTree::Glob(glob) => {
                self.modules[module].globs.push(path.clone());
                self.mention(glob.star_token.span, path, module);
            }
            UseTree::Name(tree) => self.name(&tree.ident, &tree.ident, path, module),
            UseTree::Rename(tree) => self.name(&tree.ident, &tree.rename, path, module),
        }
    }

    /// Adds what `use path::ident as name` brings.
    fn name(&mut self, ident: &Ident, name: &Ident, mut path: Path, module: usize) {
        let mut name = segment(name);
        match path.last() {
            Some(last) if ident == "self" => {
                if name == "self" {
                    name.clone_from(last);
                }
            }
            _ => path.push(segment(ident)),
        }
        self.mention(ident.span(), path.clone(), module);
        self.modules[module].names.insert(name, path);
    }

    fn mention(&mut self, span: Span, path: Path, module: usize) {
        let line = span.start().line;
        self.mentions.push(Mention { line, module, path });
    }

    /// A module's index. It may have several bodies, each for another target.
    fn module(&mut self, path: Path) -> usize {
        let known = self.modules.iter().position(|module| module.path == path);
        known.unwrap_or_else(|| {
            let module = Module {
                path,
                ..Module::default()
            };
            self.modules.push(module);
            self.modules.len() - 1
        })
    }
}

/// What a `use` brings, with the start of its paths. `extern crate a` is read as `use ::a`.
fn use_tree(input: ParseStream<'_>) -> Option<(Path, UseTree)> {
    let ahead = input.fork();
    let is_global = if ahead.peek(Token![extern]) {
        ahead.parse::<Token![extern]>().ok()?;
        ahead.parse::<Token![crate]>().ok()?;
        true
    } else {
        ahead.parse::<Token![use]>().ok()?;
        ahead.parse::<Option<Token![::]>>().ok()?.is_some()
    };
    // In a macro, the path may begin with `$crate`, and names may be the macro's parameters.
    ahead.parse::<Option<Token![$]>>().ok()?;
    let tree = ahead.parse().ok()?;
    input.advance_to(&ahead);
    Some((is_global.then(String::new).into_iter().collect(), tree))
}

/// Whether an attribute is `#[path = "..."]`, if only for some targets.
fn moves(meta: &Meta) -> bool {
    match meta {
        Meta::NameValue(pair) => pair.path.is_ident("path"),
        Meta::List(list) if list.path.is_ident("cfg_attr") => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .is_ok_and(|attributes| attributes.iter().any(moves)),
        _ => false,
    }
}

fn segment(ident: &Ident) -> String {
    ident.unraw().to_string()
}
