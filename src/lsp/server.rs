//! What each message asks for, and what is answered.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::Sender;

use lsp_server::{ErrorCode, Message, Notification, Request, RequestId, Response, ResponseError};
use lsp_types::notification::{self, Notification as _};
use lsp_types::request::{self, Request as _};
use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOptions, CodeActionOrCommand, CodeActionParams, CodeActionProviderCapability,
    CodeLens, CodeLensOptions, CodeLensParams, Command, CompletionOptions, CompletionParams, CompletionResponse,
    CompletionTriggerKind, DidChangeTextDocumentParams, DocumentChanges, DocumentFormattingParams, DocumentHighlight,
    DocumentHighlightParams, DocumentSymbolParams, DocumentSymbolResponse, ExecuteCommandOptions, ExecuteCommandParams,
    FoldingRange, FoldingRangeParams, GotoDefinitionParams, GotoDefinitionResponse, Hover, HoverContents, HoverParams,
    InitializeParams, InitializeResult, Location, MarkupContent, MarkupKind, MessageType, OneOf,
    OptionalVersionedTextDocumentIdentifier, PositionEncodingKind, PrepareRenameResponse, PublishDiagnosticsParams,
    ReferenceParams, RenameOptions, RenameParams, SemanticTokens, SemanticTokensFullOptions, SemanticTokensLegend,
    SemanticTokensOptions, SemanticTokensParams, SemanticTokensRangeParams, SemanticTokensRangeResult,
    SemanticTokensResult, ServerCapabilities, ServerInfo, ShowMessageParams, SymbolInformation, TextDocumentEdit,
    TextDocumentPositionParams, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextEdit,
    Uri, WorkDoneProgressOptions, WorkspaceEdit, WorkspaceFolder, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};
use serde_json::Value;

use super::findings::{Findings, findings};
use super::lenses::ScenarioLens;
use super::names::{Name, Occurrence};
use super::navigation::{Reach, reach};
use super::position::{Encoding, Lines};
use super::scope::Declared;
use super::source::Source;
use super::wire::Outgoing;
use super::worker::{self, Job};
use super::workspace::{Checked, Document, Identity, Workspace, imports};
use super::{completion, hover, layout, outline};
use crate::report;
use crate::text::{FileId, Place, Span};

/// Runs a scenario and shows how it went; the server carries it out.
pub const RUN_SCENARIO: &str = "ensue.runScenario";

/// Shows places; the editor carries it out, with an address, a position and locations.
pub const SHOW_REFERENCES: &str = "ensue.showReferences";

type Answer<T> = Result<T, ResponseError>;

fn refused(code: ErrorCode, message: impl Into<String>) -> ResponseError {
    ResponseError { code: code as i32, message: message.into(), data: None }
}

fn mistake(method: &str) -> ResponseError {
    refused(ErrorCode::InternalError, format!("a mistake of ours in `{method}`; please report this"))
}

/// What a request asks. What is wrong with it is not told: the message would repeat what it holds.
fn parsed<R: request::Request>(params: Value) -> Answer<R::Params> {
    serde_json::from_value(params).map_err(|_| {
        let message = format!("the parameters of `{}` are not as the protocol has them", R::METHOD);
        refused(ErrorCode::InvalidParams, message)
    })
}

/// An answer that is found later, beside the loop.
struct Later {
    about: Option<String>,
    work: Box<dyn FnOnce() -> Answer<Value> + Send>,
}

impl Later {
    fn now(value: Value) -> Answer<Later> {
        Ok(Later { about: None, work: Box::new(|| Ok(value)) })
    }
}

/// What the editor can do, as far as it makes a difference.
#[derive(Clone, Copy, Debug)]
struct Editor {
    encoding: Encoding,
    /// Whether changes of files may tell the versions they are for.
    versioned_edits: bool,
    nested_symbols: bool,
    watches_files: bool,
    refreshes_lenses: bool,
    /// Whether the editor paints words by itself, so that only names are left to be told.
    paints_words: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    New,
    Ready,
    ShutDown,
}

/// One editor's server.
pub struct Server {
    /// Where messages go.
    send: Sender<Outgoing>,
    /// Who answers what may take long.
    worker: Sender<Job>,
    editor: Editor,
    state: State,
    workspace: Workspace,
    folders: BTreeMap<String, Uri>,
    /// Whether something changed since findings were sent.
    changed: bool,
    /// The addresses to which findings were sent that still stand there.
    shown: BTreeSet<String>,
    requests: i32,
}

impl Server {
    /// A server whose messages go to `send`.
    pub fn new(send: Sender<Outgoing>) -> Self {
        let editor = Editor {
            encoding: Encoding::Utf16,
            versioned_edits: false,
            nested_symbols: false,
            watches_files: false,
            refreshes_lenses: false,
            paints_words: false,
        };
        Server {
            worker: worker::start(send.clone()),
            send,
            editor,
            state: State::New,
            workspace: Workspace::default(),
            folders: BTreeMap::new(),
            changed: false,
            shown: BTreeSet::new(),
            requests: 0,
        }
    }

