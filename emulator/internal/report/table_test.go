package report_test

import (
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/report"
)

func TestTable(t *testing.T) {
	t.Parallel()
	got := report.Table([]string{"call", "µs"}, []string{"get", "1"}, []string{"a long one", "12.5"})
	want := "| call       | µs   |\n| ---------- | ---- |\n| get        | 1    |\n| a long one | 12.5 |\n"
	if got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
}
