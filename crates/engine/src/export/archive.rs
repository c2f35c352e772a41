//! The zip that an export becomes. A thread of its own deflates and writes: neither is to hold up what else is done.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::error::EngineError;

/// Pages that may wait to be written.
const QUEUE: usize = 4;

enum Part {
    /// From here on it is this file.
    File(String),
    Bytes(Vec<u8>),
    /// That was all of it.
    End,
}

/// An archive that is being written. Without [`Archive::end`] it comes to nothing.
pub(super) struct Archive {
    to: PathBuf,
    parts: mpsc::Sender<Part>,
    writing: JoinHandle<io::Result<Option<u64>>>,
}

impl Archive {
    /// Begins to write it, beside its place.
    pub(super) fn begin(to: &Path) -> Result<Self, EngineError> {
        if to.exists() {
            return Err(EngineError::FileExists(to.to_owned()));
        }
        let (parts, queue) = mpsc::channel(QUEUE);
        let place = to.to_owned();
        Ok(Self {
            to: to.to_owned(),
            parts,
            writing: tokio::task::spawn_blocking(move || write(&place, queue)),
        })
    }

    /// What follows belongs to this file.
    pub(super) async fn file(&mut self, name: String) -> Result<(), EngineError> {
        self.send(Part::File(name)).await
    }

    pub(super) async fn write(&mut self, bytes: Vec<u8>) -> Result<(), EngineError> {
        self.send(Part::Bytes(bytes)).await
    }

    async fn send(&mut self, part: Part) -> Result<(), EngineError> {
        // Why nobody takes it any more, the end says.
        self.parts.send(part).await.map_err(|_| EngineError::Cancelled)
    }

    /// Makes it a file of its name where it is `complete`, and else nothing; gives how long it is, in bytes.
    pub(super) async fn end(self, complete: bool) -> Result<u64, EngineError> {
        if complete {
            let _ = self.parts.send(Part::End).await;
        }
        drop(self.parts);
        let written = self
            .writing
            .await
            .unwrap_or_else(|panicked| Err(io::Error::other(panicked)));
        match written {
            Ok(bytes) => Ok(bytes.unwrap_or(0)),
            Err(source) => Err(EngineError::Export {
                path: self.to,
                source,
            }),
        }
    }
}

/// Writes what comes beside its place; gives how long the file is where it was finished. Half an archive is none: it
/// goes, and only one that a killed process left stays.
fn write(to: &Path, queue: mpsc::Receiver<Part>) -> io::Result<Option<u64>> {
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    // Only its owner can read it. Two at once have a name each.
    let half = tempfile::Builder::new()
        .prefix(to.file_name().unwrap_or_default())
        .suffix(".part")
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    let (file, half) = half.into_parts();
    let Some(length) = fill(file, queue)? else {
        return Ok(None);
    };
    // Not every file system can do both at once: whoever made it in the meantime, made it just now.
    if to.exists() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    half.persist(to)?;
    Ok(Some(length))
}

fn fill(file: File, mut queue: mpsc::Receiver<Part>) -> io::Result<Option<u64>> {
    let mut zip = ZipWriter::new(io::BufWriter::new(file));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .unix_permissions(0o600)
        // How long a file becomes is only known at its end.
        .large_file(true);
    while let Some(part) = queue.blocking_recv() {
        match part {
            Part::File(name) => zip.start_file(name, options)?,
            Part::Bytes(bytes) => zip.write_all(&bytes)?,
            Part::End => {
                let file = zip
                    .finish()?
                    .into_inner()
                    .map_err(io::IntoInnerError::into_error)?;
                file.sync_all()?;
                return Ok(Some(file.metadata()?.len()));
            }
        }
    }
    Ok(None)
}
