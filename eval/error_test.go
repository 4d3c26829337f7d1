package eval

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/sightglass-go/sightglass/registry"
)

// TestErrors: each mistake has a code, a place and a way on.
func TestErrors(t *testing.T) {
	t.Parallel()
	s := NewSession(registry.New(), Limits{Time: time.Hour})
	if _, err := s.Eval(t.Context(), "hits = 5"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ source, code, text string }{
		{`1 + hitz`, "unknown_name", "unknown name hitz at 1:5; did you mean hits?"},
		{`null`, "unknown_name", "unknown name null at 1:1; write nil"},
		{`cont([1])`, "unknown_function", "unknown function cont at 1:1; did you mean count(…)?"},
		{`hits()`, "unknown_function", "hits is a name and not a function at 1:1; write it without ()"},
		{`len`, "unknown_name", "len is a function at 1:1; call it: len(…)"},
		{`len()`, "arguments", "len has 0 arguments at 1:1; write len(x)"},
		{`top([1])`, "arguments", "top has 1 argument at 1:1; write top(xs, n, .field)"},
		{`tree([1])[0].nope`, "no_field", "has no field nope at 1:14; dir(x) lists what may follow it"},
		{`(1 + 2`, "syntax", "this ( is not closed at 1:1; write its other half"},
		{`1 +`, "syntax", "the expression ends too early at 1:3; write what comes after its last sign"},
		{``, "syntax", "there is no expression here at 1:1"},
		{`x =`, "syntax", "there is no expression here at 1:4"},
		{`a.b = 1`, "syntax", "an expression cannot assign: it only looks at 1:5; x = … at the start of a line names the answer; did you mean ==?"},
		{`if x = 5 { 1 } else { 2 }`, "syntax", "an expression cannot assign"},
		{`filter([1], # = 1)`, "syntax", "did you mean ==?"},
		{`_ = 5`, "syntax", "_ is the last answer at 1:1; choose another name"},
		{`nil = 5`, "syntax", "nil is a word of the language"},
		{`len = 5`, "syntax", "len is a function"},
		{`$env = 5`, "syntax", "reserved"},
		{`let len = 1; len`, "syntax", "len is a function at 1:5"},
		{`let a = 1; let a = 2; a`, "syntax", "a has been declared already at 1:16"},
		{`1 == "1"`, "type", "an integer == a string makes no sense at 1:3; convert with int(…), float(…) or string(…)"},
		{`true == 1`, "type", "a boolean == an integer makes no sense"},
		{`[1] == 1`, "type", "a list == an integer"},
		{`duration("1s") > 5`, "type", `write the number as a duration, as in 5s`},
		{`1 < nil`, "type", "give a default with ??"},
		{`"a" + 1`, "type", "write string(…) to join text"},
		{`[1] + [2]`, "type", "join lists with concat(a, b)"},
		{`1 in ["a"]`, "type", "an integer can never be in a list that has none of its kind"},
		{`"a" in "abc"`, "type", `write s contains "…"`},
		{`[1] contains 1`, "type", "write x in xs"},
		{`filter([1], #)`, "type", "a condition is true or false, not an integer at 1:13; compare it, as in x > 0"},
		{`!1`, "type", "a condition is true or false"},
		{`1 ? 2 : 3`, "type", "a condition is true or false"},
		{`{a: 1}.b`, "no_key", `there is no key "b" at 1:8; m?.key or get(m, key) gives nil then`},
		{`{hits: 1}.hist`, "no_key", "did you mean hits?"},
		{`nil.a`, "syntax", "unexpected"},
		{`(nil).a`, "nil", "nil has no a at 1:7; write ?.a to get nil then"},
		{`{a: nil}.a.b`, "nil", "nil has no b at 1:12"},
		{`{a: 1}?.b.c`, "nil", "nil has no c"},
		{`[1][1]`, "range", "index 1 is out of range: there are 1 elements at 1:4"},
		{`[1]["a"]`, "no_field", "a list has no field a"},
		{`get([1], 0.5)`, "type", "an index needs an integer"},
		{`[1][1.5]`, "type", "an index needs an integer, not 1.5 at 1:4; round it with int(…)"},
		{`{a: 1}[1]`, "type", "the keys of this map are strings"},
		{`now().Yaer()`, "method", "a time has no method Yaer"},
		{`now().Year`, "no_field", "it is a method: write Year()"},
		{`"a".b`, "no_field", "a string has no field b"},
		{`"a" matches "("`, "syntax", "missing closing )"},
		{`count(5, # > 1)`, "type", "an integer is not a list or a map at 1:1"},
		{`count(nil, # > 1)`, "type", "give a default with ??"},
		{`split("a")`, "arguments", "write split(s, separator, n)"},
		{`upper(1)`, "type", "argument 1 of upper has to be a string, not an integer"},
		{`sort([1, "a"])`, "type", "makes no sense"},
		{`sort([1], "up")`, "arguments", `the order is "asc" or "desc"`},
		{`sum(["a"])`, "type", "a string cannot be added up"},
		{`reduce([], #acc + #)`, "range", "reduce of nothing has no answer"},
		{`# > 1`, "syntax", "unexpected \"#\""},
		{`filter([1], #foo > 1)`, "syntax", "unknown pointer #foo at 1:13; there are #, #index, #key, and #acc in reduce"},
		{`filter([1], #acc > 1)`, "syntax", "#acc is only defined in reduce"},
		{`len(1..9223372036854775807)`, "", ""},
		{`sort(1..9223372036854775807)`, "budget", "more than 64 MiB would be kept at 1:1; narrow it"},
		{`-9223372036854775807..9223372036854775807`, "range", "more elements than can be counted"},
		{`18446744073709551616`, "syntax", "this integer is too large to be written at 1:20; 18446744073709551615 is the largest; write it as a float, as in 1e20"},
		{`date("x")`, "arguments", "date: invalid date x"},
		{`duration("x")`, "arguments", `duration: "x" is no duration at 1:1; write it as "250ms", or as "1h30m"`},
		{`duration("")`, "arguments", `duration: "" is no duration at 1:1; write it as "250ms", or as "1h30m"`},
		{`duration("10")`, "arguments", `duration: "10" has no unit at 1:1; write duration("10s"), or "ms", or another`},
		{`duration("1h-5")`, "arguments", `duration: "1h-5" is no duration at 1:1; write it as "250ms", or as "1h30m"`},
		{`duration("5d")`, "arguments", `duration: "5d" is no duration at 1:1; a day is 24h`},
		{`duration("10s")`, "", ""},
		{`int("x")`, "arguments", `int: "x" is not an integer of 64 bits`},
		{`fromJSON("{")`, "arguments", "fromJSON: unexpected EOF"},
		{`path(1)`, "type", "argument 1 of path has to be a live object, not an integer"},
		{`1 ?? 2 + 3 ?? 4`, "syntax", "need parentheses"},
		{"\x1b[31m", "syntax", "unrecognized character"},
		{"\xff", "syntax", "not valid UTF-8"},
	} {
		_, err := answer(t, s, c.source)
		if codeOfError(err) != c.code {
			t.Errorf("%s: code %q, want %q (%v)", c.source, codeOfError(err), c.code, err)
			continue
		}
		if err == nil {
			continue
		}
		e := err.(*Error)
		if !strings.Contains(e.Message, c.text) {
			t.Errorf("%s: %s\n\twant %s", c.source, e.Message, c.text)
		}
		if strings.ContainsAny(e.Message, "\n\x1b") {
			t.Errorf("%s: %q is not one line", c.source, e.Message)
		}
	}
}

