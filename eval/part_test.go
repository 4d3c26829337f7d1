package eval

import (
	"testing"

	"github.com/sightglass-go/sightglass/registry"
)

type (
	deep  struct{ Depth int }
	byPtr struct {
		*deep
		Name string
	}
	byValue struct {
		deep
		Name string
	}
)

// TestParts: a part is what Go has: of an array a slice, of a text its bytes.
func TestParts(t *testing.T) {
	reg := registry.New()
	reg.Expose("w", &struct {
		a     [5]int
		id    [4]byte
		s     []int
		text  string
		empty string
		none  [3]string
	}{[5]int{1, 2, 3, 4, 5}, [4]byte{0, 1, 2, 255}, make([]int, 3, 10), "日本語テキスト", "", [3]string{}}, registry.Frozen())
	testShown(t, NewSession(reg, Limits{}), []shownRow{
		{"w.a[1:3]", "[]int{2, 3}"}, {"type(w.a[1:3])", `"[]int"`}, {"type(w.a)", `"[5]int"`}, {"w.a", "[5]int{1, 2, 3, 4, 5}"}, {"w.a[:]", "[]int{1, 2, 3, 4, 5}"}, {"w.a[1:4][1:2]", "[]int{3}"}, {"[w.a[1:3]]", "[[]int{2, 3}]"}, {"w.a[1:3] == [2, 3]", "true"}, {"w.a[1:3][0]", "2"}, {"cap(w.a[1:3])", "4"}, {"cap(w.a)", "5"}, {"cap(w.s[1:2])", "9"}, {"len(w.a[1:3])", "2"}, {"kind(w.a[1:3])", `"array"`}, {"path(w.a[1:3])", `"w.a[1:3]"`}, {"w.a[1:3] + 1", "type: a []int + an integer makes no sense at 1:10; w.a[1:3] is a []int"}, {"x = w.a[1:3]", "[]int{2, 3}"}, {"type(x)", `"[]int"`}, {"snap(w.a[1:3])", "[]int{2, 3}"}, {"w.id[1:3]", "[]byte(0x0102)"}, {"w.id", "[4]byte(0x000102ff)"},
		// Of text, len counts what [:] does.
		{"w.text[:len(w.text)]", `"日本語テキスト"`}, {"len(w.text)", "21"}, {`w.text[:indexOf(w.text, "テ")]`, `"日本語"`}, {`len(split(w.text, ""))`, "7"}, {"w.text[:3]", `"日"`}, {`len("é")`, "2"}, {`"日本語"[:len("日本語")]`, `"日本語"`}, {"let s = w.text; s[:len(s)] == s", "true"}, {"w.text[len(w.text) - 3:]", `"ト"`},
		{"w.empty", `""`}, {"[w.empty]", `[""]`}, {`""`, `""`}, {"w.none", `[3]string{"", "", ""}`}, {"len(w.empty)", "0"}, {`upper("")`, `""`},
	})
}

// TestLiteralOfEmbedded: a struct is compared field by field with a literal, and an embedded one is a
// field.
func TestLiteralOfEmbedded(t *testing.T) {
	reg := registry.New()
	reg.Expose("w", &struct {
		o, same, other, none, nil byPtr
		v                         byValue
		list                      []byPtr
	}{byPtr{&deep{9}, "full"}, byPtr{&deep{9}, "full"}, byPtr{&deep{8}, "full"}, byPtr{}, byPtr{}, byValue{deep{9}, "x"}, []byPtr{{nil, "a"}, {&deep{9}, "full"}}}, registry.Frozen())
	testShown(t, NewSession(reg, Limits{}), []shownRow{
		{`w.o == {deep: {Depth: 9}, Name: "full"}`, "true"}, {`w.o == {deep: {Depth: 8}, Name: "full"}`, "false"}, {`w.o == {deep: nil, Name: "full"}`, "false"}, {`w.none == {deep: nil, Name: ""}`, "true"}, {`w.none == {deep: {Depth: 0}, Name: ""}`, "false"}, {`w.v == {deep: {Depth: 9}, Name: "x"}`, "true"}, {`w.v != {deep: {Depth: 9}, Name: "y"}`, "true"}, {`{deep: {Depth: 9}, Name: "full"} in w.list`, "true"},
		{"w.o == w.same", "true"}, {"w.o == w.other", "false"}, {"w.o == w.none", "false"}, {"w.none == w.nil", "true"}, {"len(uniq([w.none, w.nil, w.o, w.same]))", "2"}, {"w.none in w.list", "false"}, {"w.o in w.list", "true"}, {"snap(w.o) == w.o", "true"}, {"toJSON(w.none)", `"{\n  \"deep\": null,\n  \"Name\": \"\"\n}"`}, {"toJSON(w.o)", `"{\n  \"deep\": {\n    \"Depth\": 9\n  },\n  \"Name\": \"full\"\n}"`},
		{`w.o == {Depth: 9, Name: "full"}`, "type: an eval.byPtr has a field Depth in an embedded struct at 1:5; name that struct, as in {deep: {Depth: …}}"}, {`w.o == {Name: "full"}`, "type: an eval.byPtr has a field deep, which the literal does not name at 1:5; name all its fields, or compare one, as in x.deep == …"}, {`w.o == {deep: {}, Name: "full"}`, "type: a *eval.deep has a field Depth, which the literal does not name at 1:5; name all its fields, or compare one, as in x.Depth == …"}, {`w.o == {dep: 1, deep: nil, Name: ""}`, "no_field: w.o (eval.byPtr) has no field dep at 1:5; did you mean deep?"},
	})
}
