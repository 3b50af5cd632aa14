// Package report puts measured figures into pages: each measurement has a section between two marks, and rewrites it.
package report

import (
	"fmt"
	"os"
	"strings"
)

// Rewrite puts text into the section of a page that stands between <!-- name --> and <!-- /name -->.
func Rewrite(file, name, text string) error {
	page, err := os.ReadFile(file) //nolint:gosec // whoever measures names the page
	if err != nil {
		return err
	}
	out, err := Section(string(page), name, text)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	return os.WriteFile(file, []byte(out), 0o600) //nolint:gosec // the same page
}

// Section is Rewrite for a page as text.
func Section(page, name, text string) (string, error) {
	begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
	before, rest, ok := strings.Cut(page, begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return "", fmt.Errorf("no section %q: write %s and %s, each on a line of its own", name, strings.TrimSpace(begin), end)
	}
	return before + begin + strings.TrimRight(text, "\n") + "\n" + end + after, nil
}
