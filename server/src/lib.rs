//! A registration endpoint for a mail server, decided by Gatepost.
//!
//! A request's facts are gathered in [`http`], decided by the [`plugin`], carried out by the
//! [`directory`], and only then answered; [`decide`] is how.

pub mod audit;
pub mod check;
pub mod cli;
pub mod config;
pub mod decide;
mod demo;
pub mod first_start;
pub mod http;
pub mod metrics;
pub mod password;
pub mod proxies;
mod reload;
pub mod serve;
pub mod sweep;
pub mod tls;
pub mod watch;
