//! What a decision costs through each boundary, beside what parsing the same document costs.
//!
//! Read the ratios within one run; the times are the machine's.
//!
//! ```text
//! cargo bench -p gatepost-plugin --bench decision
//! ```

use std::hint::black_box;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use criterion::{Criterion, criterion_group, criterion_main};
use gatepost::{Caller, Context, Effect, Endpoint, Outcome, Registrar, Request};
use gatepost_plugin::{Credential, Options, Source};

use self::documents::{MAIL, SMALL, hostile};

mod documents;

const SETTINGS: &str = "
[oauth.client-registration]
registration-endpoint = 'https://mail.example.com/auth/register'
";

/// Strangers are given ids that carry their registration.
const STATELESS: &str = "
[oauth.client-registration]
anonymous = true
stateless = 'anonymous'
max-stateless-id = 4096
client-id-keys = ['BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc']
";

const NOW: u64 = 1_790_000_000;
const ENTROPY: [u8; 32] = [7; 32];
const PERMISSIONS: [&str; 2] = ["authenticate", "oauth-client-registration"];

fn context() -> Context<'static> {
    Context {
        now: Some(NOW),
        entropy: Some(&ENTROPY),
        caller: Caller::with_permissions(&PERMISSIONS),
        ..Context::default()
    }
}

fn plugin_context() -> gatepost_plugin::Context {
    gatepost_plugin::Context {
        now: NOW,
        entropy: ENTROPY.to_vec(),
        caller: gatepost_plugin::Caller {
            credential: Credential::Accepted,
            permissions: PERMISSIONS.map(str::to_owned).to_vec(),
            ..gatepost_plugin::Caller::default()
        },
        usage: gatepost_plugin::Usage::default(),
        record: None,
    }
}

fn decisions(criterion: &mut Criterion) {
    let hostile = hostile();
    for (name, document, status) in [
        ("small client", SMALL, 201),
        ("mail client", MAIL, 201),
        ("hostile", &hostile, 400),
    ] {
        measure_registration(criterion, name, document, status);
    }
}

/// One registration through each boundary, beside what parsing its document and writing it again costs.
fn measure_registration(criterion: &mut Criterion, name: &str, document: &[u8], status: u16) {
    let registrar = Registrar::compile(SETTINGS).expect("the settings are right");
    let decided = registrar
        .register(&context(), document)
        .expect("whole facts");
    assert_eq!(decided.response.status, status, "{}", decided.response.body);

    let mut group = criterion.benchmark_group(name);
    group.bench_function("yardstick", |b| {
        b.iter(|| {
            let value: serde_json::Value =
                serde_json::from_slice(black_box(document)).expect("it is JSON");
            serde_json::to_vec(&value).expect("it is JSON")
        });
    });
    group.bench_function("rust", |b| {
        b.iter(|| registrar.register(&context(), black_box(document)));
    });
    let library = c::Library::new(SETTINGS);
    group.bench_function("c", |b| {
        b.iter(|| library.register(&ENTROPY, black_box(document)));
    });
    for (name, source, isolate) in [
        ("linked", Source::Linked, false),
        ("warm component", Source::default(), false),
        ("fresh component", Source::default(), true),
    ] {
        let options = Options {
            isolate,
            ..Options::default()
        };
        let plugin = gatepost_plugin::load(&source, SETTINGS, &options).expect("it loads");
        let context = plugin_context();
        group.bench_function(name, |b| {
            b.iter(|| {
                plugin
                    .register(&context, black_box(document))
                    .expect("it decides")
            });
        });
    }
    group.finish();
}

