internal import FlowdModel
