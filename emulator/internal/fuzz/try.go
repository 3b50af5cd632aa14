package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/gauge"
)

// result is what came of a target.
type result struct {
	target
	took   time.Duration
	inputs int
	found  int    // inputs that reached something new
	heap   uint64 // most bytes that were live; 0: too few inputs to be measured
	failed bool
	said   string
}

// grace is how long a target may take beyond its time, to begin and to end.
const grace = 2 * time.Minute

// tryAll runs the targets one after the other. A target that fails stops no other.
func tryAll(ctx context.Context, targets []target, cache string, each time.Duration) ([]result, error) {
	scratch, err := os.MkdirTemp("", "fuzz")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(scratch) }()
	fmt.Printf("%d targets, %s each\n", len(targets), each)
	var out []result
	built := map[string]string{}
	for i, t := range targets {
		binary := built[t.folder]
		if binary == "" {
			binary = filepath.Join(scratch, strings.ReplaceAll(t.folder, "/", "-")+".test")
			build := exec.CommandContext(ctx, "go", "test", "-c", "-fuzz", ".", "-o", binary, "./"+t.folder) //nolint:gosec // the module's own tests
			build.Stderr = os.Stderr
			if err := build.Run(); err != nil {
				return out, fmt.Errorf("building the tests of %s: %w", t.folder, err)
			}
			built[t.folder] = binary
		}
		r, err := try(ctx, t, binary, filepath.Join(cache, filepath.FromSlash(t.folder)), filepath.Join(scratch, "heap"), each)
		if err != nil {
			return out, err
		}
		fmt.Printf("%2d/%d %s\n", i+1, len(targets), r)
		if r.failed {
			fmt.Println(r.said)
		}
		out = append(out, r)
	}
	return out, nil
}

// try runs one target in its package's folder, as go test would.
func try(ctx context.Context, t target, binary, cache, heap string, each time.Duration) (result, error) {
	// Every run begins with what the tests keep: what earlier ones found would take its time before anything new is tried.
	for _, old := range []string{heap, filepath.Join(cache, t.name)} {
		if err := os.RemoveAll(old); err != nil {
			return result{}, err
		}
	}
	limited, cancel := context.WithTimeout(ctx, each+grace)
	defer cancel()
	// Ten tries to make an input smaller: without a bound the search for a shorter one looks like a hang.
	cmd := exec.CommandContext(limited, binary, "-test.run", "^$", "-test.fuzz", "^"+t.name+"$", "-test.fuzztime", each.String(), //nolint:gosec // built just now
		"-test.fuzzminimizetime", "10x", "-test.fuzzcachedir", cache)
	cmd.Dir = t.folder
	cmd.Env = append(os.Environ(), gauge.File+"="+heap)
	began := time.Now()
	said, err := cmd.CombinedOutput()
	r := result{target: t, took: time.Since(began), failed: err != nil && !inTime.Match(said), said: string(said)}
	if ctx.Err() != nil {
		return r, ctx.Err()
	}
	if limited.Err() != nil {
		r.said += "\nno end within " + (each + grace).String()
	}
	r.inputs, r.found = counted(said)
	r.heap, err = highest(heap)
	return r, err
}

var (
	progress = regexp.MustCompile(`execs: (\d+) .*new interesting: (\d+)`)
	baseline = regexp.MustCompile(`baseline coverage: (\d+)/`) // of what is known, which comes first
)

// inTime is how go test at times ends a target whose time is up: nothing has failed.
var inTime = regexp.MustCompile(`(?m)^--- FAIL: \w+ \(\S+\)\n +context deadline exceeded\nFAIL$`)

// counted reads the last lines of progress.
func counted(said []byte) (inputs, found int) {
	for _, m := range baseline.FindAllSubmatch(said, -1) {
		inputs, _ = strconv.Atoi(string(m[1]))
	}
	for _, m := range progress.FindAllSubmatch(said, -1) {
		inputs, _ = strconv.Atoi(string(m[1]))
		found, _ = strconv.Atoi(string(m[2]))
	}
	return inputs, found
}

// highest is the largest measure in a file that the workers of a target wrote; 0 where there is none.
func highest(file string) (uint64, error) {
	text, err := os.ReadFile(file) //nolint:gosec // of this program
	if os.IsNotExist(err) {
		return 0, nil
	}
	var most uint64
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		var n, live uint64
		if _, err := fmt.Sscan(lines.Text(), &n, &live); err != nil {
			return 0, fmt.Errorf("heap: %q: %w", lines.Text(), err)
		}
		most = max(most, live)
	}
	return most, err
}
