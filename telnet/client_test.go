package telnet

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
)

// dialLib connects a Client to a server until the test ends.
func dialLib(t *testing.T, addr net.Addr, d *Dialer) *Client {
	t.Helper()
	c, err := d.Dial(t.Context(), clientAddr(addr))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func clientAddr(addr net.Addr) string {
	if addr.Network() == "unix" {
		return "unix:" + addr.String()
	}
	return addr.String()
}

func TestClient(t *testing.T) {
	dir, err := os.MkdirTemp("", "") // a socket's path is short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for _, at := range [][2]string{{"tcp", "127.0.0.1:0"}, {"unix", filepath.Join(dir, "s")}} {
		c := dialLib(t, protocolServer(t, at[0], at[1]), new(Dialer))
		a, err := c.Eval(t.Context(), "cache.hits")
		if err != nil || string(a.Value) != "18446744073709551615" || a.Text != "18446744073709551615" || a.Type != "uint64" || a.Cost.Entries == 0 {
			t.Errorf("%s: %+v, %v", at[0], a, err)
		}
		if a, err = c.Eval(t.Context(), "x = cache.text"); err != nil || a.Name != "x" || strings.ContainsRune(a.Text, 0x1b) {
			t.Errorf("%s: %+v, %v", at[0], a, err)
		}
		var e *Error
		if _, err = c.Eval(t.Context(), "cache.hist"); !errors.As(err, &e) || e.Code != "no_field" || e.Line != 1 || e.Col != 7 {
			t.Errorf("%s: %#v", at[0], err)
		}
		limits := eval.Limits{Entries: 7}
		if _, err = c.Eval(t.Context(), "sum(1..4, # * len(queue.names))", Within(limits)); !errors.As(err, &e) || e.Code != "budget" || e.Partial == nil || string(e.Partial.Value) != "12" || e.Partial.Of != 4 {
			t.Errorf("%s: %#v", at[0], err)
		}
		proposals, err := c.Complete(t.Context(), "cache.hi", 8)
		if err != nil || len(proposals) != 1 || proposals[0].Text != "hits" || proposals[0].Start != 6 || proposals[0].Kind != eval.KindField {
			t.Errorf("%s: %v, %v", at[0], proposals, err)
		}
		if proposals, err = c.Complete(t.Context(), "hist", 4); err != nil || len(proposals) == 0 || proposals[0].Text != "history" {
			t.Errorf("%s: %v, %v", at[0], proposals, err)
		}
		if a, err = c.Do(t.Context(), "level look"); err != nil || a.Text != "look" {
			t.Errorf("%s: %+v, %v", at[0], a, err)
		}
		if _, err = c.Do(t.Context(), "watch cache"); !errors.As(err, &e) || e.Code != "command" {
			t.Errorf("%s: %v", at[0], err)
		}
		h := c.Hello()
		if h.PID != os.Getpid() || h.Program == "" || h.Name == "" || h.Level != Act || h.Go == "" || h.Started.IsZero() || !strings.HasPrefix(h.Text, "sightglass in ") {
			t.Errorf("%s: %+v", at[0], h)
		}
		if _, err := c.Eval(t.Context(), strings.Repeat("x", 1<<17)); !errors.As(err, &e) || e.Code != "session" {
			t.Errorf("%s: %v", at[0], err)
		}
		if _, err := c.Do(t.Context(), "quit"); err != nil {
			t.Error(err)
		}
		<-c.Done()
		if _, err := c.Eval(t.Context(), "1"); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v", at[0], err)
		}
	}
}

