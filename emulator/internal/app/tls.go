package app

import (
	"fmt"

	"github.com/portico-emulator/portico/emulator/internal/api"
)

// Trust returns the environment variables by which a vendor's usual clients, and scripts, trust the CA in a file. A variable
// without a name is a comment.
func (e *Emulator) Trust(vendor, ca string) ([]Variable, error) {
	v := e.server.Plan.Vendor(vendor)
	if v == nil || v.Clients == nil {
		return nil, fmt.Errorf("no client of %q is known", vendor)
	}
	of := func(runtime api.Runtime, others string) string {
		if own := v.Runtimes[runtime]; own != "" {
			return own + ", " + others
		}
		return others
	}
	return []Variable{
		{Name: "SSL_CERT_FILE", Value: ca, Why: of(api.Go, "Go and OpenSSL (not Go on macOS and Windows); it replaces the system's CAs")},
		{Name: "NODE_EXTRA_CA_CERTS", Value: ca, Why: of(api.Node, "Node.js")},
		{Name: "CURL_CA_BUNDLE", Value: ca, Why: "curl"},
		{Name: "REQUESTS_CA_BUNDLE", Value: ca, Why: "Python's requests"},
		{Why: of(api.Java, "Java") + ": keytool -importcert -noprompt -alias portico -file " + ca + " -keystore portico.p12 -storepass portico; " +
			"then java -Djavax.net.ssl.trustStore=portico.p12 -Djavax.net.ssl.trustStorePassword=portico"},
	}, nil
}
