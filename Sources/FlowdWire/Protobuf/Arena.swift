internal import Glibc

/// A bump allocator: one message is decoded or encoded in it, then everything is dropped at once.
///
/// Not thread-safe; each thread that codes messages has its own.
final class Arena {
  /// Small enough to come from the allocator's fastest bins; a message that needs more gets larger blocks.
  private static let firstBlockBytes = 1_008
  private static let blockBytes = 16_384

  /// Bytes that may be handed out between two calls of `reset`.
  private(set) var limit: Int
  private var used = 0
  private var first: UnsafeMutableRawPointer
  private var extra: [UnsafeMutableRawPointer] = []
  private var next: UnsafeMutableRawPointer
  private var end: UnsafeMutableRawPointer

  init(limit: Int = .max) {
    self.limit = limit
    first = .allocate(byteCount: Arena.firstBlockBytes, alignment: 16)
    next = first
    end = first + Arena.firstBlockBytes
  }

  deinit {
    first.deallocate()
    for block in extra { block.deallocate() }
  }

  /// Drops everything; the first block stays.
  func reset(limit: Int) {
    self.limit = limit
    used = 0
    next = first
    end = first + Arena.firstBlockBytes
    guard !extra.isEmpty else { return }
    for block in extra { block.deallocate() }
    extra.removeAll()
  }

  /// Zeroed by nobody; aligned to 16. `nil` past the limit.
  func allocate(bytes: Int) -> UnsafeMutableRawPointer? {
    // A size beyond Int.max comes as a negative one.
    let size = (bytes &+ 15) & ~15
    guard bytes >= 0, size >= bytes, size <= limit - used else { return nil }
    used += size
    if size > end - next {
      let capacity = max(size, Arena.blockBytes)
      let block = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
      extra.append(block)
      next = block
      end = block + capacity
    }
    let result = next
    next += size
    return result
  }

  /// Room for one value, for encoding: the arena must have no limit.
  func allocate<T>(_: T.Type, count: Int = 1) -> UnsafeMutablePointer<T> {
    guard let memory = allocate(bytes: MemoryLayout<T>.stride * count) else {
      preconditionFailure("an arena for encoding has no limit")
    }
    return memory.bindMemory(to: T.self, capacity: count)
  }

  /// A NUL-terminated copy; a NUL inside becomes U+FFFD, because protobuf-c would end the string there.
  func string(_ text: String) -> UnsafeMutablePointer<CChar> {
    var text = text
    let hasNUL = text.withUTF8 { utf8 in utf8.baseAddress.map { memchr($0, 0, utf8.count) != nil } ?? false }
    if hasNUL { text = text.replacing("\0", with: "\u{FFFD}") }
    return text.withUTF8 { utf8 in
      let copy = allocate(CChar.self, count: utf8.count + 1)
      if let source = utf8.baseAddress {
        UnsafeMutableRawPointer(copy).copyMemory(from: source, byteCount: utf8.count)
      }
      copy[utf8.count] = 0
      return copy
    }
  }
}
