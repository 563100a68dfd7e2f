/// Every bound of the system, in one place.
public enum Limits {
  // MARK: wire

  /// Of one frame's body; ttrpc 1.2.
  public static let frameBytesMax = 4_194_304
  /// Fields of one message, nested ones counted. A run of the longest flow with the most needs has some 230,000.
  public static let messageFieldsMax = 262_144
  public static let messageDepthMax = 16
  /// Memory protobuf-c may use for one message: sixteen of the largest frames.
  public static let unpackBytesMax = 67_108_864
  /// Of one answer: a frame without its envelope.
  public static let answerBytesMax = 4_194_288
  /// What an answer with a page of a run has beside the run: tags, lengths and tokens.
  public static let answerFieldsBytesMax = 256
  /// Steps' output in one answer, and runs in one snapshot.
  public static let answerOutputBytesMax = 2_097_152
  /// Of one error message on the wire, in bytes.
  public static let statusMessageBytesMax = 8_192

  /// Of a Unix socket's path on Linux, without its NUL.
  public static let socketPathBytesMax = 107

  // MARK: connections

  /// Answers that a client has not taken; past it nothing more is read from that client.
  public static let unsentBytesMax = 1_048_576
  /// Answers to calls that were read already; past it calls are refused, which takes little room.
  public static let unsentBytesHardMax = 16_777_216
  /// Room for answers that an idle connection keeps.
  public static let keptOutputBytesMax = 65_536
  /// Calls of one connection without an answer; past it nothing more is read from that client.
  public static let pendingCallsMax = 4_096
  /// Connections that have not sent a byte; past it the oldest is closed.
  public static let silentConnectionsMax = 1_024
  public static let watchesPerConnectionMax = 256
  /// Events a watcher's client has not taken; past it the watcher is fed from the store.
  public static let watchBufferBytesMax = 262_144
  /// Read from the store at once for one watcher.
  public static let watchPieceEvents = 512
  public static let watchPieceBytes = 131_072
  /// Events in one piece of an exported run.
  public static let exportPieceEvents = 2_048
  /// Sessions that a snapshot of a workspace or of all tells of, the newest ones.
  public static let snapshotSessionsMax = 1_000
  /// Of the runs in a snapshot of all of them; those that do not fit are told of without their steps.
  public static let snapshotBytesMax = 8_388_608

  // MARK: store

  /// How long a commit waits for a lock that another program holds on the database.
  public static let foreignLockPatience = Duration.seconds(15)
  /// Between attempts to write while the disk is full.
  public static let diskProbeInterval = Duration.milliseconds(500)
  /// A batch with more is committed by the writer's thread, not on the loop.
  public static let inlineCommitEventsMax = 8
  /// Pages of the write-ahead log, 4 KiB each, from which on it is moved into the database.
  public static let checkpointPages = 2_000
  /// A larger database is checked for damage beside the service, not before it.
  public static let checkBeforeServingBytesMax: Int64 = 67_108_864

  /// Rows that one transaction of a sweep deletes; what is large counts as a row for each 4 KiB.
  public static let sweepRowsMax = 500
  /// Between two sweeps; less when sessions are configured to live for less.
  public static let sweepInterval = Duration.seconds(3600)
  public static let sweepIntervalMin = Duration.seconds(1)
  /// Sessions that a sweep looks at in one read.
  public static let sweepSessionsMax = 1_000
  /// Kept free beside the database: deleting needs room too.
  public static let ballastBytes: Int64 = 1_048_576

  // MARK: fields

  /// Ids of flows, providers and models, in UTF-8 bytes.
  public static let idBytesMax = 128
  public static let titleBytesMax = 256
  public static let pathBytesMax = 4_096
  public static let requestIDBytesMax = 128
  public static let inputsBytesMax = 1_048_576
  public static let environmentBytesMax = 1_048_576
  public static let environmentEntriesMax = 4_096
  public static let pageSizeDefault = 50
  public static let pageSizeMax = 500

  // MARK: JSON

  public static let jsonDepthMax = 64
  /// Of values with what the store puts around them.
  public static let storedJSONDepthMax = 68

  /// What one comparison of a value with a JSON Schema may take: a step for each keyword, member, element and 64 bytes of
  /// text, and four for each schema that a value is compared with.
  public static let schemaStepsMax = 1_000_000
  /// Schemas in one another, those that references lead to with them.
  public static let schemaDepthMax = 256
  /// Of a regular expression of a schema: characters, classes, branches, those of repetitions as often as they are.
  public static let patternItemsMax = 2_048
  /// Mistakes that are told of one value, or of one schema.
  public static let schemaMistakesMax = 20

