//! Examples in Markdown, and every mistake that a set of files and a profile has.

use std::collections::HashMap;

use ensue::{Diagnostics, Engine, Policy, View};

/// One fenced block: the words after the fence, and what stands inside.
pub struct Block {
    pub info: String,
    pub text: String,
}

/// Every fenced block of a Markdown text.
pub fn blocks(markdown: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut lines = markdown.lines();
    while let Some(line) = lines.next() {
        if let Some(info) = line.strip_prefix("```") {
            let inside: Vec<&str> = lines.by_ref().take_while(|line| !line.starts_with("```")).collect();
            let text = inside.iter().map(|line| format!("{line}\n")).collect();
            blocks.push(Block { info: info.trim().to_owned(), text });
        }
    }
    blocks
}

/// The bytes an example stands for: `<byte E9>` is that byte, `<U+202E>` that character,
/// `<U+0028 x 65>` so many of it.
pub fn bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let end = rest[start..].find('>').map(|length| start + length);
        out.extend(&rest.as_bytes()[..start]);
        let named = end.and_then(|end| notation(&rest[start + 1..end]));
        match (named, end) {
            (Some(named), Some(end)) => {
                out.extend(named);
                rest = &rest[end + 1..];
            }
            _ => {
                out.push(b'<');
                rest = &rest[start + 1..];
            }
        }
    }
    out.extend(rest.as_bytes());
    out
}

fn notation(inside: &str) -> Option<Vec<u8>> {
    if let Some(hex) = inside.strip_prefix("byte ") {
        return Some(vec![u8::from_str_radix(hex, 16).ok()?]);
    }
    let (hex, count) = inside.strip_prefix("U+").map(|inside| inside.split_once(" x ").unwrap_or((inside, "1")))?;
    let c = char::from_u32(u32::from_str_radix(hex, 16).ok()?)?;
    Some(c.to_string().repeat(count.parse().ok()?).into_bytes())
}

/// Loads the first of `files` as a policy, asks for its outcomes, and reads a profile: what
/// was found wrong on the way.
pub fn mistakes(files: &[(String, Vec<u8>)], profile: Option<&str>) -> Option<Diagnostics> {
    let by_name: HashMap<&str, &Vec<u8>> = files.iter().map(|(name, bytes)| (name.as_str(), bytes)).collect();
    let read = |name: &str| match by_name.get(name) {
        Some(bytes) => Ok((*bytes).clone().into()),
        None => Err("there is no such file".into()),
    };
    let policy = match Policy::load(&files[0].0, read) {
        Ok(policy) => policy,
        Err(found) => return Some(found),
    };
    if let Some(found) = profile.and_then(|text| policy.profile(text).err()) {
        return Some(found);
    }
    let report = Engine::new(&policy, &View::default()).err()?;
    Some(Diagnostics { files: policy.files.clone(), list: vec![report] })
}
