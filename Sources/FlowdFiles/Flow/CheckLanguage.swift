internal import FlowdChecks
internal import FlowdModel

/// What is known of queries and predicates before they are evaluated; the one place that asks those who evaluate them.
enum CheckLanguage {
  /// What is wrong with a query, such as a JSONPath that is none.
  static func mistake(in query: CheckQuery) -> String? { CheckSyntax.problem(in: query) }

  /// What is wrong with a predicate, such as a pattern that is none.
  static func mistake(in predicate: CheckPredicate) -> String? { CheckSyntax.problem(in: predicate) }
}
