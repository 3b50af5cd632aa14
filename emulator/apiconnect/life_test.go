package apiconnect_test

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

// TestLifeOfADeveloper follows one from the invitation to a secret that was reset.
func TestLifeOfADeveloper(t *testing.T) {
	t.Parallel()
	owner := connect(t)
	owner.Must(201, "POST", "orgs/acme/member-invitations", `{"email": "dev@example.com", "role_urls": ["/orgs/acme/roles/developer"], "notify": true}`)
	link := mail(owner, "dev@example.com")
	joined := owner.As(link).Must(201, "POST", "orgs/acme/member-invitations/dev-example-com/register", `{"username": "dev", "password": "first", "first_name": "Devi"}`)
	joined.Check(t, "user.email", "dev@example.com")
	owner.Must(404, "GET", "orgs/acme/member-invitations/dev-example-com", "")
	owner.As(link).Must(401, "POST", "orgs/acme/member-invitations/dev-example-com/register", `{"username": "dev2", "password": "x"}`)

	token := owner.As("").Must(200, "POST", "token", `{"grant_type": "password", "realm": "consumer:ibm-emu:sandbox/sandbox-idp",
		"username": "dev", "password": "first", "client_id": "portico-portal", "client_secret": "portico-portal-secret"}`).Get("access_token").Str
	dev := owner.As(token)
	dev.Get("me?expand=true").Check(t, "org_info.0.org.name", "acme")

	app := dev.Must(201, "POST", "orgs/acme/apps", `{"title": "My App", "summary": "", "redirect_endpoints": ["https://example.com/cb"]}`)
	first := app.Get("client_secret").Str
	credentials := dev.Get("apps/acme/my-app/credentials")
	credentials.Check(t, "results.0.title", "Credential for My App")
	credentials.Check(t, "results.0.client_id", app.Get("client_id").Str)
	credentials.Check(t, "results.0.client_secret", "")
	id := credentials.Get("results.0.id").Str

	sub := dev.Must(201, "POST", "apps/acme/my-app/subscriptions", `{"product_url": "/consumer-api/products/weather/2.0.0", "plan": "gold"}`)
	sub.Check(t, "state", "pending")
	sub.Check(t, "task_urls.#", "1")
	at := "apps/acme/my-app/subscriptions/" + sub.Get("id").Str
	dev.Must(403, "PATCH", at, `{"state": "enabled"}`)
	owner.Change("subscription", sub.Get("id").Str, `{"state": "enabled"}`)
	approved := dev.Get(at)
	approved.Check(t, "state", "enabled")
	approved.Check(t, "state_pending", "")
	approved.Check(t, "task_urls", "[]")
	dev.Must(200, "PATCH", at, approved.Body)

	at = "apps/acme/my-app/credentials/" + id
	dev.Must(200, "POST", at+"/verify-client-secret", `{"client_secret": "`+first+`"}`)
	second := dev.Must(200, "POST", at+"/reset-client-secret", "").Get("client_secret").Str
	dev.Must(400, "POST", at+"/verify-client-secret", `{"client_secret": "`+first+`"}`)
	dev.Must(200, "POST", at+"/verify-client-secret", `{"client_secret": "`+second+`"}`)
	reset := dev.Must(200, "POST", at+"/reset", "")
	if reset.Get("client_id").Str == app.Get("client_id").Str || reset.Get("client_secret").Str == second {
		t.Errorf("reset: got %s, want a new pair", reset.Body)
	}
	if stored := owner.Get("/_portico/state/apiconnect.credential/" + id).Body; strings.Contains(stored, reset.Get("client_secret").Str) {
		t.Errorf("stored: got %s, want no secret in it", stored)
	}
}

