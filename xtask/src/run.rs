//! Running other programs: their output goes on to the person at once, and is kept to be counted.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};

/// What became of a program.
pub(crate) struct Ran {
    /// Whether it ended with success.
    pub(crate) success: bool,
    /// What it printed, both kinds in the order of arrival, line by line.
    pub(crate) output: String,
}

/// Runs a program that is nobody's business unless it fails: shows what it prints only then.
pub(crate) fn quietly(command: &mut Command) -> Result<Ran> {
    let program = command.get_program().to_string_lossy().into_owned();
    let ran = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("Run {program}"))?;
    let output = String::from_utf8_lossy(&[ran.stdout, ran.stderr].concat()).into_owned();
    Ok(Ran {
        success: ran.status.success(),
        output,
    })
}

/// Runs a program and shows what it prints as it prints it.
pub(crate) fn aloud(command: &mut Command) -> Result<Ran> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("Run {program}"))?;
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let output = Mutex::new(String::new());
    std::thread::scope(|scope| {
        if let Some(stdout) = stdout {
            scope.spawn(|| forward(stdout, io::stdout(), &output));
        }
        if let Some(stderr) = stderr {
            scope.spawn(|| forward(stderr, io::stderr(), &output));
        }
    });
    let status = child.wait().with_context(|| format!("Wait for {program}"))?;
    Ok(Ran {
        success: status.success(),
        output: output.into_inner().unwrap_or_else(PoisonError::into_inner),
    })
}

fn forward(from: impl Read, mut to: impl Write, kept: &Mutex<String>) {
    let mut lines = BufReader::new(from);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        // Whoever read our output may have gone; the run is still worth its result.
        let _ = to.write_all(&line).and_then(|()| to.flush());
        kept.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push_str(&String::from_utf8_lossy(&line));
        line.clear();
    }
}

/// Tells whether a program is on the path.
pub(crate) fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let file = if program.contains('.') {
        program.to_owned()
    } else {
        format!("{program}{}", std::env::consts::EXE_SUFFIX)
    };
    std::env::split_paths(&path).any(|folder| folder.join(&file).is_file())
}
