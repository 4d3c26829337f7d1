package eval

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// wideShelves has enough of each kind of shelf for several batches.
func wideShelves() *shelves {
	s := newShelves()
	for i := range 150 {
		e := new(shelf).fill(i)
		if e.next = new(shelf).fill(i + 1); i%40 == 13 {
			e.next = nil
		} else {
			e.link.Store(e.next)
		}
		if e.secrets, e.queue = make([]string, i%3), make(chan int, 4); i%4 != 1 {
			e.list, e.queue = make([]int, i%5), nil
		} else if i%3 != 0 {
			e.byName = nil
			e.queue <- i
		}
		s.pointers = append(s.pointers, e)
		s.values = append(s.values, shelf{})
		s.values[len(s.values)-1].fill(i)
		s.byName[fmt.Sprint("more ", i)] = e
		s.byNumber[i] = shelf{Hits: 3 * i, Name: "more"}
		s.numbers = append(s.numbers, i*i)
		s.names[fmt.Sprint("item ", i)], s.labels[labelOfShelf(fmt.Sprint("plain ", i))], s.nexts[e], s.sides[lensedShelf{i, "more"}] = struct{}{}, struct{}{}, struct{}{}, struct{}{}
		if i%50 == 20 {
			s.pointers = append(s.pointers, nil)
			s.byName[fmt.Sprint("nil ", i)] = nil
		}
	}
	s.byName["token "+strings.Repeat("x", 70_000)] = new(shelf).fill(3) // hidden: its key is too long
	s.byName["apiKey"] = new(shelf).fill(5)
	return s
}

// configOfShelves has what predicates compare with.
type configOfShelves struct {
	mu    sync.Mutex
	limit int
	half  float32
	ratio float64
	name  string
	text  string
	token string
	yes   bool
	left  time.Duration
	when  time.Time
	any   any
	none  *configOfShelves
	list  []int
	deep  struct{ limit, hidden uint8 }
}

func newConfig() *configOfShelves {
	c := &configOfShelves{limit: 100, half: 0.5, ratio: 1.25, name: "item 1", text: strings.Repeat("long", 900), token: "t", yes: true, left: time.Minute, when: time.Unix(3, 0), any: 7, list: []int{1, 300}}
	c.deep.limit = 20
	return c
}