// TestClientConcurrently: many requests at once have their own answers, and the end of one is no
// other's.
func TestClientConcurrently(t *testing.T) {
	c := dialLib(t, protocolServer(t, "tcp", "127.0.0.1:0"), new(Dialer))
	filler := strings.Repeat(" ", 4<<10) // together more than may wait
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if i%4 == 0 {
				cancel()
			}
			a, err := c.Eval(ctx, fmt.Sprintf("%d + 1%s", i, filler))
			switch {
			case i%4 == 0:
				if !errors.Is(err, context.Canceled) {
					t.Errorf("%d: %v", i, err)
				}
			case err != nil || a.Text != fmt.Sprint(i+1):
				t.Errorf("%d: %+v, %v", i, a, err)
			}
		})
	}
	all.Wait()
}

// TestClientCancels: a context ends its own request, whether it is being evaluated or waits, and no
// other.
func TestClientCancels(t *testing.T) {
	v := serve(t, new(Server), "tcp", "127.0.0.1:0")
	c := dialLib(t, v.addr, new(Dialer))
	running, stop := context.WithCancel(t.Context())
	errs, next := make(chan error, 1), make(chan error, 1)
	go func() {
		_, err := c.Eval(running, "wait")
		errs <- err
	}()
	for <-v.began != "wait" {
	}
	waiting, giveUp := context.WithCancel(t.Context())
	sent := func(n uint64) {
		for {
			c.mu.Lock()
			got := c.last
			c.mu.Unlock()
			if got >= n && len(c.turn) == 0 {
				return
			}
		}
	}
	go func() {
		_, err := c.Eval(waiting, "never")
		next <- err
	}()
	sent(2)
	giveUp()
	if err := <-next; !errors.Is(err, context.Canceled) {
		t.Errorf("the one that waited: %v", err)
	}
	stop()
	var e *Error
	if err := <-errs; !errors.Is(err, context.Canceled) || errors.As(err, &e) && e.Code != "cancelled" {
		t.Errorf("the one that ran: %v", err)
	}
	a, err := c.Eval(t.Context(), "the next")
	if err != nil || a.Text != "the next" {
		t.Errorf("the next: %+v, %v", a, err)
	}
	for len(v.began) > 0 {
		if line := <-v.began; line == "never" {
			t.Error("what was cancelled was evaluated")
		}
	}
}

func TestClientProgress(t *testing.T) {
	t.Parallel()
	reg := registry.New()
	reg.Expose("n", &[]int{1})
	v := serve(t, &Server{Registry: reg, Limits: eval.Limits{Time: time.Hour, Entries: 1 << 30}}, "tcp", "127.0.0.1:0")
	c := dialLib(t, v.addr, new(Dialer))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last eval.Progress
	_, err := c.Eval(ctx, "count(1..1000000, count(1..1000000, # < n[0]) > 0)", Progressing(func(p eval.Progress) {
		last = p
		cancel()
	}))
	if !errors.Is(err, context.Canceled) || last.Time <= 0 {
		t.Errorf("%+v, %v", last, err)
	}
}

func TestClientActs(t *testing.T) {
	c := dialLib(t, protocolServer(t, "tcp", "127.0.0.1:0"), new(Dialer))
	var calls []string
	for _, agrees := range []bool{false, true} {
		a, err := c.Eval(t.Context(), "queue.Drop(queue.names[0])", Confirming(func(_ context.Context, call string) bool {
			calls = append(calls, call)
			return agrees
		}), Progressing(func(eval.Progress) {}))
		var e *Error
		if !agrees && (!errors.As(err, &e) || e.Code != "confirm") || agrees && (err != nil || a.Text != "1") {
			t.Errorf("%v: %+v, %v", agrees, a, err)
		}
	}
	if len(calls) != 2 || calls[0] != `queue.Drop("first")` || calls[1] != calls[0] {
		t.Errorf("the calls: %q", calls)
	}
}

