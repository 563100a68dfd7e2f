/// Why bytes are not a message.
public enum WireError: Error, Equatable, Sendable {
  /// Not protobuf, or not of this message; where and why.
  case malformed(String)
  /// Over a bound of `Limits`; which.
  case tooLarge(String)

  public var message: String {
    switch self {
    case .malformed(let why), .tooLarge(let why): why
    }
  }
}
