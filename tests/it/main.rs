//! One test program: properties against brute force, the corpus, the command line, the docs.

mod generate;
mod properties;