// Who looks again and again changes neither _ nor the program; a condition is about the last sample.
func TestClientLooksAgain(t *testing.T) {
	c := dialLib(t, protocolServer(t, "tcp", "127.0.0.1:0"), new(Dialer))
	for _, tc := range []struct {
		mode       eval.Mode
		expr, want string
	}{
		{eval.Typed, "41", "41"},
		{eval.Sample, "len(queue.names)", "2"},
		{eval.Condition, "[_, _1 ?? 0]", "unknown_name"},
		{eval.Condition, "_ * 2", "4"},
		{eval.Aside, "_ + 1", "42"},
		{eval.Sample, `queue.Drop("first")`, "not_allowed"},
		{eval.Condition, `queue.Drop("first") > 0`, "not_allowed"},
		{eval.Aside, `queue.Drop("first")`, "not_allowed"},
		{eval.Typed, "[_, len(queue.names)]", "[41, 2]"},
	} {
		var e *Error
		a, err := c.Eval(t.Context(), tc.expr, As(tc.mode))
		if errors.As(err, &e) && e.Code == tc.want {
			continue
		}
		if err != nil || a.Text != tc.want {
			t.Errorf("%s: %+v, %v, want %s", tc.expr, a, err, tc.want)
		}
	}
	for _, err := range c.Watch(t.Context(), `queue.Drop("first")`, time.Nanosecond) {
		if e := (*Error)(nil); !errors.As(err, &e) || e.Code != "not_allowed" {
			t.Error(err)
		}
		break
	}
	for sample, err := range c.Watch(t.Context(), "7", time.Nanosecond) {
		if err != nil || sample.Text != "7" {
			t.Error(sample, err)
		}
		break
	}
	if a, err := c.Eval(t.Context(), "_"); err != nil || a.Text != "[41, 2]" {
		t.Errorf("after a watch _ is %+v, %v", a, err)
	}
}

func TestClientWatch(t *testing.T) {
	c := dialLib(t, protocolServer(t, "tcp", "127.0.0.1:0"), new(Dialer))
	n := 0
	for s, err := range c.Watch(t.Context(), "cache.hits", time.Nanosecond) {
		if n++; err != nil {
			t.Fatal(err)
		}
		if n == 3 {
			if s.At.IsZero() || s.Text != "18446744073709551615" {
				t.Errorf("%+v", s)
			}
			break
		}
	}
	n = 0
	for _, err := range c.Watch(t.Context(), "cache.hist", time.Nanosecond) {
		var e *Error
		switch n++; {
		case n <= 2 && !errors.As(err, &e), n == 3 && !errors.Is(err, ErrClientClosed):
			t.Errorf("%v", err)
		case n == 2:
			c.Close()
		case n > 3:
			t.Fatal("a watch goes on without a connection")
		}
	}
}

