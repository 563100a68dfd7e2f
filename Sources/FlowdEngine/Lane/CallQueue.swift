/// First in, first out. Taking the first costs the same however many wait behind it.
struct CallQueue<Element> {
  private var elements: [Element?] = []
  private var head = 0

  var count: Int { elements.count - head }

  var isEmpty: Bool { head == elements.count }

  var first: Element? { head < elements.count ? elements[head] : nil }

  mutating func append(_ element: Element) { elements.append(element) }

  mutating func removeFirst() {
    elements[head] = nil
    head += 1
    if head == elements.count {
      elements.removeAll(keepingCapacity: head <= 64)
      head = 0
    } else if head >= 64, head * 2 >= elements.count {
      elements.removeFirst(head)
      head = 0
    }
  }

  func contains(where predicate: (Element) -> Bool) -> Bool {
    elements[head...].contains { $0.map(predicate) ?? false }
  }

  mutating func removeAll(where predicate: (Element) -> Bool) {
    elements = elements[head...].filter { !($0.map(predicate) ?? true) }
    head = 0
  }
}
