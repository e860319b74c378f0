//! Looks for a word wherever something of a box's user could be left on this machine.

use std::{fs, io::Read, os::unix::ffi::OsStrExt, path::Path};

/// Whether the bytes are there.
fn has(haystack: &[u8], needle: &str) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle.as_bytes())
}

/// Everything below a folder that has the word in its name, in what it links to or in its bytes.
pub(crate) fn files(folder: &Path, word: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            // Not followed: what a link leads to is either looked at itself or not the box's.
            let Ok(kind) = entry.file_type() else { continue };
            let content = if kind.is_symlink() {
                fs::read_link(&path).map(|to| to.as_os_str().as_bytes().to_owned()).ok()
            } else {
                // A pipe would have us wait.
                kind.is_file().then(|| fs::read(&path).unwrap_or_default())
            };
            let name = entry.file_name();
            if has(name.as_bytes(), word) || content.is_some_and(|bytes| has(&bytes, word)) {
                found.push(path.display().to_string());
            }
            if kind.is_dir() {
                folders.push(path);
            }
        }
    }
    found
}

/// Processes of this machine, in whatever namespace, with the word in their arguments, their
/// environment or their name.
pub(crate) fn processes(word: &str) -> Vec<String> {
    let with = |id: &u32| {
        let has = |file: &str| {
            let mut bytes = Vec::new();
            // It may have ended by now.
            let read = fs::File::open(format!("/proc/{id}/{file}"))
                .and_then(|mut file| file.read_to_end(&mut bytes));
            read.is_ok() && has(&bytes, word)
        };
        ["cmdline", "environ", "comm"].into_iter().any(has)
    };
    ids().filter(with).map(|id| format!("process {id}")).collect()
}

/// All processes of this machine.
pub(crate) fn ids() -> impl Iterator<Item = u32> {
    let names = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.file_name());
    names.filter_map(|name| name.to_str()?.parse().ok())
}

/// Sockets with the word in their names, in the network that this process has.
pub(crate) fn sockets(process: u32, word: &str) -> Vec<String> {
    let all = fs::read_to_string(format!("/proc/{process}/net/unix")).unwrap();
    all.lines().filter(|line| line.contains(word)).map(|line| format!("socket {line}")).collect()
}
