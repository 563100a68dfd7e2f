internal import FlowdCLI
internal import Glibc

exit(Program.main(Array(CommandLine.arguments.dropFirst())))
