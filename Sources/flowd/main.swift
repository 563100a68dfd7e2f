internal import FlowdServer
internal import Glibc

switch CommandLineOptions.parse(Array(CommandLine.arguments.dropFirst())) {
case .serve(let options): exit(Daemon.serve(options))
case .check(let options): exit(Daemon.checkConfiguration(options))
case .print(let text):
  print(text)
  exit(ExitCode.ok)
case .refuse(let message):
  let text = Array("flowd: \(message)\nTry 'flowd --help'.\n".utf8)
  _ = write(STDERR_FILENO, text, text.count)
  exit(ExitCode.usage)
}
