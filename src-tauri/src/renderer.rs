//! How WebKitGTK draws: with NVIDIA's own driver its quickest way leaves windows empty on many systems.

use std::ffi::OsStr;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

/// What WebKitGTK reads.
const VARIABLE: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";

/// Is there while NVIDIA's own driver is loaded.
const DRIVER: &str = "/proc/driver/nvidia/version";

/// Starts the program anew with the variable set, where that is needed. A variable can't be set safely in a
/// running program, since others of its threads may read it at that moment.
pub(crate) fn choose() {
    if !is_needed(Path::new(DRIVER).exists(), std::env::var_os(VARIABLE).as_deref()) {
        return;
    }
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    let error = Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(VARIABLE, "1")
        .exec();
    // It only comes back where it failed; then it goes on as it is.
    eprintln!("carillon: {VARIABLE} could not be set: {error}");
}

/// What the person set themselves stays so.
fn is_needed(has_driver: bool, set: Option<&OsStr>) -> bool {
    has_driver && set.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_the_driver_is_and_nobody_chose_otherwise() {
        assert!(is_needed(true, None));
        assert!(!is_needed(true, Some(OsStr::new("0"))));
        assert!(!is_needed(false, None));
    }
}
