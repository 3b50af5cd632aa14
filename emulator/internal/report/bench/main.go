// Command bench reads what go test -bench prints, passes it on, and writes the figures that were promised into the section
// bench of a page, its argument. A benchmark that was not run leaves its row out. It fails where a figure misses its limit.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-emulator/portico/emulator/internal/report"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: go test -bench . | bench docs/page.md")
		os.Exit(2)
	}
	if err := run(os.Stdin, os.Stdout, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer, page string) error {
	r := results{}
	failed := ""
	pkg := ""
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if _, err := fmt.Fprintln(out, line); err != nil {
			return err
		}
		switch {
		case strings.HasPrefix(line, "pkg: "):
			pkg = line[strings.LastIndexByte(line, '/')+1:]
		case strings.HasPrefix(line, "--- FAIL"), strings.HasPrefix(line, "FAIL\t"):
			failed = line
		default:
			r.add(pkg, line)
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if failed != "" {
		return fmt.Errorf("%s: nothing was written", failed)
	}
	table, slow := r.floors()
	figures, above := r.others()
	if err := report.Rewrite(page, "bench", report.By("make bench", report.Machine())+"\n\n"+table+"\n"+figures); err != nil {
		return err
	}
	if missed := slices.Concat(slow, above); missed != nil {
		return errors.New(strings.Join(missed, "\n"))
	}
	return nil
}

// results are the metrics of benchmarks: package and name, then unit.
type results map[string]map[string]float64

// add takes a line such as "BenchmarkGet/floor-2  1000  24000 ns/op  3 allocs/op".
func (r results) add(pkg, line string) {
	words := strings.Fields(line)
	if len(words) < 4 || !strings.HasPrefix(words[0], "Benchmark") {
		return
	}
	name := strings.TrimPrefix(words[0], "Benchmark")
	if i := strings.LastIndexByte(name, '-'); i > 0 {
		if _, err := strconv.Atoi(name[i+1:]); err == nil {
			name = name[:i] // the number of processors
		}
	}
	metrics := map[string]float64{}
	for i := 2; i+1 < len(words); i += 2 {
		if v, err := strconv.ParseFloat(words[i], 64); err == nil {
			metrics[words[i+1]] = v
		}
	}
	r[pkg+" "+name] = metrics
}

// ratios are the lowest against the floor that are good enough.
var ratios = []struct {
	what, title string
	least       float64
}{
	{"get", "get", 0.75}, {"list", "list", 0.65}, {"write", "write", 0.55}, {"write-two", "write of two documents", 0.40},
}

// floors are the ratios against the floor, a row for each vendor, and those that are not good enough.
func (r results) floors() (table string, missed []string) {
	var rows [][]string
	head := []string{"of the floor's speed"}
	for _, f := range ratios {
		head = append(head, fmt.Sprintf("%s (at least %.2f)", f.title, f.least))
	}
	for _, vendor := range []string{"konnect", "axway", "apiconnect", "experience-hub", "exchange"} {
		row := []string{vendor}
		some := false
		for _, f := range ratios {
			m, ok := r["emulator Floor/"+vendor+"/"+f.what]
			cell := ""
			if ok {
				some = true
				cell = fmt.Sprintf("%.2f (%.0f µs)", m["of-floor"], m["µs/call"])
				if m["of-floor"] < f.least {
					missed = append(missed, fmt.Sprintf("%s, %s: got %.2f of the floor's speed, want at least %.2f", vendor, f.title, m["of-floor"], f.least))
				}
			}
			row = append(row, cell)
		}
		if some {
			rows = append(rows, row)
		}
	}
	if rows == nil {
		return "", nil
	}
	return report.Table(head, rows...), missed
}

// measure is a figure with a limit.
type measure struct {
	what string
	most float64 // in the unit; 0: no limit
	of   func(results) (float64, bool)
	unit string
}

// metric is one that a benchmark reports, divided by a number.
func metric(name, unit string, by float64) func(results) (float64, bool) {
	return func(r results) (float64, bool) {
		v, ok := r[name][unit]
		return v / by, ok
	}
}

// compared is how many times as long one benchmark takes as another.
func compared(name, with string) func(results) (float64, bool) {
	return func(r results) (float64, bool) {
		a, ok := r[name]["ns/op"]
		b, both := r[with]["ns/op"]
		return a / b, ok && both
	}
}

// added is by how much one is more than another.
func added(name, without, unit string, by float64) func(results) (float64, bool) {
	return func(r results) (float64, bool) {
		a, ok := r[name][unit]
		b, both := r[without][unit]
		return (a - b) / by, ok && both
	}
}

var measures = []measure{
	{"page 5,000 of 100,000 developers, against page 1 of 100", 2, compared("emulator Page/of=100000/page=5000", "emulator Page/of=100/page=1"), "×"},
	{"10,000 product versions under three filters", 15, metric("emulator ProductVersions", "ns/op", 1e6), "ms"},
	{"first `emulator.New` of a process, five vendors", 50, metric("emulator New/first", "ns/new", 1e6), "ms"},
	{"the same with the fixture `large`", 2, metric("emulator New/large", "ns/new", 1e9), "s"},
	{"a later `emulator.New`", 2000, metric("emulator New/later", "ns/op", 1e3), "µs"},
	{"a new world of a fixture with 100,000 documents", 100, metric("emulator World/fixture=100000", "ns/op", 1e3), "µs"},
	{"its memory", 20, metric("emulator World/fixture=100000", "B/op", 1e3), "KB"},
	{"an idle server, resident", 40, metric("portico Idle", "MB-resident", 1), "MB"},
	{"`testkit.Start`, later ones", 2000, metric("testkit Start", "ns/op", 1e3), "µs"},
	{"`World` of the testkit", 150, metric("testkit World", "ns/op", 1e3), "µs"},
	{"what the journal adds to a GET", 3, added("emulator Journal/get/journal=on", "emulator Journal/get/journal=off", "ns/op", 1e3), "µs"},
	{"the same in allocations", 4, added("emulator Journal/get/journal=on", "emulator Journal/get/journal=off", "allocs/op", 1), ""},
	{"10,000 journal entries of 2 KB", 64, metric("emulator JournalMemory", "MB-heap", 1), "MB"},
	{"a snapshot of 100,000 documents", 1000, metric("emulator Snapshot/snapshot/of=100000", "ns/op", 1e3), "µs"},
	{"its restore", 1000, metric("emulator Snapshot/restore/of=100000", "ns/op", 1e3), "µs"},
	{"a reset of 100,000 documents", 1000, metric("emulator Snapshot/reset/of=100000", "ns/op", 1e3), "µs"},
	{"a call where no fault is armed, the decision", 200, metric("fault Decide/none", "ns/op", 1), "ns"},
	{"100 rules with conditions that do not match", 5, added("emulator Faults/100_with_conditions", "emulator Faults/none", "ns/op", 1e3), "µs"},
	{"a create with a state file, of the speed of one without", 0, metric("emulator StateCreate", "of-memory", 1), ""},
	{"opening a state file of 100,000 commits", 0, metric("emulator StateOpen", "ns/op", 1e9), "s"},
	{"`container.Run` until the container is ready, the image being there", 1, metric("container Run", "ns/op", 1e9), "s"},
	{"ten times the YAML", 12, compared("yaml Scale/yaml-10x", "yaml Scale/yaml-1x"), "×"},
	{"ten times the JSON", 12, compared("yaml Scale/json-10x", "yaml Scale/json-1x"), "×"},
	{"ten times the records of a fixture", 12, compared("emulator Scale/fixtures-10x", "emulator Scale/fixtures-1x"), "×"},
	{"ten times the templates", 12, compared("emulator Scale/templates-10x", "emulator Scale/templates-1x"), "×"},
	{"ten times the documents of an import", 12, compared("emulator Scale/imports-10x", "emulator Scale/imports-1x"), "×"},
	{"ten times the lines of a scenario", 12, compared("emulator Scale/scenarios-10x", "emulator Scale/scenarios-1x"), "×"},
	{"ten times the fault rules", 12, compared("emulator ScaleWorlds/fault-rules-10x", "emulator ScaleWorlds/fault-rules-1x"), "×"},
	{"the journal's page at 10,000 worlds, against 10", 2, compared("emulator ScaleWorlds/journal-10000-worlds", "emulator ScaleWorlds/journal-10-worlds"), "×"},
	{"an unknown world at 10,000 worlds, against 10", 2, compared("emulator ScaleWorlds/unknown-world-10000", "emulator ScaleWorlds/unknown-world-10"), "×"},
	{"the server's memory while 16 bodies of 255 MiB arrive that nobody may send", 300, metric("portico Refused", "MB-resident", 1), "MB"},
}

func (r results) others() (table string, missed []string) {
	var rows [][]string
	for _, m := range measures {
		v, ok := m.of(r)
		if !ok {
			continue
		}
		figure := func(v float64) string { return strings.TrimSpace(strconv.FormatFloat(v, 'g', 3, 64) + " " + m.unit) }
		limit := ""
		if m.most > 0 {
			limit = strings.TrimSpace(strconv.FormatFloat(m.most, 'f', -1, 64) + " " + m.unit)
			if v > m.most {
				missed = append(missed, fmt.Sprintf("%s: got %s, want at most %s", m.what, figure(v), limit))
			}
		}
		rows = append(rows, []string{m.what, figure(v), limit})
	}
	if rows == nil {
		return "", nil
	}
	return report.Table([]string{"what", "measured", "at most"}, rows...), missed
}
