package axway

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"time"

	"github.com/portico-emulator/portico/emulator/internal/api"
	"github.com/portico-emulator/portico/emulator/internal/rest"
)

// authenticate finds out who calls: by HTTP Basic, or by a session's cookie where there is no such header.
func authenticate(c *api.Call) error {
	switch {
	case c.Op.Needs == anyone:
		return nil
	case byCookie(c):
		return resume(c)
	}
	login, password, ok := c.Request.BasicAuth()
	if !ok || login == "" {
		return api.Fail(api.Unauthorized, "neither HTTP Basic nor a session")
	}
	user := c.Tx.Find("axway.user", "loginName", login)
	switch {
	case user == nil && c.Strict:
		return api.Fail(api.Unauthorized, "no user %q, and only known ones are accepted", login)
	case user == nil:
		c.Caller = api.Caller{Name: login, Doc: builtIn(&c.Scope), Admin: true}
		return nil
	case user.Str("password") != password:
		return api.Fail(api.Unauthorized, "another password than that of %s", login)
	case userState(user) != "":
		return api.Fail(api.Unauthorized, "the user %s is %s", login, userState(user))
	}
	c.Caller = callerOf(user)
	return nil
}

func callerOf(user *api.Doc) api.Caller {
	return api.Caller{Name: user.Str("loginName"), Doc: user, Admin: user.Str("role") == administrator}
}

// userState says why a user is refused: disabled, pending, or "".
func userState(user *api.Doc) string {
	switch {
	case !user.Bool("enabled"):
		return "disabled"
	case user.Str("state") != "approved":
		return "pending"
	}
	return ""
}

// Cookies of a session.
const (
	sessionCookie = "APIMANAGERSESSION"
	staticCookie  = "APIMANAGERSTATIC"
)

func cookied(c *api.Call) bool {
	_, err := c.Request.Cookie(sessionCookie)
	return err == nil
}

// byCookie tells of a call that a session makes; it changes when that was last used.
func byCookie(c *api.Call) bool { return c.Header("Authorization") == "" && cookied(c) }

// sessions are what cookies name. Unlike logins they are never made up: one that is not known has ended.
var sessions = &api.Resource{
	Kind: "axway.session", Schema: "StoredSession", Created: "createdOn", Updated: "-",
	Indexes: []api.Index{{Name: "user", Path: "userId", To: "axway.user", OnDelete: api.Cascade}},
	OnCreate: func(s *api.Scope, d *api.Draft) error {
		if !d.Has("token") {
			d.SetString("token", token(s))
		}
		d.Default("lastUsedOn", d.Raw("createdOn"))
		return nil
	},
}

// token is 64 hexadecimal digits.
func token(s *api.Scope) string {
	const hex = "0123456789ABCDEF"
	out := make([]byte, 0, 64)
	for _, id := range []string{s.NewID(), s.NewID()} {
		for i := range len(id) {
			switch b := id[i]; {
			case b == '-':
			case b <= '9':
				out = append(out, b)
			default:
				out = append(out, hex[b-'a'+10])
			}
		}
	}
	return string(out)
}

func expired(c *api.Call, session *api.Doc) bool {
	config := configOf(c)
	idle := c.Now.Sub(time.UnixMilli(session.Get("lastUsedOn").Int()))
	age := c.Now.Sub(time.UnixMilli(session.Get("createdOn").Int()))
	return idle >= config.idle || age >= config.life
}

// resume goes on with a session. What changes state needs its token, so that no other site can do it in the user's name.
func resume(c *api.Call) error {
	cookie, _ := c.Request.Cookie(sessionCookie)
	session := c.Tx.Get("axway.session", cookie.Value)
	if session == nil || expired(c, session) {
		return api.Fail(api.Unauthorized, "no such session, or it has ended")
	}
	user := c.Tx.Get("axway.user", session.Str("userId"))
	if user == nil || userState(user) != "" {
		return api.Fail(api.Unauthorized, "the session's user may not call any more")
	}
	c.Caller, c.Notes = callerOf(user), session
	if c.Op.Method != http.MethodGet && configOf(c).csrf && c.Header("Csrf-Token") != session.Str("token") {
		return invalidToken()
	}
	next := session.Object()
	next.Set("lastUsedOn", c.Stamp())
	_, err := rest.Update(&c.Scope, session, next, next)
	return err
}

