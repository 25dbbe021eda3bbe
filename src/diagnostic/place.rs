//! Places in a submitted document, and the JSON Pointers to them.

/// The maximum length of a pointer, in bytes. A longer one ends at the last member that fits. So
/// the answer to a document cannot become many times larger than the document.
const MAX_POINTER: usize = 256;

/// A place in the submitted document. It is a chain of references, and becomes a text only for a
/// finding.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'a> {
    Document,
    Member(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl<'a> Place<'a> {
    pub(crate) const fn top(name: &'a str) -> Self {
        Self::Member(&Place::Document, name)
    }

    pub(crate) const fn member(&'a self, name: &'a str) -> Self {
        Self::Member(self, name)
    }

    pub(crate) const fn item(&'a self, index: usize) -> Self {
        Self::Item(self, index)
    }

    /// Returns the place as a JSON Pointer (RFC 6901).
    pub(crate) fn pointer(self) -> String {
        match self {
            Self::Document => String::new(),
            Self::Member(parent, name) => {
                let mut pointer = parent.pointer();
                let end = pointer.len();
                pointer.push('/');
                for c in name.chars() {
                    match c {
                        '~' => pointer.push_str("~0"),
                        '/' => pointer.push_str("~1"),
                        c => pointer.push(c),
                    }
                    if pointer.len() > MAX_POINTER {
                        pointer.truncate(end);
                        break;
                    }
                }
                pointer
            }
            Self::Item(parent, index) => format!("{}/{index}", parent.pointer()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers() {
        let keys = Place::top("jwks");
        let list = keys.member("keys");
        let first = list.item(0);
        for (place, pointer) in [
            (Place::Document, ""),
            (Place::top("client_name#de"), "/client_name#de"),
            (Place::top("a/b~c"), "/a~1b~0c"),
            (first.member("kid"), "/jwks/keys/0/kid"),
        ] {
            assert_eq!(place.pointer(), pointer);
        }
    }

    #[test]
    fn pointers_end_where_they_get_long() {
        let name = "~".repeat(128);
        let long = Place::top(&name);
        assert_eq!(long.pointer(), "");
        let short = Place::top("a");
        let inside = short.member(&name);
        assert_eq!(inside.pointer(), "/a");
        assert_eq!(inside.item(3).pointer(), "/a/3");
    }
}
