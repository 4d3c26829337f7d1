package access

//lint:file-ignore U1000 some fields here are only looked at

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect"
	"github.com/sightglass-go/sightglass/inspect/render"
)

// TestHideBelowLens hides something by a pattern: no text made of what lies around it tells it.
func TestHideBelowLens(t *testing.T) {
	cancelled, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("hunter2"))
	deadline, stop := context.WithDeadlineCause(context.Background(), time.Unix(0, 0), errors.New("hunter2"))
	defer stop()
	path := &fs.PathError{Op: "open", Path: "hunter2", Err: errors.New("refused")}
	var hits atomic.Int64
	hits.Store(4711)
	location := time.FixedZone("hunter2", 0)
	for pattern, x := range map[string]any{
		"Endpoint.RawQuery":      &url.URL{Host: "h", RawQuery: "hunter2"},
		"Endpoint.Path":          &url.URL{Host: "h", Path: "/hunter2/x", RawPath: "/hunter2%2fx"},
		"Endpoint.User.username": &url.URL{Host: "h", User: url.User("hunter2")},
		"Endpoint.*":             &url.URL{Host: "hunter2"},
		"LastErr.Path":           path,
		"LastErr.P*h":            path,
		"LastErr.err.Path":       fmt.Errorf("%w", path),
		"LastErr.msg":            fmt.Errorf("hunter2: %w", errors.New("x")),
		"LastErr.errs.1.s":       fmt.Errorf("%w %w", errors.New("x"), errors.New("hunter2")),
		"LastErr.s":              errors.New("hunter2"),
		"LastErr.errs.0.s":       errors.Join(errors.New("hunter2")),
		"LastErr.errs.*.s":       errors.Join(errors.New("x"), errors.New("hunter2")),
		"LastErr.Old":            &os.LinkError{Op: "link", Old: "hunter2", Err: errors.New("x")},
		"LastErr.Name":           &net.DNSError{Name: "hunter2"},
		"LastErr.Addr.Name":      &net.OpError{Op: "dial", Addr: &net.UnixAddr{Name: "hunter2"}, Err: errors.New("x")},
		"LastErr.Addr.IP":        &net.OpError{Op: "dial", Addr: &net.TCPAddr{IP: net.IP{47, 11, 47, 11}}, Err: errors.New("x")},
		"LastErr.Addr.IP.3":      &net.OpError{Op: "dial", Addr: &net.TCPAddr{IP: net.IP{47, 11, 47, 11}}, Err: errors.New("x")},
		"LastErr.Num":            &strconv.NumError{Func: "Atoi", Num: "hunter2", Err: errors.New("x")},
		"LastErr.URL":            &url.Error{Op: "Get", URL: "hunter2", Err: errors.New("x")},
		"Ctx.cause":              cancelled,
		"Ctx.cause.s":            cancelled,
		"Ctx.cancelCtx.cause":    deadline,
		"Ctx.c*":                 context.WithValue(deadline, contextKey("k"), 1),
		"Ctx.Context.cause":      context.WithValue(cancelled, contextKey("k"), 1),
		"IP.2":                   net.IP{47, 11, 47, 11},
		"Raw.1":                  []byte("hunter2"),
		"Fixed.*":                [7]byte([]byte("hunter2")),
		"Net.IP":                 &net.IPNet{IP: net.IP{47, 11, 47, 11}, Mask: net.CIDRMask(32, 32)},
		"Addr.addr":              netip.MustParseAddr("47.11.47.11"),
		"Addr.ip":                netip.MustParseAddrPort("47.11.47.11:1"),
		"Prefix.ip.addr":         netip.MustParsePrefix("47.11.47.11/32"),
		"N.abs":                  big.NewInt(4711),
		"F.mant":                 big.NewFloat(4711),
		"R.a.abs":                big.NewRat(4711, 3),
		"Hits.v":                 &hits,
		"At.ext":                 time.Unix(4711, 0),
		"At.*":                   time.Unix(4711, 0),
		"Zone.*":                 location,
	} {
		name, _, _ := strings.Cut(pattern, ".")
		object := map[string]any{name: x, "Other": "shown"}
		_, c := lookAt(t, object, Hide(pattern))
		var out strings.Builder
		crawl(c, &out, 0)
		for _, secret := range []string{"hunter2", "68756e74657232", "47.11", "4711", "01:18:31", "7 11 47"} {
			if at := strings.Index(out.String(), secret); at >= 0 {
				t.Errorf("%s: %s is told: …%s", pattern, secret, out.String()[max(0, at-200):][:300])
			}
		}
		if !strings.Contains(out.String(), "shown") {
			t.Errorf("%s: nothing is told", pattern)
		}
		// Without the pattern the text tells it.
		_, c = lookAt(t, object, Hide("elsewhere."+pattern, name+".nothing"))
		if text := c.Snap(render.Limit{Depth: 8}).Line(0); !strings.Contains(text, "hunter2") && !strings.Contains(text, "47.11") && !strings.Contains(text, "4711") && !strings.Contains(text, "01:18:31") {
			t.Errorf("%s: %s", pattern, text)
		}
	}
}

