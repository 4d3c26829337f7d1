package eval

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// TestRefsWithoutRoom: where there is no room to remember each way, all places are found nevertheless, and
// their paths lead there.
func TestRefsWithoutRoom(t *testing.T) {
	n := 80_000 / attack.Stride(4)
	type part struct {
		to   *cogwheel
		also *part
	}
	wheel := &cogwheel{id: 7}
	parts := make([][]*part, n/10)
	for i := range parts {
		for j := range 10 {
			p := &part{also: &part{}}
			if i%100 == 99 && j == 3 {
				p.also.to = wheel
			}
			parts[i] = append(parts[i], p)
		}
	}
	reg := registry.New()
	reg.Expose("x", &struct {
		parts [][]*part
		wheel *cogwheel
	}{parts, wheel})
	for _, bytes := range []int{1 << 20, 1 << 28} {
		s := NewSession(reg, Limits{Time: time.Hour, Bytes: bytes})
		r, err := s.Eval(t.Context(), "refs(x.wheel)")
		if err != nil {
			t.Fatal(err)
		}
		notes := strings.Join(r.Notes, "\n")
		if said := strings.Contains(notes, "set bytes raises that"); said != (bytes == 1<<20) || strings.Contains(notes, "before the end") {
			t.Errorf("%d: %q", bytes, r.Notes)
		}
		rows := refsOf(t, r)
		if len(rows) != 1+len(parts)/100 && len(parts)/100 < 64 {
			t.Errorf("%d: %d rows, want %d", bytes, len(rows), 1+len(parts)/100)
		}
		for _, row := range rows[:min(len(rows), 20)] {
			if got, err := answer(t, s, row.Path+".id"); err != nil || got != 7 {
				t.Errorf("%d: %s: %v, %v", bytes, row.Path, got, err)
			}
		}
	}
}

// TestRefsNearest: the nearest place is told with the shortest way there, whatever longer ones there are;
// and one with too long a way is counted.
func TestRefsNearest(t *testing.T) {
	type link struct {
		next *link
		to   *cogwheel
	}
	wheel, far := &cogwheel{id: 1}, &cogwheel{id: 2}
	last := &link{to: wheel}
	first := last
	for range 20_000 {
		first = &link{next: first}
	}
	last.next = &link{to: far, next: &link{}}
	reg := registry.New()
	x := &struct {
		first *link
		last  **link
		far   *cogwheel
		end   *link
	}{first: first, far: far}
	reg.Expose("x", x)
	s := NewSession(reg, Limits{Time: time.Hour})
	r, err := s.Eval(t.Context(), "refs(x.far)")
	if got := fmt.Sprint(refsOf(t, r)); err != nil || got != "[{x.far *eval.cogwheel}]" || !strings.Contains(strings.Join(r.Notes, "\n"), "places too far away for a path that lead to it: 1") {
		t.Errorf("%s, %v, %q", got, err, r.Notes)
	}
	x.last = &last
	if got := shown(t, s, "map(refs(x.far), .path)"); got != `["x.far", "x.last.next.to"]` {
		t.Error(got)
	}
	x.end = last.next
	if got := shown(t, s, "map(refs(x.far), .path)"); got != `["x.far", "x.end.to"]` {
		t.Error(got)
	}
}

// TestRefsFarSecret: a text that looks like a secret is not counted where it is too far away to be told.
func TestRefsFarSecret(t *testing.T) {
	type link struct {
		next        *link
		text, other []byte
	}
	secret := []byte("-----BEGIN RSA PRIVATE KEY-----")
	first := &link{text: secret, other: secret[7:9]}
	for range 20_000 {
		first = &link{next: first}
	}
	reg := registry.New()
	reg.Expose("x", &struct {
		first *link
		part  []byte
	}{first, secret[7:9]})
	s := NewSession(reg, Limits{Time: time.Hour})
	r, err := s.Eval(t.Context(), "refs(x.part)")
	if err != nil || !strings.Contains(strings.Join(r.Notes, "\n"), "places too far away for a path that lead to it: 1") {
		t.Errorf("%v, %q; one of two is no secret", err, r.Notes)
	}
}

// TestRefsTellsNoSecret: no place is told, nor counted, that is hidden by its name, its key, its tag or its
// text, nor one on the way to which something is.
func TestRefsTellsNoSecret(t *testing.T) {
	type inner struct{ to *cogwheel }
	wheel, open := &cogwheel{id: 1}, &cogwheel{id: 2}
	key := []byte("-----BEGIN RSA PRIVATE KEY-----")
	line := []byte("user hunter2")
	x := &struct {
		wheel, open *cogwheel
		Password    []byte
		tagged      *inner `inspect:"secret"`
		absent      *inner `inspect:"-"`
		byName      map[string]*inner
		byText      map[string][]byte
		key, same   []byte
		plain, line []byte
	}{wheel, open, line[5:], &inner{wheel}, &inner{wheel}, map[string]*inner{"plain": {open}},
		map[string][]byte{"password": line[5:], "first": line[:4]}, key, key[:7], key[7:9], line}
	reg := registry.New()
	reg.Expose("x", x)
	s := NewSession(reg, Limits{Time: time.Hour})
	for source, want := range map[string]string{
		"refs(x.wheel)": "[{x.wheel *eval.cogwheel}]",
		"refs(x.open)":  "[{x.open *eval.cogwheel} {x.byName[\"plain\"].to *eval.cogwheel}]",
		"refs(x.plain)": "[{x.same []byte} {x.plain []byte}]",
		"refs(x.line)":  "[{x.line []byte} {x.byText[\"first\"] []byte}]",
	} {
		r, err := s.Eval(t.Context(), source)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(refsOf(t, r)); got != want || strings.Contains(strings.Join(r.Notes, "\n"), "lead to it") {
			t.Errorf("%s: %s, %q, want %s", source, got, r.Notes, want)
		}
	}
}

// TestReachIsOfSeveralMoments: what is read while a guard is held several times says so.
func TestReachIsOfSeveralMoments(t *testing.T) {
	x := &struct {
		mu    sync.Mutex
		items map[int]*cogwheel
	}{items: map[int]*cogwheel{}}
	for i := range 50_000 {
		x.items[i] = &cogwheel{id: int64(i)}
	}
	small := &struct {
		mu    sync.Mutex
		items map[int]*cogwheel
	}{items: map[int]*cogwheel{1: x.items[1]}}
	stop := attack.Stop(t)
	var writer sync.WaitGroup
	writer.Go(func() {
		for i := 0; !stop.Load(); i++ {
			x.mu.Lock()
			x.items[i%50_000] = &cogwheel{id: int64(i)}
			x.mu.Unlock()
			runtime.Gosched()
		}
	})
	reg := registry.New()
	reg.Expose("x", x)
	s := NewSession(reg, Limits{Time: time.Hour})
	alone := registry.New()
	alone.Expose("small", small)
	for source, s := range map[string]*Session{"size(x)": s, "census(x)": s, "refs(x.items)": s, "size(small)": NewSession(alone, Limits{Time: time.Hour})} {
		r, err := s.Eval(t.Context(), source)
		if err != nil {
			t.Fatal(err)
		}
		want := source != "size(small)"
		if said := strings.Contains(strings.Join(r.Notes, "\n"), "x is not of one moment"); said != want || want != slices.Contains(r.Codes, PartedNote) {
			t.Errorf("%s: %q", source, r.Notes)
		}
	}
	stop.Store(true)
	writer.Wait()
}
