//! What administrators do, whether through the interface for programs or on a page.
//!
//! What is done to a client is the plugin's decision. Listing, and what is done to API keys, is no
//! decision about a client: it takes a permission, and that is all.

use thiserror::Error;

use super::{App, answer, refusal::Refusal};
use crate::decide::Undecided;
use crate::directory::{self, Change, Entry, Facts, Inquiry, KeyEntry, KeyId, NewKey, Search};
use crate::permission::Permission;
use crate::plugin::{
    Caller, Context, Credential, Decision, Diagnostic, Plugin, PluginError, SettingFinding,
};
use crate::secret::{Purpose, Secret};

/// Somebody who administrates, or tries to.
pub(super) struct Administrator<'a> {
    pub(super) app: &'a App,
    pub(super) caller: Caller,
    pub(super) now: u64,
}

/// Why something is not done.
#[derive(Debug, Error)]
pub(super) enum NotDone {
    /// The caller has not shown who it is, or may not do this.
    #[error("the caller lacks the permission `{}`", .0.name())]
    Denied(Permission),
    /// The key would allow what its maker may not do.
    #[error("a key cannot allow `{}`, which its maker may not do", .0.name())]
    Escalation(Permission),
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

impl From<Refusal> for NotDone {
    fn from(refusal: Refusal) -> Self {
        Self::Untried(refusal)
    }
}

/// A client as an administrator sees it.
pub(super) struct Shown {
    /// The registration as it is answered to administrators, in JSON.
    pub(super) registration: String,
    /// What the directory knows.
    pub(super) entry: Entry,
    /// What the policy in force says of it.
    pub(super) findings: Vec<Diagnostic>,
}

/// An API key to be made.
pub(super) struct KeyWish {
    pub(super) name: String,
    pub(super) account: Option<String>,
    pub(super) permissions: Vec<Permission>,
    pub(super) terms: Option<String>,
    pub(super) expires_at: Option<u64>,
}

impl Administrator<'_> {
    /// Whether the caller may do this; what it may do to clients is for the plugin to say.
    pub(super) fn may(&self, permission: Permission) -> bool {
        let has = |permission: Permission| {
            let mut names = self.caller.permissions.iter();
            names.any(|name| name == permission.name())
        };
        self.caller.credential == Credential::Accepted
            && has(Permission::Authenticate)
            && has(permission)
    }

    pub(super) fn require(&self, permission: Permission) -> Result<(), NotDone> {
        match self.may(permission) {
            true => Ok(()),
            false => Err(NotDone::Denied(permission)),
        }
    }

    pub(super) async fn clients(&self, search: &Search) -> Result<Vec<Entry>, NotDone> {
        self.require(Permission::OauthClientList)?;
        let directory = self.app.decider.directory();
        Ok(directory.clients(search).await.map_err(failed)?)
    }

    /// One client, or the decision that it is not shown.
    pub(super) async fn client(
        &self,
        client_id: &str,
    ) -> Result<Result<Box<Shown>, Decision>, NotDone> {
        let owned = client_id.to_owned();
        let read = self
            .decide(Some(client_id), None, move |plugin, context, _| {
                plugin.read(context, &owned)
            })
            .await?;
        if read.outcome == crate::plugin::Outcome::Refuse {
            return Ok(Err(read));
        }
        let directory = self.app.decider.directory();
        let entry = directory
            .client(client_id, self.now)
            .await
            .map_err(failed)?;
        let entry = entry.ok_or(NotDone::Missing)?;
        let owned = client_id.to_owned();
        let review = self
            .decide(Some(client_id), None, move |plugin, context, _| {
                plugin.review(context, &owned)
            })
            .await?;
        Ok(Ok(Box::new(Shown {
            registration: read.response.body,
            entry,
            findings: review.diagnostics,
        })))
    }

    pub(super) async fn provision(
        &self,
        client_id: Option<String>,
        metadata: Vec<u8>,
    ) -> Result<Decision, NotDone> {
        self.decide(
            client_id.clone().as_deref(),
            None,
            move |plugin, context, _| plugin.provision(context, client_id.as_deref(), &metadata),
        )
        .await
    }

