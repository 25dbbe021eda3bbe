//! What is unwise about the settings, with the clients and accounts that there are.

use gatepost_directory::{Directory, DirectoryError, Inquiry, Permission};
use gatepost_plugin::{Plugin, SettingFinding, Severity};

/// The client of the web administration, as mail servers know it.
pub const WEB_ADMINISTRATION: &str = "webadmin";

/// How many names are shown.
const MOST_NAMES: usize = 10;

/// What an administrator has to be warned of.
pub async fn warnings(
    plugin: &dyn Plugin,
    directory: &dyn Directory,
    now: u64,
) -> Result<Vec<SettingFinding>, DirectoryError> {
    let mut findings = remarks(plugin, directory, now).await?;
    findings.retain(|finding| finding.severity == Severity::Warning);
    Ok(findings)
}

/// The plugin's warnings of the settings, with notes. In the place of the warning about the web administration, which
/// holds for any directory, is what holds for this one.
pub async fn remarks(
    plugin: &dyn Plugin,
    directory: &dyn Directory,
    now: u64,
) -> Result<Vec<SettingFinding>, DirectoryError> {
    let mut findings = plugin.warnings();
    if let Some(general) = plugin.web_administration_warning() {
        findings.extend(about_web_administration(&general, directory, now).await?);
    }
    Ok(findings)
}

async fn about_web_administration(
    general: &SettingFinding,
    directory: &dyn Directory,
    now: u64,
) -> Result<Vec<SettingFinding>, DirectoryError> {
    let about = Inquiry {
        client_id: Some(WEB_ADMINISTRATION.to_owned()),
        registrant: None,
        revision: None,
        counts_tokens: false,
        now,
    };
    let facts = directory.facts(&about).await?;
    let holders = directory
        .holders(Permission::OauthClientOverride, now)
        .await?;
    let mut findings = Vec::new();
    let finding = |severity, message| SettingFinding::new(&general.path, message, severity);
    if facts.record.is_none() {
        let works = match holders.is_empty() {
            true => "stops working",
            false => "works only for those who may use any client",
        };
        findings.push(finding(
            Severity::Warning,
            format!(
                "There is no client {WEB_ADMINISTRATION} in the directory, so that the web administration {works}. \
                 This registers it, with the same --config and --data: gatepost-server client add --id webadmin \
                 --redirect-uri stalwart://auth"
            ),
        ));
    }
    if !holders.is_empty() {
        let more = holders.len().saturating_sub(MOST_NAMES);
        let mut names = holders[..holders.len() - more].join(", ");
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
