//! The clients that the documents are published to, and how each proves who it is.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::assertion::Signer;
use crate::common::browser::{Browser, VERIFIER, ask, basic, query};
use crate::common::{Answer, Host};
use crate::{JWT_BEARER, LOOPBACK};

/// Who reads a document and relies on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Caller {
    /// It registers without an API key.
    Anonymous,
    /// It registers with an API key.
    Keyed,
    /// An administrator registers it.
    Registered,
    /// Nobody registers it.
    Unknown,
}

impl Caller {
    pub const ALL: [Self; 4] = [
        Self::Anonymous,
        Self::Keyed,
        Self::Registered,
        Self::Unknown,
    ];
}

/// How a client proves who it is.
pub enum Proof {
    Nothing,
    Basic(String),
    Post(String),
    Key(Box<Signer>),
}

/// Why a client does not get what it asks for, as it is told.
pub type Refused = String;

pub struct Client {
    pub id: String,
    pub proof: Proof,
}

/// What a client wants to register.
#[derive(Clone, Copy)]
pub struct Wish<'w> {
    pub method: &'w str,
    pub algorithm: &'w str,
    pub grants: &'w [&'w str],
}

/// What nearly every client is.
pub const PUBLIC: Wish<'static> = Wish {
    method: "none",
    algorithm: "",
    grants: &["authorization_code", "refresh_token"],
};

/// A server, and a user's browser that is signed in there.
pub struct World<'h> {
    pub host: &'h Host,
    pub server: Value,
    pub browser: RefCell<Browser<'h>>,
    pub is_anonymous_open: bool,
    /// Whether a stranger may register the device grant.
    pub is_device_open: bool,
    pub count: Cell<u32>,
}

