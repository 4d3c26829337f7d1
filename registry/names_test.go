package registry_test

import (
	"testing"

	"github.com/sightglass-go/sightglass/registry"
)

type state int

// TestNamesPanics: what makes no sense is refused as the other calls do it.
func TestNamesPanics(t *testing.T) {
	for about, f := range map[string]func(){
		"none":                  func() { registry.Names(map[state]string{}, registry.New()) },
		"an empty":              func() { registry.Names(map[state]string{1: ""}, registry.New()) },
		"of a number":           func() { registry.Names(map[int]string{1: "one"}, registry.New()) },
		"no constants":          func() { registry.Constants(map[string]state{}, registry.New()) },
		"an empty constant":     func() { registry.Constants(map[string]state{"": 1}, registry.New()) },
		"a constant that is an": func() { registry.Constants(map[string]int{"one": 1}, registry.New()) },
		"one twice":             func() { registry.Names(map[state]string{1: "one", 2: "one"}, registry.New()) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Error(about, "does not panic")
				}
			}()
			f()
		}()
	}
}
