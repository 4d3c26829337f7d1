package eval

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

type jsonKeyError struct{}

func (*jsonKeyError) Error() string { return "" }

// TestJSONKeysDiffer: keys that JSON would write alike are told apart, in the same way by all that
// writes JSON, so that no entry is lost to who reads it.
func TestJSONKeysDiffer(t *testing.T) {
	reg := registry.New()
	w := map[string]any{
		"text":  map[string]int{"caf\xe9": 1, "caf\ufffd": 2, "café": 3, "caf\xe8": 4, "a\xff\xfe": 5, "a\ufffd\ufffd": 6},
		"mixed": map[any]int{int32(7): 1, uint8(7): 2, 7: 3, "7": 4, 7.0: 5, float32(7): 6},
		"nils":  map[any]int{nil: 1, 0: 2, "nil": 3, (*jsonKeyError)(nil): 4},
		"one":   map[any]int{1: 10, "1": 20},
	}
	reg.Expose("w", &w, registry.Frozen())
	s := NewSession(reg, Limits{Time: time.Hour})
	for field, want := range map[string]string{
		"text":  `{"a��":6,"a��…2":5,"café":3,"caf�":4,"caf�…2":1,"caf�…3":2}`,
		"mixed": `{"7":6,"7…2":5,"7…3":3,"7…4":1,"7…5":2,"7…6":4}`,
		"nils":  `{"0":2,"nil":3,"(*eval.jsonKeyError)(nil)":4,"nil…2":1}`,
		"one":   `{"1":10,"1…2":20}`,
	} {
		for _, f := range []string{"toJSON", "json"} {
			source := f + `(w["` + field + `"])`
			r, err := s.Eval(t.Context(), source)
			if err != nil {
				t.Errorf("%s: %v", source, err)
				continue
			}
			var text string
			if err := json.Unmarshal(r.Node.JSON(), &text); err != nil {
				t.Fatal(err)
			}
			var compact bytes.Buffer
			if err := json.Compact(&compact, []byte(text)); err != nil || compact.String() != want {
				t.Errorf("%s: %v, %s\nwant %s", source, err, &compact, want)
			}
		}
	}
}
