//! Engine.IO packets and the handshake.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| carillon_socketio::fuzz::engine(bytes));
