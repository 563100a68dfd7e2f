/// What waits for a place, in the order in which it came.
struct WaitingLine<Element> {
  /// `nil` where one was popped.
  private var elements: [Element?] = []
  private var head = 0

  var count: Int { elements.count - head }
  var isEmpty: Bool { count == 0 }

  mutating func append(_ element: Element) { elements.append(element) }

  mutating func popFirst() -> Element? {
    guard head < elements.count else { return nil }
    let element = elements[head]
    elements[head] = nil
    head += 1
    compact()
    return element
  }

  /// Takes out the first element that fits.
  mutating func remove(where fits: (Element) -> Bool) -> Element? {
    guard let index = elements.firstIndex(where: { $0.map(fits) ?? false }) else { return nil }
    return elements.remove(at: index)
  }

  mutating func removeAll() { self = WaitingLine() }

  /// Drops the places of what was popped, when they are half or more.
  private mutating func compact() {
    guard head * 2 >= elements.count else { return }
    elements.removeFirst(head)
    head = 0
  }
}

extension WaitingLine: Sendable where Element: Sendable {}
