//! What a task needs of this computer, and how it gets there.
//!
//! A task names its [`Need`]s. What is missing is told, and installed where that may be done; else the exact line that
//! does it is printed, and the task ends there. Adding a program: a row in `system.rs`.

mod node;
mod rust;
mod system;

use anyhow::Result;

use crate::workspace::Workspace;
pub(crate) use node::{modules, npm};

/// For what something is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    /// To compile what has no window.
    Compiler,
    /// To check the sources' form.
    Lints,
    /// To compile and to run the app.
    WebView,
    /// A session bus of one's own.
    Bus,
    /// A keyring on it.
    Keyring,
    /// A display where there is none.
    Display,
    /// To steer the app's window.
    WebDriver,
    /// To look at the UI without the app.
    Browser,
    /// Node itself.
    Node,
    /// The packages of the Node programs that tests talk to.
    NodePackages,
    /// The packages of the UI.
    Ui,
}

/// What the test command needs in all.
pub(crate) const EVERYTHING: [Need; 11] = [
    Need::Compiler,
    Need::Lints,
    Need::WebView,
    Need::Bus,
    Need::Keyring,
    Need::Display,
    Need::WebDriver,
    Need::Browser,
    Need::Node,
    Need::NodePackages,
    Need::Ui,
];

/// Installs what is missing, or says exactly what to install and stops.
pub(crate) fn provide(workspace: &Workspace, needs: &[Need]) -> Result<()> {
    system::provide(workspace, needs)?;
    if needs.contains(&Need::Lints) {
        rust::components(workspace)?;
    }
    if needs.contains(&Need::Node) {
        node::node(workspace)?;
    }
    if needs.contains(&Need::NodePackages) {
        node::programs(workspace)?;
    }
    if needs.contains(&Need::Ui) {
        node::ui(workspace)?;
    }
    Ok(())
}
