package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Times is how often something is wanted. A nil limit is none.
type Times struct{ Min, Max *int }

// Reasons why JSON says no times.
var (
	errTimes = errors.New(`want a whole number from 0, or {"min": N, "max": N}`)
	errOrder = errors.New("max is less than min")
)

// ReadTimes reads how often something is wanted: a whole number, or an object with min, max or both.
func ReadTimes(data []byte) (Times, error) {
	var number *float64
	if json.Unmarshal(data, &number) == nil && number != nil {
		n := int(*number)
		if float64(n) != *number {
			return Times{}, errTimes
		}
		return Times{&n, &n}.check()
	}
	var t Times
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if d.Decode(&t) != nil || t.Min == nil && t.Max == nil {
		return Times{}, errTimes
	}
	return t.check()
}

func (t Times) check() (Times, error) {
	switch {
	case t.Min != nil && *t.Min < 0, t.Max != nil && *t.Max < 0:
		return Times{}, errTimes
	case t.Min != nil && t.Max != nil && *t.Max < *t.Min:
		return Times{}, errOrder
	}
	return t, nil
}

// Wanted returns how many calls are wanted: at least one, unless times says otherwise.
func (x *Expectation) Wanted() (Times, error) {
	if len(x.Times) == 0 || string(x.Times) == "null" {
		return Times{Min: new(1)}, nil
	}
	return ReadTimes(x.Times)
}

// TooFew reports whether a count is less than is wanted.
func (t Times) TooFew(count int) bool { return t.Min != nil && count < *t.Min }

// TooMany reports whether a count is more than is wanted.
func (t Times) TooMany(count int) bool { return t.Max != nil && count > *t.Max }

// String returns the times in words.
func (t Times) String() string {
	switch {
	case t.Min != nil && t.Max != nil && *t.Min == *t.Max:
		if *t.Min == 0 {
			return "none"
		}
		return fmt.Sprintf("exactly %d", *t.Min)
	case t.Max == nil:
		return fmt.Sprintf("at least %d", *t.Min)
	case t.Min == nil:
		return fmt.Sprintf("at most %d", *t.Max)
	}
	return fmt.Sprintf("%d to %d", *t.Min, *t.Max)
}

// String returns in words what calls are looked for.
func (x *Expectation) String() string {
	var parts []string
	for _, p := range []string{x.Operation, x.Method, x.Path} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if x.Status != 0 {
		parts = append(parts, fmt.Sprintf("answered %d", x.Status))
	}
	if len(x.Body) > 0 {
		parts = append(parts, "with that body")
	}
	if parts == nil {
		return "any operation"
	}
	return strings.Join(parts, " ")
}
