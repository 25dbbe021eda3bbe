//! What administrators do, whether through the interface for programs or on a page.
//!
//! What is done to a client is the plugin's decision. Listing, and what is done to API keys, is no
//! decision about a client: it takes a permission, and that is all.

use gatepost_directory::Permission;
use gatepost_directory::secret::{Purpose, Secret};
use gatepost_directory::{
    AccountId, Change, DirectoryError, Entry, Inquiry, Key, KeyEntry, KeyId, Listed, Listing,
    NewKey, Search, is_key_name, permission,
};
use gatepost_plugin::{
    Caller, Credential, Decision, Diagnostic, Operation, Outcome, SettingFinding,
};
use thiserror::Error;

use crate::decide::Undecided;
use crate::decide::stored::context_of;
use crate::http::shared::answer;
use crate::http::shared::app::App;
use crate::http::shared::refusal::Refusal;
use crate::observe::audit::{Act, Deed};

/// Somebody who administrates, or tries to.
pub(in crate::http) struct Administrator<'a> {
    pub(in crate::http) app: &'a App,
    pub(in crate::http) caller: Caller,
    pub(in crate::http) authority: Authority,
    pub(in crate::http) now: u64,
}

/// Whose authority the caller acts on: that of an account, of an API key, or of both. What the caller makes has no more.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::http) struct Authority {
    account: Option<AccountId>,
    key: Option<KeyId>,
    /// When the key ends, in seconds since 1970.
    expires_at: Option<u64>,
}

impl Authority {
    pub(in crate::http) fn of_account(account: AccountId) -> Self {
        Self {
            account: Some(account),
            ..Self::default()
        }
    }

    pub(in crate::http) fn of_key(key: &Key) -> Self {
        Self {
            account: key.owner,
            key: Some(key.id),
            expires_at: key.expires_at,
        }
    }
}

/// Why something is not done.
#[derive(Debug, Error)]
pub(in crate::http) enum NotDone {
    /// The caller has not shown who it is, or may not do this.
    #[error("the caller lacks the permission `{}`", .0.name())]
    Denied(Permission),
    /// The key would allow what its maker may not do.
    #[error("a key cannot allow `{}`, which its maker may not do", .0.name())]
    Escalation(Permission),
    /// The key would act for somebody else than its maker.
    #[error("a key can act for its maker's own account only")]
    Foreign,
    /// The account or the key of the caller ended just now.
    #[error("the caller's account or key has ended")]
    Ended,
    /// Who is held to terms would make a key that is not.
    #[error("a key that has terms makes no keys")]
    Bound,
    /// What is wished for is no key.
    #[error("{1}")]
    Malformed(Part, String),
    /// The plugin does not take the terms of a key.
    #[error("the terms have mistakes")]
    Terms(Vec<SettingFinding>),
    /// There is no such thing.
    #[error("there is no such thing")]
    Missing,
    /// It could not be tried.
    #[error("it could not be tried")]
    Untried(Refusal),
}

/// The part of a wish for a key that is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Part {
    Name,
    Permissions,
    Days,
}

impl From<Refusal> for NotDone {
    fn from(refusal: Refusal) -> Self {
        Self::Untried(refusal)
    }
}

/// A client as an administrator sees it.
pub(in crate::http) struct Shown {
    /// The registration as it is answered to administrators, in JSON.
    pub(in crate::http) registration: String,
    /// What the directory knows.
    pub(in crate::http) entry: Entry,
    /// What the policy in force says of it.
    pub(in crate::http) findings: Vec<Diagnostic>,
}

/// An API key to be made.
pub(in crate::http) struct KeyWish {
    pub(in crate::http) name: String,
    pub(in crate::http) account: Option<String>,
    pub(in crate::http) permissions: Vec<Permission>,
    pub(in crate::http) terms: Option<String>,
    pub(in crate::http) expires_at: Option<u64>,
}

/// How far off an end may be, in days.
const LONGEST_LIFE: u64 = 36_500;

