package object

import (
	"bytes"
	"encoding/json"
	"iter"
	"slices"
)

// span is where a member or an element is in a document: its name, with quotes, and its value. A document is shorter than 4 GiB.
type span struct{ name, nameEnd, from, to uint32 }

// spans iterates over the members of an object ('{') or the elements of an array ('['). It yields nothing for any other value.
// doc must be valid JSON.
func spans(doc []byte, open byte) iter.Seq[span] {
	return func(yield func(span) bool) {
		if kind(doc) != open {
			return
		}
		at := blanks(doc, blanks(doc, 0)+1)
		for at < len(doc) && doc[at] != '}' && doc[at] != ']' {
			var s span
			if open == '{' {
				end := quoted(doc, at)
				s.name, s.nameEnd = uint32(at), uint32(end) //nolint:gosec // see span
				at = min(blanks(doc, blanks(doc, end)+1), len(doc))
			}
			end := valueEnd(doc, at)
			s.from, s.to = uint32(at), uint32(end) //nolint:gosec // see span
			if !yield(s) {
				return
			}
			if at = blanks(doc, end); at == len(doc) || doc[at] != ',' {
				return
			}
			at = blanks(doc, at+1)
		}
	}
}

// kind returns the first byte of a value: '{', '[', '"', 't', 'f' or 'n', and '0' for every number; 0 if there is no value.
func kind(value []byte) byte {
	at := blanks(value, 0)
	if at == len(value) {
		return 0
	}
	if c := value[at]; c != '-' && (c < '0' || c > '9') {
		return c
	}
	return '0'
}

func blanks(doc []byte, at int) int {
	for at < len(doc) && doc[at] <= ' ' {
		at++
	}
	return at
}

// quoted returns the end of the string whose opening quote is at that offset.
func quoted(doc []byte, at int) int {
	for at++; at < len(doc); at++ {
		switch doc[at] {
		case '\\':
			at++
		case '"':
			return at + 1
		}
	}
	return len(doc)
}

// valueEnd returns the end of the value that begins at that offset.
func valueEnd(doc []byte, at int) int {
	depth := 0
	for at < len(doc) {
		switch doc[at] {
		case '"':
			if at = quoted(doc, at); depth == 0 {
				return at
			}
			continue
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return at + 1
			}
			if depth < 0 { // of what the value is in
				return at
			}
		case ',', ' ', '\t', '\n', '\r':
			if depth == 0 {
				return at
			}
		}
		at++
	}
	return at
}

// Members iterates over the names and values of a JSON object in order. It yields nothing for any other value. doc must be
// valid JSON.
func Members(doc []byte) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for s := range spans(doc, '{') {
			if !yield(TextOf(doc[s.name:s.nameEnd]), doc[s.from:s.to:s.to]) {
				return
			}
		}
	}
}

// Elements iterates over the values of a JSON array in order. It yields nothing for any other value. doc must be valid JSON.
func Elements(doc []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for s := range spans(doc, '[') {
			if !yield(doc[s.from:s.to:s.to]) {
				return
			}
		}
	}
}

// Layout is where the members of a document are in it, so that reading one of them takes no walk over the document.
type Layout []span

// LayoutOf returns the layout of a JSON object; any other value has no members. doc must be valid JSON.
func LayoutOf(doc []byte) Layout {
	return slices.Clone(slices.AppendSeq(make(Layout, 0, 32), spans(doc, '{')))
}

// Object returns the members, whose values share memory with doc, the document that the layout is of.
func (l Layout) Object(doc []byte) Object {
	o := make(Object, len(l))
	for i, s := range l {
		o[i] = Member{TextOf(doc[s.name:s.nameEnd]), doc[s.from:s.to:s.to]}
	}
	return o
}

// Raw returns the value of a member, nil if there is none. doc is the document that the layout is of. It finds only names that are
// written without escapes, as Parse writes all names that can be.
func (l Layout) Raw(doc []byte, name string) []byte {
	for _, s := range l {
		if int(s.nameEnd-s.name) == len(name)+2 && string(doc[s.name+1:s.nameEnd-1]) == name {
			return doc[s.from:s.to:s.to]
		}
	}
	return nil
}

// TextOf returns the text of a JSON string, "" for any other value.
func TextOf(value []byte) string {
	if s, ok := Unquoted(value); ok {
		return s
	}
	var s string
	_ = json.Unmarshal(value, &s)
	return s
}

// Unquoted returns the text of a JSON string that has no escapes. It reports false for any other value.
func Unquoted(value []byte) (string, bool) {
	if len(value) < 2 || value[0] != '"' || bytes.IndexByte(value, '\\') >= 0 {
		return "", false
	}
	return string(value[1 : len(value)-1]), true
}
