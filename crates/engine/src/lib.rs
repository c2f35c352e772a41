//! Carillon without a window: wires platforms, link, vault and store.
