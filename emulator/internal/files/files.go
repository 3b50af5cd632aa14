// Package files reads the files that a user names.
package files

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Read reads a regular file, or one that a link leads to, of at most limit bytes. It refuses anything else, and never waits:
// a device may have no end, and a pipe nobody who writes to it. An error is a *fs.PathError.
func Read(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name) // first, since to open a device may do something
	if err != nil {
		return nil, err //nolint:wrapcheck // it says what was tried and where
	}
	if err := regular(info); err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	f, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0) //nolint:gosec // the user names the file
	if err != nil {
		return nil, err //nolint:wrapcheck // it says what was tried and where
	}
	defer f.Close() //nolint:errcheck // nothing was written
	data, err := contents(f, limit)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return data, nil
}

func contents(f *os.File, limit int64) ([]byte, error) {
	info, err := f.Stat() // again: it could be another one by now
	if err == nil {
		err = regular(info)
	}
	if err != nil {
		return nil, err
	}
	if info.Size() > limit {
		return nil, tooLarge(limit)
	}
	data := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead)) // without a copy, if it has that size
	n, err := data.ReadFrom(io.LimitReader(f, limit+1))
	if err == nil && n > limit { // it grew, or told no size
		err = tooLarge(limit)
	}
	return data.Bytes(), err
}

func tooLarge(limit int64) error { return fmt.Errorf("is larger than %d MiB", limit>>20) }

// regular refuses what is no regular file.
func regular(info fs.FileInfo) error {
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return nil
	case mode.IsDir():
		return errors.New("is a directory; want a regular file")
	case mode&fs.ModeNamedPipe != 0:
		return errors.New("is a pipe; want a regular file")
	case mode&fs.ModeSocket != 0:
		return errors.New("is a socket; want a regular file")
	default:
		return errors.New("is a device; want a regular file")
	}
}
