package eval

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass-go/sightglass/registry"
)

type (
	PIN     string
	codeKey struct{ Passcode int }
	berth   struct {
		Row int
		pin string `inspect:"secret"`
	}
	gone struct {
		Row  int
		seat int `inspect:"-"`
	}
	either  struct{ A, B any }
	session struct{ Name string }
)

type users struct {
	users    map[PIN]string
	numbers  map[Passcode]string
	structs  map[codeKey]string
	tagged   map[berth]string
	absent   map[gone]string
	arrays   map[[2]PIN]string
	anys     map[any]string
	parts    map[either]string
	synced   sync.Map
	tokens   map[string]*session
	pins     map[int]*session
	secrets  map[any]*session
	creds    map[string]*session
	cookies  map[string]*session
	plain    map[string]string
	numbered map[int]string
}

// Passcode is a number that is hidden for the name of its type.
type Passcode int

func newUsers(pin int) *users {
	text := PIN(fmt.Sprint(pin))
	u := &users{
		users: map[PIN]string{text: "Ann"}, numbers: map[Passcode]string{Passcode(pin): "Ann"}, structs: map[codeKey]string{{pin}: "Ann"},
		tagged: map[berth]string{{1, string(text)}: "Ann"}, absent: map[gone]string{{1, pin}: "Ann"}, arrays: map[[2]PIN]string{{text, "x"}: "Ann"},
		anys:   map[any]string{text: "Ann", Passcode(pin): "Bob", codeKey{pin}: "Eve", berth{2, string(text)}: "Joe", "known": "Kim"},
		parts:  map[either]string{{text, 1}: "Ann", {Passcode(pin), 2}: "Bob", {berth{3, string(text)}, 3}: "Eve"},
		tokens: map[string]*session{string(text): {"Ann"}}, pins: map[int]*session{pin: {"Ann"}}, secrets: map[any]*session{pin: {"Ann"}},
		creds: map[string]*session{"bob": {"Bob"}}, cookies: map[string]*session{"sid": {"Sid"}},
		plain: map[string]string{"a": "b"}, numbered: map[int]string{7: "seven"},
	}
	u.synced.Store(text, "Ann")
	u.synced.Store(Passcode(pin), "Bob")
	u.synced.Store("known", "Kim")
	return u
}

// tries are ways to try keys; %s stands for a map, %k for how a number is written as its key.
var tries = []string{
	`filter(4700..4999, %k in %s)`, `count(4700..4999, get(%s, %k) != nil)`, `%s[%p]`, `%s?.[%p]`, `%s[%p] ?? "none"`, `get(%s, %p)`, `%p in %s`, `not (%p in %s)`,
	`%s == {}`, `{"4711": "Ann"} == %s`, `%s == {"4711": "Ann"}`, `%s == %s`, `%s["4712"]`, `%s["471"]`, `%s.known`, `%p in keys(%s)`, `keys(%s)`, `sort(keys(%s))`,
	`map(%s, #key)`, `find(%s, #key == %p)`, `count(%s, #key == %p)`, `filter(%s, #key == %p)`, `%p in filter(%s, true)`, `get(filter(%s, true), %p)`, `filter(%s, true)[%p]`,
	`toPairs(%s)`, `groupBy(%s, #key)`, `freq(%s, #key)`, `top(%s, 1, #key)`, `hist(%s, #key)`, `sortBy(%s, #key)`, `min(keys(%s))`, `max(keys(%s))`, `uniq(keys(%s))`, `join(keys(%s), ",")`,
	`sum(keys(%s))`, `reduce(%s, #key, "")`, `string(%s)`, `toJSON(%s)`, `json(%s)`, `%s`, `x = %s`, `x[%p]`, `%p in x`, `s = snap(%s)`, `s[%p]`, `%p in s`, `diff(s, %s)`, `diff(%s, {"4711": "Ann"})`,
	`%s[0:1]`, `take(%s, 1)`, `fromPairs(map(toPairs(%s), #))`, `size(%s)`, `tree(%s)`, `help(%s)`, `{"4711": 1}[first(keys(%s))]`, `map(4700..4999, %s?.[%k])`, `find(4700..4999, %k in %s)`,
}

