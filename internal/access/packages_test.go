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
