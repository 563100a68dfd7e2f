"""The messages of the contract, generated from proto/flowd/v1."""
