//! WebSocket frames whose messages may be compressed, cut anywhere.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| carillon_socketio::fuzz::frames(bytes));
