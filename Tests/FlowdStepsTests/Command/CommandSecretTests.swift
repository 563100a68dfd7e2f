import FlowdModel
import Testing

@testable import FlowdSteps

extension CommandTests {
  @Suite struct Secrets {
    private struct Source: SecretSource {
      func value(of secret: Secret) throws(SecretError) -> String {
        guard secret.name == "KNOWN" else { throw SecretError("There is no secret \(secret.name).") }
        return "looked-up-4711"
      }
    }

    private static let script = ["sh", "-c", "printf %s \"$KEY\" | tr a-z A-Z"]

    @Test func secretsReachTheEnvironmentOnly() async throws {
      let steps = try Steps { $0.secrets = Source() }
      let text = SecretText([.text("Bearer "), .secret(Secret("KNOWN")), .secret(Secret("GIVEN", value: "-given-9"))])
      let attempt = steps.start(
        Self.script, environment: ["PATH=/usr/bin:/bin", "KEY=old", "KEY"], secrets: [EnvironmentSecret("KEY", text)])
      #expect(try await steps.result(of: attempt).output == "BEARER LOOKED-UP-4711-GIVEN-9")
    }

    @Test func aSecretWithoutAValueStopsTheAttempt() async throws {
      let secrets = [EnvironmentSecret("KEY", SecretText([.secret(Secret("OTHER"))]))]
      let knowing = try Steps { $0.secrets = Source() }
      let outcome = try await knowing.result(of: knowing.start(Self.script, secrets: secrets)).outcome
      #expect(outcome == .notStarted("There is no secret OTHER."))
      let unknowing = try Steps()
      let result = try await unknowing.result(of: unknowing.start(Self.script, secrets: secrets))
      guard case .notStarted(let sentence) = result.outcome else {
        Issue.record("it was started")
        return
      }
      #expect(sentence.contains("OTHER"))
    }

    @Test func valuesDoNotAppearInWhatIsReported() async throws {
      let steps = try Steps { $0.secrets = Source() }
      let text = SecretText([.secret(Secret("KNOWN"))])
      let attempt = steps.start(
        [
          "sh", "-c",
          "printf %s \"a $KEY b \"; printf looked-; sleep 0.1; printf 'up-4711 c other-secret'; echo $KEY >&2",
        ],
        secrets: [EnvironmentSecret("KEY", text)], redacted: ["other-secret"])
      let result = try await steps.result(of: attempt)
      #expect(result.output == "a [secret] b [secret] c [secret]")
      #expect(result.errors == "[secret]\n")
      #expect(steps.text(of: attempt) == result.output)
    }
  }
}
