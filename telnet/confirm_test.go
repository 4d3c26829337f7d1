package telnet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// pump has actions, some of which misbehave.
type pump struct {
	Names []string
	Jobs  []*pumpJob
	ByKey map[pumpKey]*pumpJob
	log   func(string)
}

type pumpKey struct{ A, B int }

type pumpJob struct {
	ID     int
	Secret string
	log    func(string)
}

func (j *pumpJob) Cancel()         { j.log(fmt.Sprint("cancel ", j.ID)) }
func (p *pump) Drop(args ...any)   { p.log(fmt.Sprintf("drop %v", args)) }
func (p *pump) Panic(string)       { panic("boom") }
func (p *pump) Fail() error        { return errors.New("no water") }
func (p *pump) Exit()              { os.Exit(7) }
func (p *pump) Look() int          { os.Exit(8); return 0 }
func (p *pump) Size(n int) int     { return n }
func (p *pump) SetPassword(string) { p.log("password") }
func (p *pump) Crash() (crash int) { runtime.Goexit(); return }

func newPump(log func(string)) (*pump, *registry.Registry) {
	p := &pump{Names: []string{"x", "y"}, log: log}
	for i := range 3 {
		p.Jobs = append(p.Jobs, &pumpJob{ID: i, Secret: "hunter2hunter2", log: log})
	}
	p.ByKey = map[pumpKey]*pumpJob{{1, 2}: {ID: 9, log: log}}
	reg := registry.New()
	reg.GuardWait, reg.CallTime = patience, patience // the machine may be busy
	p.expose(reg)
	reg.Func("fatal", func(context.Context) any { os.Exit(9); return 0 })
	return p, reg
}

func (p *pump) expose(reg *registry.Registry) {
	reg.Expose("pump", p, registry.Frozen(), registry.Methods("Look", "Size"),
		registry.Actions("Drop", "Panic", "Fail", "Exit", "Crash", "SetPassword", "Jobs.*.Cancel", "ByKey.*.Cancel"))
}

// ran lists what ran.
type ran struct{ logged }

func (r *ran) add(what string) { fmt.Fprintln(r, what) }

