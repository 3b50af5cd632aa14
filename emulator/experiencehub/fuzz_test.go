package experiencehub_test

import (
	"strings"
	"testing"

	"github.com/portico-emulator/portico/emulator/internal/testing/client"
)

var fuzz = client.Fuzz{
	Vendor: &vendor,
	At:     at,
	After:  []string{groups, assets + "/" + finance + "/invoice-api"},
	Bodies: map[string][]string{
		"": {
			``, `{}`, `[]`, `null`, `"x"`, `{"name": "x", "description": "", "parentUserGroupId": "` + gold + `"}`,
			`["` + gold + `", "` + strings.ToUpper(everyone) + `"]`, `{"userGroupIds": ["` + gold + `"]}`, `{"groupMappingName": "a/b", "idpId": "` + sso + `"}`,
			`[{"assetId": "payment-api", "groupId": "com.example"}, {"assetId": "order-api", "groupId": "com.example"}]`,
			`{"searchTerm": "a", "categories": ["x:y"], "tags": [""], "sort": {"direction": "ASC", "criteria": "NAME"}, "userGroupId": "` + gold + `", "showInherited": true}`,
			`{"minorVersions": [{"minorVersion": "v01", "profileVisibility": ["` + gold + `"]}], "instancesVisibility": "All"}`,
			`{"minorVersions": [{"minorVersion": "99999999999999999999"}]}`, "{\"name\": \"\xff\"}", `{"name": "\ud800", "name": 1}`,
			`{"username": "admin", "password": "portico-password-admin"}`, `{"grant_type": "client_credentials", "client_id": "x", "client_secret": "y"}`,
		},
		"Content-Type: application/x-www-form-urlencoded": {`username=%zz&password&=;`},
		"Content-Type: text/plain":                        {`{}`},
	},
	Queries: []string{"searchTerm=a&isActive=true", "searchTerm=%ff%00&isActive=", "searchTerm=a&searchTerm=b&isActive=1&%zz;x", "&&=&a[b]=c"},
	Headers: []string{
		"X-Limit: 10\nX-From: 5\nX-Offset: 5", "X-Limit: -1\nX-From: 2147483648\nX-ANYPNT-ORG-ID: " + root + "\nAuthorization: Bearer portico-anypoint-portal-admin",
		"X-Limit: 0\nX-Offset: 2147483647\nX-ANYPNT-ORG-ID: " + foreign + "\nAuthorization: Bearer portico-anypoint-users-approver", "X-Limit: 1\nX-From: 2147483647",
		"X-Limit: 1e1\nX-From: +1\nX-ANYPNT-ORG-ID: " + finance + "\nAuthorization: portico-anypoint-admin",
	},
	Parts: []string{
		strings.Join([]string{connection, portal, developers, idp, "API Developers"}, "\n"), strings.Join([]string{strings.ToUpper(connection), site, "%", "/", "a+b/c"}, "\n"),
		sandbox + "\n" + uat + "\n..", strings.Join([]string{connection, portal, "com.example", "payment-api", "ключ"}, "\n"), strings.Join([]string{connection, portal, jane, maria, " "}, "\n"),
	},
}

func FuzzBody(f *testing.F)   { fuzz.FuzzBody(f) }
func FuzzQuery(f *testing.F)  { fuzz.FuzzQuery(f) }
func FuzzHeader(f *testing.F) { fuzz.FuzzHeader(f) }
func FuzzPath(f *testing.F)   { fuzz.FuzzPath(f) }
func FuzzCalls(f *testing.F)  { fuzz.FuzzCalls(f) }

func FuzzPatch(f *testing.F) {
	fuzz.FuzzPatches(f, assets+"/"+finance+"/invoice-api",
		`{"minorVersions": [{"minorVersion": "1", "profileVisibility": ["`+gold+`"]}]}`+"\n"+`{"minorVersions": [{"minorVersion": "v2", "profileVisibility": []}], "instancesVisibility": "All"}`,
		`{"minorVersions": [{"minorVersion": "v001"}, {"minorVersion": "2", "profileVisibility": null}]}`+"\n{}\n[]\n\n{")
}
