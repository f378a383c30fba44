//! Makes cargo look again when the page assets were built: a file that is new in `assets/dist` is
//! embedded only if the crate is compiled again.
#![expect(
    clippy::print_stdout,
    reason = "cargo reads instructions from the output"
)]

fn main() {
    println!("cargo:rerun-if-changed=assets/dist");
    println!("cargo:rerun-if-changed=assets/src");
}
