package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tidwall/gjson"
)

// Times is how many calls are wanted.
type Times struct{ Min, Max *int }

// errTimes says what times may be.
var errTimes = errors.New(`want a whole number from 0, or {"min": N, "max": N}`)

// Wanted reads how many calls are wanted: at least one, unless times says otherwise.
func (x *Expectation) Wanted() (Times, error) {
	if len(x.Times) == 0 || string(x.Times) == "null" {
		return Times{Min: new(1)}, nil
	}
	t := gjson.ParseBytes(x.Times)
	if t.Type == gjson.Number {
		n := int(t.Num)
		if t.Num != float64(n) || n < 0 {
			return Times{}, errTimes
		}
		return Times{&n, &n}, nil
	}
	var span Times
	d := json.NewDecoder(strings.NewReader(t.Raw))
	d.DisallowUnknownFields()
	err := d.Decode(&span)
	switch {
	case err != nil || !t.IsObject() || span.Min == nil && span.Max == nil || span.Min != nil && *span.Min < 0:
		return Times{}, errTimes
	case span.Max != nil && (*span.Max < 0 || span.Min != nil && *span.Max < *span.Min):
		return Times{}, errors.New("max is less than min: no number of calls is right")
	}
	return span, nil
}

// TooFew tells whether a count is less than is wanted.
func (t Times) TooFew(count int) bool { return t.Min != nil && count < *t.Min }

// TooMany tells whether a count is more than is wanted.
func (t Times) TooMany(count int) bool { return t.Max != nil && count > *t.Max }

// String says it in words.
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

// String says in words what calls are looked for.
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
