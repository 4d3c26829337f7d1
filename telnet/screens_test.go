package telnet_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/rig"
	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// TestScreensOfTelnet: what a person sees in a real telnet, at two sizes of the terminal: the
// banner, the prompt, lists of proposals, and a long answer by pages. Read the diff when it changes.
func TestScreensOfTelnet(t *testing.T) {
	rig.Need(t, "telnet")
	for _, size := range []struct{ columns, rows int }{{80, 24}, {120, 40}} {
		name := fmt.Sprintf("screens at %dx%d", size.columns, size.rows)
		t.Run(name, func(t *testing.T) {
			reg := registry.New()
			reg.GuardWait = rig.Patience // the machine may be busy
			reg.Expose("depot", newDepot(), registry.Doc("what is in stock"))
			reg.Expose("limits", &struct{ boxes int }{400}, registry.Frozen())
			// An answer that waited for others on the machine would tell so.
			port := rig.Port(t, rig.Start(t, "tcp", "127.0.0.1:0", &telnet.Server{Registry: reg, Name: "shop@web-7.prod.example.com", Limits: eval.Limits{Share: 1}}))
			s := rig.NewScreen(t, size.columns, size.rows, "telnet 127.0.0.1 "+port)
			var all strings.Builder
			take := func(what string) {
				t.Helper()
				fmt.Fprintf(&all, "== %s\n%s\n", what, functions.ReplaceAllString(s.Text(), "FUNCTIONS"))
			}
			const ready = `^shop@web-7 >\z`
			s.Await(ready)
			take("the banner")
			s.Knows(size.columns)

			s.Keys("Tab")
			s.Await(`^shop@web-7 >\ndepot `)
			take("Tab on an empty line")
			s.Write("depot.items[")
			s.Keys("Tab", "Tab") // the first adds the quote that all keys begin with
			s.Await(`depot\.items\["\n"bolt"\]`)
			take("Tab behind a bracket")
			s.Keys("Tab", "Tab")
			s.Write("n")
			s.Await(`depot\.items\["n\z`)
			take("and typed on")
			s.Keys("Tab")
			s.Await(`"n\n"nail"\]`)
			take("Tab within a key")
			s.Keys("C-u")
			s.Await(ready)

			s.Enter("map(1..60, {{n: #, square: # * #, name: \"row \" + string(#)}})")
			s.Await(`^-- more --[^\n]*\z`)
			take("a long answer")
			s.Keys("Enter")
			s.Await(`^-- more --[^\n]*\z`)
			s.Write("/row 58")
			s.Await(`^/row 58\z`)
			take("a search in it")
			s.Keys("Enter")
			s.Await(ready)
			take("found, and at its end")
			s.Enter("map(1..60, {{n: #}}); 1 + 1")
			s.Await(`^-- more --[^\n]*\z`)
			s.Keys("q")
			s.Await(ready)
			take("left")
			s.Enter("set page off")
			s.Enter("len(depot.itemss)")
			s.Await(`did you mean items\?[^\0]*` + ready)
			take("an error behind the name")
			s.Keys("C-d")
			s.Await(`^THE END$`)
			golden(t, name, all.String())
		})
	}
}

// functions matches the functions at the end of a list, of which there are more every month.
var functions = regexp.MustCompile(`(?ms)^abs\(.*`)
