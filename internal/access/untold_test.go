package access

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/sightglass-go/sightglass/internal/secret"
)

func TestStandIn(t *testing.T) {
	if !secret.In(standIn) || len(standIn) > 64 {
		t.Errorf("%q is shown, or too long", standIn)
	}
}

// What Keep must leave out is what a View of the part would hide, for every way to name it.
func TestUntold(t *testing.T) {
	type deep struct {
		Hint, Password string
		Number         int
		Pins           [3]string
	}
	type held struct {
		ID     int
		Name   string
		Token  string
		Gone   string `inspect:"-"`
		Marked string `inspect:"secret"`
		Card   string
		Deep   deep
		Many   [100][100]int
		Secret deep
		Ref    *deep
	}
	_, c := lookAt(t, &struct{ m map[string]held }{map[string]held{"a": {}, "token": {}}}, Hide("*.*.Card"))
	m := must(t, c, ".m")
	names := func(at []uintptr) (names []string) {
		for _, off := range at {
			names = append(names, nameAt(reflect.TypeFor[held](), off))
		}
		return names
	}
	want := []string{"Token", "Gone", "Marked", "Card", "Deep.Password", "Deep.Pins", "Deep.Pins", "Deep.Pins", "Secret.Password", "Secret.Pins", "Secret.Pins", "Secret.Pins"}
	for _, key := range []string{"a", "token"} { // a struct is not hidden by its key, and its fields answer for themselves
		e, err := m.At(key)
		if err != nil {
			t.Fatal(err)
		}
		got := e.untold().At
		if !slices.IsSorted(got) {
			t.Errorf("%s: %v is not sorted", key, got)
		}
		if got := names(got); !slices.Equal(got, want) {
			t.Errorf("%s: %q\nwant %q", key, got, want)
		}
	}
}

// nameAt is the name of the field of t that lies there.
func nameAt(t reflect.Type, off uintptr) string {
	for i := range t.NumField() {
		f := t.Field(i)
		if off < f.Offset || off >= f.Offset+f.Type.Size() {
			continue
		}
		if f.Type.Kind() == reflect.Struct {
			return f.Name + "." + nameAt(f.Type, off-f.Offset)
		}
		return f.Name
	}
	return "?"
}

// What is near a missing field is looked for once, and again for another type or another name.
func TestNearIsLookedForOnce(t *testing.T) {
	type item struct{ Price, Count int }
	type other struct{ Prize int }
	v, c := lookAt(t, &struct {
		items  []*item
		others []*other
	}{[]*item{{}, {}, {}}, []*other{{}}})
	near := func(field string, i int, name string) string {
		_, err := must(t, c, field, i).Member(name)
		var missing *FieldError
		if !errors.As(err, &missing) {
			t.Fatal(err)
		}
		return missing.Near
	}
	for i := range 3 {
		if got := near(".items", i, "Prise"); got != "Price" {
			t.Errorf("element %d: near is %q", i, got)
		}
	}
	v.missed.near = "remembered"
	if got := near(".items", 1, "Prise"); got != "remembered" {
		t.Errorf("near was looked for again, and is %q", got)
	}
	if a, b, c := near(".others", 0, "Prise"), near(".items", 0, "Coumt"), near(".items", 0, "Prise"); a != "Prize" || b != "Count" || c != "Price" {
		t.Error(a, b, c)
	}
}