  // MARK: flow files

  public static let flowFileBytesMax = 1_048_576
  public static let flowStepsMax = 10_000
  public static let flowNeedsMax = 100_000
  /// Of a definition with its documents, as JSON.
  public static let definitionBytesMax = 1_572_864
  public static let flowInputsMax = 256
  /// Variables and checks of all steps that have both some of their own and some from `defaults`.
  public static let flowMergedMax = 200_000
  public static let yamlDepthMax = 64
  public static let yamlNodesMax = 200_000
  public static let diagnosticsMax = 100
  public static let maxParallelDefault = 8
  public static let maxParallelMax = 256
  /// Of one step's `timeout`: 365 days.
  public static let timeoutSecondsMax = 31_536_000
  /// Flow files that are kept parsed, and how many bytes they may have together.
  public static let parsedFlowsMax = 64
  public static let parsedFlowBytesMax = 4_194_304
  /// Files looked at in one flow directory.
  public static let directoryEntriesMax = 10_000

  /// Elements of one `foreach` list.
  public static let foreachItemsMax = 10_000
  /// Steps of one run with the children of its `foreach` steps.
  public static let runStepsMax = 20_000
  /// Flows that run flows.
  public static let subflowDepthMax = 8
  /// Flows that one run may use, with those of its sub-flows.
  public static let subflowsMax = 64
  /// Attempts that `retry` may ask for.
  public static let retryLimitMax = 1_000
  public static let checksMax = 100
  public static let outputsMax = 100
  /// A script's result, a step's outputs, an answer: as JSON.
  public static let resultBytesMax = 1_048_576
  public static let promptBytesMax = 16_384
  /// Of the message of a step's error.
  public static let stepErrorBytesMax = 8_192
  public static let optionsMax = 256

  // MARK: checks

  /// Of a text that a check looks at.
  public static let checkedTextBytesMax = 1_048_576
  /// Values of a JSON text that a check looks at, nested ones counted.
  public static let checkedValuesMax = 262_144
  /// Of what a result says was seen.
  public static let checkSeenBytesMax = 200
  /// Of a path, a pattern or a value in a check as a person writes it.
  public static let checkPartBytesMax = 80
  public static let jsonPathBytesMax = 4_096
  /// Parentheses, filters and functions in one another in a JSONPath.
  public static let jsonPathDepthMax = 32
  /// Values and members that one JSONPath or comparison may look at, those it comes back to with them.
  public static let jsonPathStepsMax = 1_000_000
  /// Values that a JSONPath may find.
  public static let jsonPathResultsMax = 65_536
  public static let regexBytesMax = 4_096
  /// Parentheses in one another in a regular expression.
  public static let regexDepthMax = 64
  /// Bytes of a text that one search, or all searches of one JSONPath, may look at, those they come back to with them;
  /// each attempt at an item of the pattern counts as 16.
  public static let regexStepsMax = 40_000_000
  /// PCRE2's own bounds, of one attempt at one place of the text.
  public static let regexMatchesMax: UInt32 = 4_000_000
  public static let regexBacktracksMax: UInt32 = 1_000_000
  public static let regexHeapKibibytesMax: UInt32 = 16_384
  /// Paths, and regular expressions, that are kept compiled.
  public static let compiledChecksMax = 128

  // MARK: configuration

  public static let configFileBytesMax = 1_048_576
  public static let providersMax = 256
  /// Headers, parameters, variables, arguments and rules of one provider, each.
  public static let providerEntriesMax = 256
  public static let hiddenPathsMax = 256
  /// Models listed for one provider.
  public static let modelsMax = 1_024

  // MARK: steps

  /// Of one `step_output` event.
  public static let outputChunkBytesMax = 16_384
  /// Of one stream of one attempt, as events.
  public static let streamedOutputBytesMax = 8_388_608
  /// Of one stream of one attempt, kept with the step for later steps and the report.
  public static let capturedOutputBytesMax = 1_048_576
  /// A step's output that is larger stays in the store and is read when an expression asks for it.
  public static let keptStepOutputBytesMax = 262_144
  /// Outputs that one run keeps in memory; past it the oldest are left to the store.
  public static let runOutputsBytesMax = 4_194_304
  /// Of earlier steps' outputs that the expressions evaluated at once read, and of the values that those give.
  public static let readAtOnceBytesMax = 67_108_864
  /// Outputs of a list's children that are read from the store together with one that an expression asked for.
  public static let outputsLoadedAhead = 256
  /// Output of one attempt that the engine has not yet taken over, before its pipes are no longer read.
  public static let unacknowledgedOutputBytesMax = 262_144
  /// How long output is gathered at most before it is handed on.
  public static let outputGatheringMilliseconds = 20
  /// Between SIGTERM and SIGKILL.
  public static let terminationGraceSeconds = 5
  /// The same for what a command that ended by itself left behind.
  public static let leftoverGraceSeconds = 1
  /// Steps of all runs with a process at one time; more wait in the executor.
  public static let processesMax = 256
  /// Commands that wait in the executor; one more is refused.
  public static let waitingCommandsMax = 65_536
  public static let reportBytesMax = 1_048_576

