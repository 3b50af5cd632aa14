package seed_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	_ "unsafe" // for the year that gofakeit takes from the day it runs

	"github.com/brianvoe/gofakeit/v7"

	"github.com/portico-emulator/portico/emulator/internal/gauge"
	"github.com/portico-emulator/portico/emulator/internal/seed"
)

// thisYear is what gofakeit believes the year to be.
//
//go:linkname thisYear github.com/brianvoe/gofakeit/v7.currentYear
var thisYear int

func faker(of uint64) *gofakeit.Faker { return gofakeit.NewFaker(rand.NewPCG(of, of), false) }

// calls are texts that call every function that a template may call.
func calls(t testing.TB) []string {
	t.Helper()
	out := []string{
		"{creditcardnumber:visa,[1234],true}", "{dice:3,[6,20]}", "{digitn:12}", "{float32range:1,2}", "{float64range:1.5,2.5}", "{hexuint}", "{hexuint:128}",
		"{intn:9}", "{intrange:-3,3}", "{latituderange:1,2}", "{lettern:10000}", "{lexify:a??b}", "{longituderange:-1,1}", "{loremipsumparagraph:2,2,5,|}",
		"{loremipsumsentence:4}", "{number}", "{number:1,99999}", "{numerify:##-#}", "{password}", "{password:true,false,true,false,false,20}", "{price:1,9}",
		"{randomint:[1,2,3]}", "{randomstring:[a,b b, c]}", "{randomuint:[4,5]}", "{regex:[a-z]{3}-(x|y)+}", "{shuffleints:[1,2,3]}", "{shufflestrings:[a,b,c]}",
		"{uintn:9}", "{uintrange:3,9}", "{urlslug:4}", "{weighted:[a,b],[1,2]}",
	}
	for name, info := range gofakeit.FuncLookups {
		if found, err := seed.Function(name); found == nil && err == nil {
			t.Fatalf("%s is not found", name)
		} else if err == nil && len(info.Params) == 0 {
			out = append(out, "{"+name+"}")
		}
	}
	slices.Sort(out)
	return out
}

// A template makes to the byte what gofakeit alone makes of it.
func TestTemplatesMakeWhatGofakeitMakes(t *testing.T) {
	t.Parallel()
	texts := append(calls(t), "plain", "0 {name}", "##-?? {digit}#", "{}", "{nobody}", "{name", "{name}}{", "}{name}", "{{name}}", "{ name}", "{\"a\": {\"b\": 1}}",
		"{uui?}", "{name:1,2} {email}", "{number:1,2,3,4}", "{number: 1 , 2 }", "{randomstring:[a,b]c}", "{randomstring:[]}", "{randomstring:a,b}", "{number:,}")
	for _, text := range texts {
		for of := range uint64(20) {
			want, wantErr := faker(of).Generate(text)
			got, err := seed.Fill(t.Context(), faker(of), text)
			if got != want || (err == nil) != (wantErr == nil) {
				t.Errorf("%s: got %q, %v, want %q, %v", text, got, err, want, wantErr)
			}
		}
	}
}

// What a template makes follows from the seed: not from the day, nor from the order of a map or from a source that all share.
func TestTemplatesFollowFromTheSeed(t *testing.T) { //nolint:paralleltest // it sets what gofakeit's package has once
	fill := func(t *testing.T) map[string]string {
		t.Helper()
		out := map[string]string{}
		for _, text := range calls(t) {
			for of := range uint64(5) {
				made, err := seed.Fill(t.Context(), faker(of), text)
				if err != nil {
					t.Errorf("%s: %v", text, err)
				}
				if len(made) > seed.MaxMade/4 {
					t.Errorf("%s makes %d bytes", text, len(made))
				}
				out[text+strconv.FormatUint(of, 10)] = made
			}
		}
		return out
	}
	want := fill(t)
	defer func(year int) { thisYear = year }(thisYear)
	thisYear = 1987
	synctest.Test(t, func(t *testing.T) { // where it is the year 2000
		for name, got := range fill(t) {
			if got != want[name] {
				t.Errorf("%s: got %q, then %q", name, want[name], got)
			}
		}
	})
}

