package console

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// book is an evaluator that answers a number with as many lines, each fifth of them a lamp, and any
// other line as fake does.
type book struct{ fake }

func (b *book) Run(ctx context.Context, q eval.Query) (eval.Result, error) {
	n := 0
	if _, err := fmt.Sscanf(strings.TrimSpace(q.Source), "%d", &n); err != nil {
		return b.fake.Run(ctx, q)
	}
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprint("line ", i+1)
		if i%5 == 4 {
			lines[i] += ", a Lamp"
		}
	}
	r := eval.Result{Node: &render.Node{}, Page: &render.Page{}}
	r.Page.Verbatim(strings.Join(lines, "\n"))
	return r, nil
}

// reader is a person in front of a terminal.
type reader struct {
	t    *testing.T
	term *Terminal
	peer *peer
	vt   *vt
}

// newReader returns a reader in front of an empty screen of 40 columns and 6 rows.
func newReader(t *testing.T) *reader {
	t.Helper()
	return newReaderOf(t, &book{}, 6)
}

// newReaderOf returns a reader of what e answers, in front of an empty screen of 40 columns.
func newReaderOf(t *testing.T, e Evaluator, rows int) *reader {
	t.Helper()
	p := newPeer()
	s := New(e, p, eval.Limits{})
	term := Attach(context.Background(), s, p, nil)
	t.Cleanup(func() {
		p.vanish()
		term.Hangup(nil)
		wait(t, term)
	})
	term.Start()
	p.answer(t)
	term.SetEcho(true)
	term.SetSize(40, rows)
	r := &reader{t, term, p, newVT(t, 40)}
	r.vt.Write([]byte(prompt))
	return r
}

// sees waits until the whole screen is want, │ being the cursor.
func (r *reader) sees(want string) {
	r.t.Helper()
	seen := 0
	r.peer.until(r.t, "the screen\n"+want+"\n", func(got string) bool {
		r.vt.Write([]byte(got[seen:]))
		seen = len(got)
		return r.vt.String() == want
	})
}

func (r *reader) types(keys string) { r.term.Feed([]byte(keys)) }

// scene is keys, what they add to the screen, and the row of the cursor below that.
type scene struct{ keys, added, row string }

// plays types the keys of each scene and waits for what the screen then shows.
func (r *reader) plays(scenes []scene) {
	r.t.Helper()
	above := ""
	for _, s := range scenes {
		r.types(s.keys)
		above += s.added
		r.sees(above + s.row)
	}
}

// ask asks for so many lines and waits for the first page.
func (r *reader) ask(lines int) {
	r.t.Helper()
	r.types(fmt.Sprint(lines, "\r"))
	r.sees(firstPage(lines))
}

func firstPage(lines int) string {
	return fmt.Sprint("> ", lines, "\nline 1\nline 2\nline 3\nline 4\n-- more --  4 of ", lines, " lines│")
}

// pressed is what is to be seen once those keys were pressed at the first page. | parts packets.
type pressed struct{ name, keys, want string }

func press(t *testing.T, lines int, all []pressed) {
	for _, tc := range all {
		t.Run(tc.name, func(t *testing.T) {
			r := newReader(t)
			r.ask(lines)
			for packet := range strings.SplitSeq(tc.keys, "|") {
				r.types(packet)
			}
			r.sees(tc.want)
		})
	}
}

// TestPager: what each key does after the first page.
func TestPager(t *testing.T) {
	const head = "> 9\nline 1\nline 2\nline 3\nline 4\n"
	const tail = "line 5, a Lamp\nline 6\nline 7\nline 8\nline 9\n> │"
	press(t, 9, []pressed{
		{"space", " ", head + tail},
		{"f", "f", head + tail},
		{"PageDown", "\x1b[6~", head + tail},
		{"the rest", "G", head + tail},
		{"Enter", "\r", head + "line 5, a Lamp\n-- more --  5 of 9 lines│"},
		{"Down, as two packets", "\x1b[|B", head + "line 5, a Lamp\n-- more --  5 of 9 lines│"},
		{"two keys at once", "\rj", head + "line 5, a Lamp\nline 6\n-- more --  6 of 9 lines│"},
		{"q", "q", head + "… 5 lines not shown\n> │"},
		{"Ctrl-D", "\x04", head + "… 5 lines not shown\n> │"},
		{"Ctrl-C", "\x03", head + "… 5 lines not shown\n> │"},
		{"after another line", "\rq", head + "line 5, a Lamp\n… 4 lines not shown\n> │"},
		{"a single line is left", "\rjjjq", head + "line 5, a Lamp\nline 6\nline 7\nline 8\n… 1 line not shown\n> │"},
		{"keys that mean nothing", "xyz\t\x1b[D5", head + "-- more --  4 of 9 lines│"},
		{"the next line is typed ahead", "q1\r", head + "… 5 lines not shown\n> 1\nline 1\n> │"},
		{"a search", "/lamp", head + "/lamp│"},
		{"a search that finds", "/lin|e 8\r", head + "… 3 lines skipped\nline 8\nline 9\n> │"},
		{"the next line is found", "/line 5\r", head + tail},
		{"one in capitals", "/LAMP\r", head + "-- not found: LAMP --  4 of 9 lines│"},
		{"nothing is found", "/xyz\r", head + "-- not found: xyz --  4 of 9 lines│"},
		{"nothing is found, a page", "/xyz\r| ", head + tail},
		{"nothing to search for", "/\r", head + "-- more --  4 of 9 lines│"},
		{"a search that is edited", "/lamb\x7fq\x15line 9\r", head + "… 4 lines skipped\nline 9\n> │"},
		{"a search that is erased", "/l\x7f\x7f\r", head + "line 5, a Lamp\n-- more --  5 of 9 lines│"},
		{"a search that is given up", "/lamp\x07", head + "-- more --  4 of 9 lines│"},
		{"a search that is interrupted", "/lamp\x03", head + "-- more --  4 of 9 lines│"},
	})
}

