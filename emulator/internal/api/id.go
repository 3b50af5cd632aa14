package api

import (
	"encoding/binary"
	"hash/fnv"
	"strings"

	"github.com/google/uuid"
)

// Mix spreads two numbers over 64 bits (the finisher of splitmix64).
func Mix(a, b uint64) uint64 {
	z := a + (b+1)*0x9e3779b97f4a7c15
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// Hash returns the FNV-1a hash of s.
func Hash(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return h.Sum64()
}

// UUID returns a version 4 UUID made of two numbers.
func UUID(hi, lo uint64) string {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], hi)
	binary.BigEndian.PutUint64(id[8:], lo)
	id[6] = id[6]&0x0f | 0x40
	id[8] = id[8]&0x3f | 0x80
	return id.String()
}

// IsUUID reports whether s is a UUID in its usual written form, of any version and letter case.
func IsUUID(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }

// LowerUUID returns a UUID in lower case. It reports false if s is no UUID.
func LowerUUID(s string) (string, bool) {
	if !IsUUID(s) {
		return "", false
	}
	return strings.ToLower(s), true
}
