//! What the time of a sign-in says of an account: not whether there is one.
//!
//! The form goes through the server's own routes, without a socket. Both kinds are refused in the same words: a name that
//! nobody has, and an account with a wrong password. What is measured is the processor time of all threads, because
//! passwords are hashed on another one; `tests/support/timing.rs` says how. A hash takes milliseconds, so that there are
//! fewer samples than for the core.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use gatepost_directory::{NewAccount, Permission};
use gatepost_server::config::{Config, Overrides};
use gatepost_server::decide::Decider;
use gatepost_server::http::{self, App};
use gatepost_server::observe::audit::Audit;
use gatepost_server::observe::metrics::Metrics;
use gatepost_server::observe::watch::Watch;
use gatepost_server::origin::place::Peer;
use gatepost_server::password;
use http_body_util::BodyExt;
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::is_long;
use crate::measure::{Chance, Clock, Kind, Measured, measure};

/// In the long form and in the short one.
const SAMPLES: [usize; 2] = [6_000, 300];

/// How many accounts there are. Each gets fewer wrong passwords than lock it.
const ACCOUNTS: u64 = 200;

/// Of "password", with parameters that take a hundredth of the time of ours.
const CHEAP: &str =
    "$argon2i$v=19$m=64,t=1,p=2$c29tZXNhbHRzb21lc2FsdA$iMNe9RwkumZ9lD/1OztF7YPtyVN4fVmJ";

/// A server without a socket, and one browser.
struct Scene {
    runtime: Runtime,
    router: TowerToHyperService<Router>,
    cookie: String,
    csrf: String,
    _folder: TempDir,
}

impl Scene {
    /// All accounts have this hash of a password.
    fn new(hash: &str) -> Self {
        let folder = tempfile::tempdir().expect("there is room");
        let overrides = Overrides {
            data: Some(folder.path().to_owned()),
            ..Overrides::default()
        };
        let config = Config::load(&overrides).expect("the defaults are right");
        let public_url = config.public_url("127.0.0.1:8080".parse().expect("an address"));
        let plugin = config.compile(&public_url).expect("the defaults are right");
        // One thread for requests: what others do while they wait is measured, too.
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime can be made");
        let router = runtime.block_on(async {
            let directory = gatepost_directory::open(&config.store).await;
            let directory = directory.expect("a new directory");
            for number in 0..ACCOUNTS {
                let account = NewAccount {
                    name: known(number),
                    password_hash: hash.to_owned(),
                    permissions: vec![Permission::Authenticate],
                    created_at: 1_000,
                };
                let added = directory.add_account(account).await;
                assert!(added.expect("it can be added"));
            }
            let watch = Arc::new(Watch {
                audit: Audit::open(None, config.audit.max_bytes).expect("there is no file"),
                metrics: Metrics::default(),
            });
            let decider = Decider::new(directory, plugin, 1).expect("the plugin works");
            let decider = Arc::new(decider.observed_by(Arc::clone(&watch) as _));
            let app = App::new(decider, watch, &config, &overrides, &public_url);
            http::router(Arc::new(app.expect("the plugin works")))
        });
        let mut scene = Self {
            runtime,
            router: TowerToHyperService::new(router),
            cookie: String::new(),
            csrf: String::new(),
            _folder: folder,
        };
        let form = Request::get("/auth/sign-in?next=/account").body(Body::empty());
        let response = scene.answer(form.expect("a request"), 0);
        let cookie = response.headers()[header::SET_COOKIE]
            .to_str()
            .expect("text");
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let page = scene.runtime.block_on(response.into_body().collect());
        let page = page.expect("it is whole").to_bytes();
        let page = String::from_utf8_lossy(&page);
        let (_, csrf) = page.split_once(r#"name="csrf" value=""#).expect("a form");
        scene.csrf = csrf.split('"').next().unwrap_or_default().to_owned();
        scene.cookie = cookie;
        scene
    }

    /// The answer to a request from an address of its own.
    fn answer(&self, mut request: Request<Body>, number: u32) -> Response<Body> {
        let address = IpAddr::from(Ipv4Addr::from(0x0A00_0000 + number));
        request.extensions_mut().insert(Peer::Direct(address));
        let headers = request.headers_mut();
        headers.insert(header::HOST, "127.0.0.1:8080".parse().expect("a host"));
        let answered = self.runtime.block_on(self.router.call(request));
        answered.expect("there is an answer")
    }

    fn form(&self, name: &str) -> Request<Body> {
        let Self { cookie, csrf, .. } = self;
        let body = format!("csrf={csrf}&next=%2Faccount&name={name}&password=a+wrong+guess");
        let request = Request::post("/auth/sign-in")
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body));
        request.expect("a request")
    }

    fn measure(&self, samples: usize) -> Measured {
        let mut chance = Chance(17);
        let mut guess = 0;
        measure(
            samples,
            Clock::Process,
            |kind| {
                guess += 1;
                let number = chance.number() % ACCOUNTS;
                let name = match kind {
                    Kind::One => unknown(number),
                    Kind::Other => known(number),
                };
                (self.form(&name), guess)
            },
            |(request, guess)| {
                let response = self.answer(request, guess);
                assert_eq!(response.status(), StatusCode::FORBIDDEN);
                response
            },
        )
    }
}

fn known(number: u64) -> String {
    format!("user{number:04}@example.org")
}

fn unknown(number: u64) -> String {
    format!("user{:04}@example.org", number + ACCOUNTS)
}

#[test]
fn nobody_can_measure_whether_there_is_an_account() {
    let hash = password::hash("correct horse").expect("it can be hashed");
    let [long, short] = SAMPLES;
    let samples = if is_long() { long } else { short };
    let measured = Scene::new(&hash).measure(samples);
    println!("sign-in, unknown names and wrong passwords: {measured}");
    match is_long() {
        true => assert!(!measured.is_difference(), "{measured}"),
        false => assert!(!measured.is_gross(), "{measured}"),
    }
}

/// Accounts whose hashes take less time than the one that stands for no account.
#[test]
fn a_cheaper_hash_is_found() {
    let measured = Scene::new(CHEAP).measure(SAMPLES[1]);
    println!("sign-in, accounts with a cheaper hash: {measured}");
    assert!(measured.is_gross(), "{measured}");
}
