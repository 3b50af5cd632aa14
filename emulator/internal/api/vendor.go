package api

import (
	"net/http"
	"slices"
	"strings"
)

// Vendor is one emulated product: a table of operations, the kinds of object they act on, and a dialect.
type Vendor struct {
	Name    string   // "konnect": prefix of operation ids and of kinds, folder of schemas
	Shares  []string // further folders of schemas, of what several vendors have in common
	Title   string   // "Kong Konnect Portal Management"
	Version string   // the vendor's version of the API
	Base    string   // where the operations are mounted: "/v2"
	Aliases []string // further bases that answer alike
	Slash   bool     // one trailing slash names the same resource
	Quiet   bool     // the emulator's own: calls are not counted among a world's requests

	Operations []Operation
	Resources  []*Resource
	Names      map[string]Ref // what a path parameter names
	Dialect    Dialect
	Formats    map[string]func(any) bool // formats that this vendor's schemas use beyond the standard ones

	// Credentials lists who may call, in the order of the admin API: administrator, usable, unusable.
	Credentials func(*Scope) []Credential
	// Clients gives the environment variables by which this vendor's usual clients are pointed at url.
	Clients func(url string, admin Credential) []Variable
	// Runtimes are what those clients run on (Go, Java, Node), with their names. It decides how they are given a CA.
	Runtimes map[Runtime]string
	// Security is the OpenAPI security scheme object of this vendor.
	Security string
	// Problem is the schema of the body of refusals, ProblemMedia its content type; "": that of successes.
	Problem, ProblemMedia string

	// Check validates a JSON document against one of the vendor's schemas; set when the vendor is linked.
	Check func(schema string, document []byte) ([]Violation, error)
	// CheckWith judges it by a schema that is part of another document. That schema has no references, and neither is longer
	// than 16 KiB; anything else is an error. Set when the vendor is linked.
	CheckWith func(schema, document []byte) ([]Violation, error)
}

// Operation is one row of a vendor's table: what the vendor documents, and the function that implements it. A documented row
// leaves out Summary, Tag, Status and Errors: they are filled in from schemas/<vendor>/operations.json when the table is linked.
type Operation struct {
	ID, Method, Path string // the vendor's own template, with the vendor's {names}; {id:uuid} where two rows share a route
	Base             string // where the row is mounted if not at the vendor's base
	Summary, Tag     string
	Query            string   // schema of the query parameters that are not the dialect's, or ""
	Body, Reply      string   // names of schemas, or ""
	Optional         bool     // the body may be left out
	Accepts          string   // media type of the body where it is not JSON: a form, which Dialect.Read turns into it
	Media            string   // media type of the reply where it is not the vendor's usual one
	Offers           []string // media types that a caller may choose from for the reply; nil: the vendor's usual ones
	Status           int
	Errors           []int  // documented error statuses
	Needs            string // right that the caller must hold, in the vendor's word
	Writes           bool   // a GET that changes state says so; other methods need not
	Bare             bool   // opens its own transactions, if any
	Companion        bool   // beside the documented operations, because real clients need it
	Limit            int64  // largest body in bytes; 0: 1 MiB
	Names            map[string]Ref
	List             *List // list rows: what the dialect's list parameters may name

	// Check is a check of this row alone; the vendor's checks decide when it runs. nil: there is none.
	Check Check

	// Do is the operation. It returns a document, a page, an Answer, JSON bytes, any value that encodes to JSON, or nil for an
	// empty body. It never writes to the client.
	Do func(*Call) (any, error)

	Vendor  *Vendor  // set when the table is linked
	Full    string   // vendor name and id: "konnect.create-portal"
	Params  []Param  // path parameters, outermost first
	Queries *Shape   // query parameters that the query schema lists; nil where there is none
	Takes   *Shape   // members that the body schema lists; nil where there is none
	Known   []string // query parameters that it reads; "filter[name]" covers "filter[name][eq]"
}

// Reads reports whether the operation knows a query parameter.
func (o *Operation) Reads(parameter string) bool {
	for _, k := range o.Known {
		if rest, ok := strings.CutPrefix(parameter, k); ok && (rest == "" || rest[0] == '[') {
			return true
		}
	}
	return false
}

// Param is a path parameter of an operation, with what it names.
type Param struct {
	Name string
	UUID bool // the row only answers for values that are a UUID
	Ref  Ref
}

// Ref says what a path parameter names: an object of a kind, found by the first of its indexes that has the value.
// The zero Ref is plain text that the operation reads itself.
type Ref struct {
	Kind  string
	By    []string        // index names, or "id"; nil: the id, unless there is Find
	Join  int             // how many parameters together make the key (2: a pair); 0 and 1 alike
	Where func(*Doc) bool // objects for which it is false do not exist for clients; nil: all do
	// Find finds what none of the indexes has, within the object before it in the path, which may be nil. It returns nil
	// if there is no such object, and does not ask who calls.
	Find func(c *Call, owner *Doc, parts ...string) *Doc
}

// List says which fields the rows of a list may be filtered and sorted by; names are the client's.
type List struct {
	Paged  bool
	Filter []Field
	Sort   []Field
}

// Field is a name that list parameters use, and where its value is found.
type Field struct {
	Name string
	Path string    // in the stored document; "": the name
	Type FieldType // how values are compared
	Enum []string
	Ops  []string // operators of the dialect that fit; nil: all of the type
	// Of computes a value that the stored document does not hold; false: it is null.
	Of func(*Call, *Doc) (string, bool)
}

// FieldType is how the values of a field compare.
type FieldType uint8

// Types of list fields.
const (
	AsText FieldType = iota
	AsUUID
	AsBool
	AsNumber
	AsTime
	AsEnum
	AsNothing // accepted, with no effect
)

// Writing reports whether the operation may change state.
func (o *Operation) Writing() bool {
	return o.Writes || o.Method != http.MethodGet && o.Method != http.MethodHead
}

// Template is the path on the emulator, with the parameters' names alone: {id:uuid} becomes {id}.
func (o *Operation) Template() string {
	base := o.Base
	if base == "" {
		base = o.Vendor.Base
	}
	return base + strings.ReplaceAll(o.Path, ":uuid}", "}")
}

// Credential is one way to call a vendor, as the admin API lists it.
type Credential struct {
	Vendor string   `json:"vendor"`
	Name   string   `json:"name"`
	User   string   `json:"user"`
	Roles  []string `json:"roles"`
	Header string   `json:"header"`
	Value  string   `json:"value"`
	State  string   `json:"state,omitempty"`  // expired, revoked, disabled; "": usable
	Secret string   `json:"secret,omitempty"` // what a login needs
}

// SortCredentials puts the usable credential named admin first and those that are refused last. Otherwise the order stays.
func SortCredentials(list []Credential) []Credential {
	rank := func(c Credential) int {
		switch {
		case c.State != "":
			return 2
		case c.Name == "admin":
			return 0
		}
		return 1
	}
	slices.SortStableFunc(list, func(a, b Credential) int { return rank(a) - rank(b) })
	return list
}

// Variable is an environment variable for a client. One without a name is a comment.
type Variable struct{ Name, Value, Why string }

// Runtime is what a client runs on.
type Runtime string

// Runtimes that have their own setting for a CA.
const (
	Go   Runtime = "Go"
	Java Runtime = "Java"
	Node Runtime = "Node"
)