impl KeyWish {
    /// A key of this name for this account, with permissions by their names, that ends after so many days.
    pub(in crate::http) fn new<'p>(
        name: &str,
        account: Option<&str>,
        permissions: impl Iterator<Item = &'p str>,
        terms: Option<&str>,
        days: Option<u64>,
        now: u64,
    ) -> Result<Self, NotDone> {
        if !is_key_name(name) {
            return Err(NotDone::Malformed(
                Part::Name,
                "The `name` has from 1 to 100 characters, none of them a control character.".into(),
            ));
        }
        let mut known = Vec::new();
        for name in permissions {
            let permission = Permission::named(name).ok_or_else(|| {
                NotDone::Malformed(
                    Part::Permissions,
                    "The permissions name one that there is not.".into(),
                )
            })?;
            if !known.contains(&permission) {
                known.push(permission);
            }
        }
        if known.is_empty() {
            return Err(NotDone::Malformed(
                Part::Permissions,
                "A key needs a permission at least.".into(),
            ));
        }
        if days.is_some_and(|days| !(1..=LONGEST_LIFE).contains(&days)) {
            return Err(NotDone::Malformed(
                Part::Days,
                format!("A key ends after a whole number of days from 1 to {LONGEST_LIFE}."),
            ));
        }
        Ok(Self {
            name: name.to_owned(),
            account: account.map(str::to_owned),
            permissions: known,
            terms: terms.map(str::to_owned),
            expires_at: days.map(|days| now + days * 86_400),
        })
    }
}

/// A key that was made.
pub(in crate::http) struct Made {
    pub(in crate::http) id: KeyId,
    pub(in crate::http) key: Secret,
    pub(in crate::http) expires_at: Option<u64>,
}

