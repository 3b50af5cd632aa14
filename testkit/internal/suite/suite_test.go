package suite_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-emulator/portico/testkit"
	"github.com/portico-emulator/portico/testkit/internal/setup"
	"github.com/portico-emulator/portico/testkit/internal/suite"
)

// In this process, or where PORTICO_MODE says.
func TestStart(t *testing.T) {
	t.Parallel()
	suite.Run(t, testkit.Start(t))
}

func TestOptions(t *testing.T) {
	t.Parallel()
	if mode := os.Getenv("PORTICO_MODE"); strings.HasPrefix(mode, "http") {
		t.Skip("what runs already cannot be told how to start")
	}
	suite.Options(t, func(t *testing.T, opts ...testkit.Option) *testkit.Portico {
		t.Helper()
		return testkit.Start(t, opts...)
	})
}

// A command that runs beside the test.
func TestCommand(t *testing.T) {
	t.Parallel()
	suite.Run(t, command(t))
}

func TestCommandOptions(t *testing.T) {
	t.Parallel()
	suite.Options(t, command)
}

func TestAlike(t *testing.T) {
	t.Parallel()
	want, got := suite.Transcript(t, testkit.Start(t)), suite.Transcript(t, command(t))
	if d := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); d != "" {
		t.Errorf("in this process and as a command it answers differently (-process +command):\n%s", d)
	}
	if strings.Count(want, " 201 ") != 3 {
		t.Errorf("got %s, want three things answered with 201", want)
	}
}

// built is the command, built once for all tests, and the folder that it is in.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "portico-suite-")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "portico")
	out, err := exec.CommandContext(context.Background(), "go", "build", "-o", file, "../../../cmd/portico").CombinedOutput()
	if err != nil {
		err = errors.Join(err, errors.New(string(out)), os.RemoveAll(dir))
	}
	return file, err
})

func TestMain(m *testing.M) {
	code := m.Run()
	if file, err := built(); err == nil {
		_ = os.RemoveAll(filepath.Dir(file))
	}
	os.Exit(code)
}

// command starts `portico serve` and ends it with the test.
func command(t *testing.T, opts ...testkit.Option) *testkit.Portico {
	t.Helper()
	s := setup.Of(opts...)
	file, err := built()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(context.Background(), file, "serve", "--listen", "127.0.0.1:0")
	for name, value := range s.Environment() {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	var log strings.Builder
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := <-ended; err != nil {
			t.Errorf("after SIGTERM: %v\n%s", err, log.String())
		}
	})
	ready := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(stdout).ReadString('\n')
		ready <- line
		_, _ = io.Copy(io.Discard, stdout)
		ended <- cmd.Wait()
	}()
	url, ok := strings.CutPrefix(strings.TrimSpace(<-ready), "portico listening on ")
	if !ok {
		t.Fatalf("no ready line: %q\n%s", url, log.String())
	}
	return testkit.At(t, url, setup.Adopt(s))
}
