package console

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/internal/text"
	"github.com/sightglass-go/sightglass/registry"
)

// The types of a large web server, as real ones are: many settings of which most are zero, loggers
// and contexts in each struct, handlers in handlers.
type (
	// Duration is a named type over int64, as programs have them to read durations from JSON.
	Duration int64

	// WebServer is an HTTP server with everything that it needs.
	WebServer struct {
		Listen               []string
		ListenerWrappersRaw  []json.RawMessage
		ReadTimeout          Duration
		ReadHeaderTimeout    Duration
		WriteTimeout         Duration
		IdleTimeout          Duration
		KeepAliveInterval    Duration
		MaxHeaderBytes       int
		EnableFullDuplex     bool
		Routes               []Route
		Errors               *ErrorConfig
		NamedRoutes          map[string]*Route
		TLSPolicies          []*TLSPolicy
		AutoHTTPS            *AutoHTTPS
		StrictSNIHost        *bool
		TrustedProxiesRaw    json.RawMessage
		ClientIPHeaders      []string
		TrustedProxiesStrict int
		Logs                 *LogConfig
		Protocols            []string
		ListenProtocols      [][]string
		AdminToken           string
		SigningSecret        string
		name                 string
		primary              Handler
		errors               Handler
		listenerWrappers     []any
		listeners            []net.Listener
		tlsApp               *TLSApp
		logger               *EventLogger
		accessLogger         *EventLogger
		errorLogger          *EventLogger
		traceLogger          *EventLogger
		ctx                  Context
		server               *http.Server
		accessLog            *os.File
		addresses            []Address
		trusted              any
		shutdownAt           time.Time
		shutdownMu           *sync.RWMutex
		connState            []func(net.Conn, http.ConnState)
		onShutdown           []func()
		onStop               []func(context.Context) error
	}
	Route struct {
		Group      string
		MatcherRaw []map[string]json.RawMessage
		HandlerRaw []json.RawMessage
		Terminal   bool
		Handlers   []Handler
		middleware []func(Handler) Handler
		provided   bool
	}
	Handler     interface{ Serve(string) error }
	ErrorConfig struct{ Routes []Route }
	AutoHTTPS   struct {
		Disabled, DisableRedirects, DisableCerts bool
		Skip, SkipCerts                          []string
		IgnoreLoaded, PreferWildcard             bool
	}
	TLSPolicy struct {
		ALPN, CipherSuites, Curves []string
		MatchersRaw                map[string]json.RawMessage
		ProtocolMin, ProtocolMax   string
		ClientAuth                 *struct{ Mode string }
		DefaultSNI, FallbackSNI    string
		InsecureSecretsLog         string
		matchers                   []any
		clientAuthActive, provided bool
		stateMu                    sync.Mutex
	}
	LogConfig struct {
		DefaultLoggerName string
		LoggerNames       map[string][]string
		SkipHosts         []string
		SkipUnmapped      bool
		LogCredentials    bool
		Trace             bool
	}
	TLSApp struct {
		CertificatesRaw  map[string]json.RawMessage
		Automation       *Automation
		DisableStapling  bool
		DNSRaw           json.RawMessage
		resolvers        []string
		managing, loaded map[string]string
		ctx              Context
		logger           *EventLogger
		cleanTicker      *time.Ticker
		stopClean        chan struct{}
		events           any
		mu               sync.Mutex
	}
	Automation struct {
		Policies        []any
		OnDemand        any
		RenewInterval   Duration
		StorageInterval Duration
		internal        any
	}
	Context struct {
		context.Context
		instances map[string][]any
		cfg       *struct{ Apps map[string]any }
		ancestry  []any
		cleanups  []func()
	}
	Address struct {
		Network, Host      string
		StartPort, EndPort uint
	}
	// EventLogger is a logger of a package that nobody here knows.
	EventLogger struct {
		core                   any
		development, addCaller bool
		onPanic, onFatal       any
		name                   string
		errorOutput            io.Writer
		addStack               any
		callerSkip             int
		clock                  any
	}
	// ReverseProxy and FileServer are handlers.
	ReverseProxy struct {
		Upstreams     []*Upstream
		Policy        string
		FlushInterval Duration
		Headers       map[string][]string
		TrustedRaw    []string
		buffer        int
		next          Handler
		logger        *EventLogger
		ctx           Context
		mu            sync.Mutex
		inFlight      map[string]int64
	}
	Upstream struct {
		Dial        string
		MaxRequests int
		active      int64
		fails       int64
		unhealthy   int32
	}
	FileServer struct {
		Root      string
		Hide      []string
		Index     []string
		Browse    any
		PassThru  bool
		fs        any
		etags     []string
		logger    *EventLogger
		templates any
	}
)

