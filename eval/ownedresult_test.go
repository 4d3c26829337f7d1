package eval

import (
	"fmt"
	"testing"

	"github.com/sightglass-go/sightglass/registry"
)

type ownedName struct{ Name string }

// ownedNames changes its names whenever its owner runs nothing.
type ownedNames struct{ names [100]ownedName }

func (o *ownedNames) set(name string) {
	for i := range o.names {
		o.names[i].Name = name
	}
}

func (o *ownedNames) Faces() (all [100]any) {
	for i := range all {
		all[i] = &o.names[i]
	}
	return all
}

func (o *ownedNames) Refs() (all [100]*ownedName) {
	for i := range all {
		all[i] = &o.names[i]
	}
	return all
}

// TestOwnedThroughResults: what a result leads to is read by the owner, in batches too: the result is a copy, and
// what its interfaces point at is not.
func TestOwnedThroughResults(t *testing.T) {
	o := new(ownedNames)
	o.set("away")
	reg := registry.New()
	reg.Expose("o", o, registry.Methods("Faces", "Refs"), registry.Owner(func(f func()) {
		o.set("owned")
		f()
		o.set("away")
	}))
	for _, lanes := range []int{0, 1, 64} {
		s := NewSession(reg, Limits{})
		s.lanes = lanes
		for _, of := range []string{"Faces", "Refs"} {
			line := fmt.Sprintf("count(o.%s(), .Name == \"owned\")", of)
			if got, err := answer(t, s, line); fmt.Sprint(got) != "100" || err != nil {
				t.Errorf("%s: %v, %v, want 100", line, got, err)
			}
		}
	}
}
