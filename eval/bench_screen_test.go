package eval

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/inspect/render"
	"github.com/sightglass-go/sightglass/registry"
)

// An appOfScreen is an application as one meets it: everything leads to everything.
type appOfScreen struct {
	mu       sync.RWMutex
	server   *http.Server
	client   *http.Client
	tenants  map[string]*tenantOfScreen
	sessions map[int]*sessionOfScreen
	recent   []*sessionOfScreen
	started  time.Time
	log      *slog.Logger
	wide     wideOfScreen
}

type tenantOfScreen struct {
	name     string
	app      *appOfScreen
	sessions []*sessionOfScreen
	limits   map[string]int
}

type sessionOfScreen struct {
	id      int
	user    string
	tenant  *tenantOfScreen
	began   time.Time
	queries []string
	headers http.Header
	state   struct {
		open  bool
		bytes int64
		peer  *string
	}
}

type wideOfScreen struct {
	A, B, C, D, E, F, G, H struct {
		Count, Failed, Retried int64
		Last                   time.Time
		ByCode                 map[int]int
		Names                  []string
		Inner                  struct{ P50, P90, P99, Max time.Duration }
	}
}

func newAppOfScreen(sessions int) *appOfScreen {
	a := &appOfScreen{
		server:   &http.Server{Addr: ":8443", TLSConfig: &tls.Config{MinVersion: tls.VersionTLS12}, ReadTimeout: time.Second},
		client:   &http.Client{Transport: http.DefaultTransport},
		tenants:  map[string]*tenantOfScreen{},
		sessions: make(map[int]*sessionOfScreen, sessions),
		started:  time.Unix(1_700_000_000, 0),
		log:      slog.Default(),
	}
	a.wide.A.Count = 17
	for i := range 40 {
		name := fmt.Sprintf("tenant-%d", i)
		a.tenants[name] = &tenantOfScreen{name: name, app: a, limits: map[string]int{"rate": i, "burst": 2 * i}}
	}
	for i := range sessions {
		t := a.tenants[fmt.Sprintf("tenant-%d", i%40)]
		peer := fmt.Sprintf("10.0.0.%d:443", i%256)
		s := &sessionOfScreen{
			id: i, user: fmt.Sprintf("user-%d", i), tenant: t, began: a.started,
			queries: []string{"select 1", "select name from users where id = 7"},
			headers: http.Header{"Accept": {"text/html"}, "User-Agent": {"curl/8"}},
		}
		s.state.peer = &peer
		t.sessions, a.sessions[i] = append(t.sessions, s), s
		if i%100 == 0 {
			a.recent = append(a.recent, s)
		}
	}
	return a
}

// screensOfBench are answers that fill a screen, or a line, and lie in the middle of an application.
var screensOfBench = []struct{ name, line string }{
	{"scalar", `1 + 1`},
	{"count", `count(1..1000, # % 7 == 0)`},
	{"object", `app`},
	{"whole", `app!`},
	{"server", `app.server`},
	{"entry", `app.sessions[7]`},
	{"one", `filter(app.sessions, .id == 7)`},
	{"found", `find(app.tenants, .name == "tenant-7")`},
	{"table", `app.sessions`},
	{"list", `take(app.recent, 20)`},
	{"top", `top(app.sessions, 5, .id)`},
	{"groups", `groupBy(app.recent, .tenant.name)`},
}

// BenchmarkScreen is what an answer on a screen costs: evaluated, kept as _ and laid out. of-json is
// that divided by what encoding/json takes for the same values. Both are times of a processor.
func BenchmarkScreen(b *testing.B) {
	reg := registry.New()
	reg.Expose("app", newAppOfScreen(10_000))
	s := NewSession(reg, Limits{Bytes: math.MaxInt, Time: time.Hour, Share: 1})
	style := render.Style{Width: 120, Height: 37, Now: time.Unix(1_700_001_000, 0)}
	for _, screen := range screensOfBench {
		b.Run(screen.name, func(b *testing.B) {
			var r Result
			b.ReportAllocs()
			began := processorTime()
			for b.Loop() {
				var err error
				q := Query{Source: screen.line, Once: true, Line: style.Width}
				if r, err = s.Run(b.Context(), q); err != nil {
					b.Fatal(err)
				}
				if err := r.Node.WriteText(io.Discard, style); err != nil {
					b.Fatal(err)
				}
			}
			used := float64((processorTime() - began).Nanoseconds()) / float64(b.N)
			nodes, _ := count(r.Node)
			var lines countLines
			r.Node.WriteText(&lines, style)
			b.ReportMetric(float64(nodes), "nodes")
			b.ReportMetric(float64(r.Cost.Entries), "entries")
			b.ReportMetric(float64(lines), "lines")
			if used > 0 {
				b.ReportMetric(used, "cpu-ns/op")
				b.ReportMetric(used/jsonTime(b, r.Node), "of-json")
			}
		})
	}
}

// jsonTime is the time of a processor, in nanoseconds, that encoding/json takes for what n shows.
func jsonTime(b *testing.B, n *render.Node) float64 {
	var plain any
	if err := json.Unmarshal(n.JSON(), &plain); err != nil {
		b.Fatal(err)
	}
	for times := 100; ; times *= 2 {
		began := processorTime()
		for range times {
			if _, err := json.Marshal(plain); err != nil {
				b.Fatal(err)
			}
		}
		if used := processorTime() - began; used > 20*time.Millisecond {
			return float64(used.Nanoseconds()) / float64(times)
		}
	}
}

type countLines int

func (n *countLines) Write(p []byte) (int, error) {
	for _, c := range p {
		if c == '\n' {
			*n++
		}
	}
	return len(p), nil
}
