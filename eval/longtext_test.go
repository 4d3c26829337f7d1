package eval

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval/internal/fault"
	"github.com/sightglass-go/sightglass/eval/internal/library"
	"github.com/sightglass-go/sightglass/eval/internal/meter"
	"github.com/sightglass-go/sightglass/eval/internal/value"
	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// hugeText is how long a text of the application is here that is too long to be copied. The benchmark has longer ones.
const hugeText = 6 << 20

// bulk is a registry of texts as long as a string may be that an expression builds, and longer ones of hugeText bytes.
func bulk(hugeText int) *registry.Registry {
	reg := registry.New()
	fill := func(text string, n int) string { return strings.Repeat(text, n/len(text)+1)[:n] }
	huge := fill("lorem ipsum, ", hugeText)
	for name, text := range map[string]string{
		"long":   fill("lorem ipsum, ", meter.MaxText),
		"space":  fill(" ", meter.MaxText),
		"coded":  fill("YWJj", meter.MaxText),
		"digits": fill("7", meter.MaxText),
		"quoted": `"` + fill(`\u00e9bc`, maxToken-8-1<<16) + `"`,
		"runes":  fill("ǆ", meter.MaxText-2),
		"broken": fill("\x80", meter.MaxText),
		"keyed":  fill("token_", meter.MaxText), // what may be a secret at each place takes longest to search
		"part":   strings.Repeat("lorem ipsum, ", 100) + "x",
		"huge":   huge,
	} {
		reg.Expose(name, &text, registry.Frozen())
	}
	for name, n := range map[string]int{"bytes": meter.MaxText, "hugeBytes": hugeText} {
		list := []byte(huge[:n])
		reg.Expose(name, &list, registry.Frozen())
	}
	reg.Expose("m", &map[string]int{"a": 1})
	reg.Expose("list", &[]string{huge, huge}, registry.Frozen())
	return reg
}

// callsWith is everything that the language can do with a text, with x for that: each function with x at each place of
// its arguments, each loop over a list of it and with it in the predicate, each operator, and what has a syntax of its own.
func callsWith(x string) []string {
	fill := func(text string) string { return strings.ReplaceAll(text, "x", x) }
	var all []string
	for _, name := range library.Names() {
		fn := library.Lookup(name)
		if fn.Run == nil {
			continue
		}
		most := max(fn.Min, fn.Max)
		if fn.Max == library.Unlimited || most > fn.Min+2 {
			most = fn.Min + 2
		}
		written := strings.Split(fn.Args, ", ")
		for n := max(fn.Min, 1); n <= most; n++ {
			for at := range n {
				args := make([]string, n)
				for i := range args {
					args[i] = []string{`"a"`, `","`, `";"`}[i%3]
					switch {
					case i == at:
						args[i] = "x"
					case i < len(written) && written[i] == "n":
						args[i] = "2"
					case i == 0 && fn.Args == "x, key":
						args[i] = "m"
					}
				}
				all = append(all, fill(fmt.Sprintf("%s(%s)", name, strings.Join(args, ", "))))
			}
		}
		all = append(all, fill(name+"([x])"), fill(name+`({"k": x})`))
		if most >= 2 {
			all = append(all, fill(name+"(x, x)"), fill(name+"(x, part)"))
		}
	}
	for _, name := range library.Names() {
		fn := library.Lookup(name)
		if !fn.IsFold() {
			continue
		}
		body := []string{"#", "x", "# == x", `# contains "zz"`, "len(#) > 5", "# > x", "[#, x]"}
		for _, body := range body {
			if fn.Itself && body == "[#, x]" {
				continue // a chain without an end
			}
			others := strings.Repeat("2, ", fn.Predicate-1)
			all = append(all, fill(name+"([x, x], "+others+body+")"))
		}
	}
	for _, op := range []string{"+", "-", "*", "/", "%", "**", "^", "==", "!=", "<", "<=", ">", ">=", "..", "in", "contains", "startsWith", "endsWith", "??", "and", "or"} {
		for _, other := range []string{"x", "part", `"zz"`, "5", "[x]", "m"} {
			all = append(all, fill("x "+op+" "+other), fill(other+" "+op+" x"))
		}
	}
	for _, form := range []string{
		"x", "[x]", `{"k": x}`, `{(x): 1}`, "-x", "not x", "x ? 1 : 2", "x ?: 1", "let y = x; y", "let y = x; y[0:5]", "x; 5", "x.a", "x?.a", "x[0]", "x[-1]", `x["a"]`, "m[x]", "m?.[x]", `{"k": 1}[x]`,
		"x[0:1000]", "x[-1000:]", "x[5:10][1:2]", "x[100:][:-100][7:9]", "x[-100000000000:5]", "x[5:-9223372036854775807]", "x[9223372036854775807:]", "x[:]", "x[1:]", "x[:-1]", "len(x[1:])", `x[1:] contains "zz"`,
		"x.Len()", "x matches x", `x matches "zz"`, `"zz" matches x`, "x matches 5", `(x matches "lorem") and (x endsWith "zz")`, "$env[x]", "now().Format(x)", "date(x, x)", "[x] == [x]", "{k: x} == {k: x}", "x in list", "list[0] == x", "groupBy([x], #)[x]", "fromPairs([[x, 1]])[x]", "map([1], x)[0][2:5]",
		"sort([x, x + \"\"])", "sum(map(list, len(#)))", "y = x", "sort([x[1:], x[2:]])", "uniq([x, x])", "flatten([[x]])", `split(x, "")[0:1]`, `replace(x, ",", "")`, "toJSON({k: [x]})", `x | split(",") | count()`,
	} {
		all = append(all, fill(form))
	}
	return all
}

