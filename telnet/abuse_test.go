package telnet

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/console"
)

// settles waits until what an attack took is given back: all goroutines, and the memory but for
// the log, and some noise.
func (v *served) settles(t *testing.T, attack func()) {
	t.Helper()
	const noise = 4 << 20
	bytes, goroutines := footprint()
	attack()
	end := time.Now().Add(patience)
	for {
		b, g := footprint()
		if b -= v.log.size(); b < bytes+noise && g <= goroutines {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d bytes and %d goroutines became %d and %d", bytes, goroutines, b, g)
		}
	}
	if log := v.log.String(); strings.Contains(log, "panicked") {
		t.Errorf("a session panicked:\n%s", log)
	}
}

// answers holds that a session that was there before answers until stop is true, and returns its
// slowest answer.
func (c *client) answers(stop *atomic.Bool) (slowest time.Duration) {
	c.t.Helper()
	for n := 0; n == 0 || !stop.Load(); n++ {
		began := time.Now()
		c.conn.SetDeadline(began.Add(patience))
		c.send("still there\n")
		if got := c.answer(); got != "still there\r\n" {
			c.t.Errorf("the established session got %q", got)
		}
		slowest = max(slowest, time.Since(began))
	}
	return slowest
}

// TestAttackConnections makes 500 connections a second, for 5 seconds at least with -attack, some
// of which speak, and some of which are gone before they are greeted.
func TestAttackConnections(t *testing.T) {
	for name, limits := range map[string]*Server{
		"by rate":     {AnyUser: true, asked: otherUsers()},
		"by sessions": {MaxRate: -1},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, limits, "tcp", "127.0.0.1:0")
			c := s.dial(t)
			c.answer()
			s.settles(t, func() {
				stop := attack.Stop(t)
				var clients sync.WaitGroup
				var made, refused atomic.Int64
				clients.Go(func() {
					tick := time.NewTicker(time.Second / 500)
					defer tick.Stop()
					began := time.Now()
					for n := 0; !stop.Load(); n++ {
						if n > int(500*time.Since(began).Seconds()) {
							<-tick.C
						}
						clients.Go(func() {
							conn, err := net.Dial("tcp", s.addr.String())
							if err != nil {
								t.Error(err)
								return
							}
							defer conn.Close()
							made.Add(1)
							if n%3 == 0 {
								return
							}
							conn.SetDeadline(time.Now().Add(patience))
							conn.Write([]byte("1\nquit\n"))
							if got, _ := io.ReadAll(conn); bytes.HasPrefix(got, []byte("too many ")) {
								refused.Add(1)
							}
						})
					}
				})
				slowest := c.answers(stop)
				clients.Wait()
				t.Logf("%d connections, %d of them told that they are too many; the established session answered within %v", made.Load(), refused.Load(), slowest)
				if name == "by rate" && refused.Load() == 0 {
					t.Error("none was refused")
				}
			})
		})
	}
}

// TestAttackNeverReads asks for 100 MB and reads none of them: that costs a buffer and a deadline,
// and holds up nobody else.
func TestAttackNeverReads(t *testing.T) {
	s := serve(t, &Server{WriteTimeout: time.Second}, "tcp", "127.0.0.1:0")
	other := s.dial(t)
	other.answer()
	s.settles(t, func() {
		before, _ := footprint()
		c := s.dial(t)
		c.answer()
		c.send(strings.Repeat("flood\n", 120)) // 0.9 MB each
		<-s.began
		var stop atomic.Bool
		over := make(chan bool)
		go func() {
			defer close(over)
			s.alone(other.conn)
			stop.Store(true)
		}()
		var most int
		var once atomic.Bool
		once.Store(true)
		for !stop.Load() {
			other.answers(&once)
			now, _ := footprint()
			most = max(most, now-before)
		}
		<-over
		t.Logf("it took at most %d KiB", most>>10)
		if most > 8<<20 {
			t.Errorf("the session held %d bytes", most)
		}
		c.conn.Close()
	})
	if log := s.log.String(); !strings.Contains(log, "a session was cut off") {
		t.Errorf("the log says nothing of it:\n%s", log)
	}
}