// TestBatches: an answer, what it cost, an error, and what is hidden are the same whether a collection is walked in
// batches of any size or one by one.
func TestBatches(t *testing.T) {
	t.Parallel()
	collections := strings.Fields(shelfCollections + " s.pointers[3:90] s.byName[2:50] filter(s.pointers,.Hits<900) s.names s.labels s.smalls s.sides s.nexts filter(s.names,#!=\"foot\") s.smalls[1:4]")
	chains := strings.Fields(shelfChains + " #index #key # 7 2.5 big low .link.Hits .link.Name .next.link.half .list .byName .byHits .chans .ch .array .next.byHits")
	conditions := []string{
		"%s > 100", "100 >= %s", "%s == 50", "-2.5 < %s", "%s != 1 and %[1]s <= 18446744073709551613", "%s", "not %s", "%s == %[1]s", "%s < .Hits", ".Hits >= %s", "%s endsWith \"7\"", "%s == \"foot\"",
		"%s startsWith \"item\"", "1 < %s < 300", "%s > duration(\"2m\")", "%s in [1, 50]", "%s contains \"e\"", ".yes or %s > 7", ".Hits > 40 and %s > 2", "%s > big", "%s < \"item 3\"", "%s != true", "not (%s > 3 or .yes)",
		"%s == low", "%s > 0.33333334", "#index > 3 and %s > 5", ".next.Hits > 10 or %s == 1", "%s != nil", "%s >= 3.0", "(%s ?? 0) > 100", "(%s ?? \"foot\") == \"foot\"", "(.next.Hits ?? %s) > 60", "(%s ?? .Hits) == (%[1]s ?? 3)", "(%s ?? 0.1) < 0.33333334",
		".link.Hits > %s", ".link.Name == \"foot\" or %s > 7", ".link == nil or .link.note == \"plain\"", ".link?.when > %s", "len(.link.list) > 1", "%s < .next.link.ratio", ".link.password == 7", ".link.v == nil",
		".next?.Hits > %s", "%s > 3 or .next?.next?.Name == \"foot\"", "(.next?.next.Hits ?? %s) > 40", "nil != .next?.next", "nil == .next or %s > 3", ".next?.list == nil or %s == 3", "(.any?.Hits ?? 3) < %s", "len(.next?.list) > 1", ".twice?.Hits + 1 > %s", "#?.Hits > %s", ".next?.missing == %s",
		"len(.list) > 1 and %s > 3", "%s > len(.byName)", "len(.next.list) + len(.list) == 2", "len(.twice) > 0 or %s > 9", "len(.any) > len(.note)", "len(.in) > 1", "len(.queue) < 3 and .yes", "len(#) > %s", "len(.secrets) > 0 or %s > 3", "len(.byName) * 2 >= %s", "len(.list) > 1 or len(.Name) > 6",
		"%s + 1 > 100", "%s * 2 - 7 < .Hits", "%s / 3 > 2.5", "%s %% 7 == 3", "-%s < -40", "%s * 1.5 > 100", "100 - %s > .wide", "%s + %[1]s == 6", "%s * big > 0", "1 <= %s <= .Hits < 2000", "0.1 < %s < 3",
		"%s in [3, 4, 50]", "%s in [\"foot\", \"plain\"]", "%s in [0.5, 3]", "%s in 3..90", "%s not in -5..5", "%s in [duration(\"1m\")]", "%s in []", "%s in [1, \"x\"]", "len(%s) > 4", "%s matches \"m [0-9]+$\"", "%s == 2 * 25",
		"%s > duration(\"1m\") * 3", "%s - duration(\"1m\") < duration(\"1h\")", "%s + 0.5 < .half", "%s / .Hits > 1", "%s %% .small != 0", "%s in [1, 2] or .Hits in [50, 100, 150]", ".yes and (%s in [3] or len(.note) == 5)",
		".Hits - 100 > %s", ".half * 3 == %s", ".half + .half > %s", ".wide - 1 > %s", ".word / 7 < %s", "%s + \"x\" == \"footx\"", "%s > 3000000000 * 4000000000",
		"(.yes ? %s : .Hits) > 30", ".Hits > 70 ? %s > 3 : .yes", "%s > 30 ? .Hits in [50, 100] : .yes ? true : %[1]s < 5", "(%s ? 1 : 0) == 1",
		"%s > config.limit", "config.limit <= %s", ".yes and %s < config.deep.limit", "%s == config.name", "%s != config.token", "%s startsWith config.name", "%s > config.none.limit", "%s * config.limit > 100", "%s >= config.half",
		"%s > config.any", "config[\"limit\"] < %s < config.list[1]", "%s < cfg.limit", "%s <= config?.none?.limit", "config.limit > config.half", "config.yes and %s > 3", "not (%s - config.ratio > config.deep.limit)", "%s <= config.left",
		"%s > lim", "%s in [1, 50] or config.limit == %[1]s", "config.name contains %s", "%s < plain.limit", "config.text != %s",
		"%s < now()", "%s > date(\"1970-01-01T00:00:05Z\")", "now() - %s > duration(\"1h\")", "%s - .when < duration(\"1h\")", ".when - duration(\"1m\") < %s", "%s + duration(\"1m\") > .next.when", ".when != %s", "config.when >= %s", ".next.when < %s or .when == %[1]s",
		"duration(\"-1s\") + %s <= .when", ".when > %s - duration(\"2562047h\")",
		"lower(%s) == \"foot\"", "upper(%s) startsWith \"ITEM\"", "trim(%s) endsWith \"7\"", "hasPrefix(%s, \"item\")", "hasSuffix(%s, config.name)", "trimPrefix(%s, \"item \") == \"7\"", "trimSuffix(%s, \"t\") < \"foo\"",
		"abs(%s) > 3", "round(%s) == 2", "ceil(%s) > floor(%[1]s)", "int(%s) in [1, 3]", "float(%s) / 2 > 1", "(.yes ? %s : .Hits) > 5", "(%s ?: .yes)", ".yes ? %s > 3 : %[1]s < 3", "let x = %s; x > 1 and x < 100", "let x = %s * 2; let y = x - 1; y != .Hits",
		"%s > 1 and %[1]s < 90 or %[1]s == 200", "%s / duration(\"1s\") > 30", "%s * 1.5 > duration(\"2m\")", "%s / 2 == duration(\"30s\")", "2.5 * %s > .left", "%s / .Hits > duration(\"0s\")", "let big = %s; big > 3", "len(lower(%s)) > 4 and trim(upper(%[1]s)) in [\"FOOT\", \"PLAIN\"]",
		"lower(%s) in [\"foot\"] or upper(.note) == \"PLAIN\"", "abs(.half * %s) <= config.half", ".yes and (%s > 2 ? .Hits : .wide) > 100", "(.yes ? 2.5 : %s) > .half", ".left / %s > duration(\"1s\")", "abs(-.left) >= %s",
		".next == nil", "%s != nil or .Hits > 3", ".next != nil and .next.Hits > %s", ".list != nil and %s > 1", ".byName == nil or .any == nil", "not (.next.next == nil)", ".twice == nil or .number != nil", ".sideOfShelf != nil and .Side > 1", ".next.list == nil", ".bytes != nil",
		"%s == \"One\"", "%s != \"Seven\"", "\"Two\" == %s or %[1]s == 3", "%s in [\"One\", \"Seven\"]", "%s not in [\"Two\"] and %[1]s != \"none\"", "(.yes ? %s : .small) == \"One\"", "let x = %s; x == \"One\"", ".small == %s",
	}
	conditions = append(conditions, "# == nil or .Hits > 100 and %s != 3", "# != nil and %s > 3", "nil != # and .Hits > 3", "%s ** 2 > 100", "2 ** %s > 1000", "%s ** 0.5 < 7", "%s ^ -1 < 0.1", "%s ** %[1]s > 5", ".half ** 2 < %s", ".small ** .Hits > 3", "-%s ** 3 < -8", "%s ** 64 > 3", "(.Hits - 50) ** 63 > %s", ".Hits ** -.small < 1", "2.5 ** %s > .ratio", "%s ** 2.0 == %[1]s * %[1]s",
		"%s + \"7\" endsWith \"77\"", "\"a \" + %s < \"a foot\"", "len(%s + \" \" + .Name) > 9", "upper(%s) + \"x\" == \"FOOTx\"", "%s + config.name contains \"item\"", "%s + \"\" == \"\"", "lower(.Name) + %s + \"!\" startsWith \"item\"", "\"\" + %s in [\"foot\", \"plain\"]", "trim(.note) + config.text != %s")
	templates := []string{"count(%s, %s)", "any(%s, %s)", "all(%s, %s)", "none(%s, %s)", "one(%s, %s)", "find(%s, %s)", "findIndex(%s, %s)", "findLast(%s, %s)", "findLastIndex(%s, %s)", "filter(%s, %s)", "len(filter(%s, %s))",
		"sum(filter(%s, %s), .Hits)", "all(filter(%s, .Hits > 20), %s)", "findIndex(filter(filter(%s, .Hits > 20), #index > 1), %s)", "max(map(filter(%s, %s), .ratio))", "map(filter(%s, %s), .Name)", "first(filter(%s, %s))",
		"len(map(filter(%s, %s), .next.Hits))", "take(filter(%s, %s), 3)", "count(map(%s, %s))", "sum(filter(%s, %s), #index)", "last(filter(%s, %s))", "mean(filter(filter(%s, .Hits > 7), %s), .wide)"}
	folds := []string{"sum(%s, .next?.Hits ?? 0) + sum(%[1]s, %s)", "map(%s, .next?.Hits)", "freq(%s, .next?.Name)", "sortBy(%s, .next?.Hits)", "groupBy(%s, .next?.small)", "top(%s, 4, .next?.ratio)", "reduce(%s, #acc + (.next?.Hits ?? 0), 0)", "sum(%s, %s)", "min(%s, %s)", "max(%s, %s)", "mean(%s, %s)", "median(%s, %s)", "sum(map(%s, %s))", "max(map(%s, %s))", "map(%s, %s)", "map(filter(%s, .Hits > 30), %s)", "sum(filter(%s, #index != 4), %s)",
		"min(filter(%s, .yes), %s)", "sum(map(filter(%s, .Hits < 100), %s))", "len(map(%s, %s))", "take(map(%s, %s), 70)", "mean(map(%s, %s))", "sum(%s) + len(map(%[1]s, %s))", "max(%s)",
		"top(%s, 4, %s)", "top(filter(%s, .Hits > 20), 7, %s)", "freq(%s, %s)", "freq(%s, %s, .Hits)", "freq(%s, .Name, %s)", "freq(map(%s, %s))", "freq(filter(%s, .Hits % 3 == 1), %s)", "map(top(%s, 100, %s), .by)", "freq(%s)", "top(%s, 3)", "hist(%s, %s)", "hist(filter(%s, .Hits > 9), %s)", "hist(%s)",
		"sortBy(%s, %s)[:4]", "sort(%s, %s, \"desc\")[0]", "take(sortBy(filter(%s, .Hits > 20), %s), 3)", "first(sort(%s, %s))", "last(sortBy(%s, %s))", "sortBy(%s, %s)[-3:]", "sort(filter(%s, .Hits > 20), %s, \"desc\")[-2]", "last(sort(%s))", "last(sortBy(map(%s, %s), -#))", "sort(%s)[:3]", "sortBy(%s, %s, \"desc\")", "sortBy(filter(%s, .Hits %% 3 == 1), %s)[2:5]", "sort(%s, \"desc\")", "map(sortBy(%s, %s), .Name)",
		"reduce(%s, #acc + %s, 0)", "reduce(%s, %[2]s + #acc, 0.5)", "reduce(%s, #acc - %s, 3)", "reduce(%s, #acc * %s, 1)", "reduce(%s, #acc > %s ? #acc : %[2]s, 0)", "reduce(%s, %[2]s < #acc ? %[2]s : #acc, 2.5)", "reduce(filter(%s, .Hits > 20), max(#acc, %s), -1)", "reduce(%s, min(#acc, %s), 1000)",
		"reduce(%s, #acc + %s, duration(\"1s\"))", "reduce(%s, #acc <= %s ? #acc : %[2]s, duration(\"10h\"))", "reduce(%s, #acc + #)", "reduce(filter(%s, .Hits %% 3 == 1), #acc == %s ? %[2]s : #acc, 9)", "reduce(%s, #acc + len(%s), 0)", "reduce(%s, #acc + %s * 2, 9223372036854775000)", "reduce(%s, #acc + %s, low)",
		"reduce(%s, #acc + (%s > 3 ? 1 : 0), 0)", "reduce(%s, %s > 30 ? #acc + .Hits : #acc, 0)", "reduce(%s, .yes ? #acc + %s : #acc, 1)", "sum(%s, .yes ? %s : .Hits)",
		"sum(%s, %s ** 2)", "map(%s, %s + \" kg\")", "freq(%s, .Name + %s)", "groupBy(%s, \"n \" + %s)", "max(%s, %s ** 3)", "sum(%s, len(.Name + \": \" + %s))", "sum(%s, 2 ** (%s %% 3))", "count(%s, %s == nil)", "reduce(%s, #acc + %s ** 2, 0)",
		"groupBy(%s, %s)", "map(groupBy(%s, %s), len(#))", "groupBy(filter(%s, .Hits > 20), %s)", "keys(groupBy(%s, %s))", "map(groupBy(%s, %s), map(#, .Name))"}
	// What is asked of what map makes of a chain.
	made := []string{"count(map(%s, %s), %s)", "filter(map(%s, %s), %s)", "any(map(%s, %s), %s)", "all(map(filter(%s, .Hits > 20), %s), %s)", "none(map(%s, %s), %s)", "one(map(%s, %s), %s)", "find(map(%s, %s), %s)", "findIndex(map(%s, %s), %s)",
		"count(filter(map(%s, %s), %s), true)", "take(filter(map(%s, %s), %s), 3)", "len(filter(map(filter(%s, .Hits % 3 == 1), %s), %s))", "map(filter(map(%s, %s), %s), # == #)", "filter(filter(map(%s, %s), # != 7), %s)", "map(map(%s, %s), %s)", "freq(map(%s, %s), %s)",
		"sum(map(%s, %s), %s ? #index : 1)", "top(map(%s, %s), 5, %s)", "sortBy(map(%s, %s), %s)", "groupBy(map(%s, %s), %s)", "filter(map(filter(map(%s, .Hits), # > 20), %s), %s)", "first(filter(map(%s, %s), %s))", "last(filter(map(%s, %s), %s))", "reduce(map(%s, %s), %s ? #acc + 1 : #acc, 0)"}
	ofMade := []string{"# > 3", "# == #", "# != 1 and # < 300", "# startsWith \"item\"", "# endsWith \"7\"", "hasPrefix(#, \"item\")", "len(#) > 4", "# in [1, 50]", "# in [\"foot\", \"plain\"]", "#", "not #", "#index % 3 == 1", "#key > 4", "# > 0.33333334", "0.1 < # < 3", "# * 2 > #index", "# == low", "# < big",
		"upper(#) == \"FOOT\"", "trim(#) contains \"e\"", "# > duration(\"2m\")", "# < now()", "now() - # > duration(\"1h\")", "# != nil", "# matches \"m [0-9]+$\"", "# > lim", "let x = #; x > 1 and x < 100", "(# > 3 ? 1 : 0) == 1", ".Hits > 3", "abs(#) + 0.5 > 2", "# == config.name", "# >= 3.0", "#key == #index"}
	collects, keeps := regexp.MustCompile(`^(map|sortBy|groupBy|top|freq)\(`), regexp.MustCompile(` in \[|upper|trim|hasPrefix`)
	madeFolds := []string{"sum(map(%s, %s), # * 2)", "max(map(%s, %s), -#)", "top(map(%s, %s), 4)", "top(map(%s, %s), 4, -#)", "sortBy(map(%s, %s), -#)[:3]", "sort(map(%s, %s))", "groupBy(map(%s, %s), #)", "freq(map(%s, %s), #, #index)", "map(map(%s, %s), # + 1)", "map(map(%s, %s), #)", "reduce(map(%s, %s), #acc > # ? #acc : #, 0)", "reduce(map(%s, %s), #acc + #, 0)",
		"hist(map(%s, %s), abs(#))", "sum(map(filter(map(%s, %s), # > 1), # * 2))", "median(map(filter(%s, .Hits > 20), %s), #)", "map(map(filter(%s, .Hits > 20), %s), #index)", "count(map(%s, %s))", "map(map(%s, %s), #key)", "sortBy(map(%s, %s), #index)", "sum(map(map(%s, %s), len(#)))", "map(map(map(%s, %s), # + 1), # * 2)", "mean(map(%s, %s), # / 2)"}
	object, config := wideShelves(), newConfig()
	policies := shelfPolicies()
	foldStride, madeFoldStride := attack.Stride(5*len(folds)), attack.Stride(5*len(madeFolds))
	ofMadeStride, conditionStride := attack.Stride(5*len(ofMade)*len(made)), attack.Stride(5*len(conditions)*len(templates))
	turn := 0
	for policy, options := range policies {
		reg := registry.New()
		reg.GuardWait = time.Hour // the machine may be busy
		reg.Expose("s", object, options...)
		reg.Expose("hiding", object, policies["hiding"]...)
		reg.Expose("config", config, registry.Hide("deep.hidden"))
		reg.Expose("lim", &config.limit)
		reg.Expose("wild", object, registry.Hide("pointers.*.Hits", "byName.*.pin", "*.*.next.Name"))
		registry.Names(map[smallOfShelf]string{0: "None", -1: "One", -2: "Two", -7: "Seven", 7: "7"}, reg)
		if policy == "hiding" {
			reg.Lens(func(l *lensedShelf) any { return struct{ Shown int }{l.Hits} })
		}
		many, slow := NewSession(reg, Limits{Time: time.Hour}), NewSession(reg, Limits{Time: time.Hour})
		slow.single = true
		for _, s := range []*Session{many, slow} {
			for _, line := range []string{"big = 123456789012345678", "low = 0.1", "cfg = config", "plain = {limit: 100}"} {
				if _, err := s.Eval(t.Context(), line); err != nil {
					t.Fatal(err)
				}
			}
		}
		compare := func(source string) {
			many.lanes = []int{0, 1, 2, 3, 63, 64, 65}[turn%7]
			if turn%5 == 0 {
				source = strings.ReplaceAll(source, "s.", "wild.")
			}
			got, want := both(t, many, slow, source)
			if strings.HasPrefix(source, "findLast") {
				// A part of a list in which one passes is read again.
				got, want = entriesRead.ReplaceAllString(got, ""), entriesRead.ReplaceAllString(want, "")
			}
			if got != want {
				t.Errorf("%s: %d lanes: %s:\n%.2000s\nwant, one by one,\n%.2000s", policy, many.lanes, source, got, want)
			}
		}
		for c, collection := range collections {
			compare(fmt.Sprintf("findIndex(filter(%s, .Hits > 20), .Hits > 100)", collection))
			for n, chain := range chains {
				for i, fold := range folds {
					if turn++; (turn*7+i+3*n+5*c)%foldStride == 0 {
						if fold = fmt.Sprintf(fold, collection, chain); strings.Contains(fold, "%!(EXTRA") {
							fold = fold[:strings.Index(fold, "%!(EXTRA")]
						}
						compare(fold)
					}
				}
				for i, fold := range madeFolds {
					if turn++; (turn*7+i+3*n+5*c)%madeFoldStride == 0 {
						compare(fmt.Sprintf(strings.ReplaceAll(fold, "% 3", "%% 3"), collection, chain))
					}
				}
				for i, condition := range ofMade {
					for j, template := range made {
						if turn++; (turn*7+i+3*n+5*c+j)%ofMadeStride != 0 {
							continue
						}
						if !collects.MatchString(template) || !keeps.MatchString(condition) { // see TestBatchesKeepNoMore
							compare(fmt.Sprintf(strings.ReplaceAll(template, "% 3", "%% 3"), collection, chain, condition))
						}
					}
				}
				for i, condition := range conditions {
					for j, template := range templates {
						if turn++; (turn*7+i+3*n+5*c+j)%conditionStride != 0 {
							continue
						}
						compare(fmt.Sprintf(template, collection, fmt.Sprintf(condition, chain)))
					}
				}
			}
		}
	}
}