    /// Whether the editor asked for a shutdown.
    pub fn is_shut_down(&self) -> bool {
        self.state == State::ShutDown
    }

    /// Answers a request that was taken back.
    pub fn cancel(&mut self, id: RequestId) {
        self.respond(id, Err(refused(ErrorCode::RequestCanceled, "the request was cancelled")));
    }

    /// Answers a request.
    pub fn request(&mut self, request: Request) {
        let Request { id, method, params } = request;
        if self.state == State::Ready
            && matches!(&method[..], request::CodeLensRequest::METHOD | request::ExecuteCommand::METHOD)
        {
            return self.later(id, &method, params);
        }
        let answer = self.guarded(|server| server.answer(&method, params)).unwrap_or_else(|| Err(mistake(&method)));
        self.respond(id, answer);
    }

    /// Hands a request about scenarios to the worker.
    fn later(&mut self, id: RequestId, method: &str, params: Value) {
        let work = self.guarded(|server| match method {
            request::CodeLensRequest::METHOD => server.lenses(parsed::<request::CodeLensRequest>(params)?),
            _ => server.execute(parsed::<request::ExecuteCommand>(params)?),
        });
        match work.unwrap_or_else(|| Err(mistake(method))) {
            Ok(Later { about, work }) => {
                let _ = self.worker.send(Job { id, about, work });
            }
            Err(error) => self.respond(id, Err(error)),
        }
    }

    /// Does what a notification says.
    pub fn notification(&mut self, notification: Notification) {
        if self.state == State::Ready {
            let _ = self.guarded(|server| server.told(notification));
        }
    }

    /// Sends what is wrong in the open files, if something changed since.
    pub fn publish(&mut self) {
        if self.state == State::Ready && std::mem::take(&mut self.changed) {
            let _ = self.guarded(Self::send_findings);
        }
    }

    /// Does something that must not end the server, whatever mistake of ours is in it. What was
    /// found out before is then forgotten, and found out again.
    fn guarded<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Option<T> {
        let done = catch_unwind(AssertUnwindSafe(|| work(self))).ok();
        if done.is_none() {
            self.workspace.forget();
        }
        done
    }

    /// Sends a message; that the editor is gone is seen when the next one is read.
    fn put(&mut self, message: Message) {
        let _ = self.send.send(Outgoing::Message(message));
    }

    fn respond(&mut self, id: RequestId, response_result: Answer<Value>) {
        self.put(Message::Response(Response { id, response_result }));
    }

    fn tell<N: notification::Notification>(&mut self, params: N::Params) {
        self.put(Message::Notification(Notification::new(N::METHOD.to_owned(), params)));
    }

    /// Asks the editor for something; what it answers makes no difference.
    fn ask<R: request::Request>(&mut self, params: R::Params) {
        self.requests += 1;
        let id = RequestId::from(format!("ensue-{}", self.requests));
        self.put(Message::Request(Request::new(id, R::METHOD.to_owned(), params)));
    }

    fn answer(&mut self, method: &str, params: Value) -> Answer<Value> {
        match (self.state, method) {
            (State::New, request::Initialize::METHOD) => {
                return self.on::<request::Initialize>(params, Self::initialize);
            }
            (State::New, _) => return Err(refused(ErrorCode::ServerNotInitialized, "`initialize` comes first")),
            (State::Ready, request::Initialize::METHOD) => {
                return Err(refused(ErrorCode::InvalidRequest, "the server is initialized already"));
            }
            (State::ShutDown, _) => return Err(refused(ErrorCode::InvalidRequest, "the server is shut down")),
            (State::Ready, _) => {}
        }
        match method {
            request::Shutdown::METHOD => {
                self.state = State::ShutDown;
                Ok(Value::Null)
            }
            request::HoverRequest::METHOD => self.on::<request::HoverRequest>(params, Self::hover),
            request::GotoDefinition::METHOD => self.on::<request::GotoDefinition>(params, Self::definition),
            request::References::METHOD => self.on::<request::References>(params, Self::references),
            request::DocumentHighlightRequest::METHOD => {
                self.on::<request::DocumentHighlightRequest>(params, Self::highlights)
            }
            request::PrepareRenameRequest::METHOD => {
                self.on::<request::PrepareRenameRequest>(params, Self::prepare_rename)
            }
            request::Rename::METHOD => self.on::<request::Rename>(params, Self::rename),
            request::Completion::METHOD => self.on::<request::Completion>(params, Self::completion),
            request::DocumentSymbolRequest::METHOD => self.on::<request::DocumentSymbolRequest>(params, Self::symbols),
            request::FoldingRangeRequest::METHOD => self.on::<request::FoldingRangeRequest>(params, Self::folds),
            request::SemanticTokensFullRequest::METHOD => {
                self.on::<request::SemanticTokensFullRequest>(params, Self::tokens)
            }
            request::SemanticTokensRangeRequest::METHOD => {
                self.on::<request::SemanticTokensRangeRequest>(params, Self::tokens_in_range)
            }
            request::Formatting::METHOD => self.on::<request::Formatting>(params, Self::formatting),
            request::CodeActionRequest::METHOD => self.on::<request::CodeActionRequest>(params, Self::actions),
            _ => Err(refused(ErrorCode::MethodNotFound, "this server has no such method")),
        }
    }

