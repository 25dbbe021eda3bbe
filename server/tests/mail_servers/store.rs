//! A mail server's own database of clients and tokens, as `host-example/sign-in/schema.sql` has it.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use gatepost_directory::now;
use gatepost_plugin::{Caller, Context, Credential, Effect, Options, Plugin, Source, load};
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use crate::case::{Case, Verdict};
use crate::common::NATIVE;
use crate::common::browser::DEMO;
use crate::place::{Place, placed};
use crate::{CONTACTS, MAIL};

/// Only registered clients may be used.
const SETTINGS: &str = "[oauth.client-registration]\nrequire = true\n";

pub struct Store {
    pub database: Connection,
    /// The names of the files.
    pub path: String,
    pub settings: String,
    plugin: Arc<dyn Plugin>,
}

impl Store {
    /// An empty database, which everybody may read.
    pub fn new(place: &Place) -> Self {
        let path = place.name("oauth.db");
        let database = Connection::open(&path).expect("the folder can be written");
        let schema = placed("sign-in/schema.sql", &[]);
        database.execute_batch(&schema).expect("it is SQL");
        let all = Permissions::from_mode(0o644);
        fs::set_permissions(&path, all).expect("it is ours");
        let plugin = load(&Source::default(), SETTINGS, &Options::default());
        Self {
            database,
            path,
            settings: place.write("settings.toml", SETTINGS),
            plugin: plugin.expect("the settings are right"),
        }
    }

    /// A client that Gatepost lets register.
    pub fn register(&self, metadata: &str) -> String {
        let context = context(&["oauth-client-registration"], None);
        let decision = self.plugin.register(&context, metadata.as_bytes());
        let decision = decision.expect("the facts are right");
        let (Effect::Store(record) | Effect::Share(record)) = decision.effect else {
            panic!("{decision:?}");
        };
        let insert = "INSERT INTO client VALUES (?1, ?2)";
        let values = params![record.client_id, record.document];
        self.database.execute(insert, values).expect("it is new");
        record.client_id
    }

    pub fn disable(&self, client_id: &str) {
        self.change(client_id, "oauth-client-update", |context| {
            self.plugin.disable(context, client_id)
        });
    }

    pub fn enable(&self, client_id: &str) {
        self.change(client_id, "oauth-client-update", |context| {
            self.plugin.enable(context, client_id)
        });
    }

    pub fn remove(&self, client_id: &str) {
        let update = "UPDATE client SET record = NULL WHERE client_id = ?1";
        let changed = self.database.execute(update, [client_id]);
        assert_eq!(changed.expect("the database works"), 1);
    }

    fn change(
        &self,
        client_id: &str,
        permission: &str,
        change: impl FnOnce(&Context) -> Result<gatepost_plugin::Decision, gatepost_plugin::PluginError>,
    ) {
        let select = "SELECT record FROM client WHERE client_id = ?1";
        let record = self
            .database
            .query_row(select, [client_id], |row| row.get(0));
        let context = context(&[permission], record.expect("there is such a client"));
        let decision = change(&context).expect("the facts are right");
        let Effect::Replace(record) = decision.effect else {
            panic!("{decision:?}");
        };
        let update = "UPDATE client SET record = ?2 WHERE client_id = ?1";
        let values = params![record.client_id, record.document];
        let changed = self.database.execute(update, values);
        assert_eq!(changed.expect("the database works"), 1);
    }

    /// A token for [`DEMO`], whose account has these permissions too.
    pub fn token(&self, client_id: &str, scope: &str, permissions: &str, lifetime: i64) -> String {
        let drawn = Context::fresh().expect("the system gives randomness");
        let token = Sha256::digest(drawn.entropy);
        let token: String = token.iter().map(|byte| format!("{byte:02x}")).collect();
        let values = params![
            &Sha256::digest(&token)[..],
            client_id,
            DEMO,
            format!("authenticate {permissions}"),
            scope,
            i64::try_from(now()).expect("it is not that late") + lifetime,
        ];
        let insert = "INSERT INTO token VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.database.execute(insert, values).expect("it is new");
        token
    }

    /// A token that is good.
    pub fn good_token(&self, client_id: &str) -> String {
        self.token(client_id, &format!("offline_access {MAIL}"), "", 3600)
    }

    /// What every mail server has to tell apart.
    pub fn cases(&self) -> Vec<Case> {
        let [good, disabled, removed] = [(); 3].map(|()| self.register(NATIVE));
        let narrow = NATIVE.replacen('{', &format!(r#"{{"scope":"{CONTACTS}","#), 1);
        let narrow = self.register(&narrow);
        self.disable(&disabled);
        self.remove(&removed);
        let token = self.good_token(&good);
        let other = self.token(&good, CONTACTS, "", 3600);
        let expired = self.token(&good, MAIL, "", -1);
        let overriding = self.token("nobody", MAIL, "oauth-client-override", 3600);
        let refused = |name, token: &str| Case::new(name, DEMO, token, Verdict::Refused);
        vec![
            Case::new("allowed", DEMO, &token, Verdict::Allowed),
            Case::new(
                "other letters",
                "Admin@Example.org",
                &token,
                Verdict::Allowed,
            ),
            Case::new("any client", DEMO, &overriding, Verdict::Allowed),
            Case::new("another user", "x@example.org", &token, Verdict::Refused),
            refused("disabled", &self.good_token(&disabled)),
            refused("removed", &self.good_token(&removed)),
            refused("never registered", &self.good_token("nobody")),
            refused("registered for another scope", &self.good_token(&narrow)),
            refused("granted another scope", &other),
            refused("expired", &expired),
            refused("no token of ours", "a+b/c=="),
        ]
    }
}

/// Somebody with these permissions, and the record of the client.
fn context(permissions: &[&str], record: Option<String>) -> Context {
    let all = ["authenticate"].iter().chain(permissions);
    Context {
        caller: Caller {
            credential: Credential::Accepted,
            permissions: all.map(|name| (*name).to_owned()).collect(),
            ..Caller::default()
        },
        record,
        ..Context::fresh().expect("the system gives randomness")
    }
}
