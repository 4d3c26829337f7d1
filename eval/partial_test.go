package eval

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/machine"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/registry"
)

// piece is an element of what TestPartial walks.
type piece struct {
	Name string
	Size int
	Took time.Duration
	Even bool
}

// TestPartial: what an aggregate had when a limit ended it is what it answers of the entries that it
// had read.
func TestPartial(t *testing.T) {
	parts := make([]piece, 3000)
	byName := map[string]*piece{}
	for i := range parts {
		parts[i] = piece{fmt.Sprint("n", i%7), i % 1013, time.Duration(i) * time.Second, i%2 == 0}
		byName[fmt.Sprint("key", i)] = &parts[i]
	}
	reg := registry.New()
	reg.Expose("parts", &parts, registry.Frozen())
	reg.Expose("byName", byName, registry.Frozen())
	s := NewSession(reg, Limits{Entries: 2000, Time: time.Hour})
	whole := NewSession(reg, Limits{Time: time.Hour})
	for _, tc := range []struct{ source, function, told string }{
		{"count(XS, .Even)", "count", "of which N match"},
		{"count(XS, .Size == 3)", "count", "of which 1 matches"},
		{"count(XS, .Size < 0)", "count", "none of which matches"},
		{"count(filter(XS, .Even), .Size > 100)", "count", "of which N match"},
		{"count(XS, any(1..3, # > 2))", "count", "of which N match"},
		{"count(parts[:3], .Even) + count(XS, .Even)", "count", "of which N match"},
		{"count(XS, count(parts[:2], .Even) == 1)", "count", "of which N match"},
		{"sum(XS, .Size)", "sum", "the sum of which is N"},
		{"sum(map(XS, .Took))", "sum", "the sum of which is D"},
		{"min(XS, .Size)", "min", "the least of which is N"},
		{"max(map(XS, .Size))", "max", "the greatest of which is N"},
		{"max(XS, .Name)", "max", `the greatest of which is "n6"`},
		{"mean(XS, .Size)", "mean", "the mean of which is F"},
		{"hist(XS, .Size)", "hist", "from 0 to N, half of them up to N"},
		{"any(XS, .Size < 0)", "any", "none of which matches"},
		{"all(XS, .Size >= 0)", "all", "all of which match"},
		{"none(XS, .Size < 0)", "none", "none of which matches"},
		{"one(XS, .Took == duration(\"3s\"))", "one", "of which 1 matches"},
		{"find(XS, .Size < 0)", "find", "none of which matches"},
		{"findIndex(XS, .Size < 0)", "findIndex", "none of which matches"},
		{"reduce(XS, #acc + .Size, 0)", "reduce", "which make N"},
		{"freq(XS, .Name)", "freq", `of 7 values ("nN": N, "nN": N, "nN": N, …)`},
		{"freq(XS, 50 - .Size % 50)", "freq", "of 50 values (N: N, N: N, N: N, …)"}, // many are as frequent
		{"freq(XS, 50 - .Size % 50, 1)", "freq", "of 50 values (N: N, N: N, N: N, …)"},
		{"freq(XS, .Even, .Size)", "freq", `of 2 values (B: N, B: N)`},
		{"top(XS, 3, .Size)", "top", "the greatest of which is N, that of K"},
		{"sortBy(XS, .Size)[:3]", "sortBy", "the least of which is N"},
		{"take(sort(map(XS, .Size), \"desc\"), 2)", "sort", "the greatest of which is N"},
	} {
		for _, of := range []string{"parts", "byName"} {
			source := strings.ReplaceAll(tc.source, "XS", of)
			p := stopped(t, s, source)
			if p.Function != tc.function || p.Path != of || p.Of != 3000 || p.Entries < 100 || p.Entries > 2000 || p.Value == nil {
				t.Fatalf("%s: %+v", source, p)
			}
			if _, err := s.Eval(t.Context(), source); of == "parts" && !toldPattern(tc.told).MatchString(err.Error()) {
				t.Errorf("%s: %v, want %s", source, err, tc.told)
			}
			if of == "byName" {
				continue // a part of a map is another one each time
			}
			line, got := toCompare(p, strings.ReplaceAll(tc.source, "XS", fmt.Sprintf("parts[:%d]", p.Entries)))
			r, err := whole.Eval(t.Context(), line)
			if err != nil {
				t.Fatal(err)
			}
			want := string(r.Node.JSON())
			if strings.Contains(source, "parts[:3]") {
				want = fmt.Sprint((p.Entries + 1) / 2) // the second count alone
			}
			if got != want {
				t.Errorf("%s: of %d entries it had\n%s\nand their answer is\n%s", source, p.Entries, got, want)
			}
		}
	}
	for source, function := range map[string]string{
		"filter(parts, .Even)": "filter", "map(parts, .Size)": "map", "sortBy(parts, .Size)": "sortBy", "groupBy(parts, .Name)": "groupBy",
		"median(parts, .Size)": "median", "map(filter(parts, .Even), .Size)": "map", "uniq(parts, .Size)": "uniq", "sort(map(parts, .Size))": "sort",
	} {
		p := stopped(t, s, source)
		line, kept := toCompare(p, strings.ReplaceAll(source, "parts", fmt.Sprintf("parts[:%d]", p.Entries)))
		r, err := whole.Eval(t.Context(), line)
		if err != nil || p.Function != function || p.Value != nil || p.Kept == 0 || kept != string(r.Node.JSON()) {
			t.Errorf("%s: %+v of %s, %v", source, p, r.Node.JSON(), err)
		}
	}
	// A function that makes no answer of its own of them tells how far it came, and a fold that is
	// over is out of it.
	for _, source := range []string{
		"[count(parts[:3], .Even), reverse(map(parts, .Size))]",
		"[sum(parts[:3], parts[9999]?.Size ?? 1), toPairs(byName)]",
	} {
		if p := stopped(t, s, source); p.Function != "" || p.Value != nil || p.Entries < 100 || p.Of != 3000 {
			t.Errorf("%s: %+v", source, p)
		}
	}
}

