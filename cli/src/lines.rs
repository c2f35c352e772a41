//! Lines that are written on a thread of their own: whoever reads them may stop for as long as they like, and the
//! engine goes on meanwhile.

use std::io::{self, Write as _};

use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use crate::failure::Failure;
use crate::out;

/// Lines that may wait to be written. The engine's own queue comes before them, and after that its store.
const QUEUE: usize = 64;

enum Line {
    Answer(String),
    Note(String),
}

/// Where the lines go in. The thread writes what has been put in also after this is gone.
pub(crate) struct Lines {
    queue: mpsc::Sender<Line>,
    /// What became of the thread; `None` once that was told.
    done: Option<oneshot::Receiver<io::Result<()>>>,
}

impl Lines {
    /// Starts the thread.
    ///
    /// # Errors
    /// Where the system gives none.
    pub(crate) fn new() -> Result<Self, Failure> {
        let (queue, mut lines) = mpsc::channel(QUEUE);
        let (told, done) = oneshot::channel();
        std::thread::Builder::new()
            .name("lines".to_owned())
            .spawn(move || {
                // Nobody waits for it any more where it can't be told.
                let _ = told.send(write(&mut lines));
            })
            .map_err(Failure::Runtime)?;
        Ok(Self {
            queue,
            done: Some(done),
        })
    }

    /// Prints a line.
    ///
    /// # Errors
    /// Where lines can't be written any more; a reader that has gone away (`| head`) is an error like any other.
    pub(crate) async fn line(&mut self, text: String) -> Result<(), Failure> {
        self.put(Line::Answer(text)).await
    }

    /// Prints a value as JSON on one line.
    ///
    /// # Errors
    /// As [`Lines::line`].
    pub(crate) async fn json(&mut self, value: &impl Serialize) -> Result<(), Failure> {
        self.line(serde_json::to_string(value)?).await
    }

    /// Says something beside the answer, in its place among the lines.
    ///
    /// # Errors
    /// As [`Lines::line`].
    pub(crate) async fn note(&mut self, text: String) -> Result<(), Failure> {
        self.put(Line::Note(text)).await
    }

    async fn put(&mut self, line: Line) -> Result<(), Failure> {
        match self.queue.send(line).await {
            Ok(()) => Ok(()),
            // The thread has ended, and says why.
            Err(_) => self.ended().await,
        }
    }

    /// Waits until everything is written.
    ///
    /// # Errors
    /// Where that can't be done.
    pub(crate) async fn finish(mut self) -> Result<(), Failure> {
        // The thread ends with what is in its queue.
        self.queue = mpsc::channel(1).0;
        self.ended().await
    }

    async fn ended(&mut self) -> Result<(), Failure> {
        match self.done.take() {
            Some(done) => done.await.unwrap_or(Ok(())).map_err(Failure::Output),
            None => Ok(()),
        }
    }
}

fn write(lines: &mut mpsc::Receiver<Line>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    while let Some(line) = lines.blocking_recv() {
        match line {
            Line::Answer(text) => writeln!(out, "{text}").and_then(|()| out.flush())?,
            Line::Note(text) => out::note(&text),
        }
    }
    Ok(())
}
