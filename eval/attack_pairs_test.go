package eval

import (
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/registry"
)

// paired is an element of which A and B are the same whenever its owner's lock is free, and so is C.A.
type paired struct {
	A, B int
	C    struct{ A int }
	Text string
}

const pairsSize = 100

// pairs is an object of such elements.
type pairs struct {
	mu     sync.Mutex
	values []paired
	refs   []*paired
	items  map[int]paired
	byRef  map[int]*paired
	array  [pairsSize]paired
	faces  []any
	one    *paired
}

func newPairs() *pairs {
	p := &pairs{items: map[int]paired{}, byRef: map[int]*paired{}, one: new(paired)}
	for i := range pairsSize {
		p.values = append(p.values, paired{})
		p.refs = append(p.refs, new(paired))
		p.byRef[i] = new(paired)
		p.items[i] = paired{}
		p.faces = append(p.faces, new(paired))
	}
	return p
}

// write changes all elements, one after the other, and each in two steps.
func (p *pairs) write(n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	set := func(e *paired) {
		e.A = n
		if n%16 == 0 {
			runtime.Gosched()
		}
		e.B, e.C.A = n, n
	}
	set(p.one)
	for i := range p.values {
		set(&p.values[i])
		set(p.refs[i])
		set(p.byRef[i])
		set(&p.array[i])
		set(p.faces[i].(*paired))
		e := p.items[i]
		set(&e)
		p.items[i] = e
	}
}

// TestAttackPairs asks for elements of which two fields differ. Under the lock they never do: what is
// compared is of one moment, or the answer says that it may not be.
func TestAttackPairs(t *testing.T) {
	end := time.Now().Add(attack.Time())
	p := newPairs()
	reg := registry.New()
	reg.GuardWait = time.Minute
	reg.Expose("found", p)
	reg.Expose("declared", p, registry.Guard(&p.mu))
	stop := make(chan struct{})
	var writer sync.WaitGroup
	defer writer.Wait()
	defer close(stop)
	writer.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				p.write(rand.IntN(1000))
				time.Sleep(time.Microsecond)
			}
		}
	})
	s := NewSession(reg, Limits{Time: time.Hour, Share: 1})
	questions := []struct{ source, want string }{
		{"count(%, .A != .B)", "0"},
		{"count(%, not (.A == .B))", "0"},
		{"count(%, .A < .C.A or .A > .C.A)", "0"},
		{"count(%, .A in [.B] == false)", "0"},
		{"filter(%, .A != .B) | len()", "0"},
		{"find(%, .A != .B) == nil", "true"},
		{"any(%, .A != .B)", "false"},
		{"all(%, .A == .B)", "true"},
		{"none(%, .A - .C.A != 0)", "true"},
		{"one(%, .A != .B)", "false"},
		{"sum(%, .A - .B)", "0"},
		{"sum(map(%, .A - .B))", "0"},
		{"max(map(%, .A - .B))", "0"},
		{"min(map(%, .A - .B))", "0"},
		{"len(groupBy(%, .A - .B))", "1"},
		{"len(freq(%, .A - .B))", "1"},
		{"first(map(top(%, 3, .A - .B), 0))", "0"},
		{"reduce(%, #acc + .A - .B, 0)", "0"},
		{"len(uniq(map(%, .A == .B)))", "1"},
		{"count(%, {let a = .A; a != .B})", "0"},
		{"count(map(%, [.A, .B]), #[0] != #[1])", "0"},
		{"count(map(%, {{x: .A, y: .C.A}}), .x != .y)", "0"},
		{"count(%, string(.A) != string(.B))", "0"},
		{"count(filter(%, .A >= 0), .A != .B)", "0"},
		{"count(sortBy(%, .A), .A != .B)", "0"},
		{"count(take(sortBy(%, .A), 20), .A != .B)", "0"},
		{"count(flatten(values(groupBy(%, .A))), .A != .B)", "0"},
		{"count(sample(%, 50), .A != .B)", "0"},
		{"count(values(%), .A != .B)", "0"},
		{"count(snap(%), .A != .B)", "0"},
	}
	wrong, asked, turn := map[string]bool{}, 0, 0
	for round := 0; round < 2 || time.Now().Before(end); round++ {
		for _, kind := range []string{"values", "refs", "items", "byRef", "array", "faces"} {
			copied := kind == "values" || kind == "items" || kind == "array"
			for _, q := range questions {
				if strings.Contains(q.source, "values(%)") && kind != "items" && kind != "byRef" {
					continue
				}
				if turn++; turn%attack.Stride(1) != 0 {
					continue
				}
				source := strings.ReplaceAll(q.source, "%", []string{"found.", "declared."}[round%2]+kind)
				r, err := s.Eval(t.Context(), source)
				if err != nil {
					t.Fatalf("%s: %v", source, err)
				}
				asked++
				got, changed := r.Node.Line(100), slices.Contains(r.Codes, ChangedNote)
				if (got != q.want && !changed || copied && changed) && !wrong[source] {
					wrong[source] = true
					t.Errorf("%s = %s, want %s; notes %q", source, got, q.want, r.Notes)
				}
			}
		}
	}
	t.Logf("%d answers", asked)
}
