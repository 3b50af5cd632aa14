package apiconnect

import (
	"cmp"
	"crypto/rsa"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// testKey signs activation tokens. It is public and protects nothing.
//
//go:embed test-key.pem
var testKey []byte

const keyID = "portico-test-key"

var signingKey = func() *rsa.PrivateKey {
	key, err := jwt.ParseRSAPrivateKeyFromPEM(testKey)
	if err != nil {
		panic(err) // the file is part of the program
	}
	return key
}()

// activation is what an activation token says.
type activation struct {
	jwt.RegisteredClaims `json:"-"` // empty: the members below are in the order in which a token has them
	JTI                  string     `json:"jti"`
	Namespace            string     `json:"namespace"`
	Audience             string     `json:"aud"`
	Subject              string     `json:"sub"`
	Email                string     `json:"email"`
	Issuer               string     `json:"iss"`
	Type                 string     `json:"token_type"`
	IssuedAt             int64      `json:"iat"`
	Expires              int64      `json:"exp"`
	Scopes               scopes     `json:"scopes"`
}

type scopes struct {
	Invitation struct {
		URL string `json:"url"`
	} `json:"invitation"`
	URL     string   `json:"url"`
	Actions []string `json:"actions"`
	Realm   string   `json:"realm"`
}

// GetExpirationTime is all that the library is to check: a world's clock may be set back behind iat.
func (a *activation) GetExpirationTime() (*jwt.NumericDate, error) {
	return jwt.NewNumericDate(time.Unix(a.Expires, 0)), nil
}

// activationOf is the token of an invitation, signed once for each version of its document.
func activationOf(d *api.Doc) string {
	kept := d.Memo(func(d *api.Doc) any {
		at := base + path(d)
		issued, _ := api.Instant(d.Get("issued_at"))
		until, _ := api.Instant(d.Get("expires_at"))
		a := &activation{
			JTI: d.Str("jti"), Namespace: "cloud", Audience: "n/a", Subject: "n/a", Email: d.Str("email"), Issuer: "IBM API Connect",
			Type: "invitation", IssuedAt: issued.Unix(), Expires: until.Unix(),
			Scopes: scopes{URL: at, Actions: []string{"register", "accept"}, Realm: "consumer:" + d.In[0] + ":" + d.In[1]},
		}
		a.Scopes.Invitation.URL = at
		t := jwt.NewWithClaims(jwt.SigningMethodRS256, a)
		t.Header["kid"] = keyID
		text, err := t.SignedString(signingKey)
		if err != nil {
			return "" // a sound key signs everything
		}
		return text
	})
	return kept.(string) //nolint:forcetypeassert // invitations keep nothing else
}

// activationLink is the link in the mail of an invitation.
func activationLink(s *api.Scope, d *api.Doc) string {
	portal := strings.TrimSuffix(catalogOf(s, d).Str("portal_url"), "/")
	return portal + "/user/invitation?activation=" + base64.URLEncoding.EncodeToString([]byte(activationOf(d)))
}

// unwrapped returns a token as a JWT, or "". It may be base64, as in the link.
func unwrapped(token string) string {
	if strings.Count(token, ".") == 2 {
		return token
	}
	for _, e := range []*base64.Encoding{base64.URLEncoding, base64.StdEncoding, base64.RawURLEncoding, base64.RawStdEncoding} {
		if plain, err := e.DecodeString(token); err == nil && strings.Count(string(plain), ".") == 2 {
			return string(plain)
		}
	}
	return ""
}

// claims returns the claims of a token, genuine or not, as JSON, or nil if they cannot be read.
func claims(token string) []byte {
	parts := strings.Split(unwrapped(token), ".")
	if len(parts) != 3 {
		return nil
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || !json.Valid(text) {
		return nil
	}
	return text
}

// isActivation reports whether a token has the form of an activation token, genuine or not.
func isActivation(token string) bool {
	var a activation
	return json.Unmarshal(claims(token), &a) == nil && a.Type == "invitation"
}

// genuine reads an activation token that this emulator signed and that has not expired on the world's clock.
func genuine(c *api.Call, token string) (*activation, error) {
	var a activation
	_, err := jwt.ParseWithClaims(unwrapped(token), &a, func(*jwt.Token) (any, error) { return &signingKey.PublicKey, nil },
		jwt.WithValidMethods([]string{"RS256"}), jwt.WithTimeFunc(func() time.Time { return c.Now }))
	if err != nil {
		return nil, api.Fail(api.Unauthorized, "the activation token is not valid: %s", strings.SplitN(err.Error(), "\n", 2)[0])
	}
	return &a, nil
}

// invited checks the token of a call that answers an invitation: that of the invitation, or one of a user whose address is the
// invitation's, who may accept it.
func invited(c *api.Call) error {
	token := api.Bearer(c.Header("Authorization"))
	if token == "" {
		return api.Fail(api.Unauthorized, "no bearer token")
	}
	kind, last := c.Op.Params[len(c.Op.Params)-1].Ref.Kind, c.Args[len(c.Args)-1]
	org, inv := c.Owner(kindOrg), c.Owner(kind)
	action := lastSegment(c)
	if c.Tx.Find(kindToken, "token", token) == nil && (isActivation(token) || unwrapped(token) != "" && claims(token) == nil) {
		if err := activated(c, token, org, inv, action); err != nil {
			return err
		}
	} else {
		if err := signIn(c, token); err != nil {
			return err
		}
		switch {
		case inv == nil:
			return missing(c, kind, org, last)
		case action == "register":
			return forbidden(c, needsActivation, "a user cannot register again")
		case !strings.EqualFold(c.Caller.Doc.Str("email"), inv.Str("email")):
			return forbidden(c, needsActivation, "the invitation is not addressed to the user '%s'", c.Caller.Name)
		}
	}
	if org == nil {
		return nil
	}
	return open(c, org)
}

// activated checks an activation token: it must be genuine, the current one of the invitation and made for this path.
func activated(c *api.Call, token string, org, inv *api.Doc, action string) error {
	a, err := genuine(c, token)
	if err != nil {
		return err
	}
	used := api.Fail(api.Unauthorized, "the activation token was used already, or a newer one took its place")
	if own := ownInvitation(c, a); own != nil && own.Str("jti") != a.JTI {
		return used
	}
	catalog := notesOf(c).catalog
	if a.Scopes.Realm != "consumer:"+catalog.Owner()+":"+catalog.ID {
		return api.Fail(api.Unauthorized, "the activation token is of another catalog")
	}
	switch {
	case inv == nil && gone(c, org, a):
		return used
	case inv == nil || base+path(inv) != a.Scopes.URL:
		return forbidden(c, needsActivation, "the activation token is of another invitation")
	case !slices.Contains(a.Scopes.Actions, action):
		return forbidden(c, needsActivation, "the activation token does not allow to %s", action)
	}
	c.Caller = api.Caller{Name: "invitation of " + a.Email}
	return nil
}

// gone reports whether a path that names no invitation may have named that of a token. A path with names always may.
func gone(c *api.Call, org *api.Doc, a *activation) bool {
	at := "/org-invitations/"
	if len(c.Args) == 2 {
		id := c.Args[0]
		if org != nil {
			id = org.ID
		}
		if !api.IsUUID(id) {
			return true
		}
		at = "/orgs/" + id + "/member-invitations/"
	}
	last := c.Args[len(c.Args)-1]
	return !api.IsUUID(last) || strings.EqualFold(base+at+last, a.Scopes.URL)
}

// ownInvitation is the invitation that a token was made for, or nil once it is gone.
func ownInvitation(c *api.Call, a *activation) *api.Doc {
	id := a.Scopes.URL[strings.LastIndexByte(a.Scopes.URL, '/')+1:]
	return cmp.Or(c.Tx.Get(kindMemberInvitation, id), c.Tx.Get(kindOrgInvitation, id))
}

// keySet is the public key of activation tokens, as the provider publishes it.
func keySet(*api.Call) (any, error) {
	public := signingKey.PublicKey
	encode := base64.RawURLEncoding.EncodeToString
	return map[string]any{"keys": []map[string]string{{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": keyID,
		"n": encode(public.N.Bytes()), "e": encode(big.NewInt(int64(public.E)).Bytes()),
	}}}, nil
}
