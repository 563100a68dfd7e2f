package main

import (
	"context"
	"fmt"
	"net"
	"time"

	flowd "flowd/v1"

	"github.com/containerd/ttrpc"
)

const (
	sessions = "flowd.v1.SessionService"
	provider = "openai"
)

var models = [2]string{"gpt-5.1", "gpt-5.2"}

func connect(w *world, options ...ttrpc.ClientOpts) (*ttrpc.Client, error) {
	connection, err := net.Dial("unix", w.socket)
	if err != nil {
		return nil, err
	}
	return ttrpc.NewClient(connection, options...), nil
}

// Runs a check with a connection of its own and a generous deadline.
func connected(run func(context.Context, *world, *ttrpc.Client) error) func(*world) error {
	return func(w *world) error {
		client, err := connect(w)
		if err != nil {
			return err
		}
		defer client.Close()
		ctx, cancel := context.WithTimeout(context.Background(), checkSecondsMax*time.Second)
		defer cancel()
		return run(ctx, w, client)
	}
}

func hello(ctx context.Context, c *ttrpc.Client) (*flowd.DaemonServiceHelloResponse, error) {
	var reply flowd.DaemonServiceHelloResponse
	err := c.Call(ctx, "flowd.v1.DaemonService", "Hello", &flowd.DaemonServiceHelloRequest{Client: "conformance"}, &reply)
	return &reply, err
}

// Makes a session that has a provider and a model.
func newSession(ctx context.Context, w *world, c *ttrpc.Client) (*flowd.SessionMeta, error) {
	var reply flowd.SessionServiceNewResponse
	request := flowd.SessionServiceNewRequest{Workspace: w.workspace, Title: "Importer", Client: "conformance"}
	if err := c.Call(ctx, sessions, "New", &request, &reply); err != nil {
		return nil, err
	}
	if _, err := setModel(ctx, c, reply.Meta.GetSessionId(), models[0]); err != nil {
		return nil, err
	}
	return getMeta(ctx, c, reply.Meta.GetSessionId())
}

func setModel(ctx context.Context, c *ttrpc.Client, session, model string) (*flowd.SessionMeta, error) {
	return setModelExpecting(ctx, c, session, model, nil)
}

func setModelExpecting(
	ctx context.Context, c *ttrpc.Client, session, model string, expected *flowd.ExpectedMeta,
) (*flowd.SessionMeta, error) {
	var reply flowd.SessionServiceSetProviderModelResponse
	request := flowd.SessionServiceSetProviderModelRequest{
		SessionId: session, ProviderId: provider, ModelId: model, Expected: expected,
	}
	err := c.Call(ctx, sessions, "SetProviderModel", &request, &reply)
	return reply.Meta, err
}

func setFlow(ctx context.Context, c *ttrpc.Client, session, flow string) (*flowd.SessionMeta, error) {
	var reply flowd.SessionServiceSetExecutedFlowResponse
	request := flowd.SessionServiceSetExecutedFlowRequest{SessionId: session, FlowId: flow}
	err := c.Call(ctx, sessions, "SetExecutedFlow", &request, &reply)
	return reply.Meta, err
}

func getMeta(ctx context.Context, c *ttrpc.Client, session string) (*flowd.SessionMeta, error) {
	var reply flowd.SessionServiceGetCurrentMetaResponse
	request := flowd.SessionServiceGetCurrentMetaRequest{
		Target: &flowd.SessionServiceGetCurrentMetaRequest_SessionId{SessionId: session},
	}
	if err := c.Call(ctx, sessions, "GetCurrentMeta", &request, &reply); err != nil {
		return nil, err
	}
	if reply.Meta.GetSessionId() != session {
		return nil, fmt.Errorf("the metadata of %q came instead of %q", reply.Meta.GetSessionId(), session)
	}
	return reply.Meta, nil
}
