package mulesoft

import (
	"encoding/json"
	"mime"
	"net/url"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// AccountsBase is where the rows of Access Management are, whose tokens open every other API of the platform.
const AccountsBase = "/accounts"

// Form is the other media type of bodies under AccountsBase.
const Form = "application/x-www-form-urlencoded"

// Accounts are rows of Access Management: no part of a product, but where every client of one begins.
func Accounts() []api.Operation {
	const tag = "Access Management"
	return []api.Operation{
		{
			ID: "login", Method: "POST", Base: AccountsBase, Path: "/login", Summary: "Sign in with username and password", Tag: tag,
			Body: "Login", Reply: "LoginToken", Status: 200, Errors: []int{400, 401, 403, 415}, Needs: Anyone, Companion: true, Do: login,
		},
		{
			ID: "loginApi", Method: "POST", Base: AccountsBase, Path: "/api/login", Summary: "Sign in with username and password", Tag: tag,
			Body: "Login", Reply: "LoginToken", Status: 200, Errors: []int{400, 401, 403, 415}, Needs: Anyone, Companion: true, Do: login,
		},
		{
			ID: "createToken", Method: "POST", Base: AccountsBase, Path: "/api/v2/oauth2/token", Summary: "Get a token for a connected app", Tag: tag,
			Body: "TokenRequest", Reply: "AppToken", Status: 200, Errors: []int{400, 401, 415}, Needs: Anyone, Companion: true, Do: grantToken,
		},
		{
			ID: "getMe", Method: "GET", Base: AccountsBase, Path: "/api/users/me", Summary: "Show who calls", Tag: tag,
			Reply: "Me", Status: 200, Errors: []int{401}, Companion: true, Do: me,
		},
		{
			ID: "getEnvironments", Method: "GET", Base: AccountsBase, Path: "/api/organizations/{orgId}/environments",
			Summary: "List the environments of an organization", Tag: tag,
			Reply: "EnvironmentList", Status: 200, Errors: []int{401, 403, 404}, Companion: true, Do: listEnvironments,
		},
	}
}

// ReadForm turns a form into JSON, of whose members the first value counts.
func ReadForm(c *api.Call) ([]byte, error) {
	if c.Op.Base != AccountsBase {
		return c.Raw, nil
	}
	if kind, _, _ := mime.ParseMediaType(c.Header("Content-Type")); kind != Form {
		return c.Raw, nil
	}
	values, err := url.ParseQuery(string(c.Raw))
	if err != nil {
		return nil, &api.Error{Code: api.Malformed, Message: "the form cannot be read", Cause: err}
	}
	plain := make(map[string]string, len(values))
	for name := range values {
		plain[name] = values.Get(name)
	}
	return api.Encode(plain)
}

func login(c *api.Call) (any, error) {
	user := c.Tx.Find("mulesoft.user", "username", c.Body.Object.Str("username"))
	if user == nil || user.Str("password") == "" || user.Str("password") != c.Body.Object.Str("password") {
		return nil, api.Fail(api.Unauthorized, "no user has that name and password")
	}
	if disabled(user) {
		return nil, api.Fail(api.Forbidden, "The user %s is disabled", user.Str("username"))
	}
	token, err := issue(c, "userId", user.ID)
	return struct {
		Token string `json:"access_token"`
		Type  string `json:"token_type"`
		To    string `json:"redirectUrl"`
	}{token, "bearer", "/home/"}, err
}

// grantToken gives a connected app a token. Standard OAuth clients send id and secret as Basic credentials instead.
func grantToken(c *api.Call) (any, error) {
	id, secret := c.Body.Object.Str("client_id"), c.Body.Object.Str("client_secret")
	if name, password, ok := c.Request.BasicAuth(); ok && id == "" {
		id, secret = name, password
	}
	if err := AuthenticateApp(c, id, secret); err != nil {
		return nil, err
	}
	token, err := issue(c, "clientId", id)
	return struct {
		Token   string `json:"access_token"`
		Type    string `json:"token_type"`
		Expires int    `json:"expires_in"`
	}{token, "bearer", int(lifetime.Seconds())}, err
}

// membership is an organization as its member sees it.
type membership struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	IsRoot bool   `json:"isRoot"`
}

// me shows the caller; a connected app bears its own id and name.
func me(c *api.Call) (any, error) {
	w := Caller(c)
	if w.Doc == nil {
		return nil, api.Fail(api.Unauthorized, "there is no administrator any more")
	}
	member := []membership{}
	if org := c.Tx.Get("mulesoft.organization", w.Root); org != nil {
		member = append(member, membership{org.ID, org.Str("name"), true})
	}
	for _, g := range c.Tx.Under("mulesoft.business-group", "organization", w.Root) {
		if w.Belongs(c.Tx, g.ID) {
			member = append(member, membership{g.ID, g.Str("name"), false})
		}
	}
	out := struct {
		ID          string          `json:"id"`
		Username    string          `json:"username"`
		FirstName   string          `json:"firstName"`
		LastName    string          `json:"lastName"`
		Email       string          `json:"email"`
		CreatedAt   string          `json:"createdAt"`
		Preferences json.RawMessage `json:"organizationPreferences"`
		MemberOf    []membership    `json:"memberOfOrganizations"`
	}{
		w.Doc.ID, w.Doc.Str("username"), w.Doc.Str("firstName"), w.Doc.Str("lastName"), w.Doc.Str("email"), w.Doc.Str("createdAt"),
		json.RawMessage(`{}`), member,
	}
	if w.app {
		out.Username, out.FirstName = w.Doc.Str("name"), w.Doc.Str("name")
	}
	return out, nil
}

func listEnvironments(c *api.Call) (any, error) {
	id, w := c.Arg("orgId"), Caller(c)
	if c.Tx.Get("mulesoft.organization", id) == nil && c.Tx.Get("mulesoft.business-group", id) == nil {
		e := api.Fail(api.NotFound, "no organization %q", id)
		e.Facts = api.Facts{Kind: "mulesoft.organization", ID: id}
		return nil, e
	}
	if !w.Belongs(c.Tx, id) {
		return nil, api.Fail(api.Forbidden, "The caller %s is no member of the organization %s", c.Caller.Name, id)
	}
	out := struct {
		Data  []json.RawMessage `json:"data"`
		Total int               `json:"total"`
	}{Data: []json.RawMessage{}}
	for _, d := range c.Tx.Under("mulesoft.environment", "of", id) {
		out.Data = append(out.Data, d.JSON)
	}
	out.Total = len(out.Data)
	return out, nil
}