// TestHiddenKeysCannotBeTried: two worlds that differ in hidden keys alone say the same to everything that is tried.
func TestHiddenKeysCannotBeTried(t *testing.T) {
	maps := map[string][]string{
		"users": {"string(#)", `"4711"`}, "numbers": {"#", "4711"}, "structs": {"{Passcode: #}", "{Passcode: 4711}"},
		"tagged": {"{Row: 1, pin: string(#)}", `{Row: 1, pin: "4711"}`}, "absent": {"{Row: 1, seat: #}", "{Row: 1, seat: 4711}"},
		"arrays": {`[string(#), "x"]`, `["4711", "x"]`}, "anys": {"string(#)", `"4711"`}, "parts": {"{A: string(#), B: 1}", `{A: "4711", B: 1}`},
		"synced": {"string(#)", `"4711"`}, "tokens": {"string(#)", `"4711"`}, "pins": {"#", "4711"}, "secrets": {"#", "4711"},
	}
	more := []string{
		`4711 in up.anys`, `{Passcode: 4711} in up.anys`, `{Row: 2, pin: "4711"} in up.anys`, `filter(4700..4999, # in up.anys)`, `up.anys[4711]`, `up.anys[int64(4711)]`, `up.anys[eval.passcode(4711)]`, `up.parts[int32(4711)]`, `up.synced[int64(4711)]`, `up.anys == {"known": "Kim"}`,
		`{A: 4711, B: 2} in up.parts`, `{A: {Row: 3, pin: "4711"}, B: 3} in up.parts`, `4711 in up.synced`, `filter(4700..4999, # in up.synced)`, `up.synced[4711]`, `count(4700..4999, get(up.synced, #) != nil)`,
	}
	outcome := func(pin int) (out []string) {
		reg := registry.New()
		reg.Expose("up", newUsers(pin), registry.Frozen())
		s := NewSession(reg, Limits{})
		say := func(source string) {
			said := strings.ReplaceAll(said(t, s, source), "4711", "")
			if strings.Contains(said, fmt.Sprint(pin)) {
				t.Errorf("%s: %s", source, said)
			}
			out = append(out, source+": "+said)
		}
		for name, keys := range maps {
			if name == "anys" || name == "parts" || name == "synced" {
				continue
			}
			for _, try := range tries {
				say(strings.NewReplacer("%s", "up."+name, "%k", keys[0], "%p", keys[1]).Replace(try))
			}
		}
		for _, name := range []string{"anys", "parts", "synced"} {
			for _, try := range tries[:11] {
				say(strings.NewReplacer("%s", "up."+name, "%k", maps[name][0], "%p", maps[name][1]).Replace(try))
			}
		}
		for _, source := range more {
			say(source)
		}
		for name := range maps {
			for _, line := range []string{"up." + name + `["`, "up." + name + `["47`, "up." + name + "."} {
				out = append(out, line+": "+fmt.Sprint(s.Complete(line, len(line))))
			}
		}
		return out
	}
	index := func(list []string) map[string]bool {
		m := map[string]bool{}
		for _, line := range list {
			m[line] = true
		}
		return m
	}
	one, two := outcome(4711), index(outcome(4984))
	for _, line := range one {
		if !two[line] {
			t.Errorf("it depends on the key:\n%.600s", line)
		}
	}
}

// TestKeysThatAreFound: what is not hidden is looked up as ever.
func TestKeysThatAreFound(t *testing.T) {
	reg := registry.New()
	reg.Expose("up", newUsers(4711))
	s := NewSession(reg, Limits{})
	for source, want := range map[string]any{
		`up.creds.bob.Name`: "Bob", `up.cookies["sid"].Name`: "Sid", `up.plain.a`: "b", `up.numbered[7]`: "seven", `"known" in up.anys`: true, `up.anys["known"]`: "Kim",
		`up.synced.known`: "Kim", `"known" in up.synced`: true, `get(up.synced, "unknown") == nil`: true, `count(up.tokens, .Name == "Ann")`: 1, `7 in up.numbered`: true,
	} {
		if x, err := answer(t, s, source); err != nil || x != want {
			t.Errorf("%s: %v, %v, want %v", source, x, err, want)
		}
	}
	for source, want := range map[string]string{
		`string(1) in up.users`: "the keys of up.users are redacted: none can be looked up", `up.tokens["x"]`: "the keys of up.tokens are redacted",
	} {
		if got := shown(t, s, source); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}

// TestKeysThatNoMapHas: what cannot be a key of the application is none, and is not copied to learn
// that.
func TestKeysThatNoMapHas(t *testing.T) {
	reg := registry.New()
	reg.Expose("up", newUsers(4711))
	s := NewSession(reg, Limits{})
	for _, key := range []string{"(1..1000000000)", "fromPairs([[1, 2]])", "groupBy([1, 2], #)"} {
		if x, err := answer(t, s, key+" in up.anys"); err != nil || x != false {
			t.Errorf("%s in up.anys: %v, %v", key, x, err)
		}
		if _, err := answer(t, s, "up.anys["+key+"]"); codeOfError(err) != "no_key" {
			t.Errorf("up.anys[%s]: %v", key, err)
		}
		if _, err := answer(t, s, key+" in up.plain"); codeOfError(err) != "type" {
			t.Errorf("%s in up.plain: %v", key, err)
		}
		if _, err := answer(t, s, key+" in up.users"); codeOfError(err) != "redacted" {
			t.Errorf("%s in up.users: %v", key, err)
		}
	}
}

// TestPassingEnds: no list is so deep that passing it to the application exhausts the stack.
func TestPassingEnds(t *testing.T) {
	reg := registry.New()
	reg.Expose("up", newUsers(4711))
	s := NewSession(reg, Limits{})
	for range 2 { // an error leaves nothing behind
		for _, source := range []string{"up.plain[reduce(1..1000, [#acc], 0)]", `reduce(1..1000, [#acc], 0) in up.anys`, `up.plain[reduce(1..1000, fromJSON("{}") == nil ? 0 : [{a: #acc}], 0)]`} {
			if _, err := answer(t, s, source); codeOfError(err) != "budget" {
				t.Errorf("%s: %v", source, err)
			}
		}
	}
	if x, err := answer(t, s, "[1] in up.anys"); x != false || err != nil {
		t.Error(x, err)
	}
}
