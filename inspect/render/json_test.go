package render_test

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

func TestJSON(t *testing.T) {
	text := func(s string) *render.Node { return render.FromPlain(s, render.Limit{}, "") }
	mapOf := func(keys ...*render.Node) *render.Node {
		n := &render.Node{Shape: inspect.Map}
		for i, k := range keys {
			n.Items = append(n.Items, render.Item{Key: k, Node: render.FromPlain(i, render.Limit{}, "")})
		}
		return n
	}
	nan := render.FromPlain(math.NaN(), render.Limit{}, "")
	for _, tc := range []struct {
		name string
		n    *render.Node
		want string
	}{
		{"nil", nil, `null`},
		{"exact", render.FromPlain([]any{int64(math.MinInt64), uint64(math.MaxUint64), 0.1, 5e-324, math.MaxFloat64, float32(0.1)}, render.Limit{}, ""),
			`[-9223372036854775808,18446744073709551615,0.1,5e-324,1.7976931348623157e+308,0.1]`},
		{"no numbers", render.FromPlain([]any{math.NaN(), math.Inf(1), math.Inf(-1), 1i}, render.Limit{}, ""), `["NaN","+Inf","-Inf","(0+1i)"]`},
		{"invalid UTF-8", text("a\xff\xfe"), "\"a\uFFFD\uFFFD\""},
		{"control", text("\x00\x1b\u0085\u202e\u2028\U000e0001"), `"\u0000\u001b\u0085\u202e\u2028\udb40\udc01"`},
		{"keys of one text", mapOf(nan, nan, text("NaN…2"), text("NaN")), `{"NaN":0,"NaN…2":1,"NaN…2…2":2,"NaN…3":3}`},
		{"keys that are no UTF-8", mapOf(text("a\xff"), text("a\uFFFD"), text("a\xfe")), "{\"a\uFFFD\":0,\"a\uFFFD…2\":1,\"a\uFFFD…3\":2}"},
		{"keys like ours", mapOf(text("…"), text("……")), `{"……":0,"………":1}`},
		{"keys hidden", mapOf(&render.Node{Hidden: true}, &render.Node{Hidden: true}), `{"<redacted>":0,"<redacted>…2":1}`},
		{"hidden holds nothing", &render.Node{Hidden: true, Shape: inspect.Scalar, Scalar: "s", Text: "s", Len: 7}, `{"…":{"redacted":true}}`},
		{"a float without text", &render.Node{Shape: inspect.Scalar, Scalar: 1.5}, `1.5`},
		{"all notes", &render.Node{Shape: inspect.List, Mark: inspect.Torn, Err: "e", Cut: &render.Cut{More: 2, Path: "p"}, Items: []render.Item{{}}},
			`[null,{"…":{"more":2,"path":"p","error":"e","torn":true}}]`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got := tc.n.JSON()
			if string(got) != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
			if !json.Valid(got) {
				t.Errorf("not valid: %s", got)
			}
			if again, err := json.Marshal(tc.n); err != nil || !json.Valid(again) {
				t.Errorf("json.Marshal: %v", err)
			}
		})
	}
}

// TestOneOrder: Go's order of a map changes from walk to walk; what is shown does not.
func TestOneOrder(t *testing.T) {
	m := map[any]any{}
	for i := range 40 {
		m[i], m[float64(i)+0.5], m[string(rune('a'+i))] = i, i, map[string]int{"a": 1, "b": 2, "c": 3}
	}
	first := render.FromPlain(m, render.Limit{Items: 500}, "x").JSON()
	for range 20 {
		if again := snap(&m, render.Limit{Items: 500}).JSON(); !bytes.Equal(again, first) {
			t.Fatalf("another order:\n%s\n%s", first, again)
		}
	}
}