// TestLifeOfAViewer sees everything and touches nothing.
func TestLifeOfAViewer(t *testing.T) {
	t.Parallel()
	viewer := connect(t).As("viewer")
	for _, path := range []string{
		"orgs/acme", "orgs/acme/apps", "orgs/acme/members", "orgs/acme/roles", "orgs/acme/member-invitations", "apps/acme/weather-app",
		"apps/acme/weather-app/credentials", "apps/acme/weather-app/subscriptions", "products/weather/2.0.0", "apis/weather/2.0.0",
		"orgs/acme/payment-methods/company-card", "orgs/acme/billings/stripe",
	} {
		viewer.Is(200, "GET", path, "")
	}
	before := viewer.Get("/_portico/state").Body
	for _, call := range []struct{ method, path, body string }{
		{"PATCH", "orgs/acme", `{"title": "x"}`},
		{"DELETE", "orgs/acme", ""},
		{"POST", "orgs/acme/member-invitations", `{"email": "x@example.com"}`},
		{"DELETE", "orgs/acme/member-invitations/invitee-example-com", ""},
		{"POST", "orgs/acme/members", `{"user_url": "/user-registries/sandbox-catalog/users/outsider"}`},
		{"PATCH", "orgs/acme/members/developer", `{"title": "x"}`},
		{"DELETE", "orgs/acme/members/developer", ""},
		{"PATCH", "orgs/acme/roles/viewer", `{"title": "x"}`},
		{"POST", "orgs/acme/apps", `{"title": "x"}`},
		{"DELETE", "apps/acme/weather-app", ""},
		{"POST", "apps/acme/weather-app/credentials", `{}`},
		{"POST", "apps/acme/weather-app/subscriptions", `{"product_url": "/products/weather/2.0.0", "plan": "default"}`},
		{"DELETE", "apps/acme/weather-app/subscriptions/weather-2-0-0-gold", ""},
	} {
		viewer.Is(403, call.method, call.path, call.body)
	}
	if after := viewer.Get("/_portico/state").Body; after != before {
		t.Errorf("documents: got %s, want %s", after, before)
	}
	// A role that changes acts at once, on tokens that are out already.
	viewer.As("admin").Must(200, "PATCH", "orgs/acme/roles/viewer", `{"permission_urls": ["/consumer/permissions/consumer/app:manage"]}`)
	viewer.Must(201, "POST", "orgs/acme/apps", `{"title": "Mine"}`)
	viewer.Must(403, "GET", "orgs/acme/members", "")
	viewer.Must(200, "DELETE", "orgs/acme/members/viewer", "")
	viewer.Must(403, "GET", "orgs/acme", "")
}

// TestLifeOfAPrivateProduct is seen by whom the provider names, and by who subscribed it while that was possible.
func TestLifeOfAPrivateProduct(t *testing.T) {
	t.Parallel()
	acmes := connect(t)
	outsider, gina, nobody := acmes.As("outsider"), acmes.As("globex-owner"), acmes.As("")
	acmes.Add("api", sandbox, `{"id": "20000000-0000-4000-8000-000000000099", "name": "secrets", "version": "1.0.0"}`)
	id := acmes.Add("product", sandbox, `{"name": "secret", "version": "1.0.0", "title": "Secret", "apis": ["20000000-0000-4000-8000-000000000099"],
		"visibility": {"view": {"type": "custom", "enabled": true, "orgs": ["`+acme+`"]}, "subscribe": {"type": "custom", "enabled": true, "orgs": ["`+acme+`"]}}}`)
	seen := func(what string, c client.Client, want bool, paths ...string) {
		t.Helper()
		for _, path := range paths {
			status := 404
			if want {
				status = 200
			}
			if a := c.Call("GET", path, ""); a.Status != status {
				t.Errorf("%s, %s: got %d %s, want %d", what, path, a.Status, a.Body, status)
			}
		}
	}
	private := []string{"products/secret/1.0.0", "products/" + id, "products/secret/1.0.0/document", "apis/secrets/1.0.0", "apis/secrets/1.0.0/document"}
	public := []string{"public-products/secret/1.0.0", "public-products/secret/1.0.0/document", "public-apis/secrets/1.0.0"}
	seen("custom, named", acmes, true, private...)
	seen("custom, not named", gina, false, private...)
	seen("custom, no org", outsider, false, private...)
	seen("custom, in public", nobody, false, public...)
	gina.Must(404, "POST", "apps/globex/globex-app/subscriptions", `{"product_url": "/products/`+id+`", "plan": "default"}`)
	acmes.Must(201, "POST", "apps/acme/duo-app/subscriptions", `{"product_url": "/products/secret/1.0.0", "plan": "default"}`)

	acmes.Change("product", id, `{"visibility": {"view": {"enabled": false}}}`)
	seen("hidden, subscribed", acmes, true, private...)
	acmes.Must(200, "DELETE", "apps/acme/duo-app/subscriptions/secret-1-0-0-default-plan", "")
	seen("hidden", acmes, false, private...)

	acmes.Change("product", id, `{"visibility": {"view": {"type": "authenticated", "enabled": true}}}`)
	seen("authenticated", outsider, true, private...)
	seen("authenticated, in public", nobody, false, public...)
	gina.Must(403, "POST", "apps/globex/globex-app/subscriptions", `{"product_url": "/products/`+id+`", "plan": "default"}`)

	acmes.Change("product", id, `{"visibility": {"view": {"type": "public"}, "subscribe": {"type": "authenticated"}}}`)
	seen("public", nobody, true, public...)
	gina.Must(201, "POST", "apps/globex/globex-app/subscriptions", `{"product_url": "/products/`+id+`", "plan": "default"}`)

	acmes.Change("product", id, `{"lifecycle_state": "deprecated"}`)
	seen("deprecated", nobody, true, public...)
	acmes.Must(400, "POST", "apps/acme/duo-app/subscriptions", `{"product_url": "/products/`+id+`", "plan": "default"}`)
	gina.Get("apps/globex/globex-app/subscriptions").Check(t, "total_results", "1")

	acmes.Change("product", id, `{"lifecycle_state": "retired"}`)
	seen("retired", gina, false, private...)
	seen("retired, in public", nobody, false, public...)
	gina.Get("apps/globex/globex-app/subscriptions").Check(t, "total_results", "0")
	acmes.Change("product", id, `{"lifecycle_state": "published"}`)
	acmes.Change("api", "20000000-0000-4000-8000-000000000099", `{"state": "staged"}`)
	seen("staged API", acmes, false, "apis/secrets/1.0.0")
	seen("its product", acmes, true, "products/secret/1.0.0")
}

