package eval

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/registry"
)

type Status string

type Phase int

type Item struct {
	hits    int
	status  Status
	ttl     time.Duration
	tags    []string
	payload []byte
	token   string
}

type Cache struct {
	mu    sync.RWMutex
	items map[string]*Item
	total uint64
	last  *Item
}

func (c *Cache) Len() int { c.mu.RLock(); defer c.mu.RUnlock(); return len(c.items) }
func (c *Cache) Flush()   {}

type Pool struct {
	open, idle int
	waiting    chan string
	onClose    func()
}

// waiting returns a channel in which these names wait.
func waiting(names ...string) chan string {
	ch := make(chan string, 8)
	for _, name := range names {
		ch <- name
	}
	return ch
}

// manualRegistry exposes the objects of docs/expressions.md.
func manualRegistry() *registry.Registry {
	reg := registry.New()
	cache := &Cache{total: 1<<64 - 1, last: nil, items: map[string]*Item{
		"ax": {hits: 5, status: "up", ttl: 90 * time.Second, tags: []string{"new"}, payload: []byte("hello"), token: "abc"},
		"bx": {hits: 15, status: "down"},
	}}
	reg.Expose("cache", cache, registry.Doc("the item cache"), registry.Methods("Len"))
	reg.Expose("db.pool", &Pool{open: 3, idle: 1, waiting: waiting("ax", "bx"), onClose: cache.Flush})
	reg.Expose("nums", &[]int{3, 1, 2})
	failed := fmt.Errorf("load: %w", &fs.PathError{Op: "open", Path: "/var/cache", Err: fs.ErrNotExist})
	reg.Expose("failed", &failed)
	reg.Goroutines()
	return reg
}

// TestManual runs the examples of docs/expressions.md, all in one session.
func TestManual(t *testing.T) {
	t.Parallel()
	reg := manualRegistry()
	registry.Names(map[Phase]string{0: "Queued", 1: "Running", 2: "Failed"}, reg)
	reg.Expose("jobs", &map[string]Phase{"mail": 1, "sync": 2, "tidy": 1})
	s := NewSession(reg, Limits{Time: time.Hour}) // slow machines too
	b, err := os.ReadFile("../docs/expressions.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := 0
	for _, block := range strings.Split(string(b), "```expr\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		for _, example := range strings.Split("\n"+block, "\n> ")[1:] {
			source, want, _ := strings.Cut(strings.TrimRight(example, "\n"), "\n")
			examples++
			if got := shown(t, s, source); got != want {
				t.Errorf("> %s\n%s\nwant\n%s", source, got, want)
			}
		}
	}
	if examples < 40 {
		t.Errorf("only %d examples were found", examples)
	}
}

// shown is what the manual writes under an example.
func shown(t *testing.T, s *Session, source string) string {
	r, err := s.Eval(t.Context(), source)
	if err != nil {
		return "error: " + err.Error()
	}
	if r.Page != nil {
		return r.Page.String()
	}
	var out strings.Builder
	if err := r.Node.WriteText(&out, render.Style{Width: 100}); err != nil {
		t.Error(err)
	}
	return strings.TrimRight(out.String(), "\n")
}
