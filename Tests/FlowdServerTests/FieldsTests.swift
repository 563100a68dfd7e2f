import FlowdModel
import FlowdWire
import Testing

@testable import FlowdServer

@Suite struct FieldsTests {
  private func field(of body: () throws(Refusal) -> Void) -> String? {
    do throws(Refusal) {
      try body()
      return nil
    } catch {
      return error.metadata["field"]
    }
  }

  @Test func emptyAndOverLongIdsNameTheirField() {
    let long = String(repeating: "x", count: Limits.idBytesMax + 1)
    #expect(field { () throws(Refusal) in _ = try Fields.id("", "flow_id") } == "flow_id")
    #expect(field { () throws(Refusal) in _ = try Fields.id(long, "model_id") } == "model_id")
    #expect(field { () throws(Refusal) in _ = try Fields.session("") } == "session_id")
    #expect(field { () throws(Refusal) in _ = try Fields.id(String(long.dropLast()), "model_id") } == nil)
  }

  @Test func aSessionThatIsNoUUIDIsNotFound() {
    do throws(Refusal) {
      _ = try Fields.session("nonsense")
      Issue.record("was accepted")
    } catch {
      #expect(error.code == .notFound)
      #expect(error.reason == "SESSION_NOT_FOUND")
    }
  }

  @Test func aMaskHasPermissionsOnly() throws {
    #expect(try Fields.umask(nil) == nil)
    #expect(try Fields.umask(0) == FileMask(0))
    #expect(try Fields.umask(0o777) == FileMask(0o777))
    for bits: UInt32 in [0o1000, 0o7777, .max] {
      #expect(field { () throws(Refusal) in _ = try Fields.umask(bits) } == "umask")
    }
  }

  @Test func pathsAreAbsoluteAndLoseTheirTrailingSlashes() throws {
    #expect(try Fields.absolutePath("/a/b//", "workspace") == "/a/b")
    #expect(try Fields.absolutePath("/", "workspace") == "/")
    #expect(field { () throws(Refusal) in _ = try Fields.absolutePath("a/b", "cwd") } == "cwd")
  }

  @Test func environmentNamesHoldNoEqualsSign() throws {
    #expect(try Fields.environment(["B": "2", "A": "1=x"]) == ["A=1=x", "B=2"])
    #expect(field { () throws(Refusal) in _ = try Fields.environment(["A=B": "1"]) } == "env")
    #expect(field { () throws(Refusal) in _ = try Fields.environment(["": "1"]) } == "env")
    let large = ["A": String(repeating: "x", count: Limits.environmentBytesMax)]
    #expect(field { () throws(Refusal) in _ = try Fields.environment(large) } == "env")
  }

  @Test func enumsOfLaterVersionsAreRefused() {
    #expect(field { () throws(Refusal) in _ = try Fields.mode(.unrecognized(9)) } == "mode")
    #expect(field { () throws(Refusal) in _ = try Fields.mode(.unspecified) } == "mode")
    #expect(field { () throws(Refusal) in _ = try Fields.cancelMode(.unrecognized(9)) } == "mode")
  }

  @Test func pagesAreBounded() throws {
    #expect(try Fields.pageSize(0) == Limits.pageSizeDefault)
    #expect(field { () throws(Refusal) in _ = try Fields.pageSize(UInt32(Limits.pageSizeMax + 1)) } == "page_size")
    #expect(field { () throws(Refusal) in _ = try Fields.pageToken("x") } == "page_token")
    #expect(try Fields.pageToken("12") == 12)
  }
}