// alone waits until the session at the other end of conn is the only one.
func (v *served) alone(conn net.Conn) {
	for {
		v.mu.Lock()
		n := len(v.conns)
		v.mu.Unlock()
		if n <= 1 {
			return
		}
		runtime.Gosched()
	}
}

// TestAttackResets resets connections in the middle of an answer.
func TestAttackResets(t *testing.T) {
	s := serve(t, &Server{MaxRate: -1, MaxSessions: 1000}, "tcp", "127.0.0.1:0")
	s.settles(t, func() {
		var clients sync.WaitGroup
		for range 30 {
			clients.Go(func() {
				conn, err := net.Dial("tcp", s.addr.String())
				if err != nil {
					t.Error(err)
					return
				}
				conn.SetDeadline(time.Now().Add(patience))
				conn.Write([]byte("flood\n"))
				io.ReadFull(conn, make([]byte, 2000))
				conn.(*net.TCPConn).SetLinger(0)
				conn.Close()
			})
		}
		clients.Wait()
		s.alone(nil)
	})
}

// TestAttackLongLine sends a line of 10 MB, in either mode.
func TestAttackLongLine(t *testing.T) {
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	for name, open := range map[string]func(*testing.T) *client{"65,536": s.dial, "8,192": s.character} {
		s.settles(t, func() {
			c := open(t)
			go func() {
				c.conn.Write(bytes.Repeat([]byte("0123456789"), 1<<20))
				c.conn.Write([]byte("\r"))
			}()
			got := c.waitFor("the line is longer than " + name + " bytes and was not evaluated")
			if len(got) > 500_000 {
				t.Errorf("up to %s bytes: %d came", name, len(got))
			}
			c.send("after\r")
			c.waitFor("after\r\n> ")
			c.conn.Close()
		})
	}
}

// TestAttackNoise sends random bytes, many of them what telnet and terminals take for more than
// text, and whole lines between them.
func TestAttackNoise(t *testing.T) {
	s := serve(t, &Server{MaxRate: -1, MaxSessions: 1000}, "tcp", "127.0.0.1:0")
	const likely = "\xff\xff\xff\xfa\xf0\xfb\xfc\xfd\xfe\x01\x03\x06\x18\x1f\x1b[O;~\r\n\x00\x09\x7f(\"e\xcc\x81"
	s.settles(t, func() {
		stop := attack.Stop(t)
		var clients sync.WaitGroup
		for range 8 {
			clients.Go(func() {
				for !stop.Load() {
					conn, err := net.Dial("tcp", s.addr.String())
					if err != nil {
						t.Error(err)
						return
					}
					conn.SetDeadline(time.Now().Add(patience))
					var reader sync.WaitGroup
					reader.Go(func() { io.Copy(io.Discard, conn) })
					for noise := make([]byte, 1+rand.IntN(2000)); !stop.Load() && rand.IntN(50) > 0; {
						for i := range noise {
							if noise[i] = byte(rand.Uint32()); rand.IntN(3) > 0 {
								noise[i] = likely[rand.IntN(len(likely))]
							}
						}
						if _, err := conn.Write(noise); err != nil {
							break
						}
					}
					conn.Close()
					reader.Wait()
				}
			})
		}
		clients.Wait()
		s.alone(nil)
	})
}

// A byte a second is served like any other client, and costs nothing between two of them. The
// seconds are those of a bubble.
func TestAttackByteASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{}
		s.newEvaluator = func() console.Evaluator { return &fake{} }
		here, there := net.Pipe()
		over := make(chan error, 1)
		go func() { over <- s.ServeConn(here) }()
		got := make(chan string, 1)
		go func() {
			b, _ := io.ReadAll(there)
			got <- string(b)
		}()
		time.Sleep(time.Minute)
		const line = "a line of some length, that takes its time"
		for _, b := range []byte("\xff\xfd\x01" + strings.Repeat(line+"\r\x00", 50) + "\x04") {
			time.Sleep(time.Second)
			there.Write([]byte{b})
		}
		if err := <-over; err != nil {
			t.Error(err)
		}
		there.Close()
		if n := strings.Count(<-got, "\r\n"+line+"\r\n> "); n != 50 {
			t.Errorf("%d lines were answered", n)
		}
	})
}