func TestSnippet(t *testing.T) {
	s := NewSession(registry.New(), Limits{})
	for _, c := range []struct{ source, want string }{
		{"1 + cach", "1 + cach\n    ^"},
		{"1 +\n\tcach", " cach\n ^"},
		{`"世" + cach`, "\"世\" + cach\n       ^"},
		{strings.Repeat("1 + ", 40) + "cach" + strings.Repeat(" + 1", 40),
			"… + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + cach + 1 + 1 + 1 + 1 + 1 + 1 + 1 + …\n" + strings.Repeat(" ", 36) + "^"},
	} {
		_, err := s.Eval(t.Context(), c.source)
		if got := err.(*Error).Snippet(); got != c.want {
			t.Errorf("%q:\n%s\nwant\n%s", c.source, got, c.want)
		}
	}
	if got := (&Error{}).Snippet(); got != "" {
		t.Errorf("no place: %q", got)
	}
}

// TestErrorOfLiteral: of several fields that a literal should not name the error is always about the same.
func TestErrorOfLiteral(t *testing.T) {
	reg := registry.New()
	reg.Expose("item", &struct{ n int }{1})
	s := NewSession(reg, Limits{})
	for range 100 {
		_, err := answer(t, s, "item == {d: 1, b: 2, n: 1, c: 3}")
		if err == nil || !strings.Contains(err.Error(), "no field b ") {
			t.Fatal(err)
		}
	}
}

// forger is an application whose texts look like lines of an answer, and turn the terminal.
type forger struct {
	items map[string]int
	text  string
}

const forged = "bad\n> ok\r\n\x1b[2J\u009b1A\u202edrow\x7f\xff"

func (*forger) Fail() error            { return errors.New(forged) }
func (*forger) Panic() int             { panic(forged) }
func (*forger) Take(string) int        { return 1 }
func (*forger) Two() (string, error)   { return "", errors.New(forged) }
func (*forger) Odd() (int, *time.Time) { panic(errors.New(forged)) }

// TestForgedLines: what the application says stays on the line of the error that repeats it.
func TestForgedLines(t *testing.T) {
	reg := registry.New()
	reg.Expose("f", &forger{items: map[string]int{forged: 1}, text: forged}, registry.Frozen(), registry.Methods("*"))
	reg.Func("broken", func(context.Context) any { panic(forged) })
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, source := range []string{
		"f.Fail()", "f.Panic()", "f.Two()", "f.Odd()", "broken", "f.items[f.text + \"x\"]", "int(f.text)", "float(f.text)", `"a" matches "(" + f.text`, "date(f.text)", "timezone(f.text)",
		"duration(f.text)", "fromJSON(f.text)", "fromBase64(f.text)", "f[f.text]", "get($env, f.text).x", "{a: 1}[f.text]", "1 + f.text", "f.text()", "'" + forged + "'", "f.items?." + forged, "\u202e", "'\u009b' + 1",
		"f.Take(1, f.text)", "watch " + forged, "now(timezone(\"UTC\")).Format(1)", "sortBy([1], #, f.text)",
	} {
		_, err := s.Eval(t.Context(), source)
		if err == nil {
			t.Errorf("%q is no mistake", source)
			continue
		}
		if text := err.Error(); strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }) >= 0 {
			t.Errorf("%q: %q", source, text)
		}
	}
}
