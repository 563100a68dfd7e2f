internal import FlowdModel

/// Compiled things by their text; the oldest goes when there are too many.
struct BoundedCache<Value> {
  private var values: [ExactName: Value] = [:]
  private var order: [ExactName] = []
  private let countMax: Int

  init(countMax: Int) { self.countMax = countMax }

  var count: Int { values.count }

  func has(_ text: String) -> Bool { values[ExactName(text)] != nil }

  /// The value of a text, made when it is not there; what could not be made is not remembered.
  mutating func value<Failure>(
    of text: String, orMake make: (String) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let key = ExactName(text)
    if let value = values[key] { return value }
    let value = try make(text)
    if order.count >= countMax { values[order.removeFirst()] = nil }
    values[key] = value
    order.append(key)
    return value
  }
}
