//! Makes cargo look again when the page assets were built: a file that is new in `assets/dist` is
//! embedded only if the crate is compiled again.

fn main() {
    println!("cargo:rerun-if-changed=assets/dist");
    println!("cargo:rerun-if-changed=assets/src");
}
