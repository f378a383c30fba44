//! The test bank: the pages on which a developer decides for the buyer. They look like nobody's
//! real bank, so that nobody takes them for one.

pub mod approve;
pub mod done;
pub mod three_ds;
