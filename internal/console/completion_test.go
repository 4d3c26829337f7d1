package console

import (
	"bytes"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

const cs = "cache    a cache\ncatalog  a catalog\ncount    a count\ncounter  a counter"

// TestListInPlace: a list of proposals stands below the line, and goes with the next change.
func TestListInPlace(t *testing.T) {
	for _, tc := range []struct {
		name  string
		rows  int
		in    []string
		want  string
		lines string
	}{
		{"a list", 6, []string{"c\t"}, "> c│\n" + cs, ""},
		{"again", 6, []string{"c\t", "\t", "\t"}, "> c│\n" + cs, ""},
		{"what is typed next", 6, []string{"c\t", "o"}, "> co│", ""},
		{"a key that changes nothing", 6, []string{"c\t", "\x1b[C", "\x0b"}, "> c│\n" + cs, ""},
		{"moved", 6, []string{"c\t", "\x01"}, "> │c", ""},
		{"another list", 6, []string{"c\t", "o", "\t"}, "> count│", ""},
		{"and then its own", 6, []string{"c\t", "o", "\t", "\t"}, "> count│\ncount    a count\ncounter  a counter", ""},
		{"Enter", 6, []string{"c\t", "\n"}, "> c\n> │", "c"},
		{"Ctrl-C", 6, []string{"c\t", "\x03"}, "> c^C\n> │", ""},
		{"a search", 6, []string{"c\t", "\x12"}, "(search: ) │", ""},
		{"cleared", 6, []string{"c\t", "\x0c"}, "> c│", ""},
		{"within the line", 6, []string{"x c y\x02\x02\t"}, "> x c│ y\n" + cs, ""},
		{"and typed there", 6, []string{"x c y\x02\x02\t", "z"}, "> x cz│ y", ""},
		{"below a line of two rows", 7, []string{"0123456789012345678901234 c\t"}, "> 012345678901234567890123\n4 c│\n" + cs, ""},
		{"below a line of two rows, within its first", 7, []string{"c 0123456789012345678901234\x01\x06\t"}, "> c│ 0123456789012345678901\n234\n" + cs, ""},
		{"below a full row", 7, []string{"0123456789012345678901 c\x02\x06\t"}, "> 0123456789012345678901 c\n│\n" + cs, ""},
		{"more than there is room for", 4, []string{"c\t"}, "> c│\ncache    a cache\ncatalog  a catalog\n… 2 lines more: Tab", ""},
		{"the rest", 4, []string{"c\t", "\t"}, "> c│\ncount    a count\ncounter  a counter\n… Tab shows the beginning", ""},
		{"the beginning", 4, []string{"c\t", "\t", "\t"}, "> c│\ncache    a cache\ncatalog  a catalog\n… 2 lines more: Tab", ""},
		{"begun anew", 4, []string{"c\t", "x", "\x7f", "\t"}, "> c│\ncache    a cache\ncatalog  a catalog\n… 2 lines more: Tab", ""},
		{"no room at all", 2, []string{"c\t"}, cs + "\n> c│", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			width := 26
			e := edit(t, width)
			e.editor.screen.rows = tc.rows
			for _, in := range tc.in {
				e.feed([]byte(in))
			}
			if got := e.screen.String(); got != tc.want {
				t.Errorf("the screen shows\n%s\nwant\n%s", got, tc.want)
			}
			if got := strings.Join(e.lines, "|"); got != tc.lines {
				t.Errorf("took %q, want %q", got, tc.lines)
			}
		})
	}
}

// TestListAndTheRest: what else writes on the screen removes the list first.
func TestListAndTheRest(t *testing.T) {
	for _, tc := range []struct {
		name string
		do   func(*reader)
		want string
	}{
		{"said", func(r *reader) { r.term.Say("here") }, "here\n> │"},
		{"leave", func(r *reader) { r.types("\x04") }, "> bye\n│"},
		{"shutdown", func(r *reader) { r.term.Shutdown("goodbye") }, ">\ngoodbye\n│"},
		{"interrupt", func(r *reader) { r.term.Interrupt() }, "> ^C\n> │"},
		{"end of input", func(r *reader) { r.term.EOF() }, "> bye\n│"},
		{"another width", func(r *reader) { r.vt.resize(30); r.term.SetSize(30, 6) }, "> │"},
		{"plain lines", func(r *reader) { r.term.SetEcho(false); r.types("1\n") }, "> line 1\n> │"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newReader(t)
			r.types("\t")
			r.sees("> │\nwait     a wait\nlong     a long\nhelp     explain the session, a comman…\ndir      list what is exposed, or what…\n… 11 lines more: Tab")
			tc.do(r)
			r.sees(tc.want)
		})
	}
}

