package access

import (
	"errors"
	"strings"
	"testing"
)

// TestPackageErrors: the error for a package of which nothing is exposed says what to do next, also where
// nobody has said why nothing can be read.
func TestPackageErrors(t *testing.T) {
	var o Objects
	o.AddPackages(Packages{Pattern: "example.com/shop", Why: errors.New("the binary has no debug information; build it with go build")})
	o.AddPackages(Packages{Pattern: "example.com/auth", Why: errors.New("the debug information is of another Go release")})
	for pkg, want := range map[string]string{
		"example.com/shop": `no variable of package "example.com/shop" is exposed: the binary has no debug information; build it with go build`,
		"example.com/auth": `no variable of package "example.com/auth" is exposed: the debug information is of another Go release; a file that sightglass vars writes exposes`,
	} {
		_, err := o.Visit(t.Context(), nil, Patience{}).Package(pkg)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// TestPackagesUnnamed: whether the program has a package is told of those only that a call names.
func TestPackagesUnnamed(t *testing.T) {
	var o Objects
	if err := o.Expose("store.limit", new(int), Options{Package: "example.com/store"}); err != nil {
		t.Fatal(err)
	}
	o.AddPackages(Packages{Pattern: "example.com/...", Linked: []string{"example.com/store", "example.com/empty"}})
	for pkg, want := range map[string]string{
		"example.com/empty":         `is exposed: it has none, or all are hidden; the linker drops`,
		"example.com/vault":         `is exposed: the program has no such package; $env has`,
		"example.com/stroe":         `is exposed; did you mean "example.com/store"?`,
		"exmaple.com/store":         `is exposed; did you mean "example.com/store"?`,
		"store":                     `is exposed; did you mean "example.com/store"?`,
		"example.com/stores/of/all": `is exposed: the program has no such package`,
		"secret.org/project":        `is exposed: the application does not name it; registry.Packages("secret.org/project") in the application`,
		"net/http":                  `is exposed: the application does not name it; registry.Packages("net/http") in the application`,
	} {
		_, err := o.Visit(t.Context(), nil, Patience{}).Package(pkg)
		if err == nil || !strings.HasPrefix(err.Error(), "no variable of package \""+pkg+"\" "+want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
