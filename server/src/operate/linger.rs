//! Ending a connection so that whoever is still sending gets to read the answer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How long what comes after the answer is waited for. A connection that is closed while more comes is reset, and a
/// reset takes the answer with it (RFC 9112 §9.6).
const PATIENCE: Duration = Duration::from_secs(2);

/// How much of it is read and thrown away, in bytes.
const MOST: usize = 16 << 20;

/// A connection that ends in two steps: it says that nothing more will be sent, and reads on until the other end
/// says so too, or for a while.
pub(super) struct Lingering<S> {
    stream: S,
    patience: Duration,
    rest: Option<Rest>,
}

/// What is left after all was sent.
struct Rest {
    over: Pin<Box<Sleep>>,
    seen: usize,
}

impl<S> Lingering<S> {
    pub(super) const fn new(stream: S) -> Self {
        Self {
            stream,
            patience: PATIENCE,
            rest: None,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Lingering<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Lingering<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Self {
            stream,
            patience,
            rest,
        } = &mut *self;
        if rest.is_none() {
            ready!(Pin::new(&mut *stream).poll_shutdown(cx))?;
        }
        let Rest { over, seen } = rest.get_or_insert_with(|| Rest {
            over: Box::pin(sleep(*patience)),
            seen: 0,
        });
        let mut space = [0; 8 << 10];
        while *seen < MOST && over.as_mut().poll(cx).is_pending() {
            let mut buf = ReadBuf::new(&mut space);
            match Pin::new(&mut *stream).poll_read(cx, &mut buf) {
                Poll::Ready(Ok(())) if !buf.filled().is_empty() => *seen += buf.filled().len(),
                // The other end has read all there was, or is gone.
                Poll::Ready(_) => break,
                Poll::Pending => return Poll::Pending,
            }
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    const SHORT: Duration = Duration::from_millis(500);

    #[tokio::test]
    async fn what_still_comes_is_read_until_it_ends_or_for_a_while() {
        for ends in [true, false] {
            let (here, mut there) = duplex(1 << 10);
            let mut lingering = Lingering {
                patience: SHORT,
                ..Lingering::new(here)
            };
            let other = tokio::spawn(async move {
                there.write_all(&[b'x'; 100_000]).await?;
                let mut answer = String::new();
                if ends {
                    there.shutdown().await?;
                    there.read_to_string(&mut answer).await?;
                } else {
                    // It neither ends nor goes on.
                    there.read_to_string(&mut answer).await?;
                    tokio::time::sleep(SHORT * 2).await;
                }
                io::Result::Ok(answer)
            });
            let begun = tokio::time::Instant::now();
            lingering.write_all(b"no").await.expect("there is somebody");
            lingering.shutdown().await.expect("it ends");
            assert_eq!(begun.elapsed() < SHORT, ends);
            drop(lingering);
            let answer = other.await.expect("it ends");
            assert_eq!(answer.expect("nothing is reset"), "no");
        }
    }

    #[tokio::test]
    async fn who_sends_for_ever_is_left_alone() {
        let (here, mut there) = duplex(1 << 20);
        let mut lingering = Lingering::new(here);
        let other =
            tokio::spawn(async move { while there.write_all(&[0; 1 << 16]).await.is_ok() {} });
        lingering.shutdown().await.expect("it ends");
        drop(lingering);
        other.await.expect("it notices");
    }
}