    fn on<R: request::Request>(
        &mut self,
        params: Value,
        handle: impl FnOnce(&mut Self, R::Params) -> Answer<R::Result>,
    ) -> Answer<Value> {
        let params = parsed::<R>(params)?;
        let result = handle(self, params)?;
        serde_json::to_value(result).map_err(|_| refused(ErrorCode::InternalError, "the answer cannot be written"))
    }

    fn told(&mut self, it: Notification) {
        match &it.method[..] {
            notification::Initialized::METHOD => self.initialized(),
            notification::DidOpenTextDocument::METHOD => {
                self.heard::<notification::DidOpenTextDocument>(it, |server, it| {
                    let document = it.text_document;
                    server.workspace.open(document.uri, document.version, document.text);
                })
            }
            notification::DidChangeTextDocument::METHOD => {
                self.heard::<notification::DidChangeTextDocument>(it, Self::change);
            }
            notification::DidCloseTextDocument::METHOD => {
                self.heard::<notification::DidCloseTextDocument>(it, |server, it| {
                    server.workspace.close(&it.text_document.uri);
                });
            }
            notification::DidSaveTextDocument::METHOD | notification::DidChangeWatchedFiles::METHOD => {
                self.workspace.rescan();
                self.changed = true;
                if self.editor.refreshes_lenses {
                    self.ask::<request::CodeLensRefresh>(());
                }
            }
            notification::DidChangeWorkspaceFolders::METHOD => {
                self.heard::<notification::DidChangeWorkspaceFolders>(it, |server, it| {
                    for gone in it.event.removed {
                        server.folders.remove(gone.uri.as_str());
                    }
                    server.add_folders(it.event.added);
                });
            }
            _ => {}
        }
    }

    fn heard<N: notification::Notification>(&mut self, it: Notification, handle: impl FnOnce(&mut Self, N::Params)) {
        if let Ok(params) = serde_json::from_value(it.params) {
            handle(self, params);
            self.changed = true;
        }
    }

    fn add_folders(&mut self, folders: Vec<WorkspaceFolder>) {
        self.folders.extend(folders.into_iter().map(|folder| (folder.uri.as_str().to_owned(), folder.uri)));
        self.workspace.set_folders(self.folders.values());
    }

    fn change(&mut self, params: DidChangeTextDocumentParams) {
        let uri = params.text_document.uri;
        let Some(document) = self.workspace.document(&uri) else { return };
        let mut text = document.source.text.clone();
        let mut lines = Cow::Borrowed(document.source.lines());
        // Lines up to this one are where they were when `lines` were found. Editors send the many
        // changes of one edit from the last to the first, so that they need to be found only once.
        let mut known = u32::MAX;
        for change in params.content_changes {
            let Some(range) = change.range else {
                (text, known) = (change.text, 0);
                continue;
            };
            if range.start.line.max(range.end.line) >= known {
                lines = Cow::Owned(Lines::of(&text));
            }
            let span = lines.span(&text, range, self.editor.encoding);
            text.replace_range(span.range(), &change.text);
            // Where it was made: a line that there was not is the end of the last.
            known = u32::try_from(lines.line(span.start)).unwrap_or(u32::MAX);
        }
        self.workspace.change(&uri, params.text_document.version, text);
    }
}