// callsOn are the calls of the functions on texts alone, with x as the text.
func callsOn(x string) []string {
	return slices.DeleteFunc(callsWith(x), func(source string) bool {
		name, _, _ := strings.Cut(source, "(")
		fn := library.Lookup(name)
		return fn == nil || fn.Family != library.TextFunctions
	})
}

// longCalls are those in which a certain text matters.
var longCalls = []string{
	`trim(space)`, `trim(space, "é ")`, "upper(runes)", "lower(broken)", "len(broken)", "len(runes)", "toJSON(broken)", "toJSON(runes)", "fromBase64(coded)", "fromJSON(quoted)", "fromJSON(digits)", "fromJSON(space)", "fromJSON(coded)",
	"int(digits)", "float(digits)", "int(space)", "duration(digits)", "date(space)", `repeat("ab", 2000000)`, `split(keyed, "_")`, "keyed", `keyed contains "zz"`, `split(runes, "")`, `lastIndexOf(long, part)`, "indexOf(long, part)",
	"long contains long", "long[1:] contains long[2:]", "indexOf(long, long[13:])", "lastIndexOf(long, long[13:])", "lastIndexOf(long[13:], long[26:] + part)", "indexOf(digits, digits[7:] + part)", "replace(long, part, part)",
	`huge contains part`, `hugeBytes contains part`, "huge contains long", `huge matches "z.*z$"`, `huge[7:] == huge[6:]`, "huge == huge", "count(list, len(#) > 5)", `count(list, # contains "zz")`, `find(list, # endsWith "zz")`, "len(huge[5:])", `huge startsWith long`, `huge endsWith long`, `hugeBytes endsWith long`, "huge[0:4194304] + huge[0:1]", "huge[0:5000000]",
	"sort(map(1..12, long))", "uniq(map(1..12, long))", "groupBy(map(1..12, long), #)", "max(map(1..40, long))", "sortBy(1..12, long)", "any(1..20, long != long)", "any(1..20, long[0:1000000] > long)",
	`toBase64(long[0:3000000])`, "hasPrefix(long, long)", "trimPrefix(long, part)", "trimSuffix(long, long[5:])", `long matches "z.*z$"`, `huge matches "(lorem|ipsum|x{5,9})+z"`, "huge startsWith huge", "m[huge]", "huge in m", "huge in list", `"a" in list`,
}

