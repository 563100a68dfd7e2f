internal import FlowdModel

extension Language {
  package static let http = SchemaObject(
    "http", place: "'with' of 'uses: http'",
    keys: [
      SchemaKey("method", .template, "As it is sent.", standard: "`GET`"),
      SchemaKey(
        "url", .template, "`http` or `https`; without a scheme it is put behind `defaults.baseUrl`.", required: true),
      SchemaKey("query", httpFields, "Added to the URL; a list repeats its name, `null` leaves it out."),
      SchemaKey("headers", headers, "Headers, over those of `defaults`."),
      SchemaKey("json", .value, "The body as JSON."),
      SchemaKey("form", httpFields, "The body as a form, `application/x-www-form-urlencoded`; values as in `query`."),
      SchemaKey(
        "multipart", .list(of: .object(multipart), max: Limits.httpFieldsMax, min: 1),
        "The body as a form of parts, `multipart/form-data`."),
      SchemaKey("body", .template, "The body as text."),
      SchemaKey("file", .template, "The body as a file; absolute, or relative to the run's directory."),
      SchemaKey("auth", .object(auth), "How the request says who sends it."),
      SchemaKey(
        "cookies", .boolean, "Whether the run's cookies are sent, and those of the response kept for the run.",
        standard: "`true`"),
      SchemaKey(
        "redirects", .either([.boolean, .integer(0...Limits.redirectsMax)]),
        "How many redirects are followed; `false`: none.", standard: "\(Limits.redirectsDefault)"),
      SchemaKey("tls", .object(tls), "What `https` goes by."),
      SchemaKey("proxy", .template, "The URL of a proxy, `http` or `https`.", standard: "none"),
      SchemaKey(
        "version", .words(HTTPVersion.allCases.map(\.rawValue)), "Of HTTP; `any`: 2 with TLS where the server has it.",
        standard: "`any`"),
      SchemaKey("unix-socket", .template, "The absolute path of the server's socket; the host is not looked up then."),
      SchemaKey(
        "decompress", .boolean, "Whether a compressed body is asked for and unpacked.", standard: "`true`"),
      SchemaKey(
        "max-body", .size(1...Limits.httpBodyBytesMax), "Of the response, unpacked; a longer one fails the attempt.",
        standard: "`64MiB`"),
      SchemaKey(
        "save-to", .template,
        "A file that the response's body is written to; absolute, or relative to the run's directory."),
    ],
    instead: [
      "uri": "'url'", "href": "'url'", "verb": "'method'", "params": "'query'", "parameters": "'query'",
      "data": "'body'",
      "payload": "'body'", "baseUrl": "it in 'defaults'", "base-url": "'baseUrl' in 'defaults'",
      "timeout": "'timeout' beside 'with'", "expect": "'expect' beside 'with'", "retry": "'retry' beside 'with'",
      "follow": "'redirects'", "verify": "'tls: { verify: … }'", "insecure": "'tls: { verify: false }'",
      "bearer": "'auth: { bearer: … }'", "basic": "'auth: { basic: … }'", "token": "'auth: { bearer: … }'",
      "output": "'save-to'", "max_body": "'max-body'", "save_to": "'save-to'", "unix_socket": "'unix-socket'",
      "cert": "'tls: { certificate: … }'", "urlencoded": "'form'",
    ],
    atMostOne: httpBodies)

  /// The keys of `with` that give a body.
  package static let httpBodies = ["json", "form", "multipart", "body", "file"]

  package static let multipart = SchemaObject(
    "multipart", place: "a part of 'multipart'",
    keys: [
      SchemaKey("name", .constant, "The field's name.", required: true),
      SchemaKey("value", .template, "Its value. Either this or `file`."),
      SchemaKey("file", .template, "A file whose content it is; absolute, or relative to the run's directory."),
      SchemaKey("filename", .template, "What the server is told the file is called.", standard: "the file's name"),
      SchemaKey("type", .constant, "The part's media type, such as `image/png`.", standard: "none"),
    ],
    instead: ["path": "'file'", "content": "'value'", "content-type": "'type'", "contentType": "'type'"],
    exactlyOne: [["value", "file"]])

  package static let auth = SchemaObject(
    "auth", place: "'auth'",
    keys: [
      SchemaKey("basic", .object(credentials), "A name and a password, with each request."),
      SchemaKey("digest", .object(credentials), "A name and a password that are not sent themselves."),
      SchemaKey("bearer", .template, "A token."),
      SchemaKey(
        "netrc", .either([.boolean, .template]), "By host from a netrc file: `true` for `~/.netrc`, or its path."),
    ],
    instead: [
      "token": "'bearer'", "user": "'basic: { user: …, password: … }'", "type": "'basic', 'digest' or 'bearer'",
    ],
    exactlyOne: [["basic", "digest", "bearer", "netrc"]])

  package static let credentials = SchemaObject(
    "credentials", place: "a name and its password",
    keys: [
      SchemaKey("user", .template, "The name.", required: true),
      SchemaKey("password", .template, "The password.", required: true),
    ],
    instead: ["username": "'user'", "name": "'user'", "pass": "'password'"])

  package static let tls = SchemaObject(
    "tls", place: "'tls'",
    keys: [
      SchemaKey("ca", .template, "A file of certificates that are trusted.", standard: "those of the system"),
      SchemaKey("certificate", .template, "A file with the client's certificate."),
      SchemaKey("key", .template, "A file with its key.", standard: "the certificate's file"),
      SchemaKey("verify", .boolean, "Whether the server must be who the URL says.", standard: "`true`"),
    ],
    instead: ["cert": "'certificate'", "ca-file": "'ca'", "cacert": "'ca'", "insecure": "'verify: false'"])

  static let headers = SchemaType.map(of: .template, names: .headers, max: Limits.httpHeadersMax)

  private static let httpFields = SchemaType.map(of: .plainValue, names: .any, max: Limits.httpFieldsMax)
}
