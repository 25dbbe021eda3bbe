//! What the library is shown: a context and a request of its own, made from this program's.

use std::ptr;

use super::object::{Failure, Owned, lend};
use super::table::{self, Number, Str, Table};
use crate::error::PluginError;
use crate::wit::{Context, Credential, Endpoint, Request};

/// What the header calls `gatepost_credential`.
pub(super) const fn number(credential: Credential) -> Number {
    match credential {
        Credential::Missing => 0,
        Credential::Malformed => 1,
        Credential::Rejected => 2,
        Credential::Accepted => 3,
        Credential::OtherScheme => 4,
    }
}

/// A credential that the library read. One that this program does not know proves nothing.
pub(super) const fn credential(number: Number) -> Credential {
    match number {
        0 => Credential::Missing,
        2 => Credential::Rejected,
        3 => Credential::Accepted,
        4 => Credential::OtherScheme,
        _ => Credential::Malformed,
    }
}

impl Table {
    pub(super) fn context(
        &'static self,
        facts: &Context,
    ) -> Result<Owned<table::Context>, PluginError> {
        let mut context = ptr::null_mut();
        let mut error = ptr::null_mut();
        // SAFETY: both outputs can be written.
        let status = unsafe { (self.context_new)(&mut context, &mut error) };
        Failure::of(self, status, error).check()?;
        let context = Owned::new(context, self.context_free)?;

        let (caller, usage) = (&facts.caller, &facts.usage);
        let credential = number(caller.credential);
        let this = context.pointer();
        // SAFETY: in all of these the context is live and nobody else has it, and the text and the
        // entropy are lent for the call.
        unsafe {
            let entropy = lend(&facts.entropy);
            self.check((self.context_set_now)(this, facts.now))?;
            self.check((self.context_set_entropy)(this, entropy.ptr, entropy.len))?;
            self.check((self.context_set_credential)(this, credential))?;
            for permission in &caller.permissions {
                let permission = lend(permission.as_bytes());
                self.check((self.context_add_permission)(this, permission))?;
            }
        }
        self.tell(
            &context,
            [
                (&caller.account, self.context_set_account),
                (&caller.address, self.context_set_address),
                (&caller.terms, self.context_set_terms),
                (&caller.token, self.context_set_token),
                (&facts.record, self.context_set_record),
            ],
        )?;
        self.count(
            &context,
            [
                (usage.account_clients, self.context_set_account_clients),
                (
                    usage.address_registrations,
                    self.context_set_address_registrations,
                ),
                (
                    usage.wider_registrations,
                    self.context_set_wider_registrations,
                ),
                (usage.key_registrations, self.context_set_key_registrations),
                (usage.anonymous_clients, self.context_set_anonymous_clients),
                (usage.total_clients, self.context_set_total_clients),
            ],
        )?;
        Ok(context)
    }

    pub(super) fn request(
        &'static self,
        carried: &Request,
    ) -> Result<Owned<table::Request>, PluginError> {
        let endpoint = match carried.endpoint {
            Endpoint::Authorization => 0,
            Endpoint::PushedAuthorization => 1,
            Endpoint::DeviceAuthorization => 2,
            Endpoint::Token => 3,
            Endpoint::Introspection => 4,
            Endpoint::Revocation => 5,
        };
        let mut request = ptr::null_mut();
        let mut error = ptr::null_mut();
        // SAFETY: both outputs can be written.
        let status = unsafe { (self.request_new)(endpoint, &mut request, &mut error) };
        Failure::of(self, status, error).check()?;
        let request = Owned::new(request, self.request_free)?;
        // SAFETY: the request is live and nobody else has it, and the bytes are lent for the call.
        self.check(unsafe {
            (self.request_set_parameters)(request.pointer(), lend(&carried.parameters))
        })?;
        self.tell(
            &request,
            [
                (&carried.authorization, self.request_set_authorization),
                (&carried.jwks, self.request_set_jwks),
            ],
        )?;
        Ok(request)
    }

    /// Sets the texts that are not left out.
    fn tell<T, const N: usize>(
        &'static self,
        object: &Owned<T>,
        texts: [(&Option<String>, unsafe extern "C" fn(*mut T, Str) -> Number); N],
    ) -> Result<(), PluginError> {
        for (text, set) in texts {
            if let Some(text) = text {
                // SAFETY: the object is live and nobody else has it, and the text is lent for the call.
                self.check(unsafe { set(object.pointer(), lend(text.as_bytes())) })?;
            }
        }
        Ok(())
    }

    /// Sets the numbers that are not left out.
    pub(super) fn count<const N: usize>(
        &'static self,
        context: &Owned<table::Context>,
        numbers: [(
            Option<u64>,
            unsafe extern "C" fn(*mut table::Context, u64) -> Number,
        ); N],
    ) -> Result<(), PluginError> {
        for (number, set) in numbers {
            if let Some(number) = number {
                // SAFETY: the context is live and nobody else has it.
                self.check(unsafe { set(context.pointer(), number) })?;
            }
        }
        Ok(())
    }

    fn check(&'static self, status: Number) -> Result<(), PluginError> {
        Failure::of(self, status, ptr::null_mut()).check()
    }
}