// TestLifeOfAnUpgrade asks for production: what the provider decides is said through the state.
func TestLifeOfAnUpgrade(t *testing.T) {
	t.Parallel()
	c := connect(t).With(catalog, "ibm-emu.production").As("production-admin")
	const path = "apps/acme-live/upgrading-app"
	c.Get(path).Check(t, "task_urls.#", "1")
	c.Change("app", upgradingApp, `{"lifecycle_state_pending": null}`)
	declined := c.Get(path)
	declined.Check(t, "lifecycle_state", "development")
	declined.Check(t, "lifecycle_state_pending", "")
	declined.Check(t, "task_urls.#", "0")
	c.Must(200, "PATCH", path, `{"lifecycle_state_pending": "production"}`)
	c.Change("app", upgradingApp, `{"lifecycle_state": "production"}`)
	approved := c.Get(path)
	approved.Check(t, "lifecycle_state", "production")
	approved.Check(t, "lifecycle_state_pending", "")
	approved.Check(t, "task_urls.#", "0")
	c.Must(409, "PATCH", path, `{"lifecycle_state_pending": "production"}`)
	c.Must(200, "PATCH", path, `{"lifecycle_state": "development"}`)

	// A catalog in which nobody is asked.
	c.Change("catalog", production, `{"auto_approve": true}`)
	c.Must(200, "PATCH", path, `{"lifecycle_state_pending": "production"}`).Check(t, "lifecycle_state", "production")
	c.Must(201, "POST", "orgs/acme-live/apps", `{"title": "x", "lifecycle_state": "production"}`).Check(t, "lifecycle_state", "production")
	// One that knows no life cycle any more.
	c.Change("catalog", production, `{"application_lifecycle": {"enabled": false}}`)
	c.Must(201, "POST", "orgs/acme-live/apps", `{"title": "y"}`).Check(t, "lifecycle_state", "production")
	c.Must(400, "PATCH", path, `{"lifecycle_state_pending": "production"}`)
}

