// Command bench reads what go test -bench prints, and prints the figures that are promised in Markdown. It fails where one misses
// its limit, and leaves out what was not measured.
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run reads lines such as "BenchmarkGet/floor-2  1000  24000 ns/op  3 allocs/op", each after a line "pkg: …".
func run(in io.Reader, out io.Writer) error {
	values := map[string]float64{} // by package, benchmark and unit: "emulator Get/floor ns/op"
	pkg, line := "", bufio.NewScanner(in)
	for line.Scan() {
		words := strings.Fields(line.Text())
		if len(words) == 2 && words[0] == "pkg:" {
			pkg = words[1][strings.LastIndexByte(words[1], '/')+1:]
		}
		for i := 2; i+1 < len(words) && strings.HasPrefix(words[0], "Benchmark"); i += 2 {
			if v, err := strconv.ParseFloat(words[i], 64); err == nil {
				values[pkg+" "+processors.ReplaceAllString(words[0][len("Benchmark"):], "")+" "+words[i+1]] = v
			}
		}
	}
	var missed []error
	if err := line.Err(); err != nil {
		missed = append(missed, err)
	}
	missed = append(missed, floors(values, out)...)
	return errors.Join(append(missed, figures(values, out)...)...)
}

// processors is the number of processors behind the name of a benchmark.
var processors = regexp.MustCompile(`-\d+$`)

// table prints rows in Markdown if there is one beside the head.
func table(out io.Writer, rows [][]string) {
	if len(rows) < 2 {
		return
	}
	w := tabwriter.NewWriter(out, 0, 0, 1, ' ', 0)
	for i, row := range rows {
		_, _ = fmt.Fprintf(w, "| %s\t|\n", strings.Join(row, "\t| "))
		if i == 0 {
			_, _ = fmt.Fprintln(w, "|"+strings.Repeat(" ---\t|", len(row)))
		}
	}
	_, _ = fmt.Fprintln(w)
	_ = w.Flush()
}

// ratios are the lowest speeds that are good enough, of the floor's: a bare handler.
var ratios = []struct {
	what, title string
	least       float64
}{
	{"get", "get", 0.75}, {"list", "list", 0.65}, {"write", "write", 0.55}, {"write-two", "write of two documents", 0.40},
}

// floors prints a row for each vendor, and returns what is not good enough.
func floors(values map[string]float64, out io.Writer) (missed []error) {
	rows := [][]string{{"of the floor's speed"}}
	for _, r := range ratios {
		rows[0] = append(rows[0], fmt.Sprintf("%s (at least %.2f)", r.title, r.least))
	}
	for _, vendor := range []string{"konnect", "axway", "apiconnect", "experience-hub", "exchange"} {
		row := []string{vendor}
		for _, r := range ratios {
			name, cell := "emulator Floor/"+vendor+"/"+r.what, ""
			if got, ok := values[name+" of-floor"]; ok {
				cell = fmt.Sprintf("%.2f (%.0f µs)", got, values[name+" µs/call"])
				if got < r.least {
					missed = append(missed, fmt.Errorf("%s, %s: got %.2f of the floor's speed, want at least %.2f", vendor, r.title, got, r.least))
				}
			}
			row = append(row, cell)
		}
		if strings.Join(row, "") != vendor {
			rows = append(rows, row)
		}
	}
	table(out, rows)
	return missed
}

// scale is how many of what benchmarks report make a unit of a figure; 0: one.
var scale = map[string]float64{"µs": 1e3, "ms": 1e6, "s": 1e9, "KB": 1e3}