// maxToken is how long a token of JSON may be; see package library.
const maxToken = 1 << 20

// allCredit is more steps than any of these texts takes.
const allCredit = 1 << 30

// steps evaluates source with all credit given at once, so that what is left says how many steps were counted.
func steps(t testing.TB, s *Session, source string) (x value.Value, counted int, kept int, err error) {
	t.Helper()
	f := s.begin(t.Context(), s.limits)
	f.Count(allCredit)
	x, err = f.answer(source)
	return x, allCredit - f.Count(0), f.Peak(), err
}

// longest is the length of the longest text in an answer.
func longest(x any) (n int) {
	switch x := x.(type) {
	case string:
		return len(x)
	case []byte:
		return len(x)
	case []any:
		for _, y := range x {
			n = max(n, longest(y))
		}
	case map[string]any:
		for k, y := range x {
			n = max(n, len(k), longest(y))
		}
	case map[any]any:
		for k, y := range x {
			n = max(n, longest(k), longest(y))
		}
	}
	return n
}

// TestLongTexts has everything that works on a text work on one that is as long as can be built, and on one that is far
// longer. It holds that nothing builds a longer one, that what is copied is counted in steps and in bytes, and that what counts many steps ends with the
// next look once it is cancelled.
func TestLongTexts(t *testing.T) {
	s := NewSession(bulk(hugeText), Limits{Time: time.Hour})
	begun, answered, cancelled := 0, 0, 0
	for i, source := range slices.Concat(callsWith("long"), callsWith("huge"), callsOn("hugeBytes"), longCalls) {
		if i%attack.Stride(58) != 0 {
			continue
		}
		begun++
		before := allocated()
		x, counted, kept, err := steps(t, s, source)
		used := int(allocated() - before)
		switch n := longest(goValue(x)); {
		case err != nil && codeOfError(fault.From(err)) == "internal":
			t.Errorf("%s: %v", source, err)
		case n > meter.MaxText:
			t.Errorf("%s makes a text of %d bytes", source, n)
		case used > 4*meter.MaxText+8*kept+64*counted:
			t.Errorf("%s: %d bytes were allocated, for %d steps and %d bytes kept", source, used, counted, kept)
		case err == nil:
			answered++
		}
		if counted < 2*meter.MaxText {
			continue
		}
		ctx, cancel := context.WithCancel(t.Context())
		f := s.begin(ctx, s.limits)
		looks := 0
		f.Looked = func() {
			if looks++; looks == 4 {
				cancel()
			}
		}
		if _, err := f.answer(source); !errors.Is(err, context.Canceled) || looks > 6 { // a text that is only asked whether it may be shown leaves the error to who reads it
			t.Errorf("%s, cancelled in look 4: %v in look %d", source, err, looks)
		}
		cancelled++
		cancel()
	}
	if answered < begun/8 || cancelled == 0 {
		t.Errorf("only %d have an answer, and %d were cancelled", answered, cancelled)
	}
	t.Logf("%d in all, %d have an answer, %d were cancelled", begun, answered, cancelled)
}