// entriesRead is what everything tells of the cost in entries.
var entriesRead = regexp.MustCompile(`(?m)^\d+ entries, `)

// TestBatchesOfHiddenAtomics: a pattern that hides the field of an atomic hides what it holds from batches too.
func TestBatchesOfHiddenAtomics(t *testing.T) {
	o := &struct {
		List  []atomic.Int64
		Array [5]atomic.Int64
		ByKey map[int]*struct{ Hits atomic.Int64 }
		To    [5]struct {
			P atomic.Pointer[struct{ N int }]
			V atomic.Value
		}
	}{List: make([]atomic.Int64, 5), ByKey: map[int]*struct{ Hits atomic.Int64 }{}}
	for i := range o.List {
		o.To[i].P.Store(&struct{ N int }{4711})
		o.To[i].V.Store(4711)
		o.ByKey[i] = new(struct{ Hits atomic.Int64 })
		for _, n := range []*atomic.Int64{&o.List[i], &o.Array[i], &o.ByKey[i].Hits} {
			n.Store(4711)
		}
	}
	reg := registry.New()
	reg.Expose("o", o, registry.Hide("List.*.v", "Array.*.v", "ByKey.*.Hits.v", "To.*.P.v", "To.*.V.v"))
	for _, predicate := range []string{"o.List, #", "o.Array, #", "o.ByKey, .Hits", "o.To, .P.N", "o.To, .V"} {
		for _, form := range []string{"count(%s > 4000)", "find(%s == 4711)", "map(%s + 0)", "any(filter(%s != 0), true)"} {
			line := fmt.Sprintf(form, predicate)
			if r, err := NewSession(reg, Limits{}).Eval(t.Context(), line); err == nil || strings.Contains(err.Error(), "4711") {
				t.Errorf("%s: %v, %v", line, r, err)
			}
		}
	}
}

