package eval

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// question makes expressions over the shelves of TestBatches of any bytes. Most of them make sense.
type question struct {
	attack.Choices
	inside string // the kind of x, which a let has declared
}

// What a question is made of, by kind. Anything is of no kind.
var (
	fuzzedCollections = strings.Fields("s.pointers s.values s.array s.byName s.byNumber s.linked s.shared values(s.byName) s.pointers[3:90] s.values[:70] s.byName[2:50] s.locked s.lockedIn s.lockedBy s.anyBy s.names s.labels s.smalls s.sides s.nexts " + shelfCollections)
	fuzzedChains      = map[string][]string{
		"number":   strings.Fields(".Hits .small .count .wide .word .half .ratio .turns .Deep .in.a.b #index .footOfShelf.Deep .next.Hits .next.next.Hits .link.Hits .link.count #"),
		"text":     strings.Fields(".Name .note .Label .next.Name .footOfShelf.Label .text .link.Name .link.note #"),
		"duration": strings.Fields(".left .long .next.left"),
		"time":     strings.Fields(".when .next.when"),
		"bool":     strings.Fields(".yes .on .next.yes"),
		"many":     strings.Fields(".list .byName .queue .next.list .byHits .chans .ch .link.list .link.byName"),
		"any":      strings.Fields(shelfChains + " # #key #index .list .byName .queue .secrets"),
	}
	fuzzedConstants = map[string][]string{
		"number":   strings.Fields("0 1 7 -3 2.5 50 150 0.33333334 18446744073709551615 9223372036854775807 big low lim config.limit config.half config.ratio 1e300"),
		"text":     {`"item 1"`, `"foot"`, `"7"`, `""`, `"item 3"`, "config.name", "config.text"},
		"duration": {"1m", `duration("1h")`, "config.left", "0s"},
		"time":     {`date("2040-01-01T00:00:05Z")`, `date("1970-01-01T00:00:05Z")`, "config.when"},
		"bool":     {"true", "false", "config.yes"},
		"any":      {"nil", "config.token", "config.any", "config.none.limit", `"One"`},
	}
	fuzzedKinds = []string{"number", "number", "number", "text", "text", "duration", "time", "bool"}
)

func (q *question) of(list ...string) string { return list[int(q.Byte())%len(list)] }

// collection is something to walk.
func (q *question) collection(depth int) string {
	if depth > 0 && q.Some(3) {
		switch q.Byte() % 5 {
		case 0:
			return "map(" + q.collection(depth-1) + ", " + q.value(q.of(fuzzedKinds...), depth-1) + ")"
		case 1:
			return "filter(filter(" + q.collection(depth-1) + ", " + q.condition(1) + "), " + q.condition(1) + ")"
		}
		return "filter(" + q.collection(depth-1) + ", " + q.condition(depth-1) + ")"
	}
	return q.of(fuzzedCollections...)
}

