package telnet

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
)

// answered is an answer in JSON mode.
type answered struct {
	ID     int
	OK     bool
	Value  json.RawMessage
	Text   string
	Cost   struct{ MS float64 }
	Error  struct{ Code, Message string }
	Action struct{ Token, Call string }
}

// request sends a line in JSON mode and returns the answer.
func (c *client) request(line string) answered {
	c.t.Helper()
	c.send(line + "\n")
	got := c.waitFor("}\r\n")
	var a answered
	if err := json.Unmarshal([]byte(strings.TrimSpace(got)), &a); err != nil {
		c.t.Fatalf("%s: %v in %q", line, err, got)
	}
	return a
}

// inJSON returns a client in JSON mode.
func (v *served) inJSON(t *testing.T) *client {
	t.Helper()
	c := v.dial(t)
	c.send("json on\n")
	c.until("the greeting", func(got string) bool { return strings.Contains(got, `{"v":1`) && strings.HasSuffix(got, "}\r\n") })
	return c
}

// A request can lower each limit of its session, but not raise it.
func TestRequestLimits(t *testing.T) {
	reg := registry.New()
	reg.Expose("list", make([]int, 5000), registry.Frozen())
	reg.Expose("deep", []any{[]any{[]any{"a long text, which is cut"}}}, registry.Frozen())
	s := serve(t, &Server{Registry: reg, Limits: eval.Limits{Entries: 20_000}}, "tcp", "127.0.0.1:0")
	for _, set := range []string{"", "set time 4s", "set entries 19000", "set depth 7"} {
		c := s.inJSON(t)
		if set != "" {
			if a := c.request(set); !a.OK {
				t.Fatalf("%s: %+v", set, a)
			}
		}
		for _, tc := range []struct {
			limits, source string
			code, value    string // of which one is wanted
		}{
			{`"ms":30`, "count(1..9007199254740991, # > 0)", "budget", ""},
			{`"ms":1e-9`, "count(1..1000000, # > 0)", "budget", ""},
			{`"entries":100`, "count(list, # == 0)", "budget", ""},
			{`"bytes":1000`, "len(sort(1..500))", "budget", ""},
			{`"output":20`, `repeat("x", 100)`, "output", ""},
			{`"nesting":3`, "((((1))))", "budget", ""},
			{`"items":2`, "list", "", `[0,0,{"…":{"more":4998,"path":"list[2:5000]"}}]`},
			{`"depth":1`, "deep", "", `[{"…":{"len":1,"path":"deep"}}]`},
			{`"text":6`, "deep[0][0][0]", "", `{"…":{"text":"a long","more":19,"path":"deep[0][0][0][6:25]"}}`},
			{`"ms":0,"entries":0,"bytes":-1,"output":-5,"nesting":0`, "count(list, # == 0)", "", "5000"},
			{`"ms":1e300,"entries":1000000000,"bytes":9000000000000000000,"output":9000000000000000000,"nesting":100000`, "count(list, # == 0)", "", "5000"},
			{`"nesting":100000`, strings.Repeat("(", 300) + "1" + strings.Repeat(")", 300), "budget", ""},
			{`"entries":1000000000`, "count(0..5, count(list, # == 0) > 0)", "budget", ""},
		} {
			a := c.request(fmt.Sprintf(`{"eval":%q,"limits":{%s}}`, tc.source, tc.limits))
			if a.OK != (tc.code == "") || a.Error.Code != tc.code || string(a.Value) != tc.value {
				t.Errorf("%q, {%s}: %s is %q, %q (%s), want %q, %q", set, tc.limits, tc.source, a.Value, a.Error.Code, a.Error.Message, tc.value, tc.code)
			}
		}
	}
}

// A line of nothing but opening brackets is nested too deep, whatever follows: it is answered at
// once, in each mode.
func TestDeepLine(t *testing.T) {
	t.Parallel()
	s := serve(t, &Server{Registry: registry.New()}, "tcp", "127.0.0.1:0")
	line := strings.Repeat("(", 60_000)
	c := s.dial(t)
	began := time.Now()
	c.send(line + "\n1 + 1\n")
	if got := c.waitFor("\r\n> 2"); !strings.Contains(got, "nested more than 200 deep") {
		t.Errorf("in line mode the answer is %.300q", got)
	}
	c = s.inJSON(t)
	if a := c.request(line); a.Error.Code != "budget" {
		t.Errorf("in JSON mode the answer is %+v", a)
	}
	c = s.character(t)
	c.send(line[:5_000] + "\r")
	c.waitFor("nested more than 200 deep")
	t.Log("answered after", time.Since(began))
}