// TestLifeOfASubscription is approved, rejected, asked for again and retired.
func TestLifeOfASubscription(t *testing.T) {
	t.Parallel()
	c := connect(t)
	const path = "apps/acme/weather-app/subscriptions/weather-2-0-0-gold"
	id := c.Get(path).Get("id").Str
	c.Change("subscription", id, `{"state": "rejected"}`)
	rejected := c.Get(path)
	rejected.Check(t, "state", "rejected")
	rejected.Check(t, "task_urls.#", "0")
	c.Must(403, "PATCH", path, `{"state": "enabled"}`)
	c.Must(400, "PATCH", path, `{"plan": "default"}`)
	again := c.Must(200, "PATCH", path, `{"state_pending": "enabled"}`)
	again.Check(t, "state", "pending")
	again.Check(t, "task_urls.#", "1")
	if again.Get("task_urls.0").Str == rejected.Get("task_urls.0").Str {
		t.Errorf("task: got %s again, want a new one", again.Get("task_urls.0"))
	}
	c.Change("subscription", id, `{"state": "rejected"}`)
	next := c.Must(201, "POST", "apps/acme/weather-app/subscriptions", `{"product_url": "/products/`+weather2+`", "plan": "default"}`)
	next.Check(t, "state", "enabled")
	if next.Get("id").Str == id || c.Call("GET", "apps/acme/weather-app/subscriptions/"+id, "").Status != 404 {
		t.Errorf("a new one for a rejected one: got %s, want another id, and the old one gone", next.Body)
	}
	at := "apps/acme/weather-app/subscriptions/" + next.Get("id").Str
	moved := c.Must(200, "PATCH", at, `{"plan": "gold"}`)
	moved.Check(t, "state", "pending")
	c.Change("catalog", sandbox, `{"auto_approve": true}`)
	c.Must(200, "DELETE", at, "").Check(t, "state", "pending")
	c.Must(201, "POST", "apps/acme/weather-app/subscriptions", `{"product_url": "/products/`+weather2+`", "plan": "gold"}`).Check(t, "state", "enabled")
	c.Change("product", weather2, `{"lifecycle_state": "archived"}`)
	if n := c.Get("apps/acme/weather-app/subscriptions").Get(`results.#(plan=="gold")#|#`).Int(); n != 0 {
		t.Errorf("subscriptions of an archived product: got %d, want 0", n)
	}
}

// TestLifeOfAnOrg is founded by invitation, disabled, and deleted with all that is in it.
func TestLifeOfAnOrg(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.Add("org-invitation", sandbox, `{"email": "carla@startup.example", "notify": true}`)
	link := mail(c, "carla@startup.example")
	org := c.As(link).Must(201, "POST", "org-invitations/carla-startup-example/register", `{"user": {"username": "carla", "password": "x"}, "org": {"title": "Start Up"}}`)
	org.Check(t, "name", "start-up")
	id := org.Get("id").Str
	token := c.As("").Must(200, "POST", "token", `{"grant_type": "password", "realm": "consumer:ibm-emu:sandbox/sandbox-idp",
		"username": "carla", "password": "x", "client_id": "portico-toolkit", "client_secret": "portico-toolkit-secret"}`).Get("access_token").Str
	carla := c.As(token)
	carla.Get("orgs/start-up/roles").Check(t, "results.#.name", `["owner","administrator","developer","viewer","member"]`)
	carla.Get("orgs/start-up/members").Check(t, "results.0.user_url", org.Get("owner_url").Str)
	carla.Must(201, "POST", "orgs/start-up/apps", `{"title": "One"}`)
	carla.Must(201, "POST", "orgs/start-up/member-invitations", `{"email": "late@startup.example"}`)
	carla.Must(201, "POST", "apps/start-up/one/subscriptions", `{"product_url": "/products/`+weather2+`", "plan": "gold"}`)
	carla.Must(200, "PATCH", "orgs/start-up", `{"state": "disabled"}`)
	carla.Get("apps/start-up/one")
	carla.Must(403, "PATCH", "apps/start-up/one", `{"title": "x"}`)
	carla.Must(403, "POST", "apps/start-up/one/credentials", `{}`)
	carla.Must(200, "PATCH", "orgs/start-up", `{"state": "enabled"}`)

	// The provider hands the org over.
	c.Change("org", id, `{"owner": "13000000-0000-4000-8000-000000000006"}`)
	c.As("outsider").Get("orgs/start-up/members/outsider").Check(t, "role_urls.#", "1")
	carla.Must(403, "DELETE", "orgs/start-up", "")
	before := c.State("user").Int("#")
	c.As("outsider").Must(200, "DELETE", "orgs/start-up?cascade=true", "").Check(t, "id", id)
	if got, want := c.State("user").Int("#"), before-1; got != want {
		t.Errorf("users after cascade: got %d, want %d: carla is left without an org, the caller stays", got, want)
	}
	for _, kind := range []string{"role", "member", "member-invitation", "app", "credential", "subscription"} {
		if all := c.Get("/_portico/state/apiconnect." + kind).Body; strings.Contains(all, id) {
			t.Errorf("%s: got %s, want nothing of the org", kind, all)
		}
	}
	carla.Must(200, "GET", "orgs", "") // lenient: the token went with its user, and unknown ones are the administrator's
}