// value is a value of an element.
func (q *question) value(kind string, depth int) string {
	if q.Some(40) {
		kind = "any"
	}
	if depth <= 0 || kind == "any" || kind == "many" || q.Some(3) {
		if kind == q.inside && q.Some(3) {
			return "x"
		}
		return q.of(fuzzedChains[kind]...)
	}
	a := q.value(kind, depth-1)
	switch q.Byte() % 8 {
	case 0:
		return "(" + q.condition(depth-1) + " ? " + a + " : " + q.value(kind, depth-1) + ")"
	case 1:
		return "(" + q.of(fuzzedChains[kind]...) + " ?? " + q.of(q.constant(kind), q.value(kind, depth-1)) + ")"
	case 2:
		if q.inside == "" {
			q.inside = kind
			in := q.value(kind, depth-1)
			q.inside = ""
			return "(let x = " + a + "; " + in + ")"
		}
	}
	switch kind {
	case "number":
		switch q.Byte() % 8 {
		case 0, 1, 2:
			return "(" + a + q.of(" + ", " - ", " * ", " / ", " % ", " ** ") + q.of(q.value(kind, depth-1), q.constant(kind)) + ")"
		case 3:
			return "-" + a
		case 4:
			return "len(" + q.value(q.of("text", "many"), depth-1) + ")"
		case 5:
			return q.of("abs", "round", "ceil", "floor", "int", "float") + "(" + a + ")"
		case 6:
			return "(" + q.value("duration", depth-1) + " / " + q.of(q.value("duration", depth-1), q.constant("duration")) + ")"
		case 7:
			return q.of("max", "min") + "(" + a + ", " + q.value(kind, depth-1) + ")"
		}
	case "text":
		switch q.Byte() % 3 {
		case 0:
			return q.of("lower", "upper", "trim") + "(" + a + ")"
		case 1:
			return q.of("trimPrefix", "trimSuffix") + "(" + a + ", " + q.constant(kind) + ")"
		}
		return "(" + a + " + " + q.of(q.constant(kind), q.value(kind, depth-1)) + ")"
	case "duration":
		switch q.Byte() % 3 {
		case 0:
			return "(" + a + q.of(" * ", " / ") + q.of(q.value("number", depth-1), q.constant("number")) + ")"
		case 1:
			return "(" + a + q.of(" + ", " - ") + q.of(q.value(kind, depth-1), q.constant(kind)) + ")"
		}
		return "(" + q.value("time", depth-1) + " - " + q.of(q.value("time", depth-1), `date("1970-01-01T00:00:05Z")`) + ")"
	case "time":
		return "(" + a + q.of(" + ", " - ") + q.of(q.value("duration", depth-1), q.constant("duration")) + ")"
	case "bool":
		return q.condition(depth - 1)
	}
	return a
}

func (q *question) constant(kind string) string {
	if q.Some(40) {
		kind = "any"
	}
	return q.of(fuzzedConstants[kind]...)
}

// condition is one that an element meets or not.
func (q *question) condition(depth int) string {
	if depth > 0 {
		switch q.Byte() % 8 {
		case 0:
			return "(" + q.condition(depth-1) + q.of(" and ", " or ") + q.condition(depth-1) + ")"
		case 1:
			return "not (" + q.condition(depth-1) + ")"
		case 2:
			return "(" + q.condition(depth-1) + " ? " + q.condition(depth-1) + " : " + q.condition(depth-1) + ")"
		}
	}
	kind := q.of(fuzzedKinds...)
	ops := []string{" > ", " >= ", " < ", " <= ", " == ", " != "}
	if kind == "bool" {
		ops = ops[4:]
	}
	op, a := q.of(ops...), q.value(kind, depth)
	switch q.Byte() % 8 {
	case 0:
		switch kind {
		case "text":
			return a + q.of(" contains ", " startsWith ", " endsWith ", " not contains ") + q.constant(kind)
		case "number":
			return a + q.of(" in ", " not in ") + q.of("[1, 50]", "[0.5, 3]", "3..90", "-5..5", "[]")
		case "duration":
			return a + " in [1m, 3m]"
		case "bool":
			return a
		}
	case 1:
		switch kind {
		case "text":
			return a + q.of(` matches "m [0-9]+$"`, ` in ["foot", "plain"]`, ` not in ["item 4"]`)
		case "number":
			return ".small" + q.of(" == ", " != ") + `"One"`
		}
	case 2:
		if kind != "bool" {
			return q.constant(kind) + q.of(" < ", " <= ") + a + q.of(" < ", " <= ") + q.constant(kind)
		}
	case 3:
		return q.of(".next", ".link", ".list", ".byName", "#", ".any", ".number", ".sideOfShelf") + q.of(" == ", " != ") + "nil"
	case 4, 5:
		return a + op + q.value(kind, depth)
	}
	return a + op + q.constant(kind)
}