// What the server can do.
impl Server {
    #[allow(deprecated)] // Editors that know no folders name a root.
    fn initialize(&mut self, params: InitializeParams) -> Answer<InitializeResult> {
        let capabilities = &params.capabilities;
        let offered = capabilities.general.as_ref().and_then(|it| it.position_encodings.as_ref());
        let utf8 = offered.is_some_and(|offered| offered.contains(&PositionEncodingKind::UTF8));
        let document = capabilities.text_document.as_ref();
        let workspace = capabilities.workspace.as_ref();
        let edits = workspace.and_then(|it| it.workspace_edit.as_ref());
        let symbols = document.and_then(|it| it.document_symbol.as_ref());
        let watched = workspace.and_then(|it| it.did_change_watched_files.as_ref());
        let lenses = workspace.and_then(|it| it.code_lens.as_ref());
        let tokens = document.and_then(|it| it.semantic_tokens.as_ref());
        self.editor = Editor {
            encoding: if utf8 { Encoding::Utf8 } else { Encoding::Utf16 },
            versioned_edits: edits.and_then(|it| it.document_changes) == Some(true),
            nested_symbols: symbols.and_then(|it| it.hierarchical_document_symbol_support) == Some(true),
            watches_files: watched.and_then(|it| it.dynamic_registration) == Some(true),
            refreshes_lenses: lenses.and_then(|it| it.refresh_support) == Some(true),
            paints_words: tokens.and_then(|it| it.augments_syntax_tokens) == Some(true),
        };
        let root = params.root_uri.map(|uri| vec![WorkspaceFolder { uri, name: String::new() }]);
        self.add_folders(params.workspace_folders.or(root).unwrap_or_default());
        self.state = State::Ready;
        let info = ServerInfo { name: "ensue".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
        Ok(InitializeResult { capabilities: capabilities_of(self.editor.encoding), server_info: Some(info) })
    }

    fn initialized(&mut self) {
        if self.editor.watches_files {
            let options = serde_json::json!({"watchers": [{"globPattern": "**/*.ensue"}]});
            let registration = lsp_types::Registration {
                id: "ensue-files".to_owned(),
                method: notification::DidChangeWatchedFiles::METHOD.to_owned(),
                register_options: Some(options),
            };
            self.ask::<request::RegisterCapability>(lsp_types::RegistrationParams {
                registrations: vec![registration],
            });
        }
    }
}

fn capabilities_of(encoding: Encoding) -> ServerCapabilities {
    let position_encoding = match encoding {
        Encoding::Utf8 => PositionEncodingKind::UTF8,
        Encoding::Utf16 => PositionEncodingKind::UTF16,
    };
    let legend = SemanticTokensLegend {
        token_types: outline::TOKEN_TYPES.to_vec(),
        token_modifiers: outline::TOKEN_MODIFIERS.to_vec(),
    };
    let tokens = SemanticTokensOptions {
        work_done_progress_options: WorkDoneProgressOptions::default(),
        legend,
        range: Some(true),
        full: Some(SemanticTokensFullOptions::Bool(true)),
    };
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::INCREMENTAL),
        save: Some(lsp_types::TextDocumentSyncSaveOptions::Supported(true)),
        ..TextDocumentSyncOptions::default()
    };
    let folders =
        WorkspaceFoldersServerCapabilities { supported: Some(true), change_notifications: Some(OneOf::Left(true)) };
    ServerCapabilities {
        position_encoding: Some(position_encoding),
        text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
        hover_provider: Some(true.into()),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(vec![" ".to_owned()]),
            ..CompletionOptions::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_highlight_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        document_formatting_provider: Some(OneOf::Left(true)),
        rename_provider: Some(OneOf::Right(RenameOptions {
            prepare_provider: Some(true),
            work_done_progress_options: WorkDoneProgressOptions::default(),
        })),
        folding_range_provider: Some(true.into()),
        semantic_tokens_provider: Some(tokens.into()),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: vec![RUN_SCENARIO.to_owned()],
            ..ExecuteCommandOptions::default()
        }),
        workspace: Some(WorkspaceServerCapabilities { workspace_folders: Some(folders), file_operations: None }),
        ..ServerCapabilities::default()
    }
}

// What is wrong, and what mends it.
impl Server {
    fn send_findings(&mut self) {
        self.workspace.refresh();
        let found = findings(&mut self.workspace, self.editor.encoding);
        let mut sent = BTreeSet::new();
        for (identity, findings) in found {
            let Some((uri, version)) = self.workspace.address(&identity) else { continue };
            let address = uri.as_str().to_owned();
            // Of a file that is not open, only that something is wrong, and that nothing is any more.
            if findings.is_empty() && version.is_none() && !self.shown.contains(&address) {
                continue;
            }
            if !findings.is_empty() {
                sent.insert(address.clone());
            }
            self.shown.remove(&address);
            let diagnostics = findings.into_iter().map(|finding| finding.shown).collect();
            self.tell::<notification::PublishDiagnostics>(PublishDiagnosticsParams { uri, diagnostics, version });
        }
        for gone in std::mem::replace(&mut self.shown, sent) {
            if let Ok(uri) = gone.parse() {
                let params = PublishDiagnosticsParams { uri, diagnostics: Vec::new(), version: None };
                self.tell::<notification::PublishDiagnostics>(params);
            }
        }
    }

