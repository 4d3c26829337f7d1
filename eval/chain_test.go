package eval

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

type (
	entry struct {
		id     int
		next   *entry
		any    any
		secret *entry `inspect:"secret"`
	}
	guarded struct {
		mu   sync.Mutex
		head *entry
	}
)

// chainOf returns n entries, each the next of the one before.
func chainOf(n int) *entry {
	var e *entry
	for i := n; i > 0; i-- {
		e = &entry{id: i, next: e, secret: e}
		if e.next != nil {
			e.any = e.next
		}
	}
	return e
}

func TestChain(t *testing.T) {
	ring, late := chainOf(3), chainOf(4)
	ring.next.next.next = ring
	late.next.next.next.next = late.next.next
	reg := registry.New()
	reg.Expose("e", chainOf(5))
	reg.Expose("g", &guarded{head: chainOf(5)})
	reg.Expose("none", &guarded{})
	reg.Expose("ring", ring)
	reg.Expose("late", late)
	reg.Expose("parents", map[string]string{"leaf": "twig", "twig": "tree"})
	reg.Expose("err", &struct{ err error }{fmt.Errorf("a: %w", fmt.Errorf("b: %w", errors.New("c")))})
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, c := range []struct{ source, want, note string }{
		{source: `map(chain(e, .next), .id)`, want: `[1, 2, 3, 4, 5]`},
		{source: `chain(e, .next) | map(.id) | sum()`, want: `15`},
		{source: `len(chain(g.head, .next))`, want: `5`},
		{source: `map(chain(g.head, .any), .id)`, want: `[1, 2, 3, 4, 5]`},
		{source: `chain(e, .next)[4].id`, want: `5`},
		{source: `last(chain(e, .next)).id`, want: `5`},
		{source: `type(chain(e, .next))`, want: `"[]any"`},
		{source: `map(chain(e.next.next.next, .next), {{id: .id, at: #index}})`, want: `[{"at": 0, "id": 4}, {"at": 1, "id": 5}]`},
		{source: `take(chain(e, .next), 2) | map(.id)`, want: `[1, 2]`},
		{source: `find(chain(e, .next), .id == 3).next.id`, want: `4`},
		{source: `chain(none.head, .next)`, want: `[]`},
		{source: `chain(nil, .next)`, want: `[]`},
		{source: `chain("leaf", get(parents, #))`, want: `["leaf", "twig", "tree"]`},
		{source: `chain(3, # > 0 ? # - 1 : nil)`, want: `[3, 2, 1, 0]`},
		// A link that was met before ends it.
		{source: `map(chain(ring, .next), .id)`, want: `[1, 2, 3]`, note: "the chain comes back to link 0 and stops there"},
		{source: `count(chain(late, .next), true)`, want: `4`, note: "the chain comes back to link 2 and stops there"},
		{source: `chain(7, 7)`, want: `[7]`, note: "the chain comes back to link 0 and stops there"},
		{source: `take(chain(ring, .next), 3) | map(.id)`, want: `[1, 2, 3]`},
		// What is hidden stays hidden.
		{source: `chain(e, .secret)`, want: `error: e.secret is redacted at 1:10; it may be shown as redacted, and nothing else`},
		{source: `chain(e, .nope)`, want: `error: e (eval.entry) has no field nope at 1:11; dir(e) lists what it has`},
		{source: `chain(e)`, want: `error: chain has 1 argument at 1:1; write chain(x, .next)`},
	} {
		r, _ := s.Eval(t.Context(), c.source)
		if got := shown(t, s, c.source); got != c.want {
			t.Errorf("%s\n%s\nwant\n%s", c.source, got, c.want)
		}
		if got := strings.Join(r.Notes, "; "); got != c.note && !strings.HasSuffix(got, "was read racily: nothing guards it") {
			t.Errorf("%s: the notes %q, want %q", c.source, got, c.note)
		}
	}
	if got := s.Complete(`map(chain(e, .ne`, 16); len(got) != 1 || got[0].Text != "next" {
		t.Error(got)
	}
}

