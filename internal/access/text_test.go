package access

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass-go/sightglass/inspect"
)

// An impossible length does not make us copy as much.
func TestLongText(t *testing.T) {
	long := string(make([]byte, 1<<20))
	l, c := lookAt(t, &struct{ s string }{long})
	s := must(t, c, ".s")
	if x, _, err := s.Plain(); x != long || err != nil {
		t.Error(err)
	}
	m := l.meter.meter.(*meter)
	if m.kept < 1<<20 {
		t.Errorf("%d bytes were charged", m.kept)
	}
	m.end = fmt.Errorf("enough")
	if _, _, err := s.Plain(); err == nil {
		t.Error("it was read beyond the budget")
	}
	m.end = nil
}

// A text that is too long to be copied stays live, and can be read in parts.
func TestTooLongText(t *testing.T) {
	l, c := lookAt(t, &struct {
		s string
		b []byte
	}{strings.Repeat("é", MaxText), make([]byte, MaxText+1)})
	m := l.meter.meter.(*meter)
	s := must(t, c, ".s")
	if x, ok, err := s.Plain(); x != nil || ok || err != nil {
		t.Errorf("%T, %v, %v", x, ok, err)
	}
	for _, name := range []string{".s", ".b"} {
		v := must(t, c, name)
		if _, _, err := v.Bytes(0, 0); err == nil || !strings.Contains(err.Error(), "take a part, as in x[0:1000]") {
			t.Error(err)
		}
	}
	if _, err := s.Scalar(); err == nil || !strings.Contains(err.Error(), "take a part, as in x[0:1000]") {
		t.Error(err)
	}
	for _, w := range [][2]int{{0, 1000}, {-5, -2}, {1 << 20, 1<<20 + 1}, {3, 3}, {2*MaxText - 1, math.MaxInt}, {math.MinInt, 1}, {5, 2}} {
		part, err := s.Window(w[0], w[1])
		if err != nil {
			t.Fatal(err)
		}
		n, _ := part.Len()
		x, ok, err := part.Plain()
		if x != strings.Repeat("é", MaxText)[part.window.lo:part.window.hi] || len(x.(string)) != n || !ok || err != nil {
			t.Errorf("%v: %.10q, %v, %v", w, x, ok, err)
		}
		inner, err := part.Window(1, -1)
		if err != nil {
			t.Fatal(err)
		}
		if y, _, err := inner.Plain(); err != nil || n > 2 && y != x.(string)[1:n-1] {
			t.Errorf("%v[1:-1]: %.10q, %v", w, y, err)
		}
	}
	if m.kept != 0 || m.read > 200 || m.work > MaxText/2 {
		t.Errorf("%d bytes were kept, %d entries read, %d steps worked for some small parts", m.kept, m.read, m.work)
	}
	part, err := s.Window(1, -1)
	if err != nil {
		t.Fatal(err)
	}
	if x, ok, err := part.Plain(); ok || err != nil {
		t.Errorf("a part that is too long: %.10q, %v", x, err)
	}
}

func pieces(v *View) (string, error) {
	text, err := v.Text()
	if err != nil {
		return "", err
	}
	var all strings.Builder
	for n := text.Len(); ; n = text.Len() {
		piece, err := text.Next()
		if err == io.EOF {
			return all.String(), nil
		}
		if err != nil || len(piece) == 0 || len(piece) > maxPiece || text.Len() != n-len(piece) {
			return all.String(), fmt.Errorf("a piece of %d bytes: %w", len(piece), err)
		}
		all.WriteString(piece)
	}
}

// TestText reads texts of all lengths in pieces: together they are the text.
func TestText(t *testing.T) {
	for _, n := range []int{0, 1, margin, maxPiece - 1, maxPiece, maxPiece + 1, 3*maxPiece + margin, MaxText + 5} {
		want := strings.Repeat("lorem ipsum é ", n/15+1)[:n]
		b := []byte(want)
		l, c := lookAt(t, &struct {
			s string
			p *string
			b []byte
			i any
		}{want, &want, b, b})
		for _, name := range []string{".s", ".p", ".b", ".i"} {
			v := must(t, c, name)
			if got, err := pieces(v); got != want || err != nil {
				t.Errorf("%s, %d bytes: %d bytes, %v", name, n, len(got), err)
			}
			w, err := v.Window(2, -3)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := pieces(w); err != nil || n > 5 && got != want[2:n-3] {
				t.Errorf("part of %s, %d bytes: %d bytes, %v", name, n, len(got), err)
			}
		}
		if m := l.meter.meter.(*meter); m.kept != 0 || m.work < 8*(n-2*maxChecked)/2 {
			t.Errorf("%d bytes: %d were kept, %d steps worked", n, m.kept, m.work)
		}
	}
	_, c := lookAt(t, &struct {
		n int
		e *string
	}{})
	for _, name := range []string{".n", ".e"} {
		if _, err := must(t, c, name).Text(); err == nil {
			t.Errorf("%s is read as text", name)
		}
	}
}