// TestStepsOfLongTexts: what takes more than a millisecond for a text as long as can be built counts it in steps.
func TestStepsOfLongTexts(t *testing.T) {
	s := NewSession(bulk(hugeText), Limits{Time: time.Hour})
	for i, tc := range []struct {
		source string
		steps  int // that are counted at least
	}{
		{"long", meter.MaxText}, {"string(bytes)", meter.MaxText}, {"huge[7:4000007]", 4_000_000}, {"len(huge)", hugeText}, {`trim(space, "é ")`, meter.MaxText}, {"trim(space)", meter.MaxText},
		{"upper(long)", 2 * meter.MaxText}, {"lower(runes)", 2 * meter.MaxText}, {`fromJSON(quoted)`, maxToken - 1<<17}, {`long matches "z.*z$"`, 2 * meter.MaxText}, {`huge contains "zz"`, 2 * hugeText}, {`hugeBytes contains "zz"`, 2 * hugeText},
		{"huge startsWith part", hugeText}, {"huge endsWith part", hugeText}, {`huge matches "zz$"`, 2 * hugeText}, {`huge == "a"`, hugeText}, {`"a" in list`, 2 * hugeText}, {`long contains "zz"`, 2 * meter.MaxText}, {`split(long, "zz")`, 2 * meter.MaxText},
		{`replace(long, "zz", "z")`, 2 * meter.MaxText}, {`indexOf(long, "zz")`, 2 * meter.MaxText}, {`lastIndexOf(long, "zz")`, 2 * meter.MaxText}, {"toBase64(long[0:3000000])", 3_000_000}, {"toJSON(long[9:])", 2 * meter.MaxText}, {"long == long", meter.MaxText + meter.MaxText/16}, {"long < long", meter.MaxText + meter.MaxText/16},
		{`repeat("ab", 2000000)`, 4_000_000 / 16}, {"any(1..20, let y = long; false)", 20 * meter.MaxText}, {`let y = long[5:]; any(1..20, y + "a" == "")`, 20 * meter.MaxText / 16}, {`let y = long[5:]; any(1..20, y[1:] == "")`, 20 * meter.MaxText / 16}, {`let y = long[5:]; any(1..20, y != y + "")`, 40 * meter.MaxText / 16},
		{`let y = long[5:]; any(1..20, y > y)`, 20 * meter.MaxText / 16}, {`let y = long[5:]; sort([y, y, y, y])`, 4 * meter.MaxText / 16}, {`let y = long[5:]; any(1..20, ({(y): 1})[y] > 1)`, 40 * meter.MaxText / 16}, {`let y = long[5:]; let g = groupBy([y], #); any(1..20, g[y] == [])`, 20 * meter.MaxText / 16}, {"len(uniq([long, long]))", 2 * meter.MaxText},
	} {
		if i%attack.Stride(4) != 0 {
			continue
		}
		if _, counted, _, err := steps(t, s, tc.source); counted < tc.steps*9/10 || err != nil {
			t.Errorf("%s: %d steps were counted, want %d: %v", tc.source, counted, tc.steps, err)
		}
	}
}

// TestTooLongToBuild: nothing builds a text that is longer than what Go works on within some milliseconds.
func TestTooLongToBuild(t *testing.T) {
	s := NewSession(bulk(hugeText), Limits{Time: time.Hour, Bytes: 1 << 30})
	for _, source := range []string{`long + "x"`, `"x" + long`, `repeat("ab", 3000000)`, `repeat(long, 2)`, `join([long, "x"])`, `join(["", "x"], long)`, `replace(long, "l", "ll")`, "toBase64(long)", "toJSON(long)", "toJSON([long])", "lower(broken)", `reduce(1..30, #acc + #acc, "x")`, `huge[0:4194304] + "a"`, `split("a" + long, "a")`} {
		if x, _, _, err := steps(t, s, source); err == nil || !strings.Contains(err.Error(), "a string would get longer than 4 MiB") {
			t.Errorf("%s: %d bytes, %v", source, longest(x), err)
		}
	}
}

