package telnet

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/sightglass-go/sightglass/registry"
)

// valve has an action, Turn.
type valve struct {
	mu     sync.Mutex
	turned []string
	next   func() string
}

func (v *valve) Turn(why string) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.turned = append(v.turned, why)
	return len(v.turned)
}

func (v *valve) Next() string { return v.next() }

func (v *valve) turns() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return strings.Join(v.turned, ", ")
}

func newValve() (*valve, *registry.Registry) {
	v := &valve{next: func() string { return "same" }}
	reg := registry.New()
	reg.GuardWait, reg.CallTime = patience, patience // the machine may be busy
	reg.Expose("valve", v, registry.Frozen(), registry.Actions("Turn"), registry.Methods("Next"))
	return v, reg
}

func TestActing(t *testing.T) {
	for _, tc := range []struct {
		name   string
		server Level
		user   Level
		most   Level
		acts   bool
	}{
		{"all may", Act, Act, Act, true},
		{"the server looks", Look, Act, Act, false},
		{"the user looks", Act, Look, Act, false},
		{"the listener looks", Act, Act, Look, false},
	} {
		v, reg := newValve()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s := serveOn(t, &Server{Registry: reg, Level: tc.server, Auth: Tokens(map[string]Identity{"x": {Level: tc.user}})}, LimitLevel(tc.most, LimitLevel(Act, l)))
		c := s.dial(t)
		c.send("x\nvalve.Turn(\"open\")\nlevel look\nlevel act\nvalve.Turn(\"shut\")\nquit\n")
		got := c.rest()
		if tc.acts != (v.turns() == "open") || !tc.acts && v.turns() != "" || tc.acts != strings.Contains(got, "\n# ") || !strings.Contains(got, "a session cannot raise its level") {
			t.Errorf("%s: turned by %q, and the session is %q", tc.name, v.turns(), got)
		}
		if log := s.log.String(); tc.acts != strings.Contains(log, `msg="an action is run"`) || strings.Contains(log, "shut\\\")\" msg") {
			t.Errorf("%s: the log is %s", tc.name, log)
		}
	}
}

// In character mode each action is shown before it runs, and the action that was shown is what
// runs.
func TestConfirmation(t *testing.T) {
	v, reg := newValve()
	n := 0
	v.next = func() string { n++; return fmt.Sprint("call ", n) }
	s := serve(t, &Server{Registry: reg, Level: Act}, "tcp", "127.0.0.1:0")
	c := s.character(t)
	for _, step := range []struct {
		name, line string
		asked      string // of each question
		answers    []string
		want       string
		turned     string
	}{
		{"no", `valve.Turn("a")`, `valve.Turn("a")`, []string{"no"}, "it was not confirmed", ""},
		{"nothing", `valve.Turn("a")`, `valve.Turn("a")`, []string{""}, "it was not confirmed", ""},
		{"Ctrl-C", `valve.Turn("a")`, `valve.Turn("a")`, []string{"\x03"}, "it was not confirmed", ""},
		{"yes", `valve.Turn("a")`, `valve.Turn("a")`, []string{"yes"}, "\n1", "a"},
		{"an assignment", `x = valve.Turn("a2")`, `valve.Turn("a2")`, []string{"yes"}, "2", "a, a2"},
		{"two in a line", `[valve.Turn("b"), valve.Turn("b")]`, `valve.Turn("b")`, []string{"yes", "yes"}, "4", "a, a2, b, b"},
		{"one of two", `[valve.Turn("c"), valve.Turn("c")]`, `valve.Turn("c")`, []string{"yes", "no"}, "it was not confirmed", "a, a2, b, b, c"},
		{"an argument that is another one each time", `valve.Turn(valve.Next())`, `valve.Turn("call 1")`, []string{"yes"}, "6", "a, a2, b, b, c, call 1"},
	} {
		c.send(step.line + "\r")
		for _, answer := range step.answers {
			if got := c.waitFor("Type yes: "); !strings.Contains(got, "\n"+step.asked+" changes the program.") {
				t.Errorf("%s: asked %q", step.name, got)
			}
			c.send(answer + "\r")
		}
		prompted(c, step.want)
		if got := v.turns(); got != step.turned {
			t.Errorf("%s: turned by %q, want %q", step.name, got, step.turned)
		}
	}
	if n != 1 {
		t.Errorf("the argument was made %d times", n)
	}
	c.send("json on\r")
	c.waitFor("sightglass in")
	c.send("valve.Turn(\"d\")\r")
	c.waitFor(`"value":7`)
	log := s.log.String()
	for want, times := range map[string]int{
		`"an action is run" session=1 peer`: 7, `"an action ended"`: 7, `"an action was not confirmed"`: 4,
		`call="valve.Turn(\"b\")"`: 4, `call="valve.Turn(\"call 1\")"`: 2, `call="valve.Turn(\"d\")"`: 2,
	} {
		if got := strings.Count(log, want); got != times {
			t.Errorf("%d records of %s, want %d:\n%s", got, want, times, log)
		}
	}
}

