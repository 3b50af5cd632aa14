package seed

import (
	"context"
	"errors"
	"fmt"
	"regexp/syntax"
	"strconv"
	"strings"

	"github.com/brianvoe/gofakeit/v7"
)

const (
	// maxMade is how many bytes the templates of one value may make.
	maxMade = 64 << 10
	// maxTimes is the product of all arguments of a function that say how much it makes.
	maxTimes = 10_000
	// maxArguments is how many bytes the arguments of such a function, and a regular expression, may be.
	maxArguments = 500
)

// withArguments are the functions with parameters that a template may call. The value names those of its parameters that
// say how much it makes. What else gofakeit has makes files, pictures and Go values, runs templates of its own, or does not
// follow from the seed.
var withArguments = map[string][]string{
	"creditcardnumber":    nil,
	"dice":                {"numdice"},
	"digitn":              {"count"},
	"float32range":        nil,
	"float64range":        nil,
	"hexuint":             {"bitSize"},
	"intn":                nil,
	"intrange":            nil,
	"latituderange":       nil,
	"lettern":             {"count"},
	"lexify":              nil,
	"longituderange":      nil,
	"loremipsumparagraph": {"paragraphcount", "sentencecount", "wordcount"},
	"loremipsumsentence":  {"wordcount"},
	"number":              nil,
	"numerify":            nil,
	"password":            {"length"},
	"price":               nil,
	"randomint":           nil,
	"randomstring":        nil,
	"randomuint":          nil,
	"regex":               nil, // see steps
	"shuffleints":         nil,
	"shufflestrings":      nil,
	"uintn":               nil,
	"uintrange":           nil,
	"urlslug":             {"words"},
	"weighted":            nil,
}

// unfit are the functions without parameters that a template may not call, with the reason.
var unfit = map[string]string{
	"car": today, "creditcard": today, "creditcardexp": today, "firefoxuseragent": today, "futuredate": today,
	"pastdate": today, "person": today, "useragent": today, "year": today,
	"email_text": closed, "markdown": closed,
	"fields": closed,
}

const (
	today  = "its result depends on today's date, not only on the seed; for a date write numbers, such as 2025-{number:10,12}-{number:10,28}"
	closed = "templates may not use this function"
)

// function finds what a name in braces calls: nil where that is no function of gofakeit, so that the braces stay.
func function(name string) (*gofakeit.Info, error) {
	info := gofakeit.GetFuncLookup(name)
	if info == nil {
		return nil, nil //nolint:nilnil // no function, and no error
	}
	why, ok := unfit[name]
	switch _, known := withArguments[name]; {
	case ok:
	case len(info.Params) == 0 || known:
		return info, nil
	case info.Category == "datetime":
		why = today
	default:
		why = closed
	}
	return nil, errors.New(why)
}

// tooLong says that a value exceeds maxMade.
var tooLong = fmt.Sprintf("the templates of this value make more than %d KiB", maxMade>>10)

// call is a function with its arguments.
type call struct {
	text   string // the beginning of it
	name   string
	info   *gofakeit.Info
	params *gofakeit.MapParams // nil: none
}

// check refuses a text with a call that may not be made. A text without calls of functions is as it is, whatever its braces.
func check(text string) error {
	for {
		_, c, after, err := next(text)
		if err != nil || c == nil {
			return err
		}
		text = after
	}
}

// fill replaces the calls in a text by what they make, each "#" by a digit and each "?" by a letter, as gofakeit does.
func fill(ctx context.Context, fake *gofakeit.Faker, text string) (string, error) {
	text = fake.Lexify(fake.Numerify(text))
	var out strings.Builder
	for made := 0; ; {
		before, c, after, err := next(text) // again: "?" could have become a letter of a name
		if err != nil {
			return "", err
		}
		out.WriteString(before)
		if c == nil {
			return out.String(), nil
		}
		if err := ctx.Err(); err != nil {
			return "", err
		}
		one, err := c.run(fake)
		if err != nil {
			return "", fmt.Errorf("%s: %w", c.text, err)
		}
		if made += len(one); made > maxMade {
			return "", errors.New(tooLong)
		}
		out.WriteString(one)
		text = after
	}
}

