package eval

import (
	"strings"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

type (
	keeper struct {
		id     int
		token  string
		vault  int `inspect:"secret"`
		nested *keeper
	}
	small   struct{ a, b int32 }
	closer  interface{ Close() }
	handles struct {
		method, value, iface, closure, plain, none func()
		list                                       []func()
		any                                        any
	}
)

func (h *keeper) Close() {}
func (s small) Close()   {}
func aFunction()         {}

func TestCaptured(t *testing.T) {
	h := &keeper{id: 7, token: "tok", vault: 9}
	h.nested = h
	c := closer(h)
	x := &handles{
		method: h.Close, value: small{3, 4}.Close, iface: c.Close, closure: func() { h.id++ }, plain: aFunction,
		list: []func(){h.Close}, any: h.Close,
	}
	reg := registry.New()
	reg.Expose("x", x)
	reg.Expose("frozen", x, registry.Frozen())
	reg.Expose("hiding", x, registry.Hide("method.id"))
	s := NewSession(reg, Limits{Time: time.Hour})
	for _, row := range []struct{ source, want string }{
		{`captured(x.method).receiver.id`, `7`},
		{`captured(x.method).receiver.nested.id`, `7`},
		{`type(captured(x.method).receiver)`, `"*eval.keeper"`},
		{`addr(captured(x.method).receiver) == addr(captured(x.list[0]).receiver)`, `true`},
		{`captured(x.value).receiver`, `eval.small{a: 3, b: 4}`},
		{`captured(x.iface).receiver.id`, `7`},
		{`captured(x.any).receiver.id`, `7`},
		{`captured(frozen.method).receiver.id`, `7`},
		{`keys(captured(x.method))`, `["receiver"]`},
		{`captured(x.plain)`, `{}`},
		{`captured(x.closure)`, `error: what github.com/sightglass-go/sightglass/eval.TestCaptured.func1 has captured is not known: a running program does not keep the types of captured variables at 1:1; only the receiver of a method value, as x.Method, can be told`},
		{`path(captured(x.list[0]).receiver)`, `"captured(x.list[0]).receiver"`},
		{`captured(x.method).receiver.vault`, `<redacted>`},
		{`captured(x.method).receiver.token`, `<redacted>`},
		{`captured(hiding.method).receiver.id`, `<redacted>`},
		{`captured(x.method).receiver.vault == 9`, `error: captured(x.method).receiver.vault is redacted at 1:35; it may be shown as redacted, and nothing else`},
		{`captured(x)`, `error: argument 1 of captured has to be a function, not a *eval.handles at 1:1`},
		{`captured(5)`, `error: argument 1 of captured has to be a live object, not an integer at 1:1`},
		{`captured(x.none)`, `error: argument 1 of captured has to be a live object, not nil at 1:1`},
	} {
		if got := shown(t, s, row.source); got != strings.TrimPrefix(row.want, "\n") {
			t.Errorf("%s\n%s\nwant\n%s", row.source, got, row.want)
		}
	}
}