// TestPagerOfLongAnswers: an answer whose first screen is shown before the rest is laid out is turned like
// any other.
func TestPagerOfLongAnswers(t *testing.T) {
	const head = "> 900\nline 1\nline 2\nline 3\nline 4\n"
	press(t, 900, []pressed{
		{"nothing", "", head + "-- more --  4 of 900 lines│"},
		{"Enter", "\r", head + "line 5, a Lamp\n-- more --  5 of 900 lines│"},
		{"q", "q", head + "… 896 lines not shown\n> │"},
		{"Ctrl-C", "\x03", head + "… 896 lines not shown\n> │"},
		{"a search", "/line 898\r", head + "… 893 lines skipped\nline 898\nline 899\nline 900, a Lamp\n> │"},
		{"nothing is found", "/xyz\r", head + "-- not found: xyz --  4 of 900 lines│"},
	})
}

// openings is a pager that notes how much of an answer there was when it was opened.
type openings struct {
	rows  int
	at    []int
	parts []string
	from  []int
}

func (o *openings) open(part []byte) (int, error) {
	o.at = append(o.at, len(part))
	lines := bytes.SplitAfterN(part, []byte("\n"), o.rows+1)
	if len(lines) <= o.rows {
		return 0, nil
	}
	return len(part) - len(lines[o.rows]), nil
}

func (o *openings) page(part []byte, at int, last bool) (int, error) {
	o.parts, o.from = append(o.parts, string(part)), append(o.from, at)
	return 0, nil
}

// TestFirstScreenComesFirst: the pager has the first screen of a long answer long before the rest is
// written, once, and looks for it a few times only.
func TestFirstScreenComesFirst(t *testing.T) {
	for _, rows := range []int{3, 300, 1 << 20} {
		o := &openings{rows: rows}
		a := &answer{ctx: t.Context(), left: 1 << 20, page: o}
		var all strings.Builder
		first := 0
		for i := range 50_000 {
			line := fmt.Sprintln("line", i)
			all.WriteString(line)
			if _, err := a.Write([]byte(line)); err != nil {
				t.Fatal(err)
			}
			if a.shown > 0 && first == 0 {
				first = all.Len()
			}
		}
		if err := a.end(); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(o.parts, ""); got != all.String() || len(o.parts) != 1 {
			t.Errorf("%d bytes in %d parts, want %d", len(got), len(o.parts), all.Len())
		}
		want := strings.Join(strings.SplitAfterN(all.String(), "\n", rows+1)[:min(rows, 50_000)], "")
		if rows > 50_000 {
			want = ""
		}
		if o.from[0] != len(want) {
			t.Errorf("%d bytes are the first screen, want %d", o.from[0], len(want))
		}
		if len(o.at) > 10 || rows == 3 && (len(o.at) != 1 || first > 2*chunk) {
			t.Errorf("%d rows: asked at %v bytes, shown after %d", rows, o.at, first)
		}
	}
}

// TestPagerSearchesOn: n finds the next line with the same text, and / with nothing the same.
func TestPagerSearchesOn(t *testing.T) {
	newReader(t).plays([]scene{
		{"30\r", "> 30\nline 1\nline 2\nline 3\nline 4\n", "-- more --  4 of 30 lines│"},
		{"/lamp\r", "line 5, a Lamp\nline 6\nline 7\nline 8\nline 9\n", "-- more --  9 of 30 lines│"},
		{"n", "line 10, a Lamp\nline 11\nline 12\nline 13\nline 14\n", "-- more --  14 of 30 lines│"},
		{"/ne 25\r", "… 10 lines skipped\nline 25, a Lamp\nline 26\nline 27\nline 28\n", "-- more --  28 of 30 lines│"},
		{"/\r", "", "-- not found: ne 25 --  28 of 30 lines│"},
		{"q", "… 2 lines not shown\n", "> │"},
	})
}