func TestClientLogsIn(t *testing.T) {
	ca := newAuthority(t)
	encrypted := &tls.Config{Certificates: []tls.Certificate{ca.certificate(t, "a server")}}
	file := PasswordFile(passwords(t, "ann:{secret}:act"))
	for _, tc := range []struct {
		name  string
		auth  Authenticator
		tls   bool
		login func(context.Context, Question) (string, error)
		code  string
	}{
		{"password", file, false, PasswordLogin("ann", "secret"), ""},
		{"password over TLS", file, true, PasswordLogin("ann", "secret"), ""},
		{"wrong password", file, false, PasswordLogin("ann", "secrets"), "denied"},
		{"token", Tokens(map[string]Identity{"a long token": {User: "bob"}}), true, TokenLogin("a long token"), ""},
		{"wrong token", Tokens(map[string]Identity{"a long token": {User: "bob"}}), true, TokenLogin("a short token"), "denied"},
		{"no login", file, false, nil, "denied"},
		{"asks nothing", UserIDs(nil), false, nil, "denied"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := &Server{Auth: tc.auth, Level: Act}
			d := &Dialer{Login: tc.login}
			if tc.tls {
				s.TLSConfig, d.TLSConfig = encrypted, &tls.Config{RootCAs: ca.pool}
			}
			v := serve(t, s, "tcp", "127.0.0.1:0")
			c, err := d.Dial(t.Context(), v.addr.String())
			var e *Error
			switch {
			case tc.code != "":
				if !errors.As(err, &e) || e.Code != tc.code || !errors.Is(err, ErrDenied) {
					t.Fatalf("%v", err)
				}
				return
			case err != nil:
				t.Fatal(err)
			}
			defer c.Close()
			if a, err := c.Eval(t.Context(), "x"); err != nil || a.Text != "x" {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
}

// A question that was written for people before the client's first line arrived is asked again.
func TestLateProgramLogsIn(t *testing.T) {
	v := serve(t, &Server{Auth: Tokens(map[string]Identity{"a long token": {}})}, "tcp", "127.0.0.1:0")
	c := v.dial(t)
	c.waitFor("token: ")
	c.send("json on\r\n")
	c.waitFor("\n" + `{"v":1,"event":"ask","ask":{"text":"token: ","secret":true}}` + "\r\n")
	c.send("a long token\n")
	c.waitFor(`{"v":1,"ok":true,"type":"session"`)
}

// TestClientKeepsSecrets: no secret goes to another machine in the clear.
func TestClientKeepsSecrets(t *testing.T) {
	l := newAbroad(t)
	v := serveOn(t, &Server{Auth: Tokens(map[string]Identity{"a long token": {}}), InsecureRemote: true}, l)
	asked := false
	d := &Dialer{
		Login: func(context.Context, Question) (string, error) { asked = true; return "a long token", nil },
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, addr)
			return fromAfar{conn}, err
		},
	}
	if c, err := d.Dial(t.Context(), v.addr.String()); err == nil || asked || !strings.Contains(err.Error(), "InsecureRemote") {
		t.Errorf("%v, %v", c, err)
	}
	d.InsecureRemote = true
	c, err := d.Dial(t.Context(), v.addr.String())
	if err != nil {
		t.Fatal(err)
	}
	c.Close()
}

type fromAfar struct{ net.Conn }

func (fromAfar) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 3000} }

// An answer begins a line of its own, also behind the offer of options.
func TestProgramBehindOffer(t *testing.T) {
	asks := make(chan struct{})
	v := serve(t, &Server{Auth: AuthenticatorFunc(func(ctx context.Context, p *Peer) (Identity, error) {
		<-asks
		_, err := p.AskSecret(ctx, "token: ")
		return Identity{}, err
	})}, "tcp", "127.0.0.1:0")
	c := v.dial(t)
	c.waitFor("\xff") // nothing came in for a while
	c.send("json on\n\xff\xf6")
	c.waitFor("[sightglass: yes]\r\n") // all of that was read
	c.conn.Write([]byte("\xff\xfd\x01"))
	close(asks)
	c.waitFor("\n" + `{"v":1,"event":"ask"`)
}

// TestClientWritesInTime: a context that ends while a request is written leaves the server time to take
// it, and does nothing to what is written next.
func TestClientWritesInTime(t *testing.T) {
	conn := new(timed)
	c := &Client{conn: conn, write: make(chan struct{}, 1)}
	ended, cancel := context.WithCancel(t.Context())
	conn.write = func() {
		before := conn.sets.Load()
		for cancel(); conn.sets.Load() == before; {
			runtime.Gosched()
		}
		if left := time.Duration(conn.left.Load()); left <= 0 {
			t.Errorf("it has %v once the context has ended", left)
		}
	}
	if err := c.writeLine(ended, []byte("{}\n")); err != nil {
		t.Error(err)
	}
	for range 100 {
		ended, cancel := context.WithCancel(t.Context())
		conn.write = cancel
		if err := c.writeLine(ended, []byte("{}\n")); err != nil {
			t.Fatal(err)
		}
		conn.write = func() {
			for range 10 {
				runtime.Gosched()
			}
			if left := time.Duration(conn.left.Load()); left < time.Second {
				t.Fatalf("the next has %v", left)
			}
		}
		if err := c.writeLine(context.Background(), []byte("{}\n")); err != nil {
			t.Fatal(err)
		}
	}
}

