//go:build unix

package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// TestServeState proves what the command line tells of a state file: what was found, and why it refuses one.
func TestServeState(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "world.state")
	env := []string{"PORTICO_STATE=" + file, "PORTICO_FIXTURE=empty", "PORTICO_LISTEN=127.0.0.1:0"}
	s := start(t, env)
	w := &writer{url: s.url}
	for i := range 3 {
		if status, body, err := w.ask(http.MethodPost, families[0], "/v2/portals", fmt.Sprintf(`{"name":"p%d"}`, i)); err != nil || status != http.StatusCreated {
			t.Fatal(status, body, err)
		}
	}
	_, before := get(t, s.url+"/_portico/state/konnect.portal")
	code, stdout, stderr := do(t, env, "serve")
	want := fmt.Sprintf("portico: state file %s: another portico (process %d) has it open: stop that one, or use another file\n", file, s.cmd.Process.Pid)
	if code != 1 || stdout != "" || stderr != want {
		t.Errorf("a second server: exit %d, %q, %q, want %q", code, stdout, stderr, want)
	}
	stdout, _ = s.stop(t, syscall.SIGTERM)
	if !regexp.MustCompile(`(?m)^state: +` + regexp.QuoteMeta(file) + ` \(\d+ documents, 0 commits\)$`).MatchString(stdout) {
		t.Errorf("nothing is told of the state file in\n%s", stdout)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("after it stopped there are %v %v, want the file alone", entries, err)
	}
	s = start(t, env)
	if _, after := get(t, s.url+"/_portico/state/konnect.portal"); after != before {
		t.Errorf("got %s, want %s", after, before)
	}
	if stdout, _ = s.stop(t, os.Interrupt); !strings.Contains(stdout, " documents, 3 commits)\n") {
		t.Errorf("got\n%s", stdout)
	}
	for args, want := range map[string]string{
		"--seed 7 --fixture small":     "state file " + file + ": its world was created with --seed 42 --fixture empty: start with that, or use another file",
		"--clock 2026-03-01T09:00:00Z": "state file " + file + ": its world was created without --clock: leave it out, or use another file; PUT /_portico/clock sets the clock of an existing world",
		"--state " + dir:               "state file " + dir + ": it is a directory: name a file, which may be in it",
		"--state " + dir + "/none/w":   "state file " + dir + "/none/w: there is no directory " + dir + "/none: create it, or use another file",
	} {
		code, stdout, stderr := do(t, env, append([]string{"serve"}, strings.Fields(args)...)...)
		if code != 1 || stdout != "" || stderr != "portico: "+want+"\n" {
			t.Errorf("%s: exit %d, %q, %q, want %q", args, code, stdout, stderr, want)
		}
	}
}
