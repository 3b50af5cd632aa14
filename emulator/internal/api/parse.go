package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Parse reads JSON of any kind. Whitespace and needless escapes are dropped, of members with one name the last counts.
// One pass gives both forms that a body is needed in; every create begins with it. The data may not be changed from then on.
func Parse(data []byte) (Body, error) {
	if !utf8.Valid(data) {
		return Body{}, errUTF8
	}
	p := parser{in: text(data), out: make([]byte, 0, len(data))}
	p.blanks()
	var b Body
	var err error
	if p.peek() == '{' {
		err = p.object(1, &b.Object)
	} else {
		err = p.value(0)
	}
	if err != nil {
		return Body{}, err
	}
	p.blanks()
	if p.at < len(p.in) {
		return Body{}, errJSON
	}
	b.JSON = p.out
	return b, nil
}

// parser goes over JSON text once and writes it anew, without blanks.
type parser struct {
	in  string
	at  int
	out []byte
}

func (p *parser) blanks() {
	for p.at < len(p.in) {
		switch p.in[p.at] {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return
		}
	}
}

// peek is the next byte, 0 at the end: no JSON token begins with it.
func (p *parser) peek() byte {
	if p.at < len(p.in) {
		return p.in[p.at]
	}
	return 0
}

// token takes one byte, which must be next.
func (p *parser) token(c byte) error {
	if p.peek() != c {
		return errJSON
	}
	p.at++
	p.out = append(p.out, c)
	return nil
}

func (p *parser) value(depth int) error {
	switch c := p.peek(); {
	case c == '{':
		return p.object(depth+1, nil)
	case c == '[':
		return p.array(depth + 1)
	case c == '"':
		_, err := p.text()
		return err
	case c == '-' || c >= '0' && c <= '9':
		return p.number()
	}
	for _, word := range []string{"true", "false", "null"} {
		if strings.HasPrefix(p.in[p.at:], word) {
			p.at += len(word)
			p.out = append(p.out, word...)
			return nil
		}
	}
	return errJSON
}

func (p *parser) array(depth int) error {
	if depth > MaxDepth {
		return errDepth
	}
	_ = p.token('[')
	p.blanks()
	for n := 0; p.peek() != ']' || n > 0; n++ {
		if err := p.value(depth); err != nil {
			return err
		}
		p.blanks()
		if p.peek() == ']' {
			break
		}
		if err := p.token(','); err != nil {
			return err
		}
		p.blanks()
	}
	return p.token(']')
}

// span is where the value of a member stands in what was written.
type span struct {
	name     string
	from, to int
}

// object collects the members, too, if there is where.
func (p *parser) object(depth int, members *Object) error {
	if depth > MaxDepth {
		return errDepth
	}
	var room [16]span
	spans := room[:0]
	start := len(p.out)
	_ = p.token('{')
	p.blanks()
	for p.peek() != '}' || len(spans) > 0 {
		if p.peek() != '"' {
			return errJSON
		}
		name, err := p.text()
		if err != nil {
			return err
		}
		p.blanks()
		if err := p.token(':'); err != nil {
			return err
		}
		p.blanks()
		from := len(p.out)
		if err := p.value(depth); err != nil {
			return err
		}
		spans = append(spans, span{name, from, len(p.out)})
		p.blanks()
		if p.peek() == '}' {
			break
		}
		if err := p.token(','); err != nil {
			return err
		}
		p.blanks()
	}
	if err := p.token('}'); err != nil {
		return err
	}
	p.finish(start, spans, members)
	return nil
}

// twins tells whether a name stands twice.
func twins(spans []span) bool {
	const few = 16
	if len(spans) <= few {
		for i := range spans {
			for j := range i {
				if spans[i].name == spans[j].name {
					return true
				}
			}
		}
		return false
	}
	seen := make(map[string]bool, len(spans))
	for i := range spans {
		if seen[spans[i].name] {
			return true
		}
		seen[spans[i].name] = true
	}
	return false
}

// finish writes the object again where a name stood twice, and gives its members.
func (p *parser) finish(start int, spans []span, members *Object) {
	twins := twins(spans)
	if members == nil && !twins {
		return
	}
	written := p.out[start:]
	var places map[string]int
	if twins {
		written = bytes.Clone(written)
		places = make(map[string]int, len(spans))
	}
	o := make(Object, 0, len(spans))
	for _, s := range spans {
		value := written[s.from-start : s.to-start : s.to-start]
		if at, ok := places[s.name]; ok {
			o[at].Value = value
			continue
		}
		if twins {
			places[s.name] = len(o)
		}
		o = append(o, Member{s.name, value})
	}
	if twins {
		p.out = o.Append(p.out[:start])
	}
	if members != nil {
		*members = o
	}
}

// text reads a string and writes it as it was, unless it has escapes, which may be needless.
func (p *parser) text() (string, error) {
	begin := p.at
	for i := begin + 1; i < len(p.in); i++ {
		switch c := p.in[i]; {
		case c == '"':
			p.at = i + 1
			p.out = append(p.out, p.in[begin:p.at]...)
			return p.in[begin+1 : i], nil
		case c == '\\':
			return p.escaped(begin, i)
		case c < ' ':
			return "", errJSON
		}
	}
	return "", errJSON
}

// escaped reads a string with escapes, which are left to the standard library.
func (p *parser) escaped(begin, i int) (string, error) {
	for ; i < len(p.in) && p.in[i] != '"'; i++ {
		if p.in[i] == '\\' {
			i++
		}
	}
	if i >= len(p.in) {
		return "", errJSON
	}
	var text string
	if err := json.Unmarshal([]byte(p.in[begin:i+1]), &text); err != nil {
		return "", errJSON
	}
	p.at = i + 1
	p.out = AppendString(p.out, text)
	return text, nil
}

func (p *parser) number() error {
	begin := p.at
	if p.peek() == '-' {
		p.at++
	}
	if p.peek() == '0' {
		p.at++
	} else if !p.digits() {
		return errJSON
	}
	if p.peek() == '.' {
		p.at++
		if !p.digits() {
			return errJSON
		}
	}
	if c := p.peek(); c == 'e' || c == 'E' {
		p.at++
		if c := p.peek(); c == '+' || c == '-' {
			p.at++
		}
		if !p.digits() {
			return errJSON
		}
	}
	raw := p.in[begin:p.at]
	if _, err := strconv.ParseFloat(raw, 64); err != nil {
		return fmt.Errorf("not readable: the number %.20s is out of range", raw)
	}
	p.out = append(p.out, raw...)
	return nil
}

func (p *parser) digits() bool {
	begin := p.at
	for c := p.peek(); c >= '0' && c <= '9'; c = p.peek() {
		p.at++
	}
	return p.at > begin
}