impl Administrator<'_> {
    /// Whether the caller may do this; what it may do to clients is for the plugin to say.
    pub(in crate::http) fn may(&self, permission: Permission) -> bool {
        let has = |permission: Permission| {
            let mut names = self.caller.permissions.iter();
            names.any(|name| name == permission.name())
        };
        self.caller.credential == Credential::Accepted
            && has(Permission::Authenticate)
            && has(permission)
    }

    /// Whether a key that the caller makes can allow this.
    pub(in crate::http) fn can_give(&self, permission: Permission) -> bool {
        permission::can_give(&self.caller.permissions, permission.name())
    }

    pub(in crate::http) fn require(&self, permission: Permission) -> Result<(), NotDone> {
        match self.may(permission) {
            true => Ok(()),
            false => Err(NotDone::Denied(permission)),
        }
    }

    pub(in crate::http) async fn clients(&self, search: &Search) -> Result<Vec<Entry>, NotDone> {
        self.require(Permission::OauthClientList)?;
        let directory = self.app.decider.directory();
        Ok(directory.clients(search).await.map_err(failed)?)
    }

    pub(in crate::http) async fn listed(&self, listing: &Listing) -> Result<Listed, NotDone> {
        self.require(Permission::OauthClientList)?;
        let directory = self.app.decider.directory();
        Ok(directory.list(listing).await.map_err(failed)?)
    }

    /// One client, or the decision that it is not shown.
    pub(in crate::http) async fn client(
        &self,
        client_id: &str,
    ) -> Result<Result<Box<Shown>, Decision>, NotDone> {
        // Before the registration: a revision that is newer than what is shown would say that somebody looked at what
        // nobody saw.
        let directory = self.app.decider.directory();
        let entry = directory
            .client(client_id, self.now)
            .await
            .map_err(failed)?;
        let named = || client_id.to_owned();
        let read = Operation::Read { client_id: named() };
        let read = self.decide(Some(client_id), None, read).await?;
        if read.outcome == Outcome::Refuse {
            return Ok(Err(read));
        }
        let entry = entry.ok_or(NotDone::Missing)?;
        let review = Operation::Review { client_id: named() };
        let review = self.decide(Some(client_id), None, review).await?;
        Ok(Ok(Box::new(Shown {
            registration: read.response.body,
            entry,
            findings: review.diagnostics,
        })))
    }

    /// What would be decided about a client that is shown. Nothing is carried out, and nobody is told.
    pub(in crate::http) fn would(
        &self,
        entry: &Entry,
        operation: &Operation,
    ) -> Result<Decision, NotDone> {
        let context = context_of(entry, self.caller.clone(), self.now);
        let context = context.map_err(|error| answer::refusal(error.into()))?;
        let plugin = self.app.decider.plugin();
        let decided = operation.ask(&*plugin, &context, &entry.activity);
        Ok(decided.map_err(|error| answer::refusal(error.into()))?)
    }

    pub(in crate::http) async fn provision(
        &self,
        client_id: Option<String>,
        metadata: Vec<u8>,
    ) -> Result<Decision, NotDone> {
        let asked = client_id.clone();
        let provision = Operation::Provision {
            client_id,
            metadata,
        };
        self.decide(asked.as_deref(), None, provision).await
    }

    /// Changes a client, if its record was written as often as the caller thinks.
    pub(in crate::http) async fn update(
        &self,
        client_id: &str,
        metadata: Vec<u8>,
        revision: Option<u64>,
    ) -> Result<Decision, NotDone> {
        let update = Operation::Update {
            client_id: client_id.to_owned(),
            metadata,
        };
        self.decide(Some(client_id), revision, update).await
    }

    pub(in crate::http) async fn rotate_secret(
        &self,
        client_id: &str,
        revision: Option<u64>,
    ) -> Result<Decision, NotDone> {
        let rotate = Operation::RotateSecret {
            client_id: client_id.to_owned(),
        };
        self.decide(Some(client_id), revision, rotate).await
    }

    /// Gives a client a new registration access token. The old one ends.
    pub(in crate::http) async fn rotate_registration_access_token(
        &self,
        client_id: &str,
        revision: Option<u64>,
    ) -> Result<Decision, NotDone> {
        let rotate = Operation::RotateRegistrationAccessToken {
            client_id: client_id.to_owned(),
        };
        self.decide(Some(client_id), revision, rotate).await
    }

    /// Approves a client that waits, if its record was written as often as the caller thinks: it may have changed since it was looked at.
    pub(in crate::http) async fn approve(
        &self,
        client_id: &str,
        revision: Option<u64>,
    ) -> Result<Decision, NotDone> {
        let approve = Operation::Approve {
            client_id: client_id.to_owned(),
        };
        self.decide(Some(client_id), revision, approve).await
    }

    /// Denies a client that waits, which deletes it.
    pub(in crate::http) async fn deny(
        &self,
        client_id: &str,
        revision: Option<u64>,
    ) -> Result<Decision, NotDone> {
        let deny = Operation::Deny {
            client_id: client_id.to_owned(),
        };
        self.decide(Some(client_id), revision, deny).await
    }

    pub(in crate::http) async fn disable(
        &self,
        client_id: &str,
        revision: Option<u64>,
    ) -> Result<Decision, NotDone> {
        let disable = Operation::Disable {
            client_id: client_id.to_owned(),
        };
        self.switch(client_id, revision, disable, true).await
    }

    pub(in crate::http) async fn enable(
        &self,
        client_id: &str,
        revision: Option<u64>,
    ) -> Result<Decision, NotDone> {
        let enable = Operation::Enable {
            client_id: client_id.to_owned(),
        };
        self.switch(client_id, revision, enable, false).await
    }

    /// What was decided is noted, so that the list says it.
    async fn switch(
        &self,
        client_id: &str,
        revision: Option<u64>,
        operation: Operation,
        is_disabled: bool,
    ) -> Result<Decision, NotDone> {
        let noted = Change::Disable {
            client_id: client_id.to_owned(),
            is_disabled,
        };
        let inquiry = self.inquiry(Some(client_id), revision);
        let caller = self.caller.clone();
        let follows = move |_: &Decision| vec![noted.clone()];
        let decider = &self.app.decider;
        decision(
            decider
                .decide_and(inquiry, caller, operation, follows)
                .await,
        )
    }

    pub(in crate::http) async fn remove(
        &self,
        client_id: &str,
        revision: Option<u64>,
    ) -> Result<Decision, NotDone> {
        let remove = Operation::Remove {
            client_id: client_id.to_owned(),
        };
        self.decide(Some(client_id), revision, remove).await
    }

    pub(in crate::http) async fn keys(
        &self,
        after: KeyId,
        limit: u32,
    ) -> Result<Vec<KeyEntry>, NotDone> {
        self.require(Permission::OauthClientList)?;
        let directory = self.app.decider.directory();
        Ok(directory.keys(after, limit).await.map_err(failed)?)
    }

    /// Makes an API key. It acts for its maker's account, or for none, and belongs to that account in any case. It can
    /// allow what its maker [can give](permission::can_give). A key's own limits hold for those that it makes: none
    /// lasts longer, and one that has terms makes none.
    pub(in crate::http) async fn make_key(&self, wish: KeyWish) -> Result<Made, NotDone> {
        self.require(Permission::OauthClientCreate)?;
        if self.caller.terms.is_some() {
            return Err(NotDone::Bound);
        }
        if wish.account.is_some() && wish.account != self.caller.account {
            return Err(NotDone::Foreign);
        }
        let mut wished = wish.permissions.iter();
        if let Some(permission) = wished.find(|permission| !self.can_give(**permission)) {
            return Err(NotDone::Escalation(*permission));
        }
        if let Some(terms) = &wish.terms {
            let checked = self.app.decider.plugin().check_terms(terms);
            checked
                .map_err(|error| answer::refusal(error.into()))?
                .map_err(NotDone::Terms)?;
        }
        let key = Secret::draw(Purpose::ApiKey).map_err(|error| answer::refusal(error.into()))?;
        let ends = [wish.expires_at, self.authority.expires_at];
        let expires_at = ends.into_iter().flatten().min();
        let new = NewKey {
            hash: key.hash(),
            name: wish.name,
            account: wish.account,
            owner: self.authority.account,
            made_with: self.authority.key,
            permissions: wish.permissions,
            terms: wish.terms,
            created_at: self.now,
            expires_at,
        };
        let made = Act::by(&self.caller, Deed::KeyMade, self.now)
            .allowing(new.permissions.iter().map(|permission| permission.name()))
            .noting(format!("`{}`", new.name));
        let directory = self.app.decider.directory();
        let id = directory.add_key(new).await.map_err(|error| match error {
            DirectoryError::NoSuchAccount | DirectoryError::NoSuchKey => NotDone::Ended,
            error => failed(error).into(),
        })?;
        self.app.watch.acted(made.to(id.number().to_string()));
        Ok(Made {
            id,
            key,
            expires_at,
        })
    }

    pub(in crate::http) async fn revoke_key(&self, id: KeyId) -> Result<(), NotDone> {
        self.require(Permission::OauthClientDelete)?;
        let directory = self.app.decider.directory();
        match directory.revoke_key(id, self.now).await.map_err(failed)? {
            true => {
                let revoked = Act::by(&self.caller, Deed::KeyRevoked, self.now);
                self.app.watch.acted(revoked.to(id.number().to_string()));
                Ok(())
            }
            false => Err(NotDone::Missing),
        }
    }

    fn inquiry(&self, client_id: Option<&str>, revision: Option<u64>) -> Inquiry {
        Inquiry {
            client_id: client_id.map(str::to_owned),
            registrant: None,
            revision,
            counts_tokens: false,
            now: self.now,
        }
    }

    async fn decide(
        &self,
        client_id: Option<&str>,
        revision: Option<u64>,
        operation: Operation,
    ) -> Result<Decision, NotDone> {
        let inquiry = self.inquiry(client_id, revision);
        let caller = self.caller.clone();
        decision(self.app.decider.decide(inquiry, caller, operation).await)
    }
}

fn decision(decided: Result<Decision, Undecided>) -> Result<Decision, NotDone> {
    let decision = decided.map_err(answer::refusal)?;
    answer::note(&decision);
    Ok(decision)
}

fn failed(error: gatepost_directory::DirectoryError) -> Refusal {
    answer::refusal(error.into())
}
