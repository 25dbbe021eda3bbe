//! The table of the members that a client can register: the name in the document, the kind of the
//! value, and the extension that the server must offer for it.

use crate::oauth::Extension;

/// The kind of a member's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A value with rules of its own, which other members depend on.
    Core,
    /// A text that people see.
    Text,
    /// A list of texts that people see.
    Texts,
    /// An https URI that a person or a browser is sent to.
    Link,
    /// An https URI that the server would fetch or call.
    Called,
    /// The URIs of request objects (OpenID Connect Core 1.0 §6.2).
    RequestUris,
    /// The URIs that a browser is sent to after the logout.
    LogoutRedirects,
    /// An https URI on the host of a redirect URI.
    OwnHost,
    /// A number of seconds.
    Seconds,
    /// True or false.
    Flag,
    /// True or false. True protects the client, so it must not be left out without an error.
    Protection,
    /// A signature algorithm.
    Signing,
    /// A key management algorithm (RFC 7518 §4).
    Encryption,
    /// A content encryption algorithm (RFC 7518 §5).
    ContentEncryption,
    /// One of these values.
    OneOf(&'static [&'static str]),
    /// A list of types of authorization details that the policy offers.
    DetailTypes,
    /// The subject of a certificate (RFC 8705 §2.1.2).
    Subject,
    /// An IP address in a certificate.
    SubjectAddress,
}

macro_rules! members {
    ($($variant:ident $name:literal $kind:expr, $extension:expr, $reference:literal;)*) => {
        /// A known member.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Member {
            $(#[doc = $reference] $variant,)*
        }

        impl Member {
            pub(super) const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }

            pub(super) fn named(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)*
                    _ => None,
                }
            }

            pub(super) const fn kind(self) -> Kind {
                match self {
                    $(Self::$variant => $kind,)*
                }
            }

            /// Returns the extension that the member belongs to; `None` if it belongs to none.
            pub(super) const fn extension(self) -> Option<Extension> {
                match self {
                    $(Self::$variant => $extension,)*
                }
            }
        }
    };
}

use Extension::{
    AuthorizationDetails, BackChannelLogout, Ciba, Dpop, FrontChannelLogout, JwtIntrospection,
    MutualTls, OpenId, PushedRequests, RpInitiatedLogout, SignedRequests,
};
use Kind::{
    Called, ContentEncryption, Core, DetailTypes, Encryption, Flag, Link, LogoutRedirects, OneOf,
    OwnHost, Protection, RequestUris, Seconds, Signing, Subject, SubjectAddress, Text, Texts,
};

