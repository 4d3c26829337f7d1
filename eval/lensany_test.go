package eval

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

type (
	state   int
	ipv4    uint32
	grid    []float64
	table   map[string]int
	onoff   bool
	slug    string
	digest  [4]byte
	handler func()
	pipe    chan int
	conn    struct {
		state state
		addr  ipv4
		grid  grid
		table table
		flag  onoff
		slug  slug
		sum   digest
		call  handler
		pipe  pipe
		by    map[string]state
		list  []state
		token slug `inspect:"secret"`
	}
)

// TestLensOfAnyKind: a lens for a type that is no struct adds a reading, and takes nothing away.
func TestLensOfAnyKind(t *testing.T) {
	reg := registry.New()
	reg.Lens(func(s state) any { return [...]string{"new", "up", "draining"}[s] })
	reg.Lens(func(a *ipv4) any { return fmt.Sprintf("%d.%d.%d.%d", *a>>24, *a>>16&255, *a>>8&255, *a&255) })
	reg.Lens(func(g *grid) any { return struct{ Rows, Cols int }{2, len(*g) / 2} })
	reg.Lens(func(m *table) any { return struct{ Total, one int }{len(*m), 1} })
	reg.Lens(func(f onoff) any { return map[onoff]string{true: "on", false: "off"}[f] })
	reg.Lens(func(s slug) any { return strings.ToUpper(string(s)) })
	reg.Lens(func(d *digest) any { return fmt.Sprintf("%x", *d) })
	reg.Lens(func(h *handler) any { return "a handler" })
	reg.Lens(func(p *pipe) any { return struct{ Waiting int }{len(*p)} })
	c := &conn{
		state: 2, addr: 0x0a010203, grid: grid{1, 2, 3, 4}, table: table{"one": 7}, flag: true, slug: "tea", sum: digest{1, 2, 3, 4}, call: func() {}, pipe: make(pipe, 3),
		by: map[string]state{"a": 1}, list: []state{0, 2}, token: "secret",
	}
	c.pipe <- 1
	reg.Expose("c", c)
	reg.Expose("hidden", &struct{ State state }{2}, registry.Hide("State"))
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, row := range []struct{ source, want string }{
		{`c.state`, `2 (draining)`},
		{`c.addr`, `167838211 (10.1.2.3)`},
		{`c.flag`, `true (on)`},
		{`c.slug`, `"tea" (TEA)`},
		{`c.sum`, `eval.digest(0x01020304) (01020304)`},
		{`c.by`, `≈map[string]eval.state{"a": 1 (up)}`},
		{`c.list`, `≈[]eval.state{0 (new), 2 (draining)}`},
		{`c.grid`, `copy eval.grid{Rows: 2, Cols: 2}`},
		{`c.table`, `copy eval.table{Total: 1, one: 1}`},
		{`c.token`, `<redacted>`},
		{`hidden`, `*struct{State: <redacted>}`},
		// Nothing is taken away.
		{`c.state == 2`, `true`},
		{`count(c.list, # > 1)`, `1`},
		{`c.slug == "tea"`, `true`},
		{`c.grid[3]`, `4`},
		{`sum(c.grid)`, `10`},
		{`len(c.grid)`, `4`},
		{`c.grid.Rows`, `2`},
		{`c.grid.rows`, `error: c.grid (struct { Rows int; Cols int }) has no field rows at 1:8; did you mean Rows?`},
		{`c.table.one`, `7`},
		{`c.table.Total`, `1`},
		{`c.table["one"] + 1`, `8`},
		{`c.table.nope`, `error: c.table has no key "nope" at 1:9; get() and ?. give nil instead`},
		{`len(c.pipe)`, `1`},
		{`c.pipe.Waiting`, `1`},
		{`items(c.pipe)`, `[1]`},
		{`dir(c.grid)`, "Rows   int   by its lens\nCols   int   by its lens"},
		{`json(c.state)`, `2`},
	} {
		if got := shown(t, s, row.source); got != row.want {
			t.Errorf("%s\n%s\nwant\n%s", row.source, got, row.want)
		}
	}
	if got := shown(t, s, "c.call"); !strings.HasSuffix(got, " (a handler)") {
		t.Errorf("c.call: %s", got)
	}
	for name, f := range map[string]any{
		"not a func": 1, "nil": nil, "unnamed": func(*[]int) any { return nil }, "a basic type": func(int) any { return nil }, "a struct by value": func(conn) any { return nil },
		"a list by value": func(grid) any { return nil }, "an interface": func(*fmt.Stringer) any { return nil }, "two": func(a, b *conn) any { return nil },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s is taken for a lens", name)
				}
			}()
			reg.Lens(f)
		}()
	}
}
