internal import CLinux
internal import Glibc

/// What standard input, output and error are connected to.
package struct Terminal: Equatable, Sendable {
  package var isInputTerminal: Bool
  package var isOutputTerminal: Bool
  package var isErrorTerminal: Bool
  /// Knows cursor movement and colours.
  package var isCapable: Bool
  package var noColour: Bool
  package var isUnicode: Bool

  package init(
    isInputTerminal: Bool = false, isOutputTerminal: Bool = false, isErrorTerminal: Bool = false,
    isCapable: Bool = true, noColour: Bool = false, isUnicode: Bool = true
  ) {
    self.isInputTerminal = isInputTerminal
    self.isOutputTerminal = isOutputTerminal
    self.isErrorTerminal = isErrorTerminal
    self.isCapable = isCapable
    self.noColour = noColour
    self.isUnicode = isUnicode
  }

  /// Looks at this process's files and environment.
  ///
  /// `NO_COLOR` (https://no-color.org) and `TERM=dumb` are honoured. Without any locale variable UTF-8 is assumed.
  package static func current(_ environment: [String: String]) -> Terminal {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    let term = environment["TERM"] ?? ""
    return Terminal(
      isInputTerminal: isatty(0) == 1, isOutputTerminal: isatty(1) == 1, isErrorTerminal: isatty(2) == 1,
      isCapable: !term.isEmpty && term != "dumb", noColour: !(environment["NO_COLOR"] ?? "").isEmpty,
      isUnicode: locale.map { $0.uppercased().contains("UTF") } ?? true)
  }

  /// Of standard output, or a usual one.
  package static var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Whether the terminal belongs to this process's job at present; `true` where there is no job control.
  package var isInForeground: Bool {
    let job = tcgetpgrp(1)
    return job < 0 || job == getpgrp()
  }

  /// Whether frames can be drawn over one another.
  package var canRedraw: Bool { isOutputTerminal && isCapable }

  package var outputStyle: Style { Style(isColoured: canRedraw && !noColour) }
  package var errorStyle: Style { Style(isColoured: isErrorTerminal && isCapable && !noColour) }
}
