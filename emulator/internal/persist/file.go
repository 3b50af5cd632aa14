package persist

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Suffixes of the files beside a state file: its lock while it is open, a new version of it while that is written, and copies
// from before an incomplete record was cut off.
const (
	lockName  = ".lock"
	freshName = ".compact"
	tornName  = ".torn"
)

// place returns the path of a state file without links. It refuses what cannot be a state file.
func place(path string) (string, error) {
	file, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if _, err := os.Lstat(file); err == nil {
		if file, err = filepath.EvalSymlinks(file); err != nil {
			return "", fmt.Errorf("it is a link to a file that does not exist: %w", errors.Unwrap(err))
		}
	}
	info, err := os.Stat(file)
	switch {
	case err == nil && info.IsDir():
		return "", errors.New("it is a directory: name a file, which may be in it")
	case err == nil && !info.Mode().IsRegular():
		return "", errors.New("it is not a regular file: name one, or one that does not exist yet")
	case err == nil && linked(info):
		return "", errors.New("it has another name (a hard link), which would be written, too: copy it, or use another file")
	case err == nil:
		return file, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", plain(err)
	}
	if info, err = os.Stat(filepath.Dir(file)); err != nil || !info.IsDir() {
		return "", fmt.Errorf("there is no directory %s: create it, or use another file", filepath.Dir(file))
	}
	return file, nil
}

// plain returns the cause of a file's error without operation and path, which the message has already.
func plain(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// lock locks the file for this process, until the returned file is closed or the process ends. The system holds the lock, so
// that no process leaves one behind. A lock whose file its holder removed meanwhile is taken again. It refuses to write to a
// file that portico did not create.
func lock(file string) (*os.File, error) {
	name := file + lockName
	for {
		if err := usable(name); err != nil {
			return nil, err
		}
		f, err := seize(name)
		if err != nil {
			return nil, err
		}
		mine, err := f.Stat()
		if err == nil {
			var there fs.FileInfo
			if there, err = os.Lstat(name); err == nil && os.SameFile(mine, there) {
				if err = sign(f, mine); err == nil {
					return f, nil
				}
			}
		}
		_ = f.Close()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
}

// usable refuses a path that is neither free nor a regular file with one name.
func usable(name string) error {
	info, err := os.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return plain(err)
	case !info.Mode().IsRegular() || linked(info):
		return foreign(name)
	}
	return nil
}

func foreign(name string) error {
	return fmt.Errorf("%s was not created by portico: remove it, or use another state file", filepath.Base(name))
}

// sign writes the process id into a lock. It refuses a file that holds anything else than such a number.
func sign(f *os.File, info fs.FileInfo) error {
	text := make([]byte, min(info.Size(), 32))
	if _, err := f.ReadAt(text, 0); err != nil {
		return plain(err)
	}
	if number := bytes.TrimSpace(text); info.Size() > 20 || bytes.ContainsFunc(number, func(r rune) bool { return r < '0' || r > '9' }) {
		return foreign(f.Name())
	}
	_ = f.Truncate(0)
	_, _ = f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return nil
}

// discard removes what a crash left of a new version of a state file. It refuses any other file.
func discard(name string) error {
	if err := usable(name); err != nil {
		return err
	}
	f, err := os.Open(name) //nolint:gosec // beside the state file
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return plain(err)
	}
	begin := make([]byte, len(opening))
	n, err := io.ReadFull(f, begin)
	if _ = f.Close(); err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return plain(err)
	}
	if !strings.HasPrefix(opening, string(begin[:n])) {
		return foreign(name)
	}
	return plain(os.Remove(name))
}

// save copies a file to a name beside it that is not in use yet, and returns the name.
func save(file string) (string, error) {
	from, err := os.Open(file) //nolint:gosec // whoever starts the emulator names the file
	if err != nil {
		return "", plain(err)
	}
	defer func() { _ = from.Close() }()
	name := file + tornName
	for i := 1; ; i++ {
		to, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // beside the state file
		if errors.Is(err, fs.ErrExist) {
			name = file + tornName + "." + strconv.Itoa(i)
			continue
		}
		if err != nil {
			return name, plain(err)
		}
		_, err = io.Copy(to, from)
		if err = errors.Join(err, to.Sync(), to.Close()); err != nil {
			return name, errors.Join(plain(err), os.Remove(name))
		}
		return name, syncFolder(file)
	}
}

// cut truncates a file.
func cut(file string, size int64) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0) //nolint:gosec // whoever starts the emulator names the file
	if err != nil {
		return plain(err)
	}
	return errors.Join(f.Truncate(size), f.Sync(), f.Close())
}

// writable fails unless the file may be written.
func writable(file string) error {
	f, err := os.OpenFile(file, os.O_RDWR, 0) //nolint:gosec // whoever starts the emulator names the file
	if err != nil {
		return fmt.Errorf("it cannot be written: %w", plain(err))
	}
	return f.Close()
}
