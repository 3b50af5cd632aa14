//go:build linux

package cli

import (
	"bufio"
	"os"
	"os/exec"
	"testing"
	"time"
)

// BenchmarkRefused reports how much memory a server takes at most while large bodies arrive that nobody may send.
func BenchmarkRefused(b *testing.B) {
	most := 0.0
	for b.Loop() {
		s := start(b, nil, "--listen", "127.0.0.1:0", "--admin-token", "s3cret")
		most = max(most, besiege(b, s.url, s.cmd.Process.Pid))
		_ = s.cmd.Process.Kill()
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(most, "MB-resident")
}

// BenchmarkIdle reports how much memory a server has that was started and not asked anything, as it is delivered.
func BenchmarkIdle(b *testing.B) {
	binary := b.TempDir() + "/portico"
	build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "../../cmd/portico")
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
		<-time.After(time.Second) // what the start needed and is free now is not given back before
		most = max(most, resident(b, cmd.Process.Pid, "VmRSS"))
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	b.ReportMetric(0, "ns/op") // it waits
	b.ReportMetric(most, "MB-resident")
}
