package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator"
)

// maxFormat is the newest form of bundles that is read.
const maxFormat = 1

// bundle is what the testkit leaves of a failed test: an HTTP archive with a member _portico.
type bundle struct {
	Log struct {
		Entries []*entry
		Info    *bundleInfo `json:"_portico"`
	}
}

type bundleInfo struct {
	Format  int
	Portico string
	Test    string
	Folder  string
	World   string
	Seed    uint64
	Fixture string
	Clock   struct {
		Now    time.Time
		Frozen bool
	}
	Strict   bool
	Since    uint64
	Chapters []struct {
		Entries  int
		Requests uint64
	}
	Deeds []*deed `json:"admin"`
	Lost  int     `json:"admin_dropped"`
}

// entry is one call.
type entry struct {
	Number  uint64    `json:"-"`
	ID      string    `json:"_id"`
	WorldAt time.Time `json:"_world_at"`
	Faults  []string  `json:"_faults"`
	Request struct {
		Method, URL string
		Headers     []pair
		PostData    *struct{ Text string }
		BodySize    int
	}
	Response struct {
		Status  int
		Headers []pair
		Content struct {
			Size           int
			MimeType, Text string
		}
	}
}

type pair struct{ Name, Value string }

// deed is a call of the admin API that changed the world.
type deed struct {
	Chapter   int
	After     uint64
	At, Until time.Time
	Method    string
	Path      string
	Body      string
	Status    int
	Answer    string
}

// step is a call or a deed.
type step struct {
	entry *entry
	deed  *deed
}

func readBundle(file string) (*bundle, error) {
	data, err := readFile(filepath.Clean(file), maxBundle)
	if err != nil {
		return nil, err
	}
	var head struct {
		Log struct {
			Info *struct{ Format int } `json:"_portico"`
		}
	}
	var b bundle
	switch err := json.Unmarshal(data, &head); {
	case err != nil:
		return nil, fmt.Errorf("%s is no bundle: %w", file, err)
	case head.Log.Info == nil || head.Log.Info.Format < 1:
		return nil, fmt.Errorf("%s is no bundle: its log has no member _portico, which the testkit writes when a test fails", file)
	case head.Log.Info.Format > maxFormat:
		return nil, fmt.Errorf("%s is a bundle of format %d, and this portico (%s) reads up to %d: take a newer one", file, head.Log.Info.Format, emulator.Version, maxFormat)
	}
	if err := json.Unmarshal(data, &b); err != nil {
		return nil, fmt.Errorf("%s is no bundle: %w", file, err)
	}
	n := 0
	for _, c := range b.Log.Info.Chapters {
		n += c.Entries
	}
	if n != len(b.Log.Entries) {
		return nil, fmt.Errorf("%s is no whole bundle: it has %d calls, and tells of %d", file, len(b.Log.Entries), n)
	}
	for _, e := range b.Log.Entries {
		if e.Number, err = strconv.ParseUint(e.ID, 10, 64); err != nil {
			return nil, fmt.Errorf("%s is no bundle: a call has the number %q", file, e.ID)
		}
	}
	return &b, nil
}

// steps are calls and deeds in the order in which they are repeated. Calls that were under way together come as they were
// numbered.
func (b *bundle) steps() []step {
	var out []step
	rest := b.Log.Entries
	for i, c := range b.Log.Info.Chapters {
		calls := slices.Clone(rest[:c.Entries])
		rest = rest[c.Entries:]
		slices.SortStableFunc(calls, func(a, b *entry) int { return cmp.Compare(a.Number, b.Number) })
		for _, d := range b.Log.Info.Deeds {
			if d.Chapter != i || strings.HasPrefix(d.Path, "/worlds/") || d.Path == "/requests" {
				continue
			}
			for len(calls) > 0 && calls[0].Number <= d.After {
				out = append(out, step{entry: calls[0]})
				calls = calls[1:]
			}
			out = append(out, step{deed: d})
		}
		for _, e := range calls {
			out = append(out, step{entry: e})
		}
	}
	return out
}

// notes say what may make a difference that is nobody's fault.
func (b *bundle) notes() []string {
	var out []string
	info := b.Log.Info
	if info.Portico != emulator.Version {
		out = append(out, fmt.Sprintf("the test ran on portico %s, this is %s", info.Portico, emulator.Version))
	}
	if info.Since > 0 {
		out = append(out, fmt.Sprintf("the world had been asked %d calls before the test began, which are not in the bundle", info.Since))
	}
	if info.Lost > 0 {
		out = append(out, fmt.Sprintf("%d calls of the admin API are not in the bundle", info.Lost))
	}
	return out
}
