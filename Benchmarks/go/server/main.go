// The Go peer: containerd/ttrpc with sessions in memory, as c/server.c has them.
//
//	go-server SOCKET
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"os"
	"sync"
	"time"

	flowd "flowd/v1"

	"github.com/containerd/ttrpc"
	"github.com/gogo/protobuf/types"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// As far as changes go; a reply is encoded after its call's lock is gone, so it gets a copy.
type store struct {
	lock     sync.Mutex
	sessions map[string]*flowd.SessionMeta
}

func now() *types.Timestamp {
	t := time.Now()
	return &types.Timestamp{Seconds: t.Unix(), Nanos: int32(t.Nanosecond())}
}

func (s *store) make(request *flowd.SessionServiceNewRequest) *flowd.SessionMeta {
	s.lock.Lock()
	defer s.lock.Unlock()
	n := len(s.sessions) + 1
	meta := flowd.SessionMeta{
		SessionId: fmt.Sprintf("01890a5d-ac96-7%03x-8%03x-%012x", n&0xfff, n>>12&0xfff, n),
		Workspace: request.Workspace, Title: request.Title, Mode: flowd.RunMode_RUN_MODE_INTERACTIVE,
		Revision: 1, CreatedAt: now(), UpdatedAt: now(),
	}
	s.sessions[meta.SessionId] = &meta
	copied := meta
	return &copied
}

func (s *store) change(id string, change func(*flowd.SessionMeta)) (*flowd.SessionMeta, error) {
	s.lock.Lock()
	defer s.lock.Unlock()
	meta := s.sessions[id]
	if meta == nil {
		return nil, status.Error(codes.NotFound, "no such session")
	}
	if change != nil {
		change(meta)
		meta.Revision++
		meta.UpdatedAt = now()
	}
	copied := *meta
	return &copied, nil
}

func main() {
	s := &store{sessions: map[string]*flowd.SessionMeta{}}
	listener, err := net.Listen("unix", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server, err := ttrpc.NewServer()
	if err != nil {
		log.Fatal(err)
	}
	server.Register("flowd.v1.DaemonService", map[string]ttrpc.Method{
		"Hello": func(_ context.Context, decode func(interface{}) error) (interface{}, error) {
			var request flowd.DaemonServiceHelloRequest
			err := decode(&request)
			return &flowd.DaemonServiceHelloResponse{Version: "0", ProtocolVersion: "flowd.v1", Epoch: "go"}, err
		},
	})
	server.Register("flowd.v1.SessionService", map[string]ttrpc.Method{
		"New": func(_ context.Context, decode func(interface{}) error) (interface{}, error) {
			var request flowd.SessionServiceNewRequest
			if err := decode(&request); err != nil {
				return nil, err
			}
			return &flowd.SessionServiceNewResponse{Meta: s.make(&request)}, nil
		},
		"GetCurrentMeta": func(_ context.Context, decode func(interface{}) error) (interface{}, error) {
			var request flowd.SessionServiceGetCurrentMetaRequest
			if err := decode(&request); err != nil {
				return nil, err
			}
			meta, err := s.change(request.GetSessionId(), nil)
			return &flowd.SessionServiceGetCurrentMetaResponse{Meta: meta, EventSeq: meta.GetRevision()}, err
		},
		"SetExecutedFlow": func(_ context.Context, decode func(interface{}) error) (interface{}, error) {
			var request flowd.SessionServiceSetExecutedFlowRequest
			if err := decode(&request); err != nil {
				return nil, err
			}
			meta, err := s.change(request.SessionId, func(m *flowd.SessionMeta) { m.ExecutedFlowId = request.FlowId })
			return &flowd.SessionServiceSetExecutedFlowResponse{Meta: meta}, err
		},
		"SetProviderModel": func(_ context.Context, decode func(interface{}) error) (interface{}, error) {
			var request flowd.SessionServiceSetProviderModelRequest
			if err := decode(&request); err != nil {
				return nil, err
			}
			meta, err := s.change(request.SessionId, func(m *flowd.SessionMeta) {
				m.ProviderId, m.ModelId = request.ProviderId, request.ModelId
			})
			return &flowd.SessionServiceSetProviderModelResponse{Meta: meta}, err
		},
	})
	log.Fatal(server.Serve(context.Background(), listener))
}
