package cli

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/portico-emulator/portico/emulator/internal/app"
)

// A bundle has [konnect.admin] in place of a credential that GET /_portico/credentials lists and [konnect.admin:secret] in place
// of its password. Another secret has a number, [redacted:0.1], the same wherever it was sent or answered.
var (
	mark = sync.OnceValue(func() *regexp.Regexp {
		vendors, _ := vendorNames()
		return regexp.MustCompile(`\[(?:redacted[:.\d]*|(?:` + strings.Join(vendors, "|") + `)\.[^\[\]\n"]+|[^\[\]\n"]+, password redacted)\]`)
	})
	// numbered is such a number, with the name before it unless it begins the text, and with the character behind it.
	numbered = regexp.MustCompile(`(^|"?[\w.-]+"?\s*[:=]\s*["']?)(\[redacted:[.\d]+\])((?s:.?))`)
)

// learnCredentials asks for the credentials of the world.
func (p *player) learnCredentials() error {
	var all []app.Credential
	if err := p.ask(http.MethodGet, "/credentials", "", &all); err != nil {
		return err
	}
	for _, c := range slices.Backward(all) { // the first one of a name counts
		name := c.Vendor + "." + c.Name
		p.secrets["["+name+"]"], p.secrets["["+name+":secret]"] = c.Value[strings.Index(c.Value, " ")+1:], c.Secret
	}
	return nil
}

// learn keeps the secrets that are in an answer where the recorded one has numbers.
func (p *player) learn(recorded, got string) {
	for _, m := range numbered.FindAllStringSubmatch(recorded, -1) {
		_, secret, ok := strings.Cut(got, m[1])
		if !ok {
			return
		}
		if m[3] != "" {
			secret, got, _ = strings.Cut(secret, m[3])
		}
		p.secrets[m[2]] = secret
	}
}

// fill puts the secrets into a part of a call, escaped. A secret that is not known is made up, the same each time: an emulator
// that got it before accepts it, and a lenient one accepts any token.
func (p *player) fill(part, text string, escape func(string) string) string {
	return mark().ReplaceAllStringFunc(text, func(m string) string {
		secret, ok := p.secrets[m]
		if ok {
			return escape(secret)
		}
		p.madeUp = "its " + part + " holds a secret that is not in the bundle, " + clip(m)
		if login, ok := strings.CutSuffix(m, ", password redacted]"); ok { // of HTTP Basic
			return base64.StdEncoding.EncodeToString([]byte(login[1:] + ":Made-up.0"))
		}
		return escape("Made-up.0" + strings.ReplaceAll(strings.Trim(m, "[]"), ":", "-"))
	})
}

func plainly(s string) string { return s }

// escapeOf is how a secret is written in a body: JSON, a form, or another text.
func escapeOf(body string) func(string) string {
	switch {
	case json.Valid([]byte(body)):
		return func(s string) string {
			quoted, _ := json.Marshal(s)
			return string(quoted[1 : len(quoted)-1])
		}
	case !strings.ContainsAny(body, " \n\"") && strings.Contains(body, "="):
		return url.QueryEscape
	}
	return plainly
}
