//! The HTML around a document's sections: one file that needs nothing from elsewhere.

use base64::prelude::{BASE64_STANDARD, Engine};
use sha2::{Digest, Sha256};

const STYLE: &str = include_str!("document.css");

/// The whole document. `styles` are those that stand in `body`; no other style, no script and
/// nothing from elsewhere is let in. All texts are HTML.
pub(super) fn whole(title: &str, about: &str, contents: &[(&str, &str)], body: &str, styles: &[String]) -> String {
    let sources: Vec<String> = std::iter::once(STYLE).chain(styles.iter().map(String::as_str)).map(allowed).collect();
    let sources = sources.join(" ");
    let version = env!("CARGO_PKG_VERSION");
    let entries: Vec<String> =
        contents.iter().map(|(id, heading)| format!("<li><a href=\"#{id}\">{heading}</a></li>\n")).collect();
    let entries = entries.concat();
    format!(
        "<!doctype html>\n\
         <html lang=\"en\">\n\
         <head>\n\
         <meta charset=\"utf-8\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {sources}; base-uri \
         'none'; form-action 'none'\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta name=\"referrer\" content=\"no-referrer\"/>\n\
         <meta name=\"generator\" content=\"Ensue {version}\"/>\n\
         <title>{title}</title>\n\
         <style>{STYLE}</style>\n\
         </head>\n\
         <body>\n\
         <a class=\"skip\" href=\"#question\">Skip to the text</a>\n\
         <header>\n<h1>{title}</h1>\n<p class=\"about\">{about}</p>\n</header>\n\
         <nav aria-label=\"Contents\">\n<ol>\n{entries}</ol>\n</nav>\n\
         <main>\n{body}</main>\n\
         </body>\n\
         </html>\n"
    )
}

/// The texts of the styles in a picture.
pub(super) fn styles_in(svg: &str) -> Vec<String> {
    let after = svg.split("<style>").skip(1);
    after.filter_map(|rest| rest.split_once("</style>")).map(|(style, _)| style.to_owned()).collect()
}

/// `'sha256-…'`: how a policy of contents names an inline style or script.
pub(crate) fn allowed(text: &str) -> String {
    format!("'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text.as_bytes())))
}
