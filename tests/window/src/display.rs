//! A display without a screen: Xvfb, and what is drawn on it.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};

use crate::process::{Running, command};

/// A display of one's own.
pub struct Display {
    server: Running,
    name: String,
    framebuffer: PathBuf,
}

/// How wide and how high, in pixels.
pub type Size = (u32, u32);

impl Display {
    /// Starts one. Its framebuffer and log are in `folder`.
    ///
    /// # Errors
    /// Where Xvfb does not start.
    pub async fn start(folder: &Path, size: Size, environment: &[(String, String)]) -> Result<Self> {
        let framebuffer = folder.join("display");
        fs::create_dir(&framebuffer).context("Make a folder for the framebuffer")?;
        let (width, height) = size;
        let mut server = command("Xvfb", environment);
        server
            // It chooses a free number and says which.
            .args(["-displayfd", "1", "-nolisten", "tcp", "-noreset", "-fbdir"])
            .arg(&framebuffer)
            .args(["-screen", "0", &format!("{width}x{height}x24")])
            .stdout(Stdio::piped());
        let mut server = Running::start(server, folder)?;
        let name = format!(":{}", server.first_line().await?);
        Ok(Self {
            server,
            name,
            framebuffer: framebuffer.join("Xvfb_screen0"),
        })
    }

    /// What goes into the variable `DISPLAY`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes what is on the display to a PNG file. It asks nobody, so it also shows a window that does not answer.
    ///
    /// # Errors
    /// Where the framebuffer is not as expected, or the file can't be written.
    pub fn picture(&self, file: &Path) -> Result<()> {
        let dump = fs::read(&self.framebuffer).context("Read the framebuffer")?;
        let ((width, height), pixels) = pixels(&dump)?;
        let out = File::create(file).with_context(|| format!("Make {}", file.display()))?;
        let mut encoder = png::Encoder::new(BufWriter::new(out), width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.write_header()?.write_image_data(&pixels)?;
        Ok(())
    }

    /// Ends it.
    ///
    /// # Errors
    /// Where it does not end.
    pub async fn end(self) -> Result<()> {
        self.server.end().await
    }
}

/// Reads an X window dump of 32 bits a pixel, which is what Xvfb keeps, into rows of red, green and blue.
fn pixels(dump: &[u8]) -> Result<(Size, Vec<u8>)> {
    const HEADER: usize = 0;
    const WIDTH: usize = 4;
    const HEIGHT: usize = 5;
    const BITS: usize = 11;
    const BYTES_PER_LINE: usize = 12;
    const COLOURS: usize = 19;
    const BYTES_PER_COLOUR: usize = 12;
    let number = |index: usize| -> Result<usize> {
        let at = index * 4;
        let bytes = dump.get(at..at + 4).context("The dump is too short")?;
        Ok(u32::from_be_bytes(bytes.try_into()?).try_into()?)
    };
    ensure!(number(BITS)? == 32, "{} bits a pixel", number(BITS)?);
    let (width, height, line) = (number(WIDTH)?, number(HEIGHT)?, number(BYTES_PER_LINE)?);
    let start = number(HEADER)? + number(COLOURS)? * BYTES_PER_COLOUR;
    let mut rows = Vec::with_capacity(width * height * 3);
    for row in 0..height {
        let from = start + row * line;
        let row = dump.get(from..from + width * 4);
        for pixel in row.context("The dump is too short")?.chunks_exact(4) {
            // Blue first, and a byte that says nothing.
            rows.extend(pixel.iter().take(3).rev());
        }
    }
    Ok(((width.try_into()?, height.try_into()?), rows))
}
