internal import CFlowdProto

/// The namespace of the contract's messages, enums and methods, generated from `proto/`.
public enum API {}

/// A message of the contract as a Swift value.
public protocol Message: Equatable, Sendable {
  /// Such as `flowd.v1.SessionMeta`.
  static var fullName: String { get }

  /// Decodes one message.
  ///
  /// - Throws: `.malformed` or `.tooLarge`; the bytes are checked before anything is allocated for them.
  init(decoding bytes: UnsafeRawBufferPointer) throws(WireError)

  /// Appends the encoded message.
  func encode(into output: inout [UInt8])
}

extension Message {
  /// Decodes one message.
  public init(decoding bytes: [UInt8]) throws(WireError) {
    let result: Result<Self, WireError> = bytes.withUnsafeBytes { buffer in
      do throws(WireError) {
        return .success(try Self(decoding: buffer))
      } catch {
        return .failure(error)
      }
    }
    self = try result.get()
  }

  /// The encoded message.
  public var encoded: [UInt8] {
    var output: [UInt8] = []
    encode(into: &output)
    return output
  }
}

/// A method with one request and one response.
public protocol UnaryRPC {
  associatedtype Request: Message
  associatedtype Response: Message
  static var method: API.Method { get }
}

/// A method with one request and a stream of responses.
public protocol StreamingRPC {
  associatedtype Request: Message
  associatedtype Response: Message
  static var method: API.Method { get }
}

/// What the generated code adds for protobuf-c; nothing outside this target sees it.
protocol CMessage: Message {
  associatedtype C
  static var descriptor: UnsafePointer<ProtobufCMessageDescriptor> { get }
  init(c: UnsafePointer<C>)
  func makeC(in arena: Arena) -> UnsafeMutablePointer<C>
}