// timed is a connection that knows how long a Write may take.
type timed struct {
	net.Conn
	left, sets atomic.Int64
	write      func()
}

func (c *timed) SetWriteDeadline(at time.Time) error {
	c.left.Store(int64(time.Until(at)))
	c.sets.Add(1)
	return nil
}

func (c *timed) Write(b []byte) (int, error) {
	c.write()
	return len(b), nil
}

func (*timed) Close() error { return nil }

// TestClientTellsNobodyGone: who has its answer, or none, is told of no more progress.
func TestClientTellsNobodyGone(t *testing.T) {
	c := &Client{conn: new(timed), done: make(chan struct{}), calls: map[uint64]*call{}, reads: make(chan struct{}, 1), room: make(chan struct{}, 1)}
	c.reads <- struct{}{} // another goroutine reads: this one
	var gone atomic.Bool
	k := &call{answer: make(chan *wireAnswer, 1), event: func(*wireAnswer) {
		c.fail(io.EOF)
		for range 1000 {
			runtime.Gosched()
		}
		if gone.Load() {
			t.Error("it is told although it has gone")
		}
	}}
	c.calls[1] = k
	var all sync.WaitGroup
	all.Go(func() {
		c.await(t.Context(), k, 1)
		gone.Store(true)
	})
	event := []byte(`{"v":1,"id":1,"event":"progress","progress":{"ms":1}}`)
	if err := c.receive(event); err != nil {
		t.Error(err)
	}
	all.Wait()
	if err := c.receive(event); err != nil {
		t.Error(err)
	}
	c.work.Wait()
}

// Who waits for another's line to be written, which a server takes its time for, leaves when its
// context ends, and neither loses the connection nor holds up who comes after.
func TestClientLeavesWhoWrites(t *testing.T) {
	server, conn := net.Pipe()
	defer server.Close()
	c := attach(conn, newLineReader(conn, maxPreamble), Hello{})
	defer c.Close()
	c.cancel(99) // nobody reads: it is stuck
	for len(c.write) == 0 {
		runtime.Gosched()
	}
	ctx, cancel := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := c.Eval(ctx, "1")
		left <- err
	}()
	for waits := false; !waits; runtime.Gosched() {
		c.mu.Lock()
		waits = len(c.calls) == 1
		c.mu.Unlock()
	}
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) || c.Err() != nil {
		t.Errorf("%v, and the connection: %v", err, c.Err())
	}
	c.mu.Lock()
	if len(c.calls) != 0 || c.ahead != 0 {
		t.Errorf("%d requests and %d bytes wait for an answer", len(c.calls), c.ahead)
	}
	c.mu.Unlock()
	go func() {
		_, err := c.Eval(t.Context(), "2")
		left <- err
	}()
	lines := bufio.NewScanner(server)
	for _, want := range []string{`{"cancel":99}`, `{"id":2,"eval":"2"}`} {
		if !lines.Scan() || lines.Text() != want {
			t.Errorf("the server got %q, want %q", lines.Text(), want)
		}
	}
	io.WriteString(server, `{"v":1,"id":2,"ok":true,"type":"int","value":2,"text":"2"}`+"\n")
	if err := <-left; err != nil {
		t.Error(err)
	}
}

// TestClientTellsTheEnd: who waits is told what the server says as it ends.
func TestClientTellsTheEnd(t *testing.T) {
	v := serve(t, new(Server), "tcp", "127.0.0.1:0")
	c := dialLib(t, v.addr, new(Dialer))
	for _, s := range v.Sessions() {
		s.End("the house is on fire")
	}
	<-c.Done()
	if _, err := c.Eval(t.Context(), "1"); err == nil || !strings.Contains(err.Error(), "the house is on fire") {
		t.Errorf("%v", err)
	}
}