// TestPartsOfLongTexts: a part of a long text costs what the part costs, and is what it is of a short one.
func TestPartsOfLongTexts(t *testing.T) {
	s := NewSession(bulk(hugeText), Limits{Time: time.Hour})
	huge := strings.Repeat("lorem ipsum, ", hugeText/13+1)[:hugeText]
	for source, want := range map[string]any{
		"huge[0:10]": huge[0:10], "huge[-10:]": huge[len(huge)-10:], "huge[:-6291452]": huge[:4], "huge[5:5]": "", "huge[9:5]": "", "huge[6291455:]": huge[6291455:], "huge[6291456:]": "", "huge[-9223372036854775807:3]": huge[:3],
		"huge[1000000:1000100][3:5]": huge[1000003:1000005], "huge[10:][10:][:-6291426][-5:]": huge[25:30], "huge[5:-1][-3:]": huge[len(huge)-4 : len(huge)-1], "len(huge[7:1007])": 1000, "string(hugeBytes[7:1007])": huge[7:1007], "let y = huge; y[13:18]": "lorem",
		"huge[13:18] == \"lorem\"": true, "map(list, #[13:18])": []any{"lorem", "lorem"}, `count(list, #[13:18] startsWith "lor")`: 2, "hugeBytes[13]": 108, "list[0][14:15]": "o", "[huge[13:18], huge[0:1]]": []any{"lorem", "l"},
	} {
		got, counted, kept, err := steps(t, s, source)
		x := goValue(got)
		if xs, ok := x.([]any); ok && fmt.Sprint(xs) == fmt.Sprint(want) {
			x = want
		}
		if fmt.Sprint(x) != fmt.Sprint(want) || err != nil || counted > 500_000 || kept > 1<<20 {
			t.Errorf("%s: %v, %v, want %v; %d steps, %d bytes kept", source, x, err, want, counted, kept)
		}
	}
	// It is shown by its beginning, with what shows the next part.
	r, err := s.Eval(t.Context(), "huge")
	if err != nil || r.Node.Cut == nil || !strings.HasPrefix(r.Node.Cut.Path, "huge[") || r.Cost.Bytes > 1<<20 {
		t.Errorf("%+v, %v", r, err)
	}
	next, err := s.Eval(t.Context(), r.Node.Cut.Path)
	if err != nil || next.Node.Text != huge[len(r.Node.Text):][:len(next.Node.Text)] || next.Node.Text == "" {
		t.Errorf("%s: %+v, %v", r.Node.Cut.Path, next.Node, err)
	}
}

// TestAnswersAboutLongTexts: they are those about the same text that is short enough to be copied.
func TestAnswersAboutLongTexts(t *testing.T) {
	const n = meter.MaxText + meter.TextChunk + 3
	text := strings.Repeat("abc é ǆ\x80ij\xe2\x82 ", n/15+1)[:n]
	for i, ends := range []string{"é", "\xc3"} {
		text := text[:n-10-i] + ends
		reg := registry.New()
		reg.Expose("s", &text, registry.Frozen())
		list, tail := []byte(text), text[len(text)-9:]
		reg.Expose("b", &list, registry.Frozen())
		reg.Expose("tail", &tail)
		s := NewSession(reg, Limits{Time: time.Hour})
		questions := map[string]any{
			"len(s)": len(text), "len(b)": len(text), `s contains "ij"`: true, `s contains "ji"`: false, `s contains ""`: true, `b contains "ij"`: true, `s startsWith "abc é"`: true, `s startsWith "bc"`: false, `s startsWith ""`: true,
			"s endsWith tail": true, `s endsWith tail + "x"`: false, `s contains tail`: true, `s endsWith ""`: true, "b endsWith s[-5:]": true, `s matches "c é"`: true, `s matches "é .j"`: false, `s matches "^abc"`: true, `s == "abc"`: false, `s != "abc"`: true, `"abc" in [s]`: false,
			"s startsWith s[0:300000]": true, "s endsWith s[-300000:]": true, "s endsWith s[-300001:-1]": false, "s contains s[262100:262200]": true, "s contains s[1000000:1065000]": true, `s contains s[4194304:4194400] + "ji"`: false, `b == s[0:5]`: nil,
		}
		for k, source := range slices.Sorted(maps.Keys(questions)) {
			if (i+k)%attack.Stride(4) != 0 {
				continue
			}
			want := questions[source]
			x, err := answer(t, s, source)
			if want == nil {
				if err == nil {
					t.Errorf("%s: %v", source, x)
				}
				continue
			}
			if x != want || err != nil {
				t.Errorf("%s: %v, %v, want %v", source, x, err, want)
			}
		}
		for _, source := range []string{"upper(s)", "s + s", "s < s", "s == s", `split(s, ",")`, "[s] == [s]", "sort([s, s])", "groupBy([s], #)", "uniq([s])", "int(s)", "toJSON(s)", "toJSON([b])", "string(s)", "toBase64(b)", "s in {a: 1}", `"a" startsWith s`, "max([s])", "join([s])", "s * 2"} {
			if x, err := answer(t, s, source); err == nil || !strings.Contains(err.Error(), "take a part, as in ") {
				t.Errorf("%s: %.20q, %v", source, fmt.Sprint(x), err)
			}
		}
	}
}

