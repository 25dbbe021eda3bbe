//! The routes of a room, with a list of their paths.

use std::sync::Arc;

use axum::Router;
use axum::routing::MethodRouter;

use crate::http::shared::app::App;

/// Routes, and their paths, which a router alone would not tell: a test asks for each of them.
pub(in crate::http) struct Routes {
    router: Router<Arc<App>>,
    paths: Vec<&'static str>,
}

impl Routes {
    pub(in crate::http) fn new() -> Self {
        Self {
            router: Router::new(),
            paths: Vec::new(),
        }
    }

    pub(in crate::http) fn route(
        mut self,
        path: &'static str,
        methods: MethodRouter<Arc<App>>,
    ) -> Self {
        self.paths.push(path);
        Self {
            router: self.router.route(path, methods),
            ..self
        }
    }

    pub(in crate::http) fn merge(mut self, others: Self) -> Self {
        self.paths.extend(others.paths);
        Self {
            router: self.router.merge(others.router),
            ..self
        }
    }

    pub(in crate::http) fn paths(&self) -> &[&'static str] {
        &self.paths
    }

    pub(in crate::http) fn into_router(self) -> Router<Arc<App>> {
        self.router
    }
}
