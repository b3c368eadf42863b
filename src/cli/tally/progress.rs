//! How far the reading of long tables has come, on a terminal. Here alone the clock is looked at, and what
//! it says is in no result.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Shorter readings draw nothing.
const SHORT: Duration = Duration::from_millis(500);

/// A line on standard error, where that is a terminal.
pub(super) struct Progress {
    begun: Instant,
    is_wanted: bool,
    /// How many bytes there are, where it is known.
    total: Option<u64>,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// Of reading these tables.
    pub(super) fn of(tables: &[PathBuf], is_wanted: bool) -> Self {
        let total = tables.iter().map(|table| length(table)).sum();
        Self { begun: Instant::now(), is_wanted, total, bar: OnceLock::new() }
    }

    /// So many bytes were read.
    pub(super) fn show(&self, read: u64) {
        if self.is_wanted && self.begun.elapsed() >= SHORT {
            self.bar.get_or_init(|| self.line()).set_position(read);
        }
    }

    fn line(&self) -> ProgressBar {
        let template = match self.total {
            Some(_) => "reading [{bar:40}] {bytes} of {total_bytes}",
            None => "reading {bytes}",
        };
        let style = ProgressStyle::with_template(template).expect("the template is sound").progress_chars("=> ");
        // No terminal, nothing drawn.
        ProgressBar::with_draw_target(self.total, ProgressDrawTarget::stderr()).with_style(style)
    }
}

/// However the reading ends, the line is gone.
impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}

/// How many bytes a table has; what comes from a stream is not known before it is read.
fn length(table: &Path) -> Option<u64> {
    let file = table.metadata().ok().filter(|file| file.is_file() && table != Path::new("-"))?;
    Some(file.len())
}
