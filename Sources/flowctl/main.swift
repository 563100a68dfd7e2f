internal import FlowdClient