func (*ReverseProxy) Serve(string) error { return nil }
func (*FileServer) Serve(string) error   { return nil }

// glanceKey is the key of what contexts carry.
type glanceKey struct{}

// webServer returns a server that serves.
func webServer() *WebServer {
	ctx := Context{Context: context.WithValue(context.Background(), glanceKey{}, 1), instances: map[string][]any{"http": {1, 2}}, cleanups: []func(){func() {}}}
	logger := func(name string) *EventLogger {
		return &EventLogger{core: &sync.Mutex{}, addCaller: true, name: name, errorOutput: os.Stderr, callerSkip: 1, clock: time.UTC}
	}
	files := &FileServer{Root: "/srv/www", Hide: []string{".git"}, Index: []string{"index.html", "index.txt"}, logger: logger("http.handlers.file_server")}
	proxy := &ReverseProxy{
		Upstreams: []*Upstream{{Dial: "10.0.0.7:8080", MaxRequests: 100, active: 12}, {Dial: "10.0.0.8:8080", MaxRequests: 100, active: 7, fails: 2}, {Dial: "10.0.0.9:8080", MaxRequests: 100, unhealthy: 1}},
		Policy:    "least_conn", FlushInterval: -1, next: files, logger: logger("http.handlers.reverse_proxy"), ctx: ctx,
		Headers: map[string][]string{"X-Forwarded-For": {"{client}"}}, inFlight: map[string]int64{"10.0.0.7:8080": 12, "10.0.0.8:8080": 7},
	}
	return &WebServer{
		Listen: []string{":443", ":80"}, ReadHeaderTimeout: Duration(time.Minute), IdleTimeout: Duration(5 * time.Minute), MaxHeaderBytes: 1 << 20,
		Routes: []Route{
			{Group: "api", Terminal: true, Handlers: []Handler{proxy}, provided: true, HandlerRaw: []json.RawMessage{json.RawMessage(`{"handler":"reverse_proxy"}`)}},
			{Handlers: []Handler{files}, provided: true, HandlerRaw: []json.RawMessage{json.RawMessage(`{"handler":"file_server","root":"/srv/www"}`)}},
		},
		TLSPolicies:     []*TLSPolicy{{ALPN: []string{"h2", "http/1.1"}, ProtocolMin: "tls1.2", provided: true}},
		AutoHTTPS:       &AutoHTTPS{SkipCerts: []string{"internal.example"}},
		ClientIPHeaders: []string{"X-Forwarded-For"}, Protocols: []string{"h1", "h2", "h3"}, SigningSecret: "b7f0e2",
		name: "srv0", primary: proxy, errors: files, tlsApp: &TLSApp{Automation: &Automation{RenewInterval: Duration(10 * time.Minute)}, resolvers: []string{"9.9.9.9"}, ctx: ctx, logger: logger("tls"), loaded: map[string]string{"a": "b"}, stopClean: make(chan struct{})},
		logger: logger("http"), accessLogger: logger("http.log.access"), errorLogger: logger("http.log.error"), ctx: ctx,
		server: &http.Server{
			Addr: ":443", MaxHeaderBytes: 1 << 20, IdleTimeout: 5 * time.Minute, ErrorLog: log.New(io.Discard, "http: ", 0),
			BaseContext: func(net.Listener) context.Context { return ctx },
		},
		accessLog: os.Stderr, addresses: []Address{{"tcp", "", 443, 443}, {"tcp", "", 80, 80}}, shutdownMu: new(sync.RWMutex),
		onShutdown: []func(){func() {}},
		trusted:    slog.New(slog.NewTextHandler(io.Discard, nil)),
	}
}

// api is the handler of a live server.
type api struct {
	log     *slog.Logger
	base    context.Context
	next    http.Handler
	timeout Duration
	client  *http.Client
	data    *os.File
	mu      sync.Mutex
	served  int
}

func (a *api) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.served++
	fmt.Fprintln(w, "served")
}

