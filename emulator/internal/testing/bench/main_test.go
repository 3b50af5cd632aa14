package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A figure that misses its limit is in the table and in the error, and one that was not measured is in neither.
func TestRun(t *testing.T) {
	t.Parallel()
	in := strings.NewReader(`goos: linux
pkg: github.com/portico-emulator/portico/emulator
BenchmarkFloor/konnect/get-2    	1	0.9 of-floor	27.2 µs/call
BenchmarkFloor/konnect/write-2  	1	0.5 of-floor	40 µs/call
BenchmarkNew/later-2            	1	8080 ns/op	3 allocs/op
BenchmarkScale/templates-1x-2   	1	100 ns/op
BenchmarkScale/templates-10x-2  	1	1300 ns/op
BenchmarkScaleWorlds/fault-rules-10x-2	1	1300 ns/op
BenchmarkJournal/get/journal=on-2  	1	2000 ns/op	12 allocs/op
BenchmarkJournal/get/journal=off-2 	1	1500 ns/op	10 allocs/op
pkg: github.com/portico-emulator/portico/other
BenchmarkNew/large-2            	1	8080 ns/new
PASS
`)
	var out strings.Builder
	err := run(in, &out)
	want := `konnect, write: got 0.50 of the floor's speed, want at least 0.55
ten times the templates: got 13 ×, want at most 12 ×`
	if err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	table := `
| of the floor's speed | get (at least 0.75) | list (at least 0.65) | write (at least 0.55) | write of two documents (at least 0.40) |
| ---                  | ---                 | ---                  | ---                   | ---                                    |
| konnect              | 0.90 (27 µs)        |                      | 0.50 (40 µs)          |                                        |

| what                           | measured | at most |
| ---                            | ---      | ---     |
| a later ` + "`emulator.New`" + `         | 8.08 µs  | 2000 µs |
| what the journal adds to a GET | 0.5 µs   | 3 µs    |
| the same in allocations        | 2        | 4       |
| ten times the templates        | 13 ×     | 12 ×    |

`
	if d := cmp.Diff(table[1:], out.String()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}