// TestCompletionInSession: what is proposed in commands, and in what order.
func TestCompletionInSession(t *testing.T) {
	reg := registry.New()
	type queue struct{ jobs, done int }
	reg.Expose("queue", &queue{1, 2}, registry.Frozen())
	reg.Expose("stock", &struct{ items map[string]queue }{map[string]queue{"a": {}}}, registry.Frozen())
	s := New(eval.NewSession(reg, eval.Limits{}), &bytes.Buffer{}, eval.Limits{})
	complete := func(line string) string {
		var all []string
		for _, c := range s.Complete(t.Context(), line, len(line)) {
			all = append(all, line[:c.Start]+c.Text)
		}
		return strings.Join(all, "  ")
	}
	if err := s.Do(t.Context(), "x = 1"); err != nil {
		t.Fatal(err)
	}
	if got, want := complete(""), "queue  stock  _  x  help  dir  watch  vars  history  time  explain  set  json  who  level  quit  exit  abs(  addr(  all("; !strings.HasPrefix(got, want) {
		t.Errorf("an empty line completes to %s, want %s", got, want)
	}
	for _, tc := range []struct{ line, want string }{
		{"set format ", "set format text  set format json  set format auto"},
		{"set format j", "set format json"},
		{"set page ", "set page on  set page off  set page auto"},
		{"set items ", "set items auto"},
		{"set nix ", ""},
		{"set fo", "set format"},
		{"help qu", "help queue  help quit"},
		{"help queue.", "help queue.done  help queue.jobs"},
		{"watch qu", "watch queue"},
		{"watch queue ", "watch queue changes  watch queue until "},
		{"watch queue u", "watch queue until "},
		{"watch 2s queue.jobs un", "watch 2s queue.jobs until "},
		{"watch 2s qu", "watch 2s queue"},
		{"watch count(stock.items, upp", "watch count(stock.items, upper("},
		{"watch queue until _.", "watch queue until _.done  watch queue until _.jobs"},
		{"watch 2s stock.items until _.a.", "watch 2s stock.items until _.a.done  watch 2s stock.items until _.a.jobs"},
		{"watch 2 queue.jobs un", "watch 2 queue.jobs until "},
		{"watch -n 2 stock.items until _.a.", "watch -n 2 stock.items until _.a.done  watch -n 2 stock.items until _.a.jobs"},
		{"watch queue.jobs until _ > queue.d", "watch queue.jobs until _ > queue.done"},
		{"watch queue until \"_.\" == queue.j", "watch queue until \"_.\" == queue.jobs"},
		{"1; watch queue until _.j", "1; watch queue until _.jobs"},
		{"watch queue until_", ""},
	} {
		if got := complete(tc.line); got != tc.want {
			t.Errorf("%q completes to %q, want %q", tc.line, got, tc.want)
		}
	}
	for _, line := range []string{"watch queue.jobs until ", "watch queue until _.jobs > 3 && ("} {
		if got, want := complete(line), line+"_  "+line+"queue  "+line+"stock  "+line+"x  "+line+"abs("; !strings.HasPrefix(got, want) {
			t.Errorf("%q completes to %.200q, want %q", line, got, want)
		}
	}
}

// TestCompletionOfLongWatch: a line of 64 KiB does not become one of 500 MiB.
func TestCompletionOfLongWatch(t *testing.T) {
	s := New(eval.NewSession(registry.New(), eval.Limits{}), &bytes.Buffer{}, eval.Limits{})
	const most = 1 << 20
	line := "watch " + strings.Repeat("a", 30_000) + " until " + strings.Repeat("_ ", 15_000)
	took := attack.Allocated(most, func() {
		if got := s.Complete(t.Context(), line, len(line)); got != nil {
			t.Errorf("%d proposals", len(got))
		}
	})
	if took > most {
		t.Errorf("it took %d bytes, and may take %d", took, most)
	}
}

// TestListing: what the application has comes first, with its types, whatever follows.
func TestListing(t *testing.T) {
	reg := registry.New()
	reg.Expose("queue", new(struct{ n int }), registry.Frozen())
	reg.Expose("db.pool", new(struct{ n int }), registry.Frozen())
	s := New(eval.NewSession(reg, eval.Limits{}), &bytes.Buffer{}, eval.Limits{})
	lines := listing(s.Complete(t.Context(), "", 0), 80)
	want := `
db     namespace
queue  *struct { n int }
help     watch    history  explain  json     level    exit
dir      vars     time     set      who      quit
abs( `[1:]
	if got := strings.Join(lines, "\n"); !strings.HasPrefix(got, want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
