package main

import (
	"context"
	"fmt"

	flowd "flowd/v1"

	"github.com/containerd/ttrpc"
)

var sessionChecks = []check{
	{"hello names the contract", connected(func(ctx context.Context, _ *world, c *ttrpc.Client) error {
		reply, err := hello(ctx, c)
		if err != nil {
			return err
		}
		if reply.ProtocolVersion != "flowd.v1" || reply.Version == "" || reply.Epoch == "" {
			return fmt.Errorf("%v", reply)
		}
		if len(reply.Features) != 0 {
			return fmt.Errorf("extensions %v for a client that asked for none", reply.Features)
		}
		return nil
	})},
	{"a new session has an id, a revision and times", connected(func(ctx context.Context, w *world, c *ttrpc.Client) error {
		meta, err := newSession(ctx, w, c)
		if err != nil {
			return err
		}
		if len(meta.SessionId) != 36 || meta.Workspace != w.workspace || meta.Title != "Importer" || meta.Revision == 0 ||
			meta.CreatedAt.GetSeconds() == 0 || meta.UpdatedAt.GetSeconds() < meta.CreatedAt.GetSeconds() {
			return fmt.Errorf("%v", meta)
		}
		return nil
	})},
	{"a change adds 1 to the revision and is read back", connected(func(ctx context.Context, w *world, c *ttrpc.Client) error {
		before, err := newSession(ctx, w, c)
		if err != nil {
			return err
		}
		set, err := setModel(ctx, c, before.SessionId, models[1])
		if err != nil {
			return err
		}
		read, err := getMeta(ctx, c, before.SessionId)
		if err != nil {
			return err
		}
		if set.Revision != before.Revision+1 || set.ModelId != models[1] || set.ProviderId != provider {
			return fmt.Errorf("%v became %v", before, set)
		}
		if set.String() != read.String() {
			return fmt.Errorf("set %v, read %v", set, read)
		}
		return nil
	})},
	{"a flow that exists can be chosen", connected(func(ctx context.Context, w *world, c *ttrpc.Client) error {
		meta, err := newSession(ctx, w, c)
		if err != nil {
			return err
		}
		set, err := setFlow(ctx, c, meta.SessionId, w.flow)
		if err == nil && set.ExecutedFlowId != w.flow {
			err = fmt.Errorf("%v", set)
		}
		return err
	})},
	{"metadata headers do no harm", connected(func(ctx context.Context, w *world, c *ttrpc.Client) error {
		meta, err := newSession(ctx, w, c)
		if err != nil {
			return err
		}
		headers := ttrpc.MD{}
		headers.Set("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
		headers.Set("empty", "")
		for i := 0; i < 100; i++ {
			headers.Append("many", fmt.Sprint("value ", i, " with ünïcode"))
		}
		_, err = getMeta(ttrpc.WithMetadata(ctx, headers), c, meta.SessionId)
		return err
	})},
}

// What the C server of the benchmarks has not got.
var daemonChecks = []check{
	{"status tells of the daemon that serves", connected(func(ctx context.Context, w *world, c *ttrpc.Client) error {
		var reply flowd.DaemonServiceStatusResponse
		err := c.Call(ctx, "flowd.v1.DaemonService", "Status", &flowd.DaemonServiceStatusRequest{}, &reply)
		if err != nil {
			return err
		}
		if reply.Health != flowd.DaemonHealth_DAEMON_HEALTH_SERVING || int(reply.Pid) != w.daemon.process.Process.Pid ||
			reply.SocketPath != w.socket || reply.StartedAt.GetSeconds() == 0 {
			return fmt.Errorf("%v", reply.String())
		}
		return nil
	})},
	{"hello lists limits and methods", connected(func(ctx context.Context, _ *world, c *ttrpc.Client) error {
		reply, err := hello(ctx, c)
		if err != nil {
			return err
		}
		if reply.Limits["frame_bytes_max"] != frameBytesMax {
			return fmt.Errorf("limits %v", reply.Limits)
		}
		for _, method := range reply.Methods {
			if method == "flowd.v1.FlowService/Start" {
				return nil
			}
		}
		return fmt.Errorf("methods %v", reply.Methods)
	})},
	{"the newest session is its workspace's selected one", connected(func(ctx context.Context, w *world, c *ttrpc.Client) error {
		meta, err := newSession(ctx, w, c)
		if err != nil {
			return err
		}
		var reply flowd.SessionServiceGetCurrentMetaResponse
		request := flowd.SessionServiceGetCurrentMetaRequest{
			Target: &flowd.SessionServiceGetCurrentMetaRequest_Workspace{Workspace: w.workspace},
		}
		if err := c.Call(ctx, sessions, "GetCurrentMeta", &request, &reply); err != nil {
			return err
		}
		if reply.Meta.GetSessionId() != meta.SessionId || reply.EventSeq == 0 {
			return fmt.Errorf("%v", reply.String())
		}
		return nil
	})},
	{"a method has its short name too", connected(func(ctx context.Context, w *world, c *ttrpc.Client) error {
		meta, err := newSession(ctx, w, c)
		if err != nil {
			return err
		}
		var reply flowd.SessionServiceGetCurrentMetaResponse
		request := flowd.SessionServiceGetCurrentMetaRequest{
			Target: &flowd.SessionServiceGetCurrentMetaRequest_SessionId{SessionId: meta.SessionId},
		}
		err = c.Call(ctx, "session", "getCurrentMeta", &request, &reply)
		if err == nil && reply.Meta.String() != meta.String() {
			err = fmt.Errorf("%v instead of %v", reply.Meta, meta)
		}
		return err
	})},
	{"a flow that does not exist is NOT_FOUND and changes nothing", connected(unknownFlow)},
	{"a stale expectation is ABORTED with the metadata as it is", connected(staleExpectation)},
	{"what was acknowledged survives a crash", afterCrash},
}
