//! What settings mean for what is in a directory.

use std::error::Error;

use gatepost_directory::Permission;
use gatepost_directory::{Inquiry, Store};
use gatepost_plugin::{SettingFinding, Severity};

/// The client of the web administration, as mail servers know it.
const WEB_ADMINISTRATION: &str = "webadmin";

/// How many names are shown.
const MOST_NAMES: usize = 10;

/// Says in the place of the warning about the web administration, which holds for any directory, what holds for this one.
pub(super) fn about_web_administration(
    general: &SettingFinding,
    store: &Store,
) -> Result<Vec<SettingFinding>, Box<dyn Error>> {
    let mut findings = Vec::new();
    let finding = |severity, message| SettingFinding::new(&general.path, message, severity);
    let now = gatepost_directory::now();
    let about = Inquiry {
        client_id: Some(WEB_ADMINISTRATION.to_owned()),
        registrant: None,
        revision: None,
        now,
    };
    let (facts, keys) = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(async {
            let directory = gatepost_directory::open_to_read(store).await?;
            let facts = directory.facts(&about).await?;
            let keys = directory.holders(Permission::OauthClientOverride, now);
            Ok::<_, Box<dyn Error>>((facts, keys.await?))
        })?;
    if facts.record.is_none() {
        findings.push(finding(
            Severity::Warning,
            format!(
                "There is no client {WEB_ADMINISTRATION} in the directory, so that the web administration stops working. \
                 This registers it, with the same --config and --data: gatepost-server client add --id webadmin \
                 --redirect-uri stalwart://auth"
            ),
        ));
    }
    if !keys.is_empty() {
        let more = keys.len().saturating_sub(MOST_NAMES);
        let mut names = keys[..keys.len() - more].join(", ");
        if more > 0 {
            names.push_str(&format!(" and {more} more"));
        }
        findings.push(finding(
            Severity::Note,
            format!("Accounts and API keys that may use any client all the same: {names}."),
        ));
    }
    Ok(findings)
}
