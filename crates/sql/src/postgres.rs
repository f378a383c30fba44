//! The server engine: lanes that write, readers beside them, and the pipelined connection of both.

mod config;
mod failure;
mod lane;
mod pipe;
mod reader;
mod tls;
mod value;

pub(crate) use config::Config;
pub(crate) use lane::Lane;
pub(crate) use pipe::Pipe;
pub(crate) use reader::Reader;
pub(crate) use value::value;
