package variable

import "testing"

// TestStandard: a package of which nobody knows whether it has tags that hide is none of the standard
// library, whatever its path looks like.
func TestStandard(t *testing.T) {
	all := modules{"github.com/sightglass-go/sightglass", "shop", "example.com/lib", "load_test"}
	for pkg, want := range map[string]bool{
		"fmt": true, "net/http": true, "vendor/golang.org/x/net/dns": true, "fmt_test": true,
		"main": false, "shop": false, "shop/store": false, "example.com/lib": false, "example.com/other": false,
		"shop_test": false, "shop/store_test": false, "command-line-arguments": false, "command-line-arguments_test": false, "main_test": false,
		"load_test": false, "load_test/store": false,
	} {
		if got := all.standard(pkg); got != want {
			t.Errorf("%s: %v", pkg, got)
		}
	}
	if (modules{"shop"}).standard("fmt") {
		t.Error("it trusts modules that lack our own")
	}
}

// TestPrefix: names in the debug information have the import path with the linker's escapes, which are
// undone for people.
func TestPrefix(t *testing.T) {
	for pkg, want := range map[string]string{
		"main": "main", "example.com/shop": "example.com/shop", "gopkg.in/yaml.v3": "gopkg.in/yaml%2ev3", "example.com/a.b/c": "example.com/a.b/c",
		"a.b": "a%2eb", "example.com/ümlaut": "example.com/%c3%bcmlaut", "example.com/100%": "example.com/100%25",
	} {
		got := prefixOf(pkg)
		if got != want || pathsIn(got+".Name") != pkg+".Name" {
			t.Errorf("%s: %s, and back %s", pkg, got, pathsIn(got+".Name"))
		}
	}
}