// toldPattern matches an error that tells what was found: N stands for an integer, F for a float, D
// for a duration, B for a boolean and K for an index.
func toldPattern(told string) *regexp.Regexp {
	p := regexp.QuoteMeta(" entries of parts were read, " + told + "; ")
	return regexp.MustCompile(strings.NewReplacer("N", `[\d,]+`, "F", `[\d.]+`, "D", `[\dhms]+`, "B", `(true|false)`, "K", `\d+`).Replace(p))
}

// toCompare returns what p had, and the line that answers the same if source is what p had it of: rows
// are without percent or value, and what was collected is counted.
func toCompare(p *Partial, source string) (line, had string) {
	if p.Value == nil {
		return "len(" + strings.NewReplacer("median", "map", "groupBy(", "map(").Replace(source) + ")", fmt.Sprint(p.Kept)
	}
	had = string(p.Value.JSON())
	members := ""
	switch {
	case p.Function == "sortBy":
		return "map(" + source + ", {{by: .Size}})", had
	case p.Function == "sort":
		return "map(" + source + ", {{by: #}})", had
	case p.Function == "top":
		members = ".by, .key"
	case p.Function == "freq" && strings.Count(source, ",") == 2:
		members = ".value, .count, .sum"
	case p.Function == "freq":
		members = ".value, .count"
	default:
		return source, had
	}
	had = strings.NewReplacer(`{"by":`, "[", `"key":`, "", `{"value":`, "[", `"count":`, "", `"sum":`, "", "}", "]").Replace(had)
	return "map(" + source + ", [" + members + "])", had
}

// stopped returns what source had when the limit of entries ended it.
func stopped(t *testing.T, s *Session, source string) *Partial {
	t.Helper()
	_, err := s.Eval(t.Context(), source)
	var e *Error
	if !errors.As(err, &e) || e.Code != "budget" || e.Partial == nil {
		t.Fatalf("%s: %v", source, err)
	}
	return e.Partial
}

// TestPartialOfBytes: the limit of bytes ends a function in the middle of an element, which is in nothing
// that is told.
func TestPartialOfBytes(t *testing.T) {
	parts := make([]piece, 12)
	for i := range parts {
		parts[i] = piece{fmt.Sprintf("n%02d%s", i, strings.Repeat("x", i%5)), i * 7 % 13, time.Duration(i) * time.Second, i%2 == 0}
	}
	reg := registry.New()
	reg.Expose("parts", &parts, registry.Frozen())
	s := NewSession(reg, Limits{Time: time.Hour})
	for source, step := range map[string]int{
		"top(XS, 2, .Name)": 8, "freq(XS, .Name)": 200, "freq(XS, .Name, .Size)": 200, "freq(XS, .Name, len(.Name + .Name))": 8,
		`reduce(XS, #acc + .Name, "")`: 8, "hist(XS, .Size)": 8, "sortBy(XS, .Size)": 8, "groupBy(XS, .Name)": 8, "median(XS, .Size)": 8, "uniq(XS, .Size)": 8,
	} {
		partials := 0
		for bytes := 16; bytes < 400*step; bytes += step {
			_, err := s.Run(t.Context(), Query{Source: strings.ReplaceAll(source, "XS", "parts"), Limits: Limits{Bytes: bytes}})
			var e *Error
			if !errors.As(err, &e) || e.Partial == nil {
				if err == nil {
					break
				}
				if partials > 0 && !strings.Contains(err.Error(), "it looked at 12 entries") {
					t.Errorf("%s: of %d bytes nothing is told: %v", source, bytes, err)
				}
				continue
			}
			partials++
			p := e.Partial
			line, got := toCompare(p, strings.ReplaceAll(source, "XS", fmt.Sprintf("parts[:%d]", p.Entries)))
			r, err := s.Eval(t.Context(), line)
			if err != nil {
				t.Fatal(err)
			}
			if want := string(r.Node.JSON()); got != want {
				t.Errorf("%s: of %d bytes and %d entries it had\n%s\nand their answer is\n%s\n%v", source, bytes, p.Entries, got, want, e)
				break
			}
		}
		if partials == 0 {
			t.Errorf("%s: no partial answer", source)
		}
	}
}

