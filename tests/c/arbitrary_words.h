/* What the strings of arbitrary.c are made from: right ones, and nearly right ones. */

enum kind { SETTINGS, METADATA, ID, HEADER, FORM, KEYS, TERMS, ADDRESS, URI, SCOPE, KINDS };

#define KEY "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"," \
            "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}"

static const char *const texts[KINDS][8] = {
    [SETTINGS] =
        {
            "[oauth.client-registration]\nrequire = true\napproval = 'all'\n",
            "[oauth.client-registration]\nanonymous = true\nissuer = 'https://mail.example.com'\n"
            "registration-endpoint = 'https://mail.example.com/auth/register'\nsecret-lifetime = 60\n",
            "[oauth.client-registration]\nanonymous = true\nstateless = 'anonymous'\n"
            "client-id-keys = ['BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc']\n",
            "[oauth.client-registration]\nclient-id-metadata-documents = true\nopen-client = true\n",
            "[oauth.client-registration]\nextensions = ['openid', 'mutual-tls', 'signed-requests', 'ciba', 'dpop']\n",
            "{\"oauth\":{\"client-registration\":{\"max-clients\":1,\"address-window\":60}}}",
            "[oauth.client_registration]\nrequire = 1\n[oauth.client-registration]\nrequired = []\n",
        },
    [METADATA] =
        {
            "{\"client_name\":\"Example Mail\",\"redirect_uris\":[\"https://webmail.example.com/cb\"]}",
            "{\"redirect_uris\":[\"http://127.0.0.1/cb\"],\"token_endpoint_auth_method\":\"none\"}",
            "{\"client_id\":\"webadmin\",\"redirect_uris\":[\"stalwart://auth\"],"
            "\"token_endpoint_auth_method\":\"none\"}",
            "{\"redirect_uris\":[\"https://a.example/cb\"],\"token_endpoint_auth_method\":\"private_key_jwt\","
            "\"jwks\":{\"keys\":[" KEY "]}}",
            "{\"client_id\":\"https://app.example.com/client\",\"redirect_uris\":[\"https://app.example.com/cb\"],"
            "\"token_endpoint_auth_method\":\"none\"}",
            "{\"redirect_uris\":[\"https://a.example/cb#x\",\"javascript:1\"],\"scope\":\"a \\u0000\","
            "\"x\":[[[1e400]]]}",
            "{\"redirect_uris\":[\"https://a.example/cb\"],\"jwks_uri\":\"https://a.example/k\","
            "\"client_name#de\":\"\\ud83d\"}",
        },
    [ID] =
        {
            "webadmin",
            "gpc_AAAAAAAAAAAAAAAAAAAAAAAA",
            "https://app.example.com/client",
            "mail-client",
        },
    [HEADER] =
        {
            "Bearer gpak_x",
            "Basic d2ViYWRtaW46c2VjcmV0",
            "bEARER   a==",
            "Bearer ",
            "DPoP x, Bearer y",
        },
    [FORM] =
        {
            "response_type=code&client_id=webadmin&redirect_uri=stalwart%3A%2F%2Fauth",
            "response_type=code&client_id=mail-client&redirect_uri=http%3A%2F%2F127.0.0.1%3A49152%2Fcb&state=s"
            "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256&scope=a+b",
            "grant_type=client_credentials&client_id=webadmin&client_secret=secret",
            "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion="
            "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJhIiwic3ViIjoiYSJ9.AAAA",
            "client_id=%ff&client_id=&%",
        },
    [KEYS] =
        {
            "{\"keys\":[" KEY "]}",
            "{\"keys\":[]}",
            "{\"keys\":[{\"kty\":\"RSA\",\"n\":\"AQ\",\"e\":\"AQAB\"}]}",
        },
    [TERMS] =
        {
            "{}",
            "{\"max-registrations\":1}",
            "{\"scopes\":[\"a\"],\"grant-types\":[\"authorization_code\"]}",
            "{\"no-such-term\":1}",
        },
    [ADDRESS] =
        {
            "192.0.2.7",
            "2001:db8::1",
            "::ffff:192.0.2.7",
            "nowhere",
        },
    [URI] =
        {
            "http://127.0.0.1/cb",
            "http://127.0.0.1:49152/cb",
            "https://webmail.example.com/cb",
            "http://[::1]:65536/cb",
        },
    [SCOPE] =
        {
            "urn:ietf:params:oauth:scope:mail offline_access",
            "urn:ietf:params:oauth:scope:mail",
            "files",
            " ",
        },
};

static const char *const permissions[] = {
    GATEPOST_PERMISSION_AUTHENTICATE,          GATEPOST_PERMISSION_OAUTH_CLIENT_REGISTRATION,
    GATEPOST_PERMISSION_OAUTH_CLIENT_OVERRIDE, GATEPOST_PERMISSION_OAUTH_CLIENT_LIST,
    GATEPOST_PERMISSION_OAUTH_CLIENT_GET,      GATEPOST_PERMISSION_OAUTH_CLIENT_CREATE,
    GATEPOST_PERMISSION_OAUTH_CLIENT_UPDATE,   GATEPOST_PERMISSION_OAUTH_CLIENT_DELETE,
};
