//! What the rooms of all kinds of callers need: the state, bodies and forms, answers and refusals, pages and
//! browsers, and what administrators do, whichever way they ask.

pub(in crate::http) mod administration;
pub mod allowance;
pub(in crate::http) mod answer;
pub mod app;
pub(in crate::http) mod body;
pub(in crate::http) mod caller;
pub(in crate::http) mod cookie;
pub(in crate::http) mod cut;
pub(in crate::http) mod form;
pub(in crate::http) mod kind;
pub(in crate::http) mod local;
pub(in crate::http) mod look;
pub mod metadata;
pub(in crate::http) mod page;
pub(in crate::http) mod refusal;
pub(in crate::http) mod resource;
pub(in crate::http) mod routes;
pub(in crate::http) mod session;
pub(in crate::http) mod settings;
pub(in crate::http) mod sign_ins;