// In JSON mode an action runs if the next request confirms it with its token, and only once.
func TestConfirmationInJSON(t *testing.T) {
	var did ran
	p, reg := newPump(did.add)
	s := serve(t, &Server{Registry: reg, Level: Act, MaxEvaluations: 1}, "tcp", "127.0.0.1:0")
	c, other := s.inJSON(t), s.inJSON(t)
	want := "" // what has run
	holds := func(name string) {
		t.Helper()
		if got := did.String(); got != want {
			t.Errorf("%s: %q ran, want %q", name, got, want)
			want = got
		}
	}
	ask := func(c *client, expression string) answered {
		t.Helper()
		a := c.request(fmt.Sprintf(`{"id":1,"eval":%q,"ask":true}`, expression))
		if a.OK || a.Error.Code != "confirm" || a.Action.Token == "" || a.ID != 1 {
			t.Fatalf("%s: %+v", expression, a)
		}
		return a
	}
	confirm := func(c *client, token, code string) answered {
		t.Helper()
		a := c.request(fmt.Sprintf(`{"id":2,"confirm":%q}`, token))
		if a.Error.Code != code || a.ID != 2 {
			t.Errorf("confirming: %+v, want %q", a, code)
		}
		return a
	}

	a := ask(c, `pump.Drop(pump.Names[0], 18446744073709551615, nil, [1, pump.Names[1]], {"k": 1})`)
	if a.Action.Call != `pump.Drop("x", 18446744073709551615, nil, [1, "y"], {"k": 1})` {
		t.Errorf("asked about %s", a.Action.Call)
	}
	p.Names[0], p.Names[1] = "other", "other" // nobody else looks now
	holds("before")
	confirm(c, a.Action.Token, "")
	want += "drop [x 18446744073709551615 <nil> [1 y] map[k:1]]\n"
	holds("confirmed")
	confirm(c, a.Action.Token, "expired")
	holds("confirmed again")

	for _, between := range []string{"1", `{"eval":"1"}`, `{"complete":"pu"}`, `{"confirm":"x"}`, `{"confirm":""}`, `{"confirm":1}`, `{`, `{}`, `{"confirm":"x","eval":"1"}`, "level", "help"} {
		a := ask(c, "pump.Drop(1)")
		c.request(between)
		confirm(c, a.Action.Token, "expired")
		holds(between)
	}
	a, b := ask(c, `pump.Drop("mine")`), ask(other, `pump.Drop("theirs")`)
	confirm(other, a.Action.Token, "expired") // is another session's
	confirm(c, a.Action.Token, "")
	want += "drop [mine]\n"
	confirm(other, b.Action.Token, "expired")
	holds("two sessions")

	a, b = ask(c, `pump.Drop("mine")`), ask(other, `pump.Drop("theirs")`)
	confirm(other, b.Action.Token, "")
	confirm(c, a.Action.Token, "")
	want += "drop [theirs]\ndrop [mine]\n"
	holds("two sessions at once, with one turn between them")

	a = ask(c, `map(pump.Jobs[1:], .Cancel())`)
	next := confirm(c, a.Action.Token, "confirm")
	want += "cancel 1\n"
	holds("the first of two")
	if next.Action.Token == a.Action.Token || !strings.HasPrefix(next.Action.Call, "pump.Jobs[2].Cancel(), where pump.Jobs[2] is *telnet.pumpJob{\"ID\":2,") {
		t.Errorf("the second of two is %+v", next.Action)
	}
	confirm(c, next.Action.Token, "")
	want += "cancel 2\n"
	holds("the second of two")

	for _, tc := range []struct{ expression, call string }{
		{"find(pump.Jobs, .ID == 1).Cancel()", `pump.Jobs[1].Cancel(), where pump.Jobs[1] is *telnet.pumpJob{"ID":1,"Secret":{"…":{"redacted":true}}`},
		{"find(pump.ByKey, true).Cancel()", `pump.ByKey[{A: 1, B: 2}].Cancel(), where pump.ByKey[{A: 1, B: 2}] is *telnet.pumpJob{"ID":9,`},
	} {
		a := ask(c, tc.expression)
		if !strings.HasPrefix(a.Action.Call, tc.call) {
			t.Errorf("%s: asked about %s, want %s", tc.expression, a.Action.Call, tc.call)
		}
		if p.Jobs[1] = p.Jobs[2]; strings.Contains(tc.expression, "ByKey") {
			p.ByKey = map[pumpKey]*pumpJob{{1, 2}: p.Jobs[2]}
		}
		confirm(c, a.Action.Token, "")
	}
	want += "cancel 1\ncancel 9\n"
	holds("receivers that were found")

	a = ask(c, "pump.Drop(1)")
	reg.Withdraw("pump")
	confirm(c, a.Action.Token, "not_allowed")
	p.expose(reg)
	a = ask(c, "pump.Drop(1)")
	p.expose(reg)
	confirm(c, a.Action.Token, "not_allowed")
	holds("withdrawn, and exposed anew")

	a = ask(c, "pump.Panic(\"now\")")
	if a := confirm(c, a.Action.Token, "method"); !strings.Contains(a.Error.Message, "panicked: boom") {
		t.Errorf("an action that panics: %+v", a)
	}
	for line, code := range map[string]string{
		`{"eval":"1","ask":true}`: "", `{"eval":"pump.Size(1)","ask":true}`: "", `{"complete":"p","ask":true}`: "request", `{"eval":"pump.Drop(","ask":true}`: "syntax",
		`{"eval":"pump.Drop(2)"}`: "", `{"eval":"pump.Fail()"}`: "method",
	} {
		if a := c.request(line); a.Error.Code != code {
			t.Errorf("%s: %+v, want %q", line, a, code)
		}
	}
	want += "drop [2]\n"
	holds("the rest")
	if log := s.log.String(); !strings.Contains(log, `msg="an action ended" session=1`) || !strings.Contains(log, `call="pump.Panic(\"now\")"`) || !strings.Contains(log, `error="panicked: boom"`) {
		t.Errorf("the log is\n%s", log)
	}
}

