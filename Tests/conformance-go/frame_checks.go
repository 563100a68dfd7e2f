package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"

	flowd "flowd/v1"

	"github.com/containerd/ttrpc"
	"github.com/gogo/protobuf/proto"
	"google.golang.org/grpc/codes"
)

const frameBytesMax = 4 << 20

var frameChecks = []check{
	{"a frame of 4 MiB is taken", connected(func(ctx context.Context, _ *world, c *ttrpc.Client) error {
		return helloOfFrameLength(ctx, c, frameBytesMax)
	})},
	{"a longer frame is RESOURCE_EXHAUSTED, and the connection lives", connected(func(ctx context.Context, _ *world, c *ttrpc.Client) error {
		for _, length := range []int{frameBytesMax + 1, 3 * frameBytesMax} {
			if err := wants(codes.ResourceExhausted, helloOfFrameLength(ctx, c, length)); err != nil {
				return fmt.Errorf("%d bytes: %w", length, err)
			}
		}
		_, err := hello(ctx, c)
		return err
	})},
	{"a call beside a frame that is too long is answered", connected(func(ctx context.Context, w *world, c *ttrpc.Client) error {
		others := make(chan error)
		for i := 0; i < 8; i++ {
			go func() {
				var err error
				for i := 0; i < 100 && err == nil; i++ {
					_, err = hello(ctx, c)
				}
				others <- err
			}()
		}
		err := wants(codes.ResourceExhausted, helloOfFrameLength(ctx, c, frameBytesMax+1))
		for i := 0; i < 8; i++ {
			if other := <-others; other != nil {
				err = other
			}
		}
		return err
	})},
	{"a connection that ends in a frame leaves the others alone", func(w *world) error {
		for _, part := range []int{1, 9, 10, 15} {
			connection, err := net.Dial("unix", w.socket)
			if err != nil {
				return err
			}
			frame := make([]byte, 10, 30)
			binary.BigEndian.PutUint32(frame, 20)
			binary.BigEndian.PutUint32(frame[4:], 1)
			frame[8] = 1
			if _, err := connection.Write(frame[:cap(frame)][:part]); err != nil {
				return err
			}
			connection.Close()
		}
		return connected(func(ctx context.Context, _ *world, c *ttrpc.Client) error {
			_, err := hello(ctx, c)
			return err
		})(w)
	}},
}

// A hello with an unknown field that fills the frame up to the length.
func helloOfFrameLength(ctx context.Context, c *ttrpc.Client, length int) error {
	if dl, ok := ctx.Deadline(); ok && !dl.IsZero() {
		ctx = context.Background() // the length of an encoded timeout would vary
	}
	padding := length
	for {
		message := &rawMessage{bytes: unknownField(padding)}
		request := ttrpc.Request{Service: "flowd.v1.DaemonService", Method: "Hello", Payload: message.bytes}
		encoded, err := proto.Marshal(&request)
		if err != nil {
			return err
		}
		if len(encoded) == length {
			return c.Call(ctx, request.Service, request.Method, message, &flowd.DaemonServiceHelloResponse{})
		}
		padding += length - len(encoded)
	}
}

// Field 1000, length-delimited.
func unknownField(length int) []byte {
	tag := proto.EncodeVarint(1000<<3 | 2)
	return append(append(tag, proto.EncodeVarint(uint64(length))...), make([]byte, length)...)
}
