package registry

import (
	"slices"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/internal/access"
)

// TestPackagesWhileRead: PackagesIn does not wait while the debug information is read.
func TestPackagesWhileRead(t *testing.T) {
	r := New()
	r.packages.reading.Lock()
	defer r.packages.reading.Unlock()
	PackagesIn(r, "example.com/shop")
	if got := len(r.packages.calls()); got != 1 {
		t.Errorf("%d calls are noted", got)
	}
}

// TestPackagesHide: what one call hides is hidden in what the others expose, in whichever order.
func TestPackagesHide(t *testing.T) {
	const auth, user = "example.com/shop/auth", "example.com/shop/user"
	hide := func(r *Registry) { PackagesIn(r, auth, Hide("auth.key", "user.name")) }
	all := func(r *Registry) { PackagesIn(r, "example.com/shop/...") }
	variables := []inspect.Variable{{Package: auth, Name: "key", Pointer: new(string)}, {Package: auth, Name: "n", Pointer: new(int)}, {Package: user, Name: "name", Pointer: new(string)}}
	for _, calls := range [][]func(*Registry){{hide, all}, {all, hide}} {
		r := New()
		for _, call := range calls {
			call(r)
		}
		var objects access.Objects
		for _, p := range r.packages.calls() {
			read := readPackages{names: map[string]string{auth: "auth", user: "user"}, all: r.packages.calls()}
			for _, v := range variables {
				if p.has(v.Package) {
					read.variables = append(read.variables, v)
				}
			}
			exposeVariables(&objects, p, read)
		}
		var names []string
		for _, e := range objects.Entries() {
			names = append(names, e.Name)
		}
		if want := []string{"auth.n", "user.name"}; !slices.Equal(names, want) {
			t.Errorf("%q are exposed, want %q", names, want)
		}
	}
}