// An action that nobody confirms in time does not run. An answer that comes later is an expression.
func TestConfirmationExpires(t *testing.T) {
	t.Parallel()
	var did ran
	_, reg := newPump(did.add)
	s := serve(t, &Server{Registry: reg, Level: Act, confirmLimit: time.Millisecond}, "tcp", "127.0.0.1:0")
	c := s.character(t)
	c.send("pump.Drop(1)\r")
	prompted(c, "confirmed within")
	c.send("yes\r")
	prompted(c, "unknown name yes")
	j := s.inJSON(t)
	a := j.request(`{"eval":"pump.Drop(1)","ask":true}`)
	if a.Action.Token == "" {
		t.Fatalf("the answer is %+v", a)
	}
	s.log.untilTimes(t, 2, "within 1ms")
	if a := j.request(fmt.Sprintf(`{"confirm":%q}`, a.Action.Token)); a.Error.Code != "expired" {
		t.Errorf("confirming late: %+v", a)
	}
	if got := did.String(); got != "" {
		t.Errorf("%q ran", got)
	}
}

// A session that is asked something can be idle.
func TestIdleWhileAsked(t *testing.T) {
	t.Parallel()
	for name, input := range map[string]string{
		"Type yes: ":       "\xff\xfd\x01\xff\xfd\x03pump.Drop(1)\r",
		`"code":"confirm"`: "json on\n{\"eval\":\"pump.Drop(1)\",\"ask\":true}\n",
	} {
		// On a busy machine the session may be idle before it asks; then the test tries a longer
		// limit.
		for limit := 20 * time.Millisecond; ; limit *= 2 {
			var did ran
			_, reg := newPump(did.add)
			s := serve(t, &Server{Registry: reg, Level: Act, confirmLimit: time.Hour, IdleTimeout: limit}, "tcp", "127.0.0.1:0")
			c := s.dial(t)
			c.send(input)
			got := c.rest()
			if !strings.Contains(got, "goodbye") {
				t.Fatalf("%s: it is not idle: %q", name, got)
			}
			if strings.Contains(got, name) {
				s.log.until(t, "an action was not confirmed")
				if did.String() != "" {
					t.Errorf("%s: %q ran", name, did.String())
				}
				break
			}
		}
	}
}

// The end of a session refuses the action that it is being asked about.
func TestEndWhileAsked(t *testing.T) {
	for name, end := range map[string]func(s *served, c *client){
		"disconnect":   func(_ *served, c *client) { c.conn.Close() },
		"shutdown":     func(s *served, _ *client) { s.Shutdown(t.Context()) },
		"closed":       func(s *served, _ *client) { s.Close() },
		"the operator": func(s *served, _ *client) { s.Sessions()[0].End("enough") },
	} {
		for _, json := range []bool{false, true} {
			t.Run(fmt.Sprint(name, " in JSON ", json), func(t *testing.T) {
				t.Parallel()
				var did ran
				_, reg := newPump(did.add)
				s := serve(t, &Server{Registry: reg, Level: Act, confirmLimit: time.Hour}, "tcp", "127.0.0.1:0")
				var c *client
				if json {
					c = s.inJSON(t)
					c.request(`{"eval":"pump.Drop(1)","ask":true}`)
				} else {
					c = s.character(t)
					c.send("pump.Drop(1)\r")
					c.waitFor("Type yes: ")
				}
				end(s, c)
				if name != "disconnect" {
					c.rest()
				}
				s.log.until(t, "an action was not confirmed")
				if got := did.String(); got != "" {
					t.Errorf("%q ran", got)
				}
			})
		}
	}
}

