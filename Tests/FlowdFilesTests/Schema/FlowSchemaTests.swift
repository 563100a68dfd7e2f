import FlowdModel
import FlowdSchema
import Testing

struct FlowSchemaTests {
  private let schema = FlowSchema.jsonSchema()

  /// Every value of a key, wherever it stands.
  private func values(of key: String, in value: JSONValue) -> [JSONValue] {
    switch value {
    case .object(let members):
      members.filter { $0.name == key }.map(\.value) + members.flatMap { values(of: key, in: $0.value) }
    case .array(let elements): elements.flatMap { values(of: key, in: $0) }
    case .null, .bool, .number, .string: []
    }
  }

  @Test func itIsJSONOfTheNamedDraft() throws {
    #expect(try JSONValue(parsing: Array(schema.text.utf8)) == schema)
    #expect(schema["$schema"] == .string("http://json-schema.org/draft-07/schema#"))
  }

  @Test func everyReferenceLeadsToADefinition() throws {
    guard case .object(let definitions)? = schema["definitions"] else { return #expect(Bool(false)) }
    let names = definitions.map { JSONValue.string("#/definitions/\($0.name)") }
    let references = values(of: "$ref", in: schema)
    #expect(!references.isEmpty)
    for reference in references { #expect(names.contains(reference)) }
  }

  @Test func everyMappingOfTheLanguageIsClosedAndExplained() throws {
    guard case .object(let definitions)? = schema["definitions"] else { return #expect(Bool(false)) }
    for object in definitions.map(\.value) + [schema] {
      #expect(object["additionalProperties"] == .bool(false))
      guard case .object(let properties)? = object["properties"] else { return #expect(Bool(false)) }
      #expect(!properties.isEmpty)
      for property in properties {
        guard case .string(let text)? = property.value["description"] else {
          #expect(Bool(false), "\(property.name) has no description")
          continue
        }
        #expect(text.hasSuffix("."), "\(property.name): \(text)")
      }
    }
  }

  @Test func aRequestHasOneBodyAtMost() {
    let http = schema["definitions"]?["http"]
    let given = Language.httpBodies.map { JSONValue.object([.init("required", .array([.string($0)]))]) }
    let none = JSONValue.object([.init("not", .object([.init("anyOf", .array(given))]))])
    #expect(http?["allOf"] == .array([.object([.init("oneOf", .array(given + [none]))])]))
    for name in Language.httpBodies { #expect(Language.http.key(name) != nil) }
  }

  @Test func whatLooksLikeANumberMayBeWrittenAsOne() {
    let version = schema["definitions"]?["http"]?["properties"]?["version"]
    let spellings: [JSONValue] = [.string("any"), .string("1.1"), .number("1.1"), .string("2"), .number("2")]
    #expect(version?["enum"] == .array(spellings))
  }

  @Test func keysHaveOneNameInOneMapping() {
    for object in FlowSchema.objects + [Language.flow] {
      #expect(Set(object.keys.map(\.name)).count == object.keys.count, "\(object.name)")
      for name in object.instead.keys { #expect(object.key(name) == nil, "\(name) of \(object.name)") }
    }
  }

  @Test func queriesArePredicatesOfNoKind() {
    let queries = Set(Language.plainQueries + Language.queriesWithArgument)
    #expect(queries.isDisjoint(with: Language.predicates.keys.map(\.name)))
    #expect(queries.count + Language.predicates.keys.count == Language.check.keys.count)
    for kind in StepKind.allCases { #expect(queries.isSuperset(of: Language.queries(of: kind))) }
    #expect(
      Set(CheckPredicate.Operator.allCases.map(\.rawValue) + ["not"]) == Set(Language.predicates.keys.map(\.name)))
  }
}
