import FlowdModel

@testable import FlowdWire

/// What a decoder found, as values.
enum Found: Equatable {
  case frame(FrameHeader, body: [UInt8])
  case oversize(FrameHeader)
  case outOfStep(FrameHeader)
}

extension FrameHeader {
  /// A whole frame with this header's id, type and flags.
  func frame(_ body: [UInt8]) -> [UInt8] {
    var header = self
    header.length = UInt32(body.count)
    var output: [UInt8] = []
    header.append(to: &output)
    return output + body
  }
}

/// Feeds pieces to a decoder, one after the other.
func frames(of pieces: [ArraySlice<UInt8>]) -> [Found] {
  var decoder = FrameDecoder()
  var found: [Found] = []
  for piece in pieces {
    let isInStep = piece.withUnsafeBytes { bytes in
      do throws(FrameDecoder.OutOfStep) {
        try decoder.receive(bytes) { decoded in
          switch decoded {
          case .frame(let header, let body): found.append(.frame(header, body: Array(body)))
          case .oversize(let header): found.append(.oversize(header))
          }
          return true
        }
        return true
      } catch {
        found.append(.outOfStep(error.header))
        return false
      }
    }
    if !isInStep { break }
  }
  return found
}
