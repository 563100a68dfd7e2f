"""The contract as a descriptor set has it: messages by name, from and to canonical JSON."""

import struct

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

REQUEST, RESPONSE, DATA, CANCEL, CREDIT, PING, GOAWAY = 0x01, 0x02, 0x03, 0x10, 0x11, 0x12, 0x13
REMOTE_CLOSED, REMOTE_OPEN, NO_DATA = 0x01, 0x02, 0x04


class Contract:
    def __init__(self, data: bytes):
        self.pool = descriptor_pool.DescriptorPool()
        for file in descriptor_pb2.FileDescriptorSet.FromString(data).file:
            self.pool.Add(file)

    def new(self, name: str):
        return message_factory.GetMessageClass(self.pool.FindMessageTypeByName(name))()

    def message(self, name: str, value: dict | str):
        return json_format.ParseDict(value, self.new(name), descriptor_pool=self.pool)

    def encode(self, name: str, value: dict | str) -> bytes:
        return self.message(name, value).SerializeToString(deterministic=True)

    def decode(self, name: str, data: bytes) -> dict:
        """Canonical proto3 JSON, members sorted: maps have no order of their own."""
        message = self.new(name)
        message.ParseFromString(data)
        return in_order(json_format.MessageToDict(message, descriptor_pool=self.pool))

    def request(self, service: str, method: str, payload: bytes = b"", **more) -> bytes:
        """The body of a request frame."""
        message = self.new("ttrpc.Request")
        message.service, message.method, message.payload = service, method, payload
        message.timeout_nano = more.get("timeout_nano", 0)
        for key, value in more.get("metadata", []):
            message.metadata.add(key=key, value=value)
        return message.SerializeToString(deterministic=True)

    def response(self, payload: bytes) -> bytes:
        """The body of a response frame."""
        message = self.new("ttrpc.Response")
        message.payload = payload
        return message.SerializeToString(deterministic=True)

    def error(self, code: int, reason: str, text: str, metadata: dict | None = None, details: list | None = None) -> bytes:
        """The body of a response frame that carries an error; `details` follow the ErrorInfo."""
        info = self.message("google.rpc.ErrorInfo", {"reason": reason, "domain": "flowd", "metadata": metadata or {}})
        message = self.new("ttrpc.Response")
        message.status.code, message.status.message = code, text
        for detail in [info, *(details or [])]:
            packed = message.status.details.add()
            packed.type_url = f"type.googleapis.com/{detail.DESCRIPTOR.full_name}"
            packed.value = detail.SerializeToString(deterministic=True)
        return message.SerializeToString(deterministic=True)


def in_order(value):
    if isinstance(value, dict):
        return {name: in_order(value[name]) for name in sorted(value)}
    return [in_order(item) for item in value] if isinstance(value, list) else value


def frame(stream: int, kind: int, flags: int, body: bytes = b"") -> bytes:
    return struct.pack(">IIBB", len(body), stream, kind, flags) + body