// liveServer serves, with one connection that has sent a request and one that has not.
func liveServer(t *testing.T) *http.Server {
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), glanceKey{}, "v"))
	t.Cleanup(cancel)
	states := make(chan http.ConnState, 100)
	srv := &http.Server{
		Addr: "127.0.0.1:0", IdleTimeout: time.Minute, ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 64 << 10,
		Handler:     &api{log: slog.New(slog.NewTextHandler(io.Discard, nil)), base: ctx, timeout: 2e9, client: http.DefaultClient, data: os.Stderr},
		TLSConfig:   &tls.Config{MinVersion: tls.VersionTLS12, ServerName: "shop.example"},
		ErrorLog:    log.New(io.Discard, "http: ", log.LstdFlags),
		BaseContext: func(net.Listener) context.Context { return ctx },
		ConnState:   func(_ net.Conn, s http.ConnState) { states <- s },
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	t.Cleanup(func() { srv.Close(); <-served })
	await := func(want http.ConnState) {
		for s := range states {
			if s == want {
				return
			}
		}
	}
	for _, request := range []string{"GET / HTTP/1.1\r\nHost: x\r\n\r\n", ""} {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		await(http.StateNew)
		if io.WriteString(c, request); request != "" {
			await(http.StateIdle)
		}
	}
	return srv
}

// varying matches what is another in each run: ports, descriptors, and when a connection changed
// its state. steady has as many columns.
var (
	varying = regexp.MustCompile(`127\.0\.0\.1:\d+|fd \d+|curState: \d+|Sysfd: +\d+|\.go:\d+`)
	digit   = regexp.MustCompile(`\d`)
)

func steady(s string) string {
	return varying.ReplaceAllStringFunc(s, func(s string) string {
		if at := strings.LastIndexAny(s, ": "); at >= 0 {
			return s[:at] + digit.ReplaceAllString(s[at:], "N")
		}
		return s
	})
}

// costless is a session whose answers cost nothing, on a machine that may be busy.
type costless struct{ *eval.Session }

func (c costless) Run(ctx context.Context, q eval.Query) (eval.Result, error) {
	r, err := c.Session.Run(ctx, q)
	r.Cost = eval.Cost{}
	return r, err
}

// TestGlance: what large structs look like on two screens. Read the files when they change.
func TestGlance(t *testing.T) {
	live := liveServer(t)
	for _, subject := range []struct {
		name  string
		lines []string
		std   bool // its fields are those of this Go release
	}{
		{"web", []string{"web", "web.primary", "web.tlsApp", "web.Routes", "web.AutoHTTPS", "web.logger", "all"}, false},
		{"web-all", []string{"web.primary!", "web.Routes[0].Handlers[0].next!"}, false},
		{"live", []string{"live", "live.Handler", "live.TLSConfig", "live.activeConn", "live.listeners", "live.Handler.client"}, true},
		{"live-all", []string{"live.TLSConfig!"}, true},
	} {
		for _, size := range []struct{ width, height int }{{80, 24}, {120, 40}} {
			name := fmt.Sprintf("%s-%dx%d", subject.name, size.width, size.height)
			t.Run(name, func(t *testing.T) {
				if subject.std && !strings.HasPrefix(runtime.Version(), "go1.26") {
					t.Skip("the fields of package net/http are other ones in", runtime.Version())
				}
				reg := registry.New()
				reg.Expose("web", webServer(), registry.Frozen())
				reg.Expose("live", live)
				other := webServer()
				other.name, other.MaxHeaderBytes, other.Listen = "srv1", 0, []string{":8080"}
				reg.Expose("all", &map[string]*WebServer{"srv0": webServer(), "srv1": other}, registry.Frozen())
				var screen strings.Builder
				s := New(costless{eval.NewSession(reg, eval.Limits{Share: 1})}, &screen, eval.Limits{})
				s.SetEchoed(true)
				s.SetWidth(size.width)
				s.SetHeight(size.height)
				for _, line := range subject.lines {
					fmt.Fprintf(&screen, "> %s\n", line)
					if err := s.Do(t.Context(), line); err != nil {
						t.Fatal(err)
					}
				}
				if strings.HasSuffix(subject.name, "-all") {
					if strings.Contains(screen.String(), "zero: ") {
						t.Error("not all is shown")
					}
				} else {
					for line := range strings.Lines(screen.String()) {
						if text.Width(strings.TrimSuffix(line, "\n")) > size.width {
							t.Errorf("too wide: %s", line)
						}
					}
				}
				golden(t, filepath.Join("testdata", "glance", name+".txt"), steadyLines(screen.String()))
			})
		}
	}
}

func steadyLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = steady(lines[i])
	}
	return strings.Join(lines, "\n")
}
