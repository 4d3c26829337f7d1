package console_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass-go/sightglass/eval"
	_ "github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/console"
	"github.com/sightglass-go/sightglass/registry"
)

// nosy is a client that checks, whenever something is written to it, whether a lock is held.
type nosy struct {
	mu     *sync.RWMutex
	writes int
	held   int
}

func (n *nosy) Write(p []byte) (int, error) {
	n.writes++
	if !n.mu.TryLock() {
		n.held++
		return len(p), nil
	}
	n.mu.Unlock()
	return len(p), nil
}

// ownLogger is a logger with a name.
type ownLogger struct {
	name  string
	Token string
	out   []string
}

// TestAttackEmitted: nothing that a session writes contains a secret, in any mode, by any command,
// and as any completion.
func TestAttackEmitted(t *testing.T) {
	const secret = "hunter2hunter2"
	c := &struct {
		mu       sync.Mutex
		Name     string
		Password string
		note     string
		err      error
		tokens   map[string]string
		list     []map[string]any
		tagged   int `inspect:"secret"`
		card     string
		// What makes it large, and what is told of it in a few words.
		log             *log.Logger
		own             *ownLogger
		file            *os.File
		nothing, little int
		pin             int `inspect:"secret"`
		empty           string
		none            []string
	}{
		Name: "shown", Password: secret, note: "see https://u:" + secret + "@host/", err: errors.New("cannot dial postgres://u:" + secret + "@db"),
		tokens: map[string]string{secret: secret}, list: []map[string]any{{"apiKey": secret, "Bearer " + secret: 1}}, tagged: 72727272, card: secret,
		log: log.New(io.Discard, "postgres://u:"+secret+"@db ", 0), own: &ownLogger{name: "Bearer " + secret, Token: secret}, file: os.NewFile(1<<20, "https://u:"+secret+"@host/"),
	}
	reg := registry.New()
	reg.Expose("c", c, registry.Hide("card"), registry.Doc("an object"))
	reg.Func("now2", func(context.Context) any { return c.err })
	var out bytes.Buffer
	s := console.New(eval.NewSession(reg, eval.Limits{}), &out, eval.Limits{})
	expressions := []string{
		"c", "c!", "c.log", "c.log!", "c.own!", "c.file", "c.file!", "[c]!", "x = c!", "c.Password", "c.note", "c.err", "c.tokens", "c.list", "c.tagged", "c.card", "now2", "x = c", "x", "_", "x.err", "[c, c.list]", "{a: c.err}", "c.Password == 1", "c.err + 1", "c.note[0:30]", "c.list[0]",
		"c.tokens.nix", "c.nix", "keys(c.tokens)", "toJSON(c)", "string(c)", "json(c)", "snap(c)", "size(c)", "tree(c)", "diff(c, x)", "dir(c)", "vars()", "type(c)", "top(c.list, len(#))", "freq(c.list)", "sortBy(c.list, #)", "groupBy(c.list, .apiKey)", "c.err contains \"h\"", "c.note matches \"hunter2\"",
	}
	lines := append([]string{"dir", "dir c", "help", "help c", "vars", "history", "who"}, expressions...)
	for _, e := range expressions {
		lines = append(lines, "watch 100ms "+e+" until true", "watch 100ms "+e+" until true changes")
	}
	modes := []func(){func() {}, func() { s.SetColor(true) }, func() { s.SetWidth(40) }, func() { s.SetWidth(200); s.SetHeight(60) },
		func() { s.Do(t.Context(), "set format json") }, func() { s.Do(t.Context(), "set format auto") }}
	for _, mode := range modes {
		mode()
		for _, line := range lines {
			if err := s.Do(t.Context(), line); err != nil {
				t.Errorf("%s: %v", line, err)
			}
			out.WriteString(fmt.Sprint(s.Complete(t.Context(), line, len(line)), s.Complete(t.Context(), line+".", len(line)+1), s.Complete(t.Context(), line+"[\"", len(line)+2)))
		}
	}
	lines = append(expressions, "json on")
	slices.Reverse(lines)
	for _, e := range expressions {
		request, err := json.Marshal(map[string]any{"id": e, "eval": e})
		if err != nil {
			t.Fatal(err)
		}
		proposals, err := json.Marshal(map[string]any{"id": e, "complete": e + ".", "pos": len(e) + 1})
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(request), string(proposals))
	}
	for _, line := range lines {
		if err := s.Do(t.Context(), line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	for _, bytes := range []string{secret, "72727272"} {
		if i := strings.Index(out.String(), bytes); i >= 0 {
			t.Errorf("told: %s", out.String()[max(0, i-500):i+100])
		}
	}
	if !strings.Contains(out.String(), "\n  zero: mu, nothing, little, empty, none\n") {
		t.Error("no zero fields: the attack missed")
	}
	if n := strings.Count(out.String(), "redacted"); n < 100 || !strings.Contains(out.String(), "shown") {
		t.Errorf("%d times redacted: the attack missed", n)
	}
}

// TestAttackSlowClient: no lock is held while an answer is written, so a client that does not read
// holds up nobody else.
func TestAttackSlowClient(t *testing.T) {
	c := &struct {
		mu    sync.RWMutex
		items map[string][]string
	}{items: map[string][]string{}}
	for i := range 5000 {
		c.items[fmt.Sprint("key ", i)] = []string{strings.Repeat("x", i%50), "y"}
	}
	reg := registry.New()
	reg.Expose("c", c)
	reg.Expose("d", c, registry.Guard(&c.mu))
	client := &nosy{mu: &c.mu}
	s := console.New(eval.NewSession(reg, eval.Limits{}), client, eval.Limits{})
	for _, line := range []string{"c", "d.items", "c.items", "map(c.items, #)", "toJSON(d.items)", "sortBy(c.items, len(#))", "dir(c)", "c.items.nix", "x = d.items", "x", "groupBy(c.items, len(#[0]))", "watch 100ms len(c.items) until true", "json on", "c", "d.items", "toJSON(c.items)", `{"id": 1, "eval": "map(d.items, #)"}`} {
		if err := s.Do(context.Background(), line); err != nil {
			t.Errorf("%s: %v", line, err)
		}
	}
	if client.held > 0 || client.writes == 0 {
		t.Errorf("in %d of %d writes the lock was held", client.held, client.writes)
	}
}