    fn actions(&mut self, params: CodeActionParams) -> Answer<Option<Vec<CodeActionOrCommand>>> {
        let wanted = params.context.only.as_ref();
        let document = self.document(&params.text_document.uri)?;
        if wanted.is_some_and(|kinds| !kinds.iter().any(|kind| is_quick_fix(kind.as_str()))) {
            return Ok(None);
        }
        let mut found: Findings = findings(&mut self.workspace, self.editor.encoding);
        let (from, to) = (params.range.start, params.range.end);
        let mut actions = Vec::new();
        for finding in found.remove(&document.identity).unwrap_or_default() {
            let range = finding.shown.range;
            if range.end < from || to < range.start {
                continue;
            }
            let only = finding.fixes.len() == 1;
            let fixes = finding.fixes.into_iter().map(|fix| (fix, only));
            for (fix, preferred) in fixes.chain(finding.scenario.map(|scenario| (scenario, false))) {
                let edit = TextEdit { range: fix.range, new_text: fix.replacement };
                actions.push(CodeActionOrCommand::CodeAction(CodeAction {
                    title: fix.title,
                    kind: Some(CodeActionKind::QUICKFIX),
                    diagnostics: Some(vec![finding.shown.clone()]),
                    edit: Some(self.edit(BTreeMap::from([(document.identity.clone(), vec![edit])]))),
                    is_preferred: Some(preferred),
                    ..CodeAction::default()
                }));
            }
        }
        Ok(Some(actions))
    }

    /// Changes of files, with the versions they are for where files are open.
    fn edit(&self, edits: BTreeMap<Identity, Vec<TextEdit>>) -> WorkspaceEdit {
        let addressed = edits.into_iter().filter_map(|(identity, edits)| {
            let (uri, version) = self.workspace.address(&identity)?;
            Some((uri, version, edits))
        });
        if !self.editor.versioned_edits {
            #[allow(clippy::mutable_key_type)] // The protocol's map; its keys are not changed.
            let changes: HashMap<Uri, Vec<TextEdit>> = addressed.map(|(uri, _, edits)| (uri, edits)).collect();
            return WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() };
        }
        let edit = |(uri, version, edits): (Uri, Option<i32>, Vec<TextEdit>)| TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier { uri, version },
            edits: edits.into_iter().map(OneOf::Left).collect(),
        };
        let changes = DocumentChanges::Edits(addressed.map(edit).collect());
        WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() }
    }
}

fn is_quick_fix(kind: &str) -> bool {
    kind.is_empty() || kind == "quickfix"
}

// Names.
impl Server {
    fn document(&self, uri: &Uri) -> Answer<Document> {
        let missing = || refused(ErrorCode::InvalidParams, "this file is not open");
        self.workspace.document(uri).cloned().ok_or_else(missing)
    }

    fn at(&self, params: &TextDocumentPositionParams) -> Answer<(Document, u32)> {
        let document = self.document(&params.text_document.uri)?;
        let offset = document.source.offset(params.position, self.editor.encoding);
        Ok((document, offset))
    }

    fn name(&self, params: &TextDocumentPositionParams) -> Answer<(Document, Option<Occurrence>)> {
        let (document, offset) = self.at(params)?;
        let name = document.source.name_at(offset).cloned();
        Ok((document, name))
    }

    fn range(&self, source: &Source, span: Span) -> lsp_types::Range {
        source.range(span, self.editor.encoding)
    }

    fn location(&self, identity: &Identity, source: &Source, span: Span) -> Option<Location> {
        let (uri, _) = self.workspace.address(identity)?;
        Some(Location { uri, range: self.range(source, span) })
    }

