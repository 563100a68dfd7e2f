"""What `generate` makes besides the messages: the transport's envelope and the typed services."""
