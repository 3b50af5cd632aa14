package persist

import (
	"bytes"
	"errors"
	"io"
)

// Scan reads the records of a file's bytes: how many are whole, and whether what follows them is one that is unfinished. The
// error is for any other bytes.
func Scan(data []byte) (values [][]byte, torn bool, err error) {
	s := newScanner(bytes.NewReader(data), int64(len(data)))
	for {
		value, err := s.next()
		switch {
		case errors.Is(err, io.EOF):
			return values, false, nil
		case errors.Is(err, errTorn):
			return values, true, nil
		case err != nil:
			return values, false, err
		}
		values = append(values, value)
	}
}

// Records are the bytes of a file with these values.
func Records(values ...[]byte) []byte {
	var out []byte
	for i, v := range values {
		out = appendRecord(out, uint64(i), v)
	}
	return out
}
