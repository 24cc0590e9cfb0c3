//! Names of users and groups, asked of the system once each: a directory service may be slow.

use std::collections::HashMap;
use std::ffi::CStr;
use std::sync::{LazyLock, RwLock};

use crate::lock::{read, write};

/// The system asks for a longer buffer by ERANGE; a name beyond this is no name.
const BUFFER_MOST: usize = 1 << 20;

type Names = RwLock<HashMap<u32, Box<[u8]>>>;
static USERS: LazyLock<Names> = LazyLock::new(Names::default);
static GROUPS: LazyLock<Names> = LazyLock::new(Names::default);

/// The user's name, empty when there is none.
pub fn user_onto(uid: u32, out: &mut Vec<u8>) {
    cached_onto(&USERS, uid, user, out);
}

/// The group's name, empty when there is none.
pub fn group_onto(gid: u32, out: &mut Vec<u8>) {
    cached_onto(&GROUPS, gid, group, out);
}

fn cached_onto(names: &Names, id: u32, ask: fn(u32) -> Box<[u8]>, out: &mut Vec<u8>) {
    if let Some(name) = read(names).get(&id) {
        return out.extend_from_slice(name);
    }
    let name = ask(id);
    out.extend_from_slice(&name);
    write(names).insert(id, name);
}

fn user(uid: u32) -> Box<[u8]> {
    named(|buffer| {
        // SAFETY: all-zero is a value of this plain C struct; the pointers live for the call, and
        // the name points into `buffer`, which outlives its reading here
        unsafe {
            let mut record: libc::passwd = std::mem::zeroed();
            let mut found = std::ptr::null_mut();
            let (start, length) = (buffer.as_mut_ptr().cast(), buffer.len());
            let code = libc::getpwuid_r(uid, &mut record, start, length, &mut found);
            answer(code, found.is_null(), record.pw_name)
        }
    })
}

fn group(gid: u32) -> Box<[u8]> {
    named(|buffer| {
        // SAFETY: as in `user`
        unsafe {
            let mut record: libc::group = std::mem::zeroed();
            let mut found = std::ptr::null_mut();
            let (start, length) = (buffer.as_mut_ptr().cast(), buffer.len());
            let code = libc::getgrgid_r(gid, &mut record, start, length, &mut found);
            answer(code, found.is_null(), record.gr_name)
        }
    })
}

/// Ask with a buffer that grows as long as the system says it is too short (None).
fn named(mut ask: impl FnMut(&mut [u8]) -> Option<Box<[u8]>>) -> Box<[u8]> {
    let mut length = 1 << 10;
    while length <= BUFFER_MOST {
        if let Some(name) = ask(&mut vec![0; length]) {
            return name;
        }
        length *= 4;
    }
    Box::default()
}

/// SAFETY: `name` must point to a C string when `code` is 0 and `absent` false.
unsafe fn answer(code: i32, absent: bool, name: *const libc::c_char) -> Option<Box<[u8]>> {
    match code {
        libc::ERANGE => None,
        0 if !absent && !name.is_null() => Some(CStr::from_ptr(name).to_bytes().into()),
        _ => Some(Box::default()),
    }
}
