package eval

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// A card has texts that must not be told, for every reason there is, between others that may.
type card struct {
	Name   string
	Token  string
	Marked string `inspect:"secret"`
	Gone   string `inspect:"-"`
	Number string // by a pattern
	Note   string // because it looks like a secret
	Deep   struct {
		Hint     string
		Password string
		Pins     [2]string
	}
	Ref *card
}

// A cardKey is a key: no pattern can name a part of one.
type cardKey struct{ Name, Token, Note string }

func newCard(i int, secret string) card {
	c := card{Name: fmt.Sprint("card ", i), Token: secret, Marked: secret, Gone: secret, Number: secret, Note: "Bearer " + secret}
	c.Deep.Hint, c.Deep.Password, c.Deep.Pins = "a hint", secret, [2]string{secret, secret}
	return c
}

// cards holds the same in all the ways by which a walk comes to what it keeps.
type cards struct {
	mu     sync.Mutex
	Racy   map[string]card
	Keyed  map[cardKey]int
	List   []card
	Faces  []any
	Tokens map[string]string
	Texts  map[int]string
	Lists  map[string][]card
	Sync   *sync.Map
	Chan   chan card
	Array  map[string][2]card
}

func newCards(secret string) *cards {
	o := &cards{Racy: map[string]card{}, Keyed: map[cardKey]int{}, Tokens: map[string]string{}, Texts: map[int]string{},
		Lists: map[string][]card{}, Sync: new(sync.Map), Chan: make(chan card, 4), Array: map[string][2]card{}}
	for i := range 4 {
		c := newCard(i, secret)
		o.Racy[c.Name], o.Keyed[cardKey{c.Name, c.Token, c.Note}], o.List, o.Faces = c, i, append(o.List, c), append(o.Faces, c)
		o.Tokens["token"+fmt.Sprint(i)], o.Texts[i] = secret, "Bearer "+secret
		o.Lists["password"], o.Array[c.Name] = append(o.Lists["password"], c), [2]card{c, c}
		o.Sync.Store(c.Name, c)
		o.Chan <- c
	}
	return o
}

// What an answer cost, and which limit it met, does not tell how long a hidden text is.
func TestCostTellsNoSecret(t *testing.T) {
	sources := []string{
		`filter(o.Racy, true)`, `o.Racy`, `map(o.Racy, #)`, `sortBy(o.Racy, .Name)`, `groupBy(o.Racy, len(.Name))`, `find(o.Racy, .Name == "card 2")`, `o.Racy["card 1"]`,
		`values(o.Racy)`, `toPairs(o.Racy)`, `top(o.Racy, 2, .Name)`, `uniq(map(o.Racy, .Name))`, `reduce(o.Racy, #, nil)`, `map(o.Racy, .Deep)`, `map(o.Racy, [.Name, .Token])`,
		`keys(o.Keyed)`, `o.Keyed`, `filter(o.Keyed, # > 1)`, `filter(o.List, true)`, `o.List`, `o.List[1:3]`, `first(o.List)`, `o.List[1]`, `filter(o.Faces, true)`, `o.Faces`, `first(o.Faces)`,
		`o.Tokens`, `filter(o.Tokens, true)`, `map(o.Tokens, #)`, `values(o.Tokens)`, `o.Texts`, `filter(o.Texts, true)`, `values(o.Texts)`, `map(o.Texts, #)`, `o.Texts[1]`,
		`o.Lists`, `filter(o.Lists, true)`, `o.Lists.password`, `o.Sync`, `filter(o.Sync, true)`, `values(o.Sync)`, `filter(o.Chan, true)`, `o.Chan`, `filter(o.Array, true)`, `values(o.Array)`,
		`x = filter(o.Racy, true)`, `json(o.Racy)`, `snap(o.Racy)`, `take(o.Racy, 2)`, `concat(values(o.Racy), values(o.Racy))`,
	}
	reason := func(secret, source string, guarded bool, limits Limits) string {
		reg := registry.New()
		o := newCards(secret)
		opts := []registry.Option{registry.Hide("*.Number", "*.*.Number", "*.*.*.Number", "*.*.*.*.Number")}
		if !guarded {
			reg.Expose("o", &struct {
				Racy   *map[string]card
				Keyed  *map[cardKey]int
				List   *[]card
				Faces  *[]any
				Tokens *map[string]string
				Texts  *map[int]string
				Lists  *map[string][]card
				Sync   *sync.Map
				Chan   *chan card
				Array  *map[string][2]card
			}{&o.Racy, &o.Keyed, &o.List, &o.Faces, &o.Tokens, &o.Texts, &o.Lists, o.Sync, &o.Chan, &o.Array}, opts...)
		} else {
			reg.Expose("o", o, opts...)
		}
		r, err := NewSession(reg, limits).Eval(t.Context(), source)
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(r.Cost.Bytes, " ", r.Cost.Entries, " ", r.Node.Line(0))
	}
	for i, source := range sources {
		if i%attack.Stride(3) != 0 {
			continue
		}
		for _, guarded := range []bool{false, true} {
			short := reason(strings.Repeat("x", 30), source, guarded, Limits{Time: time.Hour})
			for _, n := range []int{200, 3_000, 12_000, 40_000} {
				if long := reason(strings.Repeat("x", n), source, guarded, Limits{Time: time.Hour}); sorted(short) != sorted(long) {
					t.Errorf("%s, guarded %v: a secret of %d bytes is told from one of 30:\n%.300s\n%.300s", source, guarded, n, short, long)
					break
				}
			}
		}
	}
}

// sorted is s with its characters in order: maps are walked in any.
func sorted(s string) string {
	b := strings.Split(s, "")
	slices.Sort(b)
	return strings.Join(b, "")
}
