//! The setting for the resources that a client can request (RFC 8707 §2).

use crate::document::Json;
use crate::uri::{self, ResourceName};

use super::value::{Setting, list};

/// The resources that a client can request. An empty list means that they are not checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resources(Vec<ResourceName>);

impl Resources {
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a request can name this resource.
    pub(crate) fn have(&self, requested: &str) -> bool {
        self.0.iter().any(|known| known.means(requested))
    }
}

impl Setting for Resources {
    fn read(value: &Json<'_>) -> Option<Self> {
        list(value, uri::ResourceName::new).map(Self)
    }

    fn allowed() -> String {
        "a list of absolute URIs without a fragment, and of names of hosts".to_owned()
    }

    #[cfg(test)]
    fn show(&self) -> Option<String> {
        let quoted: Vec<_> = self
            .0
            .iter()
            .map(|name| format!("{:?}", name.text()))
            .collect();
        Some(format!("[{}]", quoted.join(", ")))
    }
}
