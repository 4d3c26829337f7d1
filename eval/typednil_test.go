package eval

import (
	"errors"
	"fmt"
	"testing"

	"github.com/sightglass-go/sightglass/registry"
)

type (
	// MyErr is an error whose nil pointer is one too.
	MyErr struct{ code int }
	// nilBox has nils in interfaces.
	nilBox struct {
		err, none error
		any       any
		list      any
		dict      any
		ch        any
		fn        any
		plain     *MyErr
		far       any
		errs      []error
		byErr     map[error]int
		byAny     map[any]string
		nilCh     chan int
		nilMap    map[string]int
	}
)

func (e *MyErr) Error() string { return "mine" }

func (b *nilBox) Cause() any { return b.any }

// TestTypedNil: an interface that holds a nil pointer is not nil, as the program has it, and shows
// what it holds.
func TestTypedNil(t *testing.T) {
	var none *MyErr
	err := error(none)
	box := &nilBox{err: err, any: (*nilBox)(nil), list: []int(nil), dict: map[string]int(nil), ch: (chan int)(nil), fn: (func())(nil), far: &none, errs: []error{nil, err, errors.New("x")}, byErr: map[error]int{err: 4}, byAny: map[any]string{err: "typed", nil: "nil"}}
	// The program's own answers.
	if box.err == nil || box.any == nil || box.list == nil || box.dict == nil || box.ch == nil || box.fn == nil || box.far == nil || box.none != nil {
		t.Fatal("Go has it otherwise")
	}
	reg := registry.New()
	reg.Expose("w", box, registry.Frozen(), registry.Methods("Cause", "err.Error"))
	s := NewSession(reg, Limits{})
	for _, line := range []string{"kept = w.err", "copy = snap(w)", "list = [w.err]"} {
		if _, err := s.Eval(t.Context(), line); err != nil {
			t.Fatal(err)
		}
	}
	testShown(t, s, []shownRow{
		{"w.err", "(*eval.MyErr)(nil)"}, {"w.err != nil", "true"}, {"w.err == nil", "false"}, {"nil == w.err", "false"}, {"w.none == nil", "true"}, {"w.none", "nil"}, {"w.plain == nil", "true"}, {"w.plain", "nil"},
		{"w.any != nil", "true"}, {"w.list != nil", "true"}, {"w.dict != nil", "true"}, {"w.ch != nil", "true"}, {"w.fn != nil", "true"}, {"w.far != nil", "true"}, {"w.list", "([]int)(nil)"}, {"w.dict", "(map[string]int)(nil)"}, {"w.ch", "(chan int)(nil)"}, {"w.fn", "(func())(nil)"}, {"w.any", "(*eval.nilBox)(nil)"},
		{"[w.err]", "[(*eval.MyErr)(nil)]"}, {"{e: w.err}", `{"e": (*eval.MyErr)(nil)}`}, {"w.errs", `[]error{nil, (*eval.MyErr)(nil), "x"}`}, {"type(w.err)", `"*eval.MyErr"`}, {"kind(w.err)", `"nil"`}, {"string(w.err)", `"(*eval.MyErr)(nil)"`}, {"json(w.err)", `"null"`}, {"toJSON(w.errs)", `"[\n  null,\n  null,\n  \"x\"\n]"`},
		{"map(w.errs, # != nil)", "[false, true, true]"}, {"count(w.errs, # == nil)", "1"}, {"find(w.errs, # != nil)", "(*eval.MyErr)(nil)"}, {"filter(w.errs, # != nil)", `[(*eval.MyErr)(nil), "x"]`}, {"nil in w.errs", "true"}, {"w.err in w.errs", "true"}, {"w.err in [nil]", "false"}, {"w.err in [w.err]", "true"}, {"len(uniq(w.errs))", "3"}, {"keys(groupBy(w.errs, #))", `[nil, "x", (*eval.MyErr)(nil)]`},
		{"w.err == w.err", "true"}, {"w.err == w.errs[1]", "true"}, {"w.err == w.any", "false"}, {"w.err == w.none", "false"}, {"w.err == 5", "false"},
		// It is kept as it is.
		{"kept", "(*eval.MyErr)(nil)"}, {"kept != nil", "true"}, {"kept == w.err", "true"}, {"copy.err != nil", "true"}, {"copy.err", "(*eval.MyErr)(nil)"}, {"copy.err == w.err", "true"}, {"copy.none == nil", "true"}, {"copy.plain == nil", "true"}, {"copy.errs[1] != nil", "true"}, {"list[0] != nil", "true"}, {"w.Cause() != nil", "true"}, {"w.Cause()", "(*eval.nilBox)(nil)"},
		// There is nothing behind it.
		{"w.err.code", "nil: w.err is nil: it has no .code at 1:7; ?. and ?? read past nil"}, {"w.err?.code", "nil"}, {"w.err.code ?? 1", "1"}, {"kept?.code", "nil"}, {"kept.code ?? 1", "1"}, {"kept.code", "nil: a nil *eval.MyErr has no code at 1:6; write ?.code to get nil then"}, {"kept[0]", "nil: a nil *eval.MyErr has no elements at 1:5; write ?.[…] to get nil then"}, {"w.err ?? 1", "(*eval.MyErr)(nil)"}, {"w.none ?? 1", "1"}, {"get(w.err, \"code\")", "nil"}, {"w.err?.[0:1]", "nil"}, {"len(w.list)", "0"}, {"len(w.dict)", "0"}, {"len(w.err)", "type: a nil *eval.MyErr is not a list or a map at 1:1; give a default with ??, as in xs ?? []"}, {"w.err + 1", "type: a nil *eval.MyErr + an integer makes no sense at 1:7; w.err is an error; give a default with ??, as in x ?? 0"}, {"w.err ? 1 : 2", "type: a condition is true or false, not a nil *eval.MyErr at 1:3; compare it, as in x != nil"},
		// As a key.
		{"w.byErr[w.err]", "4"}, {"w.err in w.byErr", "true"}, {"w.byErr[nil]", "no_key: w.byErr has no such key at 1:8; get() and ?. give nil instead"}, {"w.byAny[w.err]", `"typed"`}, {"w.byAny[nil]", `"nil"`}, {"w.byAny[kept]", `"typed"`}, {"map(w.byErr, w.byErr[#key])", "[4]"}, {"keys(w.byErr)", "[(*eval.MyErr)(nil)]"},
		// A nil channel is empty, as in Go.
		{"len(w.nilCh)", "0"}, {"cap(w.nilCh)", "0"}, {"w.nilCh", "nil"}, {"w.nilCh == nil", "true"}, {"w.nilCh ?? 1", "1"}, {"w.nilMap == nil", "true"}, {"len(w.ch)", "0"}, {"[w.nilCh]", "[nil]"}, {"w.nilCh in [nil]", "true"}, {"w.nilCh?.x", "no_field: w.nilCh (chan int) has no field x at 1:10; dir(w.nilCh) lists what it has"}, {"type(w.nilCh)", `"chan int"`},
	})
}

