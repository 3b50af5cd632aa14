package yaml

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/suggest"
)

// Fault is an error at the place of a node.
func Fault(n *Node, format string, args ...any) error {
	return &Error{n.Line, n.Column, fmt.Sprintf(format, args...)}
}

// Reader takes the value of a member.
type Reader = func(*Node) error

// Read reads a mapping, each member by its reader, and refuses others. What is the name of the mapping in words.
func (n *Node) Read(what string, readers map[string]Reader) error {
	if n.Kind != Mapping {
		return Fault(n, "%s is a mapping", what)
	}
	for i := range n.Members {
		m := &n.Members[i]
		read := readers[m.Name]
		if read == nil {
			var known []string
			for name := range readers {
				known = append(known, name)
			}
			slices.Sort(known)
			return Fault(m.Place(), "%s has no member %q%s", what, m.Name, suggest.Hint(m.Name, known...))
		}
		if err := read(m.Value); err != nil {
			return err
		}
	}
	return nil
}

// Place is where a member's name stands.
func (m *Member) Place() *Node { return &Node{Line: m.Line, Column: m.Column} }

// Into reads a text.
func (n *Node) Into(to *string) error {
	if n.Kind != String {
		return Fault(n, "want text")
	}
	*to = n.Text
	return nil
}

// Whole reads a whole number from least on.
func (n *Node) Whole(least int, to *int) error {
	v, err := strconv.Atoi(string(n.Scalar))
	if n.Kind != Number || err != nil || v < least || v > 1_000_000_000 {
		return Fault(n, "want a whole number from %d", least)
	}
	*to = v
	return nil
}

// Span reads a duration from 0 to most.
func (n *Node) Span(most time.Duration, to *time.Duration) error {
	d, err := time.ParseDuration(n.Text)
	if n.Kind != String || err != nil || d < 0 || d > most {
		return Fault(n, "want a duration from 0 to %gh, such as 150ms or 2s", most.Hours())
	}
	*to = d
	return nil
}

// Choice reads one of some words.
func (n *Node) Choice(what string, to *string, from []string) error {
	if n.Kind != String || !slices.Contains(from, n.Text) {
		return Fault(n, "%s: want one of %v, got %q%s", what, from, n.Text, suggest.Hint(n.Text, from...))
	}
	*to = n.Text
	return nil
}