// next cuts a text at its first call of a function; c is nil where there is none. It refuses a call that may not be made.
func next(text string) (before string, c *call, after string, err error) {
	for at := 0; ; {
		open, end := braces(text, at)
		if end < 0 {
			return text, nil, "", nil
		}
		at = end + 1
		name, args, _ := strings.Cut(text[open+1:end], ":")
		info, err := function(name)
		if err == nil && info == nil {
			continue // no function: the braces stay
		}
		c = &call{text: brief(text[open:at]), name: name, info: info}
		if err == nil {
			err = c.read(args)
		}
		if err == nil {
			err = c.bound(args)
		}
		if err != nil {
			return "", nil, "", fmt.Errorf("%s: %w", c.text, err)
		}
		return text[:open], c, text[at:], nil
	}
}

// braces finds the first opening brace from an offset on, and the brace that closes it; -1 where there is none.
func braces(text string, from int) (open, end int) {
	depth := 0
	for i := from; i < len(text); i++ {
		switch text[i] {
		case '{':
			if depth == 0 {
				open = i
			}
			depth++
		case '}':
			if depth--; depth == 0 {
				return open, i
			}
			depth = max(depth, 0)
		}
	}
	return -1, -1
}

// brief is the beginning of a text, for messages.
func brief(text string) string {
	if len(text) > 60 {
		return strings.ToValidUTF8(text[:60], "") + "…"
	}
	return text
}

// read reads arguments as gofakeit does: separated by commas, lists in brackets; what is more than there are parameters is
// left out.
func (c *call) read(args string) error {
	params := c.info.Params
	if args == "" || len(params) == 0 {
		return nil
	}
	to := gofakeit.NewMapParams()
	if len(params) == 1 && params[0].Type == "string" {
		to.Add(params[0].Field, args)
		c.params = to
		return nil
	}
	all, err := split(args)
	if err != nil {
		return err
	}
	for i, arg := range all[:min(len(all), len(params))] {
		values := []string{arg}
		if strings.HasPrefix(arg, "[") {
			if values, err = split(strings.TrimRight(strings.TrimLeft(arg, "["), "]")); err != nil {
				return err
			}
		}
		for _, v := range values {
			to.Add(params[i].Field, v)
		}
	}
	if to.Size() > 0 {
		c.params = to
	}
	return nil
}

func split(args string) (out []string, err error) {
	for args != "" {
		if args[0] != '[' {
			one, rest, _ := strings.Cut(args, ",")
			out, args = append(out, strings.TrimSpace(one)), rest
			continue
		}
		end := strings.IndexByte(args, ']')
		if end < 0 {
			return nil, errors.New("a list has no closing bracket")
		}
		out, args = append(out, args[:end+1]), strings.TrimPrefix(args[end+1:], ",")
	}
	return out, nil
}

// bound refuses arguments that ask for too much.
func (c *call) bound(args string) error {
	times := 1
	for _, name := range withArguments[c.name] {
		text, _ := c.info.GetString(c.params, name) // the default where it is not given
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 || n > maxTimes {
			return fmt.Errorf("%s: want a whole number from 0 to %d", name, maxTimes)
		}
		times *= max(n, 1)
	}
	switch counts := withArguments[c.name]; {
	case times > maxTimes:
		return fmt.Errorf("%s: want numbers whose product is at most %d", strings.Join(counts, ", "), maxTimes)
	case len(args) > maxArguments && (counts != nil || c.name == "regex"):
		return fmt.Errorf("the arguments are longer than %d bytes", maxArguments)
	case c.name != "regex":
		return nil
	}
	re, err := syntax.Parse(args, syntax.Perl)
	if err != nil {
		return err //nolint:wrapcheck // it quotes the expression
	}
	if steps(re) > maxTimes {
		return errors.New("the expression repeats too much")
	}
	return nil
}

// steps is how many nodes of an expression gofakeit walks at most to make a text that matches it: it repeats ten times where
// the expression sets no limit, and never less than it must.
func steps(re *syntax.Regexp) int {
	n := 1
	for _, sub := range re.Sub {
		n += steps(sub)
	}
	n = min(n, maxTimes+1) // no overflow
	switch re.Op {
	case syntax.OpStar, syntax.OpPlus:
		n *= 10
	case syntax.OpRepeat:
		n *= max(re.Min, 10)
	default:
	}
	return n
}

// run makes the value. A panic is the call's own error.
func (c *call) run(fake *gofakeit.Faker) (text string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%v", p)
		}
	}()
	v, err := c.info.Generate(fake, c.params, c.info)
	if err != nil {
		return "", err //nolint:wrapcheck // fill says which call it was
	}
	text = fmt.Sprintf("%v", v)
	if c.name == "regex" && text == fmt.Sprint(fake) { // what gofakeit gives where it cannot
		return "", errors.New("no text could be made that matches the expression")
	}
	return text, nil
}
