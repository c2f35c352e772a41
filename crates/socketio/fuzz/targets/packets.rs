//! Socket.IO packets, put together from messages.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| carillon_socketio::fuzz::packets(bytes));
