//! The other doors: checkout pages and the sandbox's pages.
