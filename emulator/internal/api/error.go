package api

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Code is a neutral word for what went wrong. Dialects turn it into their vendor's status and words; fault rules use
// the same words.
type Code string

// The codes.
const (
	Malformed    Code = "malformed" // the body cannot be read at all
	Invalid      Code = "invalid"   // it can, and breaks rules
	Unauthorized Code = "unauthorized"
	Forbidden    Code = "forbidden"
	NotFound     Code = "not-found"
	NoRoute      Code = "unknown-path"
	NoMethod     Code = "wrong-method"
	NotAccepted  Code = "not-acceptable"
	Timeout      Code = "timeout"
	Conflict     Code = "conflict"
	TooLarge     Code = "too-large"
	TooLong      Code = "uri-too-long"
	Media        Code = "unsupported-media-type"
	RateLimited  Code = "rate-limited"
	Internal     Code = "internal"
	Unavailable  Code = "unavailable"
)

// Rule is a neutral word for the rule that a value breaks.
type Rule string

// The rules. Limits, choices and the like are in Violation.Want.
const (
	Required  Rule = "required"
	Unknown   Rule = "unknown"
	Type      Rule = "type"      // Want: []string of JSON type names
	Choice    Rule = "enum"      // Want: []any
	Format    Rule = "format"    // Want: name of the format
	Pattern   Rule = "pattern"   // Want: the pattern
	MinLength Rule = "minLength" // Want: int, likewise below
	MaxLength Rule = "maxLength"
	MinItems  Rule = "minItems"
	MaxItems  Rule = "maxItems"
	MinProps  Rule = "minProperties"
	MaxProps  Rule = "maxProperties"
	Minimum   Rule = "minimum"
	Maximum   Rule = "maximum"
	Unique    Rule = "uniqueItems"
	Reference Rule = "reference" // refers to nothing; Want: the kind
	Dependent Rule = "dependent" // Want: []string, the members that it needs
	Other     Rule = "other"     // Text says it
)

// Violation is one broken rule.
type Violation struct {
	Source string   // body, query, path, header; "": body
	Path   []string // member names and positions, outermost first
	Rule   Rule
	Want   any
	Null   bool   // the value is null
	Text   string // the vendor's own words, where its resource knows better than the dialect
}

// FieldPath writes the path of a violation with dots between names and positions in brackets: portals[0].name. A number is a name
// where named says so; nil: nowhere.
func FieldPath(path []string, named func(i int) bool) string {
	var b strings.Builder
	for i, p := range path {
		if _, err := strconv.Atoi(p); err == nil && (named == nil || !named(i)) {
			b.WriteString("[" + p + "]")
			continue
		}
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(p)
	}
	return b.String()
}

// Error is a refusal in neutral words. Only a dialect turns it into what a client sees.
type Error struct {
	Code       Code
	Message    string // what and which, for logs and for dialects whose vendor words it freely
	Violations []Violation
	Facts      Facts
	Vendor     any   // what only the vendor's own dialect understands
	Cause      error // for logs
}

// Facts are what the refusal rests on, for explanations.
type Facts struct {
	Kind   string // of the object in question
	ID     string // that was looked for, or that collides
	Index  string // in which it collides
	Value  string
	In     []string // owners within which it was looked for, or of what collides
	Lives  []string // owners in which what was looked for is, where it is elsewhere
	Right  string   // that the caller lacks
	Caller string
	Gone   string // request that deleted it
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(string(e.Code))
	if e.Message != "" {
		b.WriteString(": " + e.Message)
	}
	for _, v := range e.Violations {
		fmt.Fprintf(&b, "; %s %s", strings.Join(v.Path, "."), v.Rule)
		if v.Want != nil {
			fmt.Fprintf(&b, " %v", v.Want)
		}
		if v.Text != "" {
			b.WriteString(": " + v.Text)
		}
	}
	if e.Cause != nil {
		b.WriteString(": " + e.Cause.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Fail makes an error of a code with a formatted message.
func Fail(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Refuse makes an Invalid error of violations.
func Refuse(v ...Violation) *Error { return &Error{Code: Invalid, Violations: v} }

// AsError gives the neutral error in err, or an Internal one around it.
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Code: Internal, Cause: err}
}

// IsCode reports whether err is a neutral error of that code.
func IsCode(err error, code Code) bool {
	if err == nil {
		return false
	}
	var e *Error
	return errors.As(err, &e) && e.Code == code
}
