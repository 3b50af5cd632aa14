//go:build unix

package files_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/files"
)

func TestRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	var l net.ListenConfig
	socket, err := l.Listen(t.Context(), "unix", in("socket"))
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	text := strings.Repeat("x", 1<<20)
	for _, err := range []error{
		os.WriteFile(in("file"), []byte(text), 0o600), os.WriteFile(in("empty"), nil, 0o600), os.WriteFile(in("larger"), []byte(text+"x"), 0o600),
		os.Symlink("file", in("link")), os.Symlink("nowhere", in("broken")), os.Symlink("/dev/zero", in("linked device")),
		os.Symlink("link", in("link of link")),
		os.Symlink("pipe", in("linked pipe")), syscall.Mkfifo(in("pipe"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range map[string]string{"file": text, "link": text, "link of link": text, "empty": ""} {
		if got, err := files.Read(in(name), 1<<20); err != nil || string(got) != want {
			t.Errorf("%s: got %d bytes, %v, want %d", name, len(got), err, len(want))
		}
	}
	for name, want := range map[string]string{
		in("larger"):        "is larger than 1 MiB",
		dir:                 "is a directory; want a regular file",
		in("pipe"):          "is a pipe; want a regular file",
		in("linked pipe"):   "is a pipe; want a regular file",
		in("socket"):        "is a socket; want a regular file",
		in("linked device"): "is a device; want a regular file",
		"/dev/zero":         "is a device; want a regular file",
	} {
		_, err := files.Read(name, 1<<20)
		if at, ok := errors.AsType[*fs.PathError](err); !ok || at.Path != name || at.Err.Error() != want {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
	}
	for _, name := range []string{"nowhere", "broken"} {
		if _, err := files.Read(in(name), 1<<20); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: got %v, want that it does not exist", name, err)
		}
	}
	// A file of the system's tells no size.
	if got, err := files.Read("/proc/self/status", 1<<20); err == nil && len(got) == 0 {
		t.Error("nothing of /proc/self/status was read")
	}
}
