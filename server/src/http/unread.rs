//! Answers that are given before all of a request was read.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use hyper::body::{Frame, SizeHint};

/// Whether a request's body has come to its end.
pub(super) struct Progress(Option<Arc<AtomicBool>>);

impl Progress {
    /// Watches the body of a request, if it has one.
    pub(super) fn of(request: Request) -> (Request, Self) {
        if request.body().is_end_stream() {
            return (request, Self(None));
        }
        let is_over = Arc::new(AtomicBool::new(false));
        let request = request.map(|body| {
            Body::new(Watched {
                body,
                is_over: Arc::clone(&is_over),
            })
        });
        (request, Self(Some(is_over)))
    }

    /// Says that the connection ends with the answer, where there is no way to the next request but through the rest of this
    /// one's body (RFC 9112 §9.6).
    pub(super) fn say(&self, answer: &mut HeaderMap) {
        let Self(Some(is_over)) = self else {
            return;
        };
        if !is_over.load(Ordering::Relaxed) {
            answer.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
    }
}

/// A body that says when it has come to its end.
struct Watched {
    body: Body,
    is_over: Arc<AtomicBool>,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        if frame.is_none() || self.body.is_end_stream() {
            self.is_over.store(true, Ordering::Relaxed);
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
