//! Names that the standards define: grant types, response types, authentication methods,
//! extensions.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};

macro_rules! names {
    ($($(#[doc = $doc:literal])* $type:ident { $($(#[doc = $note:literal])* $variant:ident $name:literal,)* })*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub(crate) enum $type {
                $($(#[doc = $note])* $variant,)*
            }

            impl $type {
                pub(crate) const ALL: [Self; [$($name),*].len()] = [$(Self::$variant),*];

                pub(crate) const fn name(self) -> &'static str {
                    match self {
                        $(Self::$variant => $name,)*
                    }
                }

                pub(crate) fn named(name: &str) -> Option<Self> {
                    match name {
                        $($name => Some(Self::$variant),)*
                        _ => None,
                    }
                }
            }
        )*
    };
}

names! {
    /// The grant types that can be offered (requirements A10). The implicit grant and the password
    /// grant are not among them (RFC 9700 §2.1.2, §2.4).
    GrantType {
        /// RFC 6749 §4.1
        AuthorizationCode "authorization_code",
        /// RFC 6749 §6
        RefreshToken "refresh_token",
        /// RFC 8628 §3.4
        DeviceCode "urn:ietf:params:oauth:grant-type:device_code",
        /// RFC 6749 §4.4
        ClientCredentials "client_credentials",
        /// OpenID Connect CIBA Core 1.0 §4
        Ciba "urn:openid:params:grant-type:ciba",
    }

    /// The response types that can be offered. Without the implicit grant there is one.
    ResponseType {
        /// RFC 6749 §4.1.1
        Code "code",
    }

    /// The authentication methods at the token endpoint (RFC 7591 §2, RFC 8705 §2).
    /// `client_secret_jwt` is not among them, because it needs the secret itself, and only its hash
    /// is stored.
    AuthMethod {
        /// A public client.
        None "none",
        /// RFC 6749 §2.3.1, in the header
        ClientSecretBasic "client_secret_basic",
        /// RFC 6749 §2.3.1, in the body
        ClientSecretPost "client_secret_post",
        /// RFC 7523 §2.2
        PrivateKeyJwt "private_key_jwt",
        /// RFC 8705 §2.1
        TlsClientAuth "tls_client_auth",
        /// RFC 8705 §2.2
        SelfSignedTlsClientAuth "self_signed_tls_client_auth",
    }

    /// The extensions of RFC 6749 and RFC 7591 that a server can offer. Each has metadata of its
    /// own.
    Extension {
        /// OpenID Connect Core 1.0
        OpenId "openid",
        /// OpenID Connect RP-Initiated Logout 1.0
        RpInitiatedLogout "rp-initiated-logout",
        /// OpenID Connect Front-Channel Logout 1.0
        FrontChannelLogout "front-channel-logout",
        /// OpenID Connect Back-Channel Logout 1.0
        BackChannelLogout "back-channel-logout",
        /// RFC 8705
        MutualTls "mutual-tls",
        /// RFC 9101
        SignedRequests "signed-requests",
        /// RFC 9126
        PushedRequests "pushed-requests",
        /// RFC 9449
        Dpop "dpop",
        /// RFC 9701
        JwtIntrospection "jwt-introspection",
        /// RFC 9396
        AuthorizationDetails "authorization-details",
        /// OpenID Connect CIBA Core 1.0
        Ciba "ciba",
    }

    /// The application types (OpenID Connect Registration 1.0 §2).
    ApplicationType {
        /// A program on the user's machine.
        Native "native",
        /// A program on a web server.
        Web "web",
    }
}

impl AuthMethod {
    /// Whether a client with this method gets a secret.
    pub(crate) const fn uses_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
    }

    /// Whether a client with this method must register keys.
    pub(crate) const fn uses_keys(self) -> bool {
        matches!(self, Self::PrivateKeyJwt | Self::SelfSignedTlsClientAuth)
    }
}

macro_rules! by_name {
    ($($type:ident)*) => {
        $(impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = Cow::<str>::deserialize(deserializer)?;
                Self::named(&name).ok_or_else(|| serde::de::Error::custom("an unknown name"))
            }
        })*
    };
}

by_name!(AuthMethod GrantType ResponseType);
