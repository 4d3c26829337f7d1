package telnet

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/expr-lang/expr"

	"github.com/sightglass-go/sightglass/registry"
)

// wire is one of the servers that BenchmarkRoundTrip compares.
type wire struct {
	name     string
	addr     net.Addr
	greeted  bool                          // the server speaks first, and prompts
	ends     string                        // of an answer
	handle   func(conn net.Conn)           // serves a connection; nil if somebody else accepts them
	begin    func(b *testing.B, c *caller) // what to say before the first question; nil for nothing
	clients  []*caller
	took     []time.Duration // of round trips of one session
	elapsed  []time.Duration // of a block of many sessions
	question string
}

// caller is a client of a wire.
type caller struct {
	conn net.Conn
	buf  []byte
}

// ask sends a question and reads its answer, up to ends.
func (c *caller) ask(question, ends string) error {
	if _, err := io.WriteString(c.conn, question); err != nil {
		return err
	}
	return c.await(ends)
}

func (c *caller) await(ends string) error {
	for n := 0; ; {
		m, err := c.conn.Read(c.buf[n:])
		if n += m; n >= len(ends) && string(c.buf[n-len(ends):n]) == ends {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// BenchmarkRoundTrip measures the time from a question to the end of its answer on loopback, of one
// session and of many at once. Beside it, in turn and with the same client, stand an echo server
// and expr.Eval on the same wire: x-echo is how many times longer than the echo an answer takes in
// the middle, or the part of the echo's round trips a second that is left.
func BenchmarkRoundTrip(b *testing.B) {
	for _, sessions := range []int{1, 16, 100} {
		b.Run(fmt.Sprint(sessions), func(b *testing.B) { roundTrips(b, sessions) })
	}
}

func roundTrips(b *testing.B, sessions int) {
	object := &struct{ Hits int }{5}
	reg := registry.New()
	reg.Expose("cache", object)
	s := &Server{Registry: reg, MaxSessions: 1000, MaxRate: -1, Name: "-"}
	l := listenForBench(b)
	go s.Serve(l)
	b.Cleanup(func() { s.Close() })
	lines := func(conn net.Conn, answer func(line string) string) {
		r := bufio.NewReader(conn)
		for {
			line, err := r.ReadString('\n')
			if err != nil {
				return
			}
			if _, err := io.WriteString(conn, answer(line)); err != nil {
				return
			}
		}
	}
	env := map[string]any{"cache": object}
	evaluated := func(conn net.Conn) {
		lines(conn, func(line string) string {
			x, err := expr.Eval(line, env)
			return fmt.Sprint(x, err, "\r\n> ")
		})
	}
	json := func(b *testing.B, c *caller) {
		if err := c.ask("json on\n", "}\r\n"); err != nil {
			b.Fatal(err)
		}
	}
	wires := []*wire{
		{name: "echo", handle: func(conn net.Conn) {
			lines(conn, func(line string) string { return line })
		}, ends: "\n", question: "1+1\n"},
		{name: "expr", handle: evaluated, ends: "> ", question: "1+1\n"},
		{name: "line", addr: l.Addr(), greeted: true, ends: "> ", question: "1+1\n"},
		{name: "field", addr: l.Addr(), greeted: true, ends: "> ", question: "cache.Hits\n"},
		{name: "json", addr: l.Addr(), greeted: true, ends: "}\r\n", begin: json, question: "1+1\n"},
	}
	for _, w := range wires {
		w.dial(b, sessions)
	}
	const block = 200 // round trips of a wire before it is the next one's turn
	for b.Loop() {
		for _, w := range wires {
			began := time.Now()
			var all sync.WaitGroup
			for _, c := range w.clients {
				all.Go(func() {
					for range max(block/sessions, 5) {
						asked := time.Now()
						if err := c.ask(w.question, w.ends); err != nil {
							b.Error(err)
							return
						}
						if sessions == 1 {
							w.took = append(w.took, time.Since(asked))
						}
					}
				})
			}
			all.Wait()
			w.elapsed = append(w.elapsed, time.Since(began))
		}
	}
	b.ReportMetric(0, "ns/op")
	echo := wires[0]
	if sessions > 1 {
		per := float64(sessions * max(block/sessions, 5))
		for _, w := range wires {
			b.ReportMetric(per/middle(w.elapsed).Seconds(), w.name+"/s")
			b.ReportMetric(float64(middle(echo.elapsed))/float64(middle(w.elapsed)), w.name+"-x-echo")
		}
		return
	}
	for _, w := range wires {
		b.ReportMetric(float64(middle(w.took).Nanoseconds())/1e3, w.name+"-p50-µs")
		b.ReportMetric(float64(middle(w.took))/float64(middle(echo.took)), w.name+"-x-echo")
	}
}

// dial connects the clients of w, and has a goroutine serve each if nobody else does.
func (w *wire) dial(b *testing.B, sessions int) {
	if w.handle != nil {
		l := listenForBench(b)
		w.addr = l.Addr()
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				go w.handle(conn)
			}
		}()
	}
	for range sessions {
		conn, err := net.Dial("tcp", w.addr.String())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { conn.Close() })
		c := &caller{conn, make([]byte, 4<<10)}
		if w.greeted {
			if err := c.await("> "); err != nil {
				b.Fatal(err)
			}
		}
		if w.begin != nil {
			w.begin(b, c)
		}
		w.clients = append(w.clients, c)
	}
}

// listenForBench listens on loopback until the benchmark ends.
func listenForBench(b *testing.B) net.Listener {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	return l
}

// middle returns the median.
func middle(all []time.Duration) time.Duration {
	all = slices.Sorted(slices.Values(all))
	return all[len(all)/2]
}
