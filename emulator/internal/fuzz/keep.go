package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// How much of what was found the tests keep of each target: so many inputs, none longer than so many bytes.
const (
	mostKept    = 16
	longestKept = 1 << 10
)

// keepAll copies inputs from where runs leave what they found to the tests.
func keepAll(targets []target, cache string) error {
	for _, t := range targets {
		from := filepath.Join(cache, filepath.FromSlash(t.folder), t.name)
		n, err := keepSome(from, filepath.Join(filepath.FromSlash(t.folder), "testdata", "fuzz", t.name))
		if err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
		if n > 0 {
			fmt.Printf("%s: %d inputs more\n", t, n)
		}
	}
	return nil
}

// keepSome fills a folder up with short inputs out of another, in the order of their names. Those are hashes: whoever has
// found the same takes the same, and what is taken is a fair sample. What is kept already stays.
func keepSome(from, to string) (added int, err error) {
	found, err := os.ReadDir(from)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	kept, err := os.ReadDir(to)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	here := map[string]bool{}
	for _, f := range kept {
		here[f.Name()] = true
	}
	for _, f := range found {
		info, err := f.Info()
		if err != nil {
			return added, err
		}
		if len(here) >= mostKept {
			break
		}
		if here[f.Name()] || info.Size() > longestKept {
			continue
		}
		text, err := os.ReadFile(filepath.Join(from, f.Name())) //nolint:gosec // of an earlier run
		if err != nil {
			return added, err
		}
		if err := os.MkdirAll(to, 0o750); err != nil {
			return added, err
		}
		if err := os.WriteFile(filepath.Join(to, f.Name()), text, 0o600); err != nil { //nolint:gosec // names of an earlier run's files
			return added, err
		}
		here[f.Name()] = true
		added++
	}
	return added, nil
}
