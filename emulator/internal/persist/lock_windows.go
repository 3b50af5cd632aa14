package persist

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// sharing is the error of a file that another process has opened exclusively.
const sharing = syscall.Errno(32)

// seize opens a file, which may not be a link, exclusively.
func seize(name string) (*os.File, error) {
	text, err := syscall.UTF16PtrFromString(name)
	if err != nil {
		return nil, err
	}
	h, err := syscall.CreateFile(text, syscall.GENERIC_READ|syscall.GENERIC_WRITE, 0, nil, syscall.OPEN_ALWAYS,
		syscall.FILE_ATTRIBUTE_NORMAL|syscall.FILE_FLAG_OPEN_REPARSE_POINT, 0)
	switch {
	case errors.Is(err, sharing):
		return nil, errors.New("another portico has it open: stop that one, or use another file")
	case err != nil:
		return nil, fmt.Errorf("its lock %s cannot be created: %w", filepath.Base(name), err)
	}
	return os.NewFile(uintptr(h), name), nil
}

// release unlocks a lock, and removes it unless another process has locked it meanwhile.
func release(f *os.File) error {
	err := f.Close()
	_ = os.Remove(f.Name())
	return err
}

// linked is not known on Windows.
func linked(fs.FileInfo) bool { return false }

// syncFolder does nothing: Windows syncs names itself.
func syncFolder(string) error { return nil }