// A secret argument is masked in the question and in the log, each secret by a mask of its own.
func TestSecretArguments(t *testing.T) {
	const secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345"
	var did ran
	_, reg := newPump(did.add)
	s := serve(t, &Server{Registry: reg, Level: Act}, "tcp", "127.0.0.1:0")
	mask := regexp.MustCompile(`<redacted:[0-9a-f]{8}>`)
	seen := map[string]string{}
	for i, c := range []*client{s.inJSON(t), s.inJSON(t)} {
		for name, expression := range map[string]string{
			"one": `pump.Drop("` + secret + `")`, "the same": `pump.Drop("` + secret[:20] + `" + "` + secret[20:] + `")`,
			"another": `pump.Drop("` + secret[:39] + `X")`, "named": `pump.SetPassword("hunter2")`, "keyed": `pump.Drop({"apiKey": "hunter2"})`,
		} {
			a := c.request(fmt.Sprintf(`{"eval":%q,"ask":true}`, expression))
			if strings.Contains(a.Error.Message+a.Action.Call, "hunter2") || strings.Contains(a.Error.Message+a.Action.Call, secret[:30]) {
				t.Errorf("%s: asked about %+v", name, a)
			}
			seen[fmt.Sprint(name, i)] = mask.FindString(a.Action.Call)
		}
	}
	if seen["one0"] == "" || seen["one0"] != seen["the same0"] || seen["one0"] == seen["another0"] || seen["one0"] == seen["one1"] || seen["named0"] == "" || seen["named0"] != seen["keyed0"] {
		t.Errorf("the masks are %q", seen)
	}
	c := s.dial(t)
	c.send(`pump.SetPassword("hunter2")` + "\nquit\n")
	c.rest()
	if log := s.log.String(); strings.Contains(log, "hunter2") || strings.Contains(log, secret[:30]) || !strings.Contains(log, `call=pump.SetPassword(<redacted:`) {
		t.Errorf("the log is\n%s", log)
	}
}

// badHandler does not take records of actions.
type badHandler struct {
	slog.Handler
	how string
}

func (h badHandler) Enabled(ctx context.Context, l slog.Level) bool {
	return h.how != "the level" || l > slog.LevelWarn
}
func (h badHandler) WithAttrs([]slog.Attr) slog.Handler { return h }
func (h badHandler) Handle(_ context.Context, r slog.Record) error {
	if !strings.Contains(r.Message, "action") {
		return nil
	}
	if h.how == "a panic" {
		panic("no log")
	}
	return errors.New("the disk is full")
}

// An action that cannot be recorded does not run.
func TestActionsNeedTheirRecord(t *testing.T) {
	for how, why := range map[string]string{"the level": "discards warnings", "a panic": "panicked", "an error": "the disk is full"} {
		var did ran
		_, reg := newPump(did.add)
		s := serve(t, &Server{Registry: reg, Level: Act, Logger: slog.New(badHandler{slog.DiscardHandler, how})}, "tcp", "127.0.0.1:0")
		c := s.inJSON(t)
		if a := c.request("pump.Drop(1)"); a.Error.Code != "not_allowed" || !strings.Contains(a.Error.Message, why) || did.String() != "" {
			t.Errorf("%s: %+v, and %q ran", how, a, did.String())
		}
	}
}

