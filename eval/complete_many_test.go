package eval

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// TestCompleteAmongMany: in a large map keys are found wherever the walk meets them, and those that are
// compared many at a time are the ones that fit.
func TestCompleteAmongMany(t *testing.T) {
	type entry struct{ n int }
	o := struct {
		texts map[string]*entry
		ints  map[int32]entry
		mixed map[any]int
	}{map[string]*entry{}, map[int32]entry{}, map[any]int{}}
	const n = 20_000
	var texts, ints []string
	for i := range n {
		key := fmt.Sprint("key-", i)
		o.texts[key], o.ints[int32(i-n/2)] = &entry{i}, entry{i}
		texts, ints = append(texts, strconv.Quote(key)), append(ints, strconv.Itoa(i-n/2))
	}
	for i := range 100 {
		o.mixed[i] = i
	}
	o.texts[""], o.texts["a\x00b"] = nil, nil
	reg := registry.New()
	reg.Expose("o", &o)
	s := NewSession(reg, Limits{Share: 1, Time: time.Hour})
	s.unhurried = true
	for _, tc := range []struct {
		line string
		all  []string
		want string // what they begin with
	}{
		{`o.texts["key-4321`, texts, `"key-4321`},
		{`o.texts["key-`, texts, `"key-`},
		{`o.texts["none`, texts, `"none`},
		{`o.ints[72`, ints, `72`},
		{`o.ints[99999`, ints, `99999`},
	} {
		var want []string
		for _, key := range tc.all {
			if strings.HasPrefix(key, tc.want) {
				want = append(want, key)
			}
		}
		got, cut := keysOf(s, tc.line, len(want))
		slices.Sort(want)
		if cut {
			for _, key := range got {
				if !slices.Contains(want, key) {
					t.Errorf("%s: %s does not fit", tc.line, key)
				}
			}
			if len(got) != maxProposals {
				t.Errorf("%s: %d of %d proposed", tc.line, len(got), len(want))
			}
		} else if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", tc.line, got, want)
		}
	}
	if got, _ := keysOf(s, `o.texts["a`, 1); !slices.Equal(got, []string{`"a\x00b"`}) {
		t.Errorf("a hostile key: %q", got)
	}
	if got, _ := keysOf(s, `o.mixed[7`, 11); len(got) != 11 {
		t.Errorf("of keys that are interfaces: %q", got)
	}
}

// keysOf returns the keys that are proposed for line, sorted as texts. cut says that there are more
// than are proposed.
func keysOf(s *Session, line string, all int) (keys []string, cut bool) {
	for _, c := range s.Complete(line, len(line)) {
		if c.Kind == KindKey {
			keys = append(keys, strings.TrimSuffix(c.Text, "]"))
		}
	}
	slices.Sort(keys)
	return keys, all > maxProposals
}

// TestCompleteHides: among many keys that are compared at once, none that is secret or hidden is
// proposed for what it begins with.
func TestCompleteHides(t *testing.T) {
	o := struct {
		tokens   map[string]bool
		settings map[string]string
		byKey    map[string]int
		long     map[string]int
	}{map[string]bool{}, map[string]string{}, map[string]int{}, map[string]int{}}
	for i := range 3000 {
		key := fmt.Sprint("k", i)
		o.tokens[key], o.settings[key], o.byKey[key], o.long[key] = true, "v", i, i
	}
	secret := "sk_live_" + strings.Repeat("4eC39H", 5)
	o.byKey[secret] = 1
	o.byKey["k "+secret] = 1
	o.settings["password"] = "x"
	o.long["k"+strings.Repeat("x", 100_000)] = 1
	reg := registry.New()
	reg.Expose("o", &o, registry.Hide("byKey.k17"))
	s := NewSession(reg, Limits{Share: 1, Time: time.Hour})
	s.unhurried = true
	for _, tc := range []struct {
		line string
		want []string
	}{
		{`o.byKey["sk`, nil},
		{`o.byKey["k sk`, nil},
		{`o.byKey["` + secret[:20], nil},
		{`o.tokens["k299`, nil},
		{`o.settings["pass`, []string{`"password"`}},
		{`o.long["kx`, nil},
		{`o.long["k299`, []string{`"k299"`, `"k2990"`, `"k2991"`, `"k2992"`, `"k2993"`, `"k2994"`, `"k2995"`, `"k2996"`, `"k2997"`, `"k2998"`, `"k2999"`}},
	} {
		got, _ := keysOf(s, tc.line, 0)
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: %q, want %q", tc.line, got, tc.want)
		}
	}
}