// TestPagerWithin: q leaves one answer of a line, Ctrl-C the line.
func TestPagerWithin(t *testing.T) {
	const first = "line 1\nline 2\nline 3\nline 4\n"
	newReader(t).plays([]scene{
		{"9; 1; 7\r", "> 9; 1; 7\n" + first, "-- more --  4 of 9 lines│"},
		{"q", "… 5 lines not shown\nline 1\n" + first, "-- more --  4 of 7 lines│"},
		{"G9; 1\r", "line 5, a Lamp\nline 6\nline 7\n> 9; 1\n" + first, "-- more --  4 of 9 lines│"},
		{"\x03", "… 5 lines not shown\n", "> │"},
	})
}

// TestNoPager: an answer that fits is written at once, and any answer where nobody turns pages.
func TestNoPager(t *testing.T) {
	all := func(n int) string {
		var b strings.Builder
		fmt.Fprintf(&b, "> %d\n", n)
		for i := 1; i <= n; i++ {
			fmt.Fprint(&b, "line ", i)
			if i%5 == 0 {
				b.WriteString(", a Lamp")
			}
			b.WriteString("\n")
		}
		return b.String()
	}
	for _, tc := range []struct {
		name   string
		before func(*reader)
		keys   string
		want   string
	}{
		{"it fits", func(*reader) {}, "5\r", all(5) + "> │"},
		{"the size is not known", func(r *reader) { r.term.SetSize(40, 0) }, "40\r", all(40) + "> │"},
		{"the terminal is dumb", func(r *reader) { r.term.SetType("DUMB") }, "9\r", all(9) + "> │"},
		{"it is off", func(r *reader) {
			r.types("set page off\r")
			r.sees("> set page off\n> │")
			r.vt.rows, r.vt.row = nil, 0
			r.vt.Write([]byte("\r" + prompt))
		}, "9\r", all(9) + "> │"},
		{"as JSON", func(r *reader) { r.term.session.restyle(func(st *style) { st.json = true }) }, "9\r", "> 9\nnull\n> │"},
		{"the next line was typed ahead", func(*reader) {}, "9\r1\r", all(9) + all(1) + "> │"},
		{"a paste", func(*reader) {}, "\x1b[200~9\r1\r\x1b[201~", all(9) + all(1) + "> │"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := newReader(t)
			tc.before(r)
			r.types(tc.keys)
			r.sees(tc.want)
		})
	}
	t.Run("plain lines", func(t *testing.T) {
		r := newReader(t)
		r.term.SetEcho(false)
		r.types("9\n")
		if got := r.peer.waitFor(t, "line 9\n> "); strings.Contains(got, "more") {
			t.Errorf("got %q", got)
		}
	})
	t.Run("JSON mode", func(t *testing.T) {
		r := newReader(t)
		r.types("json on\r")
		r.peer.waitFor(t, "}\n")
		r.types("9\n")
		if got := r.peer.waitFor(t, "}\n"); strings.Count(got, "\n") != 1 {
			t.Errorf("got %q", got)
		}
		r.types("help\n")
		if got := r.peer.waitFor(t, "}\n"); strings.Count(got, "\n") != 1 {
			t.Errorf("got %q", got)
		}
	})
	t.Run("plain lines with page on", func(t *testing.T) {
		r := newReader(t)
		r.term.SetEcho(false)
		r.types("set page on\n")
		r.types("9\n")
		if got := r.peer.waitFor(t, "line 9\n> "); strings.Contains(got, "more") {
			t.Errorf("got %q", got)
		}
	})
}

