//! How connections end.

use carillon_socketio::CloseReason;

/// Sees that the transport ended under the connection; whether in order or not is the system's to say.
#[track_caller]
pub(crate) fn assert_transport(reason: &CloseReason, about: impl std::fmt::Debug) {
    assert!(
        matches!(
            reason,
            CloseReason::TransportClose { .. } | CloseReason::TransportError(_)
        ),
        "{about:?}: {reason:?}"
    );
}
