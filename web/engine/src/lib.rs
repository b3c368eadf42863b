//! The engine of Ensue's pages: the library `ensue`, compiled to WebAssembly.
//!
//! A page writes a request into the engine's memory and reads the answer there, both JSON in UTF-8
//! (see [`requests`]). The interface is three functions of plain numbers, so that thirty lines of
//! script are enough to use it and no tool writes any: `web/engine.js` holds them.
//!
//! ```text
//! room(length) -> address     where the page writes a request of so many bytes
//! answer() -> address         answers it
//! answer_length() -> length   how many bytes the answer has; they stay until the next request
//! ```
//!
//! Nothing here is `unsafe` but the attribute that keeps the names of these functions: the memory that a page writes
//! into belongs to a vector of that length, and only while no function of the engine runs.

pub mod requests;

use std::cell::RefCell;

use requests::Page;

#[derive(Default)]
struct Exchange {
    page: Page,
    request: Vec<u8>,
    answer: String,
}

thread_local! {
    static EXCHANGE: RefCell<Exchange> = RefCell::default();
}

/// Makes room for a request, and returns where it is to be written. What an earlier request left
/// there is gone.
#[unsafe(no_mangle)]
pub extern "C" fn room(length: usize) -> *mut u8 {
    EXCHANGE.with_borrow_mut(|exchange| {
        exchange.request = vec![0; length];
        exchange.request.as_mut_ptr()
    })
}

/// Answers the request that was written, and returns where the answer stands.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    EXCHANGE.with_borrow_mut(|exchange| {
        exchange.answer = exchange.page.answer(&std::mem::take(&mut exchange.request));
        exchange.answer.as_ptr()
    })
}

/// How many bytes the answer has.
#[unsafe(no_mangle)]
pub extern "C" fn answer_length() -> usize {
    EXCHANGE.with_borrow(|exchange| exchange.answer.len())
}
