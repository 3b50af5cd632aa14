package api

import "github.com/portico-emulator/portico/emulator/internal/object"

// Object is object.Object.
type Object = object.Object

// Member is object.Member.
type Member = object.Member

// Body is object.Body.
type Body = object.Body

// MaxDepth is how deeply a document may nest.
const MaxDepth = object.MaxDepth

// Literals of JSON.
var (
	Null  = object.Null
	True  = object.True
	False = object.False
)

// ObjectOf is object.Of.
func ObjectOf(doc []byte) Object { return object.Of(doc) }

// Quote is object.Quote.
func Quote(s string) []byte { return object.Quote(s) }

// Boolean is object.Boolean.
func Boolean(b bool) []byte { return object.Boolean(b) }

// Encode is object.Encode.
func Encode(v any) ([]byte, error) { return object.Encode(v) }

// Parse is object.Parse.
func Parse(data []byte) (Body, error) { return object.Parse(data) }

// AppendString is object.AppendString.
func AppendString(to []byte, s string) []byte { return object.AppendString(to, s) }

// Same is object.Same.
func Same(a, b []byte) bool { return object.Same(a, b) }

// MergePatch is object.MergePatch.
func MergePatch(target, patch []byte) []byte { return object.MergePatch(target, patch) }

// AppendText is object.AppendText.
func AppendText(to []byte, s string) []byte { return object.AppendText(to, s) }

// AppendName is object.AppendName.
func AppendName(to []byte, name string) []byte { return object.AppendName(to, name) }

// AppendMember appends a member to an object that has begun. Its name must need no escapes.
func AppendMember(to []byte, name string, value []byte) []byte {
	return append(AppendName(to, name), value...)
}