    /// Changes a client, if its record was written as often as the caller thinks.
    pub(super) async fn update(
        &self,
        client_id: &str,
        metadata: Vec<u8>,
        revision: Option<u64>,
    ) -> Result<Decision, NotDone> {
        let owned = client_id.to_owned();
        self.decide(Some(client_id), revision, move |plugin, context, _| {
            plugin.update(context, &owned, &metadata)
        })
        .await
    }

    pub(super) async fn rotate_secret(&self, client_id: &str) -> Result<Decision, NotDone> {
        let owned = client_id.to_owned();
        self.decide(Some(client_id), None, move |plugin, context, _| {
            plugin.rotate_secret(context, &owned)
        })
        .await
    }

    pub(super) async fn switch(
        &self,
        client_id: &str,
        is_disabled: bool,
    ) -> Result<Decision, NotDone> {
        let owned = client_id.to_owned();
        let inquiry = self.inquiry(Some(client_id), None);
        let noted = Change::Disable {
            client_id: owned.clone(),
            is_disabled,
        };
        let decided = self
            .app
            .decider
            .decide_and(
                inquiry,
                self.caller.clone(),
                move |plugin, context, _| match is_disabled {
                    true => plugin.disable(context, &owned),
                    false => plugin.enable(context, &owned),
                },
                move |_| vec![noted.clone()],
            )
            .await;
        decision(decided)
    }

    pub(super) async fn remove(&self, client_id: &str) -> Result<Decision, NotDone> {
        let owned = client_id.to_owned();
        self.decide(Some(client_id), None, move |plugin, context, _| {
            plugin.remove(context, &owned)
        })
        .await
    }

    pub(super) async fn keys(&self, after: KeyId, limit: u32) -> Result<Vec<KeyEntry>, NotDone> {
        self.require(Permission::OauthClientList)?;
        let directory = self.app.decider.directory();
        Ok(directory.keys(after, limit).await.map_err(failed)?)
    }

    /// Makes an API key. It can allow what its maker may do, and to register clients, which whoever
    /// makes keys may do by hand.
    pub(super) async fn make_key(&self, wish: KeyWish) -> Result<(KeyId, Secret), NotDone> {
        self.require(Permission::OauthClientCreate)?;
        let beyond = wish.permissions.iter().find(|permission| {
            **permission != Permission::OauthClientRegistration && !self.may(**permission)
        });
        if let Some(permission) = beyond {
            return Err(NotDone::Escalation(*permission));
        }
        if let Some(terms) = &wish.terms {
            let checked = self.app.decider.plugin().check_terms(terms);
            checked
                .map_err(|error| answer::refusal(error.into()))?
                .map_err(NotDone::Terms)?;
        }
        let key = Secret::draw(Purpose::ApiKey).map_err(|error| answer::refusal(error.into()))?;
        let new = NewKey {
            hash: key.hash(),
            name: wish.name,
            account: wish.account,
            permissions: wish.permissions,
            terms: wish.terms,
            created_at: self.now,
            expires_at: wish.expires_at,
        };
        let directory = self.app.decider.directory();
        let id = directory.add_key(new).await.map_err(failed)?;
        Ok((id, key))
    }

    pub(super) async fn revoke_key(&self, id: KeyId) -> Result<(), NotDone> {
        self.require(Permission::OauthClientDelete)?;
        let directory = self.app.decider.directory();
        match directory.revoke_key(id, self.now).await.map_err(failed)? {
            true => Ok(()),
            false => Err(NotDone::Missing),
        }
    }

    fn inquiry(&self, client_id: Option<&str>, revision: Option<u64>) -> Inquiry {
        Inquiry {
            client_id: client_id.map(str::to_owned),
            registrant: None,
            revision,
            now: self.now,
        }
    }

    async fn decide(
        &self,
        client_id: Option<&str>,
        revision: Option<u64>,
        operation: impl Fn(&dyn Plugin, &Context, &Facts) -> Result<Decision, PluginError>
        + Send
        + Sync
        + 'static,
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

fn failed(error: directory::DirectoryError) -> Refusal {
    answer::refusal(error.into())
}
