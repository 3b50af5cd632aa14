package cli

import (
	"encoding/json"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"
	"unicode"
)

// style is how text is set off: not at all unless a person looks at a terminal and has not forbidden it.
type style struct{ colours bool }

func styleOf(to io.Writer) style {
	f, ok := to.(*os.File)
	if !ok || os.Getenv("NO_COLOR") != "" || os.Getenv("TERM") == "dumb" {
		return style{}
	}
	info, err := f.Stat()
	return style{err == nil && info.Mode()&os.ModeCharDevice != 0}
}

func (s style) bold(text string) string {
	if !s.colours {
		return text
	}
	return "\x1b[1m" + text + "\x1b[0m"
}

// columns aligns rows.
func (s style) columns(rows [][]string) string {
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		_, _ = io.WriteString(w, strings.Join(row, "\t")+"\n")
	}
	_ = w.Flush()
	return out.String()
}

// table aligns rows and sets off the first, the heading.
func (s style) table(rows [][]string) string {
	head, rest, _ := strings.Cut(s.columns(rows), "\n")
	return s.bold(head) + "\n" + rest
}

// printable is a text that may come from anywhere, as a line in which a terminal obeys nothing: what cannot be seen is escaped.
func printable(text string) string {
	var out strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) {
			out.WriteRune(r)
		} else {
			out.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		}
	}
	return out.String()
}

// quote makes text one word for a shell.
func quote(text string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@%+,", r)
	}
	if text != "" && strings.TrimLeftFunc(text, plain) == "" {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

// printJSON prints a value for people and programs.
func printJSON(to io.Writer, v any) error {
	e := json.NewEncoder(to)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
