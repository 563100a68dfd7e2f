/// The version of this program and of the client library.
package enum ClientVersion {
  package static let text = "0.1.0"
}
