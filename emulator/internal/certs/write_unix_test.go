//go:build darwin || linux

package certs_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/certs"
)

// A link leads to where the CA is written, and stays; nothing else that a name leads to is replaced, and nobody is waited
// for.
func TestWriteCAThroughNames(t *testing.T) {
	t.Parallel()
	m, old := made(t, time.Now()), made(t, time.Now())
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.Mkdir(at("far"), 0o700))
	must(os.WriteFile(at("far/ca.pem"), old.CA, 0o600))
	must(os.WriteFile(at("far/text"), []byte("dear diary"), 0o600))
	must(os.WriteFile(at("large"), make([]byte, 1<<20), 0o600))
	must(os.Symlink("far/ca.pem", at("link")))
	must(os.Symlink("far/text", at("slip")))
	must(os.Symlink("nowhere", at("dangling")))
	must(os.WriteFile(at("first"), old.CA, 0o600))
	must(os.Link(at("first"), at("second")))
	must(syscall.Mkfifo(at("pipe"), 0o600))
	for _, c := range []struct{ name, want string }{
		{"link", ""},
		{"second", ""},
		{"slip", "is there and holds something else than a CA of portico"},
		{"large", "is there and holds something else than a CA of portico"},
		{"dangling", "is a link that leads nowhere"},
		{"pipe", "is a pipe that nobody reads"},
	} {
		err := certs.WriteCA(at(c.name), m.CA)
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
	for name, want := range map[string][]byte{
		"far/ca.pem": m.CA, "far/text": []byte("dear diary"), "first": old.CA, "second": m.CA, "large": make([]byte, 1<<20),
	} {
		if got, err := os.ReadFile(at(name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: got %.40q, error %v, want %.40q", name, got, err, want)
		}
	}
	if to, err := os.Readlink(at("link")); err != nil || to != "far/ca.pem" {
		t.Errorf("the link leads to %q, error %v", to, err)
	}

	reader, err := os.OpenFile(at("pipe"), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	must(err)
	defer func() { _ = reader.Close() }()
	must(certs.WriteCA(at("pipe"), m.CA))
	if got, err := io.ReadAll(reader); err != nil || !bytes.Equal(got, m.CA) {
		t.Errorf("the reader of a pipe got %q, error %v", got, err)
	}
}
