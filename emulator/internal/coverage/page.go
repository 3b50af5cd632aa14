package coverage

import (
	"bytes"
	_ "embed"
	"encoding/xml"
	"fmt"
	"html/template"
	"strings"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("coverage").Parse(pageText))

// Short is the operation's name without its vendor's.
func (o Operation) Short() string { return strings.TrimPrefix(o.ID, o.Vendor+".") }

// Gaps counts what was not tried of an operation that was called.
func (o Operation) Gaps() string {
	values := 0
	for _, v := range o.Enums {
		values += len(v.Untried)
	}
	var out []string
	for _, g := range []struct {
		n    int
		what string
	}{{len(o.Members.Untried), "member"}, {values, "value"}, {len(o.Queries.Untried), "parameter"}} {
		switch {
		case g.n == 1:
			out = append(out, "1 "+g.what)
		case g.n > 1:
			out = append(out, fmt.Sprintf("%d %ss", g.n, g.what))
		}
	}
	if out == nil {
		return ""
	}
	return strings.Join(out, ", ") + " not tried"
}

// HTML is the report as a page that stands alone.
func (r Report) HTML() ([]byte, error) {
	var b bytes.Buffer
	if err := page.Execute(&b, r); err != nil {
		return nil, fmt.Errorf("coverage: %w", err)
	}
	return b.Bytes(), nil
}

type (
	suites struct {
		XMLName  xml.Name `xml:"testsuites"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Suites   []suite  `xml:"testsuite"`
	}
	suite struct {
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Cases    []testcase `xml:"testcase"`
	}
	testcase struct {
		Class   string   `xml:"classname,attr"`
		Name    string   `xml:"name,attr"`
		Failure *failure `xml:"failure,omitempty"`
		Output  string   `xml:"system-out,omitempty"`
	}
	failure struct {
		Message string `xml:"message,attr"`
	}
)

// JUnit is the report as test results: an operation that was never called is a failure.
func (r Report) JUnit() ([]byte, error) {
	out := suites{Name: "portico coverage", Tests: r.Total.Operations, Failures: len(r.Never)}
	for _, v := range r.Vendors {
		s := suite{Name: v.Vendor, Tests: v.Operations, Failures: v.Operations - v.Called}
		for _, o := range r.Operations {
			if o.Vendor != v.Vendor || o.Companion {
				continue
			}
			c := testcase{Class: o.Vendor, Name: o.ID}
			if o.Calls == 0 {
				c.Failure = &failure{"never called: " + o.Method + " " + o.Path}
			} else {
				c.Output = fmt.Sprintf("%d calls", o.Calls)
			}
			s.Cases = append(s.Cases, c)
		}
		out.Suites = append(out.Suites, s)
	}
	data, err := xml.MarshalIndent(out, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("coverage: %w", err)
	}
	return append([]byte(xml.Header), append(data, '\n')...), nil
}
