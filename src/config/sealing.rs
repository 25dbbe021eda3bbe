//! The keys that encrypt and authenticate stateless client ids.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256, Sha512};

use crate::document::Json;

use super::value::{Setting, list};

/// The keys, the current one first. Debug output does not contain them.
#[derive(Clone, Default)]
pub(crate) struct ClientIdKeys(Vec<ClientIdKey>);

/// The keys that are derived from one configured key, one for each use.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct ClientIdKey {
    /// The name of the key in the ids that it made.
    pub(crate) id: [u8; 4],
    /// The key for AES-256-SIV (RFC 5297 §2.2).
    pub(crate) sealing: [u8; 64],
    sharing: [u8; 32],
}

impl std::fmt::Debug for ClientIdKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

impl ClientIdKeys {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the key that new ids are made with.
    pub(crate) fn current(&self) -> Option<&ClientIdKey> {
        self.0.first()
    }

    /// Returns the key with this id.
    pub(crate) fn named(&self, id: &[u8]) -> Option<&ClientIdKey> {
        self.0.iter().find(|key| key.id == id)
    }

    /// Returns the key for client ids of equal registrations.
    pub(crate) fn sharing_key(&self) -> Option<&[u8]> {
        self.current().map(|key| key.sharing.as_slice())
    }
}

impl ClientIdKey {
    fn new(text: &str) -> Option<Self> {
        let key: [u8; 32] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let named = Sha256::new_with_prefix(b"gatepost client id key 1").chain_update(key);
        let sealing = Sha512::new_with_prefix(b"gatepost client id sealing 1").chain_update(key);
        let sharing = Sha256::new_with_prefix(b"gatepost client id sharing 1").chain_update(key);
        Some(Self {
            id: named.finalize().first_chunk().copied()?,
            sealing: sealing.finalize().into(),
            sharing: sharing.finalize().into(),
        })
    }
}

impl Setting for ClientIdKeys {
    fn read(value: &Json<'_>) -> Option<Self> {
        list(value, ClientIdKey::new).map(Self)
    }

    fn allowed() -> String {
        "a list of keys, each 32 random bytes in base64url without padding, none twice".to_owned()
    }

    #[cfg(test)]
    fn show(&self) -> Option<String> {
        self.is_empty().then(|| "[]".to_owned())
    }
}

impl std::fmt::Debug for ClientIdKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use crate::config;

    #[test]
    fn keys() {
        let a = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let b = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE";
        for (name, keys, taken) in [
            ("none", String::new(), true),
            ("one", format!("'{a}'"), true),
            ("two", format!("'{a}', '{b}'"), true),
            ("one twice", format!("'{a}', '{a}'"), false),
            ("short", format!("'{}'", &a[1..]), false),
            ("long", format!("'{a}AA'"), false),
            ("padded", format!("'{a}='"), false),
            ("stray bits", format!("'{}B'", &a[1..]), false),
            ("no text", "1".to_owned(), false),
        ] {
            let text = format!("[oauth.client-registration]\nclient-id-keys = [{keys}]");
            let compiled = config::compile(&text);
            assert_eq!(compiled.is_ok(), taken, "{name}");
            if let Ok(config::Compiled { policy, .. }) = compiled {
                assert!(
                    format!("{policy:?}").contains("client_id_keys: [secret]"),
                    "{name}"
                );
            }
        }
        let text = format!("[oauth.client-registration]\nclient-id-keys = ['{a}', '{b}']");
        let keys = config::compile(&text).unwrap().policy.client_id_keys;
        let current = keys.current().unwrap();
        let id = current.id;
        assert!(keys.named(&id) == Some(current));
        assert!(keys.named(&[0; 4]).is_none());
        assert_eq!(keys.sharing_key(), Some(current.sharing.as_slice()));
        let other = config::compile(&format!(
            "[oauth.client-registration]\nclient-id-keys = ['{b}', '{a}']"
        ));
        let other = other.unwrap().policy.client_id_keys;
        assert!(other.current() != Some(current));
        assert!(other.named(&id) == Some(current));
    }
}
