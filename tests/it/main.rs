//! One test program: properties against brute force, the corpus, the command line, the docs.

mod corpus;
mod docs;
mod examples;
mod generate;
mod properties;
