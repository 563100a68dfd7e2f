"""Values that the vectors share."""

import base64

SESSION = "01890a5d-ac96-774b-bcce-b302099a8057"
RUN = "01890a5d-ac96-774b-bcce-b302099a8058"
META = {
    "sessionId": SESSION,
    "workspace": "/home/ada/project",
    "title": "Grüße, 世界",
    "executedFlowId": "build",
    "lastUsedFlowId": "test",
    "providerId": "ollama",
    "modelId": "qwen2.5-coder:7b",
    "mode": "RUN_MODE_INTERACTIVE",
    "revision": "7",
    "createdAt": "2023-06-30T12:34:56.789Z",
    "updatedAt": "2023-07-01T00:00:00Z",
}
SNAPSHOT = {
    "flowId": "build",
    "definitionHash": "0f" * 32,
    "providerId": "ollama",
    "modelId": "qwen2.5-coder:7b",
    "mode": "RUN_MODE_INTERACTIVE",
    "revision": "7",
}
STEP = {
    "stepId": "compile",
    "label": "Compile",
    "kind": "run",
    "status": "STEP_STATUS_FAILED",
    "attempt": 2,
    "startedAt": "2023-06-30T12:34:56.789Z",
    "finishedAt": "2023-06-30T12:34:57.000001Z",
    "exitCode": 0,
    "error": {"class": "ERROR_CLASS_RECOVERABLE", "message": "timed out after 1 s"},
    "stdout": base64.b64encode("é\n".encode()).decode(),
    "stdoutTruncated": True,
    "needs": ["fetch", "configure"],
}
INPUTS = base64.b64encode(b'{"size":"small"}').decode()

#: name: (message, canonical JSON)
PAYLOADS = {
    "set-flow": ("flowd.v1.SessionServiceSetExecutedFlowRequest", {"sessionId": SESSION, "flowId": "build"}),
    "set-flow-response": ("flowd.v1.SessionServiceSetExecutedFlowResponse", {"meta": META}),
    "get-meta": ("flowd.v1.SessionServiceGetCurrentMetaRequest", {"sessionId": SESSION}),
    "status": ("flowd.v1.DaemonServiceStatusRequest", {}),
    "watch": ("flowd.v1.EventServiceWatchRequest", {"sessionId": SESSION, "afterSeq": "41"}),
    "watch-response": (
        "flowd.v1.EventServiceWatchResponse",
        {
            "event": {
                "sessionId": SESSION,
                "runId": RUN,
                "seq": "42",
                "position": "1042",
                "at": "2023-06-30T12:34:56.789Z",
                "stepOutput": {
                    "stepId": "compile",
                    "attempt": 1,
                    "stream": "OUTPUT_STREAM_STDERR",
                    "chunk": base64.b64encode("warning: é\n".encode()).decode(),
                    "offset": "16384",
                },
            }
        },
    ),
    "start": (
        "flowd.v1.FlowServiceStartRequest",
        {
            "sessionId": SESSION,
            "requestId": "f1e2d3c4",
            "expected": {"revision": "7", "executedFlowId": "build", "providerId": "", "modelId": "qwen2.5-coder:7b"},
            "inputs": INPUTS,
            "ifActive": "IF_ACTIVE_QUEUE",
            "cwd": "/home/ada/project/core",
            "env": {"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
        },
    ),
}