// TestLongTextUnderLock: in a predicate that runs while a lock is held a text that takes long is not read. There is a way to ask.
func TestLongTextUnderLock(t *testing.T) {
	type page struct{ body, title string }
	book := &struct {
		mu    sync.Mutex
		pages map[string]*page
		list  []page
	}{pages: map[string]*page{"a": {strings.Repeat("lorem ", meter.MaxText/5), "A"}, "b": {"ipsum", "B"}}, list: []page{{body: strings.Repeat("lorem ", meter.MaxText/5)}}}
	reg := registry.New()
	reg.Expose("book", book)
	s := NewSession(reg, Limits{Time: time.Hour})
	for source, want := range map[string]any{
		`count(sort(keys(book.pages)), book.pages[#].body contains "m l")`: 1, `count(0..len(book.list)-1, book.list[#].body endsWith "m ")`: 1, `count(book.pages, .body[0:5] == "lorem")`: 1, `count(book.pages, len(.body) > 5)`: 1,
		`count(book.pages, .body contains "m l")`: "while a guard is held", `count(book.list, .body endsWith "m ")`: "while a guard is held",
	} {
		x, err := answer(t, s, source)
		if why, is := want.(string); is && (err == nil || !strings.Contains(err.Error(), why)) || !is && (x != want || err != nil) {
			t.Errorf("%s: %v, %v", source, x, err)
		}
	}
	if !book.mu.TryLock() {
		t.Error("the lock is still held")
	}
}

func TestTrim(t *testing.T) {
	s := NewSession(registry.New(), Limits{})
	for source, want := range map[string]string{
		`trim("")`: "", `trim("  ")`: "", "trim(\"\u00a0 \\t x y\\n\")": "x y", `trim("éxé", "é")`: "x", `trim("abcba", "ab")`: "c", `trim("aaa", "a")`: "", `trim("x", "")`: "x", `trim("xyx", "y")`: "xyx",
	} {
		if x, err := answer(t, s, source); err != nil || x != want {
			t.Errorf("%s: %v, %v", source, x, err)
		}
	}
}

// BenchmarkLongTexts measures the longest time that passes between two looks of the meter while something is
// done with a long text, beside the time that a plain copy of one takes. It is processor time, where that is to be had:
// what others on the machine took does not count.
func BenchmarkLongTexts(b *testing.B) {
	s := NewSession(bulk(64<<20), Limits{Time: time.Hour})
	text := strings.Repeat("x", meter.MaxText)
	b.Run("copy", func(b *testing.B) {
		for b.Loop() {
			text = strings.Clone(text)
		}
	})
	for _, source := range slices.Concat(longCalls, callsWith("long"), callsWith("huge"), callsOn("hugeBytes")) {
		b.Run(source, func(b *testing.B) {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			var longest time.Duration
			for b.Loop() {
				f := s.begin(b.Context(), s.limits)
				last := threadTime()
				f.Looked = func() {
					now := threadTime()
					longest, last = max(longest, now-last), now
				}
				_, err := f.eval(source)
				longest = max(longest, threadTime()-last)
				if err != nil && codeOfError(fault.From(err)) == "internal" {
					b.Error(err)
				}
			}
			b.ReportMetric(float64(longest.Microseconds())/1000, "ms-longest")
		})
	}
}
