//! The zip that an export becomes. A thread of its own deflates and writes: neither is to hold up what else is done.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
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
    /// Begins to write `<to>.part`.
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

/// Writes what comes; gives how long the file is where it was finished.
fn write(to: &Path, queue: mpsc::Receiver<Part>) -> io::Result<Option<u64>> {
    let half = half(to);
    let written = private(&half).and_then(|file| fill(file, queue));
    let finished = match &written {
        Ok(Some(_)) => fs::rename(&half, to),
        Ok(None) | Err(_) => Ok(()),
    };
    if finished.is_err() || !matches!(written, Ok(Some(_))) {
        // Half an archive is none. Where it can't be deleted it could not be made either.
        let _ = fs::remove_file(&half);
    }
    finished?;
    written
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

fn half(to: &Path) -> PathBuf {
    let mut name: OsString = to.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// Makes a new file that only its owner can read.
fn private(path: &Path) -> io::Result<File> {
    // What a process that was killed left behind is in the way, and might be open to others.
    if let Err(error) = fs::remove_file(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}