    fn hover(&mut self, params: HoverParams) -> Answer<Option<Hover>> {
        let (document, Some(name)) = self.name(&params.text_document_position_params)? else { return Ok(None) };
        let scope = self.workspace.scope(&document.identity);
        let page = hover::hover(&Declared::of(&scope), &name.name);
        let range = self.range(&document.source, name.span);
        Ok(page.map(|value| Hover {
            contents: HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value }),
            range: Some(range),
        }))
    }

    fn definition(&mut self, params: GotoDefinitionParams) -> Answer<Option<GotoDefinitionResponse>> {
        let (document, offset) = self.at(&params.text_document_position_params)?;
        let scope = self.workspace.scope(&document.identity);
        let mut imported = imports(&document.identity, &document.source).into_iter();
        if let Some((_, file)) = imported.find(|(span, _)| span.start <= offset && offset <= span.end) {
            let source = scope.get(&file);
            let location = source.and_then(|source| self.location(&file, source, Span::default()));
            return Ok(location.map(GotoDefinitionResponse::Scalar));
        }
        let Some(name) = document.source.name_at(offset) else { return Ok(None) };
        let places: Vec<Location> = scope
            .iter()
            .flat_map(|(file, source)| source.declarations_of(&name.name).map(move |it| (file, source, it.span)))
            .filter_map(|(file, source, span)| self.location(file, source, span))
            .collect();
        Ok(Some(GotoDefinitionResponse::Array(places)))
    }

    fn references(&mut self, params: ReferenceParams) -> Answer<Option<Vec<Location>>> {
        let (document, Some(name)) = self.name(&params.text_document_position)? else { return Ok(None) };
        let policies = self.workspace.policies();
        let reach = reach(&policies, &document.identity, &name.name);
        let declarations = params.context.include_declaration;
        let places = reach.places(&name.name).filter(|(_, _, it)| declarations || it.declares.is_none());
        Ok(Some(places.filter_map(|(file, source, it)| self.location(file, source, it.span)).collect()))
    }

    fn highlights(&mut self, params: DocumentHighlightParams) -> Answer<Option<Vec<DocumentHighlight>>> {
        let (document, Some(name)) = self.name(&params.text_document_position_params)? else { return Ok(None) };
        let same = document.source.parsed().names.iter().filter(|it| it.name == name.name);
        let shown = |it: &Occurrence| DocumentHighlight { range: self.range(&document.source, it.span), kind: None };
        Ok(Some(same.map(shown).collect()))
    }

    fn prepare_rename(&mut self, params: TextDocumentPositionParams) -> Answer<Option<PrepareRenameResponse>> {
        let (document, Some(name)) = self.name(&params)? else { return Ok(None) };
        let policies = self.workspace.policies();
        let reach = reach(&policies, &document.identity, &name.name);
        may_rename(&reach, &name.name, &name.name.text)?;
        let range = self.range(&document.source, name.span);
        Ok(Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: name.name.text }))
    }

    fn rename(&mut self, params: RenameParams) -> Answer<Option<WorkspaceEdit>> {
        let (document, name) = self.name(&params.text_document_position)?;
        let name = name.ok_or_else(|| refused(ErrorCode::InvalidParams, "no name stands here"))?.name;
        let policies = self.workspace.policies();
        let reach = reach(&policies, &document.identity, &name);
        may_rename(&reach, &name, &params.new_name)?;
        let mut edits: BTreeMap<Identity, Vec<TextEdit>> = BTreeMap::new();
        for (file, source, it) in reach.places(&name) {
            let edit = TextEdit { range: self.range(source, it.span), new_text: params.new_name.clone() };
            edits.entry(file.clone()).or_default().push(edit);
        }
        Ok(Some(self.edit(edits)))
    }

    fn completion(&mut self, params: CompletionParams) -> Answer<Option<CompletionResponse>> {
        let (document, offset) = self.at(&params.text_document_position)?;
        let by_itself = |kind| kind == CompletionTriggerKind::TRIGGER_CHARACTER;
        let asked = !params.context.is_some_and(|context| by_itself(context.trigger_kind));
        let scope = self.workspace.scope(&document.identity);
        let declared = Declared::of(&scope);
        let items = completion::complete(&declared, &document.source, offset, asked, self.editor.encoding);
        Ok(Some(CompletionResponse::Array(items)))
    }
}

fn may_rename(reach: &Reach<'_>, name: &Name, new: &str) -> Answer<()> {
    reach.renames(name, new).map_err(|reason| refused(ErrorCode::RequestFailed, reason))
}

// The shape of a file.
impl Server {
    fn symbols(&mut self, params: DocumentSymbolParams) -> Answer<Option<DocumentSymbolResponse>> {
        let document = self.document(&params.text_document.uri)?;
        let nested = outline::symbols(&document.source, self.editor.encoding);
        if self.editor.nested_symbols {
            return Ok(Some(DocumentSymbolResponse::Nested(nested)));
        }
        #[allow(deprecated)] // The field has no other way to be left out.
        let flat = nested.into_iter().map(|symbol| SymbolInformation {
            name: symbol.name,
            kind: symbol.kind,
            tags: None,
            deprecated: None,
            location: Location { uri: document.uri.clone(), range: symbol.range },
            container_name: None,
        });
        Ok(Some(DocumentSymbolResponse::Flat(flat.collect())))
    }

    fn folds(&mut self, params: FoldingRangeParams) -> Answer<Option<Vec<FoldingRange>>> {
        Ok(Some(outline::folds(&self.document(&params.text_document.uri)?.source)))
    }

    fn tokens(&mut self, params: SemanticTokensParams) -> Answer<Option<SemanticTokensResult>> {
        let tokens = self.tokens_within(&params.text_document.uri, None)?;
        Ok(Some(SemanticTokensResult::Tokens(tokens)))
    }

    fn tokens_in_range(&mut self, params: SemanticTokensRangeParams) -> Answer<Option<SemanticTokensRangeResult>> {
        let tokens = self.tokens_within(&params.text_document.uri, Some(params.range))?;
        Ok(Some(SemanticTokensRangeResult::Tokens(tokens)))
    }

    fn tokens_within(&mut self, uri: &Uri, range: Option<lsp_types::Range>) -> Answer<SemanticTokens> {
        let document = self.document(uri)?;
        let source = &document.source;
        let within = range.map(|range| source.lines().span(&source.text, range, self.editor.encoding));
        let scope = self.workspace.scope(&document.identity);
        let Editor { encoding, paints_words, .. } = self.editor;
        let data = outline::semantic_tokens(&Declared::of(&scope), source, within, paints_words, encoding);
        Ok(SemanticTokens { result_id: None, data })
    }