func TestTemplatesAreRefusedWhereTheyAreWritten(t *testing.T) {
	t.Parallel()
	const count = "want a whole number from 0 to 10000"
	for text, want := range map[string]string{
		"{hexuint:400000000000}":                                   "bitSize: " + count,
		"a {lettern:18446744073709551615}":                         "count: " + count,
		"{hexuint:9223372036854775807}":                            "bitSize: " + count,
		"{password:true,true,true,true,false,9223372036854775807}": "length: " + count,
		"{digitn:4294967295}":                                      "count: " + count,
		"{digitn:10001}":                                           "count: " + count,
		"{digitn:-1}":                                              "count: " + count,
		"{digitn:##}":                                              "count: " + count,
		"{digitn:{slug:name}}":                                     "count: " + count,
		"{digitn:1e3}":                                             "count: " + count,
		"{lettern}":                                                "count: " + count,
		"{dice:1000000000,[6]}":                                    "numdice: " + count,
		"{urlslug:10001}":                                          "words: " + count,
		"{loremipsumsentence:10001}":                               "wordcount: " + count,
		"{loremipsumparagraph:100,100,2,x}":                        "paragraphcount, sentencecount, wordcount: want numbers whose product is at most 10000",
		"{loremipsumparagraph:2000}":                               "paragraphcount, sentencecount, wordcount: want numbers whose product is at most 10000",
		"{loremipsumparagraph:9,9,9," + strings.Repeat("x", 500) + "}":     "the arguments are longer than 500 bytes",
		"{regex:" + strings.Repeat("x", 501) + "}":                         "the arguments are longer than 500 bytes",
		"{regex:" + strings.Repeat("(", 9) + strings.Repeat(")+", 9) + "}": "the expression repeats too much",
		"{regex:(a{100}){10}{100}}":                                        "error parsing regexp: invalid nested repetition operator: `{10}{100}`",
		"{regex:((abcd){9}e{9}){999}}":                                     "error parsing regexp: invalid repeat count: `{999}`",
		"{regex:(}":                                                        "error parsing regexp: missing closing ): `(`",
		"{randomstring:[a,b}":                                              "a list has no closing bracket",
		"{csv:}":                                                           "templates may not use this function",
		"{json}":                                                           "templates may not use this function",
		"{xml}":                                                            "templates may not use this function",
		"{sql}":                                                            "templates may not use this function",
		"{svg}":                                                            "templates may not use this function",
		"{imagepng:9000,9000}":                                             "templates may not use this function",
		"{fixed_width}":                                                    "templates may not use this function",
		"{template:{{range}}}":                                             "templates may not use this function",
		"{generate:{lettern:99999}}":                                       "templates may not use this function",
		"{email_text}":                                                     "templates may not use this function",
		"{markdown}":                                                       "templates may not use this function",
		"{fields}":                                                         "templates may not use this function",
		"{year}":                                                           "its result depends on today's date, not only on the seed; for a date write numbers, such as 2025-{number:10,12}-{number:10,28}",
		"{date:RFC3339}":                                                   "its result depends on today's date, not only on the seed; for a date write numbers, such as 2025-{number:10,12}-{number:10,28}",
		"{daterange:2024-01-01}":                                           "its result depends on today's date, not only on the seed; for a date write numbers, such as 2025-{number:10,12}-{number:10,28}",
	} {
		call := text[strings.IndexByte(text, '{'):]
		if len(call) > 60 {
			call = call[:60] + "…"
		}
		for _, place := range []struct{ fixture, at string }{
			{"documents:\n- kind: zoo.zoo\n  document:\n    name: %q\n", "zoo.yaml:4:11"},
			{"documents:\n- kind: zoo.zoo\n  count: 0\n  document: {name: [a, {b: %q}]}\n", "zoo.yaml:4:28"},
			{"documents:\n- kind: zoo.zoo\n  in: [%q]\n", "zoo.yaml:3:8"},
			{"documents:\n- kind: zoo.zoo\n  in: %q\n", "zoo.yaml:3:7"},
			{"documents:\n- kind: zoo.zoo\n  has: [{kind: zoo.animal, document: {name: %q}}]", "zoo.yaml:3:45"},
			{`{"documents": [{"kind": "zoo.zoo", "document": {"name": %q}}]}`, "zoo.yaml:1:57"},
		} {
			_, err := seed.Read("zoo.yaml", fmt.Appendf(nil, place.fixture, text))
			if want := place.at + ": " + call + ": " + want; err == nil || err.Error() != want {
				t.Errorf("%s:\n got %v,\nwant %s", text, err, want)
			}
		}
	}
}

// What only shows when it is made is an error with its place, too.
func TestTemplatesAreRefusedWhenTheyAreFilled(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"{creditcardnumber:visa,[123456789012345678901]}":   "strings: negative Repeat count",
		strings.Repeat("{lettern:10000}", 7):                "the templates of this value make more than 64 KiB",
		strings.Repeat("{password:true,,,,,9999}", 100_000): "{password:true,,,,,9999}: upper field could not parse to bool value",
		"{regex:(abcdefghij){300}}":                         "no text could be made that matches the expression",
	} {
		_, err := grow(t, fmt.Sprintf("documents:\n- {kind: zoo.zoo, document: {name: %q}}\n", text), 42)
		if err == nil || !strings.HasPrefix(err.Error(), "zoo.yaml:2:36: ") || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%.60s: got %v, want zoo.yaml:2:36: … %s", text, err, want)
		}
	}
	// "?" becomes a letter, with which a name can become one that was not there to be looked at.
	reached := 0
	for of := range uint64(2000) {
		made, err := seed.Fill(t.Context(), faker(of), "{letter?:18446744073709551615}")
		if err != nil {
			reached++
		} else if len(made) != len("{letter?:18446744073709551615}") {
			t.Fatalf("got %s", made)
		}
	}
	if reached == 0 {
		t.Error("no letter made the name of a function")
	}
}

