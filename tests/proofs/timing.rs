//! What the time of a refusal says of a secret or of a client: nothing.
//!
//! Each pair of refusals is measured as `tests/support/timing.rs` describes. A secret that is wrong at its beginning or at
//! its end makes a difference if |t| is 4.5 or more. A client that is not there makes one if the time differs by a tenth.
//! What is measured is processor time of this thread; but what shares the processor's caches disturbs it all the same. So
//! the normal tests take few samples and find what is gross, such as a hash that is left out, and `scripts/prove` takes
//! many and finds nanoseconds. The method itself is tested by times that are made up.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gatepost::{Caller, Context, Credential, Endpoint, Registrar, Request};
use serde_json::{Value, json};

use crate::is_long;
use crate::measure::{Chance, Clock, Kind, Measured, measure};

const NOW: u64 = 1_790_000_000;

/// Of each pair, in the long form and in the short one.
const SAMPLES: [usize; 2] = [400_000, 4_000];

/// By how much the refusal of an unknown client may take more or less than that of a known one, as a part of its time. A
/// record of other metadata makes a greater difference, so that this tells nobody whether there is a client; but it is
/// not nothing, and many samples show it.
const UNKNOWN: f64 = 0.1;

const SETTINGS: &str = "
    [oauth.client-registration]
    require = true
    registration-endpoint = 'https://mail.example.com/auth/register'";

/// A registered client, and what asks about it.
struct Scene {
    registrar: Registrar,
    client_id: String,
    client_secret: String,
    token: String,
    record: String,
}

impl Scene {
    fn new() -> Self {
        let registrar = Registrar::compile(SETTINGS).unwrap();
        let caller = Caller::with_permissions(&["authenticate", "oauth-client-registration"]);
        let document = json!({ "redirect_uris": ["https://a.example.com/cb"] }).to_string();
        let decision = registrar
            .register(&context(caller, None), document.as_bytes())
            .unwrap();
        let answer: Value = serde_json::from_str(&decision.response.body).unwrap();
        let text = |name: &str| answer[name].as_str().unwrap().to_owned();
        let gatepost::Effect::Store(record) = decision.effect else {
            panic!("it is registered: {answer}");
        };
        Self {
            registrar,
            client_id: text("client_id"),
            client_secret: text("client_secret"),
            token: text("registration_access_token"),
            record: record.document,
        }
    }

    /// Authenticates, and gives the status of the answer.
    fn authenticate(&self, input: &Input) -> u16 {
        let request = Request {
            endpoint: Endpoint::Token,
            parameters: input.parameters.as_bytes(),
            authorization: input.authorization.as_deref(),
            jwks: None,
        };
        let context = context(Caller::anonymous(), input.record());
        let decision = self.registrar.authenticate(&context, &request);
        decision.unwrap().response.status
    }

    fn manage(&self, operation: Operation, input: &Input) -> u16 {
        let caller = Caller {
            credential: Credential::Rejected,
            token: Some(&input.secret),
            ..Caller::anonymous()
        };
        let context = context(caller, input.record());
        let (registrar, id) = (&self.registrar, &input.client_id);
        let decision = match operation {
            Operation::Read => registrar.read(&context, id),
            Operation::Update => registrar.update(&context, id, input.parameters.as_bytes()),
            Operation::Remove => registrar.remove(&context, id),
        };
        decision.unwrap().response.status
    }
}

fn context<'c>(caller: Caller<'c>, record: Option<&'c str>) -> Context<'c> {
    Context {
        now: Some(NOW),
        entropy: Some(&[7; 32]),
        caller,
        record,
        ..Context::default()
    }
}

#[derive(Clone, Copy, Debug)]
enum Operation {
    Read,
    Update,
    Remove,
}

/// What a request brings, and what the host found for it. Nothing of it is shared between two requests.
struct Input {
    client_id: String,
    secret: String,
    parameters: String,
    authorization: Option<String>,
    record: String,
    is_known: bool,
}

/// How two requests differ that both are refused.
#[derive(Clone, Copy, Debug)]
enum Pair {
    /// The secret is wrong from its first character on, or only in its last.
    Secret,
    /// There is no such client, or its secret is wrong.
    Client,
}

/// How a secret is presented.
#[derive(Clone, Copy, Debug)]
enum By {
    Header,
    Body,
}