// TestLifeOfALogin goes out to an external provider and comes back with a token.
func TestLifeOfALogin(t *testing.T) {
	t.Parallel()
	c := connect(t).As("")
	exchange := func(code string) client.Answer {
		return c.Call("POST", "token", `{"grant_type": "authorization_code", "code": "`+code+`", "client_id": "portico-portal", "client_secret": "portico-portal-secret"}`)
	}
	end := func(query string) string {
		t.Helper()
		to, err := url.Parse(c.Must(302, "GET", "oauth2/redirect?"+query, "").Header.Get("Location"))
		if err != nil {
			t.Fatal(err)
		}
		return to.Query().Get("code")
	}
	code := end("state=portico-state&code=abc")
	token := exchange(code)
	if token.Status != 200 {
		t.Fatalf("code: got %d %s", token.Status, token.Body)
	}
	c.As(token.Get("access_token").Str).Get("me").Check(t, "username", "sam")
	if got := exchange(code).Status; got != 401 {
		t.Errorf("the code again: got %d, want 401", got)
	}
	late := end("oauth_token=portico-oauth-token&oauth_verifier=v")
	c.Must(200, "POST", "/_portico/clock/advance", `{"by": "10m"}`)
	if got := exchange(late).Status; got != 401 {
		t.Errorf("a code after ten minutes: got %d, want 401", got)
	}
	// Sessions end, and can be prolonged for a while.
	refresh := token.Get("refresh_token").Str
	c.Must(200, "POST", "/_portico/clock/advance", `{"by": "8h"}`)
	c.As(token.Get("access_token").Str).Must(401, "GET", "me", "")
	prolong := `{"grant_type": "refresh_token", "refresh_token": "` + refresh + `", "client_id": "portico-portal", "client_secret": "portico-portal-secret"}`
	next := c.Must(200, "POST", "token", prolong)
	c.As(next.Get("access_token").Str).Get("me").Check(t, "username", "sam")
	c.Must(401, "POST", "token", prolong)
	c.Must(200, "POST", "/_portico/clock/advance", `{"by": "10h"}`)
	c.Must(401, "POST", "token", strings.Replace(prolong, refresh, next.Get("refresh_token").Str, 1))
}

// TestLifeOfAToken is read with the published key, as a client would, and ends on the world's clock.
func TestLifeOfAToken(t *testing.T) {
	t.Parallel()
	c := connect(t)
	inv := c.Must(201, "POST", "orgs/acme/member-invitations", `{"email": "new@example.com"}`)
	_, wrapped, _ := strings.Cut(inv.Get("activation_link").Str, "?activation=")
	plain, err := base64.StdEncoding.DecodeString(wrapped)
	if err != nil {
		t.Fatal(err)
	}
	keys := c.As("").Get("/api/cloud/oauth2/certs")
	token, err := jwt.Parse(string(plain), func(token *jwt.Token) (any, error) {
		key := keys.Get(fmt.Sprintf(`keys.#(kid=="%s")`, token.Header["kid"]))
		n, err := base64.RawURLEncoding.DecodeString(key.Get("n").Str)
		if err != nil {
			return nil, err
		}
		e, err := base64.RawURLEncoding.DecodeString(key.Get("e").Str)
		return &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}, err
	}, jwt.WithTimeFunc(func() time.Time { return time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC) }))
	if err != nil {
		t.Fatal(err)
	}
	claims, err := json.Marshal(token.Claims)
	if err != nil {
		t.Fatal(err)
	}
	read := client.Answer{Body: string(claims)}
	for path, want := range map[string]string{
		"namespace": "cloud", "aud": "n/a", "sub": "n/a", "email": "new@example.com", "iss": "IBM API Connect", "token_type": "invitation",
		"scopes.actions": `["register","accept"]`, "scopes.realm": "consumer:10000000-0000-4000-8000-000000000001:" + sandbox,
		"scopes.url":            "/consumer-api/orgs/" + acme + "/member-invitations/" + inv.Get("id").Str,
		"scopes.invitation.url": "/consumer-api/orgs/" + acme + "/member-invitations/" + inv.Get("id").Str,
	} {
		read.Check(t, path, want)
	}
	if life := read.Get("exp").Int() - read.Get("iat").Int(); life != 172800 {
		t.Errorf("life: got %d s, want 172800", life)
	}
	// The plain form is taken as well as that of the link.
	const path = "orgs/acme/member-invitations/new-example-com"
	c.As(string(plain)).Must(400, "POST", path+"/register", `{}`)
	// It opens its invitation and nothing else, even where unknown tokens are the administrator's.
	c.As(string(plain)).Must(401, "GET", "orgs", "")
	forged := string(plain[:len(plain)-8]) + "AAAAAAAA"
	c.As(forged).Must(401, "POST", path+"/register", `{"username": "n", "password": "x"}`)

	c.Must(200, "POST", "/_portico/clock/advance", `{"by": "48h"}`)
	c.As(wrapped).Must(401, "POST", path+"/register", `{"username": "n", "password": "x"}`)
	c.Get(path) // it stays until somebody acts
	c.Must(200, "POST", path+"/regenerate", `{"notify": true}`)
	c.As(mail(c, "new@example.com")).Must(201, "POST", path+"/register", `{"username": "n", "password": "x"}`)

	// How long one lives is the catalog's to say.
	c.Change("catalog", sandbox, `{"invitation_ttl": 60, "portal_url": "https://other.example/portal/"}`)
	short := c.Must(201, "POST", "orgs/acme/member-invitations", `{"email": "short@example.com"}`).Get("activation_link").Str
	address, wrapped, _ := strings.Cut(short, "?activation=")
	if address != "https://other.example/portal/user/invitation" {
		t.Errorf("link: got %s", address)
	}
	c.Must(200, "POST", "/_portico/clock/advance", `{"by": "61s"}`)
	c.As(wrapped).Must(401, "POST", "orgs/acme/member-invitations/short-example-com/register", `{"username": "s", "password": "x"}`)
}

