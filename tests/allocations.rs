//! How often a decision asks for memory. In a component and under many threads, that is a large part of its time.
//!
//! The bounds are what it was at last, and a little. Who comes below one lowers it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

use gatepost::{Caller, Context, Effect, Endpoint, Registrar, Request};

#[path = "../benches/documents.rs"]
mod documents;

/// The system's allocator, and how often this thread has asked it.
struct Counting;

thread_local! {
    static ASKED: Cell<u32> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ASKED.set(ASKED.get() + 1);
        // SAFETY: the caller keeps the contract, which is the same.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the memory is the system allocator's, with this layout.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ASKED.set(ASKED.get() + 1);
        // SAFETY: the memory is the system allocator's, with this layout.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often memory is asked for until something is done, and its result is gone.
fn counted<T>(what: impl FnOnce() -> T) -> u32 {
    let before = ASKED.get();
    drop(black_box(what()));
    ASKED.get() - before
}

const STORED: &str = "[oauth.client-registration]
registration-endpoint = 'https://mail.example.com/auth/register'
";

const STATELESS: &str = "[oauth.client-registration]
anonymous = true
stateless = 'anonymous'
max-stateless-id = 4096
client-id-keys = ['BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc']
";

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn context<'a>(caller: Caller<'static>, record: Option<&'a str>) -> Context<'a> {
    Context {
        now: Some(1_790_000_000),
        entropy: Some(&[7; 32]),
        caller,
        record,
        ..Context::default()
    }
}

#[test]
fn no_decision_asks_for_memory_more_often_than_before() {
    let key = Caller::with_permissions(&["authenticate", "oauth-client-registration"]);
    let stored = Registrar::compile(STORED).expect("the settings are right");
    let stateless = Registrar::compile(STATELESS).expect("the settings are right");
    let hostile = documents::hostile();

    let mut exceeded = Vec::new();
    for (name, registrar, caller, document, most) in [
        ("small", &stored, key, documents::SMALL, SMALL),
        ("mail", &stored, key, documents::MAIL, MAIL),
        ("hostile", &stored, key, &hostile, HOSTILE),
        (
            "small, stateless",
            &stateless,
            Caller::anonymous(),
            documents::SMALL,
            SMALL_STATELESS,
        ),
        (
            "mail, stateless",
            &stateless,
            Caller::anonymous(),
            documents::MAIL,
            MAIL_STATELESS,
        ),
    ] {
        let context = context(caller, None);
        let register = || registrar.register(&context, document).expect("whole facts");
        let asked = counted(register);
        println!("{name}: {asked}, of {most} at most");
        if asked > most {
            exceeded.push((name, asked, most));
        }
        // One more is found.
        let one_more = counted(|| (register(), Box::new(name)));
        assert_eq!(one_more, asked + 1, "{name}");
    }

    let registered = stored.register(&context(key, None), documents::MAIL);
    let Effect::Store(record) = registered.expect("whole facts").effect else {
        panic!("it is stored");
    };
    let sealed = stateless.register(&context(Caller::anonymous(), None), documents::MAIL);
    let sealed = sealed.expect("whole facts").client.expect("it is named");
    for (name, registrar, client_id, record, most) in [
        (
            "authorize",
            &stored,
            &record.client_id,
            Some(&*record.document),
            AUTHORIZE,
        ),
        (
            "authorize, stateless",
            &stateless,
            &sealed.client_id,
            None,
            AUTHORIZE_STATELESS,
        ),
    ] {
        let parameters = format!(
            "response_type=code&client_id={client_id}&redirect_uri=com.example.mail%3A%2Fcallback\
             &code_challenge_method=S256&code_challenge={CHALLENGE}"
        );
        let request = Request {
            endpoint: Endpoint::Authorization,
            authorization: None,
            parameters: parameters.as_bytes(),
            jwks: None,
        };
        let context = context(Caller::anonymous(), record);
        let asked = counted(|| {
            registrar
                .authorize(&context, &request)
                .expect("whole facts")
        });
        println!("{name}: {asked}, of {most} at most");
        if asked > most {
            exceeded.push((name, asked, most));
        }
    }
    assert_eq!(
        exceeded,
        [],
        "what was measured, how often, and how often at most"
    );
}

const SMALL: u32 = 34;
const MAIL: u32 = 72;
const HOSTILE: u32 = 225;
const SMALL_STATELESS: u32 = 54;
const MAIL_STATELESS: u32 = 112;
const AUTHORIZE: u32 = 87;
const AUTHORIZE_STATELESS: u32 = 135;
