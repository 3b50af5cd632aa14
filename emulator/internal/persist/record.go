package persist

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
)

// A record is one command of buntdb's log, `set key value`, in the Redis protocol. Its key distinguishes an incomplete record
// from a damaged one:
//
//	0000000000000007-000001f4-89abcdef-01234567
//
// These are the record's number, the length of the value in bytes, the checksum of the value, and the checksum of the key up to
// there.
const (
	opening = "*3\r\n$3\r\nset\r\n$43\r\n"
	keySize = 43
	bound   = 16 + 1 + 8 + 1 + 8 // length of what the key's own checksum covers
	closing = "\r\n$"            // after the key
	header  = len(opening) + keySize + len(closing)
)

// maxValue is the greatest length of a value in bytes, which has eight digits.
const maxValue = 1<<32 - 1

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// appendKey appends the key of a record.
func appendKey(to []byte, number uint64, value []byte) []byte {
	start := len(to)
	to = fmt.Appendf(to, "%016x-%08x-%08x", number, len(value), crc32.Checksum(value, castagnoli))
	return fmt.Appendf(to, "-%08x", crc32.Checksum(to[start:], castagnoli))
}

// appendRecord appends a whole record, as buntdb writes it.
func appendRecord(to []byte, number uint64, value []byte) []byte {
	to = append(appendKey(append(to, opening...), number, value), closing...)
	to = append(strconv.AppendInt(to, int64(len(value)), 10), '\r', '\n')
	return append(append(to, value...), '\r', '\n')
}

// recordSize returns the length in bytes of a record from that of its value.
func recordSize(value int) int64 {
	return int64(header + len(strconv.Itoa(value)) + 2 + value + 2)
}

var (
	// errTorn is the error of a file that ends within a record that is valid up to there.
	errTorn = errors.New("the last record is incomplete")
	// errForeign is the error of a file that this package did not write.
	errForeign = errors.New("it is not a state file")
)

// scanner reads records from a file and checks every byte.
type scanner struct {
	r      *bufio.Reader
	size   int64  // of the file
	number uint64 // of the next record
	start  int64  // offset of the record that was read last
	end    int64  // offset after it
}

func newScanner(r io.Reader, size int64) *scanner {
	return &scanner{r: bufio.NewReaderSize(r, 256<<10), size: size}
}

// next returns the value of the next record. The error is io.EOF at the end of the file, errTorn if the file ends within the
// record, and another one if the record is damaged.
func (s *scanner) next() ([]byte, error) {
	s.start = s.end
	if s.start >= s.size {
		return nil, io.EOF
	}
	head, whole, err := s.take(int64(header))
	if err != nil {
		return nil, err
	}
	length, sum, err := s.head(head, whole)
	if err != nil {
		return nil, err
	}
	line := strconv.AppendUint(nil, uint64(length), 10)
	line = append(line, '\r', '\n')
	if err := s.expect(line, "its length is not the one in its key"); err != nil {
		return nil, err
	}
	value, whole, err := s.take(int64(length))
	switch {
	case err != nil:
		return nil, err
	case !whole && !beginning(value):
		return nil, errors.New("the file ends within it, and what is there of it is not valid JSON")
	case !whole:
		return nil, errTorn
	case crc32.Checksum(value, castagnoli) != sum:
		return nil, errors.New("its checksum is wrong")
	}
	if err := s.expect([]byte("\r\n"), "it does not end after its length"); err != nil {
		return nil, err
	}
	s.number++
	return value, nil
}

// take reads n bytes, or all that are left.
func (s *scanner) take(n int64) (data []byte, whole bool, err error) {
	left := s.size - s.end
	data = make([]byte, min(n, left))
	if _, err := io.ReadFull(s.r, data); err != nil {
		return nil, false, fmt.Errorf("it cannot be read: %w", err)
	}
	s.end += int64(len(data))
	return data, n <= left, nil
}

func (s *scanner) expect(want []byte, message string) error {
	got, whole, err := s.take(int64(len(want)))
	switch {
	case err != nil:
		return err
	case !bytes.HasPrefix(want, got):
		return errors.New(message)
	case !whole:
		return errTorn
	}
	return nil
}

// head reads the part of a record before the length of the value. The file may end within it.
func (s *scanner) head(got []byte, whole bool) (length, sum uint32, err error) {
	want := fmt.Appendf(nil, "%s%016x-########-########-########%s", opening, s.number, closing)
	for i, c := range got {
		digit := c >= '0' && c <= '9' || c >= 'a' && c <= 'f'
		if c == want[i] && c != '#' || want[i] == '#' && digit {
			continue
		}
		if s.number == 0 {
			return 0, 0, errForeign
		}
		return 0, 0, fmt.Errorf("its byte %d is wrong", i)
	}
	if !whole {
		return 0, 0, errTorn
	}
	key := got[len(opening) : len(opening)+keySize]
	length, sum, own := hex32(key[17:25]), hex32(key[26:34]), hex32(key[35:])
	if crc32.Checksum(key[:bound], castagnoli) != own {
		return 0, 0, errors.New("the checksum of its key is wrong")
	}
	return length, sum, nil
}

// hex32 returns the value of eight hexadecimal digits.
func hex32(digits []byte) uint32 {
	n, _ := strconv.ParseUint(string(digits), 16, 32)
	return uint32(n)
}

// beginning reports whether a text is an incomplete JSON object.
func beginning(text []byte) bool {
	if len(text) == 0 {
		return true
	}
	var v json.RawMessage
	err := json.NewDecoder(bytes.NewReader(text)).Decode(&v)
	return text[0] == '{' && errors.Is(err, io.ErrUnexpectedEOF)
}