  /// Bytes for a command's standard input that it has not read; past it the attempt is ended.
  public static let standardInputBytesMax = 8_388_608
  /// Paths that a confinement lets be written, and paths that it hides; `flowd-launch` has room for as many.
  public static let confinementPathsMax = 256

  // MARK: HTTP steps

  public static let redirectsDefault = 10
  public static let redirectsMax = 50
  /// Of a response's body, unpacked, unless the step says otherwise.
  public static let httpBodyBytesDefault = 67_108_864
  public static let httpBodyBytesMax = 4_294_967_296
  /// What a compressed body may unpack to, as a multiple of what came; looked at from `inflationFreeBytes` on.
  public static let inflationRatioMax = 200
  public static let inflationFreeBytes = 1_048_576
  /// Of all headers of a response together.
  public static let httpHeaderBytesMax = 131_072
  public static let httpHeadersMax = 256
  /// Of a URL as it is sent.
  public static let urlBytesMax = 65_536
  public static let previewBytesMax = 4_096
  /// Names of one `query` or `form`, and parts of one `multipart`.
  public static let httpFieldsMax = 1_000
  public static let methodBytesMax = 32
  /// Requests under way at one time; more wait in the executor.
  public static let httpRequestsMax = 256
  public static let waitingRequestsMax = 65_536
  /// Connections without a request that are kept for the next one.
  public static let idleConnectionsMax = 64
  /// Of a redirect's body, which nobody reads; with more its connection is given up.
  public static let redirectBodyBytesMax = 65_536
  /// Runs whose cookies stay in memory while they have no request under way; those of others are read again.
  public static let cookieJarsInMemoryMax = 256
  public static let connectTimeout = Duration.seconds(30)
  /// Of an attempt whose step has no `timeout`.
  public static let httpTimeoutDefault = Duration.seconds(300)
  /// Cookies of one run.
  public static let cookieBytesMax = 262_144
  /// Hosts and networks in one list of a network policy.
  public static let networkRulesMax = 256
  /// The longest wait that a server may ask for with `Retry-After`.
  public static let retryAfterMax = Duration.seconds(3600)

  // MARK: agents

  /// Of one persona or contract, and of all of a flow.
  public static let documentBytesMax = 262_144
  public static let documentsBytesMax = 1_048_576
  public static let documentsMax = 64
  /// Of what an agent is sent.
  public static let agentPromptBytesMax = 4_194_304
  /// Of one line of an agent's output, or one event of a stream.
  public static let agentLineBytesMax = 8_388_608
  /// Values of one such line, nested ones counted.
  public static let agentLineValuesMax = 262_144
  /// Of one argument of a command on Linux, without its NUL.
  public static let argumentBytesMax = 131_071
  /// Lines of an ACP agent that are no messages; one more fails the attempt.
  public static let agentStrayLinesMax = 1_000
  /// Requests that an ACP agent may make in one attempt, and those it may wait for at one time.
  public static let agentRequestsMax = 10_000
  public static let agentQuestionsMax = 64
  /// Tool calls of an ACP agent whose kinds are remembered.
  public static let agentToolCallsMax = 4_096
  /// Activities of one attempt that are reported, and their texts together.
  public static let agentActivitiesMax = 4_096
  public static let agentActivityBytesMax = 2_097_152
  /// For an ACP agent's answer before it has a session.
  public static let agentHandshakeMax = Duration.seconds(120)
  /// Between `session/cancel` and the end of an ACP agent by force.
  public static let agentCancelGrace = Duration.seconds(2)
  /// The same for one that has answered, and whose input was closed.
  public static let agentExitGrace = Duration.seconds(1)
  /// Of standard output of one attempt; most of what an agent writes in its protocol is no answer.
  public static let agentWrittenBytesMax = 1_073_741_824
  /// For the list of a server's models.
  public static let providerCheckTimeout = Duration.seconds(10)
  /// For `--version` of an agent that is checked.
  public static let agentVersionTimeout = Duration.seconds(5)
  /// Without a byte for so long, an attempt fails.
  public static let agentSilenceDefault = Duration.seconds(600)
  /// Agents and streams of all runs at one time; more wait in the executor.
  public static let agentsMax = 64
  public static let waitingAgentsMax = 65_536
  /// The longest time that an exhausted quota parks a provider for.
  public static let quotaResetMax = Duration.seconds(31 * 86_400)
  /// Of the body of one response; most of a stream is not the answer.
  public static let agentStreamBytesMax = 1_073_741_824
  /// Of the body of a response that is an error.
  public static let agentErrorBytesMax = 65_536
  /// Between `[DONE]` and the end of a response, before the connection is given up.
  public static let streamEndGrace = Duration.seconds(1)
  /// Parts of one answer that are tried as the JSON that was asked for, of each kind.
  public static let answerCandidatesMax = 64
  /// Shorter secrets are not looked for in what is reported.
  public static let redactedBytesMin = 4
  /// Shorter lines of a secret that has several are not looked for by themselves.
  public static let redactedLineBytesMin = 8
  public static let secretBytesMax = 65_536
  /// Of a character reference of HTML that is undone when secrets are looked for, its leading zeros counted.
  public static let characterReferenceBytesMax = 32