/// What a client may do at the authorization endpoint, and whether it is who it says, when the host has
/// its record; and the same of a client whose id carries its registration, which has none.
fn uses(criterion: &mut Criterion) {
    let registrar = Registrar::compile(SETTINGS).expect("the settings are right");
    let document = br#"{"redirect_uris":["https://webmail.example.com/cb"]}"#;
    let decision = registrar
        .register(&context(), document)
        .expect("whole facts");
    let Effect::Store(record) = decision.effect else {
        panic!("{}", decision.response.body);
    };
    let answer: serde_json::Value =
        serde_json::from_str(&decision.response.body).expect("it is JSON");
    let secret = answer["client_secret"].as_str().expect("it has a secret");
    let id = &record.client_id;

    // Ids are of characters that stand for themselves in a form.
    let code_request = |id: &str, redirect_uri: &str| {
        format!(
            "response_type=code&client_id={id}&redirect_uri={redirect_uri}&state=af0ifjsldkj\
             &code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        )
    };
    let parameters = code_request(id, "https%3A%2F%2Fwebmail.example.com%2Fcb");
    let authorization = Request {
        endpoint: Endpoint::Authorization,
        authorization: None,
        parameters: parameters.as_bytes(),
        jwks: None,
    };
    let record = Some(record.document.as_str());
    measure_use(criterion, "authorize", SETTINGS, record, &authorization);

    let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    let token = Request {
        endpoint: Endpoint::Token,
        authorization: Some(&basic),
        parameters: b"grant_type=authorization_code&code=SplxlOBeZQQYbYS6WxSbIA",
        jwks: None,
    };
    measure_use(criterion, "authenticate", SETTINGS, record, &token);

    let stateless = Registrar::compile(STATELESS).expect("the settings are right");
    let stranger = Context {
        caller: Caller::anonymous(),
        ..context()
    };
    let decision = stateless.register(&stranger, MAIL).expect("whole facts");
    let answer: serde_json::Value =
        serde_json::from_str(&decision.response.body).expect("it is JSON");
    let id = answer["client_id"].as_str().expect("it is registered");
    assert_eq!(decision.effect, Effect::None, "{id}");
    let parameters = code_request(id, "http%3A%2F%2F127.0.0.1%3A49152%2Fcallback");
    let authorization = Request {
        parameters: parameters.as_bytes(),
        ..authorization
    };
    measure_use(
        criterion,
        "authorize a stateless id",
        STATELESS,
        None,
        &authorization,
    );
}

/// One request through each boundary: authorised at the authorization endpoint, authenticated elsewhere.
fn measure_use(
    criterion: &mut Criterion,
    name: &str,
    settings: &str,
    record: Option<&str>,
    request: &Request<'_>,
) {
    let authorizes = request.endpoint == Endpoint::Authorization;
    let registrar = Registrar::compile(settings).expect("the settings are right");
    let context = Context {
        caller: Caller::anonymous(),
        record,
        ..context()
    };
    let decide = || {
        if authorizes {
            registrar.authorize(&context, black_box(request))
        } else {
            registrar.authenticate(&context, black_box(request))
        }
    };
    let decided = decide().expect("whole facts");
    assert_eq!(decided.outcome, Outcome::Accept, "{decided:?}");

    let mut group = criterion.benchmark_group(name);
    group.bench_function("rust", |b| b.iter(decide));

    let library = c::Library::new(settings);
    library.show(record, request);
    group.bench_function("c", |b| b.iter(|| library.use_client(authorizes)));

    let facts = gatepost_plugin::Context {
        caller: gatepost_plugin::Caller::default(),
        record: record.map(str::to_owned),
        ..plugin_context()
    };
    let carried = gatepost_plugin::Request {
        endpoint: if authorizes {
            gatepost_plugin::Endpoint::Authorization
        } else {
            gatepost_plugin::Endpoint::Token
        },
        authorization: request.authorization.map(str::to_owned),
        parameters: request.parameters.to_vec(),
        jwks: None,
    };
    for (name, source) in [
        ("linked", Source::Linked),
        ("warm component", Source::default()),
    ] {
        let plugin = gatepost_plugin::load(&source, settings, &Options::default());
        let plugin = plugin.expect("it loads");
        group.bench_function(name, |b| {
            b.iter(|| {
                let decision = if authorizes {
                    plugin.authorize(&facts, black_box(&carried))
                } else {
                    plugin.authenticate(&facts, black_box(&carried))
                };
                decision.expect("it decides")
            });
        });
    }
    group.finish();
}

/// The C interface as a C program uses it that links the library statically.
mod c {
    use std::ffi::c_void;
    use std::ptr::null_mut;

    use gatepost::{Endpoint, Request};

    use super::{NOW, PERMISSIONS};

    #[repr(C)]
    struct Str {
        ptr: *const u8,
        len: usize,
    }

    impl From<&[u8]> for Str {
        fn from(bytes: &[u8]) -> Self {
            Self {
                ptr: bytes.as_ptr(),
                len: bytes.len(),
            }
        }
    }

    impl From<&str> for Str {
        fn from(text: &str) -> Self {
            text.as_bytes().into()
        }
    }

    type Out = *mut *mut c_void;

    unsafe extern "C" {
        fn gatepost_registrar_new(settings: Str, registrar: Out, error: Out) -> i32;
        fn gatepost_registrar_free(registrar: *mut c_void);
        fn gatepost_context_new(context: Out, error: Out) -> i32;
        fn gatepost_context_reset(context: *mut c_void) -> i32;
        fn gatepost_context_set_now(context: *mut c_void, now: u64) -> i32;
        fn gatepost_context_set_entropy(
            context: *mut c_void,
            entropy: *const u8,
            len: usize,
        ) -> i32;
        fn gatepost_context_set_credential(context: *mut c_void, credential: i32) -> i32;
        fn gatepost_context_add_permission(context: *mut c_void, permission: Str) -> i32;
        fn gatepost_context_set_record(context: *mut c_void, record: Str) -> i32;
        fn gatepost_context_free(context: *mut c_void);
        fn gatepost_request_new(endpoint: i32, request: Out, error: Out) -> i32;
        fn gatepost_request_reset(request: *mut c_void, endpoint: i32) -> i32;
        fn gatepost_request_set_authorization(request: *mut c_void, authorization: Str) -> i32;
        fn gatepost_request_set_parameters(request: *mut c_void, parameters: Str) -> i32;
        fn gatepost_request_free(request: *mut c_void);
        fn gatepost_register(
            registrar: *const c_void,
            context: *mut c_void,
            body: Str,
            decision: Out,
            error: Out,
        ) -> i32;
        fn gatepost_authorize(
            registrar: *const c_void,
            context: *mut c_void,
            request: *const c_void,
            decision: Out,
            error: Out,
        ) -> i32;
        fn gatepost_authenticate(
            registrar: *const c_void,
            context: *mut c_void,
            request: *const c_void,
            decision: Out,
            error: Out,
        ) -> i32;
        fn gatepost_decision_free(decision: *mut c_void);
    }

    const OK: i32 = 0;
    const ACCEPTED: i32 = 3;
    const AUTHORIZATION: i32 = 0;
    const TOKEN: i32 = 3;

    /// A registrar, and what one thread decides with. Every declaration above is that of
    /// include/gatepost.h.
    pub struct Library {
        registrar: *mut c_void,
        context: *mut c_void,
        request: *mut c_void,
    }

    impl Library {
        /// A caller who may register.
        pub fn new(settings: &str) -> Self {
            let mut registrar = null_mut();
            let mut context = null_mut();
            let mut request = null_mut();
            // SAFETY: every pointer is to a live local variable or was just written by the library, and
            // every string outlives its call.
            unsafe {
                let status = gatepost_registrar_new(settings.into(), &mut registrar, null_mut());
                assert_eq!(status, OK);
                assert_eq!(gatepost_context_new(&mut context, null_mut()), OK);
                assert_eq!(gatepost_context_set_now(context, NOW), OK);
                assert_eq!(gatepost_context_set_credential(context, ACCEPTED), OK);
                for permission in PERMISSIONS {
                    assert_eq!(
                        gatepost_context_add_permission(context, permission.into()),
                        OK
                    );
                }
                assert_eq!(gatepost_request_new(TOKEN, &mut request, null_mut()), OK);
            }
            Self {
                registrar,
                context,
                request,
            }
        }

        /// A stranger, and the request to decide from now on.
        pub fn show(&self, record: Option<&str>, request: &Request<'_>) {
            let endpoint = match request.endpoint {
                Endpoint::Authorization => AUTHORIZATION,
                _ => TOKEN,
            };
            // SAFETY: the objects are live until the drop and this thread's own, and every string
            // outlives its call.
            unsafe {
                assert_eq!(gatepost_context_reset(self.context), OK);
                assert_eq!(gatepost_context_set_now(self.context, NOW), OK);
                if let Some(record) = record {
                    assert_eq!(gatepost_context_set_record(self.context, record.into()), OK);
                }
                assert_eq!(gatepost_request_reset(self.request, endpoint), OK);
                let parameters = request.parameters.into();
                assert_eq!(
                    gatepost_request_set_parameters(self.request, parameters),
                    OK
                );
                if let Some(authorization) = request.authorization {
                    let authorization = authorization.into();
                    let status = gatepost_request_set_authorization(self.request, authorization);
                    assert_eq!(status, OK);
                }
            }
        }

        pub fn register(&self, entropy: &[u8], document: &[u8]) {
            let mut decision = null_mut();
            // SAFETY: the objects are live until the drop and this thread's own, and the bytes outlive
            // their calls.
            unsafe {
                gatepost_context_set_entropy(self.context, entropy.as_ptr(), entropy.len());
                let status = gatepost_register(
                    self.registrar,
                    self.context,
                    document.into(),
                    &mut decision,
                    null_mut(),
                );
                assert_eq!(status, OK);
                gatepost_decision_free(decision);
            }
        }

        /// Authorises, or else authenticates, the client of the request that was shown.
        pub fn use_client(&self, authorizes: bool) {
            let operation = if authorizes {
                gatepost_authorize
            } else {
                gatepost_authenticate
            };
            let mut decision = null_mut();
            // SAFETY: the objects are live until the drop and this thread's own.
            unsafe {
                let status = operation(
                    self.registrar,
                    self.context,
                    self.request,
                    &mut decision,
                    null_mut(),
                );
                assert_eq!(status, OK);
                gatepost_decision_free(decision);
            }
        }
    }

    impl Drop for Library {
        fn drop(&mut self) {
            // SAFETY: they were created together, and nothing uses them afterwards.
            unsafe {
                gatepost_request_free(self.request);
                gatepost_context_free(self.context);
                gatepost_registrar_free(self.registrar);
            }
        }
    }
}

criterion_group!(benches, decisions, uses);
criterion_main!(benches);
