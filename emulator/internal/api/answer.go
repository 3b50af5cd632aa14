package api

import (
	"net/http"
	"slices"
)

// Answer is what goes out: everything a client can see but the connection.
type Answer struct {
	Status int // 0: the operation's own
	Media  string
	Mark   Line        // the header by which the vendor names the request; Name "": none
	Header http.Header // further headers, or nil; one of the mark's name stands in its place
	Body   []byte      // nil: empty, without a content type
	// Stream writes the body bit by bit, once status and headers are out.
	Stream func(http.ResponseWriter)
}

// Line is a header of one value.
type Line struct{ Name, Value string }

// Page is what a list shows, in neutral form; the dialect's envelope wraps it.
type Page struct {
	Items  []byte // wire documents, joined by commas
	Count  int    // how many they are
	Total  int    // after filtering, before paging
	Offset int
	Limit  int // 0: everything
}

// Around returns the items between a head and a tail.
func (p Page) Around(head []byte, tail string) []byte {
	return slices.Concat(head, p.Items, []byte(tail))
}

// Ask is what a caller wants of a list, in neutral form.
type Ask struct {
	Filters []Filter
	Any     bool // one filter that holds is enough; else all must hold
	Sort    []SortKey
	Offset  int
	Limit   int // -1: everything
	// Where is a further condition of the operation itself.
	Where func(*Doc) bool
}

// Filter is a condition on one field.
type Filter struct {
	Field  Field
	Op     Op
	Values []string // several: any of them
	Fold   bool     // letter case does not count
}

// Op compares a field's value with the filter's.
type Op uint8

// Operators. A missing value equals nothing, satisfies NotEqual, and nothing else.
const (
	Equal Op = iota
	NotEqual
	Contains
	Less
	LessEqual
	Greater
	GreaterEqual
	Between // Values: least and greatest
)

// SortKey is a field to sort by.
type SortKey struct {
	Field Field
	Desc  bool
	Fold  bool // letter case does not count
}