  // MARK: expressions and scripts

  /// An expression is evaluated on the loop: these are about two milliseconds.
  public static let expressionMemoryBytesMax = 16_777_216
  public static let expressionInstructionsMax = 200_000
  /// A `script` step runs on a thread of its own.
  public static let scriptMemoryBytesMax = 67_108_864
  public static let scriptInstructionsMax = 50_000_000
  public static let scriptDeadline = Duration.seconds(10)
  /// Scripts of all runs that run at one time; each may take `scriptMemoryBytesMax`.
  public static let scriptThreads = 2
  /// Scripts that wait in the executor with the values that they read; one more is refused.
  public static let waitingScriptsMax = 16_384
  /// Compiled expressions that an evaluator keeps; with one more it begins anew.
  public static let compiledExpressionsMax = 1_024

  // MARK: engine

  public static let laneQueueMax = 16_384
  public static let queuedRunsMax = 100
  /// Of the name of a concurrency group.
  public static let groupBytesMax = 1_024
  /// Of one session.
  public static let activeRunsMax = 1_024
  /// Idle ones beyond it are dropped from memory and loaded again when needed.
  public static let lanesInMemoryMax = 20_000
  /// Request ids of one session's starts that are kept in memory once they are durable.
  public static let recentRequestsMax = 256

  /// Timers, and at least twice as many as there were last time, from which on those that count no more are dropped.
  public static let timersPurgeMin = 4_096
  /// Circuit breakers that are remembered.
  public static let circuitsMax = 1_024
  /// Failures in a row that open a circuit.
  public static let circuitFailures = 5
  /// How long a circuit stays open for the first time; each further time twice as long.
  public static let circuitDelay = Duration.seconds(5)
  public static let circuitDelayMax = Duration.seconds(300)
  /// How long a question of a HYBRID run waits while nobody watches, when its flow does not say.
  public static let inputTimeoutDefault = Duration.seconds(60)

  /// Runs that ended, from which on memory is given back to the system once none is left, and how long after.
  public static let runsBeforeTrim = 64
  public static let trimDelay = Duration.seconds(1)

  // MARK: client

  /// Requests a client holds for a daemon that does not read them.
  public static let clientOutputBytesMax = 16_777_216
  /// Calls a client has without a reply on one connection.
  public static let clientCallsMax = 4_096
  /// Failed children of one `foreach` step of which a client keeps more than their state.
  public static let clientKeptFailuresMax = 100
  /// Of what a person types as an answer, in bytes.
  public static let clientAnswerBytesMax = 65_536
  /// Events a client reads ahead of a consumer that is slower.
  public static let clientEventsMax = 256
  /// A call's time when its caller names none.
  public static let callTimeoutSeconds = 30
  /// From the start of a daemon to its first accepted connection; more than one that is leaving gives its commands.
  public static let spawnWaitSeconds = 10
  /// The longest pause before a daemon is started again that another one, starting or stopping, kept out.
  public static let respawnDelayMillisecondsMax = 1_000
  /// The longest pause between two attempts at reconnecting a watch.
  public static let reconnectDelayMillisecondsMax = 2_000
  /// Of the log of daemons that clients start; a longer one is set aside at the next start.
  public static let spawnLogBytesMax = 1_048_576
}
