package eval

import (
	"container/list"
	circle "container/ring"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

type (
	// parcel has what interfaces hold, in its fields.
	parcel struct {
		weight  int
		owner   party
		payload any
		err     error
		always  party // never nil
		number  any   // always one
		label   string
		next    *parcel
	}

	party interface{ name() string }

	sender struct{ first, nick string }
	firm   struct {
		pad   [3]int
		nick  string
		first string
		size  int8
	}
	hauler struct {
		mu    sync.Mutex
		first string
		owner any
		count int
	}
	bale struct {
		label  string
		weight int8
		next   any
	}
	secretName string // hidden by the name of its type
	apiToken   string

	// parcels has interfaces as elements and below them.
	parcels struct {
		mu      sync.RWMutex
		mixed   []any          // of several types, nil, and nil pointers
		alike   []any          // *parcel alone
		boxed   []any          // parcel alone
		ints    []any          // numbers of several types
		kin     []any          // of several types, all of which have a weight
		numbers []any          // nothing but ints and float64s
		texts   map[string]any // texts, secrets among them, and numbers
		byName  map[string]any
		byError map[int]error
		owners  []party
		list    []*parcel
		values  map[string]parcel
		locked  []any      // *hauler
		synced  sync.Map   // of what mixed has
		kept    sync.Map   // *parcel alone, by number
		keyed   sync.Map   // texts by keys of several types
		named   sync.Map   // parcel alone, by names
		chained *list.List // of what mixed has
		chain   list.List  // *parcel alone
		ring    *circle.Ring
	}
)

func (p *sender) name() string    { return p.first }
func (c firm) name() string       { return c.first }
func (g *hauler) name() string    { return g.first }
func (s secretName) name() string { return string(s) }

func newParcels(n int) *parcels {
	s := &parcels{texts: map[string]any{}, byName: map[string]any{}, byError: map[int]error{}, values: map[string]parcel{}, chained: list.New(), ring: circle.New(n)}
	for i := range n {
		p := &parcel{weight: i, label: fmt.Sprint("label ", i%5), payload: i}
		owners := []party{&sender{"ann", fmt.Sprint(i % 3)}, firm{nick: "c", first: "bob", size: int8(i)}, &hauler{first: "eve", owner: i}}
		p.owner = owners[i%7%2]
		switch i % 11 {
		case 4:
			p.payload = float64(i) / 4
		case 5:
			p.payload = &parcel{weight: -i}
		case 6:
			p.payload, p.err = "text", io.EOF
		case 7:
			p.payload, p.err = int8(i), fmt.Errorf("sends %d: %w", i, errors.New("lost"))
		case 8:
			p.payload = uint64(i) << 50
		}
		switch {
		case i%29 == 11:
			p.owner = owners[2]
		case i%37 == 13:
			p.owner, p.payload = nil, nil
		case i%41 == 17:
			p.owner, p.payload = (*sender)(nil), (*parcel)(nil)
		case i%43 == 19:
			p.owner, p.payload = secretName("hush"), apiToken("hush")
		case i%47 == 20 && i > 100:
			p.err = errors.New("cannot see https://u:hunter2@host/")
			p.payload = "see https://u:hunter2@host/"
		}
		p.always, p.number = []party{&sender{"ann", fmt.Sprint(i % 3)}, firm{nick: "c", first: "bob", size: int8(i)}}[i%5%2], []any{i, float64(i) / 2, int8(i), i}[i%13%4]
		p.next = &parcel{weight: 2 * i, always: p.always, payload: p.payload}
		key := []string{"plain", "password", "pin", "apiKey", "tokens", "monkey"}[i%31%6] + fmt.Sprint(" ", i)
		mixed := []any{p, *p, p, p, &sender{"ann", "a"}, p, nil, (*parcel)(nil), p, "text", p, i}[i%97%12]
		s.mixed, s.alike, s.boxed = append(s.mixed, mixed), append(s.alike, p), append(s.boxed, *p)
		s.kin = append(s.kin, []any{p, *p, &bale{weight: int8(i), label: "bale"}, bale{weight: int8(-i)}, p}[i%7%5])
		s.numbers = append(s.numbers, []any{i, float64(i) / 2, i, i * i}[i%17%4])
		s.ints = append(s.ints, []any{i, int64(-i), uint8(i), time.Duration(i), i * 2, 2.5, int32(i), i}[i%53%8])
		s.texts[key] = []any{p.label, "see https://u:hunter2@host/", strings.Repeat("long", 999), apiToken("t"), p.label, "", labelOfShelf("named"), p.label}[i%19%8]
		s.byName[key], s.byError[i], s.owners, s.list = p, p.err, append(s.owners, p.owner), append(s.list, p)
		s.values[key] = *p
		s.synced.Store(key, mixed)
		s.kept.Store(i, p)
		s.keyed.Store([]any{key, i, labelOfShelf(key), float64(i), nil, time.Unix(int64(i), 0), [2]int{i}, i, key}[i%23%9], s.texts[key])
		s.named.Store(key, *p)
		s.chained.PushBack(mixed)
		s.chain.PushBack(p)
		s.ring.Value = p
		s.ring = s.ring.Next()
		s.locked = append(s.locked, &hauler{first: fmt.Sprint(i % 4), owner: i, count: i})
	}
	return s
}

// TestInterfaces: what interfaces hold is the same, costs the same and is hidden in the same way whether it is read in
// batches or one by one.
func TestInterfaces(t *testing.T) {
	t.Parallel()
	collections := strings.Fields("s.kin s.numbers s.mixed s.alike s.boxed s.ints s.texts s.byName s.byError s.owners s.list s.values s.locked s.alike[3:90] filter(s.alike,.weight>3) s.synced s.kept s.keyed s.named s.chained s.chain s.ring s.kept[3:90] s.chain[3:90] filter(s.kept,.weight>3)")
	chains := strings.Fields("# .weight .label .always .always.first .always.nick .number .next.always.first .owner .owner.first .owner.nick .owner.size .payload .payload.weight .err .next.owner.first .next.payload .first .nick .count .next.weight #.payload #key")
	templates := []string{
		"count(%s, %s > 100)", "count(%s, %s == \"ann\")", "count(%s, %s == nil)", "count(%s, %s != nil and #index > 3)", "sum(%s, %s)", "filter(%s, %s < 9)", "find(%s, %s startsWith \"b\")", "map(%s, %s)",
		"freq(%s, %s)", "top(%s, 5, %s)", "max(%s, %s)", "sortBy(%s, %s)[:3]", "groupBy(%s, %s)", "count(%s, (%s ?? 0) > 3)", "count(%s, %s == %[2]s)", "map(filter(%s, #index %% 3 == 1), %s)", "sum(%s)", "max(%s)", "freq(%s)", "sort(%s)[:4]",
		"count(%s, len(%s) > 3)", "any(%s, %s in [4, 5, 90])", "mean(%s, %s * 2)", "reduce(%s, #acc + %s, 0)", "hist(%s, %s)", "count(%s, string(%s) contains \"e\")", "count(%s, .owner?.first == \"ann\")", "count(%s, (.payload?.weight ?? 7) < 9)", "count(%s, %s?.weight == nil)",
	}
	object := newParcels(150)
	var mu sync.RWMutex
	policies := map[string][]registry.Option{
		"found":   nil,
		"frozen":  {registry.Frozen()},
		"guarded": {registry.Guard(&mu)},
		"owned":   {registry.Owner(func(f func()) { f() })},
		"hiding":  {registry.Hide("alike.*.weight", "*.*.owner.nick", "byName.*.payload.weight", "*.*.err", "ints.*.x", "kept.*.weight", "*.*.owner.first", "chain.*.next.weight", "keyed.17", "named.pin 2")},
	}
	turn := 0
	for policy, options := range policies {
		reg := registry.New()
		reg.GuardWait = time.Hour
		reg.Expose("s", object, options...)
		if policy == "hiding" {
			reg.Lens(func(p *sender) any { return struct{ Shown string }{p.nick} })
		}
		many, slow := NewSession(reg, Limits{Time: time.Hour}), NewSession(reg, Limits{Time: time.Hour})
		slow.single = true
		for _, source := range []string{"count(s.list, .err == nil)", "count(s.list, .payload == nil)", "count(s.list[:100], .err != nil)", "filter(s.values, .err == nil and .weight > 9)"} {
			if got, want := both(t, many, slow, source); got != want {
				t.Errorf("%s: %s:\n%.1500s\nwant, one by one,\n%.1500s", policy, source, got, want)
			}
		}
		for c, collection := range collections {
			for n, chain := range chains {
				for i, template := range templates {
					if turn++; (turn*7+i+3*n+5*c)%attack.Stride(907) != 0 {
						continue
					}
					source := fmt.Sprintf(template, collection, chain)
					if k := strings.Index(source, "%!(EXTRA"); k >= 0 {
						source = source[:k]
					}
					many.lanes = []int{0, 1, 2, 3, 63, 64, 65}[turn%7]
					if got, want := both(t, many, slow, source); got != want {
						t.Errorf("%s: %d lanes: %s:\n%.1500s\nwant, one by one,\n%.1500s", policy, many.lanes, source, got, want)
					}
				}
			}
		}
	}
}