// TestHideBelowOwnLens hides something that a lens of the application might show: the lens is not
// used.
func TestHideBelowOwnLens(t *testing.T) {
	type pool struct {
		dsn  string
		open int
	}
	type stats struct{ Open, Limit int }
	for pattern, want := range map[string]string{
		"pool.dsn":   "*access.pool{dsn: <redacted>, open: 3}",
		"pool.Limit": "*access.stats{Open: 3, Limit: <redacted>}",
		"pool.*":     "*access.pool{dsn: <redacted>, open: <redacted>}",
		"other":      "*access.stats{Open: 3, Limit: 9}",
	} {
		reg := New()
		reg.Lens(func(p *pool) any { return &stats{p.open, 9} })
		reg.Expose("c", &struct{ pool *pool }{&pool{"hunter2", 3}}, Hide(pattern))
		look := reg.Visit(t.Context(), nil)
		c, err := look.Get("c")
		if err != nil {
			t.Fatal(err)
		}
		text := must(t, c, ".pool").Snap(render.Limit{}).Line(0)
		if text != want && text != strings.Replace(want, "*access.stats", "*access.pool", 1) {
			t.Errorf("%s: %s, want %s", pattern, text, want)
		}
		noted := strings.Contains(strings.Join(look.Tally().Notes, "\n"), "registry.Hide names one")
		if noted != strings.Contains(want, "pool{") {
			t.Errorf("%s: %v", pattern, look.Tally().Notes)
		}
	}
}

// TestLongKeys has keys whose end makes them secret: the end counts like the beginning, in a walk
// and in a lookup.
func TestLongKeys(t *testing.T) {
	for _, n := range []int{0, 10, 240, 255, 256, 257, 1000, 60_000, inspect.MaxKey} {
		long := strings.Repeat("x", n) + "-"
		for name, m := range map[string]any{
			"text": map[string]string{long + "password": "hunter2"}, "any": map[string]any{long + "password": "hunter2"},
			"loose":  map[any]string{long + "password": "hunter2"},
			"struct": map[string]struct{ Card string }{long + "card": {"hunter2"}},
		} {
			_, c := lookAt(t, m, Hide("*card.Card"))
			text := c.Snap(render.Limit{Bytes: 1 << 20}).Line(0)
			if strings.Contains(text, "hunter2") {
				t.Errorf("%d %s: a walk tells", n, name)
			}
			err := c.Each(func(_, elem *View) (bool, error) {
				if card, err := elem.Member("Card"); name == "struct" && err == nil {
					elem = card
				}
				if x, _, err := elem.Plain(); !isRedacted(x) {
					t.Errorf("%d %s: an element is shown: %v, %v", n, name, x, err)
				}
				return true, nil
			})
			if err != nil {
				t.Error(err)
			}
		}
	}
}

func isRedacted(x any) bool {
	_, ok := x.(*Redacted)
	return ok
}

// TestKeysAsNames reaches entries in every way: a pattern means the same name for a key.
func TestKeysAsNames(t *testing.T) {
	for key, m := range map[string]any{
		"::1": map[netip.Addr]string{netip.MustParseAddr("::1"): "hunter2"}, "7": map[int8]string{7: "hunter2"},
		"true": map[bool]string{true: "hunter2"}, "a": map[oddString]string{"a": "hunter2"}, "x": map[any]string{"x": "hunter2"},
	} {
		_, c := lookAt(t, m, Hide(key))
		if text := c.Snap(render.Limit{}).Line(0); strings.Contains(text, "hunter2") {
			t.Errorf("%s: %s", key, text)
		}
	}
}
