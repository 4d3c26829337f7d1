package console

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/registry"
)

// sized is a session on a terminal of any size. Its objects change while they are read without
// locks, so answers have notes, and a watch takes three samples.
type sized struct {
	*eval.Session
	console *Session
	objects [3]*struct {
		S    string
		N    int
		M    map[string]int
		List []any
	}
	asked int
}

func newSized(out *strings.Builder) *sized {
	reg := registry.New()
	s := &sized{}
	for i := range s.objects {
		s.objects[i] = &struct {
			S    string
			N    int
			M    map[string]int
			List []any
		}{strings.Repeat("日本 text ", i+1), 1_000_000 * i, map[string]int{"a": 1, "b": 2}, []any{1, "two", nil, []int{3}}}
		reg.Expose(fmt.Sprintf("s%d", i+1), s.objects[i], registry.Doc("one of three that nothing guards"))
	}
	limits := eval.Limits{Time: 100 * time.Millisecond, Entries: 10_000, Bytes: 1 << 20, Output: 64 << 10}
	s.Session = eval.NewSession(reg, limits)
	s.console = New(s, out, limits)
	s.console.clock = &fakeClock{now: time.Date(2026, 11, 23, 14, 3, 1, 0, time.UTC)}
	s.console.SetPeers(func() []Peer {
		return []Peer{{ID: "1", User: "joe", Addr: "127.0.0.1:5", Level: "look", Doing: "count(\n日本)", Self: true}, {ID: "12"}}
	})
	return s
}

// Run changes something before each evaluation, and ends a watch at the third.
func (s *sized) Run(ctx context.Context, q eval.Query) (eval.Result, error) {
	s.asked++
	o := s.objects[s.asked%3]
	o.N += s.asked
	o.S += "+"
	o.List = append(o.List, s.asked)
	if s.asked%3 == 0 {
		s.console.setAhead(true)
	}
	return s.Session.Run(ctx, q)
}

// do runs a line and returns its answer.
func (s *sized) do(t *testing.T, out *strings.Builder, line string) string {
	t.Helper()
	out.Reset()
	s.asked = 0
	s.console.setAhead(false)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.console.Do(ctx, line); err != nil && !errors.Is(err, ErrQuit) {
		t.Errorf("%s: %v", line, err)
	}
	return out.String()
}

// inPlaceLines is how many of sizedLines are tried at all heights.
const inPlaceLines = 12

// sizedLines has lines for each command, for each way to draw a watch, and for everything that is
// laid out for a width.
func sizedLines() []string {
	lines := []string{
		`watch {"a": s1.S, "b": s2.S, "c": s3.S}`, `watch {"a": s1.S, "b": s2.S, "c": s3.S} changes`, "watch s1", "watch s1.N", "watch s1 changes", "watch s1.N changes",
		"watch s1.M", "watch s1.List", "watch [s1, s2, s3]", "watch dir()", "watch dir() changes", "watch tree(s1)", "watch nil", "watch 1 / (s1.N - s1.N)", "watch s1.N until _ > 0", "watch s1.None",
		"watch s1.N until _", "watch [s1.S,\n  s2.S, s3.S,\n  s1.N]", "watch tree(\n s1)", "watch", "watch 1ms x", "s1", "[s1, s2, s3]", "s1.S", "dir()", "dir s1", "tree(s1)", "hist([1, 2, 3, 100])", "freq([\"日\", \"a\"], #)", "x = s1; x; vars",
		"help s1", "help nothing", "none", "1 +", "set width 20; s1; set width auto", "set color on; s1; watch s1; set color auto", "set format json; s1; set format auto",
		"set none", "set width 3", "level look",
	}
	for _, c := range commands() {
		if c.name != "json" { // after it, sizes do not matter
			lines = append(lines, c.name, c.name+" s1")
		}
	}
	for _, topic := range topicWords() {
		lines = append(lines, "help "+topic)
	}
	return lines
}