    fn formatting(&mut self, params: DocumentFormattingParams) -> Answer<Option<Vec<TextEdit>>> {
        let document = self.document(&params.text_document.uri)?;
        let edits = layout::layout(&document.source, self.editor.encoding);
        edits.map(Some).map_err(|reason| refused(ErrorCode::RequestFailed, reason))
    }
}

// Scenarios and rules.
impl Server {
    fn lenses(&mut self, params: CodeLensParams) -> Answer<Later> {
        let document = self.document(&params.text_document.uri)?;
        let Some((checked, file)) = self.policy_of(&document) else {
            return Later::now(Value::from(Vec::<Value>::new()));
        };
        let addresses = self.addresses(&checked);
        let encoding = self.editor.encoding;
        let about = Some(document.uri.as_str().to_owned());
        let work = move || Ok(json(&lenses(&checked, file, &document, &addresses, encoding)));
        Ok(Later { about, work: Box::new(work) })
    }

    /// The policy to ask about a file, and which of its files that is.
    fn policy_of(&mut self, document: &Document) -> Option<(Arc<Checked>, FileId)> {
        let checked = self.workspace.policy_of(&document.identity)?;
        let file = checked.file(&document.identity)?;
        Some((checked, file))
    }

    fn addresses(&self, checked: &Checked) -> HashMap<Identity, Uri> {
        let address = |(identity, _): &(Identity, _)| Some((identity.clone(), self.workspace.address(identity)?.0));
        checked.sources().filter_map(address).collect()
    }

    fn execute(&mut self, params: ExecuteCommandParams) -> Answer<Later> {
        let mut arguments = params.arguments.into_iter();
        match &params.command[..] {
            RUN_SCENARIO => {
                let uri = arguments.next().and_then(|uri| serde_json::from_value(uri).ok());
                let title = arguments.next().and_then(|title| serde_json::from_value(title).ok());
                let (Some(uri), Some(title)) = (uri, title) else {
                    return Err(refused(ErrorCode::InvalidParams, "a file and the title of a scenario are wanted"));
                };
                self.run_scenario(&uri, title)
            }
            SHOW_REFERENCES => {
                let locations = arguments.nth(2).and_then(|it| serde_json::from_value::<Vec<Location>>(it).ok());
                let locations = locations.unwrap_or_default();
                let line = |it: &Location| format!("\n{}:{}", report::plain(it.uri.as_str()), it.range.start.line + 1);
                let lines: String = locations.iter().map(line).collect();
                let message = format!("{}{lines}", reached(locations.len(), false));
                self.put(shown(MessageType::INFO, message));
                Later::now(Value::Null)
            }
            _ => Err(refused(ErrorCode::InvalidParams, "this server has no such command")),
        }
    }

    /// Runs the scenarios of a file that have this title, and answers what `ensue test` says.
    fn run_scenario(&mut self, uri: &Uri, title: String) -> Answer<Later> {
        let document = self.document(uri)?;
        self.workspace.refresh();
        let mistakes = || refused(ErrorCode::RequestFailed, "the rules have mistakes, so no scenario was run");
        let (checked, file) = self.policy_of(&document).ok_or_else(mistakes)?;
        let send = self.send.clone();
        let work = move || {
            let ran = |it: &&ScenarioLens| it.place.file == file && it.label == title;
            let ran: Vec<&ScenarioLens> = checked.lenses().scenarios.iter().filter(ran).collect();
            if ran.is_empty() {
                return Err(refused(ErrorCode::RequestFailed, "no scenario of this file has this title any more"));
            }
            for it in &ran {
                let kind = if it.passes { MessageType::INFO } else { MessageType::WARNING };
                let message = shown(kind, format!("{}: {}", report::plain(&it.label), it.short));
                let _ = send.send(Outgoing::Message(message));
            }
            Ok(Value::from(ran.iter().map(|it| &it.full[..]).collect::<String>()))
        };
        Ok(Later { about: None, work: Box::new(work) })
    }
}