// While a guard is held, a text that would take long is not read.
func TestLongTextUnderGuard(t *testing.T) {
	type note struct{ s, short string }
	_, c := lookAt(t, &struct {
		mu    sync.Mutex
		notes []note
	}{notes: []note{{strings.Repeat("a", maxPiece+1), "b"}}})
	notes := must(t, c, ".notes")
	err := notes.Each(func(_, e *View) (bool, error) {
		if _, err := pieces(must(t, e, ".short")); err != nil {
			t.Error(err)
		}
		s := must(t, e, ".s")
		if _, err := pieces(s); err == nil || !strings.Contains(err.Error(), "while a guard is held") {
			t.Error(err)
		}
		w, err := s.Window(5, 1000)
		if err != nil {
			t.Fatal(err)
		}
		_, err = pieces(w)
		return true, err
	})
	if err != nil {
		t.Error(err)
	}
	err = notes.EachUnlocked(func(_, e *View) (bool, error) {
		_, err := pieces(must(t, e, ".s"))
		return true, err
	})
	if err != nil {
		t.Error(err)
	}
}

// swap is a Meter that makes something happen when it is told of the nth read, or of each.
type swap struct {
	left  int
	every bool
	do    func()
}

func (s *swap) Keep(int) error { return nil }
func (s *swap) Work(int) error { return nil }

func (s *swap) Read(int) error {
	if s.left--; s.left == 0 || s.every {
		s.do()
	}
	return nil
}

// TestLongTextThatChanges replaces a long string while it is copied in pieces: the copy begins
// anew, so that it is of one string.
func TestLongTextThatChanges(t *testing.T) {
	const n = MaxText - 1
	old := strings.Repeat("a", n)
	for _, want := range []string{strings.Repeat("b", n), strings.Repeat("b", n-1), old + "b", ""} {
		x := &struct{ s string }{old}
		r := New()
		r.Expose("c", x, Frozen())
		m := &swap{left: 12, do: func() { x.s = want }}
		c, err := r.Visit(t.Context(), m).Get("c")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := must(t, c, ".s").Scalar(); got != want || err != nil {
			t.Errorf("of a string that becomes one of %d bytes: %.10q, %v", len(want), got, err)
		}
		if m.left > 0 {
			t.Errorf("it was copied between two looks of the meter")
		}
	}
	x := &struct{ s string }{old}
	r := New()
	r.Expose("c", x)
	m := &swap{do: func() { x.s = strings.Clone(old) }}
	c, err := r.Visit(t.Context(), m).Get("c")
	if err != nil {
		t.Fatal(err)
	}
	m.every = true
	if _, err := must(t, c, ".s").Scalar(); !errors.Is(err, inspect.ErrTorn) {
		t.Errorf("of a string that is replaced again and again: %v", err)
	}
}

// TestTextThatIsReplaced replaces a string between two pieces: the pieces are of one string, or
// there is an error.
func TestTextThatIsReplaced(t *testing.T) {
	const n = MaxText + maxPiece
	for name, want := range map[string]string{"another": strings.Repeat("b", n), "a part of itself": "", "a shorter one": "x", "nothing": ""} {
		old := strings.Repeat("a", n)
		if name == "a part of itself" {
			want = old[:n-1]
		}
		x := &struct{ s string }{old}
		r := New()
		r.Expose("c", x, Frozen())
		c, err := r.Visit(t.Context(), &swap{left: 12, do: func() { x.s = want }}).Get("c")
		if err != nil {
			t.Fatal(err)
		}
		got, err := pieces(must(t, c, ".s"))
		if !errors.Is(err, inspect.ErrTorn) || got != old[:len(got)] {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

// TestTextUnderWriters has a writer alternate between two strings at full speed: what is read is
// one of them.
func TestTextUnderWriters(t *testing.T) {
	texts := []string{strings.Repeat("a", MaxText+9), strings.Repeat("b", MaxText+9), strings.Repeat("c", 9*maxPiece), ""}
	x := &struct {
		mu sync.Mutex
		s  string
	}{}
	_, c := lookAt(t, x)
	stop, done := make(chan bool), make(chan bool)
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			x.mu.Lock()
			x.s = texts[i%len(texts)]
			x.mu.Unlock()
			if i%64 == 0 {
				// Time to read a whole one.
				for range 1000 {
					select {
					case <-stop:
						return
					default:
					}
				}
			}
		}
	}()
	whole, torn := 0, 0
	for range 200 {
		got, err := pieces(must(t, c, ".s"))
		switch {
		case errors.Is(err, inspect.ErrTorn):
			torn++
			if strings.Count(got, got[:min(1, len(got))]) != len(got) && got != "" {
				t.Fatal("pieces of two strings")
			}
		case err != nil:
			if e := new(GuardError); !errors.As(err, &e) {
				t.Fatal(err)
			}
		case got != texts[0] && got != texts[1] && got != texts[2] && got != "":
			t.Fatalf("it is none of them: %d bytes, %.10q", len(got), got)
		default:
			whole++
		}
	}
	close(stop)
	<-done
	t.Logf("%d were read whole, %d were replaced meanwhile", whole, torn)
}