// fits checks that a watch drawn in place stays on its screen: if rows wrapped or scrolled away,
// the next sample would be drawn in the wrong place.
func (s *sized) fits(t *testing.T, line, drawn string) {
	t.Helper()
	st := s.console.currentStyle()
	if !strings.HasPrefix(line, "watch") || !st.echoed || strings.Contains(line, "changes") || strings.Contains(line, ";") || strings.Contains(drawn, "error") {
		return
	}
	if !strings.Contains(drawn, "\x1b[") {
		return // an error, and not a sample
	}
	for _, sample := range strings.Split(drawn, "\x1b[J") {
		sample, _, _ = strings.Cut(sample, "\x1b[")
		rows := strings.Split(strings.TrimSuffix(sample, "\n"), "\n")
		if len(rows) >= max(st.height, 2) {
			t.Errorf("%d×%d: %s draws %d rows\n%s", st.width.value(), st.height, line, len(rows), sample)
		}
		for _, row := range rows {
			if text.Width(row) >= max(st.width.value(), 2) {
				t.Errorf("%d×%d: %s draws a row of %d columns\n%s", st.width.value(), st.height, line, text.Width(row), sample)
			}
		}
	}
}

// Each command and each way to draw is tried at sizes that a terminal may have, and at impossible
// ones.
func TestSizes(t *testing.T) {
	t.Parallel()
	lines := sizedLines()
	var out strings.Builder
	tried := 0
	for _, echoed := range []bool{true, false} {
		s := newSized(&out)
		s.console.SetEchoed(echoed)
		for _, width := range []int{0, 1, 2, 3, 4, 5, 7, 10, 19, 20, 21, 44, 81, 1000, -1} {
			if !echoed && width > 5 && width < 44 {
				continue
			}
			s.console.SetWidth(width)
			for _, height := range []int{24, 0, 1, 2, 3, 4, 5, 6} {
				s.console.SetHeight(height)
				for i, line := range lines {
					inPlace := strings.HasPrefix(line, "watch") && echoed
					if height != 24 && (!inPlace || i > inPlaceLines && height > 2) {
						continue // nothing is drawn for a height
					}
					if tried++; i > 1 && tried%5 != 0 && !attack.Long() {
						continue // one sample is enough to notice what breaks all
					}
					s.fits(t, line, s.do(t, &out, line))
				}
			}
		}
	}
}

// Typing is tried at each width, and while the width changes.
func TestSizesOfTyping(t *testing.T) {
	const typed = "日本 a long line of text, x\u0301\x1b[D\x1b[D\x01\x06日\x05\t\x12te\x12\x07\x10\x10\x0e\x0c(\r[1,\r2])\r\x03\x1b[200~a\n日\tb\x1b[201~\x17\x15\x19\x04"
	for width := range 12 {
		for to := range 12 {
			p := newPeer()
			s := New(&fake{}, p, eval.Limits{})
			terminal := Attach(t.Context(), s, p, nil)
			terminal.Start()
			terminal.SetType("xterm")
			terminal.SetEcho(true)
			terminal.SetSize(width, to)
			for i := range len(typed) {
				terminal.Feed([]byte(typed[i : i+1]))
				if i%5 == 0 {
					terminal.SetSize(to, width)
				} else if i%5 == 2 {
					terminal.SetSize(width, to)
				}
			}
			terminal.EOF()
			<-terminal.Done()
			if err := terminal.Err(); err != nil {
				t.Errorf("from %d to %d columns: %v", width, to, err)
			}
		}
	}
}

func FuzzSizes(f *testing.F) {
	for i, line := range sizedLines() {
		f.Add(line, i%60, i%10, i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, line string, width, height int, echoed bool) {
		var out strings.Builder
		s := newSized(&out)
		s.console.SetEchoed(echoed)
		s.console.SetWidth(width % 1000)
		s.console.SetHeight(height % 1000)
		s.do(t, &out, line)
	})
}
