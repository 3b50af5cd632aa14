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

var page = template.Must(template.New("coverage").Funcs(template.FuncMap{
	"join": strings.Join,
}).Parse(pageText))

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
