//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package persist

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// seize opens a file, which may not be a link, and locks it.
func seize(name string) (*os.File, error) {
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0o600) //nolint:gosec // beside the state file
	if err != nil {
		return nil, fmt.Errorf("its lock %s cannot be created: %w", filepath.Base(name), plain(err))
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		return f, nil
	}
	defer func() { _ = f.Close() }()
	if !errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fmt.Errorf("its lock %s cannot be taken: %w", filepath.Base(name), err)
	}
	who := ""
	if text, _ := io.ReadAll(io.LimitReader(f, 20)); len(text) > 0 {
		who = " (process " + strings.TrimSpace(string(text)) + ")"
	}
	return nil, fmt.Errorf("another portico%s has it open: stop that one, or use another file", who)
}

// release removes a lock and unlocks it.
func release(f *os.File) error { return errors.Join(os.Remove(f.Name()), f.Close()) }

// linked reports whether a file has more than one name.
func linked(info fs.FileInfo) bool {
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && s.Nlink > 1
}

// syncFolder syncs the directory of a file, for its new name.
func syncFolder(file string) error {
	d, err := os.Open(filepath.Dir(file))
	if err != nil {
		return plain(err)
	}
	return errors.Join(d.Sync(), d.Close())
}