// TestRollback proves that what is refused at its last step leaves nothing behind.
func TestRollback(t *testing.T) {
	t.Parallel()
	c := connect(t)
	before := c.Get("/_portico/state").Body
	c.Must(409, "POST", "orgs/acme/apps", `{"title": "Thief", "client_id": "portico-weather-app"}`)
	c.Must(409, "POST", "orgs/acme/apps", `{"name": "weather-app"}`)
	token := mail(c, "founder@example.com")
	c.As(token).Must(409, "POST", "org-invitations/founder-example-com/register", `{"user": {"username": "fay", "password": "x"}, "org": {"name": "acme"}}`)
	c.As(mail(c, "invitee@example.com")).Must(409, "POST", "orgs/acme/member-invitations/invitee-example-com/accept", `{"username": "developer", "password": "portico-developer"}`)
	if after := c.Get("/_portico/state").Body; after != before {
		t.Errorf("documents: got %s, want %s", after, before)
	}
	c.As(token).Must(201, "POST", "org-invitations/founder-example-com/register", `{"user": {"username": "fay", "password": "x"}, "org": {"name": "fay"}}`)
}

// TestAddresses proves that links lead back through scheme, host and world, and are taken when they come back.
func TestAddresses(t *testing.T) {
	t.Parallel()
	c := connect(t)
	c.Must(201, "POST", "/_portico/worlds", `{"name": "w1"}`)
	r := func(method, target, body string) client.Answer {
		t.Helper()
		return c.Call(method, "/_world/w1/consumer-api/"+target, body)
	}
	app := r("GET", "apps/acme/weather-app", "")
	const home = "http://example.com/_world/w1"
	app.Check(t, "url", home+"/consumer-api/apps/"+acme+"/"+weatherApp)
	app.Check(t, "catalog_url", home+"/api/catalogs/10000000-0000-4000-8000-000000000001/"+sandbox)
	next, _ := strings.CutPrefix(app.Get("url").Str, "http://example.com")
	c.Must(200, "GET", next, "")
	product := r("GET", "products/routes/1.0.0", "").Get("url").Str
	if a := r("POST", "apps/acme/duo-app/subscriptions", `{"product_url": "`+product+`", "plan": "default"}`); a.Status != http.StatusCreated || a.Get("product_url").Str != product {
		t.Errorf("product_url %s: got %d %s", product, a.Status, a.Body)
	}
	c.Get("apps/acme/duo-app/subscriptions").Check(t, "total_results", "0") // in another world
}