// TestPagerWhileItWaits: what may happen to the connection while the pager waits.
func TestPagerWhileItWaits(t *testing.T) {
	head := strings.TrimSuffix(firstPage(9), "-- more --  4 of 9 lines│")
	const tail = "line 5, a Lamp\nline 6\nline 7\nline 8\nline 9\n"
	t.Run("interrupt", func(t *testing.T) {
		r := newReader(t)
		r.ask(9)
		r.term.Interrupt()
		r.sees(head + "… 5 lines not shown\n> │")
	})
	t.Run("end of input", func(t *testing.T) {
		r := newReader(t)
		r.ask(9)
		r.term.EOF()
		r.sees(head + tail + "> bye\n│")
	})
	t.Run("plain lines from here on", func(t *testing.T) {
		r := newReader(t)
		r.ask(9)
		r.term.SetEcho(false)
		r.sees(head + tail + "> │")
	})
	t.Run("shutdown", func(t *testing.T) {
		r := newReader(t)
		r.ask(9)
		r.term.Shutdown("goodbye")
		r.sees(head + "… 5 lines not shown\ngoodbye\n│")
		if err := wait(t, r.term); err != nil {
			t.Error(err)
		}
	})
	t.Run("hangup", func(t *testing.T) {
		r := newReader(t)
		r.ask(9)
		gone := errors.New("gone")
		r.term.Hangup(gone)
		if err := wait(t, r.term); !errors.Is(err, gone) {
			t.Errorf("the session ended with %v", err)
		}
	})
	t.Run("the output is aborted", func(t *testing.T) {
		r := newReader(t)
		r.ask(9)
		r.term.AbortOutput()
		r.types("1\r")
		if got := r.peer.waitFor(t, "line 1\n> "); !strings.HasPrefix(got, "\n… the output was stopped here\n> 1\n") {
			t.Errorf("got %q", got)
		}
	})
	t.Run("somebody says something", func(t *testing.T) {
		r := newReader(t)
		r.ask(9)
		r.term.Say("here")
		r.sees(head + "here\n-- more --  4 of 9 lines│")
		if _, busy := r.term.Evaluating(); busy {
			t.Error("the session is taken for busy: it would never be idle for too long")
		}
		r.types("/x")
		r.sees(head + "here\n/x│")
		r.term.Say("there")
		r.sees(head + "here\nthere\n/x│")
	})
	t.Run("another size", func(t *testing.T) {
		r := newReader(t)
		r.ask(30)
		for _, width := range []int{20, 72, 40} {
			r.vt.resize(width)
			r.term.SetSize(width, 4)
		}
		r.sees(firstPage(30))
		r.types(" ")
		r.sees("> 30\nline 1\nline 2\nline 3\nline 4\nline 5, a Lamp\nline 6\nline 7\n-- more --  7 of 30 lines│")
		r.types("/abc")
		r.sees("> 30\nline 1\nline 2\nline 3\nline 4\nline 5, a Lamp\nline 6\nline 7\n/abc│")
		r.vt.resize(60)
		r.term.SetSize(60, 4)
		r.types("d")
		r.sees("> 30\nline 1\nline 2\nline 3\nline 4\nline 5, a Lamp\nline 6\nline 7\n/abcd│")
	})
}

// TestRowsOfPages: rows are counted as a terminal wraps them, and no text is lost between them.
func TestRowsOfPages(t *testing.T) {
	for _, tc := range []struct {
		text  string
		width int
		want  []string
	}{
		{"", 4, nil},
		{"ab\n\ncd", 4, []string{"ab\n", "\n", "cd"}},
		{"abcd\nef", 4, []string{"abcd\n", "ef"}},
		{"abcdefghi\n", 4, []string{"abcd", "efgh", "i\n"}},
		{"日本語日\n", 5, []string{"日本", "語日\n"}},
		{"\x1b[31mabcd\x1b[0m\nef\n", 4, []string{"\x1b[31mabcd\x1b[0m\n", "ef\n"}},
		{"\x1b[31mabcde\x1b[0m\n", 4, []string{"\x1b[31mabcd", "e\x1b[0m\n"}},
		{"日", 1, []string{"日"}},
		{"a\xff\xfeb", 2, []string{"a\xff", "\xfeb"}},
		{"e\u0301e\u0301e\u0301", 2, []string{"e\u0301e\u0301", "e\u0301"}},
		{"\x1b", 2, []string{"\x1b"}},
	} {
		p := pages{text: []byte(tc.text)}
		var got []string
		for p.at < len(p.text) {
			got = append(got, string(p.take(tc.width, 1)))
		}
		if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", tc.want) {
			t.Errorf("%q in %d columns: %q, want %q", tc.text, tc.width, got, tc.want)
		}
	}
	p := pages{text: []byte("1\n\x1b[31mred\x1b[0m l\x1b[1mam\x1b[0mp\n3"), want: "red lamp"}
	if skipped, found := p.find(); skipped != 1 || !found || p.at != 2 {
		t.Errorf("a text in colors: %d, %v, %d", skipped, found, p.at)
	}
}

// TestLongRows: a line longer than the screen is shown whole, with nothing added to it but where a
// page ends.
func TestLongRows(t *testing.T) {
	r := newReader(t)
	r.term.SetSize(40, 12)
	line := strings.Repeat("0123456789", 60)
	r.types(line + "\r")
	row := line[:40] + "\n"
	asked := "> " + line[:38] + "\n" + strings.Repeat(line[38:78]+"\n", 14) + line[38:40] + "\n"
	r.sees(asked + strings.Repeat(row, 10) + "-- more --  0 of 1 line│")
	r.types(" ")
	r.sees(asked + strings.Repeat(row, 15) + "> │")
}
