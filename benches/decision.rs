//! What a decision costs through each boundary, beside what parsing the same document costs.
//!
//! Read the ratios within one run; the times are the machine's.
//!
//! ```text
//! cargo bench -p gatepost-host --bench decision
//! ```

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use gatepost::{Caller, Context, Registrar};
use gatepost_host::plugin::{self, Credential, Options, Source};

/// What a desktop mail client sends.
const DOCUMENT: &[u8] = br#"{
  "client_name": "Example Mail",
  "client_uri": "https://www.example.com/mail",
  "logo_uri": "https://www.example.com/mail/logo.png",
  "tos_uri": "https://www.example.com/terms",
  "policy_uri": "https://www.example.com/privacy",
  "redirect_uris": ["http://127.0.0.1/callback", "http://[::1]/callback", "com.example.mail:/callback"],
  "token_endpoint_auth_method": "none",
  "grant_types": ["authorization_code", "refresh_token"],
  "response_types": ["code"],
  "scope": "urn:ietf:params:oauth:scope:mail urn:ietf:params:oauth:scope:contacts offline_access",
  "software_id": "com.example.mail",
  "software_version": "4.2.1"
}"#;

const SETTINGS: &str = "
[oauth.client-registration]
registration-endpoint = 'https://mail.example.com/auth/register'
";

const NOW: u64 = 1_790_000_000;
const ENTROPY: [u8; 32] = [7; 32];
const PERMISSIONS: [&str; 2] = ["authenticate", "oauth-client-registration"];

