//! Where the project's files and its installed tools are.

use std::{
    env, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Mutex,
};

/// The project's root, as it was when this was compiled: the stack is run from its sources.
#[must_use]
pub fn root() -> &'static Path {
    const HERE: &str = env!("CARGO_MANIFEST_DIR");
    Path::new(HERE).ancestors().nth(3).unwrap_or(Path::new(HERE))
}

/// The folder that everything installed is in; the installers find it the same way.
#[must_use]
pub fn cache() -> PathBuf {
    let variable = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    variable("HOTDESK_CACHE").unwrap_or_else(|| {
        let caches = variable("XDG_CACHE_HOME");
        let caches = caches.or_else(|| Some(variable("HOME")?.join(".cache")));
        caches.unwrap_or_else(env::temp_dir).join("hotdesk")
    })
}

/// The folder of the Python tools (moto, cargo-lambda), installed first if they are missing.
///
/// # Errors
/// They are missing and cannot be installed; the installer has said why on stderr.
pub fn python() -> io::Result<PathBuf> {
    static FOUND: Mutex<Option<PathBuf>> = Mutex::new(None);
    let mut found = FOUND.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(folder) = found.as_ref() {
        return Ok(folder.clone());
    }
    let folder = last_line(installer().arg("test"))?;
    Ok(found.insert(folder.into()).clone())
}

/// The folder of the Python tools that make a stack of the template, installed first if they are
/// missing.
///
/// # Errors
/// As [`python`].
pub fn python_of_stacks() -> io::Result<PathBuf> {
    let printed = lines(installer().arg("stack"))?;
    printed.first().map(PathBuf::from).ok_or_else(|| io::Error::other("the installer said nothing"))
}

/// The folder of the editor, installed first if it is missing.
///
/// # Errors
/// As [`python`].
pub fn editor() -> io::Result<PathBuf> {
    let installer = root().join("infra/workspace/editor/install.sh");
    last_line(&mut Command::new(installer)).map(PathBuf::from)
}

fn installer() -> Command {
    Command::new(root().join("infra/local/tools/install.sh"))
}

/// Runs an installer of ours, which prints its result as its last line.
fn last_line(command: &mut Command) -> io::Result<String> {
    lines(command)?.pop().ok_or_else(|| io::Error::other("the installer said nothing"))
}

/// Runs an installer of ours: what it prints.
fn lines(command: &mut Command) -> io::Result<Vec<String>> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::inherit()).output()?;
    if output.status.success() {
        let text = String::from_utf8_lossy(&output.stdout);
        return Ok(text.lines().map(ToOwned::to_owned).collect());
    }
    Err(io::Error::other(format!("{:?} failed: {}", command.get_program(), output.status)))
}

/// A binary of ours, built before: beside this one, or in the folder of releases.
pub(crate) fn built(name: &str, release: bool) -> io::Result<PathBuf> {
    let here = env::current_exe()?;
    let profile = if release { "release" } else { "debug" };
    let target = here.parent().and_then(Path::parent).unwrap_or(Path::new("target"));
    let binary = target.join(profile).join(name);
    if binary.is_file() {
        return Ok(binary);
    }
    let message = format!("{} is not built: make up builds it", binary.display());
    Err(io::Error::new(io::ErrorKind::NotFound, message))
}
