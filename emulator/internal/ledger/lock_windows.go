package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// sharing is what Windows says when another process has opened a file for itself alone.
const sharing = syscall.Errno(32)

// seize opens a file for this process alone. It follows no link.
func seize(name string) (*os.File, error) {
	text, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(text, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS,
		syscall.FILE_ATTRIBUTE_NORMAL|syscall.FILE_FLAG_OPEN_REPARSE_POINT, 0)
	switch {
	case errors.Is(err, sharing):
		return nil, errors.New("another portico has it open: stop that one, or name another file")
	case err != nil:
		return nil, fmt.Errorf("its lock %s cannot be made: %w", filepath.Base(name), err)
	}
	return os.NewFile(uintptr(h), name), nil
}

// release gives a lock up, and removes it unless another process has taken it meanwhile.
func release(f *os.File) error {
	err := f.Close()
	_ = os.Remove(f.Name())
	return err
}

// linked is not known here.
func linked(fs.FileInfo) bool { return false }

// syncFolder does nothing: Windows keeps names without being asked.
func syncFolder(string) error { return nil }