// A call that ends the process is on record with its arguments, be it an action, a method that
// should only look, or a function.
func TestRecordBeforeTheEnd(t *testing.T) {
	if path := os.Getenv("TELNET_TEST_DIES"); path != "" {
		dies(t, path)
		return
	}
	t.Parallel()
	for _, tc := range []struct {
		line string
		code int
		want string
	}{
		{"pump.Exit()", 7, `msg="an action is run" session=1 .* call=pump.Exit\(\)`},
		{"[pump.Drop(\"first\"), pump.Exit()]", 7, `msg="an action is run" session=1 .* call="pump.Drop\(\\"first\\"\)"`},
		{"pump.Size(3) + pump.Look()", 8, `msg="a call begins" session=1 .* call=pump.Look\(\)`},
		{"fatal", 9, `msg="a call begins" session=1 .* call=fatal`},
	} {
		path := filepath.Join(t.TempDir(), "log")
		cmd := exec.Command(os.Args[0], "-test.run=^TestRecordBeforeTheEnd$")
		cmd.Env = append(os.Environ(), "TELNET_TEST_DIES="+path, "TELNET_TEST_LINE="+tc.line)
		said, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != tc.code {
			t.Errorf("%s: %v\n%s", tc.line, err, said)
		}
		log, err := os.ReadFile(path)
		if err != nil || !regexp.MustCompile(tc.want).Match(log) {
			t.Errorf("%s: %v, the log is\n%s", tc.line, err, log)
		}
	}
}

// dies serves with its log in the file at path, and sends itself the line that ends the process.
func dies(t *testing.T, path string) {
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	_, reg := newPump(func(string) {})
	s := serve(t, &Server{Registry: reg, Level: Act, Logger: slog.New(slog.NewTextHandler(f, nil))}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	c.send(os.Getenv("TELNET_TEST_LINE") + "\n")
	t.Fatalf("it lives: %q", c.rest())
}

// A method that is called for each entry has two records, and is counted.
func TestCallsAreOnRecord(t *testing.T) {
	_, reg := newPump(nil)
	s := serve(t, &Server{Registry: reg}, "tcp", "127.0.0.1:0")
	c := s.inJSON(t)
	c.request("count(1..500, pump.Size(#) > 0)")
	c.request("count(1..5, # > 0)")
	log := s.log.String()
	for want, times := range map[string]int{`msg="a call begins"`: 1, `msg="a call ended"`: 1, `call=pump.Size(1)`: 2, "calls=500": 1, "calls=": 1, "an expression was evaluated": 2} {
		if got := strings.Count(log, want); got != times {
			t.Errorf("%d records with %s, want %d:\n%s", got, want, times, log)
		}
	}
}

// A watch has a record at its beginning and one at its end, however often it evaluates. No action
// runs in it.
func TestWatchOnRecord(t *testing.T) {
	var did ran
	_, reg := newPump(did.add)
	n := 0
	reg.Func("n", func(context.Context) any { n++; return n })
	s := serve(t, &Server{Registry: reg, Level: Act}, "tcp", "127.0.0.1:0")
	c := s.dial(t)
	c.answer()
	c.send("watch 100ms n until _ == 3\n")
	c.answer()
	c.send("watch pump.Drop(1)\n")
	if got := c.answer(); !strings.Contains(got, "not in a watch") {
		t.Errorf("watching an action: %q", got)
	}
	c.send("watch 1s 1/0\nwatch 1s\n1\n")
	c.until("the last prompt", func(got string) bool { return strings.HasSuffix(got, "\r\n# 1\r\n# ") })
	log := s.log.String()
	for want, times := range map[string]int{
		`msg="a watch begins"`: 3, `msg="a watch ended"`: 3, `expression="100ms n until _ == 3"`: 2, "samples=3 failed=0": 1, "samples=0 failed=1": 2,
		"outcome=divide": 1, "outcome=not_allowed": 1, `msg="a call begins"`: 1, "calls=3": 1, "an expression was evaluated": 1, "an action is run": 0,
	} {
		if got := strings.Count(log, want); got != times {
			t.Errorf("%d records with %s, want %d:\n%s", got, want, times, log)
		}
	}
	if got := did.String(); got != "" {
		t.Errorf("%q ran", got)
	}
}
