//! How an account's connection is made where the person wants it otherwise than the platform's guide.

use serde::{Deserialize, Serialize};

use crate::history::TransportKind;

/// What is wanted otherwise; what is `None` is as the guide says. Durations are in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Tuning {
    /// What may carry the connection, in the order in which it is tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transports: Option<Vec<TransportKind>>,
    /// Fast tries; after them it goes on slowly.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempts: Option<u32>,
    /// The first delay.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delay_ms: Option<u64>,
    /// What each further delay is multiplied by; 1 or more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<f64>,
    /// The longest delay of the fast tries.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cap_ms: Option<u64>,
    /// How long one try may take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_ms: Option<u64>,
    /// How often the connection is checked while it is online; 0 means never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_check_ms: Option<u64>,
}
