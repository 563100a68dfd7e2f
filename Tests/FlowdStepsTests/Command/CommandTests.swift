import Testing

/// All tests that start processes, one at a time: they look at the process table and at this process's descriptors.
@Suite(.serialized, .timeLimit(.minutes(2)))
enum CommandTests {}