// TestPartialFromBeginning: what is walked from its beginning for its last element has one by then.
func TestPartialFromBeginning(t *testing.T) {
	list := make([]int, 100)
	for i := range list {
		list[i] = 1000 + i
	}
	reg := registry.New()
	reg.Expose("list", &list, registry.Frozen())
	s := NewSession(reg, Limits{Entries: 50, Time: time.Hour})
	for source, want := range map[string]int{"findLast(map(list, # + 1), # < 1006)": 1005, "findLastIndex(map(list, # + 1), # < 1006)": 4} {
		if p := stopped(t, s, source); string(p.Value.JSON()) != fmt.Sprint(want) || p.Entries < 6 || p.Entries > 50 {
			t.Errorf("%s: %s of %d entries, want %d", source, p.Value.JSON(), p.Entries, want)
		}
	}
}

// TestPartialFails: what cannot be told of a partial answer keeps nobody from the error.
func TestPartialFails(t *testing.T) {
	s := NewSession(registry.New(), Limits{})
	e := s.begin(t.Context(), s.limits)
	defer e.End()
	e.BeginFold(value.List{value.Nil}, func() machine.Partial { panic("no answer") }).Saw(1)
	if err := e.error(e.Ended(context.DeadlineExceeded), "count(xs)"); err.Code != "budget" || err.Partial != nil {
		t.Errorf("%v, %+v", err, err.Partial)
	}
}

// TestPartialOfCancelled: an interrupt and the end of the time tell what was found, and nothing is
// read for that.
func TestPartialOfCancelled(t *testing.T) {
	s := NewSession(registry.New(), Limits{Time: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	q := Query{Source: "count(1..9007199254740991, # > 0)", Progress: func(p Progress) {
		if p.Of > 0 && p.At > 100 {
			cancel()
		}
	}}
	_, err := s.Run(ctx, q)
	var e *Error
	if !errors.As(err, &e) || e.Code != "cancelled" || e.Partial == nil || int64(e.Partial.Of) != 9007199254740991 || string(e.Partial.Value.JSON()) != fmt.Sprint(e.Partial.Entries) ||
		!strings.Contains(err.Error(), " of 9,007,199,254,740,991 entries were read, of which ") {
		t.Errorf("%v, %+v", err, e)
	}
}

// TestPartialTellsNoSecret: what may not be shown is in no partial answer either.
func TestPartialTellsNoSecret(t *testing.T) {
	const hidden, token = "hunter2", "AKIAIOSFODNN7EXAMPLE"
	type login struct {
		Name, Password, Card, Half string
		Size                       int
	}
	logins, byCard := make([]login, 2000), map[string]int{}
	for i := range logins {
		logins[i] = login{fmt.Sprint("n", i%5), hidden, hidden, token, i}
		byCard[fmt.Sprint(token[:18], i)] = i
	}
	reg := registry.New()
	reg.Expose("logins", logins, registry.Frozen(), registry.Hide("*.Card"))
	reg.Expose("cards", byCard, registry.Frozen())
	s := NewSession(reg, Limits{Entries: 500, Time: time.Hour})
	partials := 0
	for _, source := range []string{
		"freq(logins, .Password)", "freq(logins, .Card)", "freq(logins, .Name, .Size)", "freq(logins)", "freq(cards, #key)", "freq(map(logins, .Card))",
		"top(logins, 3, .Size)", "top(logins, 3, .Password)", "top(cards, 3)", "top(map(logins, .Card), 3)", "min(logins, .Card)", "max(cards, #key)",
		"reduce(logins, .Password)", "reduce(logins, .Card)", "reduce(cards, #key)", "reduce(logins, #)", "reduce(logins, #acc + .Half, '')",
		"findLast(map(logins, .Half), true)", "findLast(map(logins, .Card), true)", "findLast(cards, true)", "filter(logins, .Size > 3)", "map(logins, .Card)", "groupBy(logins, .Name)", "find(logins, .Size < 0)",
		"uniq(logins, .Password)", "sortBy(logins, .Card)", "hist(logins, .Size)", "median(logins, .Size)",
	} {
		_, err := s.Eval(t.Context(), source)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v", source, err)
			continue
		}
		told := e.Message
		if e.Partial != nil {
			partials++
			told += e.Partial.Path
			if e.Partial.Value != nil {
				told += string(e.Partial.Value.JSON()) + e.Partial.Value.Line(1000)
			}
		}
		if strings.Contains(told, hidden) || strings.Contains(told, token[:18]) {
			t.Errorf("%s tells %s", source, told)
		}
	}
	if partials < 12 {
		t.Errorf("%d partial answers", partials)
	}
}
