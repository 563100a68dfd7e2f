/// HTTP on libcurl: the client that every request goes through, and the executor of `http` steps.
enum FlowdHTTP {}
