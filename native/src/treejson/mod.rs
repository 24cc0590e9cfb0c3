//! restic's tree JSON, byte for byte as Go writes it (VAULT-FORMAT, tree JSON): names, times, strings,
//! and what the kernel reads back of a node. What may not enter: the file system, look-ups.

mod cost;
mod name;
mod read;
mod text;
mod time;

pub use cost::is_affordable;
pub use name::quote_onto;
pub use read::{each_node, malformed, NodeHead, NodeJson};
pub use text::string_onto;
pub use time::{parse_time, time_onto, Time};

/// What every tree starts with.
pub const TREE_START: &[u8] = b"{\"nodes\":[";
/// What every tree ends with.
pub const TREE_END: &[u8] = b"]}\n";