// limits are the promised figures: a value, a ratio or a difference of what was measured, and the most that it may be; 0: anything.
var limits = []struct {
	what, value string
	most        float64
	unit        string
}{
	{
		"page 5,000 of 100,000 developers, against page 1 of 100",
		"emulator Page/of=100000/page=5000 ns/op / emulator Page/of=100/page=1 ns/op", 2, "×",
	},
	{"10,000 product versions under three filters", "emulator ProductVersions ns/op", 15, "ms"},
	{"first `emulator.New` of a process, five vendors", "emulator New/first ns/new", 50, "ms"},
	{"the same with the fixture `large`", "emulator New/large ns/new", 2, "s"},
	{"a later `emulator.New`", "emulator New/later ns/op", 2000, "µs"},
	{"a new world of a fixture with 100,000 documents", "emulator World/fixture=100000 ns/op", 100, "µs"},
	{"its memory", "emulator World/fixture=100000 B/op", 20, "KB"},
	{"an idle server, resident", "cli Idle MB-resident", 40, "MB"},
	{"`testkit.Start`, later ones", "testkit Start ns/op", 2000, "µs"},
	{"`World` of the testkit", "testkit World ns/op", 150, "µs"},
	{"what the journal adds to a GET", "emulator Journal/get/journal=on ns/op - emulator Journal/get/journal=off ns/op", 3, "µs"},
	{"the same in allocations", "emulator Journal/get/journal=on allocs/op - emulator Journal/get/journal=off allocs/op", 4, ""},
	{"10,000 journal entries of 2 KB", "emulator JournalMemory MB-heap", 64, "MB"},
	{"a snapshot of 100,000 documents", "emulator Snapshot/snapshot/of=100000 ns/op", 1000, "µs"},
	{"its restore", "emulator Snapshot/restore/of=100000 ns/op", 1000, "µs"},
	{"a reset of 100,000 documents", "emulator Snapshot/reset/of=100000 ns/op", 1000, "µs"},
	{"a call where no fault is armed, the decision", "fault Decide/none ns/op", 200, "ns"},
	{"100 rules with conditions that do not match", "emulator Faults/100_with_conditions ns/op - emulator Faults/none ns/op", 5, "µs"},
	{"a create with a state file, of the speed of one without", "emulator StateCreate of-memory", 0, ""},
	{"opening a state file of 100,000 commits", "emulator StateOpen ns/op", 0, "s"},
	{"`container.Run` until the container is ready, the image being there", "container Run ns/op", 1, "s"},
	{"ten times the YAML", "yaml Scale/yaml-10x ns/op / yaml Scale/yaml-1x ns/op", 12, "×"},
	{"ten times the JSON", "yaml Scale/json-10x ns/op / yaml Scale/json-1x ns/op", 12, "×"},
	{"ten times the records of a fixture", "emulator Scale/fixtures-10x ns/op / emulator Scale/fixtures-1x ns/op", 12, "×"},
	{"ten times the templates", "emulator Scale/templates-10x ns/op / emulator Scale/templates-1x ns/op", 12, "×"},
	{"ten times the documents of an import", "emulator Scale/imports-10x ns/op / emulator Scale/imports-1x ns/op", 12, "×"},
	{"ten times the lines of a scenario", "emulator Scale/scenarios-10x ns/op / emulator Scale/scenarios-1x ns/op", 12, "×"},
	{"ten times the fault rules", "emulator ScaleWorlds/fault-rules-10x ns/op / emulator ScaleWorlds/fault-rules-1x ns/op", 12, "×"},
	{
		"the journal's page at 10,000 worlds, against 10",
		"emulator ScaleWorlds/journal-10000-worlds ns/op / emulator ScaleWorlds/journal-10-worlds ns/op", 2, "×",
	},
	{
		"an unknown world at 10,000 worlds, against 10",
		"emulator ScaleWorlds/unknown-world-10000 ns/op / emulator ScaleWorlds/unknown-world-10 ns/op", 2, "×",
	},
	{"the server's memory while 16 bodies of 255 MiB arrive that nobody may send", "cli Refused MB-resident", 300, "MB"},
}

// figures prints a row for each limit, and returns those that are missed.
func figures(values map[string]float64, out io.Writer) (missed []error) {
	rows := [][]string{{"what", "measured", "at most"}}
	for _, l := range limits {
		value, other, ratio := strings.Cut(l.value, " / ")
		if !ratio {
			value, other, _ = strings.Cut(l.value, " - ")
		}
		got, ok := values[value]
		with, both := values[other]
		if !ok || other != "" && !both {
			continue
		}
		if ratio {
			got /= with
		} else {
			got -= with // 0 if there is no other
		}
		if by := scale[l.unit]; by != 0 {
			got /= by
		}
		row := []string{l.what, strings.TrimSpace(strconv.FormatFloat(got, 'g', 3, 64) + " " + l.unit), ""}
		if l.most != 0 {
			row[2] = strings.TrimSpace(strconv.FormatFloat(l.most, 'f', -1, 64) + " " + l.unit)
		}
		if l.most != 0 && got > l.most {
			missed = append(missed, fmt.Errorf("%s: got %s, want at most %s", row[0], row[1], row[2]))
		}
		rows = append(rows, row)
	}
	table(out, rows)
	return missed
}