// prompted reads until text and a prompt after it have come.
func prompted(c *client, text string) {
	c.t.Helper()
	c.until(text, func(got string) bool { return strings.Contains(got, text) && strings.HasSuffix(got, "# ") })
}

// Without a Logger nobody can act.
func TestActingNeedsALog(t *testing.T) {
	s := &Server{Addr: "127.0.0.1:0", Level: Act}
	if err := s.ListenAndServe(); err == nil || !strings.Contains(err.Error(), "set Server.Logger") {
		t.Errorf("listening: %v", err)
	}
	if err := s.ServeConn(pipe(t)); err == nil || !strings.Contains(err.Error(), "set Server.Logger") {
		t.Errorf("serving a connection: %v", err)
	}
}

// The log has one line for each record and no secrets, whatever names and texts a peer chooses.
func TestLogCannotBeForged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l, err := Listen("unix:" + filepath.Join(dir, "s"))
	if err != nil {
		t.Fatal(err)
	}
	const forged = "\nlevel=ERROR msg=forged\x1b[2J\u202e"
	var lines bytes.Buffer
	s := serveOn(t, &Server{Registry: registry.New(), Logger: newRawLogger(&lines), Auth: AuthenticatorFunc(func(ctx context.Context, p *Peer) (Identity, error) {
		name, err := p.Ask(ctx, "who? ")
		if err != nil {
			return Identity{User: "left" + forged}, err
		}
		if name == "no" {
			return Identity{User: name + forged}, fmt.Errorf("%w: %s", ErrDenied, forged)
		}
		return Identity{User: name + forged}, nil
	})}, l)
	for i, typed := range []string{
		"me\n(\nconfig.password == \"hunter2" + forged[1:] + "\"\n)\nquit\n", "no\nno\nno\n", "\x03",
	} {
		from := &net.UnixAddr{Name: filepath.Join(dir, fmt.Sprint(i)+forged), Net: "unix"}
		conn, err := net.DialUnix("unix", from, l.Addr().(*net.UnixAddr))
		if err != nil {
			t.Fatal(err)
		}
		c := newClient(t, conn)
		c.send(typed)
		c.rest()
		conn.Close()
	}
	s.Close()
	s.drain()
	got := lines.String()
	for _, line := range strings.Split(strings.TrimSpace(got), "\n") {
		if !strings.HasPrefix(line, "RECORD ") {
			t.Errorf("a line was forged: %q", line)
		}
	}
	if strings.ContainsAny(got, "\x1b\u202e") || strings.Contains(got, "hunter2") {
		t.Errorf("the log is %q", got)
	}
	for _, want := range []string{"an expression was evaluated", "an attempt to log in failed", "a connection was refused", `user=me\nlevel=ERROR msg=forged\u{1b}[2J\u{202e}`, `expression=(\nconfig.password == "redacted"`} {
		if !strings.Contains(got, want) {
			t.Errorf("the log has no %q:\n%s", want, got)
		}
	}
}

// job and jobs are the types of the example in docs/security.md.
type job struct {
	ID   int
	Name string
}

func (*job) Cancel() {}

type jobs struct{ Jobs []*job }

// TestConfirmationInManual: the example in docs/security.md is what a terminal shows.
func TestConfirmationInManual(t *testing.T) {
	manual, err := os.ReadFile("../docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(manual), "```text\n# ")
	line, rest, _ := strings.Cut(example, "\n")
	asked, _, found := strings.Cut(rest, "\n```")
	if !found {
		t.Fatal("docs/security.md has no example of an action")
	}
	reg := registry.New()
	reg.GuardWait, reg.CallTime = patience, patience // the machine may be busy
	reg.Expose("queue", &jobs{[]*job{{5, "vase"}, {6, "mug"}, {7, "lamp"}}}, registry.Frozen(), registry.Actions("Jobs.*.Cancel"))
	s := serve(t, &Server{Registry: reg, Level: Act}, "tcp", "127.0.0.1:0")
	c := s.character(t)
	c.send("\xff\xfa\x1f\x01\x00\x00\x18\xff\xf0") // a terminal wide enough for the example's line
	c.send(line + "\r")
	got := strings.ReplaceAll(c.waitFor("Type yes: "), "telnet.job", "shop.Job")
	if !strings.Contains(strings.ReplaceAll(got, "\r\n", "\n"), "\n"+asked+" ") {
		t.Errorf("%s asks %q, the manual says %q", line, got, asked)
	}
	c.send("no\r")
	prompted(c, "it was not confirmed")
}