impl Input {
    fn new(
        scene: &Scene,
        pair: Pair,
        secret: &str,
        by: By,
        kind: Kind,
        chance: &mut Chance,
    ) -> Self {
        // What differs is drawn and put together in the same way, so that nothing else differs.
        let (is_known, first_wrong) = match (pair, kind) {
            (Pair::Secret, Kind::One) => (true, "gps_".len()),
            (Pair::Secret, Kind::Other) => (true, secret.len() - 1),
            (Pair::Client, Kind::One) => (false, "gps_".len()),
            (Pair::Client, Kind::Other) => (true, "gps_".len()),
        };
        let secret = wrong(secret, first_wrong, chance);
        let id = &scene.client_id;
        let client_id = wrong(id, if is_known { id.len() } else { "gpc_".len() }, chance);
        let record = scene.record.clone();
        let (parameters, authorization) = match by {
            By::Header => {
                let basic = STANDARD.encode(format!("{client_id}:{secret}"));
                (
                    "grant_type=authorization_code".to_owned(),
                    Some(format!("Basic {basic}")),
                )
            }
            By::Body => (
                format!("client_id={client_id}&client_secret={secret}"),
                None,
            ),
        };
        Self {
            client_id,
            secret,
            parameters,
            authorization,
            record,
            is_known,
        }
    }

    /// What the host finds.
    fn record(&self) -> Option<&str> {
        self.is_known.then_some(&self.record)
    }
}

/// A text of the same form that is another from this byte on.
fn wrong(text: &str, from: usize, chance: &mut Chance) -> String {
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
    let bytes = text.bytes().enumerate().map(|(at, byte)| {
        let drawn = LETTERS[(chance.number() >> 32) as usize % LETTERS.len()];
        let other = if drawn == byte { b'0' } else { drawn };
        char::from(if at < from { byte } else { other })
    });
    bytes.collect()
}

fn authenticate(scene: &Scene, pair: Pair, by: By, samples: usize) -> Measured {
    let mut chance = Chance(11);
    measure(
        samples,
        Clock::Thread,
        |kind| Input::new(scene, pair, &scene.client_secret, by, kind, &mut chance),
        |input| {
            assert_eq!(scene.authenticate(&input), 401);
            input
        },
    )
}

fn manage(scene: &Scene, pair: Pair, operation: Operation, samples: usize) -> Measured {
    let mut chance = Chance(13);
    measure(
        samples,
        Clock::Thread,
        |kind| Input::new(scene, pair, &scene.token, By::Body, kind, &mut chance),
        |input| {
            assert_eq!(scene.manage(operation, &input), 401);
            input
        },
    )
}

#[test]
fn nobody_can_measure_a_secret_or_a_client() {
    let scene = Scene::new();
    let [long, short] = SAMPLES;
    let samples = if is_long() { long } else { short };
    let mut found = Vec::new();
    let mut judge = |pair, name: String, measured: Measured| {
        println!("{name}: {measured}");
        let is_found = match (pair, is_long()) {
            (Pair::Secret, true) => measured.is_difference(),
            (Pair::Secret, false) => measured.is_gross(),
            (Pair::Client, _) => measured.part() > UNKNOWN,
        };
        if is_found {
            found.push(format!("{name}: {measured}"));
        }
    };
    for pair in [Pair::Secret, Pair::Client] {
        for by in [By::Header, By::Body] {
            let measured = authenticate(&scene, pair, by, samples);
            judge(pair, format!("authenticate, {pair:?}, {by:?}"), measured);
        }
        for operation in [Operation::Read, Operation::Update, Operation::Remove] {
            let measured = manage(&scene, pair, operation, samples);
            judge(pair, format!("{operation:?}, {pair:?}"), measured);
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// The same with a comparison that ends at the first difference, beside the real one: some nanoseconds, which few samples
/// do not show.
#[test]
fn a_comparison_that_ends_early_can_be_measured() {
    if !is_long() {
        return;
    }
    let scene = Scene::new();
    let mut chance = Chance(11);
    let right = &scene.client_secret;
    let measured = measure(
        SAMPLES[0],
        Clock::Thread,
        |kind| Input::new(&scene, Pair::Secret, right, By::Body, kind, &mut chance),
        |input| {
            assert!(!is_same(&input.secret, right));
            assert_eq!(scene.authenticate(&input), 401);
            input
        },
    );
    println!("a comparison that ends early: {measured}");
    assert!(measured.is_difference(), "{measured}");
}

fn is_same(given: &str, right: &str) -> bool {
    let mut bytes = given.bytes().zip(right.bytes());
    bytes.all(|(one, other)| std::hint::black_box(one) == std::hint::black_box(other))
}

/// A host that answers for an unknown client without asking: no hash, no comparison. It takes a small part of the time, so
/// that few samples show it on any machine.
#[test]
fn a_hash_that_is_left_out_is_found() {
    let scene = Scene::new();
    let mut chance = Chance(11);
    let measured = measure(
        2_000,
        Clock::Thread,
        |kind| {
            Input::new(
                &scene,
                Pair::Client,
                &scene.client_secret,
                By::Body,
                kind,
                &mut chance,
            )
        },
        |input| match input.is_known {
            false => 401,
            true => scene.authenticate(&input),
        },
    );
    println!("a hash that is left out: {measured}");
    assert!(measured.is_gross(), "{measured}");
}
