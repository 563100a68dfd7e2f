// Conformance of a flowd daemon as the Go ttrpc library sees it: containerd/ttrpc 1.1.1, unchanged.
//
//	conformance -flowd DIRECTORY    starts the daemon of that directory for itself, and restarts it too
//	conformance -socket PATH        uses a server that runs; leaves out what needs a daemon of its own
//
// Prints a line for each check that failed, then the count.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"github.com/sirupsen/logrus"
)

// A claim about the daemon; the error says how it does not hold.
type check struct {
	claim string
	run   func(*world) error
}

// What the checks share.
type world struct {
	daemon    *daemon // nil when the server is not ours
	socket    string
	workspace string
	flow      string // of a flow that exists
}

const checkSecondsMax = 60

func main() {
	flowd := flag.String("flowd", "", "directory with the flowd program")
	socket := flag.String("socket", "", "socket of a running server")
	only := flag.String("only", "", "part of the claims to check")
	verbose := flag.Bool("v", false, "also name the checks that passed")
	flag.Parse()
	log.SetFlags(0)
	logrus.SetOutput(io.Discard) // the library's words about connections that a check closes on purpose

	w := &world{socket: *socket, workspace: "/home/user/importer", flow: "review-change"}
	var checks []check
	for _, group := range [][]check{sessionChecks, errorChecks, frameChecks, loadChecks} {
		checks = append(checks, group...)
	}
	if *flowd != "" {
		d, err := startDaemon(*flowd, w.flow)
		if err != nil {
			log.Fatal(err)
		}
		defer d.remove()
		w.daemon, w.socket, w.workspace = d, d.socket, d.workspace
		checks = append(checks, daemonChecks...)
	}
	passed, failed := 0, 0
	for _, c := range checks {
		if !strings.Contains(c.claim, *only) {
			continue
		}
		if err := withinBound(c, w); err != nil {
			failed++
			fmt.Printf("FAILED %s: %v\n", c.claim, err)
		} else {
			passed++
			if *verbose {
				fmt.Printf("passed %s\n", c.claim)
			}
		}
	}
	fmt.Printf("%d passed, %d failed\n", passed, failed)
	if failed > 0 {
		if w.daemon != nil {
			w.daemon.remove() // os.Exit runs no deferred calls
		}
		os.Exit(1)
	}
}

func withinBound(c check, w *world) error {
	done := make(chan error, 1)
	go func() { done <- c.run(w) }()
	select {
	case err := <-done:
		return err
	case <-time.After(checkSecondsMax * time.Second):
		return fmt.Errorf("did not end within %d s", checkSecondsMax)
	}
}