impl World<'_> {
    /// A text of the authorization server's metadata.
    pub fn of_server(&self, member: &str) -> &str {
        let text = self.server[member].as_str();
        text.unwrap_or_else(|| panic!("no {member} in {}", self.server))
    }

    /// The path of an address that a document names.
    pub fn path<'a>(&self, address: &'a str) -> &'a str {
        let origin = format!("http://{}", self.host.address);
        let path = address.strip_prefix(&origin);
        path.unwrap_or_else(|| panic!("{address} is elsewhere"))
    }

    /// A client as such a caller comes by one.
    pub fn client(&self, caller: Caller, wish: Wish<'_>) -> Result<Client, Refused> {
        self.count.set(self.count.get() + 1);
        let signer = || {
            let offered = &self.server["token_endpoint_auth_signing_alg_values_supported"][0];
            let algorithm = match wish.algorithm {
                "" => offered.as_str().expect("an algorithm is offered"),
                named => named,
            };
            Box::new(Signer::new(algorithm))
        };
        let signer = (wish.method == "private_key_jwt").then(signer);
        let mut metadata = json!({
            "client_name": "Promised",
            "token_endpoint_auth_method": wish.method,
            "grant_types": wish.grants,
            "response_types": [],
        });
        if wish.grants.contains(&"authorization_code") {
            metadata["redirect_uris"] = json!([LOOPBACK]);
            metadata["response_types"] = json!(["code"]);
        }
        if let Some(signer) = &signer {
            metadata["jwks"] = signer.jwks();
            metadata["token_endpoint_auth_signing_alg"] = signer.algorithm.as_str().into();
        }
        let registered = match caller {
            Caller::Anonymous => self.register(&[], &metadata)?,
            Caller::Keyed => {
                let key = format!(
                    "Authorization: Bearer {}",
                    self.host.first_key("registration")
                );
                self.register(&[&key], &metadata)?
            }
            Caller::Registered => self.provision(&metadata),
            Caller::Unknown => json!({ "client_id": format!("unknown-{}", self.count.get()) }),
        };
        // What was left out of it is refused when it is used.
        let method = &registered["token_endpoint_auth_method"];
        assert!(
            caller == Caller::Unknown || method == wish.method,
            "{registered}"
        );
        let secret = || {
            let secret = registered["client_secret"].as_str();
            secret.unwrap_or("made-up").to_owned()
        };
        Ok(Client {
            id: registered["client_id"]
                .as_str()
                .expect("a client id")
                .to_owned(),
            proof: match (wish.method, signer) {
                ("none", _) => Proof::Nothing,
                ("client_secret_basic", _) => Proof::Basic(secret()),
                ("client_secret_post", _) => Proof::Post(secret()),
                (_, Some(signer)) => Proof::Key(signer),
                (unknown, None) => panic!("nobody authenticates by {unknown}"),
            },
        })
    }

    fn register(&self, lines: &[&str], metadata: &Value) -> Result<Value, Refused> {
        let path = self.path(self.of_server("registration_endpoint"));
        let request = crate::common::http::request("POST", path, lines, &metadata.to_string());
        let answer = self.host.send(&request);
        match answer.status {
            201 => Ok(answer.json()),
            _ => Err(reason(&answer)),
        }
    }

    /// An administrator's program registers it.
    fn provision(&self, metadata: &Value) -> Value {
        let client_id = format!("by-hand-{}", self.count.get());
        let body = json!({ "client_id": client_id, "metadata": metadata }).to_string();
        let key = format!(
            "Authorization: Bearer {}",
            self.host.first_key("administrator")
        );
        let request = crate::common::http::request("POST", "/api/clients", &[&key], &body);
        let answer = self.host.send(&request);
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }

    /// Sends what a client asks, with what proves who it is.
    pub fn send(
        &self,
        client: &Client,
        address: &str,
        fields: &[(&str, &str)],
    ) -> Result<Value, Refused> {
        let mut lines = Vec::new();
        let mut all = fields.to_vec();
        let assertion;
        match &client.proof {
            Proof::Nothing => all.push(("client_id", &client.id)),
            Proof::Basic(secret) => lines.push(basic(&client.id, secret)),
            Proof::Post(secret) => {
                all.extend([("client_id", &*client.id), ("client_secret", secret)]);
            }
            Proof::Key(signer) => {
                assertion = signer.assertion(&client.id, self.of_server("issuer"));
                all.push(("client_assertion_type", JWT_BEARER));
                all.push(("client_assertion", &assertion));
            }
        }
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let answer = ask(self.host, self.path(address), &lines, &all);
        match (answer.status, &*answer.body) {
            (200, "") => Ok(Value::Null),
            (200, _) => Ok(answer.json()),
            _ => Err(reason(&answer)),
        }
    }

    /// What a user who agrees sends back to a client.
    pub fn authorized(
        &self,
        client: &Client,
        parameters: &[(&str, &str)],
    ) -> Result<BTreeMap<String, String>, Refused> {
        let query = query(&client.id, LOOPBACK, parameters);
        let path = self.path(self.of_server("authorization_endpoint"));
        let mut browser = self.browser.borrow_mut();
        let mut answer = browser.get(&format!("{path}?{query}"));
        if answer.status == 200 {
            answer = browser.submit(&answer, path, &[("answer", "allow")]);
        }
        if answer.status != 303 {
            return Err(answer.body);
        }
        let back = answer.header("location").expect("it leads somewhere");
        assert!(back.starts_with(&format!("{LOOPBACK}?")), "{back}");
        let back = crate::common::browser::location(&answer);
        match back.get("error") {
            None => Ok(back),
            Some(error) => {
                let description = back.get("error_description").map_or("", String::as_str);
                Err(format!("{error}: {description}"))
            }
        }
    }

    /// The tokens of a client that a user lets in.
    pub fn granted(&self, client: &Client, parameters: &[(&str, &str)]) -> Result<Value, Refused> {
        let back = self.authorized(client, parameters)?;
        self.send(
            client,
            self.of_server("token_endpoint"),
            &[
                ("grant_type", "authorization_code"),
                ("code", &back["code"]),
                ("redirect_uri", LOOPBACK),
                ("code_verifier", VERIFIER),
            ],
        )
    }

    /// What a resource of this server answers to a token.
    pub fn visit(&self, address: &str, token: &str) -> Answer {
        let path = self.path(address);
        self.host.send(
            format!(
                "GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
            )
            .as_bytes(),
        )
    }
}

/// Why something was refused, in the words of the answer.
pub fn reason(answer: &Answer) -> Refused {
    assert!((400..500).contains(&answer.status), "{answer:?}");
    let body = answer.json();
    let of = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    format!("{}: {}", of("error"), of("error_description"))
}
