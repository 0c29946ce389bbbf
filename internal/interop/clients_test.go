package interop

import (
	"net/http"
	"os"
	"slices"
	"testing"
)

// The clients are generated and compiled, and each calls every operation the server offers, with success at least once.
func TestClients(t *testing.T) {
	compile(t)
	want := offered(t)
	for _, client := range []struct{ script, modules string }{
		{"openapi-fetch", named(t, "openapi-typescript") + ", " + named(t, "openapi-fetch")},
		{"openapi-generator", named(t, "@openapitools/openapi-generator-cli")},
	} {
		t.Run(client.script, func(t *testing.T) {
			s := serve(t, "--demo", "--sandbox", "--data", t.TempDir())
			must(t, "node", "generated/js/"+client.script+".js", s.base)
			answers := s.answered(t)
			for _, operation := range want {
				if !slices.ContainsFunc(answers[operation], func(status int) bool { return status < http.StatusMultipleChoices }) {
					t.Errorf("%s.ts never calls %s with success, which the server offers; it got %v", client.script, operation, answers[operation])
				}
			}
			for operation, statuses := range answers {
				if slices.ContainsFunc(statuses, func(status int) bool { return status >= http.StatusInternalServerError }) {
					t.Errorf("%s was answered with a fault of the server: %v\n%s", operation, statuses, s.text())
				}
			}
			showed(t, client.modules, "calls all %d operations offered", len(want))
		})
	}
}

// compile generates both clients and compiles them, with what calls them, under the compiler's strict rules.
func compile(t *testing.T) {
	t.Helper()
	if err := os.RemoveAll("generated"); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir("generated", 0o755); err != nil {
		t.Fatal(err)
	}
	must(t, "node", "types.mjs", contract, "generated/contract.ts")
	must(t, "java", "-jar", "node_modules/@openapitools/openapi-generator-cli/bin/openapi-generator.jar",
		"generate", "-g", "typescript-fetch", "-i", contract, "-o", "generated/client",
		"--additional-properties=typescriptThreePlus=true,enumPropertyNaming=original",
		"--type-mappings=object=any,AnyType=any") // meta would be a map of objects, into which no text goes
	must(t, "tsc", "-p", ".")
}
