package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	flowd "flowd/v1"

	"github.com/containerd/ttrpc"
	"github.com/gogo/protobuf/proto"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

var errorChecks = []check{
	{"an unknown method is UNIMPLEMENTED", connected(func(ctx context.Context, _ *world, c *ttrpc.Client) error {
		return wants(codes.Unimplemented, c.Call(ctx, sessions, "Rename", &flowd.DaemonServiceStatusRequest{}, &flowd.DaemonServiceStatusResponse{}))
	})},
	{"an unknown service is UNIMPLEMENTED", connected(func(ctx context.Context, _ *world, c *ttrpc.Client) error {
		return wants(codes.Unimplemented, c.Call(ctx, "flowd.v9.NoService", "New", &flowd.DaemonServiceStatusRequest{}, &flowd.DaemonServiceStatusResponse{}))
	})},
	{"an unknown session is NOT_FOUND", connected(func(ctx context.Context, _ *world, c *ttrpc.Client) error {
		_, err := getMeta(ctx, c, "01890a5d-ac96-7fff-8fff-ffffffffffff")
		return wants(codes.NotFound, err)
	})},
	{"a missing workspace is INVALID_ARGUMENT", connected(func(ctx context.Context, _ *world, c *ttrpc.Client) error {
		return wants(codes.InvalidArgument, c.Call(ctx, sessions, "New", &flowd.SessionServiceNewRequest{}, &flowd.SessionServiceNewResponse{}))
	})},
	{"a payload that is no message is INVALID_ARGUMENT, and the connection lives", connected(func(ctx context.Context, _ *world, c *ttrpc.Client) error {
		err := c.Call(ctx, sessions, "New", &rawMessage{bytes: []byte{0x0A, 0xFF, 0xFF}}, &flowd.SessionServiceNewResponse{})
		if err := wants(codes.InvalidArgument, err); err != nil {
			return err
		}
		_, err = hello(ctx, c)
		return err
	})},
	{"a deadline that is far is met", connected(func(ctx context.Context, _ *world, c *ttrpc.Client) error {
		ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
		defer cancel()
		_, err := hello(ctx, c)
		return err
	})},
	{"a deadline that has passed is DEADLINE_EXCEEDED", expiredDeadline},
}

// The library of the client does not send what is already late, so the timeout is changed beneath it.
func expiredDeadline(w *world) error {
	client, err := connect(w, ttrpc.WithUnaryClientInterceptor(func(
		ctx context.Context, request *ttrpc.Request, reply *ttrpc.Response, _ *ttrpc.UnaryClientInfo, invoke ttrpc.Invoker,
	) error {
		request.TimeoutNano = -1
		return invoke(ctx, request, reply)
	}))
	if err != nil {
		return err
	}
	defer client.Close()
	_, err = hello(context.Background(), client)
	return wants(codes.DeadlineExceeded, err)
}

func unknownFlow(ctx context.Context, w *world, c *ttrpc.Client) error {
	before, err := newSession(ctx, w, c)
	if err != nil {
		return err
	}
	_, err = setFlow(ctx, c, before.SessionId, "no-such-flow")
	if err := wants(codes.NotFound, err); err != nil {
		return err
	}
	if err := wantsInfo(err); err != nil {
		return err
	}
	after, err := getMeta(ctx, c, before.SessionId)
	if err == nil && after.String() != before.String() {
		err = fmt.Errorf("%v became %v", before, after)
	}
	return err
}

func staleExpectation(ctx context.Context, w *world, c *ttrpc.Client) error {
	meta, err := newSession(ctx, w, c)
	if err != nil {
		return err
	}
	stale := &flowd.ExpectedMeta{RevisionCheck: &flowd.ExpectedMeta_Revision{Revision: meta.Revision + 7}}
	_, err = setModelExpecting(ctx, c, meta.SessionId, models[1], stale)
	if err := wants(codes.Aborted, err); err != nil {
		return err
	}
	if err := wantsInfo(err); err != nil {
		return err
	}
	for _, detail := range status.Convert(err).Proto().Details {
		if !strings.HasSuffix(detail.TypeUrl, "/flowd.v1.SessionMeta") {
			continue
		}
		var held flowd.SessionMeta
		if err := proto.Unmarshal(detail.Value, &held); err != nil {
			return err
		}
		if held.String() != meta.String() {
			return fmt.Errorf("%v instead of %v", held.String(), meta)
		}
		return nil
	}
	return fmt.Errorf("no metadata in the details of %v", err)
}

func wants(code codes.Code, err error) error {
	if status.Code(err) == code {
		return nil
	}
	return fmt.Errorf("%v instead of %v", err, code)
}

// The details as Google's own library decodes them.
func wantsInfo(err error) error {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			if info.Reason == "" || info.Reason != strings.ToUpper(info.Reason) || info.Domain != "flowd" {
				return fmt.Errorf("%v", info)
			}
			return nil
		}
	}
	return fmt.Errorf("no ErrorInfo in the details of %v", err)
}

// A message whose encoding is what we say it is.
type rawMessage struct{ bytes []byte }

func (m *rawMessage) Reset()                   {}
func (m *rawMessage) String() string           { return fmt.Sprint(len(m.bytes), " bytes") }
func (m *rawMessage) ProtoMessage()            {}
func (m *rawMessage) Marshal() ([]byte, error) { return m.bytes, nil }