// login opens a session and sends the browser on. It knows only known users, however lenient other calls are.
func login(c *api.Call) (any, error) {
	sent := c.Body.Object
	user := c.Tx.Find("axway.user", "loginName", sent.Str("username"))
	switch {
	case user != nil && user.Str("password") == sent.Str("password"):
	case sent.Str("failure") != "":
		return api.Answer{Header: http.Header{"Location": {destination(c, sent.Str("failure"))}}}, nil
	default:
		return nil, api.Fail(api.Unauthorized, "no such user, or another password")
	}
	if state := userState(user); state != "" {
		return nil, api.Fail(api.Forbidden, "the user is %s", state)
	}
	for _, old := range c.Tx.Under("axway.session", "user", user.ID) {
		if expired(c, old) {
			c.Tx.Delete(old)
		}
	}
	given := api.Object{{Name: "userId", Value: api.Quote(user.ID)}}
	session, err := rest.Insert(&c.Scope, "axway.session", nil, given)
	if err != nil {
		return nil, err
	}
	c.Notes = session
	h := http.Header{"Location": {destination(c, sent.Str("success"))}}
	for _, one := range []struct{ name, value string }{{sessionCookie, session.ID}, {staticCookie, c.NewID()}} {
		//nolint:gosec // the vendor's cookies say no more, and plain HTTP is spoken here, too
		cookie := http.Cookie{Name: one.name, Value: one.value, Path: c.Prefix + "/", HttpOnly: true, Secure: c.Request.TLS != nil}
		h.Add("Set-Cookie", cookie.String())
	}
	return api.Answer{Header: h}, nil
}

// destination is where the browser is sent: the home page unless another address was asked for. Paths stay in the world.
func destination(c *api.Call, wanted string) string {
	u, err := url.Parse(wanted)
	switch {
	case err != nil || wanted == "":
		return c.URL("/home")
	case u.Host == "" && u.Scheme == "" && len(u.Path) > 0 && u.Path[0] == '/':
		return c.URL(u.String())
	}
	return u.String()
}

// logout ends the session, if the call is one's.
func logout(c *api.Call) (any, error) {
	if session, ok := c.Notes.(*api.Doc); ok {
		c.Tx.Delete(session)
		c.Notes = nil
	}
	return nil, nil
}

// home is where a browser lands that has signed in.
func home(*api.Call) (any, error) {
	return api.Answer{Media: "text/html; charset=utf-8", Body: []byte("<!DOCTYPE html>\n<title>API Manager</title>\n<p>Signed in.\n")}, nil
}

// credentials are the users: the administrator, those who may call, the others.
func credentials(s *api.Scope) []api.Credential {
	var out []api.Credential
	head := builtIn(s)
	for d := range s.Tx.All("axway.user") {
		name, secret := d.Str("loginName"), d.Str("password")
		cr := api.Credential{
			Vendor: "axway", Name: name, User: name, Roles: []string{d.Str("role")}, Header: "Authorization",
			Value: "Basic " + base64.StdEncoding.EncodeToString([]byte(name+":"+secret)), Secret: secret, State: userState(d),
		}
		if cr.State == "" && head != nil && d.ID == head.ID {
			cr.Name = "admin"
		}
		out = append(out, cr)
	}
	return api.SortCredentials(out)
}

// clients point scripts and Axway's agents here.
func clients(at string, admin api.Credential) []api.Variable {
	host, port := at, ""
	if u, err := url.Parse(at); err == nil {
		host, port = u.Hostname(), u.Port()
	}
	return []api.Variable{
		{Name: "APIMANAGER_URL", Value: at, Why: "scripts; the API is below /api/portal"},
		{Name: "APIMANAGER_HOST", Value: host, Why: "Axway's discovery and traceability agents, and scripts; these four"},
		{Name: "APIMANAGER_PORT", Value: port},
		{Name: "APIMANAGER_AUTH_USERNAME", Value: admin.User},
		{Name: "APIMANAGER_AUTH_PASSWORD", Value: admin.Secret},
	}
}
