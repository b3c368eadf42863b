//! The addresses of files: between paths of this system and `file:` URIs.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::Uri;

use crate::cli::files::shown;

/// The path that a `file:` URI names; `None` for other URIs.
#[must_use]
pub fn to_path(uri: &Uri) -> Option<PathBuf> {
    let is_file = uri.scheme().is_some_and(|scheme| scheme.as_str().eq_ignore_ascii_case("file"));
    let host = uri.authority().map_or("", |authority| authority.as_str());
    if !is_file || !matches!(host, "" | "localhost") {
        return None;
    }
    let path = decoded(uri.path().as_str())?;
    if cfg!(windows) {
        // `/c:/folder` is `c:\folder`.
        let drive = path.as_bytes().get(2) == Some(&b':');
        return Some(PathBuf::from(if drive { path[1..].to_owned() } else { path }));
    }
    Some(PathBuf::from(path))
}

/// The `file:` URI of an absolute path.
#[must_use]
pub fn from_path(path: &Path) -> Option<Uri> {
    let shown = shown(path);
    let shown = shown.strip_prefix("//?/").unwrap_or(&shown);
    let mut uri = String::from("file://");
    if !shown.starts_with('/') {
        uri.push('/');
    }
    for byte in shown.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(byte.into()),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    Uri::from_str(&uri).ok()
}

/// Replaces `%41` by `A`; nothing where the bytes are no text.
fn decoded(written: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(written.len());
    let mut rest = written.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn paths_and_addresses_name_one_another() {
        for (path, uri) in [
            ("/a/b.ensue", "file:///a/b.ensue"),
            ("/a b/ü#%.ensue", "file:///a%20b/%C3%BC%23%25.ensue"),
            ("/\u{1F600}", "file:///%F0%9F%98%80"),
        ] {
            let parsed = Uri::from_str(uri).unwrap();
            assert_eq!(to_path(&parsed), Some(PathBuf::from(path)));
            assert_eq!(from_path(Path::new(path)), Some(parsed));
        }
    }

    #[test]
    fn others_name_no_file_of_this_system() {
        for uri in
            ["untitled:Untitled-1", "https://example.org/a", "file://server/share/a", "file:///%FF", "file:///%4"]
        {
            assert_eq!(Uri::from_str(uri).ok().and_then(|uri| to_path(&uri)), None, "{uri}");
        }
        let local = Uri::from_str("file://localhost/a").unwrap();
        assert_eq!(to_path(&local), Some(PathBuf::from("/a")));
    }
}
