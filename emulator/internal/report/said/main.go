// Command said passes on what a test prints, and writes the last line that holds a phrase into a section of a page.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/report"
)

func main() {
	if len(os.Args) != 5 {
		fmt.Fprintln(os.Stderr, "usage: COMMAND | said docs/page.md section phrase COMMAND")
		os.Exit(2)
	}
	if err := run(os.Stdin, os.Stdout, os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		fmt.Fprintln(os.Stderr, "said:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer, page, section, phrase, command string) error {
	said, failed := "", false
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
		failed = failed || strings.HasPrefix(line, "FAIL")
		if strings.Contains(line, phrase) {
			_, said, _ = strings.Cut(line, ".go:")
			_, said, _ = strings.Cut(said, ": ")
		}
	}
	switch err := lines.Err(); {
	case err != nil:
		return err
	case failed:
		return fmt.Errorf("the test failed: the section %s stays as it was", section)
	case said == "":
		return fmt.Errorf("nothing was said of %q: the section %s stays as it was", phrase, section)
	}
	return report.Rewrite(page, section, report.By(command, report.Machine())+"\n\n"+said+".\n")
}
