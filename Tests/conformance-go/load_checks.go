package main

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"sync"

	"github.com/containerd/ttrpc"
)

const (
	callers      = 64
	callsInTotal = 10_000
)

var loadChecks = []check{
	{"64 callers on one connection get their own replies", connected(func(ctx context.Context, w *world, c *ttrpc.Client) error {
		return manyCalls(ctx, w, func() (*ttrpc.Client, error) { return c, nil })
	})},
	{"64 connections get their own replies", func(w *world) error {
		return manyCalls(context.Background(), w, func() (*ttrpc.Client, error) { return connect(w) })
	}},
	{"changes by 64 callers of one session are one after the other", connected(oneOrder)},
	{"a connection a call, 500 times", func(w *world) error {
		for i := 0; i < 500; i++ {
			err := connected(func(ctx context.Context, _ *world, c *ttrpc.Client) error {
				_, err := hello(ctx, c)
				return err
			})(w)
			if err != nil {
				return fmt.Errorf("connection %d: %w", i, err)
			}
		}
		return nil
	}},
	{"connections closed with calls in flight harm nobody", func(w *world) error {
		for i := 0; i < 50; i++ {
			if err := closeInFlight(w); err != nil {
				return err
			}
		}
		return connected(func(ctx context.Context, _ *world, c *ttrpc.Client) error {
			_, err := hello(ctx, c)
			return err
		})(w)
	}},
}

// Runs `callers` goroutines; the first error ends it.
func concurrently(run func(caller int) error) error {
	errs := make(chan error, callers)
	for i := 0; i < callers; i++ {
		go func(i int) { errs <- run(i) }(i)
	}
	var first error
	for i := 0; i < callers; i++ {
		if err := <-errs; err != nil && first == nil {
			first = err
		}
	}
	return first
}

// Each caller has a session of its own and sees only that.
func manyCalls(ctx context.Context, w *world, client func() (*ttrpc.Client, error)) error {
	return concurrently(func(int) error {
		c, err := client()
		if err != nil {
			return err
		}
		meta, err := newSession(ctx, w, c)
		for i := 0; i < callsInTotal/callers && err == nil; i++ {
			_, err = getMeta(ctx, c, meta.SessionId)
		}
		return err
	})
}

func oneOrder(ctx context.Context, w *world, c *ttrpc.Client) error {
	meta, err := newSession(ctx, w, c)
	if err != nil {
		return err
	}
	var lock sync.Mutex
	var revisions []uint64
	err = concurrently(func(caller int) error {
		last := uint64(0)
		for i := 0; i < 20; i++ {
			// No two calls set the same model twice running for long, and a change to what is already set is none.
			set, err := setModel(ctx, c, meta.SessionId, models[(caller+i)%2])
			if err != nil {
				return err
			}
			if set.Revision < last {
				return fmt.Errorf("revision %d after %d", set.Revision, last)
			}
			last = set.Revision
			lock.Lock()
			revisions = append(revisions, last)
			lock.Unlock()
		}
		return nil
	})
	if err != nil {
		return err
	}
	sort.Slice(revisions, func(i, j int) bool { return revisions[i] < revisions[j] })
	for i := 1; i < len(revisions); i++ {
		if revisions[i] > revisions[i-1]+1 {
			return fmt.Errorf("nobody was told of revision %d", revisions[i-1]+1)
		}
	}
	after, err := getMeta(ctx, c, meta.SessionId)
	if err == nil && after.Revision != revisions[len(revisions)-1] {
		err = fmt.Errorf("revision %d is read, %d was the last", after.Revision, revisions[len(revisions)-1])
	}
	return err
}

func closeInFlight(w *world) error {
	c, err := connect(w)
	if err != nil {
		return err
	}
	var waiting sync.WaitGroup
	started := make(chan struct{}, callers)
	unexpected := make(chan error, callers)
	for i := 0; i < callers; i++ {
		waiting.Add(1)
		go func() {
			defer waiting.Done()
			started <- struct{}{}
			_, err := hello(context.Background(), c)
			if err != nil && !errors.Is(err, ttrpc.ErrClosed) && !errors.Is(err, context.Canceled) {
				unexpected <- err
			}
		}()
	}
	<-started
	c.Close()
	waiting.Wait()
	select {
	case err := <-unexpected:
		return err
	default:
		return nil
	}
}

func afterCrash(w *world) error {
	var session string
	var revision uint64
	err := connected(func(ctx context.Context, w *world, c *ttrpc.Client) error {
		meta, err := newSession(ctx, w, c)
		if err != nil {
			return err
		}
		session = meta.SessionId
		for i := 1; i <= 20; i++ {
			if meta, err = setModel(ctx, c, session, models[i%2]); err != nil {
				return err
			}
			revision = meta.Revision
		}
		return nil
	})(w)
	if err != nil {
		return err
	}
	if err := w.daemon.crash(); err != nil {
		return err
	}
	return connected(func(ctx context.Context, _ *world, c *ttrpc.Client) error {
		meta, err := getMeta(ctx, c, session)
		if err == nil && meta.Revision != revision {
			err = fmt.Errorf("revision %d, acknowledged was %d", meta.Revision, revision)
		}
		return err
	})(w)
}
