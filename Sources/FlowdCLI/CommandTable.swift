/// All commands; one file each.
package enum CommandTable {
  package static let all: [any Command.Type] = [
    RunCommand.self, StartCommand.self, RerunCommand.self, AnswerCommand.self, PauseCommand.self, ResumeCommand.self,
    CancelCommand.self, WatchCommand.self, RunsCommand.self, ShowCommand.self, LogsCommand.self, ExportCommand.self,
    NewCommand.self, SelectCommand.self, SessionsCommand.self, CloseCommand.self, MetaCommand.self,
    SetCommand.self, FlowsCommand.self, ValidateCommand.self, SchemaCommand.self, ProvidersCommand.self,
    StatusCommand.self,
    DoctorCommand.self, CallCommand.self, CompletionCommand.self, VersionCommand.self, HelpCommand.self,
    CompleteCommand.self,
  ]

  package static func find(_ name: String) -> (any Command.Type)? { all.first { $0.spec.name == name } }

  package static var visibleSpecs: [CommandSpec] { all.map { $0.spec }.filter { !$0.isHidden } }
}
