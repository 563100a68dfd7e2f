package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// A private daemon with a state directory, a workspace and a flow of its own.
type daemon struct {
	program, directory, socket, workspace string
	process                               *exec.Cmd
}

const config = "providers:\n  openai: { models: [gpt-5.1, gpt-5.2] }\n"
const flowFile = "name: Review\nsteps:\n  - id: look\n    uses: run\n    with: { command: git diff }\n"

func startDaemon(binaries, flow string) (*daemon, error) {
	directory, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return nil, err
	}
	d := &daemon{
		program:   filepath.Join(binaries, "flowd"),
		directory: directory,
		socket:    filepath.Join(directory, "socket"),
		workspace: filepath.Join(directory, "importer"),
	}
	flows := filepath.Join(d.workspace, ".flowd", "flows")
	if err := os.MkdirAll(flows, 0o755); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(flows, flow+".flow.yaml"), []byte(flowFile), 0o644); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(directory, "config.yaml"), []byte(config), 0o600); err != nil {
		return nil, err
	}
	return d, d.start()
}

func (d *daemon) start() error {
	d.process = exec.Command(d.program, "--socket", d.socket, "--state", filepath.Join(d.directory, "state"),
		"--config", filepath.Join(d.directory, "config.yaml"))
	d.process.Env = append(os.Environ(), "XDG_CONFIG_HOME="+d.directory)
	d.process.Stderr = os.Stderr
	if err := d.process.Start(); err != nil {
		return err
	}
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if connection, err := net.Dial("unix", d.socket); err == nil {
			return connection.Close()
		}
	}
	return fmt.Errorf("%s does not serve", d.program)
}

// Ends the daemon without a chance to say goodbye, and starts it again.
func (d *daemon) crash() error {
	d.process.Process.Kill()
	d.process.Wait()
	return d.start()
}

func (d *daemon) remove() {
	d.process.Process.Kill()
	d.process.Wait()
	os.RemoveAll(d.directory)
}
