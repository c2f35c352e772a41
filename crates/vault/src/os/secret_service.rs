//! What the errors of a Secret Service mean.

use keyring_core::Error;
use secret_service::Error as Cause;

use crate::VaultError;

/// The service's own word for a locked collection or item.
const IS_LOCKED: &str = "org.freedesktop.Secret.Error.IsLocked";

/// What the bus says when nobody answers by the service's name, or nobody could be started to.
const NOBODY: [&str; 4] = [
    "org.freedesktop.DBus.Error.ServiceUnknown",
    "org.freedesktop.DBus.Error.NameHasNoOwner",
    "org.freedesktop.DBus.Error.NoReply",
    "org.freedesktop.DBus.Error.Disconnected",
];

/// The family of words for a service that could not be started.
const SPAWN: &str = "org.freedesktop.DBus.Error.Spawn.";

enum Meaning {
    Locked,
    Missing,
    Refused,
}

/// Tells locked, missing and refused apart.
pub(super) fn classify(error: Error) -> VaultError {
    let meaning = match &error {
        Error::NoStorageAccess(cause) | Error::PlatformFailure(cause) => {
            cause.downcast_ref::<Cause>().map_or(Meaning::Refused, meaning)
        }
        _ => Meaning::Refused,
    };
    match meaning {
        Meaning::Locked => VaultError::Locked { source: Some(error) },
        Meaning::Missing => VaultError::Missing { source: Some(error) },
        Meaning::Refused => VaultError::Refused { source: error },
    }
}

fn meaning(cause: &Cause) -> Meaning {
    match cause {
        // A prompt that was dismissed, or could not be shown for want of a display.
        Cause::Locked | Cause::Prompt => Meaning::Locked,
        // The service runs and has no collection to put anything in.
        Cause::NoResult => Meaning::Missing,
        Cause::Unavailable | Cause::PromptDisconnected => Meaning::Missing,
        Cause::Zbus(error) => on_bus(error),
        Cause::ZbusFdo(error) => {
            let name = zbus::DBusError::name(error);
            on_name(name.as_str())
        }
        _ => Meaning::Refused,
    }
}

fn on_bus(error: &zbus::Error) -> Meaning {
    match error {
        zbus::Error::MethodError(name, _, _) => on_name(name.as_str()),
        zbus::Error::FDO(error) => on_name(zbus::DBusError::name(&**error).as_str()),
        zbus::Error::InputOutput(_) | zbus::Error::Connection(_, _) | zbus::Error::Handshake(_) => {
            Meaning::Missing
        }
        _ => Meaning::Refused,
    }
}

fn on_name(name: &str) -> Meaning {
    if name == IS_LOCKED {
        Meaning::Locked
    } else if NOBODY.contains(&name) || name.starts_with(SPAWN) {
        Meaning::Missing
    } else {
        Meaning::Refused
    }
}
