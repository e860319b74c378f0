//! What libFuzzer calls: see the library.
#![no_main]

use hotdesk_fuzz::try_input;

libfuzzer_sys::fuzz_target!(|data: &[u8]| try_input(data));