type (
	person string
	stop   struct{ line, at int }
)

func (p person) String() string { return string(p) }
func (s stop) String() string   { return fmt.Sprint(s.line, s.at) }
func (p person) Error() string  { return string(p) }

// TestKeysInInterfaces: a key behind an interface with methods is found by its value, as one behind
// any is.
func TestKeysInInterfaces(t *testing.T) {
	reg := registry.New()
	reg.Expose("w", &struct {
		byName  map[fmt.Stringer]int
		byErr   map[error]int
		byPair  map[[2]fmt.Stringer]int
		byTwo   map[struct{ a fmt.Stringer }]int
		anyName map[any]int
		both    map[any]string
	}{
		map[fmt.Stringer]int{person("bo"): 3, stop{1, 2}: 4}, map[error]int{person("full"): 1}, map[[2]fmt.Stringer]int{{person("a"), person("b")}: 5},
		map[struct{ a fmt.Stringer }]int{{person("a")}: 6}, map[any]int{person("bo"): 3}, map[any]string{person("x"): "person", "x": "string"},
	}, registry.Frozen())
	testShown(t, NewSession(reg, Limits{}), []shownRow{
		{`w.byName["bo"]`, "3"}, {"w.byName.bo", "3"}, {`"bo" in w.byName`, "true"}, {`"zz" in w.byName`, "false"}, {`5 in w.byName`, "false"}, {"w.byName[{line: 1, at: 2}]", "4"}, {"{line: 1, at: 3} in w.byName", "false"}, {`get(w.byName, "bo")`, "3"}, {`w.byName.zz ?? 0`, "0"}, {`w.byErr["full"]`, "1"}, {`"full" in w.byErr`, "true"},
		{`w.byErr["ful"]`, `no_key: w.byErr has no key "ful" at 1:8; did you mean "full"?`}, {`w.byErr["zzzzzzz"]`, `no_key: w.byErr has no key "zzzzzzz" at 1:8; get() and ?. give nil instead`}, {`w.byPair[["a", "b"]]`, "5"}, {`w.byTwo[{a: "a"}]`, "6"}, {`w.anyName["bo"]`, "3"}, {`w.both["x"]`, `"string"`}, {"w.byName[find(keys(w.byName), # == \"bo\")]", "3"}, {"sum(keys(w.byName), w.byName[#])", "7"},
	})
}