members! {
    RedirectUris "redirect_uris" Core, None, "RFC 7591 §2";
    ApplicationType "application_type" Core, None, "OpenID Connect Registration 1.0 §2";
    TokenEndpointAuthMethod "token_endpoint_auth_method" Core, None, "RFC 7591 §2";
    GrantTypes "grant_types" Core, None, "RFC 7591 §2";
    ResponseTypes "response_types" Core, None, "RFC 7591 §2";
    Scope "scope" Core, None, "RFC 7591 §2";
    ClientName "client_name" Text, None, "RFC 7591 §2";
    ClientUri "client_uri" Link, None, "RFC 7591 §2";
    LogoUri "logo_uri" Link, None, "RFC 7591 §2";
    TosUri "tos_uri" Link, None, "RFC 7591 §2";
    PolicyUri "policy_uri" Link, None, "RFC 7591 §2";
    Contacts "contacts" Core, None, "RFC 7591 §2";
    SoftwareId "software_id" Text, None, "RFC 7591 §2";
    SoftwareVersion "software_version" Text, None, "RFC 7591 §2";
    SoftwareStatement "software_statement" Core, None, "RFC 7591 §3.1.1";
    JwksUri "jwks_uri" Core, None, "RFC 7591 §2";
    Jwks "jwks" Core, None, "RFC 7591 §2";

    SubjectType "subject_type" OneOf(&["public", "pairwise"]), Some(OpenId), "OpenID Connect Registration 1.0 §2";
    SectorIdentifierUri "sector_identifier_uri" Called, Some(OpenId), "OpenID Connect Registration 1.0 §5";
    IdTokenSignedResponseAlg "id_token_signed_response_alg" Signing, Some(OpenId), "OpenID Connect Registration 1.0 §2";
    IdTokenEncryptedResponseAlg "id_token_encrypted_response_alg" Encryption, Some(OpenId), "OpenID Connect Registration 1.0 §2";
    IdTokenEncryptedResponseEnc "id_token_encrypted_response_enc" ContentEncryption, Some(OpenId), "OpenID Connect Registration 1.0 §2";
    UserinfoSignedResponseAlg "userinfo_signed_response_alg" Signing, Some(OpenId), "OpenID Connect Registration 1.0 §2";
    UserinfoEncryptedResponseAlg "userinfo_encrypted_response_alg" Encryption, Some(OpenId), "OpenID Connect Registration 1.0 §2";
    UserinfoEncryptedResponseEnc "userinfo_encrypted_response_enc" ContentEncryption, Some(OpenId), "OpenID Connect Registration 1.0 §2";
    TokenEndpointAuthSigningAlg "token_endpoint_auth_signing_alg" Text, None, "OpenID Connect Registration 1.0 §2";
    DefaultMaxAge "default_max_age" Seconds, Some(OpenId), "OpenID Connect Registration 1.0 §2";
    RequireAuthTime "require_auth_time" Flag, Some(OpenId), "OpenID Connect Registration 1.0 §2";
    DefaultAcrValues "default_acr_values" Texts, Some(OpenId), "OpenID Connect Registration 1.0 §2";
    InitiateLoginUri "initiate_login_uri" Link, Some(OpenId), "OpenID Connect Registration 1.0 §2";

    RequestUris "request_uris" RequestUris, Some(SignedRequests), "OpenID Connect Registration 1.0 §2";
    RequestObjectSigningAlg "request_object_signing_alg" Signing, Some(SignedRequests), "OpenID Connect Registration 1.0 §2";
    RequestObjectEncryptionAlg "request_object_encryption_alg" Encryption, Some(SignedRequests), "OpenID Connect Registration 1.0 §2";
    RequestObjectEncryptionEnc "request_object_encryption_enc" ContentEncryption, Some(SignedRequests), "OpenID Connect Registration 1.0 §2";
    RequireSignedRequestObject "require_signed_request_object" Protection, Some(SignedRequests), "RFC 9101 §10.5";
    RequirePushedAuthorizationRequests "require_pushed_authorization_requests" Protection, Some(PushedRequests), "RFC 9126 §6";

    PostLogoutRedirectUris "post_logout_redirect_uris" LogoutRedirects, Some(RpInitiatedLogout), "OpenID Connect RP-Initiated Logout 1.0 §3.1";
    FrontchannelLogoutUri "frontchannel_logout_uri" OwnHost, Some(FrontChannelLogout), "OpenID Connect Front-Channel Logout 1.0 §2";
    FrontchannelLogoutSessionRequired "frontchannel_logout_session_required" Flag, Some(FrontChannelLogout), "OpenID Connect Front-Channel Logout 1.0 §2";
    BackchannelLogoutUri "backchannel_logout_uri" OwnHost, Some(BackChannelLogout), "OpenID Connect Back-Channel Logout 1.0 §2.2";
    BackchannelLogoutSessionRequired "backchannel_logout_session_required" Flag, Some(BackChannelLogout), "OpenID Connect Back-Channel Logout 1.0 §2.2";

    TlsClientAuthSubjectDn "tls_client_auth_subject_dn" Subject, Some(MutualTls), "RFC 8705 §2.1.2";
    TlsClientAuthSanDns "tls_client_auth_san_dns" Subject, Some(MutualTls), "RFC 8705 §2.1.2";
    TlsClientAuthSanUri "tls_client_auth_san_uri" Subject, Some(MutualTls), "RFC 8705 §2.1.2";
    TlsClientAuthSanIp "tls_client_auth_san_ip" SubjectAddress, Some(MutualTls), "RFC 8705 §2.1.2";
    TlsClientAuthSanEmail "tls_client_auth_san_email" Subject, Some(MutualTls), "RFC 8705 §2.1.2";
    TlsClientCertificateBoundAccessTokens "tls_client_certificate_bound_access_tokens" Protection, Some(MutualTls), "RFC 8705 §3.4";
    DpopBoundAccessTokens "dpop_bound_access_tokens" Protection, Some(Dpop), "RFC 9449 §5.2";

    IntrospectionSignedResponseAlg "introspection_signed_response_alg" Signing, Some(JwtIntrospection), "RFC 9701 §6";
    IntrospectionEncryptedResponseAlg "introspection_encrypted_response_alg" Encryption, Some(JwtIntrospection), "RFC 9701 §6";
    IntrospectionEncryptedResponseEnc "introspection_encrypted_response_enc" ContentEncryption, Some(JwtIntrospection), "RFC 9701 §6";
    AuthorizationDetailsTypes "authorization_details_types" DetailTypes, Some(AuthorizationDetails), "RFC 9396 §10";

    BackchannelTokenDeliveryMode "backchannel_token_delivery_mode" OneOf(&["poll", "ping", "push"]), Some(Ciba), "OpenID Connect CIBA Core 1.0 §4";
    BackchannelClientNotificationEndpoint "backchannel_client_notification_endpoint" Called, Some(Ciba), "OpenID Connect CIBA Core 1.0 §4";
    BackchannelAuthenticationRequestSigningAlg "backchannel_authentication_request_signing_alg" Signing, Some(Ciba), "OpenID Connect CIBA Core 1.0 §4";
    BackchannelUserCodeParameter "backchannel_user_code_parameter" Flag, Some(Ciba), "OpenID Connect CIBA Core 1.0 §4";
}

impl Member {
    /// Whether people read the member, so that it can have several languages (RFC 7591 §2.2).
    pub(super) const fn is_human_readable(self) -> bool {
        matches!(
            self,
            Self::ClientName | Self::ClientUri | Self::LogoUri | Self::TosUri | Self::PolicyUri
        )
    }
}

/// Whether a text has the syntax of a language tag (RFC 5646 §2.1): subtags of one to eight letters
/// and digits, the first of letters only.
pub(super) fn is_language_tag(tag: &str) -> bool {
    let mut subtags = tag.split('-');
    let language = subtags.next().unwrap_or_default();
    let private_or_grandfathered = matches!(language, "x" | "X" | "i" | "I");
    tag.len() <= 35
        && (private_or_grandfathered && tag.len() > 2 || (2..=8).contains(&language.len()))
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && subtags
            .all(|s| (1..=8).contains(&s.len()) && s.bytes().all(|b| b.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_tags() {
        for (tag, well_formed) in [
            ("de", true),
            ("ja-Jpan-JP", true),
            ("zh-Hant-TW", true),
            ("de-1996", true),
            ("x-mail", true),
            ("i-klingon", true),
            ("", false),
            ("_", false),
            ("d", false),
            ("x", false),
            ("de-", false),
            ("-de", false),
            ("de--at", false),
            ("d1", false),
            ("de_AT", false),
            ("abcdefghi", false),
            ("de-123456789", false),
            ("de-a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q", false),
            ("dé", false),
        ] {
            assert_eq!(is_language_tag(tag), well_formed, "{tag}");
        }
    }
}
