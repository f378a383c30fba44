//! The other doors: the checkout's pages and the sandbox's pages, as HTML that needs no script.
//!
//! A page is a struct next to its handler, filled with texts that are ready to be shown; its
//! template stands under the same path in `templates/`. Handlers know no rule of a payment.

pub mod assets;
pub mod checkout;
pub mod frame;
pub mod lang;
pub mod moment;
pub mod money;
pub mod qr;
pub mod routes;
pub mod samples;
pub mod sandbox;
pub mod text;
