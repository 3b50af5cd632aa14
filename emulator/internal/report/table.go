package report

import (
	"fmt"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"
)

// Table is rows under a head, in Markdown. Columns are as wide as their widest cell.
func Table(head []string, rows ...[]string) string {
	width := make([]int, len(head))
	for _, row := range append([][]string{head}, rows...) {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell), 3)
		}
	}
	var b strings.Builder
	line := func(row []string) {
		for i, cell := range row {
			b.WriteString("| " + cell + strings.Repeat(" ", width[i]-utf8.RuneCountInString(cell)) + " ")
		}
		b.WriteString("|\n")
	}
	line(head)
	for _, w := range width {
		b.WriteString("| " + strings.Repeat("-", w) + " ")
	}
	b.WriteString("|\n")
	for _, row := range rows {
		line(row)
	}
	return b.String()
}

// Machine is what this program runs on, as far as figures depend on it.
func Machine() string {
	return fmt.Sprintf("%s/%s, %d processors, %s", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version())
}

// By says how and when figures came about: the command, what it ran on, and the day.
func By(command, machine string) string {
	return fmt.Sprintf("`%s`, %s, %s.", command, machine, time.Now().UTC().Format(time.DateOnly))
}
