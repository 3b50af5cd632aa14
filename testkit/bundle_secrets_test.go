package testkit_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"github.com/portico-emulator/portico/testkit"
)

// No secret that calls make or send is in a bundle: neither in the calls, nor in what the state differs by, nor in rules.
func TestBundlesTellNoSecretOfCalls(t *testing.T) {
	t.Parallel()
	const sent = "Zq0000001xKw"
	secrets := map[string]string{sent: "what was sent"}
	r := record(t, func(r *recorder) {
		w := testkit.Start(r, testkit.AllowUnmatched()).World(r)
		ask := func(vendor, method, path, body string) gjson.Result {
			status, answer := call(t, w.Client(), w.Header(vendor, "admin"), method, w.Base(vendor)+path, body)
			if status >= 400 {
				t.Errorf("%s %s: got %d %s", method, path, status, answer)
			}
			return gjson.Parse(answer)
		}
		portal := w.Put("konnect.portal", map[string]string{"name": "Partners"}).ID
		ask("konnect", http.MethodPost, "/portals/"+portal+"/identity-providers", `{"type":"oidc","config":{"client_id":"x","client_secret":"`+sent+`"}}`)
		ask("konnect", http.MethodGet, "/portals?client_secret="+sent, "")
		const app = "/applications/05d2d25e-d037-4742-a1fb-eea5480ec18c"
		secrets[ask("axway", http.MethodPost, app+"/apikeys", `{}`).Get("secret").Str] = "a new API key"
		for _, client := range []string{"SamplePublicApp", "SamplePublicApp"} { // the difference replaces what was born
			secrets[ask("axway", http.MethodPut, app+"/oauth/"+client+"/newsecret", "").Get("secret").Str] = "a new OAuth secret"
		}
		for _, d := range w.Documents("axway.user") {
			if login := gjson.GetBytes(d.JSON, "loginName").Str; login == "ben" {
				w.Change("axway.user", d.ID, map[string]string{"password": sent})
			}
		}
		w.Fault(testkit.Fault{
			On: "konnect.create-portal", Optional: true, When: &testkit.When{Body: map[string]any{"$.password": sent}},
			Give: testkit.Give{Error: "conflict", Headers: map[string]string{"Set-Cookie": "sid=" + sent, "X-Api-Key": sent}},
		})
		r.Errorf("failed")
	})
	files, err := filepath.Glob(r.dir + "/*.har")
	if err != nil || len(files) != 1 {
		t.Fatalf("got %v, %v, and %q", files, err, r.texts)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for secret, of := range secrets {
		if at := strings.Index(string(data), secret); at >= 0 {
			t.Errorf("the bundle tells the secret of %s: …%s…", of, data[max(at-300, 0):min(at+80, len(data))])
		}
	}
	if len(secrets) != 4 || !strings.Contains(string(data), "05d2d25e-d037-4742-a1fb-eea5480ec18c") {
		t.Errorf("looked for %v", secrets)
	}
}