// ask is a question.
func (q *question) ask() string {
	xs := q.collection(2)
	switch q.Byte() % 14 {
	case 0, 1, 2:
		return q.of("count", "any", "all", "none", "one", "find", "findIndex", "findLast", "findLastIndex", "filter", "first", "last") + "(" + xs + ", " + q.condition(3) + ")"
	case 3, 4:
		return q.of("sum", "min", "max", "mean", "median", "hist", "map", "freq", "groupBy", "sortBy", "sort") + "(" + xs + ", " + q.value(q.of("number", "number", q.of(fuzzedKinds...)), 3) + ")"
	case 5:
		return q.of("sum", "min", "max", "mean", "median", "freq", "len", "count", "sort", "hist") + "(" + xs + ")"
	case 6:
		return fmt.Sprintf("top(%s, %d, %s)", xs, q.Byte()%20, q.value(q.of(fuzzedKinds...), 3))
	case 7:
		return q.of("sortBy", "sort") + "(" + xs + ", " + q.value(q.of(fuzzedKinds...), 2) + ")" + q.of("[:4]", "[-3:]", "[0]", "[-1]", "[2:5]")
	case 8:
		return "freq(" + xs + ", " + q.value(q.of(fuzzedKinds...), 2) + ", " + q.value("number", 2) + ")"
	case 9:
		return "reduce(" + xs + ", #acc " + q.of("+", "-", "*") + " " + q.value("number", 2) + ", " + q.of("0", "1", "0.5", "-7") + ")"
	case 10:
		v := q.value("number", 1)
		return "reduce(" + xs + ", " + v + q.of(" > ", " < ", " >= ", " <= ") + "#acc ? " + v + " : #acc, " + q.of("0", "2.5", "-1") + ")"
	case 11:
		return "take(" + q.of("filter", "map") + "(" + xs + ", " + q.condition(2) + "), 3)"
	case 12:
		return "map(groupBy(" + xs + ", " + q.value(q.of(fuzzedKinds...), 2) + "), len(#))"
	}
	return "reduce(" + xs + ", " + q.condition(2) + " ? #acc + " + q.value("number", 1) + " : #acc, 0)"
}

// bytesKept is what everything tells of the cost in bytes.
var bytesKept = regexp.MustCompile(`(?m)\d+ bytes, `)

// FuzzBatches: whatever is asked, all that is to be seen of an answer is the same whether a collection is walked in
// batches or one by one.
func FuzzBatches(f *testing.F) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		seed := make([]byte, 4+r.IntN(60))
		for i := range seed {
			seed[i] = byte(r.Uint32())
		}
		f.Add(seed)
	}
	object, config := wideShelves(), newConfig()
	policies := shelfPolicies()
	var names []string
	for name := range policies {
		names = append(names, name)
	}
	slices.Sort(names)
	type pair struct{ many, slow *Session }
	var pairs []pair
	for _, policy := range names {
		reg := registry.New()
		reg.GuardWait = time.Hour // the machine may be busy
		reg.Expose("s", object, policies[policy]...)
		reg.Expose("hiding", object, policies["hiding"]...)
		reg.Expose("config", config, registry.Hide("deep.hidden"))
		reg.Expose("lim", &config.limit)
		registry.Names(map[smallOfShelf]string{0: "None", -1: "One", -2: "Two", -7: "Seven", 7: "7"}, reg)
		p := pair{NewSession(reg, Limits{Time: time.Hour}), NewSession(reg, Limits{Time: time.Hour})}
		p.slow.single = true
		for _, s := range []*Session{p.many, p.slow} {
			for _, line := range []string{"big = 123456789012345678", "low = 0.1"} {
				if _, err := s.Eval(f.Context(), line); err != nil {
					f.Fatal(err)
				}
			}
		}
		pairs = append(pairs, p)
	}
	f.Fuzz(func(t *testing.T, choices []byte) {
		q := &question{Choices: choices}
		p := pairs[int(q.Byte())%len(pairs)]
		p.many.lanes = []int{0, 1, 2, 3, 63, 64, 65}[q.Byte()%7]
		source := q.ask()
		got, want := both(t, p.many, p.slow, source)
		// What lanes keep while they are evaluated is counted before any of them has collected something.
		got, want = bytesKept.ReplaceAllString(got, ""), bytesKept.ReplaceAllString(want, "")
		if strings.HasPrefix(source, "findLast") || strings.HasPrefix(source, "last") {
			// A part of a list in which one passes is read again.
			got, want = entriesRead.ReplaceAllString(got, ""), entriesRead.ReplaceAllString(want, "")
		}
		if got != want {
			t.Errorf("%d lanes: %s:\n%.2000s\nwant, one by one,\n%.2000s", p.many.lanes, source, got, want)
		}
	})
}