/// The hostile extreme: 64 KiB of redirect URIs, names and keys, each with a mistake.
fn worst_case() -> Vec<u8> {
    let mut document = String::from(r#"{"redirect_uris":["#);
    for n in 0..9 {
        document.push_str(&format!(
            r#""https://u@xn--{n}.a.example.com:0/{}","#,
            "%2e/".repeat(480)
        ));
    }
    document.push_str(r#""javascript:0"],"jwks":{"keys":["#);
    for n in 0..10 {
        document.push_str(&format!(
            r#"{{"kty":"RSA","kid":"{n}","d":"{}"}},"#,
            "A".repeat(1500)
        ));
    }
    document.push_str(r#"{}]}"#);
    let mut n = 0;
    while document.len() < 65_000 {
        document.push_str(&format!(
            r#","client_name#a{n}":"{}""#,
            "e\u{301}\u{202e}".repeat(60)
        ));
        n += 1;
    }
    document.push('}');
    assert!(document.len() <= 65_536);
    document.into_bytes()
}

fn context() -> Context<'static> {
    Context {
        now: Some(NOW),
        entropy: Some(&ENTROPY),
        caller: Caller::with_permissions(&PERMISSIONS),
        ..Context::default()
    }
}

fn plugin_context() -> plugin::Context {
    plugin::Context {
        now: NOW,
        entropy: ENTROPY.to_vec(),
        caller: plugin::Caller {
            credential: Credential::Accepted,
            account: None,
            permissions: PERMISSIONS.map(str::to_owned).to_vec(),
            address: None,
        },
        usage: plugin::Usage {
            account_clients: None,
            address_registrations: None,
            total_clients: None,
        },
    }
}

fn decisions(criterion: &mut Criterion) {
    let registrar = Registrar::compile(SETTINGS).expect("the settings are right");
    let decided = registrar
        .register(&context(), DOCUMENT)
        .expect("whole facts");
    assert_eq!(decided.response.status, 201, "{}", decided.response.body);

    let mut group = criterion.benchmark_group("mail client");
    group.bench_function("yardstick", |b| {
        b.iter(|| {
            let value: serde_json::Value =
                serde_json::from_slice(black_box(DOCUMENT)).expect("it is JSON");
            serde_json::to_vec(&value).expect("it is JSON")
        });
    });
    group.bench_function("rust", |b| {
        b.iter(|| registrar.register(&context(), black_box(DOCUMENT)));
    });
    group.bench_function("c", c::register);
    for (name, isolate) in [("warm component", false), ("fresh component", true)] {
        let options = Options {
            isolate,
            ..Options::default()
        };
        let component = plugin::load(&Source::default(), SETTINGS, &options).expect("it loads");
        let context = plugin_context();
        group.bench_function(name, |b| {
            b.iter(|| {
                component
                    .register(&context, black_box(DOCUMENT))
                    .expect("it decides")
            });
        });
    }
    group.finish();

    let worst = worst_case();
    let mut group = criterion.benchmark_group("worst case");
    group.bench_function("yardstick", |b| {
        b.iter(|| {
            let value: serde_json::Value =
                serde_json::from_slice(black_box(&worst)).expect("it is JSON");
            serde_json::to_vec(&value).expect("it is JSON")
        });
    });
    group.bench_function("rust", |b| {
        b.iter(|| registrar.register(&context(), black_box(&worst)));
    });
    group.finish();
}

/// The C interface as a C program uses it that links the library statically.
mod c {
    use std::ffi::c_void;
    use std::ptr::null_mut;

    use criterion::Bencher;

    use super::{DOCUMENT, ENTROPY, NOW, PERMISSIONS, SETTINGS, black_box};

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

    type Out = *mut *mut c_void;

    unsafe extern "C" {
        fn gatepost_registrar_new(settings: Str, registrar: Out, error: Out) -> i32;
        fn gatepost_registrar_free(registrar: *mut c_void);
        fn gatepost_context_new(context: Out, error: Out) -> i32;
        fn gatepost_context_set_now(context: *mut c_void, now: u64) -> i32;
        fn gatepost_context_set_entropy(
            context: *mut c_void,
            entropy: *const u8,
            len: usize,
        ) -> i32;
        fn gatepost_context_set_credential(context: *mut c_void, credential: i32) -> i32;
        fn gatepost_context_add_permission(context: *mut c_void, permission: Str) -> i32;
        fn gatepost_context_free(context: *mut c_void);
        fn gatepost_register(
            registrar: *const c_void,
            context: *mut c_void,
            metadata: Str,
            decision: Out,
            error: Out,
        ) -> i32;
        fn gatepost_decision_free(decision: *mut c_void);
    }

    const OK: i32 = 0;
    const ACCEPTED: i32 = 3;

    pub fn register(bencher: &mut Bencher<'_>) {
        let mut registrar = null_mut();
        let mut context = null_mut();
        // SAFETY: the declarations are those of include/gatepost.h; every pointer is to a live
        // local variable or comes from the library, and every string outlives its call.
        unsafe {
            let settings = SETTINGS.as_bytes().into();
            assert_eq!(
                gatepost_registrar_new(settings, &mut registrar, null_mut()),
                OK
            );
            assert_eq!(gatepost_context_new(&mut context, null_mut()), OK);
            assert_eq!(gatepost_context_set_now(context, NOW), OK);
            assert_eq!(gatepost_context_set_credential(context, ACCEPTED), OK);
            for permission in PERMISSIONS {
                let permission = permission.as_bytes().into();
                assert_eq!(gatepost_context_add_permission(context, permission), OK);
            }
        }
        bencher.iter(|| {
            let mut decision = null_mut();
            // SAFETY: as above; the handles are used by this thread alone and not yet freed.
            unsafe {
                gatepost_context_set_entropy(context, ENTROPY.as_ptr(), ENTROPY.len());
                let metadata = black_box(DOCUMENT).into();
                let status =
                    gatepost_register(registrar, context, metadata, &mut decision, null_mut());
                assert_eq!(status, OK);
                gatepost_decision_free(decision);
            }
        });
        // SAFETY: they were created above, and nothing uses them afterwards.
        unsafe {
            gatepost_context_free(context);
            gatepost_registrar_free(registrar);
        }
    }
}

criterion_group!(benches, decisions);
criterion_main!(benches);
