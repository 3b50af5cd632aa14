package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/app"
	"github.com/portico-emulator/portico/emulator/internal/files"
)

// bundleFormat is the form of bundles that is read.
const bundleFormat = 2

// bundle is what the testkit leaves of a failed test: an HTTP archive whose log has this as its member _portico.
type bundle struct {
	Portico, Test, World, Fixture string
	Seed, Since                   uint64
	Clock                         struct {
		Now    time.Time
		Frozen bool
	}
	Strict  bool
	Dropped int `json:"admin_dropped"`

	calls []recordedCall // the archive's entries
}

// recordedCall is a call of a vendor or of the admin API, and its answer.
type recordedCall struct {
	ID      uint64    `json:"_id,string"` // number in the world, from 1; 0: it is of the admin API
	WorldAt time.Time `json:"_world_at"`
	Request struct {
		Method, URL string
		Headers     []struct{ Name, Value string }
		PostData    struct{ Text string }
		BodySize    int
	}
	Response struct {
		Status  int
		Headers []struct{ Name, Value string }
		Content struct {
			Size           int
			Text, Encoding string
		}
	}
}

// maxBundle is the largest bundle in bytes: it may hold an import.
const maxBundle = 256 << 20

// worldName is what a world may be called.
var worldName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

func readBundle(file string) (*bundle, error) {
	data, err := files.Read(filepath.Clean(file), maxBundle)
	if err != nil {
		return nil, err
	}
	b, err := parseBundle(data)
	if err != nil {
		return nil, fmt.Errorf("%s is no bundle: %w", file, err)
	}
	return b, nil
}

func parseBundle(data []byte) (*bundle, error) {
	var file struct {
		Log struct {
			Entries json.RawMessage
			Info    json.RawMessage `json:"_portico"`
		}
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, err
	}
	var head struct{ Format int }
	if err := json.Unmarshal(file.Log.Info, &head); err != nil || head.Format == 0 {
		return nil, errors.New("its log has no member _portico, which the testkit writes when a test fails")
	}
	if head.Format != bundleFormat {
		return nil, fmt.Errorf("its format is %d, and this portico (%s) reads %d: take the portico that the test ran on",
			head.Format, app.Version, bundleFormat)
	}
	var b bundle
	err := errors.Join(json.Unmarshal(file.Log.Info, &b), json.Unmarshal(file.Log.Entries, &b.calls))
	if err == nil && !worldName.MatchString(b.World) {
		err = fmt.Errorf("no world is called %q", clip(b.World))
	}
	return &b, err
}

// header returns the lines that say what is repeated, and what else can make an answer differ.
func (b *bundle) header(fixture string) []string {
	clock := "a clock that ran"
	if b.Clock.Frozen {
		clock = "clock " + b.Clock.Now.Format("2006-01-02T15:04:05.999Z07:00")
	}
	out := []string{fmt.Sprintf("%s: seed %d, fixture %s, %s", clip(b.Test), b.Seed, clip(fixture), clock)}
	if b.Portico != app.Version {
		out = append(out, fmt.Sprintf("note: the test ran on portico %s, this is %s", clip(b.Portico), app.Version))
	}
	if b.Since > 0 || b.Dropped > 0 {
		out = append(out, fmt.Sprintf("note: %d calls before the test and %d calls of the admin API are not in the bundle", b.Since, b.Dropped))
	}
	return out
}

// split parts the URL of a call into its origin, such as http://localhost, and path and query below the prefix of the test's
// world, if it has that.
func (b *bundle) split(c *recordedCall) (origin, target string, prefixed bool) {
	scheme, rest, _ := strings.Cut(c.Request.URL, "://")
	host, target, _ := strings.Cut(rest, "/")
	target, prefixed = strings.CutPrefix(target, "_world/"+b.World+"/")
	return scheme + "://" + host, "/" + target, prefixed
}
