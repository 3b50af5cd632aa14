package main

import (
	"fmt"
	"strconv"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/gauge"
	"github.com/portico-emulator/portico/emulator/internal/report"
)

// String is the line of a target.
func (r result) String() string {
	verdict := "ok  "
	if r.failed {
		verdict = "FAIL"
	}
	return fmt.Sprintf("%s %-32s %-14s %5.1f s %8d inputs %5d new  heap %s", verdict, r.folder, r.name, r.took.Seconds(), r.inputs, r.found, mib(r.heap))
}

func mib(bytes uint64) string {
	if bytes == 0 {
		return "not measured"
	}
	return fmt.Sprintf("%.1f MiB", float64(bytes)/(1<<20))
}

// summary is the figures in Markdown: a sentence for all, a row for each package.
func summary(results []result) string {
	type group struct {
		folder                    string
		targets, inputs, failures int
		took                      time.Duration
		heap                      uint64
	}
	all := group{}
	var groups []*group
	for _, r := range results {
		if len(groups) == 0 || groups[len(groups)-1].folder != r.folder {
			groups = append(groups, &group{folder: r.folder})
		}
		for _, g := range []*group{&all, groups[len(groups)-1]} {
			g.targets++
			g.inputs += r.inputs
			g.took += r.took
			g.heap = max(g.heap, r.heap)
			if r.failed {
				g.failures++
			}
		}
	}
	var rows [][]string
	for _, g := range groups {
		rows = append(rows, []string{"`" + g.folder + "`", strconv.Itoa(g.targets), strconv.Itoa(g.inputs), strconv.Itoa(g.failures), mib(g.heap)})
	}
	return fmt.Sprintf(
		"%d targets took %d inputs in %s. A 500, a panic, a call of more than ten seconds, a refusal that changed something: %d targets\n"+
			"came upon one. After collections at most %s were live; %d MiB may be.\n\n%s",
		all.targets, all.inputs, all.took.Round(time.Second), all.failures, mib(all.heap), gauge.MaxHeap>>20,
		report.Table([]string{"package", "targets", "inputs", "failed", "live heap"}, rows...),
	)
}