func TestTemplatesStopWhenNobodyWaits(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := seed.Fill(ctx, faker(1), "{name}"); err == nil {
		t.Errorf("got %q of a call that nobody waits for", got)
	}
}

// FuzzTemplate builds texts of names, arguments and braces. One that is taken is filled within its bounds, twice alike, and as
// gofakeit fills it.
func FuzzTemplate(f *testing.F) {
	names := slices.Sorted(maps.Keys(gofakeit.FuncLookups))
	f.Add([]byte{0, 1, 2, 3, 4, 5}, uint64(1))
	for i := range names { // each with a few arguments
		f.Add([]byte{2, byte(i), byte(i >> 8), 3, byte(i), 4, byte(i / 2), 0}, uint64(i))
	}
	f.Fuzz(func(t *testing.T, choices []byte, of uint64) {
		gauge.Input(t)
		text := (&grammar{choices: choices, names: names}).text(0)
		if seed.Check(text) != nil {
			return
		}
		got, err := seed.Fill(t.Context(), faker(of), text)
		if err != nil {
			return
		}
		if len(got) > len(text)+seed.MaxMade {
			t.Fatalf("%q makes %d bytes", text, len(got))
		}
		if want, err := faker(of).Generate(text); got != want || err != nil {
			t.Fatalf("%q: got %q, want %q, %v", text, got, want, err)
		}
	})
}

// grammar makes a template, choosing by bytes what comes next.
type grammar struct {
	choices []byte
	names   []string
}

func (g *grammar) next() int {
	if len(g.choices) == 0 {
		return 0
	}
	c := g.choices[0]
	g.choices = g.choices[1:]
	return int(c)
}

func pick(g *grammar, from []string) string { return from[(g.next()|g.next()<<8)%len(from)] }

// text is calls, and what may stand between them.
func (g *grammar) text(depth int) string {
	var b strings.Builder
	for len(g.choices) > 0 && b.Len() < 10_000 {
		switch g.next() % 8 {
		case 0:
			return b.String()
		case 1:
			b.WriteString(pick(g, []string{"0", "#", "?", "{", "}", "{}", "a b", "é", "\x00", `"`, "{slug:name}", ":", ","}))
		default:
			name := pick(g, g.names)
			if at := g.next(); at%16 == 0 { // a letter of it is made
				name = name[:at%len(name)] + "?" + name[at%len(name)+1:]
			}
			b.WriteString("{" + name + g.arguments(depth) + "}")
		}
	}
	return b.String()
}

func (g *grammar) arguments(depth int) string {
	var b strings.Builder
	for n := g.next() % 9; n > 0; n-- {
		if b.Len() == 0 {
			b.WriteByte(':')
		} else {
			b.WriteByte(',')
		}
		b.WriteString(g.argument(depth))
	}
	return b.String()
}

func (g *grammar) argument(depth int) string {
	switch g.next() % 8 {
	case 0:
		return pick(g, []string{
			"0", "1", "5", "-1", "100", "9999", "10000", "10001", "99999", "2147483647", "4294967295", "9223372036854775807", "-9223372036854775808",
			"18446744073709551615", "400000000000", "1e9", "0x10", "1.5", "NaN", "Inf", "#", "##", "+5", " 7 ", "007",
		})
	case 1:
		return pick(g, []string{"true", "false", "t", "visa", "RFC3339", "yyyy-MM-dd", "2024-01-01", "", "a?b", "<br />"})
	case 2:
		if depth < 4 {
			return g.text(depth + 1)
		}
		return ""
	case 3:
		parts := make([]string, g.next()%5)
		for i := range parts {
			parts[i] = pick(g, []string{"a", "1", "6", "0", "-3", "", "é", "0.5", "18446744073709551615", "["})
		}
		return "[" + strings.Join(parts, ",") + pick(g, []string{"]", "]", "", "]x"})
	case 4:
		return g.expression(depth)
	default:
		return strconv.Itoa(g.next())
	}
}

func (g *grammar) expression(depth int) string {
	if depth > 8 {
		return "a"
	}
	one := func() string { return g.expression(depth + 1) }
	switch g.next() % 8 {
	case 0:
		return "(" + one() + ")" + pick(g, []string{"*", "+", "{2}", "{9}", "{1000}", "{3,}", ""})
	case 1:
		return one() + "|" + one()
	case 2:
		return one() + one()
	case 3:
		return pick(g, []string{"[a-z]", "[^a]", "[^\\x00-\\x{10FFFF}]", ".", "\\d", "\\b", "^", "$", "(?i)k", "\\pL", "(?:)"})
	default:
		return pick(g, []string{"a", "é", "abc", "(", ")", "\\"})
	}
}
