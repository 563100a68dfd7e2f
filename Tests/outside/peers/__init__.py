"""What the daemon talks to in tests: servers and proxies on loopback, real ones and scripted ones."""
