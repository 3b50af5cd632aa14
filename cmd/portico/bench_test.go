//go:build linux

package main

import (
	"bufio"
	"os"
	"os/exec"
	"testing"
	"time"
)

// BenchmarkIdle reports how much memory a server has that was started and not asked anything, as it is delivered.
func BenchmarkIdle(b *testing.B) {
	binary := b.TempDir() + "/portico"
	build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	most := 0.0
	for b.Loop() {
		cmd := exec.CommandContext(b.Context(), binary, "serve", "--listen", "127.0.0.1:0")
		out, err := cmd.StdoutPipe()
		if err != nil {
			b.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			b.Fatal(err)
		}
		if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
			b.Fatalf("%v: %s", err, line)
		}
		time.Sleep(time.Second) // what the start needed and is free now is not given back before
		most = max(most, resident(b, cmd.Process.Pid, "VmRSS"))
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	b.ReportMetric(0, "ns/op") // it waits
	b.ReportMetric(most, "MB-resident")
}
