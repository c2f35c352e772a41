//! An HTTP/1.1 connection that carries one request after the other, and is dialled anew when it is gone.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, response::Parts};
use http_body_util::Full;
use hyper::{
    Response,
    body::{Body, Incoming},
    client::conn::{
        TrySendError,
        http1::{self, SendRequest},
    },
};
use hyper_util::rt::TokioIo;
use tokio::time::Instant;

use crate::{
    CloseReason, ConnectError, ProtocolError,
    transport::{
        meter::{Meter, Metered},
        target::{Stream, Target},
    },
};

/// After so long without a request a connection is not used again. A server that closes it just then would leave
/// open whether it saw the request; the shortest patience in use is Node's, five seconds.
const FRESH: Duration = Duration::from_secs(2);

/// What hyper may read ahead, in bytes; headers must fit too.
const READ_AHEAD: usize = 64 << 10;

type Waiting<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type Connection = http1::Connection<TokioIo<Metered<Box<dyn Stream>>>, Full<Bytes>>;
type Answer = Result<Response<Incoming>, TrySendError<Request<Full<Bytes>>>>;

/// One request at a time: [`ask`](Self::ask), then [`poll_head`](Self::poll_head), then
/// [`poll_chunk`](Self::poll_chunk) until the body ends.
pub(super) struct Line {
    target: Target,
    meter: Meter,
    link: Option<Link>,
    dialling: Option<Waiting<Result<Link, CloseReason>>>,
    /// What has still to be sent.
    request: Option<Request<Full<Bytes>>>,
    /// Whether the link was dialled for this request.
    is_new: bool,
    answer: Option<Waiting<Answer>>,
    body: Option<Incoming>,
}

/// An open connection.
struct Link {
    requests: SendRequest<Full<Bytes>>,
    connection: Option<Connection>,
    used_at: Instant,
}

impl Line {
    /// A line that is dialled when it is needed.
    pub(super) fn new(target: Target, meter: Meter) -> Self {
        Self {
            target,
            meter,
            link: None,
            dialling: None,
            request: None,
            is_new: false,
            answer: None,
            body: None,
        }
    }

    /// A line over a stream that is there already.
    pub(super) async fn over(
        stream: Box<dyn Stream>,
        target: Target,
        meter: Meter,
    ) -> Result<Self, CloseReason> {
        let link = Link::open(stream, meter.clone()).await?;
        Ok(Self {
            link: Some(link),
            ..Self::new(target, meter)
        })
    }

    /// Takes a request. There must be none under way.
    pub(super) fn ask(&mut self, request: Request<Full<Bytes>>) {
        self.request = Some(request);
        self.is_new = false;
    }

    /// Sends the request and waits for the head of the answer.
    pub(super) fn poll_head(&mut self, cx: &mut Context<'_>) -> Poll<Result<Parts, CloseReason>> {
        loop {
            if let Some(link) = &mut self.link {
                link.drive(cx);
            }
            if let Some(answer) = &mut self.answer {
                let answered = ready!(answer.as_mut().poll(cx));
                self.answer = None;
                match answered {
                    Ok(response) => {
                        let (head, body) = response.into_parts();
                        self.body = Some(body);
                        return Poll::Ready(Ok(head));
                    }
                    Err(mut failed) => self.again(failed.take_message(), failed.error())?,
                }
            } else if let Some(dialling) = &mut self.dialling {
                let link = ready!(dialling.as_mut().poll(cx));
                self.dialling = None;
                self.is_new = true;
                self.link = Some(link?);
            } else if let Some(link) = &mut self.link {
                match link.poll_ready(cx, self.is_new) {
                    Poll::Pending => return Poll::Pending,
                    Poll::Ready(true) => {
                        let Some(request) = self.request.take() else {
                            return Poll::Pending;
                        };
                        self.answer = Some(Box::pin(link.requests.try_send_request(request)));
                    }
                    Poll::Ready(false) => self.link = None,
                }
            } else {
                if self.is_new {
                    return Poll::Ready(Err(CloseReason::TransportClose { code: None }));
                }
                let (target, meter) = (self.target.clone(), self.meter.clone());
                self.dialling = Some(Box::pin(async move {
                    let stream = target.dial().await.map_err(unreachable)?;
                    Link::open(stream, meter).await
                }));
            }
        }
    }

    /// The next piece of the answer's body; none at its end, after which the line is free.
    pub(super) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, CloseReason>> {
        let Some(body) = &mut self.body else {
            return Poll::Ready(Ok(None));
        };
        loop {
            if let Some(link) = &mut self.link {
                link.drive(cx);
            }
            match ready!(Pin::new(&mut *body).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    // Anything else is trailers.
                    if let Ok(chunk) = frame.into_data() {
                        return Poll::Ready(Ok(Some(chunk)));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Err(close_reason(&error))),
                None => break,
            }
        }
        self.body = None;
        if let Some(link) = &mut self.link {
            link.used_at = Instant::now();
        }
        Poll::Ready(Ok(None))
    }

    /// Lets go of a connection that the server has closed while it was not needed.
    pub(super) fn tend(&mut self, cx: &mut Context<'_>) {
        if let Some(link) = &mut self.link {
            link.drive(cx);
            if link.connection.is_none() {
                self.link = None;
            }
        }
    }

    /// A request that never left may be sent once more, over a new connection.
    fn again(
        &mut self,
        unsent: Option<Request<Full<Bytes>>>,
        error: &hyper::Error,
    ) -> Result<(), CloseReason> {
        if unsent.is_none() || self.is_new {
            return Err(close_reason(error));
        }
        self.request = unsent;
        self.link = None;
        Ok(())
    }
}

impl Link {
    async fn open(stream: Box<dyn Stream>, meter: Meter) -> Result<Self, CloseReason> {
        let (requests, connection) = http1::Builder::new()
            .max_buf_size(READ_AHEAD)
            .handshake(TokioIo::new(Metered::new(stream, meter)))
            .await
            .map_err(|error| close_reason(&error))?;
        Ok(Self {
            requests,
            connection: Some(connection),
            used_at: Instant::now(),
        })
    }

    /// Lets the connection read and write. How it ends is told to the request that is under way.
    fn drive(&mut self, cx: &mut Context<'_>) {
        if let Some(connection) = &mut self.connection
            && Pin::new(connection).poll(cx).is_ready()
        {
            self.connection = None;
        }
    }

    /// Whether a request may be sent, once that is known.
    fn poll_ready(&mut self, cx: &mut Context<'_>, is_new: bool) -> Poll<bool> {
        if self.connection.is_none() || (!is_new && self.used_at.elapsed() > FRESH) {
            return Poll::Ready(false);
        }
        self.requests.poll_ready(cx).map(|ready| ready.is_ok())
    }
}

/// Dialling failed in the middle of a session.
fn unreachable(error: ConnectError) -> CloseReason {
    match error {
        ConnectError::Dial(error) => CloseReason::TransportError(error.kind()),
        _ => CloseReason::TransportError(io::ErrorKind::ConnectionRefused),
    }
}

fn close_reason(error: &hyper::Error) -> CloseReason {
    if error.is_parse() {
        return CloseReason::Protocol(ProtocolError::Http);
    }
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if let Some(error) = inner.downcast_ref::<io::Error>() {
            return CloseReason::TransportError(error.kind());
        }
        cause = inner.source();
    }
    if error.is_incomplete_message() || error.is_canceled() || error.is_closed() {
        CloseReason::TransportClose { code: None }
    } else {
        CloseReason::TransportError(io::ErrorKind::Other)
    }
}