// TestTopOfMapped: the rows of what map makes have that as their values, and its positions as their keys.
func TestTopOfMapped(t *testing.T) {
	o := &struct {
		List  []int
		ByKey map[string]int
	}{ByKey: map[string]int{}}
	for i := range 5 {
		o.List = append(o.List, i)
		o.ByKey[fmt.Sprint(i)] = i
	}
	reg := registry.New()
	reg.Expose("o", o, registry.Frozen())
	s := NewSession(reg, Limits{})
	for line, want := range map[string]string{
		"top(map(o.List, # * 2), 2)":                   `[map[by:8 key:4 value:8] map[by:6 key:3 value:6]]`,
		"top(map(filter(o.List, # > 1), -#), 1)":       `[map[by:-2 key:0 value:-2]]`,
		"map(top(map(o.ByKey, # + 1), 5), .value)":     "[5 4 3 2 1]",
		"sort(map(top(map(o.ByKey, # + 1), 5), .key))": "[0 1 2 3 4]",
	} {
		if got, err := answer(t, s, line); fmt.Sprint(got) != want || err != nil {
			t.Errorf("%s: %v, %v, want %s", line, got, err, want)
		}
	}
}

// TestBatchesKeepNoMore: what fits into the budget one by one fits into it in batches, where an element that keeps much
// while it is evaluated comes before many that are collected.
func TestBatchesKeepNoMore(t *testing.T) {
	o := &struct{ List []shelf }{List: make([]shelf, 200)}
	for i := range o.List {
		o.List[i].Name = "short"
	}
	o.List[130].Name = labelOfShelf(strings.Repeat("long", 200))
	reg := registry.New()
	reg.Expose("o", o, registry.Frozen())
	for _, line := range []string{"map(o.List, len(trim(.Name)))", "map(o.List, hasPrefix(.Name, \"l\"))", "sortBy(o.List, len(upper(.Name)))", "groupBy(o.List, len(lower(.Name)))"} {
		slow := NewSession(reg, Limits{})
		slow.single = true
		r, err := slow.Eval(t.Context(), line)
		if err != nil {
			t.Fatal(err)
		}
		for _, lanes := range []int{0, 64} {
			s := NewSession(reg, Limits{Bytes: r.Cost.Bytes})
			s.lanes = lanes
			if got, err := s.Eval(t.Context(), line); err != nil || got.Cost.Bytes > r.Cost.Bytes {
				t.Errorf("%s: %d lanes: %d bytes, %v, want up to %d", line, lanes, got.Cost.Bytes, err, r.Cost.Bytes)
			}
		}
	}
}

// TestBatchesTellHowFar: where an element that was found fails, the lanes before it have been read.
func TestBatchesTellHowFar(t *testing.T) {
	o := &struct{ List []shelf }{List: make([]shelf, 40)}
	for i := range o.List {
		o.List[i].Hits = i
	}
	reg := registry.New()
	reg.Expose("o", o, registry.Frozen())
	s := NewSession(reg, Limits{Bytes: 96})
	for line, want := range map[string]string{
		"filter(o.List, .Hits > 30)":                "31 of 40 entries of o.List were read, none of which matches",
		"groupBy(filter(o.List, .Hits > 5), .Name)": "6 of 40 entries of o.List were read, of which 0 are collected",
		"sortBy(filter(o.List, .Hits > 9), .Hits)":  "10 of 40 entries of o.List were read, of which 0 are collected",
	} {
		if _, err := s.Eval(t.Context(), line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
}