// TestChainIsBounded: a long chain is charged for what it keeps, and one without end ends with the
// budget.
func TestChainIsBounded(t *testing.T) {
	reg := registry.New()
	reg.Expose("e", chainOf(10_000))
	s := NewSession(reg, Limits{Time: time.Hour, Bytes: 2 << 20})
	for source, want := range map[string]string{
		`count(chain(e, .next), .id > 10)`: `9990`,
		`len(chain(e, .next))`:             `10000`,
		`last(chain(e, .next)).id`:         `10000`,
		`chain(e, .next)`:                  `error: more than 2 MiB would be kept at 1:1; narrow it with filter(…) or take(…), let count, sum or reduce do the work, or raise the server's Limits.Bytes`,
		`len(chain(0, # + 1))`:             `error: more than 2 MiB would be kept at 1:1; narrow it with filter(…) or take(…), let count, sum or reduce do the work, or raise the server's Limits.Bytes`,
	} {
		if got := shown(t, s, source); got != want {
			t.Errorf("%s\n%s\nwant\n%s", source, got, want)
		}
	}
}

func TestPrint(t *testing.T) {
	reg := registry.New()
	reg.Expose("t", &struct {
		stack, windows, wild, secret string
		bytes                        []byte
		long                         string
	}{
		"goroutine 1 [running]:\nmain.main()\n\t/src/main.go:7 +0x1d\n", "one\r\ntwo\r\n", "a\x1b[31mb\u202e\nc\td\xff", "key", []byte("a\nb"),
		strings.Repeat("x", 5<<20),
	})
	s := NewSession(reg, Limits{Time: time.Hour})
	for source, want := range map[string]string{
		`t.stack`:                      `"goroutine 1 [running]:\nmain.main()\n\t/src/main.go:7 +0x1d\n"`,
		`print(t.stack)`:               "goroutine 1 [running]:\nmain.main()\n        /src/main.go:7 +0x1d",
		`trace = print(t.stack)`:       "goroutine 1 [running]:\nmain.main()\n        /src/main.go:7 +0x1d",
		`print(t.windows)`:             "one\ntwo",
		`print(t.wild)`:                "a\\x1b[31mb\\u202e\nc       d\\xff",
		`print(t.bytes)`:               "a\nb",
		`print("é" + "\t" + "x")`:      "é       x",
		`print("one")`:                 "one",
		`print("")`:                    `""`,
		`print(5)`:                     "5",
		`print([1, "a\nb"])`:           `[1, "a\nb"]`,
		`print(t.stack) contains "\n"`: "true",
		`len(print(t.stack))`:          "57",
		`print(t.secret)`:              "error: t.secret is redacted at 1:1; it may be shown as redacted, and nothing else",
		`print(t.long)`:                "error: t.long has 5 MiB, more than the 4 MiB that can be worked on at a time at 1:1; take a part, as in t.long[0:1000]",
		`print()`:                      "error: print has 0 arguments at 1:1; write print(x)",
	} {
		if got := shown(t, s, source); got != want {
			t.Errorf("%s\n%s\nwant\n%s", source, got, want)
		}
	}
}

// TestNotesOfMany: a predicate that has something to note of each element does not note it of all.
func TestNotesOfMany(t *testing.T) {
	s := NewSession(registry.New(), Limits{Time: time.Hour})
	r, err := s.Eval(t.Context(), "sum(map(1..300, len(chain(#, # > 0 ? # - 1 : 0))))")
	if err != nil || r.Node.Line(0) != "45450" || len(r.Notes) != 51 || r.Notes[49] != "the chain comes back to link 50 and stops there" || r.Notes[50] != "further notes are left out: ask for a part" {
		t.Errorf("%v, %v, %q", r.Node.Line(0), err, r.Notes)
	}
}
