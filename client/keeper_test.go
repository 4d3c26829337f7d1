package client

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/sightglass-go/sightglass/registry"
	"github.com/sightglass-go/sightglass/telnet"
)

// wires are connections to a server in this process, which a test cuts.
type wires struct {
	server telnet.Server
	works  sync.WaitGroup

	mu   sync.Mutex
	open []net.Conn
	err  error // of the next dial
	ask  chan struct{}
}

func newWires(t *testing.T) *wires {
	l := &wires{ask: make(chan struct{}, 100)}
	l.server.Registry, l.server.Name = registry.New(), "shop"
	t.Cleanup(func() {
		l.cut()
		l.server.Close()
		l.works.Wait()
	})
	return l
}

func (l *wires) dial(ctx context.Context) (*telnet.Client, error) {
	l.ask <- struct{}{}
	l.mu.Lock()
	err := l.err
	l.mu.Unlock()
	if err != nil {
		return nil, err
	}
	d := telnet.Dialer{DialContext: func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		l.works.Go(func() { l.server.ServeConn(far) })
		l.mu.Lock()
		defer l.mu.Unlock()
		l.open = append(l.open, far)
		return near, nil
	}}
	return d.Dial(ctx, "shop:1")
}

// cut ends all connections.
func (l *wires) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.open {
		c.Close()
	}
	l.open = nil
}

// begin returns a keeper of a new connection, and what it tells.
func (l *wires) begin(t *testing.T) (k *keeper, told chan string) {
	t.Helper()
	c, err := l.dial(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	told = make(chan string, 10)
	k = keep(c, false, l.dial, func(said string) { told <- said })
	t.Cleanup(func() { k.end().Close() })
	return k, told
}

// A connection that is lost is told of once, and made again. That of a process that goes on is made again
// once, until a line is asked: the server may end sessions that are idle.
func TestKeeper(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	t.Run("", func(t *testing.T) {
		l := newWires(t)
		k, told := l.begin(t)
		first := k.newest()
		l.cut()
		for _, want := range []string{"; connecting again", "connected again to shop,"} {
			if got := <-told; !strings.Contains(got, want) {
				t.Errorf("it tells %q, want %q", got, want)
			}
		}
		if said := k.loss(first); said != "" {
			t.Errorf("the loss is told again: %q", said)
		}
		k.asked()
		l.cut()
		<-told
		<-told
		second := k.newest()
		if a, err := second.Eval(t.Context(), "20 + 22"); err != nil || a.Text != "42" {
			t.Errorf("%v, %v", a, err)
		}
		l.cut()
		if got := <-told; !strings.HasSuffix(got, "; the next line connects again") {
			t.Errorf("it tells %q", got)
		}
		<-k.done
		if first.Err() == nil || second.Err() == nil || len(l.ask) != 3 {
			t.Errorf("%d connections, %v, %v", len(l.ask), first.Err(), second.Err())
		}
	})
}

// A keeper asks nobody: where the user has to log in it leaves that to the next line, and where nobody
// listens it goes on until it is ended.
func TestKeeperAsksNobody(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	t.Run("", func(t *testing.T) {
		for _, tc := range []struct {
			err  error
			want string
		}{
			{errAsks, "it wants you to log in; the next line connects again"},
			{telnet.ErrDenied, "; the next line connects again"},
			{errors.New("nobody listens"), ""},
		} {
			l := newWires(t)
			k, told := l.begin(t)
			l.mu.Lock()
			l.err = tc.err
			l.mu.Unlock()
			<-l.ask
			l.cut()
			<-told
			<-l.ask
			if tc.want == "" {
				k.end()
				if len(told) > 0 {
					t.Errorf("it tells %q", <-told)
				}
			} else if got := <-told; !strings.HasSuffix(got, tc.want) {
				t.Errorf("it tells %q, want %q", got, tc.want)
			}
		}
	})
}

// A process that accepts connections and ends, again and again, is asked more and more rarely.
func TestKeeperOfCrashes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dials := 0
		dial := func(ctx context.Context) (*telnet.Client, error) {
			if dials++; dials > 100 {
				return nil, telnet.ErrDenied
			}
			d := telnet.Dialer{DialContext: func(context.Context, string, string) (net.Conn, error) {
				near, far := net.Pipe()
				go func() {
					defer far.Close()
					bufio.NewReader(far).ReadString('\n')
					fmt.Fprintf(far, `{"v":1,"ok":true,"type":"session","value":"","text":"","hello":{"name":"shop","pid":%d,"level":"look","started":"2020-01-01T00:00:00Z"}}`+"\n", dials)
				}()
				return near, nil
			}}
			return d.Dial(ctx, "shop:1")
		}
		c, err := dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		k := keep(c, false, dial, func(string) {})
		time.Sleep(time.Minute)
		k.end().Close()
		if dials < 3 || dials > 20 {
			t.Errorf("it was asked %d times in a minute", dials)
		}
	})
}