/// The lenses of one file of a policy, in the order in which they stand.
fn lenses(
    checked: &Checked,
    file: FileId,
    document: &Document,
    addresses: &HashMap<Identity, Uri>,
    encoding: Encoding,
) -> Vec<CodeLens> {
    let found = checked.lenses();
    let uri = Value::from(document.uri.as_str());
    let here = |place: &Place| place.file == file;
    let lens = |place: &Place, command| CodeLens {
        range: document.source.range(place.span, encoding),
        command: Some(command),
        data: None,
    };
    let scenarios = found.scenarios.iter().filter(|it| here(&it.place)).map(|it| {
        let arguments = vec![uri.clone(), Value::from(it.label.as_str())];
        lens(&it.place, Command::new(it.short.clone(), RUN_SCENARIO.to_owned(), Some(arguments)))
    });
    let rules = found.rules.iter().filter(|it| here(&it.place)).map(|it| {
        let place = |place: &Place| {
            let (identity, source) = checked.source(place.file);
            Some(Location { uri: addresses.get(identity)?.clone(), range: source.range(place.span, encoding) })
        };
        let locations: Vec<Location> = it.reached_by.iter().filter_map(place).collect();
        let at = document.source.range(it.place.span, encoding).start;
        let arguments = vec![uri.clone(), json(&at), json(&locations)];
        let title = reached(locations.len(), it.more);
        lens(&it.place, Command::new(title, SHOW_REFERENCES.to_owned(), Some(arguments)))
    });
    let mut lenses: Vec<CodeLens> = scenarios.chain(rules).collect();
    lenses.sort_by_key(|lens| lens.range.start);
    lenses
}

/// A message for the reader.
fn shown(typ: MessageType, message: String) -> Message {
    let params = ShowMessageParams { typ, message };
    Message::Notification(Notification::new(notification::ShowMessage::METHOD.to_owned(), params))
}

fn json(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

/// How many scenarios reach a rule, in words.
fn reached(count: usize, more: bool) -> String {
    let count = match (count, more) {
        (0, false) => return "no scenario reaches it".to_owned(),
        (1, false) => return "1 scenario reaches it".to_owned(),
        (count, false) => count.to_string(),
        (count, true) => format!("at least {count}"),
    };
    format!("{count} scenarios reach it")
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use serde_json::json;

    use super::*;

    fn ready() -> (Server, Receiver<Outgoing>) {
        let (send, sent) = channel();
        let mut server = Server::new(send);
        server.request(Request::new(1.into(), "initialize".to_owned(), json!({"capabilities": {}})));
        assert!(matches!(sent.recv(), Ok(Outgoing::Message(Message::Response(_)))));
        (server, sent)
    }

    fn tell(server: &mut Server, method: &str, params: Value) {
        server.notification(Notification::new(method.to_owned(), params));
    }

    fn opened(server: &mut Server, uri: &str, text: &str) {
        let document = json!({"uri": uri, "languageId": "ensue", "version": 1, "text": text});
        tell(server, "textDocument/didOpen", json!({"textDocument": document}));
    }

    /// A mistake of ours ends one request, and what is open stays open.
    #[test]
    fn a_panic_ends_nothing() {
        let (mut server, sent) = ready();
        opened(&mut server, "untitled:a", "fact a \"A\" : yes or no");
        let done: Option<()> = server.guarded(|_| panic!("a mistake of ours"));
        assert!(done.is_none());
        server.publish();
        let Ok(Outgoing::Message(Message::Notification(it))) = sent.recv() else { panic!("it says what is wrong") };
        assert_eq!(it.params["diagnostics"], json!([]));
    }

    /// The text that an editor means is the one that its edits make, taken one after the other,
    /// in whichever order they come.
    #[test]
    fn edits_are_taken_one_after_the_other() {
        let text = "# one\r\n# tw\u{1F600}o\r\n\n# three";
        let at = |line: u32, character: u32| json!({"line": line, "character": character});
        let edit = |from: Value, to: Value, new: &str| json!({"range": {"start": from, "end": to}, "text": new});
        let cases = [
            // From the last to the first, as editors send the edits of many places at once.
            (
                json!([edit(at(3, 2), at(3, 7), "3"), edit(at(1, 4), at(1, 6), ""), edit(at(0, 2), at(0, 5), "1")]),
                "# 1\r\n# two\r\n\n# 3",
            ),
            // From the first to the last: each moves what the next one speaks of.
            (
                json!([edit(at(0, 0), at(0, 0), "\n\n"), edit(at(3, 2), at(3, 2), "x"), edit(at(5, 2), at(5, 7), "3")]),
                "\n\n# one\r\n# xtw\u{1F600}o\r\n\n# 3",
            ),
            // On one line, twice, and then the whole text.
            (
                json!([edit(at(0, 5), at(0, 5), "!"), edit(at(0, 6), at(0, 6), "?")]),
                "# one!?\r\n# tw\u{1F600}o\r\n\n# three",
            ),
            (json!([edit(at(0, 0), at(3, 0), ""), {"text": "# new\n"}, edit(at(1, 0), at(1, 0), "end")]), "# new\nend"),
        ];
        for (changes, expected) in cases {
            let (mut server, _sent) = ready();
            opened(&mut server, "untitled:a", text);
            let document = json!({"uri": "untitled:a", "version": 2});
            tell(&mut server, "textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
            let uri = "untitled:a".parse().unwrap();
            assert_eq!(server.workspace.document(&uri).unwrap().source.text, expected);
        }
    }
}
