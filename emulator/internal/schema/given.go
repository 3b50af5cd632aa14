package schema

import (
	"errors"
	"fmt"
	"regexp"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Limits of CheckWith. They bound what a schema can cost that somebody has stored in a document.
const (
	maxGiven = 16 << 10 // bytes of a schema, and of a document that is checked against it
	maxKept  = 32       // schemas that stay compiled
)

// refers finds what would read another schema, or the same one again and again.
var refers = regexp.MustCompile(`"\$(?:ref|dynamicRef|recursiveRef)"\s*:`)

var errRefers = errors.New("schema: references such as $ref are not followed here: write out what they refer to")

// CheckWith returns every rule of a schema that a valid JSON document breaks, as Check does, where the schema is itself part of a
// document. It returns an error if schema is no JSON Schema, has references, or if one of both is longer than 16 KiB.
func (s *Set) CheckWith(schema, document []byte) ([]api.Violation, error) {
	if len(schema) > maxGiven || len(document) > maxGiven {
		return nil, fmt.Errorf("schema: a schema of %d bytes for a document of %d; want at most %d each", len(schema), len(document), maxGiven)
	}
	one, err := s.givenSet(schema)
	if err != nil {
		return nil, err
	}
	return one.Check("given", document)
}

// givenSet returns a set with this schema alone, compiled.
func (s *Set) givenSet(schema []byte) (*Set, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if one, ok := s.given[string(schema)]; ok {
		return one, nil
	}
	if refers.Match(schema) {
		return nil, errRefers
	}
	one := newSet(s.compiler.Formats)
	one.raw["given"] = schema
	if err := one.Compile("given"); err != nil {
		return nil, err
	}
	if len(s.given) == maxKept {
		clear(s.given)
	}
	s.given[string(schema)] = one
	return one, nil
}
